"""Hand a result's tables on: GeoPackage, GeoJSON, CSV, Parquet."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd

_LAT_LON = "EPSG:4326"
GEOPACKAGE = ".gpkg"
"""Ending of the one kind of file that holds several tables."""


def check_export(path: Path) -> None:
    """Refuse a name that no table can be written to, before anything is measured for it.

    Raises:
        UsageError: If the ending is not .gpkg, .geojson, .csv or .parquet.
    """
    if path.suffix.lower() not in _WRITERS:
        raise UsageError(
            Text(
                f"不能导出为“{path.name}”：文件名请以 {'、'.join(_WRITERS)} 结尾。",
                f"Cannot export to {path.name}: end the name with {', '.join(_WRITERS)}.",
            )
        )


def export_table(rows: pd.DataFrame, path: Path, *, stamp: str = "") -> Path:
    """Write one table by its file's ending; the file is there whole or not at all.

    GeoPackage and Parquet keep the rows' CRS; GeoJSON is WGS 84, as its norm asks; CSV gets
    the columns ``lon`` and ``lat`` (WGS 84) of each place, and opens in Excel with its Chinese.
    A stamp goes into the column ``stamp``, so that it stays with the rows wherever they go.

    Raises:
        UsageError: If the ending is not .gpkg, .geojson, .csv or .parquet.
    """
    check_export(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    stamped = rows.assign(stamp=stamp) if stamp else rows
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        draft = Path(folder) / path.name
        _WRITERS[path.suffix.lower()](stamped, draft)
        draft.replace(path)
    return path


def export_layers(layers: Mapping[str, pd.DataFrame], path: Path, *, stamp: str = "") -> Path:
    """Write all tables of a result into one GeoPackage; it is there whole or not at all.

    Tables are called as in the result, and in its order; see ``export_table``.

    Raises:
        UsageError: If the ending is not .gpkg.
    """
    import pandas as pd
    import pyogrio

    if path.suffix.lower() != GEOPACKAGE:
        raise UsageError(
            Text(
                f"多张表只能存进 {GEOPACKAGE}，不能存进“{path.name}”。",
                f"Several tables go into {GEOPACKAGE} only, not into {path.name}.",
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
        draft = Path(folder) / path.name
        for number, (name, rows) in enumerate(layers.items()):
            table = pd.DataFrame(rows) if _as_layer(rows) is None else rows
            stamped = table.assign(stamp=stamp) if stamp else table
            pyogrio.write_dataframe(stamped, draft, layer=name, driver="GPKG", append=number > 0)
        draft.replace(path)
    return path


def _as_layer(rows: pd.DataFrame) -> gpd.GeoDataFrame | None:
    """Give the rows as a layer, None where they have no places."""
    import geopandas as gpd

    layer = gpd.GeoDataFrame(rows)
    return None if layer.active_geometry_name is None else layer


def _write_geopackage(rows: pd.DataFrame, path: Path) -> None:
    import pyogrio

    pyogrio.write_dataframe(rows, path, layer=path.stem, driver="GPKG")


def _write_geojson(rows: pd.DataFrame, path: Path) -> None:
    import pyogrio

    layer = _as_layer(rows)
    if layer is None:
        raise UsageError(
            Text(
                "这张表没有位置，不能导出为 GeoJSON：请用 .csv、.parquet 或 .gpkg。",
                "This table has no places for GeoJSON: use .csv, .parquet or .gpkg.",
            )
        )
    pyogrio.write_dataframe(layer.to_crs(_LAT_LON), path, driver="GeoJSON")


def _write_csv(rows: pd.DataFrame, path: Path) -> None:
    layer = _as_layer(rows)
    if layer is not None:
        points = layer.geometry.representative_point().to_crs(_LAT_LON)
        rows = rows.drop(columns=layer.active_geometry_name).assign(lon=points.x, lat=points.y)
    rows.to_csv(path, index=False, encoding="utf-8-sig")


def _write_parquet(rows: pd.DataFrame, path: Path) -> None:
    layer = _as_layer(rows)
    (rows if layer is None else layer).to_parquet(path, index=False)


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".gpkg": _write_geopackage,
    ".geojson": _write_geojson,
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}
