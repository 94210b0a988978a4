"""Compounds and neighbourhood centres, to the published figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import KDTree

from tongling_gis.sample_city.names import STEMS, CompoundNames
from tongling_gis.sample_city.quarters import OLD_KINDS
from tongling_gis.sample_city.shapes import points_at, to_grid
from tongling_gis.sample_city.tables import layer_table, share_out
from tongling_gis.schema import AGE_GROUPS, FIVE_SERVICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.sample_city.quarters import Built
    from tongling_gis.sample_city.terrain import Coords

CENTRES = 60
FLOOR_AREA_M2 = 45_000
STARS = {5: 2, 4: 5, 3: 11, 2: 16, 1: 3}
FUNDED = 9
FUNDING_YUAN = 50_000

_ROUNDS = 25
_HOURS = (
    "Mo-Su,PH 08:00-21:00",
    "Mo-Fr 08:30-20:30; Sa-Su,PH 09:00-20:30",
    "Mo-Su,PH 08:30-21:30",
    "Mo-Su,PH 07:30-20:00",
    "Mo-Fr 08:00-12:00,14:00-21:00; Sa-Su,PH 09:00-21:00",
)
"""All open in the evening, at weekends and on holidays."""
_ORDINALS = ("", "第二", "第三", "第四", "第五", "第六")
_FEATURES = (
    *(
        "老年食堂、棋牌",
        "四点半课堂、图书角",
        "社区议事厅、调解室",
        "健康小屋、理疗",
        "书画室、舞蹈室",
    ),
    *("便民理发、缝补", "志愿者驿站、党员活动室", "儿童之家、亲子阅读", "家电维修、工具共享"),
)
_OPERATORS = ("社会工作服务中心", "养老服务社", "社区服务协会", "志愿服务联合会")


def spread_seats(
    xy: Coords, weight: NDArray[np.float64], count: int, rng: np.random.Generator
) -> Coords:
    """Place seats (count, 2) where people live: weighted k-means (Lloyd), from random homes."""
    spots = xy[rng.choice(len(xy), count, replace=False, p=weight / weight.sum())]
    for _ in range(_ROUNDS):
        nearest = KDTree(spots).query(xy)[1]
        mass = np.bincount(nearest, weight, count)
        sums = [np.bincount(nearest, weight * xy[:, axis], count) for axis in (0, 1)]
        held = mass > 0
        spots[held] = np.column_stack(sums)[held] / mass[held, None]
    return spots


def _houses_for(spots: Coords, xy: Coords, cost_m: NDArray[np.float64]) -> NDArray[np.intp]:
    """Choose a building for each centre: the nearest, strongly preferring public ones."""
    taken: list[int] = []
    for spot in spots:
        away = np.hypot(*(xy - spot).T) + cost_m
        away[taken] = np.inf
        taken.append(int(np.argmin(away)))
    return np.array(taken, dtype=np.intp)


_DETOUR_M = {
    "commerce": 0.0, "civic": 0.0, "old_estate": 90.0, "open_housing": 60.0, "work_unit": 110.0,
    "old_quarter": 70.0, "lanes": 70.0, "new_estate": 160.0,
}  # fmt: skip


def _areas_m2(rng: np.random.Generator) -> NDArray[np.int64]:
    sizes = np.clip(rng.lognormal(0.0, 0.45, CENTRES), 0.3, 2.6)
    return share_out(sizes, FLOOR_AREA_M2)


def _stars(area_m2: NDArray[np.int64], rng: np.random.Generator) -> list[int | None]:
    """Give the published number of each star, more often to larger centres."""
    order = np.argsort(-(area_m2 * rng.lognormal(0.0, 0.5, CENTRES)), kind="stable")
    ranked: list[int | None] = [star for star, count in STARS.items() for _ in range(count)]
    ranked += [None] * (CENTRES - len(ranked))
    stars: list[int | None] = [None] * CENTRES
    for place, star in zip(order, ranked, strict=True):
        stars[place] = star
    return stars


def _phone(rng: np.random.Generator) -> str:
    return f"0562-5550{rng.integers(1000):03d}"


def make_centres(
    buildings: gpd.GeoDataFrame,
    plot: NDArray[np.intp],
    built: Sequence[Built],
    *,
    communities: pd.DataFrame,
    streets: gpd.GeoDataFrame,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Open 60 centres in buildings of the quarters that have them, with their records."""
    xy = shapely.get_coordinates(shapely.centroid(buildings.geometry.to_numpy()))
    residents = buildings["residents"].fillna(0).to_numpy(dtype=float)
    served = np.array([one.plot.quarter not in "FBSR" for one in built])[plot]
    lived = served & (residents > 0)
    spots = spread_seats(xy[lived], residents[lived], CENTRES, rng)
    detour = np.array([_DETOUR_M.get(one.use, np.inf) for one in built])[plot]
    house = _houses_for(spots, xy, np.where(served, detour, np.inf))
    house = house[np.argsort(_nearest(xy[house], communities), kind="stable")]
    near = _nearest(xy[house], communities)
    area = _areas_m2(rng)
    stars = _stars(area, rng)
    funded = np.zeros(CENTRES, dtype=bool)
    funded[rng.permutation([at for at, star in enumerate(stars) if star])[:FUNDED]] = True
    use = [built[plot[at]].use for at in house]
    origin = ["new" if one in ("commerce", "civic") else "converted" for one in use]
    origin = [rng.choice(["rebuilt", one], p=[0.3, 0.7]) for one in origin]
    names = _centre_names([communities.loc[at, "name"] for at in near])
    columns = {
        "centre_id": [f"LZ{at + 1:03d}" for at in range(CENTRES)],
        "name": names,
        "address": _addresses(xy[house], streets),
        "community": [communities.loc[at, "name"] for at in near],
        "origin": origin,
        "floor_area_m2": area,
        "stars": stars,
        "opening_hours": [_HOURS[k] for k in rng.integers(len(_HOURS), size=CENTRES)],
        "self_managed": rng.random(CENTRES) < 0.35,
        "operator": [_operator(rng) if yes else "社区居民委员会" for yes in funded],
        "project_funding_yuan": [FUNDING_YUAN if yes else None for yes in funded],
        "phone": [_phone(rng) for _ in range(CENTRES)],
        "features": [_FEATURES[k] for k in rng.integers(len(_FEATURES), size=CENTRES)],
        "alliance_id": [communities.loc[at, "alliance_id"] for at in near],
    }
    return layer_table("centres", columns, points_at(np.round(xy[house], 2)))


def _addresses(xy: Coords, streets: gpd.GeoDataFrame) -> list[str]:
    """Give each centre a house number on the nearest street that has a name."""
    named = streets[streets["name"].notna() & (streets["highway"] != "steps")]
    lines = named.geometry.to_numpy()
    nearest = shapely.STRtree(lines).nearest(points_at(xy))
    number = 1 + np.rint(shapely.line_locate_point(lines[nearest], points_at(xy)) / 8.0)
    return [
        f"{name}{int(at)}号（虚构）"
        for name, at in zip(named["name"].iloc[nearest], number, strict=True)
    ]


def _operator(rng: np.random.Generator) -> str:
    return STEMS[rng.integers(len(STEMS))] + str(rng.choice(_OPERATORS))


def _centre_names(communities: Sequence[str]) -> list[str]:
    count: dict[str, int] = {}
    names = []
    for one in communities:
        count[one] = count.get(one, 0) + 1
        names.append(f"{one}{_ORDINALS[count[one] - 1]}邻里中心")
    return names


def _nearest(xy: Coords, communities: pd.DataFrame) -> NDArray[np.intp]:
    seats = communities[["x", "y"]].to_numpy()
    return np.asarray(KDTree(seats).query(xy)[1], dtype=np.intp)


def number_compounds(built: Sequence[Built]) -> list[str | None]:
    """Number the plots that are compounds, C001 onwards."""
    numbers = iter(range(1, len(built) + 1))
    return [f"C{next(numbers):03d}" if one.is_compound else None for one in built]


_BUILT_YEARS = {
    "old_quarter": (1952, 1985), "work_unit": (1965, 1994), "old_estate": (1984, 2003),
    "new_estate": (2006, 2022),
}  # fmt: skip
_SERVICE_SHARES = {
    "cleaning": (0.86, 0.1, 0.04), "lighting": (0.74, 0.18, 0.08), "greening": (0.66, 0.2, 0.14),
    "security": (0.58, 0.22, 0.2), "order": (0.62, 0.26, 0.12),
}  # fmt: skip


def _services(old: NDArray[np.bool_], rng: np.random.Generator) -> dict[str, list[str]]:
    states = np.array(["good", "mending", "missing"])
    chosen = {}
    for name in FIVE_SERVICES:
        drawn = rng.choice(3, len(old), p=_SERVICE_SHARES[name])
        chosen[name] = states[
            np.where(old, drawn, np.minimum(drawn, rng.integers(2, size=len(old))))
        ].tolist()
    return chosen


def make_compounds(
    built: Sequence[Built],
    ids: Sequence[str | None],
    buildings: gpd.GeoDataFrame,
    *,
    communities: pd.DataFrame,
    company_ids: Sequence[str],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Give every compound its record; the old ones are under quasi-property management."""
    own = [(one, key) for one, key in zip(built, ids, strict=True) if key]
    old = np.array([one.use in OLD_KINDS for one, _ in own])
    names = CompoundNames(rng)
    by = buildings.groupby("compound_id")[["dwellings", "residents", *AGE_GROUPS]].sum()
    count = buildings.groupby("compound_id").size()
    keys = [key for _, key in own]
    xy = shapely.get_coordinates([one.shape.centroid for one, _ in own])
    near = _nearest(xy, communities)
    managed = ~old | (rng.random(len(own)) < 0.9)
    company = rng.choice(company_ids, len(own))
    committee = rng.random(len(own)) < np.where(old, 0.62, 0.85)
    fee = np.where(
        old,
        rng.choice([0.25, 0.3, 0.35, 0.4, 0.5], len(own)),
        rng.choice([1.2, 1.5, 1.8, 2.2], len(own)),
    )
    columns = {
        "compound_id": keys,
        "name": [names.take(one.use) for one, _ in own],
        "community": [communities.loc[at, "name"] for at in near],
        "kind": [one.use for one, _ in own],
        "built_year": [int(rng.integers(*_BUILT_YEARS[one.use])) for one, _ in own],
        "buildings": [int(count[key]) for key in keys],
        "dwellings": [int(by.loc[key, "dwellings"]) for key in keys],
        "residents": [int(by.loc[key, "residents"]) for key in keys],
        **{name: [int(by.loc[key, name]) for key in keys] for name in AGE_GROUPS},
        "quasi_property": old,
        "company_id": [one if yes else None for one, yes in zip(company, managed, strict=True)],
        "fee_yuan_m2_month": [
            float(one) if yes else None for one, yes in zip(fee, managed, strict=True)
        ],
        **_services(old, rng),
        "owners_committee": committee,
        "committee_term_end": _term_ends(committee, rng),
        "phone": [_phone(rng) for _ in own],
        "alliance_id": [communities.loc[at, "alliance_id"] for at in near],
    }
    return layer_table("compounds", columns, [to_grid(one.shape) for one, _ in own])


def _term_ends(committee: NDArray[np.bool_], rng: np.random.Generator) -> list[str | None]:
    return [
        f"{rng.integers(2025, 2029)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}"
        if yes
        else None
        for yes in committee
    ]
