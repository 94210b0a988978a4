"""Streets from OpenStreetMap's ways, split wherever one can turn, be stopped or cross."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.importers.layers import build_layer
from tongling_gis.importers.osm_areas import AREA_RELATIONS
from tongling_gis.importers.osm_tags import fill_columns
from tongling_gis.importers.report import RowNote
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.importers.osm_elements import Elements, Tags, Way
    from tongling_gis.importers.report import Action

    Positions = NDArray[np.int64]

_UNBUILT = Text("尚未建成", "not built yet")
_GONE = Text("已不存在", "no longer there")
_SITE = Text("是场地而不是道路", "a site, not a way")
_POINT = Text("是道路上的设施而不是道路", "a thing beside a street, not a street")

NO_STREET: dict[str, Text] = {
    **dict.fromkeys(("proposed", "planned", "construction"), _UNBUILT),
    **dict.fromkeys(("abandoned", "disused", "razed", "demolished", "dismantled"), _GONE),
    **dict.fromkeys(("removed", "historic", "no"), _GONE),
    **dict.fromkeys(("rest_area", "services", "emergency_bay"), _SITE),
    **dict.fromkeys(("bus_stop", "street_lamp", "traffic_signals", "stop"), _POINT),
}
"""Values of ``highway`` that make no street, and why; every other value does."""

GAPS = Text(
    "有 {count} 个节点不在文件中，只保留其余各段",
    "kept in stretches, as nodes of it are not in the file: {count}",
)
_NO_LINE = Text(
    "不足两个相连的节点在文件中",
    "too few of its nodes are in the file to make a line",
)
_CUT_SQUARE = Text(
    "广场轮廓有 {count} 条线不在文件中",
    "ways of the square's outline that are not in the file: {count}",
)
_SPLITTING_HIGHWAYS = frozenset({"crossing", "traffic_signals"})


@dataclass(frozen=True, eq=False)
class Runs:
    """Ways as stretches of nodes that the file places, end to end in flat arrays.

    Attributes:
        node: Position of each node among the elements' nodes, int64[k].
        way: Which way each belongs to, int64[k].
        opens: Whether a stretch begins here, bool[k].
        closes: Whether a stretch ends here, bool[k].
        missing: How many nodes of each way the file does not place, int64[ways].
    """

    node: Positions
    way: Positions
    opens: NDArray[np.bool_]
    closes: NDArray[np.bool_]
    missing: Positions


def trace_ways(elements: Elements, ways: list[Way]) -> Runs:
    """Follow ways' nodes, broken where nodes are missing; repeated nodes count once."""
    sizes = np.array([len(way.refs) for way in ways], dtype=np.int64)
    refs = np.fromiter((ref for way in ways for ref in way.refs), np.int64, int(sizes.sum()))
    way = np.repeat(np.arange(len(ways)), sizes)
    node = elements.positions(refs)
    missing = np.bincount(way[node < 0], minlength=len(ways))
    stretch = np.cumsum(node < 0)
    fresh = np.ones(len(node), dtype=bool)
    fresh[1:] = (node[1:] != node[:-1]) | (way[1:] != way[:-1])
    taken = fresh & (node >= 0)
    node, way, stretch = node[taken], way[taken], stretch[taken]
    turn = (np.diff(way) != 0) | (np.diff(stretch) != 0)
    ends = np.ones(min(len(node), 1), dtype=bool)
    return Runs(node, way, np.append(ends, turn), np.append(turn, ends), missing)


def build_streets(elements: Elements) -> tuple[dict[str, gpd.GeoDataFrame], list[RowNote]]:
    """Build ``streets`` and ``street_nodes``.

    A way is split at each node that another kept way or the same way uses again, and at each
    barrier, crossing and traffic signal. Ways that are areas become their rings.

    Returns:
        The two layers, and a note on each way repaired or refused.
    """
    ways, notes = _choose_ways(elements)
    runs = trace_ways(elements, ways)
    firsts, lasts = _segment_ends(elements, runs)
    way = runs.way[firsts]
    notes += _gap_notes(ways, runs, frozenset(way.tolist()))
    filled, more = fill_columns(
        "streets", [w.tags for w in ways], [f"way/{w.osm_id}" for w in ways]
    )
    notes += more
    columns = {name: [values[one] for one in way] for name, values in filled.items()}
    way_ids = np.array([w.osm_id for w in ways], dtype=np.int64)[way]
    turn = np.arange(len(way)) - np.searchsorted(way, way)
    from_node, to_node = runs.node[firsts], runs.node[lasts]
    streets = build_layer(
        "streets",
        {
            **columns,
            "street_id": [f"{osm}-{k}" for osm, k in zip(way_ids, turn, strict=True)],
            "osm_way_id": way_ids,
            "from_node": elements.node_id[from_node],
            "to_node": elements.node_id[to_node],
        },
        _lines(elements, runs.node, firsts, lasts),
        plain_integers=("osm_way_id", "from_node", "to_node"),
    )
    nodes, more = _build_nodes(elements, np.unique(np.concatenate([from_node, to_node])))
    return {"streets": streets, "street_nodes": nodes}, notes + more


def _choose_ways(elements: Elements) -> tuple[list[Way], list[RowNote]]:
    """Choose the ways that are streets, and the outlines of squares that are relations."""
    chosen: dict[int, Way] = {}
    notes: list[RowNote] = []
    for way in elements.ways.values():
        kind = way.tags.get("highway")
        if kind is not None and kind not in NO_STREET:
            chosen[way.osm_id] = way
        elif kind is not None:
            notes.append(_refuse(f"way/{way.osm_id}", kind))
    for relation in elements.relations.values():
        kind = relation.tags.get("highway")
        if kind is None or relation.tags.get("type") not in AREA_RELATIONS:
            continue
        if kind in NO_STREET:
            notes.append(_refuse(f"relation/{relation.osm_id}", kind))
            continue
        outline = [one.ref for one in relation.members if one.kind == "w" and one.role != "inner"]
        held = [elements.ways[ref] for ref in outline if ref in elements.ways]
        for way in held:
            chosen.setdefault(way.osm_id, way._replace(tags=relation.tags))
        if len(held) < len(outline):
            reason = _CUT_SQUARE.fill(count=len(outline) - len(held))
            action: Action = "repaired" if held else "refused"
            notes.append(RowNote("streets", f"relation/{relation.osm_id}", "", reason, action))
    return list(chosen.values()), notes


def _refuse(row: str, kind: str) -> RowNote:
    reason = Text("highway={kind}：{why}", "highway={kind}: {why}")
    return RowNote(
        "streets", row, "highway", reason.fill(kind=kind, why=NO_STREET[kind]), "refused"
    )


def _splits(tags: Tags) -> bool:
    return "barrier" in tags or "crossing" in tags or tags.get("highway", "") in _SPLITTING_HIGHWAYS


def _segment_ends(elements: Elements, runs: Runs) -> tuple[Positions, Positions]:
    """Find where each segment begins and ends in the runs' flat arrays."""
    count = len(elements.node_id)
    split = np.bincount(runs.node, minlength=count) > 1
    special = [node for node, tags in elements.node_tags.items() if _splits(tags)]
    places = elements.positions(np.array(special, dtype=np.int64))
    split[places[places >= 0]] = True
    breaks = split[runs.node] | runs.opens | runs.closes
    return np.flatnonzero(breaks & ~runs.closes), np.flatnonzero(breaks & ~runs.opens)


def _lines(
    elements: Elements, node: Positions, firsts: Positions, lasts: Positions
) -> NDArray[np.object_]:
    import shapely

    sizes = lasts - firsts + 1
    which = np.repeat(np.arange(len(sizes)), sizes)
    offsets = np.cumsum(sizes) - sizes
    along = node[np.arange(int(sizes.sum())) - offsets[which] + firsts[which]]
    points = np.column_stack([elements.lon[along], elements.lat[along]])
    return np.asarray(shapely.linestrings(points, indices=which), dtype=object)


def _gap_notes(ways: list[Way], runs: Runs, kept: frozenset[int]) -> list[RowNote]:
    """Note each way that misses nodes or makes no line at all."""
    notes = []
    for one, (way, gaps) in enumerate(zip(ways, runs.missing.tolist(), strict=True)):
        row = f"way/{way.osm_id}"
        if one not in kept:
            notes.append(RowNote("streets", row, "", _NO_LINE, "refused"))
        elif gaps:
            notes.append(RowNote("streets", row, "", GAPS.fill(count=gaps), "repaired"))
    return notes


def _build_nodes(
    elements: Elements, positions: Positions
) -> tuple[gpd.GeoDataFrame, list[RowNote]]:
    import shapely

    ids = elements.node_id[positions]
    tagged = [elements.node_tags.get(one, {}) for one in ids.tolist()]
    columns, notes = fill_columns("street_nodes", tagged, [f"node/{one}" for one in ids])
    points = list(map(shapely.Point, elements.lon[positions], elements.lat[positions]))
    layer = build_layer(
        "street_nodes", {**columns, "node_id": ids}, points, plain_integers=("node_id",)
    )
    return layer, notes
