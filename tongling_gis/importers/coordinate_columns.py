"""Which columns of a table hold coordinates, in what order, and what their headings declare."""

from __future__ import annotations

import math
import numbers
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tongling_gis.crs import read_crs
from tongling_gis.errors import SchemaError
from tongling_gis.importers.cells import is_missing, plain
from tongling_gis.importers.headings import normalise
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_DATUMS: Final[tuple[tuple[str, str], ...]] = (
    (r"epsg-?(\d{4,6})", ""),
    (r"gcj-?02|gcj|高德|腾讯|火星|amap|gaode|tencent", "GCJ-02"),
    (r"bd-?09(?:ll)?|百度|baidu|^bd(?=l)|(?<=[nt])bd$", "BD-09"),
    (r"wgs-?84|wgs", "WGS84"),
    (r"cgcs-?2000|国家2000|大地2000|2000国家大地", "CGCS2000"),
)
_NOISE: Final = re.compile(r"[()\[\]【】〔〕,，、/.:]|坐标系|中心点|中心|^gps|^map|^geo(?=l)")
_UNIT: Final = re.compile(r"[(\[【](?:m|米|度|°|单位.*|十进制.*)[)\]】]$")
_LON: Final = frozenset({"经度", "东经", "lon", "lng", "long", "longitude", "经"})
_LAT: Final = frozenset({"纬度", "北纬", "lat", "latitude", "纬"})
_EAST: Final = frozenset({"东坐标", "横坐标", "easting", "东向坐标", "东"})
_NORTH: Final = frozenset({"北坐标", "纵坐标", "northing", "北向坐标", "北"})
_X: Final = frozenset({"x", "x坐标", "坐标x", "coordx", "xcoord", "pointx", "x值", "xm", "x米"})
_Y: Final = frozenset({"y", "y坐标", "坐标y", "coordy", "ycoord", "pointy", "y值", "ym", "y米"})
_PAIR: Final = frozenset({"坐标", "经纬度", "location", "lnglat", "lonlat", "经纬度坐标", "坐标点"})
_PAIR_LAT_FIRST: Final = frozenset({"纬经度", "latlng", "latlon"})
_WKT: Final = frozenset({"wkt", "geometry", "geom", "thegeom", "几何", "图形", "shape", "wktgeom"})
_PREFERENCE: Final = ("WGS84", "CGCS2000", "EPSG", "GCJ-02", "BD-09", "")
_ANGLE: Final = re.compile(
    r"(?:东经|北纬|西经|南纬|[NSEW])?\s*(?P<d>\d{1,3}(?:\.\d+)?)\s*[°度]\s*"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*['′’分]\s*)?(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:[\"″”秒]|''|′′|’’))?\s*(?P<w>[NSEW])?",
    re.IGNORECASE,
)
_PAIR_CELL: Final = re.compile(r"[(\[]?\s*([^,;\s]+)\s*[,;\s]\s*([^,;\s]+?)\s*[)\]]?")

NO_COORDINATES = Text("缺少坐标", "it has no coordinates")
_NOT_A_NUMBER = Text("{heading}“{value}”不是数", "{heading} {value!r} is not a number")
_NOT_WKT = Text("WKT 读不出图形", "its WKT cannot be read")
_NO_COLUMN = Text(
    "{where}没有“{name}”列，有：{headings}。",
    "{where} has no column {name!r}; it has: {headings}.",
)


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where a table's coordinates are.

    Attributes:
        headings: (x, y), or the one column that holds both, or WKT.
        kind: "xy", "pair", "latfirst" or "wkt".
        datum: What the headings declare, "" where they say nothing.
        loose: Whether the headings leave open which is north.
    """

    headings: tuple[str, ...]
    kind: str = "xy"
    datum: str = ""
    loose: bool = False


def find_coordinates(headings: Sequence[str], *, declared: str | None = None) -> list[Coordinates]:
    """Find the columns that may hold coordinates, the best first.

    Args:
        headings: A table's headings.
        declared: What the user declares; columns whose headings say the same come first.

    >>> [(c.headings, c.datum) for c in find_coordinates(["名称", "经度(GCJ-02)", "纬度(GCJ-02)"])]
    [(('经度(GCJ-02)', '纬度(GCJ-02)'), 'GCJ-02')]
    """
    parsed = [(heading, *_parse(heading)) for heading in headings]
    wanted = str(read_crs(declared)) if declared else ""
    return sorted(
        _pair_up(parsed),
        key=lambda found: (
            bool(declared) and bool(found.datum) and str(read_crs(found.datum)) != wanted,
            bool(declared) and not found.datum,
            _PREFERENCE.index(found.datum.split(":")[0]),
            found.kind != "wkt",
        ),
    )


def name_coordinates(
    x: str | None, y: str | None, headings: Sequence[str], *, where: Text
) -> Coordinates:
    """Take the columns that the user names.

    Raises:
        SchemaError: If one of them is not there.
    """
    known = {normalise(heading): heading for heading in headings}
    found = []
    for name in (x, y):
        heading = known.get(normalise(name or ""))
        if heading is None:
            listed = "、".join(headings)
            raise SchemaError(_NO_COLUMN.fill(where=where, name=name or "", headings=listed))
        found.append(heading)
    datums = {_parse(heading)[1] for heading in found}
    return Coordinates((found[0], found[1]), datum=datums.pop() if len(datums) == 1 else "")


def build_shapes(
    rows: pd.DataFrame, columns: Coordinates
) -> tuple[NDArray[np.object_], dict[int, Text]]:
    """Build each row's shape; None and the reason where a cell cannot be read.

    Args:
        rows: A table's cells.
        columns: Where its coordinates are.
    """
    import shapely

    if columns.kind == "wkt":
        return _read_wkt(rows[columns.headings[0]].tolist())
    faults: dict[int, Text] = {}
    xy = np.full((len(rows), 2), np.nan)
    for k, written in enumerate(_written_pairs(rows, columns)):
        place = [_read_angle(cell) for cell in written]
        if all(is_missing(cell) for cell in written):
            faults[k] = NO_COORDINATES
        elif None in place:
            bad = place.index(None)
            heading = columns.headings[min(bad, len(columns.headings) - 1)]
            faults[k] = _NOT_A_NUMBER.fill(heading=heading, value=_shown(written[bad]))
        else:
            xy[k] = place if columns.kind != "latfirst" else place[::-1]
    shapes = np.full(len(rows), None, dtype=object)
    good = np.isfinite(xy).all(axis=1)
    shapes[good] = shapely.points(xy[good])
    return shapes, faults


def _shown(cell: object) -> str:
    return "" if is_missing(cell) else str(cell)


def _parse(heading: str) -> tuple[str, str]:
    """Part a heading into what it names and the datum that it declares."""
    text, datum = _UNIT.sub("", normalise(heading)), ""
    for pattern, name in _DATUMS:
        found = re.search(pattern, text)
        if found is not None:
            datum = name or f"EPSG:{found[1]}"
            text = text[: found.start()] + text[found.end() :]
            break
    return _NOISE.sub("", text).strip("-"), datum


def _pair_up(parsed: list[tuple[str, str, str]]) -> Iterator[Coordinates]:
    for heading, name, datum in parsed:
        if name in _WKT:
            yield Coordinates((heading,), "wkt", datum)
        elif name in _PAIR | _PAIR_LAT_FIRST:
            yield Coordinates((heading,), "pair" if name in _PAIR else "latfirst", datum)
    for firsts, seconds, loose in ((_LON, _LAT, False), (_EAST, _NORTH, False), (_X, _Y, True)):
        for datum in dict.fromkeys(datum for _, _, datum in parsed):
            x = [h for h, name, said in parsed if name in firsts and said == datum]
            y = [h for h, name, said in parsed if name in seconds and said == datum]
            if x and y:
                yield Coordinates((x[0], y[0]), "xy", datum, loose)


def _written_pairs(rows: pd.DataFrame, columns: Coordinates) -> Iterable[tuple[Any, Any]]:
    if columns.kind == "xy":
        return zip(*(rows[heading].tolist() for heading in columns.headings), strict=True)
    return (_part(cell) for cell in rows[columns.headings[0]].tolist())


def _part(cell: object) -> tuple[Any, Any]:
    found = None if is_missing(cell) else _PAIR_CELL.fullmatch(plain(cell))
    return (found[1], found[2]) if found else (cell, cell)


def _read_angle(cell: object) -> float | None:
    """Read 117.81, "117.81°" or "东经117°48′36″"; None where it is no number."""
    if isinstance(cell, numbers.Real):
        return float(cell) if math.isfinite(cell) else None
    text = plain(cell).replace(",", "")
    try:
        value = float(text)
    except ValueError:
        found = _ANGLE.fullmatch(text)
        if found is None:
            return None
        parts = [float(found[part] or 0.0) for part in ("d", "m", "s")]
        value = parts[0] + parts[1] / 60.0 + parts[2] / 3600.0
        south = text.startswith(("西经", "南纬", "S", "W")) or (found["w"] or "").upper() in {
            "S",
            "W",
        }
        value = -value if south else value
    return value if math.isfinite(value) else None


def _read_wkt(cells: list[Any]) -> tuple[NDArray[np.object_], dict[int, Text]]:
    faults: dict[int, Text] = {}
    shapes = np.full(len(cells), None, dtype=object)
    for k, cell in enumerate(cells):
        if is_missing(cell):
            faults[k] = NO_COORDINATES
            continue
        shapes[k] = _parse_wkt(str(cell).strip())
        if shapes[k] is None:
            faults[k] = _NOT_WKT
    return shapes, faults


def _parse_wkt(text: str) -> BaseGeometry | None:
    import shapely

    shape: BaseGeometry | None
    if text.startswith("{"):
        shape = shapely.from_geojson(text, on_invalid="ignore")
    else:
        shape = shapely.from_wkt(text.rsplit(";", 1)[-1], on_invalid="ignore")
    return shape
