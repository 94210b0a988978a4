"""What OpenStreetMap's tags mean here: which column each goes to, and how its value is read.

A key that has a column goes there; a value that its column cannot hold stays, with every key
that has no column, in ``tags`` as JSON, so that nothing is lost. Meanings are those of the
OpenStreetMap wiki's pages on each key.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tongling_gis.importers.report import RowNote
from tongling_gis.importers.units import unit_factor
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Tags: TypeAlias = Mapping[str, str]
    Reader: TypeAlias = Callable[[str], "float | int | None"]

OPENSTREETMAP = Text("© OpenStreetMap 贡献者，ODbL 1.0", "© OpenStreetMap contributors, ODbL 1.0")
"""Whom OpenStreetMap's data are by, as its licence wants it said."""

INVENTED = Text("示例数据（虚构）", "Invented sample data")
"""What is said of data that nobody surveyed."""

_FOOT_M = 0.3048
_INCH_M = 0.0254
_FEET_M = {"'": _FOOT_M, "ft": _FOOT_M, "feet": _FOOT_M, '"': _INCH_M, "in": _INCH_M}
_METRES = re.compile(r"~?\s*(\d+(?:[.,]\d+)?)\s*([^\d\s]*)")
_FEET_AND_INCHES = re.compile(r"(\d+)\s*'\s*(\d+(?:\.\d+)?)\s*\"?")

NO_NUMBER = frozenset({"default", "none", "below_default", "no_sign", "no_indications", "unsigned"})
"""Values of a height that say on purpose that there is no number."""

NAMES = ("name", "name:zh", "name:zh-Hans", "name:en", "int_name", "official_name", "alt_name")
"""Keys of which the first one present gives a row's name."""


def read_metres(value: str) -> float | None:
    r"""Read a length in metres: "3.5", "3,5 m", "12'", "12'6\"", "350 cm"; None if it is none.

    >>> read_metres("3.5 m"), round(read_metres("12'6\""), 2), read_metres("wide")
    (3.5, 3.81, None)
    """
    feet = _FEET_AND_INCHES.fullmatch(value.strip())
    if feet:
        return int(feet.group(1)) * _FOOT_M + float(feet.group(2)) * _INCH_M
    plain = _METRES.fullmatch(value.strip())
    if not plain:
        return None
    unit = plain.group(2).lower() or "m"
    factor = _FEET_M.get(unit) or unit_factor(unit, "m")
    return None if factor is None else float(plain.group(1).replace(",", ".")) * factor


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


def read_whole_part(value: str) -> int | None:
    """Read the whole storeys of "5.5"."""
    plain = re.fullmatch(r"\s*(\d+)[.,]\d+\s*", value)
    return int(plain.group(1)) if plain else None


@dataclass(frozen=True, slots=True)
class TagColumn:
    """A column that one key fills.

    Attributes:
        name: The column.
        key: The key.
        read: Makes a number of its value; None keeps the text.
        rough: What to try where ``read`` finds no number; such a value is kept in ``tags`` too.
    """

    name: str
    key: str
    read: Reader | None = None
    rough: Reader | None = None


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
        TagColumn("floors", "building:levels", read_count, read_whole_part),
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


class Rule(NamedTuple):
    """Which elements belong to a layer: those whose ``key`` has one of ``values``; None is any."""

    key: str
    values: frozenset[str] | None


def _rule(key: str, *values: str) -> Rule:
    return Rule(key, frozenset(values) or None)


AREA_RULES: dict[str, tuple[Rule, ...]] = {
    "buildings": (_rule("building"),),
    "compounds": (_rule("landuse", "residential"),),
    "water": (
        _rule("natural", "water"),
        _rule("landuse", "reservoir", "basin", "pond"),
        _rule("waterway", "riverbank", "dock"),
    ),
    "green": (
        _rule("leisure", "park", "garden", "nature_reserve", "common"),
        _rule("landuse", "grass", "forest", "meadow", "recreation_ground", "village_green"),
        _rule("landuse", "flowerbed", "orchard", "allotments"),
        _rule("natural", "wood", "scrub", "grassland", "heath", "shrubbery"),
    ),
}
"""Layer -> what makes an area one of its rows."""

AMENITY_KEYS = (
    *("amenity", "shop", "leisure", "office", "healthcare", "tourism"),
    *("public_transport", "emergency"),
)
"""Keys of facilities; the first that an element has gives its kind, as ``amenity=library``."""

NO_FACILITY: dict[str, frozenset[str]] = {
    "emergency": frozenset(
        {"yes", "no", "designated", "permissive", "destination", "private", "official"}
    ),
    "public_transport": frozenset({"stop_area", "stop_area_group", "network"}),
}
"""Values that make no facility: access for emergency vehicles, and groups of stops."""

POINT_RULES: dict[str, tuple[Rule, ...]] = {
    "schools": (_rule("amenity", "school", "kindergarten", "college", "university"),),
    "bus_stops": (_rule("highway", "bus_stop"),),
    "hydrants": (_rule("emergency", "fire_hydrant"), _rule("amenity", "fire_hydrant")),
    "fire_stations": (_rule("amenity", "fire_station"),),
    "shelters": (
        _rule("emergency", "assembly_point", "emergency_shelter", "shelter", "evacuation_centre"),
        _rule("amenity", "emergency_shelter"),
    ),
}
"""Layer of points -> what makes an element of any shape one of its rows."""

TELLING_KEYS = (
    *("highway", "railway", "waterway", "natural", "landuse", "power", "man_made", "historic"),
    *("building:part", "aeroway", "traffic_calming", "traffic_sign", "place", "boundary"),
    *("route", "route_master", "public_transport", "restriction", "building", "barrier"),
    *("amenity", "emergency", "indoor", "area:highway", "addr:housenumber"),
)
"""Keys that tell what an element is, for the account of what no layer takes."""

_SHELTER_WORDS = ("避难场所", "避难所", "避難")


def fits(tags: Tags, rules: Sequence[Rule]) -> bool:
    """Tell whether tags meet one of a layer's rules."""
    for key, values in rules:
        value = tags.get(key)
        if value is not None and (value in values if values else value != "no"):
            return True
    return False


def layers_of(tags: Tags) -> list[str]:
    """Name the layers of areas and points that an element belongs to.

    >>> layers_of({"amenity": "kindergarten", "building": "yes"})
    ['buildings', 'schools', 'amenities']
    """
    found = [layer for layer, rules in AREA_RULES.items() if fits(tags, rules)]
    found += [layer for layer, rules in POINT_RULES.items() if fits(tags, rules)]
    if "bus_stops" not in found and _is_bus_platform(tags):
        found.append("bus_stops")
    kind = amenity_kind(tags)
    if kind and "shelters" not in found and any(w in tags.get("name", "") for w in _SHELTER_WORDS):
        found.append("shelters")
    return [*found, "amenities"] if kind else found


def _is_bus_platform(tags: Tags) -> bool:
    return tags.get("public_transport") == "platform" and "yes" in (
        tags.get("bus"),
        tags.get("trolleybus"),
    )


def amenity_kind(tags: Tags) -> str:
    """Give a facility's kind as ``key=value``, "" where it is none.

    >>> amenity_kind({"tourism": "hotel", "amenity": "restaurant"})
    'amenity=restaurant'
    """
    for key in AMENITY_KEYS:
        value = tags.get(key, "no")
        if value != "no" and value not in NO_FACILITY.get(key, ()):
            return f"{key}={value}"
    return ""


_UNREAD = Text(
    "{key}={value} 不是数，留在其他标签里", "{key}={value} is no number: left among the other tags"
)
_ROUGH = Text(
    "{key}={value} 取为 {number}，原值留在其他标签里",
    "{key}={value} taken as {number}: the value itself is left among the other tags",
)


def fill_columns(
    layer: str, tagged: Sequence[Tags], rows: Sequence[str]
) -> tuple[dict[str, list[Any]], list[RowNote]]:
    """Sort elements' tags into a layer's columns.

    Args:
        layer: Name of the layer.
        tagged: Each element's tags.
        rows: How each element is called in the report, "way/4711".

    Returns:
        Column -> one value an element, None where there is none; and a note on each value
        that its column cannot hold.
    """
    columns = COLUMNS.get(layer, ())
    named = {"name"} & set(TABLES[layer].names)
    placed = {column.key for column in columns} | named
    left: dict[int, set[str]] = {}
    notes: list[RowNote] = []
    filled: dict[str, list[Any]] = {name: [name_of(tags) for tags in tagged] for name in named}
    for column in columns:
        values = [tags.get(column.key) for tags in tagged]
        filled[column.name] = values if column.read is None else [None] * len(values)
        if column.read is None:
            continue
        for row, said in enumerate(values):
            if said is None:
                continue
            filled[column.name][row], reason = _read_number(column, said)
            if reason is not None:
                left.setdefault(row, set()).add(column.key)
            if reason is not None and said not in NO_NUMBER:
                notes.append(RowNote(layer, rows[row], column.name, reason, "repaired"))
    filled["tags"] = [
        rest_of(tags, placed - left[row] if row in left else placed)
        for row, tags in enumerate(tagged)
    ]
    return filled, notes


def _read_number(column: TagColumn, said: str) -> tuple[float | int | None, Text | None]:
    """Read a value, and say why it has to stay among the other tags, if it has to."""
    assert column.read is not None
    number = column.read(said)
    if number is not None:
        return number, None
    rough = column.rough(said) if column.rough else None
    if rough is None:
        return None, _UNREAD.fill(key=column.key, value=said)
    return rough, _ROUGH.fill(key=column.key, value=said, number=rough)


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
