"""A city's walks: every home and centre on the streets, and the times between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.access.pairs import choose_centres
from tongling_gis.assessment import Indicator, describe_stamp
from tongling_gis.catalogue import read_standards
from tongling_gis.errors import InputError, UsageError
from tongling_gis.network import attach
from tongling_gis.reachability.headcount import Headcount
from tongling_gis.reachability.places import (
    CENTRE_KEYS,
    CENTRES,
    HOME_KEYS,
    HOMES,
    count_people,
    inside_area,
    known_groups,
    read_places,
)
from tongling_gis.routing import nearest_place, origin_destination
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.access.pairs import Choice
    from tongling_gis.assessment import Parameter, Provenance
    from tongling_gis.network import Attachment
    from tongling_gis.routing import SparseTimes, WalkGraph

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

_HOME_FACTS = ("name", "compound_id", "residents", *AGE_GROUPS, "households", "dwellings")
_CENTRE_FACTS = ("name", "stars", "floor_area_m2", "opening_hours")


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked: for which walker, how far.

    Attributes:
        graph: The streets as one kind of walker meets them.
        minutes: The limits, ascending, each inclusive.
        snap_limit_m: Farthest that a place may lie from its street.
        provenance: Where the data come from.
    """

    graph: WalkGraph
    minutes: tuple[float, ...]
    snap_limit_m: float
    provenance: Provenance

    @property
    def widest_s(self) -> float:
        """The widest limit in seconds."""
        return self.minutes[-1] * 60.0

    @property
    def stamp(self) -> Text:
        """The line that says what the result depends on."""
        return describe_stamp(self.graph.profile, self.minutes, self.snap_limit_m, self.provenance)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """What the result depends on, by name."""
        return {
            **self.graph.profile.parameters(),
            "minutes": list(self.minutes),
            "limit_inclusive": True,
            "snap_limit_m": self.snap_limit_m,
            "search_minutes": read_standards().access.search_minutes,
        }


def check_minutes(minutes: Sequence[float]) -> tuple[float, ...]:
    """Sort the limits.

    Raises:
        UsageError: If there is none, one is not above 0, or beyond what is searched.
    """
    most = read_standards().access.search_minutes
    if not len(minutes) or not all(0.0 < limit <= most for limit in minutes):
        raise UsageError(
            Text(
                f"时间上限须为一个或多个大于 0、不超过 {most:g} 的分钟数。",
                f"Give one or more time limits in minutes, each above 0 and up to {most:g}.",
            )
        )
    return tuple(sorted({float(limit) for limit in minutes}))


@dataclass(frozen=True, eq=False)
class CityWalks(Headcount):
    """Homes, centres and the walks between them.

    Attributes:
        homes: All homes, those outside the study area too: they use centres like others.
        key: The column that tells homes apart.
        inside: Which homes lie in the study area, to which results are limited.
        centres: All centres.
        goals: Where the centres meet the streets.
        times: The walks, as far as is searched.
        walk_s: Seconds to the nearest centre, however far; inf where there is no way.
    """

    homes: gpd.GeoDataFrame
    key: str
    inside: Flags
    centres: gpd.GeoDataFrame
    goals: Attachment
    times: SparseTimes
    walk_s: Floats

    @cached_property
    def choice(self) -> Choice:
        """Each home's nearest centre and the next one, as far as is searched."""
        return choose_centres(self.times)

    @cached_property
    def people(self) -> Floats:
        """Residents of each home, NaN where unknown."""
        return count_people(self.homes)

    def groups(self) -> Iterator[tuple[str, Text, Floats]]:
        """Give everyone, then each known age group: name, how it reads, and weights inside."""
        yield "", self.who, self.weight[self.inside]
        for group in known_groups(self.homes) if self.by_people else ():
            label = Text("{who}（{age}）", "{who} {age}").fill(who=self.who, age=AGE_GROUPS[group])
            yield group, label, np.nan_to_num(count_people(self.homes, group))[self.inside]

    def centre_ids(self, rows: NDArray[np.int32]) -> NDArray[np.object_]:
        """Name centres by row number, NA for -1."""
        ids = self.centres["centre_id"].astype("str")
        named: NDArray[np.object_] = ids.reindex(rows).to_numpy()
        return named

    def centre_names(self) -> list[str]:
        """Name each centre as a user knows it, by its id where it has no name."""
        ids = self.centres["centre_id"].astype("str")
        names = self.centres["name"].fillna(ids) if "name" in self.centres else ids
        return [str(name) for name in names]

    def home_layer(self) -> gpd.GeoDataFrame:
        """Begin the layer of homes in the study area, with their own columns."""
        own = [self.key, *(name for name in _HOME_FACTS if name in self.homes)]
        return self.homes.loc[self.inside, [*own, "geometry"]].reset_index(drop=True)

    def centre_layer(self) -> gpd.GeoDataFrame:
        """Begin the layer of centres, with their own columns."""
        own = ["centre_id", *(name for name in _CENTRE_FACTS if name in self.centres)]
        layer = self.centres[[*own, "geometry"]].copy()
        layer["centre_id"] = layer["centre_id"].astype("str")
        layer["attached"] = self.goals.edge >= 0
        return layer

    def notes(self) -> Iterator[Text]:
        """Say what a reader must know of whom is counted."""
        unknown = int(np.isnan(self.people[self.inside]).sum())
        if not self.by_people:
            yield Text(
                "居民数未知：所有数字按居民点或建筑计数，不代表人数。",
                "No residents are known: every number counts residential points or buildings.",
            )
        elif unknown:
            yield Text(
                f"{unknown} 处居民点的居民数未知，未计入人数。",
                f"The residents of {unknown} homes are unknown and not counted.",
            )
        if outside := int((~self.inside).sum()):
            yield Text(
                f"研究范围外的 {outside} 处居民点只计入中心的负荷。",
                f"{outside} homes outside the study area count only towards the centres' load.",
            )
        if lost := int((self.goals.edge < 0).sum()):
            yield Text(
                f"{lost} 个中心离街道太远，未计入。",
                f"{lost} centres are too far from a street and are not counted.",
            )


def walk_city(
    asked: Question,
    residents: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame,
    study_area: gpd.GeoDataFrame | None,
) -> CityWalks:
    """Put homes and centres on the streets and time the walks between them.

    Raises:
        CrsError: If a layer has no CRS.
        SchemaError: If a layer is empty, or has no key or the same key twice.
        GeometryError: If a row has no place.
        InputError: If no home lies in the study area, or no centre near a street.
    """
    graph, limit_m = asked.graph, asked.snap_limit_m
    homes, key = read_places(residents, HOME_KEYS, graph.network.crs, HOMES)
    places, _ = read_places(centres, CENTRE_KEYS, graph.network.crs, CENTRES)
    inside = inside_area(homes, study_area)
    starts = attach(graph.network, homes.geometry.to_numpy(), limit_m=limit_m)
    goals = attach(graph.network, places.geometry.to_numpy(), limit_m=limit_m)
    if not inside.any() or (goals.edge < 0).all():
        raise InputError(
            Text(
                f"研究范围内没有居民点，或 {limit_m:g} m 内没有街道的中心：请检查坐标系和位置。",
                f"No home lies in the study area, or no centre within {limit_m:g} m of a street: "
                "check where they are, and their CRS.",
            )
        )
    search_s = read_standards().access.search_minutes * 60.0
    times = origin_destination(graph, starts, goals, limit_s=search_s)
    ms = nearest_place(graph, starts, goals).ms
    walk_s = np.where(ms < 0, np.inf, ms / 1000.0)
    return CityWalks(homes, key, inside, places, goals, times, walk_s)


def whole_number(value: float) -> float | int | None:
    """Give a count as an integer where it is one, and None for what is not a number."""
    if not np.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def count_indicator(name: str, label: Text, value: float, unit: str) -> Indicator:
    """Make an indicator of a count."""
    return Indicator(name, label, whole_number(value), unit)
