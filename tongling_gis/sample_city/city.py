"""The whole invented city: every layer and record table from one seed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from tongling_gis.sample_city import centres, facilities, records
from tongling_gis.sample_city.fabric import build_fabric
from tongling_gis.sample_city.gates import approach_ways, find_exits, open_plots
from tongling_gis.sample_city.names import community_names
from tongling_gis.sample_city.people import settle_people
from tongling_gis.sample_city.plan import make_plan
from tongling_gis.sample_city.quarters import name_old_compounds, settle
from tongling_gis.sample_city.streets import draw_streets
from tongling_gis.sample_city.tables import layer_table
from tongling_gis.sample_city.terrain import make_terrain
from tongling_gis.sample_city.ways import weave

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from shapely import Polygon

    from tongling_gis.sample_city.quarters import Built

SEED = 340_700
"""Tongling's administrative code."""


@dataclass(frozen=True, eq=False)
class SampleCity:
    """An invented city.

    Attributes:
        seed: What it was invented from.
        layers: Layer name of ``schema`` -> rows in EPSG:4548, in metres.
        records: Record table name of ``schema`` -> rows.
        outlines: OSM name -> area, of the points in ``layers`` that stand for one.
    """

    seed: int
    layers: Mapping[str, gpd.GeoDataFrame]
    records: Mapping[str, pd.DataFrame]
    outlines: Mapping[str, Polygon]


class _Dice:
    """One independent stream of chance a purpose, so that a change of one moves no other."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *purpose.encode()])


def _communities(
    built: Sequence[Built], buildings: gpd.GeoDataFrame, plot: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Seat 50 communities where people live, each with its alliance."""
    people: dict[int, int] = defaultdict(int)
    for at, count in zip(plot.tolist(), buildings["residents"].fillna(0).tolist(), strict=True):
        people[at] += int(count)
    chosen = centres.seats(built, {at: n for at, n in people.items() if n}, records.ALLIANCES)
    xy = shapely.get_coordinates([built[at].shape.centroid for at in chosen])
    return pd.DataFrame(
        {
            "name": community_names(rng, records.ALLIANCES),
            "x": xy[:, 0],
            "y": xy[:, 1],
            "rank": np.arange(records.ALLIANCES),
            "alliance_id": [f"L{at + 1:02d}" for at in range(records.ALLIANCES)],
        }
    )


def invent_city(seed: int = SEED) -> SampleCity:
    """Invent a city of 450,949 residents on Tongling's frame; the same seed gives the same city."""
    dice = _Dice(seed)
    land = make_terrain(dice("terrain"))
    plan = make_plan(dice("plan"))
    streets = draw_streets(land, plan, dice("streets"))
    built = settle(plan, land, dice("quarters"))
    exits = find_exits(built, streets)
    reachable = np.isin(np.arange(len(built)), exits.plot).tolist()
    built = name_old_compounds(built, reachable, dice("compounds"))
    openings = open_plots(built, exits, dice("gates"))
    inner = [way for one in built if one.layout is not None for way in one.layout.ways]
    ways = [*streets, *inner, *approach_ways(openings, built)]
    ids = centres.number_compounds(built)
    fabric = build_fabric(weave(ways), ways, openings, built=built, compound_ids=ids, land=land)
    buildings, plot = settle_people(built, ids, dice("people"))
    communities = _communities(built, buildings, plot, dice("communities"))
    companies = records.make_companies(dice("companies"))
    compounds = centres.make_compounds(
        built,
        ids,
        buildings,
        communities=communities,
        company_ids=companies["company_id"].tolist(),
        rng=dice("compound records"),
    )
    spots = centres.make_centres(
        buildings, plot, built, communities=communities, rng=dice("centres")
    )
    area = layer_table(
        "study_area",
        {"area_id": ["A1"], "name": ["示例市中心城区（虚构）"]},
        [shapely.set_precision(land.study_area, 0.01)],
    )
    campuses = facilities.draw_campuses(built)
    alliances = records.make_alliances(communities, dice("alliances"))
    return SampleCity(
        seed,
        layers={
            "study_area": area,
            "streets": fabric.streets,
            "street_nodes": fabric.street_nodes,
            "barriers": fabric.barriers,
            "gates": fabric.gates,
            "buildings": buildings,
            "centres": spots,
            "compounds": compounds,
            "hydrants": facilities.make_hydrants(streets, dice("hydrants")),
            "fire_stations": facilities.make_fire_stations(built),
            "bus_stops": facilities.make_bus_stops(streets),
            "schools": facilities.make_schools(campuses),
            "shelters": facilities.make_shelters(campuses),
            "amenities": facilities.make_shops(buildings, streets, dice("shops")),
            "water": facilities.make_water(land),
            "green": facilities.make_green(land, campuses),
        },
        outlines={one.osm_id: one.shape for one in campuses},
        records={
            "star_ratings": records.make_star_ratings(spots, dice("ratings")),
            "activities": records.make_activities(spots, dice("activities")),
            "companies": companies,
            "compound_assessments": records.make_assessments(
                compounds, companies, dice("assessments")
            ),
            "alliances": alliances,
            "claimed_projects": records.make_projects(alliances, compounds, dice("projects")),
        },
    )
