"""OpenStreetMap files: streets, walls, gates, buildings, compounds, facilities, water, green."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.crs import WGS84
from tongling_gis.importers.osm_elements import read_elements
from tongling_gis.importers.osm_features import build_features, count_left_out
from tongling_gis.importers.osm_streets import build_streets
from tongling_gis.importers.osm_tags import INVENTED, OPENSTREETMAP
from tongling_gis.importers.report import (
    Imported,
    ImportReport,
    count_rows,
    fingerprint_file,
)
from tongling_gis.schema import LAYERS, TABLES
from tongling_gis.text import Text, silent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import geopandas as gpd

    from tongling_gis.importers.osm_elements import Elements
    from tongling_gis.importers.report import LayerCount, RowNote
    from tongling_gis.text import Progress

    Layers = Mapping[str, gpd.GeoDataFrame]

_STREETS = Text("整理道路", "Sorting out streets")
_FEATURES = Text("整理围墙、建筑和设施", "Sorting out walls, buildings and facilities")
_DONE = Text("完成", "Done")
_SPLIT = Text(
    "{ways} 条道路在路口、门和过街处分成 {segments} 段",
    "{ways} ways are split into {segments} segments at junctions, gates and crossings",
)
_LEFT_OUT = Text(
    "{count} 个要素没有对应图层，未导入：{kinds}",
    "{count} elements belong to no layer here and are left out: {kinds}",
)
_TWICE = Text(
    "{count} 个要素在文件中出现不止一次，以最后一次为准",
    "{count} elements are in the file more than once: the last of each stands",
)
_SILENT = Text(
    "文件没有说明数据来自何处，按 OpenStreetMap 数据署名",
    "The file does not say whose data it holds: they are credited to OpenStreetMap",
)
_KINDS_SHOWN = 8


def read_osm(path: str | PathLike[str], *, progress: Progress = silent) -> Imported:
    """Read an OpenStreetMap file: .osm, .osm.gz, .osm.bz2 or .osm.pbf.

    The layers are those of ``schema`` that the file has rows for, in EPSG:4326. Rows are
    OpenStreetMap's elements, named as "way/4711"; streets are ways split at every junction,
    barrier, crossing and traffic signal, and are counted as ways in the report.

    Args:
        path: The file; its format is told from its content.
        progress: Told how far the reading is.

    Raises:
        MissingFileError: If it is not there.
        UnreadableFileError: If it is empty, truncated or of another format.
    """
    file = Path(path)
    elements = read_elements(file, progress)
    progress(_STREETS, 0.6)
    streets, notes = build_streets(elements)
    progress(_FEATURES, 0.8)
    features, more = build_features(elements)
    found = {**streets, **features}
    layers = {name: found[name] for name in LAYERS if name in found and len(found[name])}
    invented = _is_invented(elements)
    report = ImportReport(
        source=file.name,
        fingerprint=fingerprint_file(file),
        counts=_count(layers, [*notes, *more]),
        notes=(*notes, *more),
        warnings=tuple(_warn(elements, layers, [*notes, *more])),
        declared_crs=WGS84,
    )
    progress(_DONE, 1.0)
    return Imported(
        layers=layers,
        report=report,
        source=INVENTED if invented else OPENSTREETMAP,
        data_date=elements.newest,
        invented=invented,
    )


def _is_invented(elements: Elements) -> bool:
    generator = elements.header.get("generator", "").lower()
    return "invented" in generator or "示例数据" in generator


def _says_source(elements: Elements) -> bool:
    said = " ".join(
        elements.header.get(key, "") for key in ("generator", "copyright", "attribution", "note")
    )
    return "openstreetmap" in said.lower() or "overpass" in said.lower()


def _count(layers: Layers, notes: list[RowNote]) -> dict[str, LayerCount]:
    """Count rows; those of ``streets`` are ways."""
    by_layer: dict[str, list[RowNote]] = {name: [] for name in layers}
    for note in notes:
        by_layer.setdefault(note.layer, []).append(note)
    kept = {name: len(rows) for name, rows in layers.items()}
    if "streets" in layers:
        kept["streets"] = int(layers["streets"]["osm_way_id"].nunique())
    return {
        name: count_rows(kept.get(name, 0), by_layer[name]) for name in LAYERS if name in by_layer
    }


def _taken(layers: Layers, notes: list[RowNote]) -> set[str]:
    """Name every element that some layer holds, or that a note accounts for."""
    taken = {note.row for note in notes}
    for name, rows in layers.items():
        taken.update(rows[TABLES[name].key].astype(str))
    if "streets" in layers:
        taken.update(f"way/{one}" for one in layers["streets"]["osm_way_id"].unique())
        taken.update(f"node/{one}" for one in layers["street_nodes"]["node_id"])
    return taken


def _warn(elements: Elements, layers: Layers, notes: list[RowNote]) -> list[Text]:
    warnings = []
    if not _is_invented(elements) and not _says_source(elements):
        warnings.append(_SILENT)
    if elements.duplicates:
        warnings.append(_TWICE.fill(count=elements.duplicates))
    if "streets" in layers:
        ways = layers["streets"]["osm_way_id"].nunique()
        warnings.append(_SPLIT.fill(ways=ways, segments=len(layers["streets"])))
    left = count_left_out(elements, _taken(layers, notes))
    if left:
        warnings.append(_LEFT_OUT.fill(count=left.total(), kinds=_name_kinds(left)))
    return warnings


def _name_kinds(left: Counter[str]) -> Text:
    named = Counter({key: count for key, count in left.items() if key})
    shown = named.most_common(_KINDS_SHOWN)
    rest = left.total() - sum(count for _, count in shown)
    zh = "、".join(f"{key} {count}" for key, count in shown)
    en = ", ".join(f"{key} {count}" for key, count in shown)
    return Text(f"{zh}，其他 {rest}", f"{en}, other {rest}") if rest else Text(zh, en)
