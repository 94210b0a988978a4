"""What follows for compounds and their companies: ranks, rewards, satisfaction, the blacklist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tongling_gis.records.centres import name_rows
from tongling_gis.records.quarters import read_day, read_quarter
from tongling_gis.records.sections import Section, each
from tongling_gis.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from tongling_gis.catalogue import RecordStandard

_COMPOUND = {"compound_id": Text("小区编号", "Compound"), "name": Text("名称", "Name")}
_YES = Text("是", "yes")


def read_assessments(assessments: pd.DataFrame) -> pd.DataFrame:
    """Bring assessments into the order of their quarters; those without a quarter are left out."""
    quarter = [read_quarter(str(text)) for text in assessments["quarter"]]
    read = assessments.assign(quarter=quarter)
    return read[read["quarter"] != ""].sort_values(["quarter", "compound_id"], kind="stable")


def rank_compounds(
    assessments: pd.DataFrame, compounds: pd.DataFrame | None, standard: RecordStandard
) -> Section:
    """Rank the compounds of the latest quarter by score; the first six are rewarded."""
    read = read_assessments(assessments)
    latest = read[read["quarter"] == read["quarter"].max()]
    rank = latest["score"].rank(ascending=False, method="min")
    before = read[read["quarter"] < read["quarter"].max()]
    previous = before.drop_duplicates("compound_id", keep="last").set_index("compound_id")
    change = latest["score"] - latest["compound_id"].map(previous["score"])
    rows = pd.DataFrame(
        {
            "quarter": latest["quarter"],
            "rank": rank,
            "compound_id": latest["compound_id"],
            "name": name_rows(latest["compound_id"], compounds, "compound_id"),
            "company_id": latest["company_id"],
            "score": latest["score"],
            "change": change.round(1),
            "satisfaction_pct": latest["satisfaction_pct"],
            "rewarded": [_YES if one <= standard.rewarded_ranks else None for one in rank],
        }
    )
    headings = {
        "quarter": Text("季度", "Quarter"),
        "rank": Text("名次", "Rank"),
        **_COMPOUND,
        "company_id": Text("物业企业", "Company"),
        "score": Text("得分", "Score"),
        "change": Text("较上季", "Change"),
        "satisfaction_pct": Text("满意度（%）", "Satisfaction (%)"),
        "rewarded": Text("前六奖励", "Rewarded"),
    }
    ordered = rows.sort_values(["rank", "compound_id"], kind="stable").reset_index(drop=True)
    return Section("compound_ranking", Text("小区考核排名", "Compounds ranked"), headings, ordered)


def trace_satisfaction(assessments: pd.DataFrame) -> Section:
    """Follow the mean score and satisfaction from quarter to quarter."""
    read = read_assessments(assessments)
    rows = (
        read.groupby("quarter")
        .agg(
            compounds=("compound_id", "nunique"),
            score=("score", "mean"),
            satisfaction_pct=("satisfaction_pct", "mean"),
            lowest_pct=("satisfaction_pct", "min"),
        )
        .reset_index()
    )
    rows["change"] = rows["satisfaction_pct"].diff().round(2)
    for column in ("score", "satisfaction_pct", "lowest_pct"):
        rows[column] = rows[column].round(2)
    headings = {
        "quarter": Text("季度", "Quarter"),
        "compounds": Text("考核小区", "Compounds"),
        "score": Text("平均得分", "Mean score"),
        "satisfaction_pct": Text("平均满意度（%）", "Mean satisfaction (%)"),
        "change": Text("较上季", "Change"),
        "lowest_pct": Text("最低满意度（%）", "Lowest (%)"),
    }
    return Section("satisfaction", Text("满意度走势", "Satisfaction"), headings, rows)


def find_trends(assessments: pd.DataFrame, compounds: pd.DataFrame | None) -> Section:
    """Fit a line to each compound's satisfaction; those that fall the fastest come first."""
    read = read_assessments(assessments).dropna(subset=["satisfaction_pct"])
    order = {quarter: _number(quarter) for quarter in read["quarter"].unique()}
    rows = []
    for key, own in read.groupby("compound_id"):
        at = own["quarter"].map(order).to_numpy(dtype=float)
        pct = own["satisfaction_pct"].to_numpy(dtype=float)
        if len(set(at)) > 1:
            slope = float(np.polyfit(at, pct, 1)[0])
            rows.append((key, len(own), pct[0], pct[-1], round(slope, 2)))
    table = pd.DataFrame(rows, columns=["compound_id", "quarters", "first", "last", "slope"])
    table["name"] = name_rows(table["compound_id"], compounds, "compound_id")
    headings = {
        **_COMPOUND,
        "quarters": Text("季度数", "Quarters"),
        "first": Text("最早（%）", "First (%)"),
        "last": Text("最近（%）", "Last (%)"),
        "slope": Text("每季变化", "A quarter"),
    }
    ordered = table.sort_values(["slope", "compound_id"], kind="stable").reset_index(drop=True)
    title = Text("小区满意度趋势（降得最快的在前）", "Compounds' satisfaction, falling ones first")
    return Section("satisfaction_trends", title, headings, ordered)


def _number(quarter: str) -> int:
    return 4 * int(quarter[:4]) + int(quarter[-1])


def compare_companies(companies: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> Section:
    """Put what is known of each company side by side: compounds, marks, credit, warnings."""
    keys = companies["company_id"].tolist()
    assessed = tables.get("compound_assessments")
    latest = None
    if assessed is not None:
        read = read_assessments(assessed)
        latest = read[read["quarter"] == read["quarter"].max()].groupby("company_id")
    orders = tables.get("mending_orders")
    open_orders = None if orders is None else orders[orders["done"].isna()]
    rows = pd.DataFrame(
        {
            "company_id": keys,
            "name": companies["name"].tolist(),
            "compounds": count_by(tables.get("compounds"), "company_id", keys),
            "score": None if latest is None else latest["score"].mean().reindex(keys).to_numpy(),
            "satisfaction_pct": (
                None
                if latest is None
                else latest["satisfaction_pct"].mean().reindex(keys).to_numpy()
            ),
            "credit_score": companies["credit_score"].to_numpy(),
            "credit_points": _points(tables.get("credit_records"), keys),
            "interviews": count_by(tables.get("interviews"), "company_id", keys),
            "open_orders": count_by(open_orders, "company_id", keys),
        }
    )
    rows[["score", "satisfaction_pct"]] = rows[["score", "satisfaction_pct"]].astype(float).round(1)
    headings = {
        "company_id": Text("企业编号", "Company"),
        "name": Text("名称", "Name"),
        "compounds": Text("服务小区", "Compounds"),
        "score": Text("最近季均分", "Latest mean score"),
        "satisfaction_pct": Text("最近季满意度（%）", "Latest satisfaction (%)"),
        "credit_score": Text("信用分", "Credit score"),
        "credit_points": Text("信用加减分", "Credit points"),
        "interviews": Text("约谈", "Interviews"),
        "open_orders": Text("未完成整改", "Open orders"),
    }
    ordered = rows.sort_values(["score", "company_id"], ascending=[False, True], kind="stable")
    title = Text("物业企业", "Property companies")
    return Section("companies", title, headings, ordered.reset_index(drop=True))


def count_by(rows: pd.DataFrame | None, column: str, keys: list[str]) -> list[int | None]:
    """Count the rows that name each key; unknown where there are no records at all."""
    if rows is None:
        return [None] * len(keys)
    counts = rows[column].value_counts()
    return [int(counts.get(key, 0)) for key in keys]


def _points(records: pd.DataFrame | None, keys: list[str]) -> list[float | None]:
    if records is None:
        return [None] * len(keys)
    sign = records["kind"].map({"praise": 1.0, "fault": -1.0})
    sums = (records["points"].astype(float) * sign).groupby(records["company_id"]).sum()
    return [float(sums.get(key, 0.0)) for key in keys]


def list_blacklist(
    companies: pd.DataFrame | None, tables: Mapping[str, pd.DataFrame], day: dt.date
) -> Section:
    """List the companies that are on the blacklist on a day, and what they still look after."""
    named = (
        {}
        if companies is None
        else dict(zip(companies["company_id"], companies["name"], strict=True))
    )
    listed: dict[str, tuple[Any, Any, Any]] = {}
    if companies is not None:
        for one in each(companies[companies["blacklisted"].fillna(value=False)]):
            listed[one.company_id] = (None, one.blacklist_reason, None)
    entries = tables.get("blacklist")
    if entries is not None:
        for entry in each(entries.sort_values("date", kind="stable")):
            if _is_listed(entry, day):
                listed[entry.company_id] = (entry.date, entry.reason, entry.until)
    keys = list(listed)
    rows = pd.DataFrame(
        {
            "company_id": keys,
            "name": [named.get(key) for key in keys],
            "date": [listed[key][0] for key in keys],
            "reason": [listed[key][1] for key in keys],
            "until": [listed[key][2] for key in keys],
            "compounds": count_by(tables.get("compounds"), "company_id", keys),
        }
    )
    headings = {
        "company_id": Text("企业编号", "Company"),
        "name": Text("名称", "Name"),
        "date": Text("列入日期", "Listed on"),
        "reason": Text("列入原因", "Reason"),
        "until": Text("到期日期", "Until"),
        "compounds": Text("仍服务小区", "Compounds still served"),
    }
    return Section("blacklist", Text("黑名单", "Blacklist"), headings, rows)


def _is_listed(entry: Any, day: dt.date) -> bool:  # noqa: ANN401 - a row of pandas
    start, end = read_day(entry.date), read_day(entry.lifted)
    return start is not None and start <= day and (end is None or end > day)
