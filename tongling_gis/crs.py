"""Coordinates: CGCS2000, WGS 84, GCJ-02 and BD-09, to metres and back.

GCJ-02 (Gaode, Tencent) and BD-09 (Baidu) are not coordinate reference systems that PROJ
knows: they are WGS 84 shifted by a fixed, public formula. They are undone here, before
anything else sees a coordinate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from tongling_gis.errors import CrsError
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray
    from pyproj import CRS

    Degrees: TypeAlias = NDArray[np.float64]

ShiftedDatum: TypeAlias = Literal["GCJ-02", "BD-09"]
SHIFTED_DATUMS: tuple[ShiftedDatum, ...] = get_args(ShiftedDatum)

WGS84 = "EPSG:4326"
CGCS2000 = "EPSG:4490"

_KRASOVSKY_A_M = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323
_BD_PI = np.pi * 3000.0 / 180.0
_INVERSE_ROUNDS = 12
_CHINA_LON = (72.004, 137.8347)
_CHINA_LAT = (0.8293, 55.8271)
_ZONE_LON = (73.5, 136.5)


def inside_china_box(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Tell which points lie in the box within which GCJ-02 is shifted."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    return (x >= _CHINA_LON[0]) & (x <= _CHINA_LON[1]) & (y >= _CHINA_LAT[0]) & (y <= _CHINA_LAT[1])


def _gcj02_shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon - 105.0, lat - 35.0
    wave = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + wave
    east_m += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north_m += wave + (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _KRASOVSKY_E2 * np.sin(phi) ** 2
    root = np.sqrt(magic)
    meridian_m = _KRASOVSKY_A_M * (1.0 - _KRASOVSKY_E2) / (magic * root)
    parallel_m = _KRASOVSKY_A_M / root * np.cos(phi)
    inside = inside_china_box(lon, lat)
    east = np.where(inside, np.degrees(east_m / parallel_m), 0.0)
    north = np.where(inside, np.degrees(north_m / meridian_m), 0.0)
    return east, north


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 degrees to GCJ-02; points outside China stay where they are."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    east, north = _gcj02_shift(x, y)
    return x + east, y + north


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Undo GCJ-02 by fixed-point iteration, to well under a millimetre."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    guess_x, guess_y = x, y
    for _ in range(_INVERSE_ROUNDS):
        east, north = _gcj02_shift(guess_x, guess_y)
        guess_x, guess_y = x - east, y - north
    return guess_x, guess_y


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift GCJ-02 degrees to BD-09."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Undo BD-09 by fixed-point iteration."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    guess_x, guess_y = x - 0.0065, y - 0.006
    for _ in range(_INVERSE_ROUNDS):
        there_x, there_y = gcj02_to_bd09(guess_x, guess_y)
        guess_x, guess_y = guess_x + (x - there_x), guess_y + (y - there_y)
    return guess_x, guess_y


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Shift WGS 84 degrees to BD-09."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Degrees, Degrees]:
    """Undo BD-09 all the way to WGS 84."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def read_crs(declared: str) -> CRS | ShiftedDatum:
    """Read what a user declared: "WGS84", "CGCS2000", "GCJ-02", "BD-09" or any PROJ text.

    Raises:
        CrsError: If nothing knows that name.

    >>> read_crs("gcj02")
    'GCJ-02'
    >>> read_crs("CGCS2000").to_epsg()
    4490
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    plain = declared.strip().upper().replace("-", "").replace(" ", "").replace("_", "")
    shifted: dict[str, ShiftedDatum] = {
        "GCJ02": "GCJ-02",
        "GCJ": "GCJ-02",
        "BD09": "BD-09",
        "BD09LL": "BD-09",
    }
    if plain in shifted:
        return shifted[plain]
    known = {"WGS84": WGS84, "CGCS2000": CGCS2000}
    try:
        return CRS.from_user_input(known.get(plain, declared.strip()))
    except CRSError as error:
        raise CrsError(
            Text(
                f"不认识坐标系“{declared}”："
                "请写 WGS84、CGCS2000、GCJ-02、BD-09 或 EPSG:4548 这样的编号。",
                f"Unknown coordinate system {declared!r}: "
                "write WGS84, CGCS2000, GCJ-02, BD-09 or a code such as EPSG:4548.",
            )
        ) from error


def metric_crs(lon: float, lat: float) -> CRS:
    """Choose the projected CRS in metres for a place.

    In China the CGCS2000 3-degree Gauss-Kruger zone without zone prefix (EPSG:4534 to 4554);
    elsewhere the WGS 84 UTM zone.

    >>> metric_crs(117.8, 30.9).to_epsg()
    4548
    >>> metric_crs(24.9, 60.2).to_epsg()
    32635
    """
    from pyproj import CRS

    if _ZONE_LON[0] <= lon <= _ZONE_LON[1] and _CHINA_LAT[0] <= lat <= _CHINA_LAT[1]:
        return CRS.from_epsg(4534 + (round(lon / 3.0) * 3 - 75) // 3)
    zone = int((lon + 180.0) // 6.0) % 60 + 1
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def metric_crs_of(layer: gpd.GeoDataFrame) -> CRS:
    """Choose the projected CRS in metres for a layer, from the middle of its extent.

    Raises:
        CrsError: If the layer has no CRS or nothing in it.
    """
    if layer.crs is None:
        raise CrsError(
            Text("图层没有坐标系：请先声明。", "The layer has no CRS: declare it first.")
        )
    west, south, east, north = layer.to_crs(WGS84).total_bounds
    if not np.isfinite([west, south, east, north]).all():
        raise CrsError(
            Text(
                "图层没有可用的坐标。",
                "The layer has no usable coordinates.",
            )
        )
    return metric_crs((west + east) / 2.0, (south + north) / 2.0)


def to_wgs84(layer: gpd.GeoDataFrame, declared: CRS | ShiftedDatum) -> gpd.GeoDataFrame:
    """Bring a layer whose coordinates are as declared to WGS 84 (EPSG:4326).

    The layer's own CRS label is ignored: the declaration stands. The layer is not changed.
    """
    if not isinstance(declared, str):
        return layer.set_crs(declared, allow_override=True).to_crs(WGS84)
    import shapely

    undo = gcj02_to_wgs84 if declared == "GCJ-02" else bd09_to_wgs84

    def unshift(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([*undo(xy[:, 0], xy[:, 1])])

    moved = layer.set_crs(WGS84, allow_override=True)
    return moved.set_geometry(
        type(moved.geometry)(
            shapely.transform(moved.geometry.to_numpy(), unshift), index=moved.index, crs=WGS84
        )
    )
