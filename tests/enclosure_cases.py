"""Cases as data: a small town, a boundary with gates, and what every rule then says.

A file of ``tests/cases`` holds a town and variants of it. Coordinates are metres east and north
of the towns' origin. A variant changes tables key by key, replaces lists, leaves layers out
(``without``) or adds to them (``more``), and names the verdicts that it expects.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from tagged_towns import columns
from towns import CRS, layer, line, place

from tongling_gis.catalogue import read_standards
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.forms import read_answers
from tongling_gis.enclosure.model import Case, Gate, GateKind
from tongling_gis.enclosure.rules import read_rules
from tongling_gis.enclosure.surroundings import LAYERS, Surroundings, prepare_surroundings
from tongling_gis.network import build_network

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

FOLDER = Path(__file__).parent / "cases"
_KEYS = {
    "hydrants": "hydrant_id",
    "fire_stations": "station_id",
    "shelters": "shelter_id",
    "bus_stops": "stop_id",
    "schools": "school_id",
    "centres": "centre_id",
    "residents": "resident_id",
    "buildings": "building_id",
    "compounds": "compound_id",
    "amenities": "amenity_id",
    "green": "green_id",
    "water": "water_id",
    "entrances": "entrance_id",
}
Json = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """One case of a file, with the verdicts that it expects."""

    name: str
    town: Json
    case: Json
    answers: Json
    rules: str
    expect: dict[str, str]


def read_variants() -> list[Variant]:
    """Read every case of every file."""
    return [one for path in sorted(FOLDER.glob("*.toml")) for one in _read_file(path)]


def _read_file(path: Path) -> list[Variant]:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    base = {name: document.get(name, {}) for name in ("town", "case", "answers")}
    return [_variant(path.stem, base, one) for one in document["variants"]]


def _variant(stem: str, base: Json, one: Json) -> Variant:
    town = {**base["town"], **one.get("town", {})}
    town = {name: rows for name, rows in town.items() if name not in one.get("without", ())}
    for name, rows in one.get("more", {}).items():
        town[name] = [*town.get(name, ()), *rows]
    answers = {} if one.get("unanswered") else {**base["answers"], **one.get("answers", {})}
    return Variant(
        f"{stem}: {one['name']}",
        town,
        {**base["case"], **one.get("case", {})},
        answers,
        one.get("rules", ""),
        {rule: verdict for verdict, rules in one["expect"].items() for rule in rules.split()},
    )


def list_layers(town: Json) -> dict[str, gpd.GeoDataFrame]:
    """Lay a town out as the layers of a project."""
    grid = list(_grid(town)) if "grid" in town else []
    streets, nodes = _streets([*grid, *town["streets"]], town)
    layers = {name: _layer(name, town[name]) for name in LAYERS if town.get(name)}
    return {"streets": streets, "street_nodes": nodes, **layers}


def prepare_town(town: Json) -> Surroundings:
    """Prepare a town of a case."""
    return prepare_layers(list_layers(town))


def prepare_layers(layers: dict[str, gpd.GeoDataFrame]) -> Surroundings:
    """Prepare the layers of a town."""
    standards = read_standards()
    return prepare_surroundings(
        build_network(layers["streets"], layers["street_nodes"]),
        layers,
        profile=standards.profile("adult").flat(),
        engine_profile=standards.profile("fire_engine"),
    )


def _grid(town: Json) -> Iterator[Json]:
    """Draw streets all along ``grid.x`` and ``grid.y``, with a corner where another joins."""
    xs, ys = town["grid"]["x"], town["grid"]["y"]
    facts = {k: v for k, v in town["grid"].items() if k not in {"x", "y"}}
    joins = [tuple(xy) for row in town["streets"] for xy in row["line"]]
    joins += [tuple(one["at"]) for one in town.get("nodes", ())]
    for x in xs:
        on = {y for at, y in joins if at == x} | set(ys)
        yield {"line": [(x, y) for y in sorted(on)], "name": f"纵{x}路", **facts}
    for y in ys:
        on = {x for x, at in joins if at == y} | set(xs)
        yield {"line": [(x, y) for x in sorted(on)], "name": f"横{y}路", **facts}


def _streets(rows: list[Json], town: Json) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    corners = list(dict.fromkeys(tuple(xy) for row in rows for xy in row["line"]))
    number = {xy: n for n, xy in enumerate(corners, start=1)}
    pieces = [
        {**{k: v for k, v in row.items() if k != "line"}, "ends": (tuple(a), tuple(b))}
        for row in rows
        for a, b in zip(row["line"], row["line"][1:], strict=False)
    ]
    streets = layer(
        [line(*one["ends"]) for one in pieces],
        street_id=[f"s{n}" for n in range(1, len(pieces) + 1)],
        from_node=[number[one["ends"][0]] for one in pieces],
        to_node=[number[one["ends"][1]] for one in pieces],
        **columns([{k: v for k, v in one.items() if k != "ends"} for one in pieces]),
    )
    facts = town.get("nodes", ())
    known = {tuple(one["at"]): {k: v for k, v in one.items() if k != "at"} for one in facts}
    nodes = layer(
        [shapely.Point(place(*xy)) for xy in corners],
        node_id=list(number.values()),
        **columns([{"elevation_m": _height(town, xy)} | known.get(xy, {}) for xy in corners]),
    )
    return streets, nodes


def _height(town: Json, xy: tuple[float, float]) -> float:
    """Height of a place on the town's plane; unknown where it has none."""
    east, north = town.get("rise", (math.nan, math.nan))
    return 10.0 + east * xy[0] + north * xy[1]


def _points(name: str, key: str, rows: list[Json]) -> gpd.GeoDataFrame:
    facts = [{k: v for k, v in row.items() if k != "at"} for row in rows]
    ids = [row.get(key, f"{name[0].upper()}{n}") for n, row in enumerate(facts, start=1)]
    rest = [{k: v for k, v in row.items() if k != key} for row in facts]
    return layer([shapely.Point(place(*row["at"])) for row in rows], **{key: ids}, **columns(rest))


def _layer(name: str, rows: list[Json]) -> gpd.GeoDataFrame:
    if "at" in rows[0]:
        return _points(name, _KEYS[name], rows)
    facts = [{k: v for k, v in row.items() if k not in {"box", "ring"}} for row in rows]
    key = _KEYS[name]
    ids = [row.get(key, f"{name[0].upper()}{n}") for n, row in enumerate(facts, start=1)]
    rest = [{k: v for k, v in row.items() if k != key} for row in facts]
    return layer([_area(row) for row in rows], **{key: ids}, **columns(rest))


def _area(row: Json) -> shapely.Polygon:
    if "box" in row:
        west, south, east, north = row["box"]
        return shapely.box(*place(west, south), *place(east, north))
    return shapely.Polygon(
        [place(*xy) for xy in row["ring"]],
        [[place(*xy) for xy in hole] for hole in row.get("holes", ())],
    )


def lay_in(variant: Variant, surroundings: Surroundings) -> Enclosure:
    """Lay a variant's case into its town."""
    rules = read_rules(variant.rules)
    text = "\n".join(f'"{key}" = {_toml(value)}' for key, value in variant.answers.items())
    facts = {k: v for k, v in variant.case.items() if k not in {"box", "ring", "gates"}}
    case = Case(
        case_id="case",
        name=variant.name,
        boundary=_area(variant.case),
        crs=CRS,
        gates=tuple(_gate(row, n) for n, row in enumerate(variant.case["gates"], start=1)),
        answers=read_answers(text, file="answers.toml", rules=rules.rules),
        **facts,
    )
    return Enclosure(surroundings, case)


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _gate(row: Json, number: int) -> Gate:
    facts = {k: v for k, v in row.items() if k not in {"at", "kind"}}
    if facts.get("height_m") == "open":
        facts["height_m"] = math.inf
    point = shapely.Point(place(*row["at"]))
    return Gate(facts.pop("gate_id", f"g{number}"), point, GateKind(row["kind"]), **facts)
