"""Cities to measure in: perturbed grids of any size, and extracts of OpenStreetMap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from tongling_gis.catalogue import WalkProfile
from tongling_gis.network import Network, build_network
from tongling_gis.network.severing import no_cuts
from tongling_gis.routing import WalkGraph, weigh
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

SPACING_M = 60.0
SPEED_M_S = 1.1


@dataclass(frozen=True, eq=False)
class City:
    """One network, in the plain arrays that every peer can be built from.

    Attributes:
        name: As printed.
        network: The network.
        centres: Nodes that are centres.
    """

    name: str
    network: Network
    centres: np.ndarray

    @cached_property
    def graph(self) -> WalkGraph:
        """The network weighed for somebody whose pace is the same everywhere, as peers know it."""
        return weigh(self.network, WalkProfile("even", Text.same("even"), SPEED_M_S, "as peers"))

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.network.nodes)

    @cached_property
    def xy(self) -> np.ndarray:
        """Coordinates of the nodes."""
        return self.network.nodes[["x_m", "y_m"]].to_numpy()

    @cached_property
    def ends(self) -> np.ndarray:
        """Nodes at both ends of every walkable edge."""
        walked = self.network.edges["walkable"].to_numpy()
        return self.network.edges[["from_node", "to_node"]].to_numpy()[walked]

    @cached_property
    def lines(self) -> np.ndarray:
        """Lines of every walkable edge, straight where the network has none."""
        drawn = self.network.geometry[self.network.edges["walkable"].to_numpy()]
        return shapely.linestrings(self.xy[self.ends]) if drawn[0] is None else drawn

    @cached_property
    def cost_ms(self) -> np.ndarray:
        """Milliseconds of every walkable edge."""
        return self.graph.forward_ms[self.network.edges["walkable"].to_numpy()].astype(np.int64)


def grid_city(size: int, n_centres: int, *, drawn: bool = False) -> City:
    """Make a grid with shifted corners, a tenth of its streets gone, in random order.

    Args:
        size: About how many nodes.
        n_centres: How many of them are centres.
        drawn: Whether streets have lines, which routing does not need.
    """
    random = np.random.default_rng(size)
    side = round(size**0.5)
    number = random.permutation(side * side).reshape(side, side)
    xy = np.empty((side * side, 2))
    xy[number.ravel()] = np.argwhere(np.ones((side, side), dtype=bool)) * SPACING_M
    xy += random.uniform(-0.3, 0.3, xy.shape) * SPACING_M
    down = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    across = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    ends = np.concatenate([down, across]).astype(np.int32)
    ends = random.permutation(ends[random.random(len(ends)) > 0.1])
    length_m = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T)
    lines = shapely.linestrings(xy[ends]) if drawn else np.empty(len(ends), dtype=object)
    nodes = pd.DataFrame({"node_id": np.arange(len(xy)), "x_m": xy[:, 0], "y_m": xy[:, 1]})
    nodes["elevation_m"] = np.nan
    edges = pd.DataFrame({"from_node": ends[:, 0], "to_node": ends[:, 1], "length_m": length_m})
    edges["walkable"], edges["highway"] = True, "residential"
    network = Network(CRS.from_epsg(4548), nodes, edges, lines, no_cuts())
    centres = random.choice(side * side, n_centres, replace=False)
    return City(f"grid of {side} x {side}", network, centres)


def read_city(path: Path, n_centres: int) -> City:
    """Read an extract, with centres at random nodes of its largest component."""
    from tongling_gis.crs import metric_crs_of
    from tongling_gis.importers.osm import read_osm

    layers = read_osm(path).layers
    streets = layers["streets"]
    metric = metric_crs_of(streets)
    network = build_network(streets.to_crs(metric), layers["street_nodes"].to_crs(metric))
    random = np.random.default_rng(1)
    main = np.flatnonzero(network.component == 0)
    return City(path.name, network, random.choice(main, n_centres, replace=False))
