"""The report on a city's coverage: who reaches a centre, who does not, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tongling_gis.assessment import Verdict
from tongling_gis.report.cells import is_known
from tongling_gis.report.content import Heading, Paragraph, Picture, Report, Table
from tongling_gis.report.counted import each_of, unit_of, who_of
from tongling_gis.report.phrases import (
    describe_limits,
    find_value,
    join,
    list_groups,
    number_headings,
    say,
    say_count,
    say_minutes,
    say_share,
)
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongling_gis.assessment import Assessment
    from tongling_gis.report.content import Block

_GAPS = 8
_BY_AGE = Text("各年龄段居民的步行覆盖", "Coverage by age group")
_BY_HOMES = Text(
    "居民人数未知，以下按居民点（建筑）计。", "Residents are unknown, so homes are counted. "
)
_REASONS = {
    "over_limit": Text("路程超过时限", "The walk is too long"),
    "behind_barrier": Text("被围墙阻隔", "A wall stands in the way"),
    "not_connected": Text("街道不连通", "Their street leads to no centre"),
    "snapped_too_far": Text("离街道太远", "They live too far from any street"),
}


def report_coverage(
    coverage: Assessment,
    *,
    pictures: Mapping[str, bytes],
    access: Assessment | None = None,
    satisfaction: Text | None = None,
    facts: Sequence[tuple[Text, Text]] = (),
) -> Report:
    """Put together the report on a city's coverage.

    Args:
        coverage: A result of kind "coverage".
        pictures: PNG files by name: "coverage" the map, and charts "share_by_age", "minutes",
            "lorenz", "stars", "satisfaction"; those that are missing are left out.
        access: A result of kind "access" of the same city, for equality and room; None for none.
        satisfaction: One sentence on residents' satisfaction, with the chart "satisfaction".
        facts: (label, value) rows below the title.
    """
    limits = sorted(
        {one.limit_minutes for one in coverage.indicators if one.limit_minutes is not None}
    )
    blocks: list[Block] = [
        Heading(Text("结论", "Findings")),
        Paragraph(_conclude(coverage, limits)),
        Heading(Text("覆盖情况", "Coverage")),
        *_cover(coverage, limits, pictures),
        Heading(Text("未覆盖居民及原因", "Who is not reached, and why")),
        *_explain(coverage, limits[-1]),
        Heading(Text("各邻里中心", "The centres")),
        *_centres(coverage, limits, pictures),
    ]
    if access is not None:
        blocks += [
            Heading(Text("公平与负荷", "Equality and load")),
            *_share_out(access, pictures),
        ]
    if satisfaction is not None:
        blocks += [
            Heading(Text("小区居民满意度", "Satisfaction in the compounds")),
            Paragraph(satisfaction),
        ]
        if "satisfaction" in pictures:
            caption = Text("各季度居民满意度", "Satisfaction by quarter")
            blocks.append(Picture(caption, pictures["satisfaction"]))
    results = (coverage,) if access is None else (coverage, access)
    title = Text("{city}邻里中心步行覆盖评估报告", "{city}: walks to neighbourhood centres")
    return Report(
        title.fill(city=coverage.subject),
        facts,
        number_headings([*blocks, *describe_limits(*results)]),
        coverage.stamp,
        coverage.provenance.invented,
    )


def _conclude(coverage: Assessment, limits: Sequence[float]) -> Text:
    """Say how many are reached, and how long they walk."""
    longest, unit = limits[-1], unit_of(coverage)
    total = find_value(coverage, f"{unit}_total")
    covered = find_value(coverage, f"{unit}_covered", limit=longest)
    if total is None or covered is None:
        return Text("人数未知，无法评估覆盖率。", "Nobody is counted: no share can be given.")
    lead = Text(
        "{city}共有邻里中心 {centres} 处{stand_in}。{unknown}{total} {each}{who}中，"
        "{covered} {each}（{share}）可在 {longest:g} 分钟内步行到达最近的邻里中心，"
        "{rest} {each}尚未覆盖。",
        "{city} has {centres} neighbourhood centres{stand_in}. {unknown}Of {total} {who}, "
        "{covered} ({share}) reach the nearest within {longest:g} minutes' walk; {rest} do not.",
    ).fill(
        city=coverage.subject,
        centres=say_count(find_value(coverage, "centres_total")),
        stand_in=_say_stand_in(coverage),
        unknown=Text("", "") if unit == "residents" else _BY_HOMES,
        each=Text("名", "") if unit == "residents" else Text("处", ""),
        who=who_of(coverage),
        total=say_count(total),
        covered=say_count(covered),
        share=say_share(find_value(coverage, "share_covered", limit=longest)),
        longest=longest,
        rest=say_count(total - covered),
    )
    walk = Text(
        "有路可达的{who}步行时间中位数为 {median}，平均 {mean}。",
        "The median walk of the {who} that have a way is {median}, the mean {mean}.",
    ).fill(
        who=who_of(coverage),
        median=say_minutes(find_value(coverage, "walk_s_median")),
        mean=say_minutes(find_value(coverage, "walk_s_mean")),
    )
    return join([lead, walk])


def _say_stand_in(coverage: Assessment) -> Text:
    """Say what stands in for centres, where something does."""
    kind = coverage.parameters.get("centres_from")
    if not kind:
        return Text("", "")
    return Text(f"（以 {kind} 的设施代替）", f" (amenities {kind} stand in for them)")


def _cover(
    coverage: Assessment, limits: Sequence[float], pictures: Mapping[str, bytes]
) -> list[Block]:
    groups = list_groups(coverage)
    rows = [
        [
            label,
            say_count(find_value(coverage, f"{unit_of(coverage)}_total", group=group)),
            *(_count_and_share(coverage, group, limit) for limit in limits),
        ]
        for group, label in groups
    ]
    heads = [
        Text("人群", "Group"),
        Text("总数", "In all"),
        *(Text(f"{limit:g} 分钟内", f"Within {limit:g} min") for limit in limits),
    ]
    caption = Text("步行覆盖", "Coverage") if len(groups) == 1 else _BY_AGE
    table = Table(caption, heads, rows, numeric=frozenset(range(1, len(heads))))
    blocks: list[Block] = []
    for name, words in (
        ("coverage", Text("居民到最近邻里中心的步行时间", "Walks to the nearest centre")),
        ("share_by_age", Text("各时限内的覆盖率", "Share covered")),
        ("minutes", Text("居民步行时间分布", "Residents by minutes of their walk")),
    ):
        if name in pictures:
            blocks.append(Picture(words, pictures[name]))
    return [*blocks[:1], table, *blocks[1:]]


def _count_and_share(coverage: Assessment, group: str, limit: float) -> Text:
    count = say_count(
        find_value(coverage, f"{unit_of(coverage)}_covered", group=group, limit=limit)
    )
    share = say_share(find_value(coverage, "share_covered", group=group, limit=limit))
    return Text("{count}（{share}）", "{count} ({share})").fill(count=count, share=share)


def _explain(coverage: Assessment, longest: float) -> list[Block]:
    rows = []
    for code, label in _REASONS.items():
        people = find_value(coverage, f"{unit_of(coverage)}_{code}", limit=longest)
        if people is not None:
            rows.append([label, say_count(people)])
    if not rows:
        return [Paragraph(Text("没有未覆盖的记录。", "Nobody is told to be left out."))]
    caption = Text(
        f"{longest:g} 分钟内未覆盖的原因", f"Why some are not reached in {longest:g} min"
    )
    heads = [
        Text("原因", "Reason"),
        Text("未覆盖的{who}", "Not reached ({who})").fill(who=who_of(coverage)),
    ]
    return [Table(caption, heads, rows, (3, 1), frozenset({1}))]


def _centres(
    coverage: Assessment, limits: Sequence[float], pictures: Mapping[str, bytes]
) -> list[Block]:
    centres = coverage.layers["centres"]
    column = f"residents_covered_{limits[-1]:g}"
    if column not in centres or not centres[column].notna().any():
        column = f"places_covered_{limits[-1]:g}"
    ordered = centres.sort_values(column, ascending=False, kind="stable")
    rows = [
        [
            _name(row),
            _stars(getattr(row, "stars", None)),
            say_count(_number(getattr(row, "floor_area_m2", None))),
            say_count(_number(getattr(row, column))),
        ]
        for row in ordered.itertuples()
    ]
    heads = [
        Text("邻里中心", "Centre"),
        Text("星级", "Stars"),
        Text("建筑面积（m²）", "Floor area (m²)"),
        Text("最近且 {limit:g} 分钟内的{who}", "Nearest within {limit:g} min ({who})").fill(
            limit=limits[-1], who=who_of(coverage)
        ),
    ]
    caption = Text("各邻里中心就近服务的{who}", "The {who} that each centre is nearest to")
    caption = caption.fill(who=who_of(coverage))
    blocks: list[Block] = [Table(caption, heads, rows, (4, 1, 2, 2.4), frozenset({2, 3}))]
    if "stars" in pictures and "stars" in centres and centres["stars"].notna().any():
        words = Text("星级与服务居民", "Stars and residents served")
        blocks.insert(0, Picture(words, pictures["stars"]))
    return blocks


def _name(row: Any) -> Text:  # noqa: ANN401 - a row
    name = getattr(row, "name", None)
    return say(name if is_known(name) else row.centre_id)


def _number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _stars(value: object) -> Text:
    stars = _number(value)
    unrated = stars is None or stars != stars  # noqa: PLR0124 - NaN
    return Text("未评", "none") if unrated else Text.same(f"{stars:.0f}")


def _share_out(access: Assessment, pictures: Mapping[str, bytes]) -> list[Block]:
    """Say how evenly floor area is shared, who has no second centre, and where the gaps are."""
    blocks: list[Block] = [Paragraph(_say_even(access)), Paragraph(_say_room(access))]
    if "lorenz" in pictures and find_value(access, "gini_floor_area") is not None:
        caption = Text("可达建筑面积的洛伦兹曲线", "Lorenz curve of the floor area reached")
        blocks.append(Picture(caption, pictures["lorenz"], 0.625))
    gaps = access.layers.get("gaps")
    if gaps is None or not len(gaps):
        return blocks
    lead = Text(
        "服务盲区共 {count} 片，其中{who} {people} {each}；最大的列于下表。",
        "There are {count} gaps with {people} {who}; the largest are listed.",
    ).fill(
        count=say_count(find_value(access, "gaps")),
        who=who_of(access),
        each=each_of(access),
        people=say_count(find_value(access, f"{unit_of(access)}_in_gaps")),
    )
    column = f"{unit_of(access)}_uncovered"
    largest = gaps.sort_values(column, ascending=False, kind="stable").head(_GAPS)
    rows = [
        [
            say(row["gap_id"]),
            say_count(_number(row["homes"])),
            say_count(_number(row[column])),
            Text.same(f"{float(row['area_m2']) / 1e4:,.1f}"),
        ]
        for row in largest.to_dict("records")
    ]
    heads = [
        Text("盲区", "Gap"),
        Text("居民点", "Homes"),
        Text("其中未覆盖的{who}", "Not reached ({who})").fill(who=who_of(access)),
        Text("面积（公顷）", "Area (ha)"),
    ]
    caption = Text("最大的服务盲区", "The largest gaps")
    table = Table(caption, heads, rows, (), frozenset({1, 2, 3}))
    return [*blocks, Paragraph(lead), table]


def _say_even(access: Assessment) -> Text:
    gini = find_value(access, "gini_floor_area")
    even = Text(
        "居民人均可达建筑面积的基尼系数为 {gini}（0 为完全均等）。",
        "The Gini coefficient of the floor area that residents reach is {gini} (0 is even). ",
    )
    if gini is None:
        even = Text(
            "人数或中心建筑面积未知，不能计算基尼系数。",
            "Residents or floor areas are unknown, so there is no Gini coefficient. ",
        )
    words = Text(
        "{even}{share} 的{who}在时限内有两个及以上的邻里中心可选；步行最久的 {people} {each}{who}，"
        "到最近的中心都要 {walk} 分钟以上。",
        "{even}{share} of the {who} have two centres or more within the limit; the {people} worst "
        "served walk {walk} minutes or more to the nearest.",
    )
    walk = find_value(access, "walk_min_worst_served")
    return words.fill(
        even=even.fill(gini=f"{gini or 0.0:.2f}"),
        who=who_of(access),
        each=Text("名", "") if unit_of(access) == "residents" else Text("处", ""),
        share=say_share(_any_limit(access, "share_with_backup")),
        people=say_count(find_value(access, f"{unit_of(access)}_worst_served")),
        walk=Text.same(f"{walk:.1f}") if walk is not None else say_count(None),
    )


def _any_limit(result: Assessment, name: str) -> float | None:
    """Find the value of an indicator that is given for one limit alone."""
    for one in result.indicators:
        if one.name == name and not one.group:
            return None if one.value is None else float(one.value)
    return None


def _say_room(access: Assessment) -> Text:
    """Say how many centres have the floor area that is asked of them."""
    counts = Counter(one.verdict for one in access.findings if one.rule == "FAC-01")
    each = find_value(access, "m2_per_100_households")
    if each is None:
        return Text(
            "户数或中心建筑面积未知，不能按每百户面积（FAC-01）衡量。",
            "Households or floor areas are unknown, so FAC-01 cannot be held against centres.",
        )
    limit = next((one.limit for one in access.findings if one.rule == "FAC-01"), None)
    return Text(
        "全市每百户有邻里中心建筑面积 {each} 平方米。按每百户不少于 {limit} 平方米（FAC-01）"
        "衡量，{kept} 个中心符合，{missed} 个不符合，{unknown} 个无法判定。",
        "The city has {each} m² of centres for every hundred households. Against at least {limit} "
        "m² (FAC-01), {kept} centres keep it, {missed} miss it, {unknown} cannot be told.",
    ).fill(
        each=f"{each:.1f}",
        limit=Text.same(f"{limit:g}") if limit is not None else say_count(None),
        kept=counts[Verdict.PASS],
        missed=counts[Verdict.FAIL],
        unknown=counts[Verdict.UNKNOWN],
    )
