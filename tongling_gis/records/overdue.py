"""What is overdue on a day: terms, contracts, orders to mend, assessments, meetings, projects."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from tongling_gis.records.alliances import council_ends, is_done
from tongling_gis.records.compounds import read_assessments
from tongling_gis.records.quarters import last_complete_quarter, read_day
from tongling_gis.records.sections import Section, each
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tongling_gis.catalogue import RecordStandard

_MENDED = frozenset({"done", "checked"})


@dataclass(frozen=True, slots=True)
class Overdue:
    """One thing that is overdue: what it is, whose, and since when."""

    what: Text
    key: str
    due: dt.date


def list_overdue(
    tables: Mapping[str, pd.DataFrame], standard: RecordStandard, day: dt.date
) -> Section:
    """List what is overdue on a day, the oldest first."""
    found = [
        *_ended(tables, "compounds", "committee_term_end", _COMMITTEE),
        *_ended(tables, "compounds", "contract_end", _CONTRACT),
        *_councils(tables, standard),
        *_orders(tables),
        *_projects(tables, standard),
        *_listed(tables),
    ]
    late = sorted((one for one in found if one.due < day), key=lambda one: (one.due, one.key))
    late += _unassessed(tables, day)
    late += _not_met(tables, day)
    rows = pd.DataFrame(
        {
            "what": pd.Series([one.what for one in late], dtype=object),
            "key": [one.key for one in late],
            "due": [one.due.isoformat() for one in late],
            "days": [(day - one.due).days for one in late],
        }
    )
    headings = {
        "what": Text("事项", "What"),
        "key": Text("编号", "Id"),
        "due": Text("应办日期", "Due"),
        "days": Text("逾期天数", "Days overdue"),
    }
    return Section("overdue", Text("逾期事项", "Overdue"), headings, rows)


_COMMITTEE = Text("业委会届满", "Owners' committee past its term")
_CONTRACT = Text("物业合同到期", "Contract ended")
_COUNCIL = Text("联盟理事会届满", "Alliance council past its term")
_ORDER = Text("整改逾期", "Order to mend not done")
_PROJECT = Text("认领项目久未完成", "Claimed project not finished")
_LISTED = Text("黑名单到期未移出", "Blacklist entry past its end")
_UNASSESSED = Text("{quarter} 未考核", "Not assessed in {quarter}")
_UNMET = Text("{quarter} 未开联盟会议", "No alliance meeting in {quarter}")


def _ended(
    tables: Mapping[str, pd.DataFrame], name: str, column: str, what: Text
) -> Iterable[Overdue]:
    rows = tables.get(name)
    for key, text in () if rows is None else zip(rows.iloc[:, 0], rows[column], strict=True):
        end = read_day(text)
        if end is not None:
            yield Overdue(what, str(key), end)


def _councils(tables: Mapping[str, pd.DataFrame], standard: RecordStandard) -> Iterable[Overdue]:
    terms = tables.get("council_terms")
    if terms is None:
        return
    keys = list(dict.fromkeys(terms["alliance_id"].tolist()))
    for key, end in zip(keys, council_ends(terms, keys, standard), strict=True):
        if end is not None:
            yield Overdue(_COUNCIL, str(key), end)


def _orders(tables: Mapping[str, pd.DataFrame]) -> Iterable[Overdue]:
    orders = tables.get("mending_orders")
    for one in each(orders):
        due = read_day(one.due)
        if due is not None and read_day(one.done) is None and one.status not in _MENDED:
            yield Overdue(_ORDER, str(one.order_id), due)


def _projects(tables: Mapping[str, pd.DataFrame], standard: RecordStandard) -> Iterable[Overdue]:
    projects = tables.get("claimed_projects")
    if projects is None:
        return
    for one in each(projects[~is_done(projects)]):
        claimed = read_day(one.date)
        if claimed is not None:
            due = claimed + dt.timedelta(days=standard.stalled_days)
            yield Overdue(_PROJECT, str(one.project_id), due)


def _listed(tables: Mapping[str, pd.DataFrame]) -> Iterable[Overdue]:
    entries = tables.get("blacklist")
    for one in each(entries):
        until = read_day(one.until)
        if until is not None and read_day(one.lifted) is None:
            yield Overdue(_LISTED, str(one.entry_id), until)


def _quarter_end(quarter: str) -> dt.date:
    year, number = int(quarter[:4]), int(quarter[-1])
    following = dt.date(year + number // 4, 3 * (number % 4) + 1, 1)
    return following - dt.timedelta(days=1)


def _unassessed(tables: Mapping[str, pd.DataFrame], day: dt.date) -> list[Overdue]:
    """Find the compounds assessed before that the last complete quarter passed over."""
    assessments = tables.get("compound_assessments")
    if assessments is None or assessments.empty:
        return []
    quarter = last_complete_quarter(day)
    read = read_assessments(assessments)
    there = set(read.loc[read["quarter"] >= quarter, "compound_id"])
    what = _UNASSESSED.fill(quarter=quarter)
    end = _quarter_end(quarter)
    keys = dict.fromkeys(read["compound_id"])
    return [Overdue(what, str(key), end) for key in keys if key not in there]


def _not_met(tables: Mapping[str, pd.DataFrame], day: dt.date) -> list[Overdue]:
    """Find the alliances without a meeting in the last complete quarter, where any are kept."""
    meetings, alliances = tables.get("alliance_meetings"), tables.get("alliances")
    if meetings is None or meetings.empty or alliances is None:
        return []
    quarter = last_complete_quarter(day)
    end = _quarter_end(quarter)
    start = dt.date(end.year, end.month - 2, 1).isoformat()
    held = set(meetings.loc[meetings["date"] >= start, "alliance_id"])
    what = _UNMET.fill(quarter=quarter)
    return [Overdue(what, str(k), end) for k in alliances["alliance_id"] if k not in held]
