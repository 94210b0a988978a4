"""Facilities that serve the people inside: their centre's room, their community's size."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.catalogue import read_standards
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import missing_layer, name_row
from tongling_gis.enclosure.measures.walks import NO_HOMES, NOBODY_INSIDE
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.routing.graph import UNREACHED
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

_PLACE = np.int64(2**32 - 1)
_STATION_KINDS = ("amenity=community_centre", "amenity=townhall", "amenity=social_centre")
_NO_CENTRE = Text("居民现在到不了任何邻里中心。", "No centre is reached from inside today.")


def _nearest_centres(enclosure: Enclosure) -> tuple[Ints, Floats]:
    """Give every home's nearest centre today (-1 for none) and the seconds to it."""
    state = enclosure.surroundings.cities["centre"].state
    reached = state != UNREACHED
    centre = np.where(reached, state & _PLACE, -1)
    return centre, np.where(reached, (state >> 32) / 1000.0, np.inf)


def _own_centres(enclosure: Enclosure) -> Ints | Measured:
    """List the centres nearest to people inside, or say why there are none."""
    surroundings = enclosure.surroundings
    if surroundings.residents is None:
        return Measured(missing=NO_HOMES)
    if surroundings.centres is None:
        return Measured(missing=missing_layer("邻里中心", "centres"))
    if not len(enclosure.inside_residents):
        return Measured(not_applicable=NOBODY_INSIDE)
    centre = _nearest_centres(enclosure)[0][enclosure.inside_residents]
    own = np.unique(centre[centre >= 0])
    return own if len(own) else Measured(not_applicable=_NO_CENTRE)


def _numbers(enclosure: Enclosure, column: str) -> Floats:
    centres = enclosure.surroundings.centres
    if centres is None or column not in centres:
        return np.full(0 if centres is None else len(centres), np.nan)
    numbers: Floats = centres[column].to_numpy(dtype=float, na_value=np.nan)
    return numbers


def _by_centre(enclosure: Enclosure, own: Ints, values: Floats, missing: Text) -> Measured:
    """List a number of each centre; the least is the worst."""
    surroundings = enclosure.surroundings
    shapes = surroundings.shapes("centres")
    items = tuple(
        Item(
            name_row(surroundings.centres, row, "centre_id", Text("邻里中心", "centre")),
            None if np.isnan(value) else float(value),
            shapes[row],
            missing=missing if np.isnan(value) else None,
        )
        for row, value in zip(own.tolist(), values, strict=True)
    )
    known = values[~np.isnan(values)]
    return Measured(float(known.min()) if len(known) else None, items)


def measure_centre_area(enclosure: Enclosure) -> Measured:
    """Measure the floor area of the centres nearest to people inside, m2 (FAC-02)."""
    own = _own_centres(enclosure)
    if isinstance(own, Measured):
        return own
    missing = Text(
        "没有填写“建筑面积”：请在 centres 图层补填（floor_area_m2）。",
        "Its floor area is unknown: fill in floor_area_m2 of centres.",
    )
    return _by_centre(enclosure, own, _numbers(enclosure, "floor_area_m2")[own], missing)


def measure_service_area(enclosure: Enclosure) -> Measured:
    """Measure the floor area for every 100 households of these centres' catchments (FAC-01).

    A catchment is the households nearest to the centre, within the longest limit.
    """
    own = _own_centres(enclosure)
    if isinstance(own, Measured):
        return own
    homes = enclosure.surroundings.residents
    assert homes is not None
    column = next((name for name in ("households", "dwellings") if name in homes), None)
    missing = Text(
        "没有“建筑面积”（centres）或“户数”（buildings.dwellings）：请补填。",
        "Floor area of centres or dwellings of buildings are unknown: fill them in.",
    )
    if column is None:
        return Measured(missing=missing)
    centre, seconds = _nearest_centres(enclosure)
    households = homes[column].to_numpy(dtype=float, na_value=np.nan)
    within = (centre >= 0) & (seconds <= max(read_standards().reach_minutes) * 60)
    count = len(_numbers(enclosure, "floor_area_m2"))
    total = np.bincount(centre[within], weights=households[within], minlength=count)
    area_m2 = _numbers(enclosure, "floor_area_m2")
    share = np.full(count, np.nan)
    np.divide(area_m2, total / 100, out=share, where=total > 0)
    return _by_centre(enclosure, own, share[own], missing)


def measure_community_residents(enclosure: Enclosure) -> Measured:
    """Count the residents of the community that the compound is of (FAC-03).

    The sum over the compounds of the same ``community``.
    """
    compounds = enclosure.surroundings.compounds
    missing = Text(
        "没有小区的“社区”或“居民数”：请在 compounds 图层补填。",
        "The compounds' community or residents are unknown: fill them in.",
    )
    if compounds is None or not {"community", "residents"} <= set(compounds.columns):
        return Measured(missing=missing)
    own = compounds[compounds["compound_id"].astype(str) == enclosure.case.compound_id]
    if own.empty or not isinstance(own["community"].iloc[0], str):
        return Measured(missing=missing)
    community = own["community"].iloc[0]
    people = compounds.loc[compounds["community"] == community, "residents"]
    if people.isna().any():
        unknown = int(people.isna().sum())
        some = Text(
            f"{community}有 {unknown} 个小区没有填写居民数。",
            f"{unknown} compounds of {community} have no number of residents.",
        )
        return Measured(missing=some)
    note = Text(f"{community}，{len(people)} 个小区。", f"{community}, {len(people)} compounds.")
    return Measured(float(people.sum()), note=note)


def measure_service_station_distance(enclosure: Enclosure) -> Measured:
    """Measure straight from homes inside to the nearest community service station (FAC-04).

    Stations are amenities of kind community_centre, townhall or social_centre.
    """
    surroundings = enclosure.surroundings
    if surroundings.amenities is None:
        return Measured(missing=missing_layer("设施", "amenities"))
    if surroundings.residents is None:
        return Measured(missing=NO_HOMES)
    rows = enclosure.inside_residents
    if not len(rows):
        return Measured(not_applicable=NOBODY_INSIDE)
    kinds = surroundings.amenities["kind"].fillna("").isin(_STATION_KINDS).to_numpy()
    if not kinds.any():
        missing = Text(
            "设施图层里没有社区服务站（amenity=community_centre 等）：请补充。",
            "No amenity is a community service station (amenity=community_centre and the like).",
        )
        return Measured(missing=missing)
    homes = surroundings.shapes("residents")[rows]
    tree = shapely.STRtree(surroundings.shapes("amenities")[kinds])
    _, away_m = tree.query_nearest(homes, return_distance=True, all_matches=False)
    worst = int(away_m.argmax())
    note = Text("按直线距离（服务半径）。", "In a straight line, as a service radius is.")
    return Measured(float(away_m.max()), where=homes[worst], note=note)


def measure_built_year(enclosure: Enclosure) -> Measured:
    """Give the year in which the compound was built (FAC-07)."""
    compounds = enclosure.surroundings.compounds
    missing = Text(
        "没有小区的“建成年份”：请在 compounds 图层补填。",
        "The compound's year of building is unknown: fill in built_year of compounds.",
    )
    if compounds is None or "built_year" not in compounds:
        return Measured(missing=missing)
    own = compounds.loc[
        compounds["compound_id"].astype(str) == enclosure.case.compound_id, "built_year"
    ]
    if own.empty or own.isna().all():
        return Measured(missing=missing)
    return Measured(float(own.iloc[0]))


MEASURES = {
    "centre_area_m2": Measure(
        measure_centre_area,
        "m2",
        Text("邻里中心建筑面积", "Centre's floor area"),
        ("centres.floor_area_m2",),
    ),
    "service_area_per_100_households_m2": Measure(
        measure_service_area,
        "m2/100 households",
        Text("每百户社区服务设施面积", "Service floor area for 100 households"),
        ("centres.floor_area_m2", "buildings.dwellings"),
    ),
    "community_residents": Measure(
        measure_community_residents,
        "residents",
        Text("社区人口", "Residents of the community"),
        ("compounds.community", "compounds.residents"),
    ),
    "service_station_distance_m": Measure(
        measure_service_station_distance,
        "m",
        Text("住宅至社区服务站距离", "Homes to the nearest service station"),
        ("amenities", "residents"),
    ),
    "built_year": Measure(
        measure_built_year, "year", Text("建成年份", "Year built"), ("compounds.built_year",)
    ),
}
