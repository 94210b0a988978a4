"""What follows from records, in a small town checked by hand."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from tongling_gis import studies
from tongling_gis.catalogue import read_standards
from tongling_gis.cli import main
from tongling_gis.cli.tables import lay_out
from tongling_gis.errors import UsageError
from tongling_gis.importers.checks import conform
from tongling_gis.records import Summary, summarise_records
from tongling_gis.records.centres import spread_residents
from tongling_gis.records.quarters import read_quarter
from tongling_gis.schema import TABLES

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2026, 2, 10)
RULES = read_standards().records


def table(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    """Make a record table as the store gives it."""
    given = pd.DataFrame(list(rows))
    checked, notes = conform(TABLES[name], given)
    assert not notes
    return checked


def rating(key: str, centre: str, day: str, stars: int, grant: int, mark: float) -> dict[str, Any]:
    """Make a rating with the same mark on every dimension."""
    marks = dict.fromkeys(("image", "management", "service", "governance", "brand"), mark)
    head = {"rating_id": key, "centre_id": centre, "date": day}
    return head | {"stars": stars, "grant_yuan": grant} | marks


def town() -> dict[str, pd.DataFrame]:
    """Make the town: two centres, three compounds, two companies, one alliance."""
    assessments = [
        ("a1", "k1", "2025Q3", 90, 80),
        ("a2", "k2", "2025Q3", 95, 90),
        ("a3", "k1", "2025年第四季度", 92, 84),
        ("a4", "k2", "2025-Q4", 85, 70),
    ]
    names = ("assessment_id", "compound_id", "quarter", "score", "satisfaction_pct")
    return {
        "centres": table(
            "centres",
            {"centre_id": "c1", "name": "甲", "stars": 5, "project_funding_yuan": 50_000},
            {"centre_id": "c2", "name": "乙", "stars": 4},
        ),
        "star_ratings": table(
            "star_ratings",
            rating("r1", "c1", "2024-11-01", 4, 25_000, 88.0),
            rating("r2", "c1", "2025-11-01", 5, 40_000, 95.5),
            rating("r3", "c2", "2025-11-02", 3, 25_000, 96.0),
        ),
        "activities": table(
            "activities",
            {"activity_id": "h1", "centre_id": "c1", "date": "2025-05-01", "attendance": 300},
            {"activity_id": "h2", "centre_id": "c1", "date": "2025-06-01", "attendance": 200},
        ),
        "compounds": table(
            "compounds",
            *(
                {"compound_id": key, "name": key, "quasi_property": True, **more}
                for key, more in {
                    "k1": {"company_id": "w1", "committee_term_end": "2025-12-31"},
                    "k2": {"company_id": "w2", "contract_end": "2026-02-10"},
                    "k3": {"residents": 10, "residents_0_14": 1}
                    | {"residents_15_59": 5, "residents_60_plus": 3},
                }.items()
            ),
        ),
        "companies": table(
            "companies",
            {"company_id": "w1", "name": "安居", "blacklisted": False},
            {"company_id": "w2", "name": "乐居", "blacklisted": False},
        ),
        "compound_assessments": table(
            "compound_assessments",
            *(dict(zip(names, row, strict=True)) | {"company_id": "w1"} for row in assessments),
        ),
        "alliances": table("alliances", {"alliance_id": "l1", "name": "联盟"}),
        "claimed_projects": table(
            "claimed_projects",
            {"project_id": "x1", "alliance_id": "l1", "cost_yuan": 3000, "status": "已完成"},
            {"project_id": "x2", "alliance_id": "l1", "cost_yuan": 6000, "date": "2025-01-01"},
            {"project_id": "x3", "alliance_id": "gone", "cost_yuan": 1000, "date": "2026-01-01"},
        ),
        "council_terms": table(
            "council_terms", {"term_id": "t1", "alliance_id": "l1", "start": "2023-01-15"}
        ),
        "alliance_meetings": table(
            "alliance_meetings",
            {"meeting_id": "m1", "alliance_id": "l1", "date": "2025-09-01"},
            {"meeting_id": "m2", "alliance_id": "l1", "date": "2024-09-01"},
        ),
        "alliance_rotation": table(
            "alliance_rotation",
            {"turn_id": "z1", "alliance_id": "l1", "month": "2026-01", "unit": "医院"},
            {"turn_id": "z2", "alliance_id": "l1", "month": "2024-01", "unit": "学校"},
        ),
        "blacklist": table(
            "blacklist",
            {"entry_id": "b1", "company_id": "w2", "date": "2025-07-01", "reason": "擅自撤离"},
            {"entry_id": "b2", "company_id": "w1", "date": "2024-07-01", "lifted": "2025-07-01"},
        ),
        "mending_orders": table(
            "mending_orders",
            {"order_id": "o1", "compound_id": "k1", "date": "2026-01-01", "due": "2026-01-31"},
            {"order_id": "o2", "compound_id": "k1", "date": "2026-01-01", "due": "2026-01-31"}
            | {"done": "2026-01-20"},
        ),
    }


@pytest.fixture(scope="module")
def summary() -> Summary:
    """Summarise the town's records on 10 February 2026."""
    reached = {"c1": 1000.0, "c2": 500.0}
    return summarise_records(town(), standard=RULES, day=DAY, reached=reached)


def rows(summary: Summary, name: str, *columns: str) -> list[tuple[Any, ...]]:
    """Take some columns of a table."""
    section = summary.section(name)
    at = [list(section.headings).index(column) for column in columns]
    return [tuple(row[k] for k in at) for row in section.table("zh")[1]]


def test_centres_are_ranked_by_their_latest_rating(summary: Summary) -> None:
    """The mean of five marks; the change is from the rating before."""
    ranked = rows(summary, "centre_ranking", "rank", "centre_id", "score", "change")
    assert ranked == [(1, "c2", 96, None), (2, "c1", 95.5, 7.5)]


def test_grants_follow_from_stars(summary: Summary) -> None:
    """40,000 for five, 25,000 for four, 10,000 for three; what is on record is compared."""
    grants = rows(summary, "grants", "year", "due_yuan", "recorded_yuan", "difference_yuan")
    assert grants == [("2024", 25_000, 25_000, 0), ("2025", 50_000, 65_000, 15_000)]
    assert [RULES.grant_yuan(stars) for stars in (5, 4, 3, 2, 1)] == [40_000, 25_000, 10_000, 0, 0]


def test_funding_a_visit_and_activities_a_resident_reached(summary: Summary) -> None:
    """50,000 yuan for 500 visits is 100 each; two activities for 1,000 residents reached."""
    use = rows(
        summary, "centre_use", "centre_id", "visits", "yuan_per_visit", "activities_per_1000"
    )
    assert use == [("c1", 500, 100, 2), ("c2", 0, None, 0)]


def test_funding_records_stand_before_the_centres_own_figure() -> None:
    """Where there are records of funding, they are summed."""
    paid = [{"funding_id": f"f{n}", "centre_id": "c1", "date": "2025-01-01"} for n in (1, 2)]
    given = town() | {"fundings": table("fundings", *(one | {"amount_yuan": 500} for one in paid))}
    made = summarise_records(given, standard=RULES, day=DAY)
    assert rows(made, "centre_use", "funding_yuan", "yuan_per_visit")[0] == (1000, 2)


def test_compounds_are_ranked_within_the_latest_quarter(summary: Summary) -> None:
    """Quarters are read however they are written; the change is from the quarter before."""
    ranked = rows(summary, "compound_ranking", "quarter", "rank", "compound_id", "change")
    assert ranked == [("2025Q4", 1, "k1", 2), ("2025Q4", 2, "k2", -10)]
    assert rows(summary, "compound_ranking", "rewarded") == [("是",), ("是",)]


def test_the_first_six_are_rewarded_ties_and_all() -> None:
    """Six of eight; two that share the sixth place are both rewarded."""
    scores = [99, 98, 97, 96, 95, 94, 94, 90]
    given = {
        "compound_assessments": table(
            "compound_assessments",
            *(
                {"assessment_id": f"a{n}", "compound_id": f"k{n}", "quarter": "2025Q4", "score": s}
                for n, s in enumerate(scores)
            ),
        )
    }
    made = summarise_records(given, standard=RULES, day=DAY)
    assert [one for (one,) in rows(made, "compound_ranking", "rewarded")].count("是") == 7


def test_satisfaction_by_quarter_and_compound(summary: Summary) -> None:
    """Means of the quarter and their change; the compound that falls comes first."""
    means = rows(summary, "satisfaction", "quarter", "satisfaction_pct", "change")
    assert means == [("2025Q3", 85, None), ("2025Q4", 77, -8)]
    trends = rows(summary, "satisfaction_trends", "compound_id", "slope")
    assert trends == [("k2", -20), ("k1", 4)]


def test_the_blacklist_of_the_day(summary: Summary) -> None:
    """An entry stands from its day until it is lifted; what the company looks after is counted."""
    listed = rows(summary, "blacklist", "company_id", "date", "reason", "compounds")
    assert listed == [("w2", "2025-07-01", "擅自撤离", 1)]


def test_alliances_by_projects_meetings_and_turns(summary: Summary) -> None:
    """The year up to the day counts; a council's term is three years."""
    activity = rows(
        summary, "alliances", "projects", "done", "cost_yuan", "meetings", "turns", "term_end"
    )
    assert activity == [(2, 1, 9000, 1, 1, "2026-01-15")]


def test_what_is_overdue(summary: Summary) -> None:
    """Past on the day itself is not overdue; done orders are not; the oldest comes first."""
    late = rows(summary, "overdue", "what", "key", "due", "days")
    assert late == [
        ("业委会届满", "k1", "2025-12-31", 41),
        ("认领项目久未完成", "x2", "2026-01-01", 40),
        ("联盟理事会届满", "l1", "2026-01-15", 26),
        ("整改逾期", "o1", "2026-01-31", 10),
        ("2025Q4 未开联盟会议", "l1", "2025-12-31", 41),
    ]


def test_compounds_passed_over_in_the_last_quarter_are_overdue() -> None:
    """A compound assessed before and not in the last complete quarter is named."""
    made = summarise_records(town(), standard=RULES, day=dt.date(2026, 4, 1))
    named = [key for what, key in rows(made, "overdue", "what", "key") if "未考核" in what]
    assert named == ["k1", "k2"]


def test_what_is_not_linked(summary: Summary) -> None:
    """Links to nothing, empty links, and places without records are counted with examples."""
    found = set(rows(summary, "unlinked", "table", "what", "count", "examples"))
    assert ("认领项目", "在“党建联盟”中不存在", 1, "gone") in found
    assert ("小区", "未填写", 1, "k3") in found
    assert ("小区", "没有考核记录", 1, "k3") in found
    assert ("邻里中心", "没有活动记录", 1, "c2") in found


def test_values_against_the_rules(summary: Summary) -> None:
    """Cost beyond 1,000 to 5,000, a grant too high, stars of another rating, ages that lack one."""
    found = set(rows(summary, "checks", "key", "recorded", "expected"))
    expected = {("x2", "6000", "1000–5000"), ("r3", "25000", "10000")}
    assert found == expected | {("c2", "4", "3"), ("k3", "9", "10")}


def test_what_is_missing_is_said() -> None:
    """Without records there is nothing to rank, and each missing table is named."""
    made = summarise_records({}, standard=RULES, day=DAY)
    assert {one.name for one in made.sections} == {"overdue", "unlinked", "checks"}
    assert len(made.notes) == 8


@pytest.mark.parametrize(
    ("written", "quarter"),
    [("2025Q3", "2025Q3"), ("2025年3季度", "2025Q3"), ("2025-第三季度", "2025Q3"), ("Q3", "")],
)
def test_quarters_as_people_write_them(written: str, quarter: str) -> None:
    """The year and the quarter in any of the usual ways."""
    assert read_quarter(written) == quarter


def test_compounds_residents_are_spread_over_their_homes() -> None:
    """Of 90 in three homes, two within reach, 60 reach a centre; others count for nothing."""
    homes = gpd.GeoDataFrame(
        {"centre_id": ["c1", "c1", "c2", "c1"], "covered_15": [True, True, False, True]},
        geometry=[shapely.Point(x, 5) for x in (1, 5, 9, 50)],
        crs=4548,
    )
    compounds = gpd.GeoDataFrame(
        {"residents": pd.array([90, None], dtype="Int64")},
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(40, 0, 60, 10)],
        crs=4548,
    )
    assert spread_residents(homes, compounds, "covered_15") == {"c1": 60.0}
    assert spread_residents(homes, compounds.iloc[1:], "covered_15") == {}


def test_columns_line_up_under_chinese_headings(summary: Summary) -> None:
    """A Chinese letter is two wide; no line is longer for it."""
    lines = lay_out(summary.section("compound_ranking"), "zh", rows=1)
    assert len(lines) == 3
    assert "另有 1 行" in lines[-1]
    assert lines[0].index("得分") > 0
    assert lay_out(summary.section("checks"), "en", rows=9)[0].lstrip().startswith("Table")


def test_the_command_prints_and_writes_the_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tables on the screen, JSON for machines, every row in a workbook."""
    project = studies.create_project(tmp_path / "p")
    project.write({name: one for name, one in town().items() if not TABLES[name].shape})
    folder, out = str(project.folder), tmp_path / "汇总.xlsx"
    words = ["records", "summary", "-p", folder, "--date", "2026-02-10"]
    assert main([*words, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "【黑名单】" in printed
    assert "没有“小区”" in printed
    assert "黑名单" in openpyxl.load_workbook(out).sheetnames
    assert main([*words, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["date"] == "2026-02-10"
    assert {one["name"] for one in answer["sections"]} >= {"grants", "blacklist", "overdue"}
    with pytest.raises(UsageError, match="2026-03-01"):
        studies.study_records(project, day="昨天")
