"""A graph's attributes, whatever their types, as columns and as the JSON of ``tags``."""

from __future__ import annotations

import ast
import json
from contextlib import suppress
from math import inf, isclose, isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from tongling_gis.importers.osm_tags import COLUMNS, fill_columns, read_metres
from tongling_gis.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongling_gis.importers.report import RowNote

    Attributes: TypeAlias = Mapping[str, Any]

_SHAPES = {"streets": frozenset({"osmid"}), "street_nodes": frozenset({"x", "y"})}
"""Attributes that end up in the geometry or in a column of another name, unless they are lists."""

_NUMBERS = frozenset(
    {"bearing", "grade", "grade_abs", "length", "speed_kph", "street_count", "travel_time"}
)
"""Attributes that OSMnx holds as numbers and GraphML as text."""


def read_number(value: object) -> float | None:
    """Read a number from whatever holds it; None where it is none."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if isfinite(number) else None


def fill_from_attributes(
    layer: str, values: Sequence[dict[str, Any]], rows: Sequence[str]
) -> tuple[dict[str, list[Any]], list[RowNote]]:
    """Sort attributes into columns; everything else, with its type, into ``tags``."""
    placed = {column.key for column in COLUMNS[layer]} | {"name"} & set(TABLES[layer].names)
    tagged = [
        {key: _as_tag(key, one) for key, one in own.items() if key in placed} for own in values
    ]
    columns, notes = fill_columns(layer, tagged, rows)
    dropped = {*placed, *_SHAPES[layer]}
    columns["tags"] = [
        _dump(
            json.loads(left)
            | {key: one for key, one in own.items() if key not in dropped or isinstance(one, list)}
        )
        for left, own in zip(columns["tags"], values, strict=True)
    ]
    return columns, notes


def _as_tag(key: str, value: Any) -> str:  # noqa: ANN401 - an attribute of any type
    """Write an attribute as a tag; of several values the one that binds most, or the first."""
    if isinstance(value, list):
        texts = sorted({_as_tag(key, one) for one in value})
        if key == "name":
            return ";".join(texts)
        if key in ("width", "maxheight"):
            return min(texts, key=lambda text: read_metres(text) or inf)
        return "steps" if "steps" in texts else texts[0]
    return str(value) if not isinstance(value, bool) else "yes" if value else "no"


def plain_values(attributes: Attributes) -> dict[str, Any]:
    """Give attributes as plain numbers, strings and lists; those without a value are left out."""
    plain = {str(key): _plain(one) for key, one in attributes.items() if key != "geometry"}
    for key in _NUMBERS & plain.keys():
        text = plain[key]
        if isinstance(text, str) and text.isdigit():
            plain[key] = int(text)
        elif isinstance(text, str) and (text == "nan" or read_number(text) is not None):
            plain[key] = read_number(text)
    return {key: one for key, one in plain.items() if one is not None}


def _plain(value: Any) -> Any:  # noqa: ANN401 - an attribute of any type
    if value in ("True", "False"):
        return value == "True"
    if isinstance(value, str):
        is_list = value.startswith("[") and value.endswith("]")
        with suppress(ValueError, SyntaxError):
            return _plain(ast.literal_eval(value)) if is_list else value
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not isfinite(value):
        return None
    return value if value is None or isinstance(value, (bool, int, float, dict)) else str(value)


def first_id(osmid: object) -> int | None:
    """Give the first of an edge's OSM ids."""
    one = osmid[0] if isinstance(osmid, list) and osmid else osmid
    with suppress(ValueError):
        return int(str(one))
    return None


def _dump(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)


def add_backward(tags: str, forward: Attributes, backward: Attributes) -> str:
    """Add to a row's tags what differs in the other direction."""
    names = {*forward, *backward} - {"reversed", "geometry"}
    differ = {
        name: backward.get(name)
        for name in names
        if not _is_same(forward.get(name), backward.get(name))
    }
    return _dump(json.loads(tags) | {"backward": differ}) if differ else tags


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other
