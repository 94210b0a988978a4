"""Whole layers and tables in and out of a project's file, inside one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tongling_gis.errors import CrsError, SchemaError
from tongling_gis.schema import TABLES, Table
from tongling_gis.store import geopackage
from tongling_gis.store.stored import StoredTable
from tongling_gis.text import Text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from tongling_gis.store.results import ResultLayer
    from tongling_gis.store.stored import Shapes

# The layer whose middle decides the project's CRS: the first of these that has anything in it.
_CRS_DECIDERS = tuple(dict.fromkeys(("streets", "study_area", "compounds", "buildings", *TABLES)))


def choose_crs(tables: Mapping[str, pd.DataFrame]) -> CRS | None:
    """Choose a CRS in metres for a project by the first layers written; None if all are empty.

    Raises:
        CrsError: If a layer does not say its CRS.
    """
    from tongling_gis.crs import metric_crs_of

    for name in _CRS_DECIDERS:
        if name in tables and TABLES[name].shape and _has_place(tables[name], name):
            return metric_crs_of(tables[name])
    return None


def _has_place(layer: gpd.GeoDataFrame, name: str) -> bool:
    _check_declared(layer, name)
    return bool((~(layer.geometry.isna() | layer.geometry.is_empty)).any())


def _check_declared(layer: gpd.GeoDataFrame, name: str) -> None:
    from tongling_gis.store.frames import has_geometry

    if not has_geometry(layer) or layer.crs is None:
        raise CrsError(
            Text(
                f"图层“{name}”没有形状或坐标系：请先声明。",
                f"Layer {name!r} has no shapes or no CRS: declare it first.",
            )
        )


def read_layer(
    connection: sqlite3.Connection, stored: str, table: Table | None = None
) -> gpd.GeoDataFrame:
    """Read a stored table, its columns as the schema's table has them."""
    from tongling_gis.store.frames import frame_of

    fetched = geopackage.fetch_table(connection, stored)
    crs = None if fetched.blobs is None else geopackage.crs_of(connection, fetched.srs_id)
    return frame_of(fetched, stored, crs=crs, table=table)


def write_layer(
    connection: sqlite3.Connection,
    stored: str,
    rows: pd.DataFrame,
    *,
    table: Table | None = None,
    crs: CRS | None = None,
    result: ResultLayer | None = None,
) -> None:
    """Write a table in place of what has its name, shapes in ``crs`` (or their own).

    Raises:
        SchemaError: If a column, key or value cannot be stored.
        GeometryError: If a shape is of the wrong kind or has no place in the CRS.
    """
    from tongling_gis.store import frames

    shown = table.label if table else Text.same(result.label if result else stored)
    plain = frames.without_geometry(rows)
    fields = frames.fields_of(plain, stored, table, result.heading if result else str)
    ready = StoredTable(stored, shown.zh, shown.en, fields, frames.cells_of(plain, fields, stored))
    if table.shape if table else frames.has_geometry(rows):
        shapes = _shapes(connection, stored, rows, table.shape if table else "", crs)
        ready = replace(ready, shapes=shapes)
    try:
        geopackage.put_table(connection, ready)
    except UnicodeEncodeError as error:
        wrong = error.object[error.start : error.end]
        raise SchemaError(
            Text(
                f"“{stored}”里有无法保存的字符 {wrong!r}：请先改正。",
                f"{stored!r} holds a character that cannot be stored, {wrong!r}: correct it first.",
            )
        ) from error


def _shapes(
    connection: sqlite3.Connection,
    stored: str,
    layer: gpd.GeoDataFrame,
    expected: str,
    crs: CRS | None,
) -> Shapes:
    from tongling_gis.store import shapes

    _check_declared(layer, stored)
    if expected and crs is None:  # empty, and written before the first layer that has a place
        return shapes.pack(layer.geometry.to_numpy(), 0, expected, stored)
    wanted = crs or layer.crs
    found = shapes.bring_to(layer, wanted, stored)
    return shapes.pack(found, geopackage.srs_id_of(connection, wanted), expected, stored)


def merged(there: gpd.GeoDataFrame, rows: gpd.GeoDataFrame, table: Table) -> gpd.GeoDataFrame:
    """Put new rows behind those there, in place of those with the same key."""
    import pandas as pd

    if table.key not in rows.columns:
        return rows  # writing them says what is wrong
    kept = there[~there[table.key].isin(rows[table.key])]
    if table.shape:
        _check_declared(rows, table.name)
        rows = rows if rows.geometry.name == "geometry" else rows.rename_geometry("geometry")
        rows = rows if there.crs is None else rows.to_crs(there.crs)
        kept = kept if there.crs is not None else kept.set_crs(rows.crs)
    return pd.concat([part for part in (kept, rows) if len(part)] or [rows], ignore_index=True)
