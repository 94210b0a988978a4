"""What follows an import: what it replaced, whether it fits the streets, its compounds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.importers.report import Imported
    from tongling_gis.store import Workspace

_IN_COMPOUNDS = ("buildings", "gates")
_GATE_REACH_M = 5.0
_OF_THE_DATUM = frozenset({"datum_offset", "datum_suspected", "swapped_axes"})


def tell_arrival(
    workspace: Workspace, imported: Imported, path: Path, *, crs: str, append: bool
) -> Imported:
    """Add to an import's report what it replaces and whether its places fit the streets."""
    warnings = [*_describe_misplaced(workspace, imported, path, crs)]
    if not append:
        warnings += _describe_replaced(workspace, imported.layers)
    report = imported.report
    return replace(imported, report=replace(report, warnings=(*report.warnings, *warnings)))


def _describe_replaced(workspace: Workspace, layers: Mapping[str, pd.DataFrame]) -> list[Text]:
    told = []
    for name in layers:
        if workspace.has(name) and (before := workspace.count(name)):
            label = TABLES[name].label
            told.append(
                Text(
                    f"{label.zh}：替换了项目里原有的 {before} 行（要追加请用 --append）",
                    f"{label.en}: the {before} rows there were replaced (--append adds instead)",
                )
            )
    return told


def _describe_misplaced(
    workspace: Workspace, imported: Imported, path: Path, crs: str
) -> list[Text]:
    """Hold a new layer's places against the streets there; streets themselves are not held."""
    placed = [name for name in imported.layers if TABLES[name].shape]
    if "streets" in imported.layers or len(placed) != 1 or not workspace.has("streets"):
        return []
    from tongling_gis.importers.doctor import examine

    found = examine(path, crs=crs or None, streets=workspace.read("streets"), layer=placed[0])
    return [
        Text(f"警告：{one.what.zh}。{one.remedy.zh}", f"Warning: {one.what.en}. {one.remedy.en}")
        for one in found
        if one.kind in _OF_THE_DATUM and one.severity != "note"
    ]


def link_to_compounds(workspace: Workspace) -> None:
    """Fill in the compound of each building and gate that names none, from where it lies.

    A building lies in a compound, a gate within 5 m of one. Where several would do, the first
    listed counts. Links that lead nowhere are made anew; others are left as they came.
    """
    if not workspace.has("compounds"):
        return
    compounds = workspace.read("compounds")
    linked = {}
    for name in _IN_COMPOUNDS:
        if workspace.has(name):
            rows = workspace.read(name)
            found = _find_compounds(rows, compounds)
            if not found.equals(rows["compound_id"]):
                linked[name] = rows.assign(compound_id=found)
    if linked:
        workspace.write(linked)


def _find_compounds(rows: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> pd.Series[str]:
    points = rows[["geometry"]].set_geometry(rows.geometry.representative_point())
    reach_m = 0.0 if (rows.geom_type == "Polygon").any() else _GATE_REACH_M
    near = points.sjoin(
        compounds[["compound_id", "geometry"]], predicate="dwithin", distance=reach_m
    )
    first = near.sort_values("index_right")["compound_id"].groupby(level=0).first()
    named = rows["compound_id"]
    kept = named.where(named.isin(set(compounds["compound_id"])))
    found: pd.Series[str] = kept.fillna(first.reindex(rows.index)).astype(named.dtype)
    return found
