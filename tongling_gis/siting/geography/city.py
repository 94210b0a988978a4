"""A city to site centres in: homes, centres, candidate sites, and the walks between them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.catalogue import read_standards
from tongling_gis.errors import InputError, UsageError
from tongling_gis.hours import is_open, read_all_hours
from tongling_gis.network import Attachment, attach
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
from tongling_gis.routing import nearest_place, origin_destination, weigh
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.siting.geography.judging import judge_candidates
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.network import Network
    from tongling_gis.routing import Nearest, SparseTimes, WalkGraph
    from tongling_gis.siting.geography.judging import Surroundings
    from tongling_gis.siting.geography.question import SitingQuestion

    Flags: TypeAlias = NDArray[np.bool_]
    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]

SITES = Text("候选地点", "candidate sites")


@dataclass(frozen=True, eq=False)
class SitingCity(Headcount):
    """Everything that siting reckons with.

    Attributes:
        graph: Whose walk, on what streets.
        homes: Homes of the study area.
        key: The column that tells homes apart.
        starts: Where the homes meet the streets.
        centres: Today's centres, of none the empty layer; ``open_now`` where a moment is asked.
        centre_places: Where they meet the streets.
        serving: Which centres serve today, bool[c].
        staying: Which go on serving, bool[c].
        candidates: All candidate sites, judged.
        sites: The sites that may be chosen: usable candidates, then centres to be moved.
        site_places: Where the sites meet the streets.
    """

    graph: WalkGraph
    homes: gpd.GeoDataFrame
    key: str
    starts: Attachment
    centres: gpd.GeoDataFrame
    centre_places: Attachment
    serving: Flags
    staying: Flags
    candidates: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    site_places: Attachment

    @cached_property
    def people(self) -> Floats:
        """Residents of each home, NaN where unknown."""
        return count_people(self.homes)

    @cached_property
    def households(self) -> Floats:
        """Households of each home, or else dwellings; NaN where unknown."""
        column = next((name for name in ("households", "dwellings") if name in self.homes), None)
        if column is None:
            return np.full(len(self.homes), np.nan)
        return known_numbers(self.homes[column])

    @property
    def household_size(self) -> float:
        """People of a household: of the homes where both are known, else the census's."""
        both = np.isfinite(self.people) & (self.households > 0)
        if not self.by_people:
            return 1.0
        if not both.any():
            return read_standards().siting.household_size
        return float(self.people[both].sum() / self.households[both].sum())

    @cached_property
    def groups(self) -> dict[str, Floats]:
        """Residents of each home in each age group that is known."""
        known = known_groups(self.homes) if self.by_people else []
        return {group: np.nan_to_num(count_people(self.homes, group)) for group in known}

    def each_group(self) -> Iterator[tuple[str, Text, Floats]]:
        """Give everyone, then each known age group: column, how it reads, and numbers."""
        yield "", self.who, self.weight
        for group, count in self.groups.items():
            label = Text("{who}（{age}）", "{who} {age}").fill(who=self.who, age=AGE_GROUPS[group])
            yield group, label, count

    @cached_property
    def before(self) -> Nearest:
        """Each home's walk to today's nearest serving centre, however far."""
        return nearest_place(self.graph, self.starts, _open_only(self.centre_places, self.serving))

    def after(self, chosen: Ints, graph: WalkGraph | None = None) -> Nearest:
        """Each home's walk to the nearest of the centres that stay, then the chosen sites.

        Places are numbered as centres, then sites.
        """
        own = np.zeros(len(self.sites), dtype=bool)
        own[chosen] = True
        standing = _open_only(self.centre_places, self.staying)
        places = join_places(standing, _open_only(self.site_places, own))
        return nearest_place(graph or self.graph, self.starts, places)

    def times(self, limit_s: float, graph: WalkGraph | None = None) -> SparseTimes:
        """Time the walks from homes to sites, then staying centres, within a limit."""
        standing = take_places(self.centre_places, np.flatnonzero(self.staying))
        places = join_places(self.site_places, standing)
        return origin_destination(graph or self.graph, self.starts, places, limit_s=limit_s)

    def at_speed(self, factor: float) -> WalkGraph:
        """Weigh the streets for the same walker at another speed."""
        profile = self.graph.profile
        other = profile.at_speed(profile.speed_m_s * factor, f"{factor:g} times the speed")
        return weigh(self.graph.network, other)


def known_numbers(values: pd.Series) -> Floats:
    """Give a column's numbers, NaN where one is missing."""
    import pandas as pd

    return np.asarray(pd.to_numeric(values).astype("Float64").to_numpy(float, na_value=np.nan))


def floor_areas(centres: gpd.GeoDataFrame) -> Floats:
    """Give each centre's floor area, the usual one where it is unknown."""
    usual = read_standards().siting.floor_area_m2
    if "floor_area_m2" not in centres:
        return np.full(len(centres), usual)
    return np.nan_to_num(known_numbers(centres["floor_area_m2"]), nan=usual)


def seconds_of(found: Nearest) -> Floats:
    """Give seconds to the nearest place, inf where there is no way."""
    return np.where(found.ms < 0, np.inf, found.ms / 1000.0)


def read_city(
    graph: WalkGraph,
    homes: gpd.GeoDataFrame,
    centres: gpd.GeoDataFrame | None,
    candidates: gpd.GeoDataFrame,
    *,
    asked: SitingQuestion,
    around: Surroundings,
) -> SitingCity:
    """Put homes, centres and candidate sites on the streets, and judge the candidates.

    Raises:
        CrsError: If a layer has no CRS.
        SchemaError: If a layer has no key or the same key twice.
        GeometryError: If a row has no place.
        InputError: If no home lies in the study area, or no candidate is left.
        UsageError: If a site that is asked for is not known or is out, or the residents of an
            age group that matters are.
    """
    network, limit_m = graph.network, asked.snap_limit_m
    homes, key = read_places(homes, HOME_KEYS, network.crs, HOMES)
    homes = homes[inside_area(homes, around.study_area)].reset_index(drop=True)
    if not len(homes):
        raise InputError(
            Text(
                "研究范围内没有居民点：请检查坐标系和位置。",
                "No home lies in the study area: check where homes are, and their CRS.",
            )
        )
    _check_groups(homes, asked)
    centres = _read_centres(centres, network, asked)
    sites, _ = read_places(candidates, ("site_id",), network.crs, SITES)
    places = attach(network, sites.geometry.to_numpy(), limit_m=limit_m)
    standing = None if asked.existing == "close" else centres
    judged = judge_candidates(network, sites, places, around, centres=standing)
    judged = _forbid(judged, asked)
    usable = np.flatnonzero(judged["usable"].to_numpy(dtype=bool))
    _check_ids(judged, centres, asked)
    centre_places = attach(network, centres.geometry.to_numpy(), limit_m=limit_m)
    serving = centres["open_now"].to_numpy(dtype=bool) & (centre_places.edge >= 0)
    closed = centres["centre_id"].isin(asked.forbid).to_numpy()
    city = SitingCity(
        graph=graph,
        homes=homes,
        key=key,
        starts=attach(network, homes.geometry.to_numpy(), limit_m=limit_m),
        centres=centres,
        centre_places=centre_places,
        serving=serving,
        staying=serving & ~closed if asked.existing == "keep" else np.zeros_like(serving),
        candidates=judged,
        sites=judged.iloc[usable].reset_index(drop=True),
        site_places=take_places(places, usable),
    )
    return _with_movable(city, ~closed) if asked.existing == "move" else city


def _check_groups(homes: gpd.GeoDataFrame, asked: SitingQuestion) -> None:
    known = known_groups(homes)
    for group in (asked.group, *asked.weights):
        if group and group not in known:
            raise UsageError(
                Text(
                    f"居民图层没有 {AGE_GROUPS[group].zh}的人数（{group} 列），不能按此年龄组选址："
                    "请补上这一列，或不用 --group 和 --weight。",
                    f"The homes do not say how many residents are {AGE_GROUPS[group].en} (column "
                    f"{group}), so none can be sited for them: add the column, or leave out "
                    "--group and --weight.",
                )
            )


def _read_centres(
    centres: gpd.GeoDataFrame | None, network: Network, asked: SitingQuestion
) -> gpd.GeoDataFrame:
    import geopandas as gpd

    if centres is None or not len(centres):
        none = {"centre_id": np.empty(0, dtype=str), "open_now": np.empty(0, dtype=bool)}
        return gpd.GeoDataFrame(none, geometry=[], crs=network.crs)
    placed, _ = read_places(centres, CENTRE_KEYS, network.crs, CENTRES)
    placed["centre_id"] = placed["centre_id"].astype(str)
    placed["open_now"] = True
    if asked.at is not None:
        placed["open_now"] = [is_open(one, asked.at) is True for one in read_all_hours(placed)]
    return placed


def _forbid(judged: gpd.GeoDataFrame, asked: SitingQuestion) -> gpd.GeoDataFrame:
    from tongling_gis.siting.geography.judging import OUT

    out = judged["site_id"].isin(asked.forbid) & judged["usable"]
    for column, value in (
        ("usable", False),
        ("reason", "forbidden"),
        ("reason_zh", OUT["forbidden"].zh),
        ("reason_en", OUT["forbidden"].en),
    ):
        judged.loc[out, column] = value
    return judged


def _check_ids(judged: gpd.GeoDataFrame, centres: gpd.GeoDataFrame, asked: SitingQuestion) -> None:
    known = set(judged["site_id"]) | set(centres["centre_id"])
    for one in (*asked.require, *asked.forbid, *asked.compete):
        if one not in known:
            raise UsageError(
                Text(
                    f"没有编号为 {one} 的候选地点或中心：请查看候选地点图层。",
                    f"No candidate site or centre is called {one}: see the layer of candidates.",
                )
            )
    torn = set(asked.forbid) & {*asked.require, *asked.compete}
    if torn:
        both = "、".join(sorted(torn))
        raise UsageError(
            Text(
                f"{both} 既要求选用又要求不选：请只留其一。",
                f"{both} is asked for and left out at once: keep one of the two.",
            )
        )
    usable = set(judged["site_id"][judged["usable"]])
    for one in (*asked.require, *asked.compete):
        if one not in usable and one in set(judged["site_id"]):
            row = judged[judged["site_id"] == one].iloc[0]
            raise UsageError(
                Text(
                    f"指定的地点 {one} 不可选：{row['reason_zh']}。",
                    f"Site {one} is asked for but out: {row['reason_en']}.",
                )
            )
    if not usable and asked.existing != "move":
        counts = judged["reason_zh"].value_counts(), judged["reason_en"].value_counts()
        why = ["；".join(f"{word} {n}" for word, n in counts[0].items())]
        why.append("; ".join(f"{word} {n}" for word, n in counts[1].items()))
        raise InputError(
            Text(
                f"{len(judged)} 个候选地点都不可选（{why[0]}）：请换一种候选来源。",
                f"None of {len(judged)} candidate sites is left ({why[1]}): "
                "take candidates from elsewhere.",
            )
        )


def _with_movable(city: SitingCity, kept: Flags) -> SitingCity:
    """Add today's places to the sites that may be chosen."""
    import pandas as pd

    rows = np.flatnonzero(kept & (city.centre_places.edge >= 0))
    moved = city.centres.iloc[rows].copy()
    moved["site_id"] = moved["centre_id"]
    moved["source"] = "centres"
    moved["usable"] = True
    moved["floor_area_m2"] = floor_areas(moved)
    moved["origin"] = "new"
    moved["cost_yuan"] = 0.0
    columns = [name for name in city.sites if name in moved]
    sites = pd.concat([city.sites, moved[columns]], ignore_index=True)
    places = join_places(city.site_places, take_places(city.centre_places, rows))
    return replace(city, sites=sites, site_places=places)


def free_places(city: SitingCity) -> SitingCity:
    """Give the same city with all of today's places among the sites and no centre standing."""
    own = city.sites["source"] != "centres"
    rows = np.flatnonzero(own.to_numpy())
    bare = replace(
        city,
        sites=city.sites.iloc[rows].reset_index(drop=True),
        site_places=take_places(city.site_places, rows),
        staying=np.zeros_like(city.staying),
    )
    return _with_movable(bare, np.ones(len(city.centres), dtype=bool))


def take_places(places: Attachment, rows: Ints) -> Attachment:
    """Give some of the places."""
    return Attachment(**{one.name: getattr(places, one.name)[rows] for one in fields(places)})


def join_places(one: Attachment, other: Attachment) -> Attachment:
    """Give the places of both."""
    return Attachment(
        **{
            part.name: np.concatenate([getattr(one, part.name), getattr(other, part.name)])
            for part in fields(one)
        }
    )


def _open_only(places: Attachment, which: Flags) -> Attachment:
    """Leave the others unattached, so that row numbers stay."""
    return replace(places, edge=np.where(which, places.edge, -1).astype(np.int32))
