"""Homes and centres as an analysis needs them: checked, in the network's CRS, as points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from tongling_gis.errors import CrsError, GeometryError, SchemaError
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

HOME_KEYS = ("resident_id", "building_id")
CENTRE_KEYS = ("centre_id",)

HOMES = Text("居民点", "residential points")
CENTRES = Text("中心", "centres")


def read_places(
    layer: gpd.GeoDataFrame, keys: Sequence[str], crs: CRS, what: Text
) -> tuple[gpd.GeoDataFrame, str]:
    """Check a layer of places and bring it, as points, to the network's CRS.

    Shapes other than points are taken by a point inside them. Returns the layer, its rows
    numbered from 0, and the name of its key column.

    Raises:
        CrsError: If it has no CRS.
        SchemaError: If it is empty, or has no key or the same key twice.
        GeometryError: If a row has no place.
    """
    if layer.crs is None:
        raise CrsError(
            Text(
                "{what}图层没有坐标系：请先声明。",
                "The layer of {what} has no CRS: declare it first.",
            ).fill(what=what)
        )
    if not len(layer):
        raise SchemaError(
            Text("没有任何{what}：请先导入。", "There are no {what}: import some first.").fill(
                what=what
            )
        )
    key = _find_key(layer, keys, what)
    points = layer.to_crs(crs).reset_index(drop=True)
    if points.geometry.name != "geometry":
        points = points.rename_geometry("geometry")
    _require_places(points, key, what)
    not_points = shapely.get_type_id(points.geometry.to_numpy()) != shapely.GeometryType.POINT
    if not_points.any():
        points = points.set_geometry(points.geometry.representative_point())
    return points, key


def _find_key(layer: gpd.GeoDataFrame, keys: Sequence[str], what: Text) -> str:
    key = next((name for name in keys if name in layer), None)
    if key is None:
        raise SchemaError(
            Text(
                "{what}图层没有编号列 {key}：请补上。",
                "The layer of {what} has no column {key!r}: add it.",
            ).fill(what=what, key=keys[0])
        )
    missing, twice = layer[key].isna(), layer[key].duplicated()
    if (missing | twice).any():
        row = int(np.flatnonzero(missing | twice)[0])
        raise SchemaError(
            Text(
                "{what}图层第 {row} 行的 {key}（{value}）缺失或重复：每行须有唯一编号。",
                "Row {row} of the layer of {what} has a missing or repeated {key} ({value}): "
                "give each row an id of its own.",
            ).fill(what=what, row=row + 1, key=key, value=layer[key].iloc[row])
        )
    return key


def _require_places(points: gpd.GeoDataFrame, key: str, what: Text) -> None:
    shapes = points.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    empty |= ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if empty.any():
        raise GeometryError(
            Text(
                "{what} {one} 没有可用的位置：请补上坐标或去掉该行。",
                "There is no usable place for {one} among the {what}: "
                "give it coordinates or leave it out.",
            ).fill(what=what, one=points[key].iloc[int(np.argmax(empty))])
        )


def inside_area(points: gpd.GeoDataFrame, area: gpd.GeoDataFrame | None) -> NDArray[np.bool_]:
    """Tell which points lie in the study area, its border included; all where there is none."""
    if area is None or not len(area):
        return np.ones(len(points), dtype=bool)
    whole = shapely.union_all(area.to_crs(points.crs).geometry.to_numpy())
    shapely.prepare(whole)
    return np.asarray(shapely.intersects(whole, points.geometry.to_numpy()))


def count_people(homes: pd.DataFrame, column: str = "residents") -> NDArray[np.float64]:
    """Give each home's residents as numbers, NaN where they are not known.

    Raises:
        SchemaError: If a number is negative.
    """
    if column not in homes:
        return np.full(len(homes), np.nan)
    people = pd.to_numeric(homes[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if (people < 0).any():
        raise SchemaError(
            Text(
                "居民数不能为负：第 {row} 行的 {column} 为 {value:g}。",
                "Residents cannot be negative: {column} is {value:g} in row {row}.",
            ).fill(row=int(np.argmax(people < 0)) + 1, column=column, value=people[people < 0][0])
        )
    return people


def known_groups(homes: pd.DataFrame) -> list[str]:
    """List the age groups whose residents are known for some home."""
    return [name for name in AGE_GROUPS if np.isfinite(count_people(homes, name)).any()]
