"""Coverage: every home's walk to its nearest centre, and what that makes for the city."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.assessment import Assessment, Indicator, describe_stamp
from tongling_gis.errors import InputError, UsageError
from tongling_gis.network import attach, carry
from tongling_gis.reachability.blocking import OpenWays
from tongling_gis.reachability.indicators import (
    Counted,
    list_indicators,
    list_street_indicators,
)
from tongling_gis.reachability.notes import list_notes
from tongling_gis.reachability.places import (
    CENTRE_KEYS,
    CENTRES,
    HOME_KEYS,
    HOMES,
    count_people,
    inside_area,
    read_places,
)
from tongling_gis.reachability.reasons import Walks, describe_too_far, explain_uncovered
from tongling_gis.routing import describe_profile, limit_in_ms, nearest_place, weigh
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Parameter, Provenance
    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.network import Attachment, Network

    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]

_CENTRE_FACTS = ("name", "stars", "floor_area_m2")


class _Question(NamedTuple):
    """What is asked: on which streets, for whom, how far.

    Attributes:
        network: The streets.
        profile: Who walks.
        minutes: The limits, ascending.
        snap_limit_m: Farthest that a place may lie from its street.
        doors: The streets whose walls decide to which street a place is joined.
    """

    network: Network
    profile: WalkProfile
    minutes: tuple[float, ...]
    snap_limit_m: float
    doors: Network


class _Found(NamedTuple):
    """What was found.

    Attributes:
        walks: The homes' walks.
        place: Row of each home's nearest centre, -1 where there is no way to any.
        goals: Where the centres meet the streets.
    """

    walks: Walks
    place: NDArray[np.int32]
    goals: Attachment


def measure_coverage(  # noqa: PLR0913 - what is asked, one by one, by name
    network: Network,
    residents: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame,
    *,
    profile: WalkProfile,
    minutes: Sequence[float] = (5, 10, 15),
    snap_limit_m: float,
    study_area: gpd.GeoDataFrame | None = None,
    provenance: Provenance,
    doors: Network | None = None,
) -> Assessment:
    """Measure who reaches a centre on foot within the limits, and why the others do not.

    Streets and centres outside the study area count; homes outside it do not. Where no home's
    residents are known, homes are counted and every label says so; where some are unknown,
    those homes are counted apart and not as empty.

    Args:
        network: The streets.
        residents: Homes: a key (``resident_id`` or ``building_id``), geometry, and
            ``residents`` and age groups where known.
        centres: Centres: ``centre_id`` and geometry.
        profile: Who walks.
        minutes: Time limits, each inclusive.
        snap_limit_m: Farthest that a home or centre may lie from its street, inclusive.
        study_area: Areas to whose homes the result is limited; None for all.
        provenance: Where the data come from.
        doors: For comparing two states of the same streets: the network with all walls of both.
            Its walls decide to which street each place is joined, so that people set out by the
            same door in both and only their walks differ. None for the network itself.

    Returns:
        An assessment of kind "coverage" with the layers "residents" (the homes inside the
        study area: ``walk_s``, ``centre_id``, ``covered_5`` ..., ``reason``, ``reason_zh``,
        ``reason_en``, ``snap_m``) and "centres" (``residents_nearest``, ...).

    Raises:
        CrsError: If a layer has no CRS.
        SchemaError: If a layer is empty, or has no key or the same key twice.
        GeometryError: If a row has no place.
        InputError: If no home lies in the study area, or no centre near a street.
        UsageError: If there is no limit, or one is not above 0.
    """
    limits = _check_minutes(minutes)
    network = network.for_walker(profile)
    at = network.walker.at if network.walker is not None else None
    doors = network if doors is None else doors.for_walker(profile, at)
    asked = _Question(network, profile, limits, snap_limit_m, doors)
    homes, key = read_places(residents, HOME_KEYS, network.crs, HOMES)
    inside = inside_area(homes, study_area)
    homes = _some(homes[inside].reset_index(drop=True))
    places, _ = read_places(centres, CENTRE_KEYS, network.crs, CENTRES)
    found = _walk(asked, homes, places)
    codes, words = explain_uncovered(found.walks)
    counted = Counted(
        homes,
        count_people(homes),
        _seconds(found.walks.ms),
        {limit: _covered(found.walks.ms, limit) for limit in asked.minutes},
        codes,
    )
    return Assessment(
        kind="coverage",
        subject="",
        parameters=_parameters(asked, counted),
        layers={
            "residents": _home_layer(homes, key, places, found, counted, words),
            "centres": _centre_layer(places, inside_area(places, study_area), found, counted),
        },
        indicators=(
            *list_indicators(counted),
            *_of_centres(found.goals),
            *list_street_indicators(network),
        ),
        provenance=provenance,
        stamp=describe_stamp(profile, asked.minutes, snap_limit_m, provenance),
        notes=(
            *list_notes(
                counted, network, found.walks.homes, found.goals, outside=int((~inside).sum())
            ),
            *describe_profile(network, profile),
        ),
    )


def _check_minutes(minutes: Sequence[float]) -> tuple[float, ...]:
    if not len(minutes) or not all(0.0 < limit < np.inf for limit in minutes):
        raise UsageError(
            Text(
                "时间上限须为一个或多个大于 0 的分钟数。",
                "Give one or more time limits in minutes, each above 0.",
            )
        )
    return tuple(sorted({float(limit) for limit in minutes}))


def _some(homes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if len(homes):
        return homes
    raise InputError(
        Text(
            "研究范围内没有居民点：请检查两者的坐标系和位置。",
            "No home lies in the study area: check where the two are, and their CRS.",
        )
    )


def _walk(asked: _Question, homes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> _Found:
    """Walk every home to its nearest centre, and again as if no barrier stood."""
    walked = _walk_on(asked, asked.network, homes, places)
    _require_goals(walked.centres, asked.snap_limit_m)
    network = asked.network
    bare = network.without_barriers
    ways = _walk_on(asked, bare, homes, places) if len(network.cuts) else None
    walks = Walks(
        network,
        walked.homes,
        walked.nearest.ms,
        limit_in_ms(asked.minutes[-1] * 60.0),
        asked.snap_limit_m,
        ways,
    )
    return _Found(walks, walked.nearest.place, walked.centres)


def _walk_on(
    asked: _Question, network: Network, homes: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> OpenWays:
    graph = weigh(network, asked.profile)
    starts, goals = (
        carry(
            attach(asked.doors, one.geometry.to_numpy(), limit_m=asked.snap_limit_m),
            asked.doors,
            graph.network,
        )
        for one in (homes, places)
    )
    return OpenWays(graph, starts, goals, nearest_place(graph, starts, goals))


def _require_goals(goals: Attachment, limit_m: float) -> None:
    if (goals.edge < 0).all():
        raise InputError(
            Text(
                f"没有一个中心位于可步行街道 {limit_m:g} m 之内：请检查坐标系和位置。",
                f"No centre lies within {limit_m:g} m of a walkable street: "
                "check where they are, and their CRS.",
            )
        )


def _seconds(ms: Ints) -> NDArray[np.float64]:
    return np.where(ms < 0, np.nan, ms / 1000.0)


def _covered(ms: Ints, limit: float) -> Flags:
    return (ms >= 0) & (ms <= limit_in_ms(limit * 60.0))


def _parameters(asked: _Question, counted: Counted) -> dict[str, Parameter]:
    return {
        **asked.profile.parameters(),
        "minutes": list(asked.minutes),
        "limit_inclusive": True,
        "snap_limit_m": asked.snap_limit_m,
        "gate_reach_m": asked.network.gate_reach_m,
        "counted": counted.unit,
    }


def _home_layer(
    homes: gpd.GeoDataFrame,
    key: str,
    places: gpd.GeoDataFrame,
    found: _Found,
    counted: Counted,
    words: Sequence[Text],
) -> gpd.GeoDataFrame:
    """Make the layer of homes: their own columns, then what was found of each."""
    own = [key, "name", "compound_id", "residents", *AGE_GROUPS]
    layer = homes[[*(name for name in own if name in homes), "geometry"]].copy()
    ids = places["centre_id"].astype("str")
    layer["walk_s"] = counted.walk_s
    layer["centre_id"] = ids.reindex(np.where(found.place < 0, -1, found.place)).to_numpy()
    for limit, covered in counted.covered.items():
        layer[f"covered_{limit:g}"] = covered
    layer["reason"] = counted.reason.astype(str)
    layer["reason_zh"] = [one.zh for one in words]
    layer["reason_en"] = [one.en for one in words]
    layer["snap_m"] = _finite(found.walks.homes.distance_m)
    return layer[[*(name for name in layer if name != "geometry"), "geometry"]]


def _centre_layer(
    places: gpd.GeoDataFrame, inside: Flags, found: _Found, counted: Counted
) -> gpd.GeoDataFrame:
    """Make the layer of centres: who has each as the nearest, and within which limit."""
    own = ["centre_id", *(name for name in _CENTRE_FACTS if name in places)]
    layer = places[[*own, "geometry"]].copy()
    layer["centre_id"] = layer["centre_id"].astype("str")
    reached = found.place >= 0
    groups = {"nearest": reached} | {
        f"covered_{limit:g}": covered for limit, covered in counted.covered.items()
    }
    for name, chosen in groups.items():
        sums = [np.ones(len(reached)), counted.weight] if counted.by_people else [counted.weight]
        for unit, weight in zip(("places", "residents"), sums, strict=False):
            layer[f"{unit}_{name}"] = np.bincount(
                found.place[chosen], weights=weight[chosen], minlength=len(places)
            ).astype(np.int64)
    layer["in_study_area"] = inside
    layer["snap_m"] = _finite(found.goals.distance_m)
    far = found.goals.edge < 0
    words = [
        describe_too_far(distance_m, found.walks.snap_limit_m) if lost else Text("", "")
        for distance_m, lost in zip(found.goals.distance_m.tolist(), far, strict=True)
    ]
    layer["reason"] = np.where(far, "snapped_too_far", "")
    layer["reason_zh"] = [one.zh for one in words]
    layer["reason_en"] = [one.en for one in words]
    return layer[[*(name for name in layer if name != "geometry"), "geometry"]]


def _finite(distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(distance_m), distance_m, np.nan)


def _of_centres(goals: Attachment) -> tuple[Indicator, ...]:
    return (
        Indicator("centres_total", Text("中心数", "Centres"), len(goals), "centres"),
        Indicator(
            "centres_not_attached",
            Text("离街道太远、未计入的中心", "Centres too far from a street, not counted"),
            int((goals.edge < 0).sum()),
            "centres",
        ),
    )
