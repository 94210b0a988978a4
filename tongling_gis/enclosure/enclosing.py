"""A case laid into its surroundings: what is inside, what crosses, and how one gets about then.

All of it is found around the boundary alone, and equals what the whole city made again gives.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

import numpy as np
import shapely

from tongling_gis.enclosure.crossing import find_crossings, name_gates
from tongling_gis.enclosure.cutting import cut_edits, list_rings
from tongling_gis.enclosure.lanes import Lanes, build_lanes
from tongling_gis.enclosure.served import Served, find_served
from tongling_gis.enclosure.walks import list_walks
from tongling_gis.enclosure.window import slice_network
from tongling_gis.network.model import number_components
from tongling_gis.scenario.ground import as_array
from tongling_gis.scenario.surroundings import find_dirty, take_out
from tongling_gis.scenario.walks import repair_standing

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.enclosure.model import Case, Gate
    from tongling_gis.enclosure.surroundings import Surroundings
    from tongling_gis.network import Network
    from tongling_gis.scenario.edits import StreetEdits
    from tongling_gis.scenario.ground import Ground
    from tongling_gis.scenario.surroundings import Surroundings as Around
    from tongling_gis.scenario.walks import Walks

    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]

T = TypeVar("T")

_ON_LINE_M = 0.01
_WITHOUT_GATES = (
    *("line", "area", "window", "_buildings", "inside_residents", "_near_streets"),
    *("walking", "driving"),
)


@dataclass(frozen=True, eq=False)
class Enclosure:
    """A case in its surroundings.

    Networks of it are small: ``walking`` and ``driving`` are the streets within the window as
    they stand, ``walking_after`` and ``driving_after`` the same cut by the boundary and open at
    those of its gates that let through. ``streets_of`` leads from their edges to the city's.

    Attributes:
        surroundings: The city, prepared.
        case: The boundary and its gates.
    """

    surroundings: Surroundings
    case: Case
    _made: dict[object, object] = field(default_factory=dict, init=False, repr=False)
    _outside: dict[int, tuple[Network, Flags]] = field(default_factory=dict, init=False, repr=False)

    def once(self, make: Callable[[Enclosure], T]) -> T:
        """Make something of this case once, and keep it for whoever asks again."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("T", self._made[make])

    def with_gates(self, gates: tuple[Gate, ...]) -> Enclosure:
        """Give the same boundary with other gates; what gates do not change is made once."""
        other = Enclosure(self.surroundings, replace(self.case, gates=gates))
        for name in _WITHOUT_GATES:
            other.__dict__[name] = getattr(self, name)
        other.__dict__["crossings"] = name_gates(other, self.crossings)
        return other

    @cached_property
    def line(self) -> shapely.MultiLineString:
        """The lines of the boundary: outer and inner rings of every part."""
        return shapely.MultiLineString(list_rings(self.case))

    @cached_property
    def area(self) -> shapely.Polygon | shapely.MultiPolygon:
        """The boundary as an area, prepared for asking what lies in it."""
        whole = self.case.boundary
        shapely.prepare(whole)
        return whole

    @cached_property
    def window(self) -> shapely.Polygon:
        """The box around the boundary and its halo within which streets are looked at."""
        west, south, east, north = self.case.boundary.bounds
        halo_m = self.surroundings.halo_m
        return shapely.box(west - halo_m, south - halo_m, east + halo_m, north + halo_m)

    @cached_property
    def _buildings(self) -> tuple[Ints, Ints]:
        """Rows of buildings inside (more than half of each), and of those that the line cuts."""
        shapes, tree = self.surroundings.shapes("buildings"), self.surroundings.tree("buildings")
        near = np.sort(tree.query(self.case.boundary, predicate="intersects"))
        met = np.zeros(len(near), dtype=bool)
        met[np.searchsorted(near, tree.query(self.line, predicate="intersects"))] = True
        on = near[met]
        within = shapely.intersection(shapes[on], self.case.boundary)
        without = shapely.difference(shapes[on], self.case.boundary)
        mostly = shapely.area(within) > shapely.area(without)
        error_m = self.case.line_error_m
        deep = [
            shapely.hausdorff_distance(part, shapely.intersection(part, self.line)) > error_m
            for part in (within, without)
        ]
        has_both = (shapely.area(within) > 0.0) & (shapely.area(without) > 0.0)
        return np.sort(np.concatenate([near[~met], on[mostly]])), on[has_both & deep[0] & deep[1]]

    @property
    def inside_buildings(self) -> Ints:
        """Rows of the buildings of which more than half lies inside, ascending."""
        return self._buildings[0]

    @property
    def cut_buildings(self) -> Ints:
        """Rows of the buildings with more than the line's error on both sides, ascending."""
        return self._buildings[1]

    @cached_property
    def inside_residents(self) -> Ints:
        """Rows of the residents inside, those on the line included, ascending."""
        return self.inside("residents")

    def inside(self, layer: str) -> Ints:
        """Rows of a layer that meet the area, ascending; none where there is no layer."""
        found = self.surroundings.tree(layer).query(self.case.boundary, predicate="intersects")
        return np.sort(found).astype(np.int64)

    @cached_property
    def edits(self) -> StreetEdits:
        """What the case changes about the streets, for those who live there and for engines."""
        return cut_edits(self.surroundings, self.case)

    @cached_property
    def strangers_edits(self) -> StreetEdits:
        """The same for people who do not live there: gates that take a card are shut."""
        if all(gate.control != "card" for gate in self.case.gates):
            return self.edits
        return cut_edits(self.surroundings, self.case, strangers=True)

    @cached_property
    def _near_streets(self) -> Ints:
        """Uncut streets in the window."""
        return np.sort(self.surroundings.street_tree.query(self.window)).astype(np.int64)

    def _cut(self, ground: Ground) -> Around:
        """Cut the streets in the window, and those that the boundary changes."""
        dirty = find_dirty(ground, self.edits)
        return take_out(ground, self.edits, dirty, self._near_streets, as_array([]), 0.0)

    @cached_property
    def _repair(self) -> tuple[list[Walks], Around]:
        """Mend the walks to each kind of goal; and the streets on foot that this takes."""
        around = self.surroundings
        cities = [*around.cities.values(), *around.metre_cities.values()]
        if not cities:
            return [], self._cut(around.ground)
        return repair_standing(cities, self.edits, self._near_streets)

    @property
    def repaired(self) -> list[Walks]:
        """Every resident's walk to each of ``surroundings.cities``, through all gates on foot."""
        return self._repair[0][: len(self.surroundings.cities)]

    @property
    def metre_walks(self) -> dict[str, Walks]:
        """Every resident's way in metres to each of ``surroundings.metre_cities``."""
        walks = self._repair[0][len(self.surroundings.cities) :]
        return dict(zip(self.surroundings.metre_cities, walks, strict=True))

    @cached_property
    def strangers_repaired(self) -> list[Walks]:
        """The same through those gates alone that take no card."""
        cities = list(self.surroundings.cities.values())
        if self.strangers_edits is self.edits or not cities:
            return self.repaired
        return repair_standing(cities, self.strangers_edits, np.empty(0, dtype=np.int64))[0]

    def streets_of(self, network: Network) -> Ints:
        """Give the row of the city's uncut street of each edge of one of the networks here.

        ``surroundings.public``, ``width_m`` and ``street_name`` are numbered so.
        """
        return network.edges["street"].to_numpy(dtype=np.int64)

    def public_of(self, network: Network) -> NDArray[np.int8]:
        """Say whose each edge of one of the networks here is: 1 public, 0 internal, -1 unknown."""
        return self.surroundings.public[self.streets_of(network)]

    @cached_property
    def walking(self) -> Network:
        """The streets in the window as people on foot meet them today."""
        return slice_network(self.surroundings.ground, self._near_streets, self.window)

    @property
    def walking_after(self) -> Network:
        """The same cut by the boundary, open at gates for people on foot."""
        return self._repair[1].after

    @cached_property
    def driving(self) -> Network:
        """The streets in the window as fire engines meet them today."""
        return slice_network(self.surroundings.driving_ground, self._near_streets, self.window)

    @cached_property
    def driving_after(self) -> Network:
        """The same cut by the boundary, open at gates that a fire engine passes.

        Those are vehicle and fire gates, unless known to be too narrow or too low, or closed by
        fixed posts. Hours do not bind a fire engine.
        """
        return self._cut(self.surroundings.driving_ground).after

    @cached_property
    def lanes(self) -> Lanes:
        """The lanes that fire engines use then."""
        return build_lanes(self)

    @cached_property
    def served(self) -> Served:
        """The buildings inside, and the lanes that serve them."""
        return find_served(self, self.lanes)

    @cached_property
    def unknown_gates(self) -> tuple[int, ...]:
        """Gates by their place in the case that engines may use but whose room is not known."""
        return tuple(
            row
            for row, gate in enumerate(self.case.gates)
            if gate.kind != "pedestrian" and (gate.width_m is None or gate.height_m is None)
        )

    @cached_property
    def crossings(self) -> pd.DataFrame:
        """Where streets cross the boundary, one row each.

        ``edge`` (row in ``walking``), ``street`` (row of the city's uncut street), ``x_m``,
        ``y_m``, ``public`` (boolean, missing where unknown), ``gate`` (place in ``case.gates``
        of the gate there, -1 for none), ``highway``, and ``over`` (whether the street passes
        over or under on a bridge, in a tunnel or on another level).
        """
        return find_crossings(self)

    def outside_nodes(self, network: Network) -> Flags:
        """Tell which nodes of one of the networks here are outside, and lead on from there.

        They hang together, on streets outside that the network's walker or vehicle uses, with
        a public street or with one that leaves the window; where there is neither, with the
        longest of these streets.
        """
        known = self._outside.get(id(network))
        if known is None or known[0] is not network:
            known = self._outside[id(network)] = network, self._find_outside(network)
        return known[1]

    def _find_outside(self, network: Network) -> Flags:
        edges, nodes = network.edges, network.nodes
        ends = network.ends
        xy = network.xy
        deep = self._is_deep(xy)
        middle = shapely.line_interpolate_point(network.geometry, 0.5, normalized=True)
        middle_xy = shapely.get_coordinates(middle)
        used = edges["walkable"].to_numpy(dtype=bool) & ~deep[ends].any(axis=1)
        used &= ~shapely.contains_xy(self.area, middle_xy[:, 0], middle_xy[:, 1])
        anchor = ~shapely.contains_xy(self.window, xy[:, 0], xy[:, 1])
        anchor[ends[used & (self.public_of(network) == 1)]] = True
        length_m = network.length_m[used]
        tips = ends[used].astype(np.int32)
        component = number_components(len(nodes), tips[:, 0], tips[:, 1], length_m)
        good = np.zeros(int(component.max(initial=-1)) + 2, dtype=bool)
        good[component[anchor] if anchor.any() else 0] = True
        good[-1] = False
        return np.asarray(good[component])

    def _is_deep(self, xy: NDArray[np.float64]) -> Flags:
        """Tell which places lie inside, not on the line."""
        deep: Flags = shapely.contains_xy(self.area, xy[:, 0], xy[:, 1])
        rows = np.flatnonzero(deep)
        deep[rows] = shapely.distance(shapely.points(xy[rows]), self.line) > _ON_LINE_M
        return deep

    def nearest_public_street(
        self, point: shapely.Point, *, within_m: float
    ) -> shapely.LineString | None:
        """Give the line of the public street nearest to a point; None where none is so near."""
        rows, tree = self.surroundings.public_tree
        if not len(rows):
            return None
        found = tree.query_nearest(point, max_distance=within_m)
        if not len(found):
            return None
        line: shapely.LineString = self.surroundings.plain.geometry[rows[found[0]]]
        return line

    @cached_property
    def walks(self) -> pd.DataFrame:
        """Walks before and after, of residents inside and of neighbours whose walk changes.

        One row a resident and goal: ``row`` in ``surroundings.residents``, ``resident_id``,
        ``residents`` (NaN where unknown), ``inside``, ``goal`` ("centre", "bus_stop" or
        "school"), ``before_s`` and ``after_s``, NaN where there is no way. Residents pass all
        gates for people on foot; neighbours pass those that take no card. Empty of the goals
        whose layer the project lacks: see ``surroundings.cities``.
        """
        return list_walks(self)
