"""A scenario's changes looked up in a city: which streets, gates, walls and centres they mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias

import numpy as np
import shapely

from tongling_gis.crs import read_crs, to_wgs84
from tongling_gis.errors import SchemaError
from tongling_gis.network.walls import GATE_AT_NODE_M, find_blocked_nodes
from tongling_gis.scenario.changes import (
    AddCentre,
    CloseGate,
    CloseStreet,
    DrawWall,
    MoveCentre,
    OpenGate,
    OpenStreet,
    RemoveCentre,
    RemoveWall,
    SetHours,
    name_change,
)
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.network import Network
    from tongling_gis.scenario.changes import Change, Scenario

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Shapes: TypeAlias = NDArray[np.object_]

_PLUG_M = 0.5
_SAME = Text(
    "{named}：该道路本来就{state}，没有变化。",
    "{named}: the street is {state} already, so nothing changes.",
)
_WALKED = {True: Text("可以步行", "walked"), False: Text("不能步行", "not walked")}


class GateEdit(NamedTuple):
    """What becomes of one gate.

    Attributes:
        row: Its row in the ``gates`` layer, -1 for a new one.
        gate_id: Its id.
        point: Where it is.
        cells: Columns that get another value.
    """

    row: int
    gate_id: str
    point: shapely.Point
    cells: Mapping[str, str]


class WallEdit(NamedTuple):
    """A new wall.

    Attributes:
        wall_id: Its id.
        name: Its name.
        line: Where it runs, in the network's CRS.
        sealed: Whether only gates open it whose ``barrier_id`` is its id.
    """

    wall_id: str
    name: str
    line: shapely.LineString
    sealed: bool = False


@dataclass
class StreetEdits:
    """What changes about streets, gates and walls.

    Attributes:
        walkable: Whether people may walk there, by row of the uncut street; only those named.
        gates: Gates that let through otherwise than before.
        nodes: Columns that get another value, by row of the uncut node.
        walls: New walls.
        removed: Rows of the ``barriers`` layer that are taken down.
    """

    walkable: dict[int, bool] = field(default_factory=dict)
    gates: list[GateEdit] = field(default_factory=list)
    nodes: dict[int, dict[str, str]] = field(default_factory=dict)
    walls: list[WallEdit] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.walkable or self.gates or self.nodes or self.walls or self.removed)

    @property
    def opens(self) -> bool:
        """Whether anybody may go where they could not before."""
        cells = [one.cells for one in self.gates] + list(self.nodes.values())
        ways = any(self.walkable.values())
        return ways or bool(self.removed) or any(_may(one, "yes") for one in cells)

    @property
    def closes(self) -> bool:
        """Whether anybody may not go where they could before."""
        cells = [one.cells for one in self.gates] + list(self.nodes.values())
        ways = not all(self.walkable.values())
        return ways or bool(self.walls) or any(_may(one, "no") for one in cells)


class CentreRow(NamedTuple):
    """One centre, before and after.

    Attributes:
        row: Its row before, -1 for a new one.
        centre_id: Its id.
        before: Where it was, None where it was not there.
        after: Where it is then, None where it is not there any longer.
        cells: Columns that get another value.
    """

    row: int
    centre_id: str
    before: shapely.Point | None
    after: shapely.Point | None
    cells: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Edits:
    """A scenario looked up in a city.

    Attributes:
        streets: What changes about streets, gates and walls.
        centres: Every centre, those before first in their order, then new ones.
        shapes: What each change is about, in the network's CRS; None where nowhere.
        notes: What a reader must know of single changes.
    """

    streets: StreetEdits
    centres: tuple[CentreRow, ...]
    shapes: tuple[Any, ...]
    notes: tuple[Text, ...]


def look_up(scenario: Scenario, network: Network, centres: gpd.GeoDataFrame) -> Edits:
    """Find what every change of a scenario means in a city.

    Args:
        scenario: The changes.
        network: The streets before.
        centres: The centres before, as ``reachability.read_places`` gives them.

    Raises:
        SchemaError: If a change names a street, gate, wall or centre that is not there, or a new
            id that is there already.
    """
    found = _LookUp(network, _centre_rows(centres), _to_metres(scenario, network))
    for number, change in enumerate(scenario.changes):
        found.take(number, change)
    return Edits(found.streets, tuple(found.centres), tuple(found.shapes), tuple(found.notes))


def _centre_rows(centres: gpd.GeoDataFrame) -> list[CentreRow]:
    ids = centres["centre_id"].astype(str).to_list()
    points = centres.geometry.to_numpy()
    return [
        CentreRow(row, one, point, point, {})
        for row, (one, point) in enumerate(zip(ids, points, strict=True))
    ]


def _to_metres(scenario: Scenario, network: Network) -> Callable[[Any], Any]:
    """Make the function that brings a scenario's shapes to the network's CRS."""
    declared = read_crs(scenario.crs)
    if not isinstance(declared, str) and declared == network.crs:
        return lambda shape: shape

    def convert(shape: Any) -> Any:  # noqa: ANN401 - whichever shape it is
        import geopandas as gpd

        layer = gpd.GeoDataFrame(geometry=[shape], crs="EPSG:4326")
        return to_wgs84(layer, declared).to_crs(network.crs).geometry.iloc[0]

    return convert


class _LookUp:
    """Looks up one change after the other."""

    def __init__(
        self, network: Network, centres: list[CentreRow], to_metres: Callable[[Any], Any]
    ) -> None:
        self.network, self.to_metres = network, to_metres
        self.streets = StreetEdits()
        self.centres = centres
        self.shapes: list[Any] = []
        self.notes: list[Text] = []

    def take(self, number: int, change: Change) -> None:
        """Look up one change."""
        named = name_change(number, change)
        match change:
            case CloseStreet() | OpenStreet():
                shape = self._walk(named, change, is_open=isinstance(change, OpenStreet))
            case CloseGate():
                shape = self._close_gate(named, change)
            case OpenGate():
                shape = self._open_gate(named, change, number)
            case DrawWall():
                shape = self._draw_wall(named, change, number)
            case RemoveWall():
                shape = self._remove_wall(named, change)
            case AddCentre():
                shape = self._add_centre(named, change, number)
            case SetHours(gate_id=gate_id) if gate_id:
                shape = self._set_gate_hours(named, change)
            case MoveCentre() | RemoveCentre() | SetHours():
                shape = self._change_centre(named, change)
        self.shapes.append(shape)

    def _walk(self, named: Text, change: CloseStreet | OpenStreet, *, is_open: bool) -> Any:  # noqa: ANN401
        plain = _everyones(self.network)
        column = "street_id" if change.street_id else "osm_way_id"
        asked = change.street_id or change.osm_way_id
        rows = _find(plain.edges, column, asked)
        if not len(rows):
            _refuse(named, f"没有 {column} 为 {asked} 的道路", f"there is no {column} {asked}")
        walked = plain.edges["walkable"].to_numpy()[rows].astype(bool)
        now = [self.streets.walkable.get(row, was) for row, was in zip(rows, walked, strict=True)]
        if all(one == is_open for one in now):
            self.notes.append(_SAME.fill(named=named, state=_WALKED[is_open]))
        for row in rows.tolist():
            self.streets.walkable[row] = is_open
        return shapely.union_all(plain.geometry[rows])

    def _close_gate(self, named: Text, change: CloseGate) -> shapely.Point:
        row, point = self._find_gate(named, change.gate_id)
        node = self._node_at(point)
        if node >= 0:
            self._set_node(node, "no")
        self._set_gate(GateEdit(row, change.gate_id, point, {"foot": "no"}))
        if node < 0:
            self._plug_street(change.gate_id, point)
        return point

    def _open_gate(self, named: Text, change: OpenGate, number: int) -> shapely.Point:
        if change.at is None:
            row, point = self._find_gate(named, change.gate_id)
            gate_id = change.gate_id
        else:
            row, point = -1, self.to_metres(change.at)
            gate_id = change.gate_id or f"scenario-gate-{number + 1}"
            if len(_find(self.network.gates, "gate_id", gate_id)):
                _refuse(named, f"出入口编号 {gate_id} 已存在", f"gate {gate_id} is there already")
        self._set_gate(GateEdit(row, gate_id, point, {"foot": "yes"}))
        self._unplug_street(gate_id)
        for node in self._blocked_near(point, self.network.gate_reach_m):
            self._set_node(node, "yes")
        return point

    def _set_gate_hours(self, named: Text, change: SetHours) -> shapely.Point:
        row, point = self._find_gate(named, change.gate_id)
        hours = {"opening_hours": change.opening_hours}
        self._set_gate(GateEdit(row, change.gate_id, point, hours))
        node = self._node_at(point)
        if node >= 0 and self._barrier_at(node):
            self.streets.nodes[node] = {**self.streets.nodes.get(node, {}), **hours}
        return point

    def _draw_wall(self, named: Text, change: DrawWall, number: int) -> Any:  # noqa: ANN401
        wall_id = change.wall_id or f"scenario-wall-{number + 1}"
        taken = {one.wall_id for one in self.streets.walls}
        barriers = self.network.barriers
        if wall_id in taken or len(_find(barriers, "barrier_id", wall_id)):
            _refuse(named, f"围墙编号 {wall_id} 已存在", f"wall {wall_id} is there already")
        shape = self.to_metres(change.line)
        line = shapely.boundary(shape) if shape.geom_type == "Polygon" else shape
        if not np.isfinite(shapely.get_coordinates(line)).all() or not line.length > 0.0:
            _refuse(named, "的坐标超出坐标系范围", "has coordinates beyond its CRS")
        for part in shapely.get_parts(line):
            self.streets.walls.append(WallEdit(wall_id, change.name or wall_id, part))
        return line

    def _remove_wall(self, named: Text, change: RemoveWall) -> Any:  # noqa: ANN401
        drawn = [one for one in self.streets.walls if one.wall_id == change.barrier_id]
        if drawn:
            self.streets.walls = [one for one in self.streets.walls if one not in drawn]
            return shapely.union_all([one.line for one in drawn])
        barriers = self.network.barriers
        rows = _find(barriers, "barrier_id", change.barrier_id)
        if barriers is None or not len(rows):
            _refuse(named, f"没有围墙 {change.barrier_id}", f"there is no wall {change.barrier_id}")
        self.streets.removed += [row for row in rows.tolist() if row not in self.streets.removed]
        return shapely.union_all(barriers.geometry.to_numpy()[rows])

    def _add_centre(self, named: Text, change: AddCentre, number: int) -> shapely.Point:
        centre_id = change.centre_id or f"scenario-centre-{number + 1}"
        if any(one.centre_id == centre_id and one.after is not None for one in self.centres):
            _refuse(named, f"中心编号 {centre_id} 已存在", f"centre {centre_id} is there already")
        point = self._point(named, change.at)
        cells = {
            "name": change.name or centre_id,
            "floor_area_m2": change.floor_area_m2,
            "opening_hours": change.opening_hours or None,
        }
        self.centres.append(CentreRow(-1, centre_id, None, point, cells))
        return point

    def _change_centre(
        self, named: Text, change: MoveCentre | RemoveCentre | SetHours
    ) -> shapely.Point | None:
        found = [
            at
            for at, one in enumerate(self.centres)
            if one.centre_id == change.centre_id and one.after is not None
        ]
        if not found:
            _refuse(named, f"没有中心 {change.centre_id}", f"there is no centre {change.centre_id}")
        one = self.centres[found[0]]
        match change:
            case MoveCentre():
                changed = one._replace(after=self._point(named, change.at))
            case RemoveCentre():
                changed = one._replace(after=None)
            case SetHours():
                cells = {**one.cells, "opening_hours": change.opening_hours}
                changed = one._replace(cells=cells)
        self.centres[found[0]] = changed
        return changed.after or one.after

    def _point(self, named: Text, at: shapely.Point) -> shapely.Point:
        point = self.to_metres(at)
        if not np.isfinite(shapely.get_coordinates(point)).all():
            _refuse(named, "的坐标超出坐标系范围", "has coordinates beyond its CRS")
        return shapely.Point(point.x, point.y)

    def _find_gate(self, named: Text, gate_id: str) -> tuple[int, shapely.Point]:
        for edit in self.streets.gates:
            if edit.gate_id == gate_id:
                return edit.row, edit.point
        gates = self.network.gates
        rows = _find(gates, "gate_id", gate_id)
        if gates is None or not len(rows):
            _refuse(named, f"没有出入口 {gate_id}", f"there is no gate {gate_id}")
        return int(rows[0]), gates.geometry.iloc[int(rows[0])]

    def _set_gate(self, edit: GateEdit) -> None:
        kept = [one for one in self.streets.gates if one.gate_id != edit.gate_id]
        was = [one for one in self.streets.gates if one.gate_id == edit.gate_id]
        cells = {**(was[0].cells if was else {}), **edit.cells}
        self.streets.gates = [*kept, edit._replace(cells=cells)]

    def _set_node(self, node: int, foot: str) -> None:
        kind = {} if self._barrier_at(node) else {"barrier": "gate"}
        self.streets.nodes[node] = {**self.streets.nodes.get(node, {}), "foot": foot, **kind}

    def _barrier_at(self, node: int) -> bool:
        """Tell whether a node of the streets is a barrier of some kind."""
        nodes = self.network.without_barriers.nodes
        kind = nodes["barrier"].iloc[node] if "barrier" in nodes else None
        return isinstance(kind, str) and kind not in {"", "no"}

    def _node_at(self, point: shapely.Point) -> int:
        """Find the node of the streets at a gate, -1 where it stands on none."""
        near = self._nodes_near(point, GATE_AT_NODE_M)
        return int(near[0]) if len(near) else -1

    def _nodes_near(self, point: shapely.Point, reach_m: float) -> Ints:
        nodes = self.network.without_barriers.nodes
        away_m = np.hypot(nodes["x_m"].to_numpy() - point.x, nodes["y_m"].to_numpy() - point.y)
        near = np.flatnonzero(away_m <= reach_m)
        return near[np.argsort(away_m[near], kind="stable")]

    def _blocked_near(self, point: shapely.Point, reach_m: float) -> list[int]:
        """List the nodes near a point at which something on the street stops people."""
        network = self.network
        near = self._nodes_near(point, reach_m)
        blocked = set(find_blocked_nodes(network.without_barriers, network.gates).tolist())
        shut = {node for node, one in self.streets.nodes.items() if one.get("foot") == "no"}
        return [node for node in near.tolist() if node in blocked | shut]

    def _plug_street(self, gate_id: str, point: shapely.Point) -> None:
        """Put a short wall across the street that a gate in mid-street stands on."""
        streets = self.network.without_barriers
        _, (item,) = _query_nearest(streets.walk_tree, point, self.network.gate_reach_m)
        if item < 0:
            return
        line = streets.geometry[streets.walk_edges[item]]
        at_m = float(np.clip(line.project(point), 0.0, line.length))
        begin, end = (line.interpolate(min(max(at_m + d, 0.0), line.length)) for d in (-0.05, 0.05))
        away = np.array([begin.y - end.y, end.x - begin.x])
        away *= _PLUG_M / max(float(np.hypot(*away)), 1e-9)
        spot = np.array(line.interpolate(at_m).coords[0])
        plug = shapely.LineString([spot - away, spot + away])
        self.streets.walls.append(WallEdit(_plug_id(gate_id), gate_id, plug))

    def _unplug_street(self, gate_id: str) -> None:
        """Take away the wall that closed a gate in mid-street, in this or another scenario."""
        plug = _plug_id(gate_id)
        self.streets.walls = [one for one in self.streets.walls if one.wall_id != plug]
        self.streets.removed += _find(self.network.barriers, "barrier_id", plug).tolist()


def _may(cells: Mapping[str, str], foot: str) -> bool:
    """Tell whether new values may let people through ("yes"), or stop them ("no")."""
    return cells.get("foot") == foot or "opening_hours" in cells


def _plug_id(gate_id: str) -> str:
    return f"gate/{gate_id}"


def _query_nearest(
    tree: shapely.STRtree, point: shapely.Point, reach_m: float
) -> tuple[float, tuple[int]]:
    found, away_m = tree.query_nearest(point, max_distance=reach_m, return_distance=True)
    return (float(away_m[0]), (int(found.min()),)) if len(found) else (np.inf, (-1,))


def _everyones(network: Network) -> Network:
    base = network.without_barriers
    return base.everyones or base


def _find(layer: pd.DataFrame | None, column: str, value: str | int | None) -> Ints:
    """List the rows that have a value."""
    if layer is None or column not in layer:
        return np.empty(0, dtype=np.int64)
    cells = layer[column]
    if isinstance(value, str) and cells.dtype != "str":
        cells = cells.astype(str)
    return np.flatnonzero((cells == value).to_numpy(dtype=bool, na_value=False))


def _refuse(named: Text, zh: str, en: str) -> NoReturn:
    raise SchemaError(Text(f"{named.zh}：{zh}。", f"{named.en}: {en}."))
