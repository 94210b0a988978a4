"""What follows for alliances: claimed projects, meetings, rotation, the council's term."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from tongling_gis.records.compounds import count_by
from tongling_gis.records.quarters import add_years, read_day
from tongling_gis.records.sections import Section, each
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongling_gis.catalogue import RecordStandard

DONE = frozenset({"已完成", "完成", "已完工", "已办结", "done"})
"""States of a claimed project that is finished."""


def measure_activity(
    alliances: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    standard: RecordStandard,
    day: dt.date,
) -> Section:
    """Count each alliance's projects, and its meetings and rotations of the year up to a day."""
    keys = alliances["alliance_id"].tolist()
    projects = tables.get("claimed_projects")
    done = None if projects is None else projects[is_done(projects)]
    since = (day - dt.timedelta(days=365)).isoformat()
    rows = pd.DataFrame(
        {
            "alliance_id": keys,
            "name": alliances["name"].tolist(),
            "units": alliances["units"].to_numpy(),
            "members": alliances["members"].to_numpy(),
            "projects": count_by(projects, "alliance_id", keys),
            "done": count_by(done, "alliance_id", keys),
            "cost_yuan": _sum(projects, keys),
            "meetings": count_by(
                _recent(tables.get("alliance_meetings"), "date", since, day), "alliance_id", keys
            ),
            "turns": count_by(
                _recent(tables.get("alliance_rotation"), "month", since[:7], day),
                "alliance_id",
                keys,
            ),
            "term_end": [
                None if end is None else end.isoformat()
                for end in council_ends(tables.get("council_terms"), keys, standard)
            ],
        }
    )
    headings = {
        "alliance_id": Text("联盟编号", "Alliance"),
        "name": Text("名称", "Name"),
        "units": Text("成员单位", "Units"),
        "members": Text("报到党员", "Members"),
        "projects": Text("认领项目", "Projects"),
        "done": Text("已完成", "Done"),
        "cost_yuan": Text("金额（元）", "Cost (yuan)"),
        "meetings": Text("近一年会议", "Meetings in a year"),
        "turns": Text("近一年轮值", "Turns in a year"),
        "term_end": Text("理事会届满", "Council's term ends"),
    }
    ordered = rows.sort_values(["projects", "alliance_id"], ascending=[False, True], kind="stable")
    title = Text("党建联盟", "Alliances")
    return Section("alliances", title, headings, ordered.reset_index(drop=True))


def is_done(projects: pd.DataFrame) -> pd.Series[bool]:
    """Tell which claimed projects are finished."""
    return projects["status"].isin(DONE) | projects["finished_on"].notna()


def council_ends(
    terms: pd.DataFrame | None, keys: list[str], standard: RecordStandard
) -> list[dt.date | None]:
    """Give the end of each alliance's latest council term: as recorded, or after three years."""
    ends: dict[str, dt.date] = {}
    for term in each(terms):
        start, end = read_day(term.start), read_day(term.end)
        if end is None and start is not None:
            end = add_years(start, standard.council_years)
        key = str(term.alliance_id)
        if end is not None and end > ends.get(key, dt.date.min):
            ends[key] = end
    return [ends.get(key) for key in keys]


def _recent(
    rows: pd.DataFrame | None, column: str, since: str, day: dt.date
) -> pd.DataFrame | None:
    if rows is None:
        return None
    until = day.isoformat()
    at = rows[column].astype(str)
    return rows[(at > since) & (at.str[: len(since)] <= until[: len(since)])]


def _sum(projects: pd.DataFrame | None, keys: list[str]) -> list[float | None]:
    if projects is None:
        return [None] * len(keys)
    sums = projects["cost_yuan"].astype(float).groupby(projects["alliance_id"]).sum()
    return [float(sums.get(key, 0.0)) for key in keys]
