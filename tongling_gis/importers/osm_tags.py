"""What OpenStreetMap's tags mean here: which column each goes to, and how its value is read.

A key that has a column goes there; a value that its column cannot hold stays, with every key
that has no column, in ``tags`` as JSON, so that nothing is lost. Meanings are those of the
OpenStreetMap wiki's pages on each key.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from tongling_gis.importers.report import RowNote
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Tags: TypeAlias = Mapping[str, str]
    Reader: TypeAlias = Callable[[str], "float | int | None"]

_FOOT_M = 0.3048
_INCH_M = 0.0254
_UNITS_M = {"": 1.0, "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0}
_UNITS_M |= {"米": 1.0, "cm": 0.01, "厘米": 0.01, "km": 1000.0}
_UNITS_M |= {"'": _FOOT_M, "ft": _FOOT_M, "feet": _FOOT_M, '"': _INCH_M, "in": _INCH_M}
_METRES = re.compile(r"~?\s*(\d+(?:[.,]\d+)?)\s*([^\d\s]*)")
_FEET_AND_INCHES = re.compile(r"(\d+)\s*'\s*(\d+(?:\.\d+)?)\s*\"?")

NO_NUMBER = frozenset({"default", "none", "below_default", "no_sign", "no_indications", "unsigned"})
"""Values of a height that say on purpose that there is no number."""

NAMES = ("name", "name:zh", "name:zh-Hans", "name:en", "int_name", "official_name", "alt_name")
"""Keys of which the first one present gives a row's name."""


def read_metres(value: str) -> float | None:
    """Read a length in metres: "3.5", "3,5 m", "12'", "12'6\\"", "350 cm"; None if it is none.

    >>> read_metres("3.5 m"), round(read_metres("12'6\\""), 2), read_metres("wide")
    (3.5, 3.81, None)
    """
    feet = _FEET_AND_INCHES.fullmatch(value.strip())
    if feet:
        return int(feet.group(1)) * _FOOT_M + float(feet.group(2)) * _INCH_M
    plain = _METRES.fullmatch(value.strip())
    if not plain or plain.group(2).lower() not in _UNITS_M:
        return None
    return float(plain.group(1).replace(",", ".")) * _UNITS_M[plain.group(2).lower()]


def read_elevation(value: str) -> float | None:
    """Read an elevation in metres, which may lie below the sea."""
    below = value.strip().startswith(("-", "−"))
    metres = read_metres(value.strip().lstrip("-−+"))
    return -metres if metres is not None and below else metres


def read_integer(value: str) -> int | None:
    """Read a whole number, with or without a sign; None for "1;2", "1.5" or words."""
    plain = re.fullmatch(r"\s*([+-]?\d+)(?:\.0*)?\s*", value)
    return int(plain.group(1)) if plain else None


def read_count(value: str) -> int | None:
    """Read a whole number that is not below nought."""
    number = read_integer(value.replace(",", ""))
    return number if number is not None and number >= 0 else None


@dataclass(frozen=True, slots=True)
class TagColumn:
    """A column that one key fills; ``read`` makes a number of its value, None keeps the text."""

    name: str
    key: str
    read: Reader | None = None


def _texts(*names: str) -> tuple[TagColumn, ...]:
    return tuple(TagColumn(name, name) for name in names)


_WIDTH = TagColumn("width_m", "width", read_metres)
_LEVEL = TagColumn("layer", "layer", read_integer)

COLUMNS: dict[str, tuple[TagColumn, ...]] = {
    "streets": (
        *_texts("highway", "access", "foot", "motor_vehicle", "oneway", "bridge", "tunnel"),
        *_texts("covered", "surface", "incline", "service"),
        _LEVEL,
        _WIDTH,
        TagColumn("maxheight_m", "maxheight", read_metres),
    ),
    "street_nodes": (
        TagColumn("elevation_m", "ele", read_elevation),
        *_texts("highway", "crossing", "barrier", "access", "foot"),
    ),
    "barriers": (*_texts("barrier"), _LEVEL),
    "gates": (
        *_texts("barrier", "entrance", "access", "foot", "motor_vehicle", "opening_hours"),
        _WIDTH,
        TagColumn("height_m", "height", read_metres),
    ),
    "entrances": _texts("entrance", "access", "foot"),
    "buildings": (
        TagColumn("use", "building"),
        TagColumn("floors", "building:levels", read_count),
        TagColumn("dwellings", "building:flats", read_count),
        TagColumn("residents", "population", read_count),
        TagColumn("residents_0_14", "population:0-14", read_count),
        TagColumn("residents_15_59", "population:15-59", read_count),
        TagColumn("residents_60_plus", "population:60+", read_count),
    ),
    "compounds": (TagColumn("residents", "population", read_count),),
    "hydrants": (
        TagColumn("kind", "fire_hydrant:type"),
        TagColumn("status", "operational_status"),
    ),
}
"""Layer -> the columns that tags fill, besides ``name`` and ``tags``."""


_UNREAD = Text(
    "{key}={value} 不是数，留在其他标签里", "{key}={value} is no number: left among the other tags"
)


def fill_columns(
    layer: str, tagged: Sequence[Tags], rows: Sequence[str]
) -> tuple[dict[str, list[Any]], list[RowNote]]:
    """Sort elements' tags into a layer's columns.

    Args:
        layer: Name of the layer.
        tagged: Each element's tags.
        rows: How each element is called in the report, "way 4711".

    Returns:
        Column -> one value an element, None where there is none; and a note on each value
        that its column cannot hold.
    """
    columns = COLUMNS.get(layer, ())
    notes: list[RowNote] = []
    kept_keys: list[set[str]] = [set() for _ in tagged]
    filled: dict[str, list[Any]] = {"name": [name_of(tags) for tags in tagged]}
    for column in columns:
        values = [tags.get(column.key) for tags in tagged]
        if column.read is not None:
            values, unread = _read_values(column, values)
            for row in unread:
                kept_keys[row].add(column.key)
                said = tagged[row][column.key]
                if said not in NO_NUMBER:
                    reason = _UNREAD.fill(key=column.key, value=said)
                    notes.append(RowNote(layer, rows[row], column.name, reason, "repaired"))
        filled[column.name] = values
    placed = {"name", *(column.key for column in columns)}
    filled["tags"] = [
        rest_of(tags, placed - kept) for tags, kept in zip(tagged, kept_keys, strict=True)
    ]
    return filled, notes


def _read_values(column: TagColumn, values: Sequence[str | None]) -> tuple[list[Any], list[int]]:
    assert column.read is not None
    read = [None if value is None else column.read(value) for value in values]
    unread = [row for row, value in enumerate(values) if value is not None and read[row] is None]
    return read, unread


def name_of(tags: Tags) -> str | None:
    """Give an element's name, in the local language before any other."""
    return next((tags[key] for key in NAMES if key in tags), None)


def rest_of(tags: Tags, placed: Iterable[str]) -> str:
    """Write the tags that have no column as JSON, keys sorted.

    >>> rest_of({"name": "北门", "lit": "yes"}, {"name"})
    '{"lit": "yes"}'
    """
    rest = {key: value for key, value in tags.items() if key not in placed}
    return json.dumps(rest, ensure_ascii=False, sort_keys=True)
