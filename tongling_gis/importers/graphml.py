"""Street graphs of networkx and OSMnx, in memory or as GraphML files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from warnings import catch_warnings, simplefilter

from tongling_gis.crs import WGS84, ShiftedDatum, read_crs, to_wgs84
from tongling_gis.errors import CrsError, UnreadableFileError
from tongling_gis.importers.graph_attributes import (
    add_backward,
    fill_from_attributes,
    first_id,
    plain_values,
    read_number,
)
from tongling_gis.importers.layers import build_layer
from tongling_gis.importers.osm_tags import OPENSTREETMAP
from tongling_gis.importers.report import (
    Imported,
    ImportReport,
    RowNote,
    count_rows,
    fingerprint_file,
)
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from os import PathLike

    import geopandas as gpd
    import networkx as nx
    from pyproj import CRS
    from shapely import LineString

    from tongling_gis.importers.report import Action

    Attributes: TypeAlias = Mapping[str, Any]

_NO_PLACE = Text("没有可用的 x、y 坐标", "it has no usable x and y")
_NO_END = Text("一端的节点没有可用的坐标", "a node at its end has no usable x and y")
_BAD_LINE = Text("线形读不出来，改为直线", "its geometry cannot be read: drawn straight")
_NO_CLASS = Text(
    "没有 highway 标签，不是道路（可能是建筑轮廓、岸线、铁路等）",
    "it has no highway tag and is no street (an outline, a coast or a railway may be)",
)
_REFUSED = Text(
    "{count} 条边没有 highway 标签，不作为道路读入",
    "Edges without a highway tag, which are not taken as streets: {count}",
)
_NO_CLASSES = Text(
    "图中没有一条边带 highway 标签：全部 {count} 条边都作为可步行的街道读入",
    "No edge of the graph has a highway tag: all {count} are taken as streets to walk on",
)
_TWINS = Text(
    "{count} 条边是双向道路的另一方向，与其反向合为一段",
    "{count} edges are the other direction of a two-way street: one segment holds both",
)
_MERGED = Text(
    "{count} 段由多条道路合并而成，标签不一致处列中取一个，全部值在其他标签里",
    "{count} segments merge several ways: where their tags differ a column holds one, tags all",
)
_NUMBERED = Text(
    "节点编号不是整数，已重新编号，原编号在其他标签里",
    "The nodes' ids are no whole numbers: they are numbered anew, the ids are among the tags",
)
_CRS_TAKEN = Text(
    "图没有说明坐标系，x、y 在经纬度范围内，按 WGS 84 读",
    "The graph does not say its CRS; its x and y could be degrees and are taken as WGS 84",
)


class _Node(NamedTuple):
    """A node of the graph: its number here and its place."""

    number: int
    x: float
    y: float


class _Edge(NamedTuple):
    """An edge of the graph: its name, its ends' numbers, its line and its attributes."""

    name: str
    start: int
    end: int
    line: LineString
    attributes: dict[str, Any]


@dataclass
class _Draft:
    """What is to be said of the graph."""

    notes: list[RowNote] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)

    def note(self, layer: str, row: str, reason: Text, action: Action, column: str = "") -> None:
        self.notes.append(RowNote(layer, row, column, reason, action))

    def notes_on(self, layer: str) -> list[RowNote]:
        return [note for note in self.notes if note.layer == layer]


def read_graphml(path: str | PathLike[str]) -> Imported:
    """Read a GraphML file as OSMnx saves it, or any whose nodes have ``x`` and ``y``.

    Raises:
        MissingFileError: If it is not there.
        UnreadableFileError: If it is no GraphML, is truncated or holds no node.
        CrsError: If it does not say its CRS and its coordinates cannot be degrees.
    """
    import networkx as nx

    file = Path(path)
    fingerprint = fingerprint_file(file)
    try:
        with catch_warnings(record=True) as told:
            simplefilter("always")
            graph = nx.read_graphml(file, node_type=str, force_multigraph=True)
    except (OSError, EOFError, SyntaxError, ValueError, KeyError, nx.NetworkXError) as error:
        raise UnreadableFileError(
            Text(
                f"“{file.name}”不是完整的 GraphML 文件（{error}）：请重新导出。",
                f"{file.name!r} is not a whole GraphML file ({error}): export it again.",
            )
        ) from error
    imported = read_graph(graph)
    report = replace(
        imported.report,
        source=file.name,
        fingerprint=fingerprint,
        warnings=(*imported.report.warnings, *(Text.same(str(one.message)) for one in told)),
    )
    return replace(imported, report=report)


def read_graph(graph: nx.Graph[Any]) -> Imported:
    """Read a networkx graph as OSMnx makes it: nodes with ``x`` and ``y``, edges with tags.

    Each edge becomes a row of ``streets``, from its first node to its second; the two directions
    of a two-way street become one. Attributes that have no column are kept, with their types,
    in ``tags``; so are lists of values, of which the column holds one, and what differs in the
    other direction (under ``backward``). Edges without ``highway`` are refused where others have
    it; where none has, all are kept, with a warning.

    Raises:
        UnreadableFileError: If there is no node with coordinates.
        CrsError: If the graph does not say its CRS and its coordinates cannot be degrees.
    """
    draft = _Draft()
    nodes = _place_nodes(graph, draft)
    crs = _crs_of(graph, nodes, draft)
    edges = _take_edges(graph, nodes, draft)
    built = {
        "streets": _build_streets(edges, draft),
        "street_nodes": _build_nodes(graph, nodes, draft),
    }
    layers = {name: to_wgs84(rows, crs) for name, rows in built.items() if len(rows)}
    report = ImportReport(
        source=str(graph.graph.get("name") or "networkx"),
        fingerprint=_fingerprint(layers.values()),
        counts={
            "streets": count_rows(len(edges), draft.notes_on("streets")),
            "street_nodes": count_rows(len(nodes), draft.notes_on("street_nodes")),
        },
        notes=tuple(draft.notes),
        warnings=tuple(draft.warnings),
        declared_crs=str(crs),
    )
    by_osmnx = "osmnx" in str(graph.graph.get("created_with", "")).lower()
    return Imported(
        layers=layers,
        report=report,
        source=OPENSTREETMAP if by_osmnx else Text("", ""),
    )


def _number_nodes(graph: nx.Graph[Any], draft: _Draft) -> dict[Hashable, int]:
    """Give each node its whole number, or count anew where one of them is none."""
    try:
        numbers = {node: int(str(node)) for node in graph}
    except ValueError:
        numbers = {}
    if len(set(numbers.values())) < len(graph):
        draft.warnings.append(_NUMBERED)
        numbers = {node: number for number, node in enumerate(graph, start=1)}
    return numbers


def _place_nodes(graph: nx.Graph[Any], draft: _Draft) -> dict[Hashable, _Node]:
    """Find the nodes that have a place."""
    nodes = {}
    for node, number in _number_nodes(graph, draft).items():
        x, y = (read_number(graph.nodes[node].get(name)) for name in "xy")
        if x is None or y is None:
            draft.note("street_nodes", f"node/{node}", _NO_PLACE, "refused")
        else:
            nodes[node] = _Node(number, x, y)
    if nodes:
        return nodes
    raise UnreadableFileError(
        Text(
            "图里没有一个带 x、y 坐标的节点：请从 OSMnx 导出，或给节点加上 x、y。",
            "No node of the graph has x and y: export it from OSMnx, or give its nodes x and y.",
        )
    )


def _crs_of(
    graph: nx.Graph[Any], nodes: Mapping[Hashable, _Node], draft: _Draft
) -> CRS | ShiftedDatum:
    declared = graph.graph.get("crs")
    if declared is not None:
        return read_crs(str(declared))
    if all(abs(node.x) <= 180 and abs(node.y) <= 90 for node in nodes.values()):  # noqa: PLR2004 - degrees
        draft.warnings.append(_CRS_TAKEN)
        return read_crs(WGS84)
    raise CrsError(
        Text(
            "图没有说明坐标系，x、y 也不是经纬度：请给图加上 crs 属性，如 EPSG:4548。",
            "The graph does not say its CRS and its x and y are no degrees: "
            "give it the attribute crs, such as EPSG:4548.",
        )
    )


def _take_edges(
    graph: nx.Graph[Any], nodes: Mapping[Hashable, _Node], draft: _Draft
) -> list[_Edge]:
    """Take the edges whose ends have places, each along its line.

    Where edges are tagged, one without ``highway`` is no street: OSMnx also makes edges of
    building outlines and coasts when it reads a whole OSM file.
    """
    edges, listed = [], list(_keyed_edges(graph))
    tagged = [_has_class(attributes) for *_, attributes in listed]
    any_tagged = any(tagged)
    if listed and not all(tagged):
        count = tagged.count(False)
        draft.warnings.append((_REFUSED if any_tagged else _NO_CLASSES).fill(count=count))
    for (start, end, key, attributes), is_tagged in zip(listed, tagged, strict=True):
        name = f"{start}-{end}-{key}"
        if any_tagged and not is_tagged:
            draft.note("streets", name, _NO_CLASS, "refused", "highway")
            continue
        if start not in nodes or end not in nodes:
            draft.note("streets", name, _NO_END, "refused")
            continue
        line, sound = _line_between(nodes[start], nodes[end], attributes.get("geometry"))
        if not sound:
            draft.note("streets", name, _BAD_LINE, "repaired")
        edges.append(_Edge(name, nodes[start].number, nodes[end].number, line, attributes))
    return edges


def _has_class(attributes: Attributes) -> bool:
    """Tell whether an edge has a highway tag; NaN and None, as tables leave them, are none."""
    value = attributes.get("highway")
    return bool(value) and str(value).lower() not in ("nan", "none", "<na>")


def _keyed_edges(graph: Any) -> Iterable[tuple[Any, Any, Any, dict[str, Any]]]:  # noqa: ANN401 - a graph of any class
    if graph.is_multigraph():
        return list(graph.edges(keys=True, data=True))
    return [(start, end, 0, attributes) for start, end, attributes in graph.edges(data=True)]


def _line_between(start: _Node, end: _Node, drawn: object) -> tuple[LineString, bool]:
    """Give an edge's line from its start to its end, and whether it could be read."""
    import shapely

    straight = shapely.LineString([(start.x, start.y), (end.x, end.y)])
    if drawn is None:
        return straight, True
    line = shapely.from_wkt(drawn, on_invalid="ignore") if isinstance(drawn, str) else drawn
    if not isinstance(line, shapely.LineString) or line.is_empty:
        return straight, False
    here = shapely.Point(start.x, start.y)
    ends = shapely.points([line.coords[0][:2], line.coords[-1][:2]])
    away, towards = shapely.distance(here, ends)
    return (line.reverse() if towards < away else line), True


def _pair_directions(edges: Sequence[_Edge]) -> dict[int, int]:
    """Pair the edges of two-way streets: row of the second direction -> row of the first.

    The first is the one that runs as the street was drawn (``reversed`` is not set).
    """
    order = sorted(range(len(edges)), key=lambda row: _is_true(edges[row].attributes, "reversed"))
    waiting: dict[object, list[int]] = {}
    pairs: dict[int, int] = {}
    for row in order:
        edge = edges[row]
        ids = str(edge.attributes.get("osmid", ""))
        along = tuple(edge.line.coords)
        there = waiting.get((edge.end, edge.start, ids, along[::-1]))
        if there:
            pairs[row] = there.pop()
        else:
            waiting.setdefault((edge.start, edge.end, ids, along), []).append(row)
    return pairs


def _is_true(attributes: Attributes, name: str) -> bool:
    return str(attributes.get(name, "")).lower() in ("true", "yes", "1")


def _build_streets(edges: Sequence[_Edge], draft: _Draft) -> gpd.GeoDataFrame:
    pairs = _pair_directions(edges)
    if pairs:
        draft.warnings.append(_TWINS.fill(count=len(pairs)))
    backward = {first: edges[second].attributes for second, first in pairs.items()}
    rows = [row for row in range(len(edges)) if row not in pairs]
    values = [plain_values(edges[row].attributes) for row in rows]
    columns, notes = fill_from_attributes("streets", values, [edges[row].name for row in rows])
    draft.notes += notes
    for place, row in enumerate(rows):
        if row in backward:
            there = plain_values(backward[row])
            columns["tags"][place] = add_backward(columns["tags"][place], values[place], there)
    merged = sum(any(isinstance(one, list) for one in tags.values()) for tags in values)
    if merged:
        draft.warnings.append(_MERGED.fill(count=merged))
    columns |= {
        "street_id": [edges[row].name for row in rows],
        "from_node": [edges[row].start for row in rows],
        "to_node": [edges[row].end for row in rows],
        "osm_way_id": [first_id(tags.get("osmid")) for tags in values],
    }
    return build_layer(
        "streets",
        columns,
        [edges[row].line for row in rows],
        plain_integers=("from_node", "to_node"),
    )


def _build_nodes(
    graph: nx.Graph[Any], nodes: Mapping[Hashable, _Node], draft: _Draft
) -> gpd.GeoDataFrame:
    import shapely

    values = []
    for node, placed in nodes.items():
        own = plain_values(graph.nodes[node])
        if "elevation" in own and "ele" not in own:
            own["ele"] = own.pop("elevation")
        values.append(own if str(placed.number) == str(node) else {"id": str(node), **own})
    names = [f"node/{node}" for node in nodes]
    columns, notes = fill_from_attributes("street_nodes", values, names)
    draft.notes += notes
    columns["node_id"] = [node.number for node in nodes.values()]
    points = [shapely.Point(node.x, node.y) for node in nodes.values()]
    return build_layer("street_nodes", columns, points, plain_integers=("node_id",))


def _fingerprint(layers: Iterable[gpd.GeoDataFrame]) -> str:
    """Compute a SHA-256 of a graph in memory from what was made of it."""
    digest = hashlib.sha256()
    for layer in layers:
        for shape in layer.geometry.to_wkb():
            digest.update(shape)
        digest.update(layer.drop(columns="geometry").to_json(orient="values").encode())
    return digest.hexdigest()
