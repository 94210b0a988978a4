"""Record tables: ratings, activities, companies, assessments, alliances, claimed projects."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tongling_gis.sample_city.names import STEMS
from tongling_gis.sample_city.tables import record_table, share_out
from tongling_gis.schema import STAR_DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

ALLIANCES = 50
MEMBER_UNITS = 1_125
MEMBERS = 32_400
COMPANIES = 15
ACTIVITIES = 2_064
ATTENDANCE = 49_860
PROJECTS = 924
PROJECT_YUAN = 2_600_000
LOWEST_COST, HIGHEST_COST = 1_000, 5_000
GRANT_YUAN = {5: 40_000, 4: 25_000, 3: 10_000}
"""Grants that follow from four stars and more, and from three."""

_QUARTERS = tuple(f"{year}Q{quarter}" for year in (2024, 2025) for quarter in (1, 2, 3, 4))
_STAR_SCORE = {5: (93, 98), 4: (87, 92), 3: (80, 86), 2: (72, 79), 1: (64, 71)}
_ACTIVITIES = (
    ("书画展览", "老年人"), ("健康讲座", "老年人"), ("义诊", "全体居民"), ("四点半课堂", "儿童"),
    ("亲子阅读", "儿童"), ("广场舞排练", "全体居民"), ("法律咨询", "全体居民"),
    ("议事会", "居民代表"),
    ("便民服务日", "全体居民"), ("节日活动", "全体居民"), ("技能培训", "青年"),
    ("志愿服务", "志愿者"),
)  # fmt: skip
_NEEDS = (
    *(
        "安装楼道扶手",
        "更换楼道灯",
        "修补路面",
        "增设休闲座椅",
        "补种绿化",
        "粉刷楼道",
        "疏通下水道",
    ),
    *("安装晾衣架", "增设非机动车充电桩", "修理大门", "为高龄老人送餐", "更换信报箱", "清理杂物"),
)
_UNITS = (
    "供电公司党支部",
    "医院党支部",
    "学校党支部",
    "银行党支部",
    "税务所党支部",
    "物业企业党支部",
)


def make_companies(rng: np.random.Generator) -> pd.DataFrame:
    """Invent property companies; two are blacklisted."""
    scores = np.round(np.clip(rng.normal(84, 8, COMPANIES), 66, 98), 1)
    black = np.argsort(scores, kind="stable")[:2]
    scores[black] = np.round(rng.uniform(41, 57, 2), 1)
    reasons = dict(
        zip(black.tolist(), ("连续两个季度考核末位且拒不整改", "擅自撤离服务小区"), strict=True)
    )
    stems = rng.permutation(len(STEMS))[:COMPANIES]
    return record_table(
        "companies",
        {
            "company_id": [f"W{at + 1:02d}" for at in range(COMPANIES)],
            "name": [f"{STEMS[at]}物业服务有限公司（虚构）" for at in stems],
            "credit_score": scores,
            "blacklisted": [at in reasons for at in range(COMPANIES)],
            "blacklist_reason": [reasons.get(at) for at in range(COMPANIES)],
            "phone": [f"0562-5551{rng.integers(1000):03d}" for _ in range(COMPANIES)],
        },
    )


def make_alliances(communities: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Invent one party-building alliance a community, with the published totals."""
    units = 8 + share_out(rng.lognormal(0, 0.4, ALLIANCES), MEMBER_UNITS - 8 * ALLIANCES)
    members = 120 + share_out(units * rng.lognormal(0, 0.25, ALLIANCES), MEMBERS - 120 * ALLIANCES)
    return record_table(
        "alliances",
        {
            "alliance_id": communities["alliance_id"].tolist(),
            "name": [f"{name}党建联盟" for name in communities["name"]],
            "community": communities["name"].tolist(),
            "units": units,
            "members": members,
            "president_unit": rng.choice(_UNITS, ALLIANCES),
        },
    )


def day_within(rng: np.random.Generator, first: date, days: int) -> str:
    """Choose a day (ISO) from the first on, within so many days."""
    return (first + timedelta(days=int(rng.integers(days)))).isoformat()


def _rating(star: int, rng: np.random.Generator) -> dict[str, float]:
    low, high = _STAR_SCORE[star]
    return {name: round(float(rng.uniform(low, high)), 1) for name in STAR_DIMENSIONS}


def make_star_ratings(centres: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Rate the centres that have stars, some of them a second time."""
    rows = []
    for key, star in zip(centres["centre_id"], centres["stars"], strict=True):
        if pd.isna(star):
            continue
        rounds = [(int(star), date(2025, 11, 3))]
        if rng.random() < 0.6:
            rounds.insert(0, (max(1, int(star) - int(rng.integers(0, 2))), date(2024, 11, 4)))
        for given, first in rounds:
            rows.append(
                {"centre_id": key, "date": day_within(rng, first, 20), "stars": given}
                | _rating(given, rng)
                | {"grant_yuan": GRANT_YUAN.get(given, 0)}
            )
    rows.sort(key=lambda row: (row["date"], row["centre_id"]))
    return number_rows("star_ratings", "rating_id", "PX", rows)


def number_rows(
    table: str, key: str, prefix: str, rows: Sequence[Mapping[str, object]]
) -> pd.DataFrame:
    """Build a record table of rows, numbered in their order."""
    columns: dict[str, list[object]] = {
        name: [row.get(name) for row in rows] for name in (rows[0] if rows else {})
    }
    columns[key] = [f"{prefix}{at + 1:04d}" for at in range(len(rows))]
    return record_table(table, columns)


def make_activities(centres: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Hold the published number of activities, at livelier centres more often."""
    stars = centres["stars"].fillna(0).to_numpy(dtype=float)
    per_centre = 6 + share_out(
        (1 + stars) * rng.lognormal(0, 0.35, len(centres)), ACTIVITIES - 6 * len(centres)
    )
    where = np.repeat(centres["centre_id"].to_numpy(), per_centre)
    kinds = rng.integers(len(_ACTIVITIES), size=ACTIVITIES)
    people = 6 + share_out(rng.lognormal(0, 0.55, ACTIVITIES), ATTENDANCE - 6 * ACTIVITIES)
    days = rng.integers(365, size=ACTIVITIES)
    order = np.lexsort((where, days))
    rows = [
        {
            "centre_id": where[at],
            "date": (date(2025, 1, 1) + timedelta(days=int(days[at]))).isoformat(),
            "kind": _ACTIVITIES[kinds[at]][0],
            "audience": _ACTIVITIES[kinds[at]][1],
            "attendance": int(people[at]),
        }
        for at in order
    ]
    return number_rows("activities", "activity_id", "HD", rows)


def make_assessments(
    compounds: gpd.GeoDataFrame, companies: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Assess every managed old compound for eight quarters, and rank them."""
    chosen = compounds[compounds["quasi_property"] & compounds["company_id"].notna()]
    credit = companies.set_index("company_id")["credit_score"].astype(float)
    level = 60 + 0.3 * chosen["company_id"].map(credit).to_numpy(dtype=float)
    level = level + rng.normal(0, 4, len(chosen))
    trend = rng.normal(0.35, 0.5, len(chosen))
    rows: list[dict[str, object]] = []
    for turn, quarter in enumerate(_QUARTERS):
        score = np.round(
            np.clip(level + trend * turn + rng.normal(0, 2.2, len(chosen)), 38, 99.5), 1
        )
        happy = np.round(np.clip(score + rng.normal(1.5, 3.5, len(chosen)), 35, 99.8), 1)
        rank = pd.Series(-score).rank(method="min").astype(int)
        for at, (key, company) in enumerate(
            zip(chosen["compound_id"], chosen["company_id"], strict=True)
        ):
            rows.append(
                {
                    "compound_id": key,
                    "company_id": company,
                    "quarter": quarter,
                    "score": score[at],
                    "satisfaction_pct": happy[at],
                    "rank": int(rank[at]),
                    "note": _note(float(score[at]), int(rank[at])),
                }
            )
    return number_rows("compound_assessments", "assessment_id", "KH", rows)


def _note(score: float, rank: int) -> str | None:
    if rank <= 6:
        return "前六名奖励"
    if score < 60:
        return "下达整改通知"
    return "约谈" if score < 66 else None


def _costs(rng: np.random.Generator) -> NDArray[np.int64]:
    """Costs of 1,000 to 5,000 yuan, in tens, that add up to the published sum."""
    costs = np.rint(rng.beta(1.6, 1.9, PROJECTS) * 360).astype(np.int64) * 10 + 1_200
    lacking = PROJECT_YUAN - int(costs.sum())
    step = 10 if lacking > 0 else -10
    while lacking:
        room = np.flatnonzero((costs + step <= HIGHEST_COST) & (costs + step >= LOWEST_COST))
        chosen = rng.permutation(room)[: abs(lacking) // 10]
        costs[chosen] += step
        lacking -= step * len(chosen)
    return costs


def make_projects(
    alliances: pd.DataFrame, compounds: gpd.GeoDataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Let alliances' member units claim small projects in their own compounds, all in 2020."""
    homes = compounds.groupby("alliance_id")["compound_id"].apply(list).to_dict()
    size = alliances["units"].to_numpy(dtype=float)
    owner = np.repeat(alliances["alliance_id"].to_numpy(), share_out(size, PROJECTS))
    status = rng.choice(["已完成", "实施中", "已认领"], PROJECTS, p=[0.86, 0.1, 0.04])
    need = rng.choice(_NEEDS, PROJECTS)
    spot = [rng.choice(homes[key]) if key in homes else None for key in owner]
    return record_table(
        "claimed_projects",
        {
            "project_id": [f"XM{at + 1:04d}" for at in range(PROJECTS)],
            "alliance_id": owner,
            "compound_id": spot,
            "name": need,
            "claimed_by": rng.choice(_UNITS, PROJECTS),
            "date": [day_within(rng, date(2020, 1, 2), 360) for _ in range(PROJECTS)],
            "cost_yuan": _costs(rng),
            "status": status,
        },
    )
