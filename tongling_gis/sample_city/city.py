"""The whole invented city: every layer and record table from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from tongling_gis.sample_city import centres, facilities, records, standing
from tongling_gis.sample_city.fabric import Fabric, Ground, build_fabric
from tongling_gis.sample_city.fields import draw_fields
from tongling_gis.sample_city.gates import (
    Opening,
    approach_ways,
    clear_ways,
    find_exits,
    open_plots,
)
from tongling_gis.sample_city.names import community_names
from tongling_gis.sample_city.people import settle_people
from tongling_gis.sample_city.plan import make_plan
from tongling_gis.sample_city.quarters import name_old_compounds, settle
from tongling_gis.sample_city.shapes import line_to_grid, to_grid
from tongling_gis.sample_city.streets import draw_streets, rail_fences, rail_line, steepen
from tongling_gis.sample_city.tables import layer_table
from tongling_gis.sample_city.terrain import make_terrain
from tongling_gis.sample_city.ways import Way, weave

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely import LineString
    from shapely.geometry.base import BaseGeometry

    Tags = Mapping[str, str]

SEED = 340_700
"""Tongling's administrative code."""


@dataclass(frozen=True, eq=False)
class SampleCity:
    """An invented city.

    Attributes:
        seed: What it was invented from.
        layers: Layer name of ``schema`` -> rows in EPSG:4548, in metres.
        records: Record table name of ``schema`` -> rows.
        extras: OSM name -> shape and tags of what no layer holds: school grounds, the railway.
    """

    seed: int
    layers: Mapping[str, gpd.GeoDataFrame]
    records: Mapping[str, pd.DataFrame]
    extras: Mapping[str, tuple[BaseGeometry, Tags]]


class _Dice:
    """One independent stream of chance a purpose, so that a change of one moves no other."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *purpose.encode()])


class _Site(NamedTuple):
    """The city as drawn: the ground, its open streets, the ways out of its plots, the railway."""

    ground: Ground
    streets: list[Way]
    openings: list[Opening]
    railway: LineString


class _People(NamedTuple):
    """Where people live, and the communities they belong to."""

    buildings: gpd.GeoDataFrame
    plot: NDArray[np.intp]
    communities: pd.DataFrame


def _draw(dice: _Dice) -> _Site:
    land = make_terrain(dice("terrain"))
    plan = make_plan(dice("plan"))
    streets = draw_streets(land, plan, dice("streets"))
    fences = rail_fences(land, plan)
    built = settle(plan, land, dice("quarters"))
    exits = find_exits(built, streets, shapely.union_all(fences))
    reachable = np.isin(np.arange(len(built)), exits.plot).tolist()
    built = name_old_compounds(built, reachable, dice("compounds"))
    openings = open_plots(built, exits, dice("gates"))
    built = clear_ways(built, openings)
    ground = Ground(land, built, centres.number_compounds(built), fences)
    return _Site(ground, streets, openings, rail_line(land, plan))


def _weave(site: _Site) -> Fabric:
    inner = [way for one in site.ground.built if one.layout for way in one.layout.ways]
    ways = [*site.streets, *inner, *approach_ways(site.openings)]
    ways = steepen(ways, site.ground.land)
    return build_fabric(weave(ways), ways, site.openings, site.ground)


def _settle(site: _Site, dice: _Dice) -> _People:
    buildings, plot = settle_people(site.ground.built, site.ground.compound_ids, dice("people"))
    return _People(buildings, plot, _communities(buildings, dice("communities")))


def _communities(buildings: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Seat 50 communities where people live, from west to east, each with its alliance."""
    lived = buildings[buildings["residents"].notna()]
    xy = shapely.get_coordinates(shapely.centroid(lived.geometry.to_numpy()))
    weight = lived["residents"].to_numpy(dtype=float)
    seats = centres.spread_seats(xy, weight, records.ALLIANCES, rng)
    seats = seats[np.argsort(seats[:, 0], kind="stable")]
    return pd.DataFrame(
        {
            "name": community_names(rng, records.ALLIANCES),
            "x": seats[:, 0],
            "y": seats[:, 1],
            "alliance_id": [f"L{at + 1:02d}" for at in range(records.ALLIANCES)],
        }
    )


def _facilities(
    site: _Site,
    campuses: list[facilities.Campus],
    buildings: gpd.GeoDataFrame,
    dice: _Dice,
) -> dict[str, gpd.GeoDataFrame]:
    built = site.ground.built
    stations = facilities.make_fire_stations(built)
    shops = facilities.make_shops(buildings, site.streets, dice("shops"))
    fields = draw_fields(site.ground.land, built, site.streets, dice("fields"))
    others = facilities.list_as_amenities(campuses, stations)
    return {
        "hydrants": facilities.make_hydrants(site.streets, built, dice("hydrants")),
        "fire_stations": stations,
        "bus_stops": facilities.make_bus_stops(site.streets),
        "schools": facilities.make_schools(campuses),
        "shelters": facilities.make_shelters(campuses),
        "amenities": pd.concat([shops, others], ignore_index=True),
        "water": facilities.make_water(site.ground.land),
        "green": facilities.make_green(site.ground.land, campuses, fields),
    }


def _records(
    spots: gpd.GeoDataFrame,
    compounds: gpd.GeoDataFrame,
    companies: pd.DataFrame,
    people: _People,
    dice: _Dice,
) -> dict[str, pd.DataFrame]:
    alliances = records.make_alliances(people.communities, dice("alliances"))
    return {
        "star_ratings": records.make_star_ratings(spots, dice("ratings")),
        "activities": records.make_activities(spots, dice("activities")),
        "companies": companies,
        "compound_assessments": records.make_assessments(compounds, companies, dice("assessments")),
        "alliances": alliances,
        "claimed_projects": records.make_projects(alliances, compounds, dice("projects")),
        "fundings": standing.make_fundings(spots, dice("fundings")),
        "blacklist": standing.make_blacklist(companies, dice("blacklist")),
        "council_terms": standing.make_council_terms(alliances, dice("councils")),
        "alliance_meetings": standing.make_meetings(alliances, dice("meetings")),
    }


def _extras(
    campuses: list[facilities.Campus], railway: LineString
) -> dict[str, tuple[BaseGeometry, Tags]]:
    extras: dict[str, tuple[BaseGeometry, Tags]] = {
        one.osm_id: (one.shape, {"name": one.name, **one.tags})
        for one in campuses
        if "amenity" in one.tags
    }
    tags = {"railway": "rail", "name": "沿江铁路（虚构）"}
    return extras | {facilities.RAILWAY: (line_to_grid(railway), tags)}


def _study_area(site: _Site) -> gpd.GeoDataFrame:
    columns = {"area_id": ["A1"], "name": ["示例市中心城区（虚构）"]}
    return layer_table("study_area", columns, [to_grid(site.ground.land.study_area)])


def invent_city(seed: int = SEED) -> SampleCity:
    """Invent a city of 450,949 residents on Tongling's frame; the same seed gives the same city.

    Args:
        seed: Any whole number from 0.

    Returns:
        Every layer and record table, meeting the published figures exactly.
    """
    dice = _Dice(seed)
    site = _draw(dice)
    fabric = _weave(site)
    people = _settle(site, dice)
    built, ids = site.ground.built, site.ground.compound_ids
    companies = records.make_companies(dice("companies"))
    compounds = centres.make_compounds(
        built,
        ids,
        people.buildings,
        communities=people.communities,
        company_ids=companies["company_id"].tolist(),
        rng=dice("compound records"),
    )
    spots = centres.make_centres(
        people.buildings,
        people.plot,
        built,
        communities=people.communities,
        streets=fabric.streets,
        rng=dice("centres"),
    )
    campuses = facilities.draw_campuses(built)
    return SampleCity(
        seed,
        layers={
            "study_area": _study_area(site),
            "streets": fabric.streets,
            "street_nodes": fabric.street_nodes,
            "barriers": fabric.barriers,
            "gates": fabric.gates,
            "buildings": people.buildings,
            "centres": spots,
            "compounds": compounds,
            **_facilities(site, campuses, people.buildings, dice),
        },
        records=_records(spots, compounds, companies, people, dice),
        extras=_extras(campuses, site.railway),
    )
