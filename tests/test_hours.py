"""When a centre is open: texts, China's holidays and make-up days, moments and the promise."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongling_gis import hours
from tongling_gis.assessment import Verdict
from tongling_gis.errors import UsageError
from tongling_gis.hours import describe_conflicts, open_minutes, read_hours, read_place_hours
from tongling_gis.hours.calendar import make_up_days
from tongling_gis.hours.opening import day_spans, explain_unknown

SPLIT = "Mo-Fr 08:30-17:30; Sa,Su,PH 09:00-21:00"


def open_at(written: str, when: str) -> bool | None:
    """Ask whether hours as written are open at an ISO date and time."""
    return hours.is_open(hours.read_hours(written), datetime.fromisoformat(when))


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-10-01", "holiday"),  # a Thursday
        ("2026-10-03", "holiday"),  # a Saturday within the week off
        ("2026-10-07", "holiday"),
        ("2026-10-08", "working"),
        ("2026-10-10", "make_up"),  # the Saturday worked for it
        ("2026-09-20", "make_up"),  # the Sunday worked for it
        ("2026-02-14", "make_up"),
        ("2026-02-17", "holiday"),  # the first day of the lunar year
        ("2026-02-23", "holiday"),
        ("2026-02-28", "make_up"),
        ("2026-03-07", "weekend"),
        ("2126-10-01", "unknown"),
    ],
)
def test_days_are_as_the_state_council_arranged_them(day: str, kind: str) -> None:
    """Days off, days worked for them, and years not yet announced are told apart."""
    assert hours.kind_of(date.fromisoformat(day)) == kind


def test_the_week_of_national_day_follows_the_rule_for_holidays() -> None:
    """From 1 to 7 October 2026 PH holds, on weekdays and weekend alike; on the 8th no more."""
    for day in range(1, 8):
        assert open_at(SPLIT, f"2026-10-{day:02d} 19:30") is True
        assert open_at("Mo-Su 08:00-20:00; PH off", f"2026-10-{day:02d} 10:00") is False
    assert open_at(SPLIT, "2026-10-08 19:30") is False
    assert open_at("Mo-Su 08:00-20:00; PH off", "2026-10-08 10:00") is True


def test_spring_festival_is_a_holiday_of_nine_days() -> None:
    """15 to 23 February 2026 are off; the Saturdays either side are worked."""
    shut = "Mo-Su 08:00-20:00; PH off"
    days = [date(2026, 2, 13) + timedelta(days=ahead) for ahead in range(16)]
    assert [day.day for day in days if not open_at(shut, f"{day} 10:00")] == list(range(15, 24))


def test_a_saturday_or_sunday_worked_counts_as_a_weekday() -> None:
    """On make-up days the hours of Monday to Friday hold, not those of the weekend."""
    for day in ("2026-10-10", "2026-09-20"):
        assert open_at(SPLIT, f"{day} 08:45") is True
        assert open_at(SPLIT, f"{day} 19:30") is False
        assert open_at("Sa,Su 09:00-21:00", f"{day} 10:00") is False
    assert open_at(SPLIT, "2026-03-07 08:45") is False


def test_weekdays_that_differ_leave_a_make_up_day_unknown() -> None:
    """Nothing says which weekday a worked Sunday stands for."""
    written = "Mo-Th 09:00-17:00; Fr 09:00-12:00"
    assert open_at(written, "2026-09-20 10:00") is True
    assert open_at(written, "2026-09-20 15:00") is None
    assert open_at(written, "2026-09-20 18:00") is False


def test_hours_silent_on_holidays_are_unknown_on_holidays() -> None:
    """Unless every weekday has the same answer, as "Mo-Su" has."""
    assert open_at("Mo-Fr 09:00-17:00", "2026-10-01 10:00") is None
    assert open_at("Mo-Fr 09:00-17:00", "2026-10-01 20:00") is False
    assert open_at("Mo-Su 09:00-17:00", "2026-10-01 10:00") is True
    assert open_at("24/7", "2026-10-01 10:00") is True
    assert open_at("Mo-Fr 08:00-20:00; Sa,Su 09:00-18:00", "2026-10-01 10:00") is None


def test_beyond_the_known_years_only_the_certain_is_known() -> None:
    """A weekday of a year not announced may turn out to be a holiday."""
    assert open_at(SPLIT, "2126-03-05 10:00") is True  # open whichever kind of day it is
    assert open_at(SPLIT, "2126-03-05 19:30") is None
    assert open_at("24/7", "2126-03-05 10:00") is True
    why = explain_unknown(hours.read_hours(SPLIT), date(2126, 3, 5))
    assert "2126" in why.zh
    assert "2126" in why.en


def test_a_weekday_rule_after_that_of_holidays_is_read_both_ways() -> None:
    """In OSM syntax the later rule wins, which "PH off; Mo-Fr ..." hardly means."""
    assert open_at("PH off; Mo-Su 08:00-20:00", "2026-10-01 10:00") is None
    assert open_at("PH off; Mo-Su 08:00-20:00", "2026-10-01 21:00") is False
    assert open_at("Mo-Su,PH 08:00-20:00; 2026 Oct 01 off", "2026-10-01 10:00") is False


def test_hours_past_midnight_belong_to_the_day_they_began() -> None:
    """The night after the last holiday's evening is open, the next one is not."""
    assert open_at("PH 18:00-26:00", "2026-10-08 01:00") is True
    assert open_at("PH 18:00-26:00", "2026-10-09 01:00") is False
    assert open_at("Mo-Fr 18:00-02:00; PH off", "2026-10-01 01:00") is None


def test_conditions_and_open_ends_are_unknown() -> None:
    """A comment, "unknown", an open end and school holidays never count as open."""
    for written in ('Mo-Su 09:00-17:00 "by appointment"', "09:00-17:00 unknown", "09:00+"):
        assert open_at(written, "2026-03-03 10:00") is None
    assert open_at("Mo-Su 09:00-17:00; SH off", "2026-03-03 10:00") is None
    assert open_at("Mo-Su 09:00-17:00; SH off", "2026-03-03 20:00") is False
    assert open_at("Mo[1] 09:00-12:00; PH off", "2026-10-05 10:00") is None


@pytest.mark.parametrize(
    ("written", "osm"),
    [
        ("Mo-Fr 8:30-17:30", "Mo-Fr 08:30-17:30"),
        ("Mo - Fr 9:00 – 17:00", "Mo-Fr 09:00-17:00"),
        ("Monday-Friday: 9:00-17:00; Sat, Sun 10:00-16:00", "Mo-Fr 09:00-17:00; Sa,Su 10:00-16:00"),
        ("Mo, We 9:00-11:00", "Mo,We 09:00-11:00"),
        ("周一至周五 8:30-17:30，周末及节假日 9:00-21:00", SPLIT),
        ("每天8:00-21:00", "Mo-Su,PH 08:00-21:00"),
        ("24小时", "24/7"),
        ("全年无休，早8点至晚8点", "Mo-Su,PH 08:00-20:00"),
        ("上午8：30—11：30，下午2：00—5：30", "Mo-Su,PH 08:30-11:30,14:00-17:30"),
        ("周二至周日 9:00-17:00（周一闭馆）", "Tu-Su 09:00-17:00; Mo closed"),
        ("除周一外每天9:00-17:00", "Mo-Su,PH 09:00-17:00; Mo closed"),
        ("周一至周五8:30-17:30（法定节假日除外）", "Mo-Fr 08:30-17:30; PH closed"),
        ("8:00-20:00（周一至周日）", "Mo-Su 08:00-20:00"),
        ("周一至周六8点-18点，周日9点半-17点", "Mo-Sa 08:00-18:00; Su 09:30-17:00"),
        ("星期一、三、五 9:00-11:30", "Mo,We,Fr 09:00-11:30"),
        (
            "工作日8:30-17:30，周末9:00-17:00",
            "Mo-Fr 08:30-17:30; Sa,Su 09:00-17:00; PH 09:00-17:00 unknown",
        ),
        (
            "周一至周五 8:30-17:30，节假日 9:00-21:00",  # whose "节假日" may mean weekends too
            "Mo-Fr 08:30-17:30; Sa,Su 09:00-21:00 unknown; PH 09:00-21:00",
        ),
    ],
)
def test_hours_as_planners_write_them(written: str, osm: str) -> None:
    """Plain Chinese and sloppy English become OSM syntax."""
    assert hours.read_hours(written).osm == osm


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("夏季8:00-20:00，冬季8:00-18:00", "夏季"),
        ("以门口通知为准", "以门口通知为准"),
        ("周一至周五", "周一至周五"),
        ("每天 18:00-次日2:00", "次日"),
        ("上午9:00-5:00", "9:00-5:00"),
        ("8:30-17:30 周一至周五，周末 9:00-17:00", "08:30-17:30"),
        ("soon", "soon"),
        ("", "没有填写"),
    ],
)
def test_what_is_not_clear_stays_unknown_and_says_why(written: str, named: str) -> None:
    """Nothing is guessed: the reason names the words that could not be read."""
    read = hours.read_hours(written)
    assert not read.known
    assert read.reason is not None
    assert named in read.reason.zh
    assert hours.is_open(read, hours.read_moment("周二 10:00")) is None


def test_missing_cells_of_a_table_are_unknown() -> None:
    """None and NaN are no hours."""
    for cell in (None, float("nan")):
        assert not hours.read_hours(cell).known


def test_an_end_before_the_beginning_is_doubted() -> None:
    """A night of 21 hours is a slip of the pen, but a bar may close at two."""
    assert not hours.read_hours("8:00-5:00").known
    assert hours.read_hours("18:00-02:00").known


@pytest.mark.parametrize(
    ("asked", "when"),
    [
        ("周二 19:30", "2026-03-03 19:30"),
        ("Tuesday 7:30 pm", "2026-03-03 19:30"),
        ("星期日晚上7点半", "2026-03-08 19:30"),
        ("weekday 10:00", "2026-03-03 10:00"),
        ("周末 10:00", "2026-03-07 10:00"),
        ("National Day 10:00", "2026-10-01 10:00"),
        ("国庆 10:00", "2026-10-01 10:00"),
        ("国庆节上午10点", "2026-10-01 10:00"),
        ("春节 9：00", "2026-02-15 09:00"),
        ("调休上班日 9:00", "2026-01-04 09:00"),
        ("2026-10-01T10:00", "2026-10-01 10:00"),
        ("2026年10月1日 10:00", "2026-10-01 10:00"),
    ],
)
def test_moments_stand_for_one_date(asked: str, when: str) -> None:
    """The same words always mean the same date, which the label says."""
    moment = hours.read_moment(asked)
    assert moment.when == datetime.fromisoformat(when)
    assert when[:10] in moment.label.zh
    assert when[11:] in moment.label.en


@pytest.mark.parametrize(
    "asked", ["", "周二", "19:30", "Someday 10:00", "周二 25:00", "2026-02-30 9:00"]
)
def test_a_moment_that_means_nothing_shows_how_to_write_one(asked: str) -> None:
    """The error gives three examples."""
    with pytest.raises(UsageError, match="National Day 10:00"):
        hours.read_moment(asked)


def test_a_typical_week_has_no_holiday_and_no_day_made_up() -> None:
    """The week after National Day begins after the Saturday worked."""
    assert hours.typical_week(date(2026, 9, 28))[0] == date(2026, 10, 12)


def verdicts(written: str) -> tuple[Verdict, Verdict]:
    """Check the promise for hours as written."""
    evening, holiday = hours.check_promise(hours.read_hours(written))
    assert (evening.rule, holiday.rule) == ("HRS-01", "HRS-02")
    return evening.verdict, holiday.verdict


@pytest.mark.parametrize(
    ("written", "evening", "holiday"),
    [
        ("每天8:00-21:00", Verdict.PASS, Verdict.PASS),
        (SPLIT, Verdict.FAIL, Verdict.PASS),
        ("Mo-Fr 08:30-20:00; PH off", Verdict.PASS, Verdict.FAIL),
        ("Mo-Fr 08:30-19:00", Verdict.PASS, Verdict.UNKNOWN),
        ("Mo-Fr 08:30-18:59", Verdict.FAIL, Verdict.UNKNOWN),
        ("Mo-Su 08:30-20:00; We off", Verdict.FAIL, Verdict.UNKNOWN),
        ("Mo-Su,PH 08:30-20:00; Feb 17 off", Verdict.PASS, Verdict.FAIL),
        ("以通知为准", Verdict.UNKNOWN, Verdict.UNKNOWN),
        ("", Verdict.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_the_promise_is_checked_per_centre(
    written: str, evening: Verdict, holiday: Verdict
) -> None:
    """Evenings and holidays pass, fail or stay unknown; unknown never passes."""
    assert verdicts(written) == (evening, holiday)


def test_findings_name_the_days_and_the_minutes() -> None:
    """A failed evening says how many minutes were open, and when."""
    evening, _ = hours.check_promise(hours.read_hours("Mo-Fr 08:30-18:30; PH off"))
    assert (evening.measured, evening.limit, evening.unit) == (30, 60, "min")
    assert "周一" in evening.reason.zh
    assert evening.clause


def test_the_week_as_a_table_of_shares() -> None:
    """An hour half open counts half; unknown hours are NaN; places are averaged."""
    table = hours.open_share_by_hour(hours.read_hours("Mo-Fr 08:30-17:00"))
    assert list(table.index) == ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "PH"]
    assert table.shape == (8, 24)
    assert table.loc["Mo", 8] == 0.5
    assert table.loc["Sa", 10] == 0
    assert np.isnan(table.loc["PH", 10])
    assert table.loc["PH", 20] == 0
    both = hours.open_share_by_hour([hours.read_hours("24/7"), hours.read_hours("Mo 08:00-09:00")])
    assert (both.loc["Mo", 8], both.loc["Tu", 8]) == (1, 0.5)
    assert hours.open_share_by_hour([]).isna().all(axis=None)


days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
clocks = st.integers(0, 23 * 60).flatmap(
    lambda start: st.tuples(st.just(start), st.integers(start + 1, 24 * 60))
)


def clock(minutes: int) -> str:
    """Write minutes after midnight."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@given(days, clocks, clocks, st.integers(0, 24 * 60 - 1))
def test_every_day_follows_the_rule_of_its_kind(
    day: date, week: tuple[int, int], rest: tuple[int, int], minute: int
) -> None:
    """Working and make-up days take the first rule, weekends and holidays the second."""
    written = "Mo-Fr {}-{}; Sa,Su,PH {}-{}".format(*map(clock, (*week, *rest)))
    worked = hours.kind_of(day) in {"working", "make_up"}
    start, end = week if worked else rest
    assert open_at(written, f"{day} {clock(minute)}") is (start <= minute < end)


@given(days, st.sampled_from([SPLIT, "24/7", "Mo-Fr 09:00-17:00", "Mo-Su 18:00-02:00; PH off"]))
def test_the_spans_of_a_day_fill_it(day: date, written: str) -> None:
    """Spans run from midnight to midnight without gap or overlap."""
    spans = day_spans(hours.read_hours(written), day)
    assert (spans[0][0], spans[-1][1]) == (0, 24 * 60)
    assert all(one[1] == two[0] for one, two in pairwise(spans))


def test_days_made_up_are_weekends() -> None:
    """Every make-up day of 2026 would otherwise have been off."""
    assert [str(day)[5:] for day in make_up_days(2026)] == [
        "01-04", "02-14", "02-28", "05-09", "09-20", "10-10",
    ]  # fmt: skip


WEEK = {"hours_weekday": "8:30-12:00，14:00-17:30", "hours_evening": "18:30-21:00"}
MONDAY, SATURDAY, FIRST_OCTOBER = date(2026, 3, 2), date(2026, 3, 7), date(2026, 10, 1)


def test_four_columns_stand_in_for_opening_hours() -> None:
    """Weekday, evening, weekend and holiday columns say the week; an empty one stays unknown."""
    whole = read_place_hours(WEEK | {"hours_weekend": "9:00-17:00", "hours_holiday": "不开放"})
    assert (whole.reason, whole.conflicts) == (None, ())
    assert open_minutes(whole, MONDAY, 0, 1440) == (210 + 210 + 150, 210 + 210 + 150)
    assert open_minutes(whole, SATURDAY, 0, 1440) == (480, 480)
    assert open_minutes(whole, FIRST_OCTOBER, 0, 1440) == (0, 0)
    part = read_place_hours({"hours_weekday": "8:30-17:30", "hours_weekend": "以通知为准"})
    assert open_minutes(part, MONDAY, 0, 1080) == (540, 540)
    assert open_minutes(part, MONDAY, 1080, 1440) == (0, 360)
    assert open_minutes(part, SATURDAY, 0, 1440) == (0, 1440)
    assert part.reason is not None
    assert "“晚间”没有填写" in part.reason.zh
    assert "以通知为准" in part.reason.zh
    late = read_place_hours({"hours_weekday": "8:30-21:00"})
    assert open_minutes(late, MONDAY, 1080, 1440) == (180, 180)
    assert read_place_hours({}) == read_place_hours({"hours_weekday": " "}) == read_hours("")


def test_hours_that_contradict_themselves_are_said() -> None:
    """opening_hours counts before the columns; columns that disagree leave the evening unknown."""
    said = read_place_hours(WEEK | {"opening_hours": "Mo-Su 08:30-17:30"})
    assert said.osm == "Mo-Su 08:30-17:30"
    assert "“工作日”、“晚间”" in said.conflicts[0].zh
    same = read_place_hours(WEEK | {"opening_hours": "Mo-Fr 08:30-12:00,14:00-17:30,18:30-21:00"})
    assert not same.conflicts
    odd = read_place_hours({"hours_weekday": "8:30-21:00", "hours_evening": "不开放"})
    assert odd.conflicts
    assert open_minutes(odd, MONDAY, 1080, 1440) == (0, 360)
    (line,) = describe_conflicts([("铜官", odd), ("长江", same)])
    assert line.zh.startswith("铜官：")
