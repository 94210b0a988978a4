"""The report on a city's coverage: who reaches a centre, who does not, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.report.content import Heading, Paragraph, Picture, Report, Table
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
    facts: Sequence[tuple[Text, Text]] = (),
) -> Report:
    """Put together the report on a city's coverage.

    Args:
        coverage: A result of kind "coverage".
        pictures: PNG files by name: "coverage" the map, and charts "share_by_age", "minutes",
            "lorenz", "stars"; those that are missing are left out.
        access: A result of kind "access" of the same city, for equality and room; None for none.
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
    results = (coverage,) if access is None else (coverage, access)
    title = Text("{city}邻里中心步行覆盖评估报告", "{city}: walks to neighbourhood centres")
    return Report(
        title.fill(city=coverage.subject),
        facts,
        number_headings([*blocks, *describe_limits(*results)]),
        coverage.stamp,
        coverage.provenance.invented,
        contents=True,
    )


def _conclude(coverage: Assessment, limits: Sequence[float]) -> Text:
    longest = limits[-1]
    total = find_value(coverage, "residents_total")
    covered = find_value(coverage, "residents_covered", limit=longest)
    share = find_value(coverage, "share_covered", limit=longest)
    if total is None or covered is None:
        return Text(
            "居民人数未知，无法评估覆盖率。", "Residents are unknown: no share can be given."
        )
    lead = Text(
        "{city}共有邻里中心 {centres} 处。{total} 名居民中，{covered} 人（{share}）可在 "
        "{longest:g} 分钟内步行到达最近的邻里中心，{rest} 人尚未覆盖。",
        "{city} has {centres} neighbourhood centres. Of {total} residents, {covered} ({share}) "
        "reach the nearest within {longest:g} minutes' walk; {rest} do not.",
    ).fill(
        city=coverage.subject,
        centres=say_count(find_value(coverage, "centres_total")),
        total=say_count(total),
        covered=say_count(covered),
        share=say_share(share),
        longest=longest,
        rest=say_count(total - covered),
    )
    walk = Text(
        "有路可达的居民步行时间中位数为 {median}，平均 {mean}。",
        "The median walk of those who have a way is {median}, the mean {mean}.",
    ).fill(
        median=say_minutes(find_value(coverage, "walk_s_median")),
        mean=say_minutes(find_value(coverage, "walk_s_mean")),
    )
    return join([lead, walk])


def _cover(
    coverage: Assessment, limits: Sequence[float], pictures: Mapping[str, bytes]
) -> list[Block]:
    groups = list_groups(coverage)
    rows = [
        [
            label,
            say_count(find_value(coverage, "residents_total", group=group)),
            *(_count_and_share(coverage, group, limit) for limit in limits),
        ]
        for group, label in groups
    ]
    heads = [
        Text("人群", "Group"),
        Text("人数", "People"),
        *(Text(f"{limit:g} 分钟内", f"Within {limit:g} min") for limit in limits),
    ]
    caption = Text("各年龄段居民的步行覆盖", "Coverage by age group")
    blocks: list[Block] = [
        Table(caption, heads, rows, numeric=frozenset(range(1, len(heads)))),
    ]
    for name, words in (
        ("coverage", Text("居民到最近邻里中心的步行时间", "Walks to the nearest centre")),
        ("share_by_age", Text("各年龄段覆盖率", "Share covered by age group")),
        ("minutes", Text("居民步行时间分布", "Residents by minutes of their walk")),
    ):
        if name in pictures:
            blocks.append(Picture(words, pictures[name]))
    return blocks


def _count_and_share(coverage: Assessment, group: str, limit: float) -> Text:
    count = say_count(find_value(coverage, "residents_covered", group=group, limit=limit))
    share = say_share(find_value(coverage, "share_covered", group=group, limit=limit))
    return Text("{count}（{share}）", "{count} ({share})").fill(count=count, share=share)


def _explain(coverage: Assessment, longest: float) -> list[Block]:
    rows = []
    for code, label in _REASONS.items():
        people = find_value(coverage, f"residents_{code}", limit=longest)
        if people is not None:
            rows.append([label, say_count(people)])
    if not rows:
        return [Paragraph(Text("全部居民均已覆盖，或人数未知。", "All are reached, or unknown."))]
    caption = Text(
        f"{longest:g} 分钟内未覆盖居民的原因", f"Why residents are not reached in {longest:g} min"
    )
    heads = [Text("原因", "Reason"), Text("人数", "People")]
    return [Table(caption, heads, rows, (3, 1), frozenset({1}))]


def _centres(
    coverage: Assessment, limits: Sequence[float], pictures: Mapping[str, bytes]
) -> list[Block]:
    centres = coverage.layers["centres"]
    column = f"residents_covered_{limits[-1]:g}"
    if column not in centres:
        return []
    ordered = centres.sort_values(column, ascending=False, kind="stable")
    rows = [
        [
            say(getattr(row, "name", None) or row.centre_id),
            _stars(getattr(row, "stars", None)),
            say_count(_number(getattr(row, "floor_area_m2", None))),
            say_count(_number(getattr(row, column))),
        ]
        for row in ordered.itertuples()
    ]
    heads = [
        Text("邻里中心", "Centre"),
        Text("星级", "Stars"),
        Text("建筑面积（m²）", "Floor area (m2)"),
        Text(f"最近且 {limits[-1]:g} 分钟内的居民", f"Nearest within {limits[-1]:g} min"),
    ]
    caption = Text("各邻里中心服务的居民", "Residents whom each centre serves")
    blocks: list[Block] = [Table(caption, heads, rows, (4, 1, 2, 2.4), frozenset({2, 3}))]
    if "stars" in pictures:
        words = Text("星级与服务居民", "Stars and residents served")
        blocks.insert(0, Picture(words, pictures["stars"]))
    return blocks


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
    gini = find_value(access, "gini_floor_area")
    words = Text(
        "居民人均可达建筑面积的基尼系数为 {gini}（0 为完全均等）。",
        "The Gini coefficient of the floor area that residents reach is {gini} (0 is even).",
    ).fill(gini=Text.same(f"{gini:.2f}") if gini is not None else say_count(None))
    blocks: list[Block] = [Paragraph(words)]
    if "lorenz" in pictures:
        caption = Text("可达建筑面积的洛伦兹曲线", "Lorenz curve of the floor area reached")
        blocks.append(Picture(caption, pictures["lorenz"], 0.625))
    return blocks
