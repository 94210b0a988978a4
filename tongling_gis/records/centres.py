"""What follows for centres: ranks, grants, use, funding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tongling_gis.records.sections import Section
from tongling_gis.schema import STAR_DIMENSIONS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from tongling_gis.catalogue import RecordStandard

_CENTRE = {"centre_id": Text("中心编号", "Centre"), "name": Text("名称", "Name")}


def name_rows(keys: pd.Series[Any], places: pd.DataFrame | None, key: str) -> list[Any]:
    """Give the name of each key's place; None where it is unknown."""
    if places is None:
        return [None] * len(keys)
    names = dict(zip(places[key], places["name"], strict=True))
    return [names.get(one) for one in keys]


def rank_centres(ratings: pd.DataFrame, centres: pd.DataFrame | None) -> Section:
    """Rank centres by the mean mark of their latest rating, and compare it with the one before."""
    marked = ratings.assign(score=ratings[list(STAR_DIMENSIONS)].mean(axis=1))
    ordered = marked.sort_values(["centre_id", "date"], kind="stable")
    before = ordered.groupby("centre_id")["score"].shift()
    latest = ordered.assign(change=ordered["score"] - before).drop_duplicates(
        "centre_id", keep="last"
    )
    latest = latest.assign(rank=latest["score"].rank(ascending=False, method="min"))
    latest = latest.sort_values(["rank", "centre_id"], kind="stable")
    rows = pd.DataFrame(
        {
            "rank": latest["rank"],
            "centre_id": latest["centre_id"],
            "name": name_rows(latest["centre_id"], centres, "centre_id"),
            "stars": latest["stars"],
            "score": latest["score"].round(1),
            "change": latest["change"].round(1),
            "date": latest["date"],
        }
    )
    headings = {
        "rank": Text("名次", "Rank"),
        **_CENTRE,
        "stars": Text("星级", "Stars"),
        "score": Text("五维均分", "Mean mark"),
        "change": Text("较上次", "Change"),
        "date": Text("评定日期", "Rated on"),
    }
    return Section("centre_ranking", Text("邻里中心排名", "Centres ranked"), headings, rows)


def sum_grants(ratings: pd.DataFrame, standard: RecordStandard) -> Section:
    """Sum the grants that follow from stars, by year, beside those on record."""
    due = [0.0 if pd.isna(one) else standard.grant_yuan(one) for one in ratings["stars"]]
    table = pd.DataFrame(
        {
            "year": ratings["date"].str[:4],
            "ratings": 1,
            "granted": [yuan > 0 for yuan in due],
            "due_yuan": due,
            "recorded_yuan": ratings["grant_yuan"],
        }
    )
    rows = table.groupby("year").sum().reset_index()
    rows["difference_yuan"] = rows["recorded_yuan"] - rows["due_yuan"]
    headings = {
        "year": Text("年度", "Year"),
        "ratings": Text("评定数", "Ratings"),
        "granted": Text("应奖补数", "With a grant"),
        "due_yuan": Text("应奖补（元）", "Due (yuan)"),
        "recorded_yuan": Text("已登记（元）", "On record (yuan)"),
        "difference_yuan": Text("差额（元）", "Difference (yuan)"),
    }
    return Section("grants", Text("星级奖补", "Grants by stars"), headings, rows)


def measure_use(
    centres: pd.DataFrame,
    activities: pd.DataFrame | None,
    fundings: pd.DataFrame | None,
    reached: Mapping[str, float] | None,
) -> Section:
    """Measure each centre's activities, visits, funding a visit, and activities a resident reached.

    Args:
        centres: The centres.
        activities: Their activities, None where there are no records.
        fundings: Their funding; where a centre has none, what the centre itself says counts.
        reached: Centre -> residents for whom it is the nearest within reach; None if not measured.
    """
    keys = centres["centre_id"].tolist()
    held = _sum_by(activities, None, keys)
    visits = _sum_by(activities, "attendance", keys)
    funded = _sum_by(fundings, "amount_yuan", keys)
    own = centres["project_funding_yuan"].astype("float64").to_numpy()
    funding = np.where(np.isfinite(funded) & (funded > 0), funded, own)
    residents = np.array([np.nan if reached is None else reached.get(key, np.nan) for key in keys])
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = pd.DataFrame(
            {
                "centre_id": keys,
                "name": centres["name"].tolist(),
                "activities": held,
                "visits": visits,
                "funding_yuan": funding,
                "yuan_per_visit": _share(funding, visits, 2),
                "residents_reached": residents,
                "activities_per_1000": _share(1000.0 * held, residents, 2),
                "visits_per_resident": _share(visits, residents, 3),
            }
        )
    rows = rows.sort_values(["visits", "centre_id"], ascending=[False, True], kind="stable")
    headings = {
        **_CENTRE,
        "activities": Text("活动场次", "Activities"),
        "visits": Text("参与人次", "Visits"),
        "funding_yuan": Text("经费（元）", "Funding (yuan)"),
        "yuan_per_visit": Text("每人次经费（元）", "Yuan a visit"),
        "residents_reached": Text("可达居民", "Residents reached"),
        "activities_per_1000": Text("每千名可达居民活动", "Activities per 1,000 reached"),
        "visits_per_resident": Text("人均参与次数", "Visits a resident reached"),
    }
    title = Text("活动与经费", "Activities and funding")
    return Section("centre_use", title, headings, rows.reset_index(drop=True))


def spread_residents(
    homes: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, covered: str
) -> dict[str, float]:
    """Sum by nearest centre the residents of compounds, spread evenly over the homes within each.

    Args:
        homes: Homes of a coverage, with ``centre_id``.
        compounds: Areas with ``residents``; those without are left out.
        covered: The homes' column that says whether a centre is within reach.

    Returns:
        Centre -> residents, whole; a centre that no compound's home reaches is not in it.
    """
    known = compounds[compounds["residents"].notna()]
    areas = known[["residents", "geometry"]].rename(columns={"residents": "people"})
    inside = homes.sjoin(areas.to_crs(homes.crs), predicate="within")
    among = inside.groupby("index_right")["people"].transform("size")
    shares = (inside["people"].astype("float64") / among)[inside[covered]]
    sums = shares.groupby(inside["centre_id"]).sum().round()
    return {str(key): float(people) for key, people in sums.items()}


def _sum_by(rows: pd.DataFrame | None, column: str | None, keys: list[str]) -> np.ndarray[Any, Any]:
    """Sum a column by centre, or count its rows; unknown where there are no records at all."""
    if rows is None:
        return np.full(len(keys), np.nan)
    values = pd.Series(1.0, index=rows.index) if column is None else rows[column].astype("float64")
    sums = values.groupby(rows["centre_id"].to_numpy()).sum()
    return sums.reindex(keys).fillna(0.0).to_numpy(dtype=float)


def _share(part: np.ndarray[Any, Any], whole: np.ndarray[Any, Any], digits: int) -> Any:  # noqa: ANN401 - an array
    return np.round(np.where(whole > 0, part / whole, np.nan), digits)
