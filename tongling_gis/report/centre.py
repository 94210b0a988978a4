"""The sheet of one neighbourhood centre: what it is, when it is open, whom it serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tongling_gis.assessment import Verdict
from tongling_gis.report.cells import (
    is_known,
    list_facts,
    tabulate,
    tabulate_facts,
    write_number,
)
from tongling_gis.report.content import Heading, Paragraph, Picture, Report, Table
from tongling_gis.report.phrases import describe_limits, join, number_headings, say_count, say_share
from tongling_gis.schema import STAR_DIMENSIONS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from tongling_gis.assessment import Assessment, Finding
    from tongling_gis.report.content import Block

_FACTS = (
    *("centre_id", "address", "community", "origin", "floor_area_m2", "rooms", "stars"),
    *("operator", "self_managed", "project_funding_yuan", "phone", "features"),
)
_HOURS = ("opening_hours", "hours_weekday", "hours_evening", "hours_weekend", "hours_holiday")
_SHOWN_ACTIVITIES = 10
_VERDICTS = {
    Verdict.PASS: Text("符合", "kept"),
    Verdict.FAIL: Text("不符合", "missed"),
    Verdict.UNKNOWN: Text("无法判定", "cannot be told"),
    Verdict.NOT_APPLICABLE: Text("不适用", "does not apply"),
}


@dataclass(frozen=True, eq=False)
class CentreRecords:
    """What a project's records say of one centre.

    Attributes:
        centre: Its row of the layer of centres, by column.
        tables: Its rows of "star_ratings", "fundings", "centre_rooms" and "activities".
        grants_yuan: The grant that follows from each number of stars.
        promises: What the rules on hours say of it.
        week: (day, when it is open) of a week and a public holiday.
    """

    centre: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    grants_yuan: Mapping[int, float]
    promises: Sequence[Finding] = ()
    week: Sequence[tuple[Text, Text]] = ()


def report_centre(
    records: CentreRecords,
    coverage: Assessment,
    access: Assessment,
    *,
    pictures: Mapping[str, bytes],
    facts: Sequence[tuple[Text, Text]] = (),
) -> Report:
    """Put together a centre's sheet.

    Args:
        records: What is on record of it.
        coverage: A result of kind "coverage" of its city.
        access: A result of kind "access" of its city.
        pictures: PNG files by name: "isochrones" the map; left out where missing.
        facts: (label, value) rows below the title.
    """
    row = dict(records.centre)
    name = str(row["name"]) if is_known(row.get("name")) else str(row["centre_id"])
    known = list_facts(row, "centres", _FACTS)
    blocks: list[Block] = [
        Heading(Text("基本情况", "What it is")),
        tabulate_facts(Text("基本情况", "What is on record"), known),
        Heading(Text("服务范围与居民", "Whom it serves")),
        *_serve(str(row["centre_id"]), coverage, access, pictures),
        Heading(Text("开放时间", "Hours")),
        *_open(row, records),
        Heading(Text("星级评定与奖补", "Stars and grants")),
        *_rate(records),
        Heading(Text("活动与经费", "Activities and funding")),
        *_use(records.tables),
    ]
    title = Text("{name}情况表", "{name}: fact sheet")
    return Report(
        title.fill(name=name),
        facts,
        number_headings([*blocks, *describe_limits(coverage, access)]),
        coverage.stamp,
        coverage.provenance.invented,
    )


def _row_of(result: Assessment, centre_id: str) -> dict[str, Any]:
    centres = result.layers["centres"]
    found = centres[centres["centre_id"].astype(str) == centre_id]
    return {} if found.empty else dict(found.iloc[0])


def _number(row: Mapping[str, Any], name: str) -> float | None:
    return float(row[name]) if is_known(row.get(name)) else None


def _serve(
    centre_id: str, coverage: Assessment, access: Assessment, pictures: Mapping[str, bytes]
) -> list[Block]:
    """Say who has it as the nearest, who reaches it at all, and whether its room suffices."""
    reached, shared = _row_of(coverage, centre_id), _row_of(access, centre_id)
    limits = sorted(
        float(name.removeprefix("residents_covered_"))
        for name in reached
        if name.startswith("residents_covered_")
    )
    blocks: list[Block] = [Paragraph(_say_served(reached, shared, limits))]
    if limits:
        rows = [
            [
                Text(f"{limit:g} 分钟内", f"Within {limit:g} min"),
                say_count(_number(reached, f"residents_covered_{limit:g}")),
            ]
            for limit in limits
        ]
        heads = [Text("步行时间", "Walk"), Text("以本中心为最近中心的居民", "Nearest to it")]
        caption = Text("就近服务的居民", "Residents who have it as the nearest")
        blocks.append(Table(caption, heads, rows, (), frozenset({1})))
    blocks += [Paragraph(_say_room(one, shared)) for one in _floor_findings(access, shared)]
    if "isochrones" in pictures:
        caption = Text("步行可达范围（等时圈）", "Area within a walk of it")
        blocks.append(Picture(caption, pictures["isochrones"]))
    return blocks


def _say_served(
    reached: Mapping[str, Any], shared: Mapping[str, Any], limits: Sequence[float]
) -> Text:
    if not reached:
        return Text("本中心未计入步行覆盖结果。", "The result on coverage does not hold it.")
    nearest = Text(
        "以本中心为最近中心的居民共 {nearest} 人",
        "It is the nearest centre of {nearest} residents",
    ).fill(nearest=say_count(_number(reached, "residents_nearest")))
    if limits:
        nearest = Text(
            "{lead}，其中 {covered} 人可在 {limit:g} 分钟内步行到达",
            "{lead}, of whom {covered} walk there within {limit:g} minutes",
        ).fill(
            lead=nearest,
            covered=say_count(_number(reached, f"residents_covered_{limits[-1]:g}")),
            limit=limits[-1],
        )
    said = [Text("{lead}。", "{lead}.").fill(lead=nearest)]
    if shared:
        words = Text(
            "不论是否最近，时限内能到本中心的居民共 {within} 人，其中 {share} 还有别的中心可选。",
            "In all {within} residents reach it within the limit, {share} of whom have another "
            "centre to choose.",
        )
        said.append(
            words.fill(
                within=say_count(_number(shared, "residents_within")),
                share=say_share(_number(shared, "share_shared")),
            )
        )
    return join(said)


def _floor_findings(access: Assessment, shared: Mapping[str, Any]) -> list[Finding]:
    where = shared.get("geometry")
    return [
        one
        for one in access.findings
        if one.rule == "FAC-01"
        and where is not None
        and one.where is not None
        and one.where.equals(where)
    ]


def _say_room(one: Finding, shared: Mapping[str, Any]) -> Text:
    if one.measured is None:
        return Text(
            "建筑面积：{why}，不能按每百户面积（FAC-01）衡量。",
            "Floor area: {why}, so FAC-01 cannot be held against it.",
        ).fill(why=one.reason)
    return Text(
        "建筑面积：服务居民约 {households} 户，每百户 {measured} 平方米，标准为不少于 {limit} "
        "平方米（FAC-01），{verdict}。",
        "Floor area: about {households} households, {measured} m² for every hundred, against at "
        "least {limit} m² (FAC-01): {verdict}.",
    ).fill(
        households=say_count(_number(shared, "households")),
        measured=write_number(one.measured),
        limit=write_number(one.limit),
        verdict=_VERDICTS[one.verdict],
    )


def _open(row: Mapping[str, Any], records: CentreRecords) -> list[Block]:
    """Give its hours as they are on record, and what the rules on hours say of them."""
    written = list_facts(dict(row), "centres", _HOURS)
    blocks: list[Block] = []
    if written:
        said = Text("；".join(v.zh for _, v in written), "; ".join(v.en for _, v in written))
        lead = Text("登记的开放时间为：{said}。", "Hours on record: {said}.").fill(said=said)
        heads = [Text("日子", "Day"), Text("开放时间", "Open")]
        caption = Text("一周和法定节假日的开放时间", "A week, and public holidays")
        week = [[day, hours] for day, hours in records.week]
        blocks += [Paragraph(lead), Table(caption, heads, week, (1, 3))]
    else:
        blocks.append(Paragraph(Text("没有登记开放时间。", "No hours are on record.")))
    blocks += [
        Paragraph(
            Text("{title}：{reason}，{verdict}。", "{title}: {reason}; {verdict}.").fill(
                title=one.title or Text.same(one.rule),
                reason=one.reason,
                verdict=_VERDICTS[one.verdict],
            )
        )
        for one in records.promises
    ]
    return blocks


def _rate(records: CentreRecords) -> list[Block]:
    ratings = records.tables.get("star_ratings")
    if ratings is None or not len(ratings):
        return [Paragraph(Text("没有星级评定记录。", "No rating is on record."))]
    ordered = ratings.sort_values("date", ascending=False, kind="stable")
    latest = ordered.iloc[0]
    stars = int(latest["stars"]) if is_known(latest["stars"]) else 0
    due = records.grants_yuan.get(stars, 0.0)
    words = Text(
        "最近一次评定（{date}）为{stars}，按标准应奖补 {due} 元，已登记奖补 {granted} 元。",
        "The latest rating ({date}) gave {stars}: a grant of {due} yuan is due, {granted} yuan "
        "are on record.",
    ).fill(
        date=latest["date"],
        stars=Text(f" {stars} 星", f"{stars} stars") if stars else Text("未定级", "no stars"),
        due=write_number(due),
        granted=write_number(float(latest["grant_yuan"]))
        if is_known(latest["grant_yuan"])
        else Text("未知", "unknown"),
    )
    names = ("date", *STAR_DIMENSIONS, "stars", "grant_yuan")
    caption = Text("历次星级评定", "Ratings")
    widths = (1.3, *(1.3 for _ in STAR_DIMENSIONS), 0.8, 1.2)
    return [
        Paragraph(words),
        tabulate(ordered, "star_ratings", names, caption=caption, widths=widths),
    ]


def _use(tables: Mapping[str, pd.DataFrame]) -> list[Block]:
    blocks = [*_list_activities(tables.get("activities"))]
    for name, names, caption in (
        (
            "fundings",
            ("date", "source", "purpose", "amount_yuan", "spent_yuan"),
            Text("经费记录", "Funding"),
        ),
        ("centre_rooms", ("name", "use", "area_m2", "seats"), Text("功能室", "Rooms")),
    ):
        rows = tables.get(name)
        if rows is not None and len(rows):
            blocks.append(tabulate(rows, name, names, caption=caption))
    return blocks


def _each_row(rows: pd.DataFrame) -> list[Any]:
    return list(rows.itertuples())


def _list_activities(activities: pd.DataFrame | None) -> list[Block]:
    """Count activities by kind, and list the latest."""
    if activities is None or not len(activities):
        return [Paragraph(Text("没有活动记录。", "No activity is on record."))]
    days = activities["date"].astype(str)
    visits = float(activities["attendance"].astype("float64").sum())
    words = Text(
        "{first} 至 {last} 共登记活动 {count} 场，参与 {visits} 人次。",
        "{count} activities with {visits} visits are on record from {first} to {last}.",
    ).fill(
        first=days.min(),
        last=days.max(),
        count=say_count(float(len(activities))),
        visits=say_count(visits),
    )
    kinds = activities.assign(kind=activities["kind"].fillna("—"))
    counted = kinds.groupby("kind").agg(held=("activity_id", "size"), visits=("attendance", "sum"))
    counted = counted.sort_values(["held", "visits"], ascending=False, kind="stable")
    rows = [
        [Text.same(str(kind)), say_count(float(row.held)), say_count(float(row.visits))]
        for kind, row in zip(counted.index, _each_row(counted), strict=True)
    ]
    heads = [Text("活动类型", "Kind"), Text("场次", "Held"), Text("参与人次", "Visits")]
    latest = activities.sort_values("date", ascending=False, kind="stable").head(_SHOWN_ACTIVITIES)
    names = ("date", "kind", "audience", "attendance")
    return [
        Paragraph(words),
        Table(Text("活动类型", "Activities by kind"), heads, rows, (2, 1, 1), frozenset({1, 2})),
        tabulate(latest, "activities", names, caption=Text("最近的活动", "The latest activities")),
    ]
