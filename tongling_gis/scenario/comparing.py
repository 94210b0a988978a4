"""Who gains and who loses by a scenario: coverage before and after, home by home."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.access.city import check_minutes
from tongling_gis.assessment import Assessment, describe_stamp
from tongling_gis.errors import InputError
from tongling_gis.hours import Hours, is_open, read_all_hours, read_hours
from tongling_gis.network import attach
from tongling_gis.reachability.places import (
    CENTRE_KEYS,
    CENTRES,
    HOME_KEYS,
    HOMES,
    inside_area,
    read_places,
)
from tongling_gis.routing import weigh
from tongling_gis.scenario.baseline import Baseline, Comparison
from tongling_gis.scenario.changes import name_change
from tongling_gis.scenario.comparison_notes import describe_opening, list_notes
from tongling_gis.scenario.doors import Joined
from tongling_gis.scenario.edits import look_up
from tongling_gis.scenario.ground import Ground
from tongling_gis.scenario.numbers import list_indicators
from tongling_gis.scenario.rebuilding import rebuild_walks
from tongling_gis.scenario.tables import centre_layer, change_layer, group_table, home_layer
from tongling_gis.scenario.walks import City, repair_walks
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Parameter, Provenance
    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.hours import Moment
    from tongling_gis.network import Network
    from tongling_gis.routing.engines import Engine
    from tongling_gis.scenario.changes import Scenario
    from tongling_gis.scenario.edits import CentreRow

    Flags: TypeAlias = NDArray[np.bool_]


def prepare_comparison(  # noqa: PLR0913 - what is asked, one by one, by name
    network: Network,
    residents: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame,
    *,
    profile: WalkProfile,
    minutes: Sequence[float] = (5, 10, 15),
    snap_limit_m: float,
    study_area: gpd.GeoDataFrame | None = None,
    at: Moment | None = None,
    provenance: Provenance,
    engine: Engine = "auto",
) -> Baseline:
    """Prepare a city for asking what scenarios do to it; each is then measured quickly.

    Args:
        network: The streets before.
        residents: Homes: a key (``resident_id`` or ``building_id``), geometry, and
            ``residents`` and age groups where known.
        centres: Centres: ``centre_id`` and geometry.
        profile: Who walks.
        minutes: Time limits, each inclusive.
        snap_limit_m: Farthest that a home or centre may lie from its street, inclusive.
        study_area: Areas to whose homes the result is limited; None for all.
        at: Moment at which centres, and gates with hours, must be open; None to ask for none.
        provenance: Where the data come from.
        engine: Which engine searches; the answers are the same.

    Raises:
        CrsError: If a layer has no CRS.
        SchemaError: If a layer is empty, or has no key or the same key twice.
        GeometryError: If a row has no place.
        InputError: If no home lies in the study area.
        UsageError: If there is no limit, or one is not above 0 or too wide.
    """
    limits = check_minutes(minutes)
    graph = weigh(network.for_walker(profile, at), profile)
    homes, key = read_places(residents, HOME_KEYS, network.crs, HOMES)
    inside = inside_area(homes, study_area)
    if not inside.any():
        raise InputError(
            Text(
                "研究范围内没有居民点：请检查两者的坐标系和位置。",
                "No home lies in the study area: check where the two are, and their CRS.",
            )
        )
    homes = homes[inside].reset_index(drop=True)
    places, _ = read_places(centres, CENTRE_KEYS, network.crs, CENTRES)
    ground = Ground(graph)
    starts, goals = (
        Joined(ground, points, attach(graph.network, points, limit_m=snap_limit_m), snap_limit_m)
        for points in (homes.geometry.to_numpy(), places.geometry.to_numpy())
    )
    serves = np.array([_serves(hours, at) for hours in read_all_hours(places)], dtype=bool)
    return Baseline(
        City(ground, starts, goals, serves, engine),
        homes,
        key,
        places,
        limits,
        snap_limit_m,
        at,
        int((~inside).sum()),
        provenance,
    )


def _serves(hours: Hours, at: Moment | None) -> bool:
    return at is None or is_open(hours, at) is True


def compare_coverage(before: Baseline, scenario: Scenario, *, rebuild: bool = False) -> Assessment:
    """Measure who gains and who loses by a scenario.

    Args:
        before: The city before, from ``prepare_comparison``.
        scenario: The changes; its moment must be that of the city before.
        rebuild: Make the whole city again instead of mending what is near the changes: slow,
            and the same answer.

    Returns:
        An assessment of kind "comparison" with the layers "residents" (``before_s``,
        ``after_s``, ``change_s``, ``before_covered_5`` ..., ``effect``), "centres"
        (``residents_nearest_before`` ...) and "changes", and the plain table "groups".

    Raises:
        SchemaError: If a change names a street, gate, wall or centre that is not there.
    """
    found = find_changes(before, scenario, rebuild=rebuild)
    groups = group_table(found)
    return Assessment(
        kind="comparison",
        subject="",
        parameters=_parameters(found),
        layers={
            "residents": home_layer(found),
            "centres": centre_layer(found),
            "changes": change_layer(found),
            "groups": groups,
        },
        indicators=tuple(list_indicators(found, groups)),
        provenance=before.provenance,
        stamp=_stamp(found),
        notes=tuple(_notes(found)),
    )


def find_changes(before: Baseline, scenario: Scenario, *, rebuild: bool = False) -> Comparison:
    """Find every home's walk before and after a scenario, without tables.

    Raises:
        SchemaError: If a change names a street, gate, wall or centre that is not there.
    """
    city = before.city
    edits = look_up(scenario, city.ground.network, before.places)
    serves = np.array(
        [one.after is not None and _serves_after(before, one) for one in edits.centres], dtype=bool
    )
    measure = rebuild_walks if rebuild else repair_walks
    walks = measure(city, edits.streets, edits.centres, serves)
    return Comparison(before, scenario, edits, serves, walks)


def _serves_after(before: Baseline, one: CentreRow) -> bool:
    if before.at is None:
        return True
    if "opening_hours" in one.cells or one.row < 0:
        return _serves(read_hours(one.cells.get("opening_hours")), before.at)
    return bool(before.city.serves[one.row])


def _parameters(found: Comparison) -> dict[str, Parameter]:
    base, graph = found.base, found.base.city.ground.graph
    named = [name_change(number, one) for number, one in enumerate(found.scenario.changes)]
    return {
        **graph.profile.parameters(),
        "minutes": list(base.minutes),
        "limit_inclusive": True,
        "snap_limit_m": base.snap_limit_m,
        "gate_reach_m": graph.network.gate_reach_m,
        "counted": base.unit,
        "scenario": found.scenario.name,
        "changes": [one.en for one in named],
        "at": base.at.asked if base.at is not None else "",
    }


def _stamp(found: Comparison) -> Text:
    base = found.base
    profile = base.city.ground.graph.profile
    stamp = describe_stamp(profile, base.minutes, base.snap_limit_m, base.provenance)
    heads = [Text.same(found.scenario.name)] if found.scenario.name else []
    heads += [base.at.label] if base.at is not None else []
    for head in reversed(heads):
        stamp = Text("{head} · {stamp}", "{head} · {stamp}").fill(head=head, stamp=stamp)
    return stamp


def _notes(found: Comparison) -> list[Text]:
    unknown = _count_unknown(found) if found.base.at else 0
    opening = describe_opening(found, unknown)
    return [*list_notes(found), *([opening] if opening else [])]


def _count_unknown(found: Comparison) -> int:
    """Count the centres after whose hours are missing or cannot be read."""
    own = read_all_hours(found.base.places)
    return sum(
        not (
            read_hours(one.cells.get("opening_hours"))
            if "opening_hours" in one.cells or one.row < 0
            else own[one.row]
        ).known
        for one in found.edits.centres
    )
