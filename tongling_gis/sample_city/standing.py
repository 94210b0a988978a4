"""Records of funding, the blacklist, and what alliances' councils do in a year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tongling_gis.sample_city.records import day_within, number_rows

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd

_PURPOSES = ("长者助餐", "四点半课堂", "社区文化活动", "居民议事与调解", "便民服务日")
_TOPICS = ("认领项目进展", "老旧小区停车", "消防通道清理", "暑期儿童托管", "冬季送温暖")
_COUNCIL_STARTS = (date(2023, 3, 1), date(2024, 3, 1), date(2025, 3, 1))


def make_fundings(centres: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Pay the funded centres what they have, in one sum each."""
    funded = centres[centres["project_funding_yuan"].notna()]
    rows = [
        {
            "centre_id": one.centre_id,
            "date": day_within(rng, date(2025, 3, 3), 40),
            "source": "社区公益项目资金（虚构）",
            "purpose": _PURPOSES[rng.integers(len(_PURPOSES))],
            "amount_yuan": float(one.project_funding_yuan),
            "spent_yuan": float(100 * rng.integers(280, 490)),
        }
        for one in funded.itertuples()
    ]
    return number_rows("fundings", "funding_id", "JF", rows)


def make_blacklist(companies: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """List the blacklisted companies with the day and the reason."""
    listed = companies[companies["blacklisted"]]
    rows = [
        {
            "company_id": one.company_id,
            "date": day_within(rng, date(2025, 7, 1), 60),
            "reason": one.blacklist_reason,
        }
        for one in listed.itertuples()
    ]
    return number_rows("blacklist", "entry_id", "HMD", rows)


def make_council_terms(alliances: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give each alliance a council, elected in one of three years."""
    rows = [
        {
            "alliance_id": one.alliance_id,
            "start": day_within(rng, _COUNCIL_STARTS[rng.integers(3)], 60),
            "president_unit": one.president_unit,
        }
        for one in alliances.itertuples()
    ]
    return number_rows("council_terms", "term_id", "RQ", rows)


def make_meetings(alliances: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Let alliances meet each quarter of 2025; one in twelve meetings falls out."""
    rows: list[dict[str, object]] = []
    for key in alliances["alliance_id"]:
        for month in (1, 4, 7, 10):
            first = date(2025, month, 1) + timedelta(days=20)
            row = {
                "alliance_id": key,
                "date": day_within(rng, first, 60),
                "topic": _TOPICS[rng.integers(len(_TOPICS))],
                "attendance": int(rng.integers(8, 36)),
            }
            if rng.random() < 11 / 12:
                rows.append(row)
    rows.sort(key=lambda row: (str(row["date"]), str(row["alliance_id"])))
    return number_rows("alliance_meetings", "meeting_id", "HY", rows)
