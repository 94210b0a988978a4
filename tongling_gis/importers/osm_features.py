"""Everything of OpenStreetMap beside the streets: walls, gates, buildings, facilities, areas."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.importers import osm_areas as areas
from tongling_gis.importers.layers import build_layer
from tongling_gis.importers.osm_streets import GAPS, trace_ways
from tongling_gis.importers.osm_tags import (
    AREA_RULES,
    TELLING_KEYS,
    amenity_kind,
    fill_columns,
    layers_of,
)
from tongling_gis.importers.report import RowNote
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    import geopandas as gpd

    from tongling_gis.importers.osm_elements import Elements, Tags, Way
    from tongling_gis.importers.report import Action

    Built: TypeAlias = tuple[dict[str, gpd.GeoDataFrame], list[RowNote]]

_POINT_ONLY = Text("只有一个点，没有轮廓", "a point without an outline")
_NOT_PLACED = Text("没有可用的坐标", "it has no usable coordinates")
_NO_LINE = Text("不足两个节点在文件中", "fewer than two of its nodes are in the file")


class Row(NamedTuple):
    """One row in the making.

    Attributes:
        osm: The element it comes from, as "way/4711".
        tags: The element's tags.
        shape: The row's shape; None where the row is refused.
        outline: The area of which ``shape`` is the representative point.
    """

    osm: str
    tags: Tags
    shape: Any
    outline: Any = None


@dataclass
class _Sheet:
    """The rows of every layer in the making, and the notes on them."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    notes: list[RowNote] = field(default_factory=list)

    def add(self, layer: str, row: Row, reason: Text | None = None) -> None:
        if row.shape is not None:
            self.rows.setdefault(layer, []).append(row)
        if reason is not None:
            action: Action = "refused" if row.shape is None else "repaired"
            self.notes.append(RowNote(layer, row.osm, "", reason, action))


def build_features(elements: Elements) -> Built:
    """Build every layer but ``streets`` and ``street_nodes``; layers without rows are left out."""
    sheet = _Sheet()
    points = elements.tagged_points()
    _add_nodes(elements, sheet, points)
    _add_ways(elements, sheet)
    _add_relations(elements, sheet)
    _add_barriers(elements, sheet)
    _add_gates(elements, sheet, points)
    return _make_layers(elements, sheet), sheet.notes


def _make_layers(elements: Elements, sheet: _Sheet) -> dict[str, gpd.GeoDataFrame]:
    """Make tables of the rows, and note the values that no column can hold."""
    extras: dict[str, Callable[[list[Row]], dict[str, list[Any]]]] = {
        "amenities": lambda rows: {"kind": [amenity_kind(row.tags) for row in rows]},
        "schools": lambda rows: {"kind": [row.tags["amenity"] for row in rows]},
        "entrances": lambda rows: {"building_id": _owners(elements, rows)},
        "shelters": lambda rows: {"area_m2": [_area_m2(row.outline) for row in rows]},
    }
    layers = {}
    for layer, rows in sheet.rows.items():
        filled, notes = fill_columns(layer, [r.tags for r in rows], [r.osm for r in rows])
        sheet.notes += notes
        filled[TABLES[layer].key] = [row.osm for row in rows]
        filled |= extras[layer](rows) if layer in extras else {}
        layers[layer] = build_layer(layer, filled, [row.shape for row in rows])
    return layers


def _add_nodes(elements: Elements, sheet: _Sheet, points: Mapping[int, Any]) -> None:
    for osm_id, tags in elements.node_tags.items():
        for layer in layers_of(tags):
            if layer in ("water", "green"):
                continue  # a park known only as a point stays among the amenities
            is_area = layer in AREA_RULES
            point = None if is_area else points[osm_id]
            reason = _POINT_ONLY if is_area else _NOT_PLACED if point is None else None
            sheet.add(layer, Row(f"node/{osm_id}", tags, point), reason)


def _add_ways(elements: Elements, sheet: _Sheet) -> None:
    chosen = [(way, layers_of(way.tags)) for way in elements.ways.values()]
    chosen = [(way, layers) for way, layers in chosen if layers]
    holes = areas.find_old_holes(elements)
    parts = _relation_ways(elements)
    outcomes = areas.shape_way_areas(elements, [way for way, _ in chosen])
    for (way, layers), outcome in zip(chosen, outcomes, strict=True):
        shape, reason = outcome
        if shape is not None and way.osm_id in holes:
            shape = areas.cut_holes(elements, shape, holes[way.osm_id])
        is_open = way.refs[:1] != way.refs[-1:]
        for layer in layers:
            if layer not in AREA_RULES:
                _add_point(sheet, layer, way, areas.Outcome(shape, reason), elements)
            elif shape is not None or not (is_open and way.osm_id in parts):
                sheet.add(layer, Row(f"way/{way.osm_id}", way.tags, shape), reason)


def _add_point(
    sheet: _Sheet, layer: str, way: Way, outcome: areas.Outcome, elements: Elements
) -> None:
    if outcome.shape is None:
        point, reason = areas.find_point(elements, way.refs)
    else:
        point, reason = outcome.shape.representative_point(), outcome.reason
    sheet.add(layer, Row(f"way/{way.osm_id}", way.tags, point, outcome.shape), reason)


def _relation_ways(elements: Elements) -> set[int]:
    """Find the ways that are parts of some area's outline."""
    return {
        member.ref
        for relation in elements.relations.values()
        if relation.tags.get("type") in areas.AREA_RELATIONS
        for member in relation.members
        if member.kind == "w"
    }


def _add_relations(elements: Elements, sheet: _Sheet) -> None:
    for relation in elements.relations.values():
        layers = layers_of(relation.tags)
        if not layers:
            continue
        name = f"relation/{relation.osm_id}"
        is_area = relation.tags.get("type") in areas.AREA_RELATIONS
        outcome = (
            areas.shape_relation_area(elements, relation)
            if is_area
            else areas.Outcome(None, _POINT_ONLY)
        )
        scattered = areas.nodes_of(elements, relation)
        for layer in layers:
            shape, reason = outcome
            if layer not in AREA_RULES and shape is not None:
                shape = shape.representative_point()
            elif layer not in AREA_RULES:
                shape, reason = areas.find_point(elements, scattered, scattered=True)
            sheet.add(layer, Row(name, relation.tags, shape, outcome.shape), reason)


def _is_barrier(tags: Tags) -> bool:
    return tags.get("barrier", "no") != "no"


def _add_barriers(elements: Elements, sheet: _Sheet) -> None:
    """Take every line tagged ``barrier``, and the outlines of areas that are barriers."""
    ways = [way for way in elements.ways.values() if _is_barrier(way.tags)]
    for way, (shape, reason) in zip(ways, _trace_lines(elements, ways), strict=True):
        sheet.add("barriers", Row(f"way/{way.osm_id}", way.tags, shape), reason)
    for relation in elements.relations.values():
        if relation.tags.get("type") in areas.AREA_RELATIONS and _is_barrier(relation.tags):
            shape, reason = areas.shape_relation_area(elements, relation)
            ring = None if shape is None else shape.boundary
            sheet.add("barriers", Row(f"relation/{relation.osm_id}", relation.tags, ring), reason)


def _trace_lines(elements: Elements, ways: list[Way]) -> list[areas.Outcome]:
    """Draw each way as a line, in pieces where nodes are missing."""
    import shapely

    runs = trace_ways(elements, ways)
    points = np.column_stack([elements.lon[runs.node], elements.lat[runs.node]])
    pieces: list[list[Any]] = [[] for _ in ways]
    stops = np.flatnonzero(runs.closes) + 1
    for first, stop in zip(np.flatnonzero(runs.opens), stops, strict=True):
        if stop - first > 1:
            pieces[runs.way[first]].append(shapely.LineString(points[first:stop]))
    outcomes = []
    for lines, gaps in zip(pieces, runs.missing.tolist(), strict=True):
        shape = lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
        outcomes.append(
            areas.Outcome(shape, GAPS.fill(count=gaps) if gaps else None)
            if lines
            else areas.Outcome(None, _NO_LINE)
        )
    return outcomes


def _add_gates(elements: Elements, sheet: _Sheet, points: Mapping[int, Any]) -> None:
    """Take nodes tagged ``barrier`` and entrances in walls as gates, other entrances apart."""
    on_wall = _nodes_on(elements, _is_barrier)
    for osm_id, tags in elements.node_tags.items():
        if not _is_barrier(tags) and tags.get("entrance", "no") == "no":
            continue
        layer = "gates" if _is_barrier(tags) or osm_id in on_wall else "entrances"
        point = points[osm_id]
        row = Row(f"node/{osm_id}", tags, point)
        sheet.add(layer, row, _NOT_PLACED if point is None else None)


def _nodes_on(elements: Elements, wanted: Callable[[Tags], bool]) -> dict[int, str]:
    """Map nodes on ways, or on areas' outlines, of the wanted kind to the element they are on."""
    found: dict[int, str] = {}
    for relation in elements.relations.values():
        if relation.tags.get("type") in areas.AREA_RELATIONS and wanted(relation.tags):
            found |= dict.fromkeys(
                areas.nodes_of(elements, relation), f"relation/{relation.osm_id}"
            )
    for way in elements.ways.values():
        if wanted(way.tags):
            found |= dict.fromkeys(way.refs, f"way/{way.osm_id}")
    return found


def _owners(elements: Elements, rows: Iterable[Row]) -> list[str | None]:
    """Find the building on whose outline each entrance stands."""
    on_building = _nodes_on(elements, lambda tags: tags.get("building", "no") != "no")
    return [on_building.get(int(row.osm.removeprefix("node/"))) for row in rows]


def _area_m2(outline: Any) -> float | None:  # noqa: ANN401 - a shapely shape or None
    from pyproj import Geod

    if outline is None:
        return None
    return round(abs(Geod(ellps="WGS84").geometry_area_perimeter(outline)[0]), 1)


def count_left_out(elements: Elements, taken: Collection[str]) -> Counter[str]:
    """Count tagged elements that no layer here takes, by the key that tells what they are."""
    counts: Counter[str] = Counter()
    for kind, tagged in (
        ("node", elements.node_tags.items()),
        ("way", ((way.osm_id, way.tags) for way in elements.ways.values())),
        ("relation", ((one.osm_id, one.tags) for one in elements.relations.values())),
    ):
        for osm_id, tags in tagged:
            if tags and f"{kind}/{osm_id}" not in taken:
                counts[next((key for key in TELLING_KEYS if key in tags), "")] += 1
    return counts
