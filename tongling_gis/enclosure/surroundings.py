"""Everything that does not change while a boundary is edited: prepared and indexed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.publicness import REASONS, UNKNOWN, find_owners, read_widths
from tongling_gis.enclosure.served import BuildingFacts, read_buildings
from tongling_gis.network import attach
from tongling_gis.network.slopes import EdgeSlopes, measure_slopes
from tongling_gis.network.tags import has_tag, is_set, read_tag
from tongling_gis.network.walkers import read_height
from tongling_gis.network.walls import find_blocked_nodes, read_level
from tongling_gis.reachability.places import (
    CENTRE_KEYS,
    CENTRES,
    HOME_KEYS,
    HOMES,
    count_people,
    read_places,
)
from tongling_gis.routing import join_ends, load_kernels, reach_nodes, weigh
from tongling_gis.scenario.doors import Joined
from tongling_gis.scenario.ground import Ground, as_array
from tongling_gis.scenario.walks import City
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.hours import Moment
    from tongling_gis.network import Network
    from tongling_gis.routing import Ends, WalkGraph
    from tongling_gis.routing.engines import Engine

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]
    Codes: TypeAlias = NDArray[np.object_]
    Shapes: TypeAlias = NDArray[np.object_]

HALO_M = 300.0
"""How far around a boundary streets and places are looked at."""

LAYERS = (
    "buildings",
    "entrances",
    "residents",
    "centres",
    "bus_stops",
    "schools",
    "shelters",
    "hydrants",
    "fire_stations",
    "compounds",
    "amenities",
    "water",
    "green",
)
"""Layers of the project that measures may ask for."""

GOALS: dict[str, tuple[tuple[str, ...], Text]] = {
    "centre": (CENTRE_KEYS, CENTRES),
    "bus_stop": (("stop_id",), Text("公交站", "bus stops")),
    "school": (("school_id",), Text("学校", "schools")),
}
"""Where residents walk to: key columns and name of each kind of goal."""

WAYS: dict[str, Text] = {
    **dict.fromkeys(("motorway", "trunk", "primary"), Text("主干路", "main street")),
    **dict.fromkeys(("secondary", "tertiary"), Text("次干路", "collector street")),
    **dict.fromkeys(("residential", "unclassified"), Text("支路", "local street")),
    **dict.fromkeys(("service", "living_street"), Text("内部道路", "lane")),
    **dict.fromkeys(("footway", "path", "pedestrian"), Text("步行道", "footway")),
    "steps": Text("台阶", "steps"),
    "cycleway": Text("非机动车道", "cycleway"),
}
"""What a street without a name is called, by its class."""

_GOAL_LAYERS = {"centre": "centres", "bus_stop": "bus_stops", "school": "schools"}
_METRE_GOALS = {"centre": "centres", "shelter": "shelters"}


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The city around any boundary. Layers are None where the project has none of them.

    All layers are in ``crs``, their rows numbered from 0.

    Attributes:
        crs: Projected CRS in metres.
        ground: The streets as people on foot meet them, walls and gates as they stand.
        driving_ground: The same streets as fire engines meet them.
        buildings: Buildings, ``floors``, ``use`` and ``dwellings`` where known.
        entrances: Their entrances.
        residents: Where people live, as points.
        centres: Neighbourhood centres, as points.
        bus_stops: Bus stops.
        schools: Schools.
        shelters: Emergency shelters.
        hydrants: Hydrants.
        fire_stations: Fire stations.
        compounds: Compounds, and other areas that somebody manages.
        amenities: Shops and other amenities.
        water: Water.
        green: Green space.
        resident_key: The column that tells residents apart.
        snap_limit_m: Farthest that a place may lie from its street.
        halo_m: How far around a boundary streets and places are looked at.
        at: Moment at which gates must be open for people; None for whenever.
        engine: Which engine searches.
    """

    crs: CRS
    ground: Ground
    driving_ground: Ground
    buildings: gpd.GeoDataFrame | None = None
    entrances: gpd.GeoDataFrame | None = None
    residents: gpd.GeoDataFrame | None = None
    centres: gpd.GeoDataFrame | None = None
    bus_stops: gpd.GeoDataFrame | None = None
    schools: gpd.GeoDataFrame | None = None
    shelters: gpd.GeoDataFrame | None = None
    hydrants: gpd.GeoDataFrame | None = None
    fire_stations: gpd.GeoDataFrame | None = None
    compounds: gpd.GeoDataFrame | None = None
    amenities: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    green: gpd.GeoDataFrame | None = None
    resident_key: str = "resident_id"
    snap_limit_m: float = 200.0
    halo_m: float = HALO_M
    at: Moment | None = None
    engine: Engine = "auto"
    _trees: dict[str, shapely.STRtree] = field(default_factory=dict, init=False, repr=False)
    _shapes: dict[str, Shapes] = field(default_factory=dict, init=False, repr=False)
    _street_tags: dict[str, Codes] = field(default_factory=dict, init=False, repr=False)

    def layer(self, name: str) -> gpd.GeoDataFrame | None:
        """Give a layer by its name, one of ``LAYERS``; None where the project has none."""
        found: gpd.GeoDataFrame | None = getattr(self, name)
        return found

    def shapes(self, name: str) -> Shapes:
        """Give a layer's geometries; none at all where the project has no such layer."""
        if name not in self._shapes:
            layer = self.layer(name)
            none = as_array([])
            self._shapes[name] = none if layer is None else layer.geometry.to_numpy(dtype=object)
        return self._shapes[name]

    def tree(self, name: str) -> shapely.STRtree:
        """Give the search tree over a layer's geometries, empty where there is no layer."""
        if name not in self._trees:
            self._trees[name] = shapely.STRtree(self.shapes(name))
        return self._trees[name]

    @property
    def walking(self) -> Network:
        """The whole city's streets on foot, walls and gates as they stand."""
        return self.ground.network

    @property
    def driving(self) -> Network:
        """The whole city's streets for fire engines, walls and gates as they stand."""
        return self.driving_ground.network

    @property
    def walking_graph(self) -> WalkGraph:
        """The same on foot, weighed."""
        return self.ground.graph

    @property
    def driving_graph(self) -> WalkGraph:
        """The same for fire engines, weighed."""
        return self.driving_ground.graph

    @property
    def plain(self) -> Network:
        """The uncut streets: what ``public``, ``width_m`` and street rows are numbered by."""
        return self.ground.plain

    @cached_property
    def street_tree(self) -> shapely.STRtree:
        """Search tree over all uncut streets, used or not."""
        return shapely.STRtree(self.plain.geometry)

    @cached_property
    def _owners(self) -> tuple[NDArray[np.int8], Codes]:
        return find_owners(self.plain, self.shapes("compounds"))

    @cached_property
    def slopes(self) -> EdgeSlopes:
        """How steep each uncut street is, where that is known."""
        return measure_slopes(self.plain)

    def street_tag(self, name: str) -> Codes:
        """Give one tag of each uncut street, "" where it has none."""
        if name not in self._street_tags:
            self._street_tags[name] = read_tag(self.plain.edges, name)
        return self._street_tags[name]

    def are(self, streets: Ints, name: str, values: Collection[str]) -> Flags:
        """Tell of which uncut streets a tag has one of some values."""
        return np.array([one in values for one in self.street_tag(name)[streets]], dtype=bool)

    @cached_property
    def over(self) -> Flags:
        """Which uncut streets pass over or under what stands on the ground."""
        edges = self.plain.edges
        over = is_set(edges, "bridge") | (read_level(edges) != 0.0)
        below = is_set(edges, "tunnel") & ~has_tag(edges, "tunnel", ("building_passage",))
        return np.asarray(over | below)

    @property
    def public(self) -> NDArray[np.int8]:
        """Whose each uncut street is: 1 public, 0 internal, -1 unknown."""
        return self._owners[0]

    def why_public(self, street: int) -> Text:
        """Say why an uncut street is taken for public, internal or unknown."""
        return REASONS[self._owners[1][street]]

    @cached_property
    def public_tree(self) -> tuple[Ints, shapely.STRtree]:
        """The public streets' rows, and a search tree over them numbered likewise."""
        rows = np.flatnonzero(self.public == 1)
        return rows, shapely.STRtree(self.plain.geometry[rows])

    @cached_property
    def width_m(self) -> Floats:
        """Recorded width of each uncut street, metres, NaN where none is recorded."""
        return self._widths[0]

    @cached_property
    def width_error_m(self) -> Floats:
        """How far off the recorded width may be, metres; see ``publicness.read_widths``."""
        return self._widths[1]

    @cached_property
    def _widths(self) -> tuple[Floats, Floats]:
        return read_widths(self.plain.edges)

    @cached_property
    def height_m(self) -> Floats:
        """Recorded clear height of each uncut street, metres, NaN where none is recorded."""
        return read_height(self.plain.edges)

    @cached_property
    def building_facts(self) -> BuildingFacts:
        """What the buildings are, one by one."""
        return read_buildings(self.buildings)

    @cached_property
    def _street_words(self) -> tuple[Codes, Codes, Codes]:
        """Name, class and number of each uncut street."""
        edges = self.plain.edges
        name, kind = read_tag(edges, "name"), self.street_tag("highway")
        counted = np.array([f"#{row + 1}" for row in range(len(edges))], dtype=object)
        return name, kind, read_tag(edges, "street_id") if "street_id" in edges else counted

    def street_name(self, street: int) -> Text:
        """Name an uncut street: by its name, else its class and number."""
        name, kind, number = (str(words[street]) for words in self._street_words)
        if name:
            return Text.same(name)
        called = WAYS.get(kind.removesuffix("_link"), Text("道路", "street"))
        return Text(f"无名{called.zh}（编号 {number}）", f"unnamed {called.en} (no. {number})")

    @cached_property
    def blocked(self) -> dict[str, tuple[Ints, shapely.STRtree]]:
        """Nodes at which something on the street stops people ("foot") or engines ("drive")."""
        found = {}
        for mode, ground in (("foot", self.ground), ("drive", self.driving_ground)):
            rows = find_blocked_nodes(ground.uncut, ground.network.gates)
            xy = ground.xy[rows]
            found[mode] = rows, shapely.STRtree(np.asarray(shapely.points(xy), dtype=object))
        return found

    @cached_property
    def hydrant_kinds(self) -> Codes:
        """What the hydrants are said to be, "" where nothing is said."""
        none = np.empty(0, dtype=object)
        return none if self.hydrants is None else read_tag(self.hydrants, "kind")

    @cached_property
    def station_ends(self) -> Ends | None:
        """The fire stations, joined to the streets; None where the project has none."""
        if self.fire_stations is None:
            return None
        points = self.fire_stations.geometry.centroid.to_numpy(dtype=object)
        at = attach(self.driving, points, limit_m=self.snap_limit_m)
        return join_ends(self.driving_graph, at)

    @cached_property
    def driving_by_id(self) -> Ints:
        """Rows of ``driving``'s nodes in the order of their ids."""
        return np.argsort(self.driving.nodes["node_id"].to_numpy(dtype=np.int64), kind="stable")

    @cached_property
    def station_ms(self) -> NDArray[np.int64]:
        """Milliseconds that an engine drives from the nearest station to each node of ``driving``.

        -1 where none gets there, or the project has no stations.
        """
        if self.station_ends is None:
            return np.full(len(self.driving.nodes), -1, dtype=np.int64)
        return reach_nodes(self.driving_graph, self.station_ends, engine=self.engine).node_ms

    @cached_property
    def residents_known(self) -> tuple[Codes, Floats]:
        """The residents' ids, and how many live at each, NaN where that is not known."""
        layer = self.residents
        if layer is None:
            return np.empty(0, dtype=object), np.empty(0)
        return layer[self.resident_key].to_numpy(dtype=object), count_people(layer)

    @cached_property
    def homes(self) -> Joined | None:
        """The residents, joined to the streets; None where nobody is known to live anywhere."""
        return None if self.residents is None else self._join(self.residents)

    @cached_property
    def cities(self) -> dict[str, City]:
        """Every resident's walk as things stand to each kind of goal that is known."""
        if self.homes is None:
            return {}
        known = {goal: self.layer(name) for goal, name in _GOAL_LAYERS.items()}
        return {
            goal: City(
                self.ground, self.homes, self._join(layer), np.ones(len(layer), bool), self.engine
            )
            for goal, layer in known.items()
            if layer is not None and len(layer)
        }

    @cached_property
    def metre_cities(self) -> dict[str, City]:
        """The same along the streets in metres: a metre a second, with no slopes or waits."""
        if self.residents is None:
            return {}
        profile = self.walking_graph.profile.flat().at_speed(1.0, "metres")
        ground = Ground(weigh(self.walking, profile))
        homes = self._join(self.residents, ground)
        known = {goal: self.layer(name) for goal, name in _METRE_GOALS.items()}
        return {
            goal: City(
                ground, homes, self._join(layer, ground), np.ones(len(layer), bool), self.engine
            )
            for goal, layer in known.items()
            if layer is not None and len(layer)
        }

    def _join(self, places: gpd.GeoDataFrame, ground: Ground | None = None) -> Joined:
        points = places.geometry.to_numpy(dtype=object)
        at = attach(self.walking, points, limit_m=self.snap_limit_m)
        return Joined(ground or self.ground, points, at, self.snap_limit_m)

    def prepare(self) -> Surroundings:
        """Make now what the first check would make; gives itself."""
        for name in LAYERS:
            self.tree(name)
        load_kernels()
        for city in (*self.cities.values(), *self.metre_cities.values()):
            _ = city.state, city.centre_doors
            for places in (city.homes, city.centres):
                _ = places.way_tree, places.by_node, places.by_piece
        for ground in (self.ground, self.driving_ground):
            _ = ground.wall_tree, ground.tip_tree, ground.gate_tree, ground.open_node_tree
            _ = ground.incident, ground.paces, ground.later, ground.later_of, ground.islands
            _ = ground.street_columns, ground.node_columns, ground.cut_node_columns, ground.last
        _ = self.street_tree, self.public_tree, self.width_m, self.blocked, self.station_ms
        _ = self.height_m, self.building_facts, self._street_words, self.driving_by_id
        _ = self.over, self.street_tag("service"), self.hydrant_kinds
        return self


def prepare_surroundings(  # noqa: PLR0913 - what is asked, one by one, by name
    network: Network,
    layers: Mapping[str, gpd.GeoDataFrame | None],
    *,
    profile: WalkProfile,
    engine_profile: WalkProfile,
    centres: gpd.GeoDataFrame | None = None,
    residents: gpd.GeoDataFrame | None = None,
    at: Moment | None = None,
    snap_limit_m: float = 200.0,
    halo_m: float = HALO_M,
    engine: Engine = "auto",
) -> Surroundings:
    """Prepare a city for checking boundaries in it.

    Args:
        network: The streets with their walls and gates, of anybody on foot.
        layers: The project's layers by name, in any CRS; those not in ``LAYERS`` are left out.
        profile: Who walks.
        engine_profile: The fire engine.
        centres: The centres, where they are not ``layers["centres"]``.
        residents: Where people live, where it is not ``layers["residents"]``: points with
            ``resident_id`` or ``building_id``.
        at: Moment at which gates must be open for people; None for whenever. Fire engines are
            let through at any hour.
        snap_limit_m: Farthest that a place may lie from its street.
        halo_m: How far around a boundary streets and places are looked at.
        engine: Which engine searches; the answers are the same.

    Raises:
        CrsError: If a layer has no CRS.
        SchemaError: If residents, centres, bus stops or schools have no key, or one twice.
        GeometryError: If one of these has no place.
    """
    given = {
        **layers,
        **{k: v for k, v in (("centres", centres), ("residents", residents)) if v is not None},
    }
    crs = network.crs
    read: dict[str, gpd.GeoDataFrame | None] = {
        name: _placed(given.get(name), crs) for name in LAYERS
    }
    key = "resident_id"
    homes = read["residents"]
    if homes is not None:
        read["residents"], key = read_places(homes, HOME_KEYS, crs, HOMES)
    for goal, (keys, what) in GOALS.items():
        goals = read[_GOAL_LAYERS[goal]]
        if goals is not None:
            read[_GOAL_LAYERS[goal]], _ = read_places(goals, keys, crs, what)
    ground = Ground(weigh(network.for_walker(profile, at), profile))
    engines = Ground(weigh(network.for_walker(engine_profile), engine_profile))
    return Surroundings(
        crs,
        ground,
        engines,
        **read,
        resident_key=key,
        snap_limit_m=snap_limit_m,
        halo_m=halo_m,
        at=at,
        engine=engine,
    )


def _placed(layer: gpd.GeoDataFrame | None, crs: CRS) -> gpd.GeoDataFrame | None:
    """Bring a layer to the CRS, its rows numbered from 0; None where it is empty."""
    if layer is None or not len(layer):
        return None
    from tongling_gis.errors import CrsError

    if layer.crs is None:
        raise CrsError(
            Text("有图层没有坐标系：请先声明。", "A layer has no CRS: declare it first.")
        )
    return layer.to_crs(crs).reset_index(drop=True)


__all__ = ["GOALS", "HALO_M", "LAYERS", "UNKNOWN", "Surroundings", "prepare_surroundings"]
