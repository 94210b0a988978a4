"""What hangs together: links to nothing, rows without a link, and values against the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tongling_gis.records.compounds import read_assessments
from tongling_gis.records.sections import Section, each
from tongling_gis.schema import AGE_GROUPS, RECORDS, TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tongling_gis.catalogue import RecordStandard

_SHOWN = 5
_PLACES = ("centres", "compounds")


def find_unlinked(tables: Mapping[str, pd.DataFrame]) -> Section:
    """Count the rows that link to nothing, column by column, and the places nothing links to."""
    rows = [
        found
        for name in (*_PLACES, *RECORDS)
        if name in tables
        for column in TABLES[name].columns
        if column.refers_to and (found := _judge(tables, name, column.name)) is not None
    ]
    rows += _unnamed(tables)
    columns = ["table", "column", "what", "count", "examples"]
    headings = {
        "table": Text("表", "Table"),
        "column": Text("列", "Column"),
        "what": Text("情况", "What"),
        "count": Text("行数", "Rows"),
        "examples": Text("如", "Such as"),
    }
    title = Text("未关联的记录", "Records without a link")
    return Section("unlinked", title, headings, pd.DataFrame(rows, columns=columns, dtype=object))


def _judge(tables: Mapping[str, pd.DataFrame], name: str, column: str) -> tuple[Any, ...] | None:
    table = TABLES[name]
    target = TABLES[table.column(column).refers_to]
    rows = tables[name]
    label = table.column(column).label
    if target.name in tables:
        known = set(tables[target.name][target.key])
        lost = rows[column].notna() & ~rows[column].isin(known)
        if lost.any():
            values = rows.loc[lost, column].drop_duplicates().tolist()
            what = Text(f"在“{target.label.zh}”中不存在", f"Not in {target.label.en}")
            return table.label, label, what, int(lost.sum()), _examples(values)
    blank = rows[column].isna()
    if not blank.any():
        return None
    keys = rows.loc[blank, table.key].tolist()
    return table.label, label, Text("未填写", "Left empty"), int(blank.sum()), _examples(keys)


def _unnamed(tables: Mapping[str, pd.DataFrame]) -> list[tuple[Any, ...]]:
    """Find managed compounds that were never assessed, and centres without any activity."""
    found = []
    for place, record, what in (
        ("centres", "activities", Text("没有活动记录", "No activity on record")),
        ("compounds", "compound_assessments", Text("没有考核记录", "Never assessed")),
    ):
        if place not in tables or record not in tables:
            continue
        rows, key = tables[place], TABLES[place].key
        if place == "compounds":
            rows = rows[rows["quasi_property"].fillna(value=False)]
        alone = rows.loc[~rows[key].isin(tables[record][key]), key].tolist()
        if alone:
            label = TABLES[place].label
            nothing = Text("", "")
            found.append((label, nothing, what, len(alone), _examples(alone)))
    return found


def _examples(values: list[Any]) -> str:
    return "、".join(map(str, values[:_SHOWN]))


def check_values(tables: Mapping[str, pd.DataFrame], standard: RecordStandard) -> Section:
    """List values that do not agree with a rule or with each other."""
    found = [
        *_check_costs(tables, standard),
        *_check_grants(tables, standard),
        *_check_stars(tables),
        *_check_ranks(tables),
        *_check_ages(tables),
    ]
    columns = ["table", "key", "what", "recorded", "expected"]
    headings = {
        "table": Text("表", "Table"),
        "key": Text("编号", "Id"),
        "what": Text("问题", "What"),
        "recorded": Text("登记为", "On record"),
        "expected": Text("应为", "Should be"),
    }
    rows = pd.DataFrame(found, columns=columns, dtype=object)
    return Section("checks", Text("数值核对", "Values to check"), headings, rows)


def _check_costs(
    tables: Mapping[str, pd.DataFrame], standard: RecordStandard
) -> Iterable[tuple[Any, ...]]:
    least, most = standard.project_yuan
    what = Text("金额超出规定", "Cost beyond the limits")
    projects = tables.get("claimed_projects")
    for one in each(projects):
        if pd.notna(one.cost_yuan) and not least <= one.cost_yuan <= most:
            label = TABLES["claimed_projects"].label
            yield label, one.project_id, what, f"{one.cost_yuan:g}", f"{least:g}–{most:g}"


def _check_grants(
    tables: Mapping[str, pd.DataFrame], standard: RecordStandard
) -> Iterable[tuple[Any, ...]]:
    what = Text("奖补与星级不符", "Grant does not follow from stars")
    ratings = tables.get("star_ratings")
    for one in each(ratings):
        if pd.isna(one.stars) or pd.isna(one.grant_yuan):
            continue
        due = standard.grant_yuan(one.stars)
        if one.grant_yuan != due:
            label = TABLES["star_ratings"].label
            yield label, one.rating_id, what, f"{one.grant_yuan:g}", f"{due:g}"


def _check_stars(tables: Mapping[str, pd.DataFrame]) -> Iterable[tuple[Any, ...]]:
    what = Text("星级与最近评定不符", "Stars are not those of the latest rating")
    if "centres" not in tables or "star_ratings" not in tables:
        return
    latest = tables["star_ratings"].sort_values("date", kind="stable")
    stars = latest.drop_duplicates("centre_id", keep="last").set_index("centre_id")["stars"]
    for key, own in zip(tables["centres"]["centre_id"], tables["centres"]["stars"], strict=True):
        rated = stars.get(key)
        if pd.notna(rated) and (pd.isna(own) or own != rated):
            shown = "" if pd.isna(own) else str(own)
            yield TABLES["centres"].label, key, what, shown, str(rated)


def _check_ranks(tables: Mapping[str, pd.DataFrame]) -> Iterable[tuple[Any, ...]]:
    what = Text("排名与得分不符", "Rank does not follow from the score")
    if "compound_assessments" not in tables:
        return
    read = read_assessments(tables["compound_assessments"])
    rank = read.groupby("quarter")["score"].rank(ascending=False, method="min")
    wrong = read["rank"].notna() & rank.notna() & (read["rank"].astype(float) != rank)
    label = TABLES["compound_assessments"].label
    for key, own, due in zip(
        read.loc[wrong, "assessment_id"], read.loc[wrong, "rank"], rank[wrong], strict=True
    ):
        yield label, key, what, str(own), f"{due:g}"


def _check_ages(tables: Mapping[str, pd.DataFrame]) -> Iterable[tuple[Any, ...]]:
    what = Text("各年龄段之和与居民数不符", "Age groups do not add up to the residents")
    if "compounds" not in tables:
        return
    rows = tables["compounds"]
    ages = rows[list(AGE_GROUPS)].sum(axis=1, min_count=len(AGE_GROUPS))
    wrong = ages.notna() & rows["residents"].notna() & (ages != rows["residents"])
    for key, own, due in zip(
        rows.loc[wrong, "compound_id"], ages[wrong], rows.loc[wrong, "residents"], strict=True
    ):
        yield TABLES["compounds"].label, key, what, f"{own:g}", f"{due:g}"
