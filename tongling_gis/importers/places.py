"""Which coordinate system a file's coordinates are in: declared, labelled, never guessed.

What is declared is checked against the numbers, and where the numbers cannot be, the error
says which reading would make sense of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.crs import WGS84, inside_china_box, read_crs, to_wgs84
from tongling_gis.errors import CrsError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from tongling_gis.crs import ShiftedDatum

    Numbers: TypeAlias = NDArray[np.float64]

_LAND_LON: Final = (73.0, 136.0)
_LAND_LAT: Final = (17.0, 54.0)
_ZONE_MARGIN_DEG: Final = 4.0
_PREFIXED_3_DEG: Final = {zone: f"EPSG:{4513 + zone - 25}" for zone in range(25, 46)}
_PREFIXED_6_DEG: Final = {zone: f"EPSG:{4491 + zone - 13}" for zone in range(13, 24)}
_PLAIN_ZONES: Final = {
    **{f"EPSG:{4534 + k}": 75.0 + 3.0 * k for k in range(21)},
    **{f"EPSG:{4502 + k}": 75.0 + 6.0 * k for k in range(11)},
}
"""Zones without a prefix -> their central meridian, of 3 degrees and of 6."""
_DEGREE_M: Final = 111_320.0
_FALSE_EASTING_M: Final = 500_000.0
_EASTING_SPREAD_M: Final = 350_000.0
_NORTHINGS_M: Final = (300_000.0, 6_200_000.0)
_CHOICES: Final = Text(
    "WGS84、CGCS2000、GCJ-02（高德、腾讯）、BD-09（百度）或 EPSG:4548 这样的编号",
    "WGS84, CGCS2000, GCJ-02 (Gaode, Tencent), BD-09 (Baidu) or a code such as EPSG:4548",
)
_UNDECLARED: Final = Text(
    "{where}没有说明坐标系：请用 --crs 声明，可写{choices}。{hint}",
    "{where} does not say its coordinate system: declare it with --crs as {choices}. {hint}",
)
_IMPOSSIBLE: Final = Text(
    "{where}的坐标（如 {x:.6g}，{y:.6g}）不可能是{crs}。{hint}",
    "{where}: coordinates such as {x:.6g}, {y:.6g} cannot be {crs}. {hint}",
)
_NO_WAY: Final = Text(
    "{where}的坐标系“{crs}”不能换算为 WGS 84：请用 --crs 声明正确的坐标系。",
    "{where}: no way leads from its coordinate system {crs!r} to WGS 84: declare the right one"
    " with --crs.",
)
_NO_HINT: Final = Text(
    "请核对坐标列和坐标系，或先运行 tongling-gis doctor。",
    "Check the coordinate columns and the coordinate system, or run tongling-gis doctor first.",
)
_LIKE_DEGREES: Final = Text(
    "看起来是经纬度；来自 GPS 或 OpenStreetMap 的为 WGS84。",
    "They look like degrees; from a GPS or OpenStreetMap they are WGS84.",
)
_SWAP: Final = Text("且两列对调（x 为北坐标）", " with the two exchanged (x is north)")


class Reading(NamedTuple):
    """One way to read a pair of numbers that puts it on land in China, or near a place.

    Attributes:
        crs: The coordinate system, as it can be declared.
        swapped: Whether the first number is the northing or latitude.
        lon: Where that puts it, degrees.
        lat: The same.
    """

    crs: str
    swapped: bool
    lon: float
    lat: float

    def say(self) -> Text:
        """Say it as advice."""
        swap = _SWAP if self.swapped else Text("", "")
        return Text(
            f"{self.crs}{swap.zh}：{self.lon:.4f}E {self.lat:.4f}N",
            f"{self.crs}{swap.en}: {self.lon:.4f}E {self.lat:.4f}N",
        )


@dataclass(frozen=True)
class Datum:
    """What coordinates are taken to be in.

    Attributes:
        crs: For ``crs.to_wgs84``.
        name: As the report says it.
        warnings: Such as a declaration that differs from the file's label.
    """

    crs: CRS | ShiftedDatum
    name: str
    warnings: tuple[Text, ...] = ()

    @property
    def is_geographic(self) -> bool:
        """Whether the coordinates are degrees."""
        return isinstance(self.crs, str) or bool(self.crs.is_geographic)


def choose_datum(
    label: CRS | ShiftedDatum | None, declared: str | None, *, where: Text, xy: Numbers
) -> Datum:
    """Choose between what the user declares and what the file's label says.

    Args:
        label: The file's own label.
        declared: What the user declares; it stands above the label.
        where: The file or sheet, for messages.
        xy: Some of its coordinates, (n, 2), for advice.

    Raises:
        CrsError: If neither says it, or a declaration is of no known system.
    """
    if declared:
        crs = read_crs(declared)
        name = name_crs(crs)
        if label is not None and name_crs(label) != name:
            said = Text(
                f"{where.zh}自称 {name_crs(label)}，按声明的 {name} 读取",
                f"{where.en} is labelled {name_crs(label)}; read as {name}, as declared",
            )
            return Datum(crs, name, (said,))
        return Datum(crs, name)
    if label is None:
        raise CrsError(_UNDECLARED.fill(where=where, choices=_CHOICES, hint=hint_for(xy)))
    return Datum(label, name_crs(label))


def check_possible(datum: Datum, xy: Numbers, *, where: Text) -> None:
    """See that coordinates can be in a coordinate system at all, by their middle.

    Raises:
        CrsError: If they cannot; the message says which reading would make sense of them.
    """
    x, y = middle(xy)
    if np.isfinite([x, y]).all() and not is_possible(datum, x, y):
        raise CrsError(
            _IMPOSSIBLE.fill(
                where=where, x=x, y=y, crs=Text(f" {datum.name}", datum.name), hint=hint_for(xy)
            )
        )


def is_possible(datum: Datum, x: float, y: float) -> bool:
    """Tell whether a pair of numbers, x east and y north, can be in a coordinate system."""
    if datum.is_geographic:
        inside = abs(x) <= 180.0 and abs(y) <= 90.0  # noqa: PLR2004 - degrees of the globe
        return inside and (datum.name in {WGS84, "OGC:CRS84"} or _in_use(datum, x, y))
    place = project_back(datum.crs, x, y)
    return place is not None and _in_use(datum, *place)


def middle(xy: Numbers) -> tuple[float, float]:
    """Find the median of coordinates, (n, 2); NaN where there are none."""
    sound = xy[np.isfinite(xy).all(axis=1)]
    if not len(sound):
        return np.nan, np.nan
    x, y = np.median(sound, axis=0)
    return float(x), float(y)


def find_readings(
    x: float, y: float, *, near: tuple[float, float] | None = None, within_deg: float = 0.5
) -> list[Reading]:
    """List the ways to read a pair of numbers as a place.

    Args:
        x: First number.
        y: Second number.
        near: Longitude and latitude that the place must be near; without it the place must
            lie on land in China, and zones that the numbers do not tell apart are left out.
        within_deg: How near, in degrees.
    """
    found = []
    for swapped, (east, north) in ((False, (x, y)), (True, (y, x))):
        for crs in _systems(east, north, near=near):
            place = (east, north) if crs == WGS84 else project_back(crs, east, north)
            if place is not None and _is_near(*place, near, within_deg):
                found.append(Reading(crs, swapped, *place))
    return _leave_out_twins(found)


def _leave_out_twins(readings: list[Reading]) -> list[Reading]:
    """Leave out zones of 6 degrees that are the same projection as one of 3 degrees before."""
    kept: dict[tuple[bool, float, float], Reading] = {}
    for one in readings:
        kept.setdefault((one.swapped, round(one.lon, 7), round(one.lat, 7)), one)
    return list(kept.values())


def project_back(crs: CRS | str, x: float, y: float) -> tuple[float, float] | None:
    """Find longitude and latitude of projected coordinates, None where there is none."""
    from pyproj.exceptions import ProjError

    try:
        lon, lat = _to_degrees(crs if isinstance(crs, str) else crs.to_wkt()).transform(x, y)
    except ProjError:
        return None
    return (float(lon), float(lat)) if np.isfinite([lon, lat]).all() else None


def bring_to_wgs84(layer: gpd.GeoDataFrame, datum: Datum, *, where: Text) -> gpd.GeoDataFrame:
    """Bring a layer whose coordinates are in a datum to WGS 84 (EPSG:4326).

    Raises:
        CrsError: If its coordinate system leads nowhere, as from a damaged .prj.
    """
    from pyproj.exceptions import ProjError

    try:
        return to_wgs84(layer, datum.crs)
    except ProjError as error:
        raise CrsError(_NO_WAY.fill(where=where, crs=datum.name)) from error


def name_crs(crs: CRS | ShiftedDatum) -> str:
    """Name a coordinate system by its code where it has one.

    >>> name_crs(read_crs("CGCS2000"))
    'EPSG:4490'
    """
    if isinstance(crs, str):
        return crs
    authority = crs.to_authority(min_confidence=70)
    if authority is None:
        return str(crs.name)
    return WGS84 if authority == ("OGC", "CRS84") else ":".join(authority)


@lru_cache(maxsize=256)
def _to_degrees(crs: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - pyproj's type is imported late
    from pyproj import Transformer

    return Transformer.from_crs(crs, WGS84, always_xy=True)


def _in_use(datum: Datum, lon: float, lat: float) -> bool:
    if isinstance(datum.crs, str):
        return bool(inside_china_box(lon, lat))
    area = datum.crs.area_of_use
    if area is None:
        return True
    margin = _ZONE_MARGIN_DEG
    return bool(
        area.west - margin <= lon <= area.east + margin
        and area.south - margin <= lat <= area.north + margin
    )


def _systems(east: float, north: float, *, near: tuple[float, float] | None) -> Iterator[str]:
    """Give the coordinate systems that a pair of numbers may be in, by its size."""
    if abs(east) <= 180.0 and abs(north) <= 90.0:  # noqa: PLR2004 - degrees of the globe
        yield WGS84
    if not _NORTHINGS_M[0] <= north <= _NORTHINGS_M[1]:
        return
    zone, rest = divmod(east, 1_000_000.0)
    off_meridian_m = rest - _FALSE_EASTING_M
    if abs(off_meridian_m) > _EASTING_SPREAD_M:
        return
    for prefixed in (_PREFIXED_3_DEG, _PREFIXED_6_DEG):
        if int(zone) in prefixed:
            yield prefixed[int(zone)]
    if zone == 0 and near is not None:
        meridian = near[0] - off_meridian_m / (_DEGREE_M * np.cos(np.radians(near[1])))
        yield from (crs for crs, centre in _PLAIN_ZONES.items() if abs(centre - meridian) < 1.0)


def _is_near(lon: float, lat: float, near: tuple[float, float] | None, within_deg: float) -> bool:
    if near is None:
        return _LAND_LON[0] <= lon <= _LAND_LON[1] and _LAND_LAT[0] <= lat <= _LAND_LAT[1]
    return abs(lon - near[0]) <= within_deg and abs(lat - near[1]) <= within_deg


def hint_for(xy: Numbers) -> Text:
    """Say how coordinates, (n, 2), could be read."""
    x, y = middle(xy)
    if not np.isfinite([x, y]).all():
        return _NO_HINT
    readings = find_readings(x, y)
    if any(one.crs == WGS84 for one in readings):
        return _degrees_hint(swapped=all(one.swapped for one in readings))
    if readings:
        listed = [one.say() for one in readings]
        return Text(
            f"可能是 {'；'.join(one.zh for one in listed)}。",
            f"They may be {'; '.join(one.en for one in listed)}.",
        )
    for north, east, swap in ((y, x, Text("", "")), (x, y, _SWAP)):
        if (
            _NORTHINGS_M[0] <= north <= _NORTHINGS_M[1]
            and abs(east - _FALSE_EASTING_M) <= _EASTING_SPREAD_M
        ):
            return Text(
                f"看起来是不带带号的高斯投影坐标{swap.zh}，带号看不出来"
                "（铜陵 3 度带为 EPSG:4548，中央经线 117°）。",
                f"They look like Gauss-Kruger metres without a zone prefix{swap.en}; the zone"
                " cannot be told from them (Tongling's 3-degree zone is EPSG:4548, 117 E).",
            )
    inside = abs(x) <= 180.0 and abs(y) <= 90.0  # noqa: PLR2004 - degrees of the globe
    return _LIKE_DEGREES if inside else _NO_HINT


def _degrees_hint(*, swapped: bool) -> Text:
    if swapped:
        return Text(
            "看起来是经纬度，但两列对调了（先纬度后经度）。",
            "They look like degrees with the two exchanged (latitude first).",
        )
    return Text(
        "看起来是经纬度；来自高德、腾讯的多为 GCJ-02，来自百度的为 BD-09。",
        "They look like degrees; from Gaode or Tencent they are GCJ-02, from Baidu BD-09.",
    )
