"""Towns of tagged streets and nodes, and one walk through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from towns import CRS, layer, line, place

from tongling_gis import studies
from tongling_gis.network import Network, attach, build_network
from tongling_gis.routing import describe_profile, nearest_place, weigh

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.store import Workspace

Corner = tuple[float, float]


def town(
    streets: list[tuple[Corner, Corner, dict]], nodes: dict[Corner, dict] | None = None, **more
) -> Network:
    """Build straight streets between corners in metres, with tags, and facts of the corners."""
    corners = list(dict.fromkeys(xy for start, end, _ in streets for xy in (start, end)))
    number = {xy: row + 1 for row, xy in enumerate(corners)}
    lines = layer(
        [line(start, end) for start, end, _ in streets],
        street_id=[f"s{row}" for row in range(len(streets))],
        from_node=[number[start] for start, _, _ in streets],
        to_node=[number[end] for _, end, _ in streets],
        **columns([{"highway": "residential"} | tags for _, _, tags in streets]),
    )
    facts = nodes or {}
    spots = layer(
        [shapely.Point(place(*xy)) for xy in corners],
        node_id=list(number.values()),
        **columns([{"elevation_m": np.nan} | facts.get(xy, {}) for xy in corners]),
    )
    return build_network(lines, spots, **more)


def columns(rows: list[dict]) -> dict[str, list]:
    """Turn rows into columns, None where a row says nothing."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def walk_s(network: Network, profile: WalkProfile, start: Corner, goal: Corner) -> float:
    """Time one walk in seconds, -1 where there is no way."""
    graph = weigh(network, profile)
    here, there = (
        attach(graph.network, np.array([place(*xy)]), limit_m=100.0) for xy in (start, goal)
    )
    ms = int(nearest_place(graph, here, there, engine="scipy").ms[0])
    return ms / 1000.0 if ms >= 0 else -1.0


def noted(network: Network, profile: WalkProfile) -> str:
    """All notes on a profile, in English."""
    return " ".join(note.en for note in describe_profile(network, profile))


def street_project(folder: Path) -> Workspace:
    """Make a project of two streets with nodes, a home and a centre."""
    workspace = studies.create_project(folder)
    network = town([((0, 0), (100, 0), {}), ((100, 0), (200, 0), {})])
    edges, nodes = network.edges, network.nodes
    streets = gpd.GeoDataFrame(
        edges[["street_id", "highway"]].assign(
            from_node=nodes["node_id"].to_numpy()[edges["from_node"]],
            to_node=nodes["node_id"].to_numpy()[edges["to_node"]],
        ),
        geometry=list(network.geometry),
        crs=CRS,
    )
    spots = gpd.GeoDataFrame(
        nodes[["node_id"]].assign(elevation_m=[np.nan, 7.0, np.nan]),
        geometry=gpd.points_from_xy(nodes["x_m"], nodes["y_m"]),
        crs=CRS,
    )
    home, centre = (shapely.Point(place(x, 0)) for x in (0, 200))
    workspace.write(
        {
            "streets": streets,
            "street_nodes": spots,
            "residents": layer([home], resident_id=["h1"], residents=[10]),
            "centres": layer([centre], centre_id=["c1"]),
        }
    )
    return workspace
