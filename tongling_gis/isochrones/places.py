"""The places that isochrones are drawn around, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongling_gis.errors import CrsError, GeometryError, InputError, SchemaError
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray
    from pyproj import CRS


@dataclass(frozen=True, eq=False)
class Places:
    """Checked places: their ids, names ("" where they have none) and points in metres."""

    key: str
    place_id: list[str]
    name: list[str]
    points: NDArray[np.object_]


def check_places(places: gpd.GeoDataFrame, crs: CRS) -> Places:
    """Check the places and bring them to the network's CRS.

    Raises:
        InputError: If there are none, or as ``CrsError``, ``GeometryError`` or
            ``SchemaError`` if they have no CRS, are no points or share ids.
    """
    import shapely

    if not len(places):
        raise InputError(
            Text("没有地点，无法计算等时圈。", "There are no places to measure isochrones of.")
        )
    if places.crs is None:
        raise CrsError(
            Text("地点图层没有坐标系：请先声明。", "The places have no CRS: declare it first.")
        )
    points = places.geometry.to_crs(crs).to_numpy(dtype=object)
    wrong = ~shapely.is_missing(points) & (
        shapely.get_type_id(points) != shapely.GeometryType.POINT
    )
    if wrong.any():
        row = int(wrong.argmax())
        raise GeometryError(
            Text(
                f"地点第 {row + 1} 行不是点，而是 {points[row].geom_type}：请改用点。",
                f"Row {row + 1} of the places is a {points[row].geom_type}, not a point: "
                "give points.",
            )
        )
    key = _find_key(places)
    ids = (places.index if key == "" else places[key]).astype(str).tolist()
    _refuse_doubles(ids, key)
    names = places["name"].fillna("").astype(str).tolist() if "name" in places else [""] * len(ids)
    return Places(key, ids, names, points)


def _find_key(places: gpd.GeoDataFrame) -> str:
    """Find the schema's key column among the places' columns, "" for their index."""
    keys = (table.key for table in TABLES.values() if table.shape == "Point")
    return next((key for key in keys if key in places), "")


def _refuse_doubles(ids: list[str], key: str) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise SchemaError(
                Text(
                    f"地点编号“{one}”（{key or '行号'}列）重复：每个地点的编号必须唯一。",
                    f"The place id {one!r} (column {key or 'index'}) occurs twice: "
                    "each place needs its own.",
                )
            )
        seen.add(one)
