"""The report on where new centres do most good: the answer, what it rests on, and its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.report.cells import is_known, write_number
from tongling_gis.report.content import Bullets, Heading, Paragraph, Picture, Report, Table
from tongling_gis.report.counted import each_of, unit_of, who_of
from tongling_gis.report.phrases import (
    describe_limits,
    join,
    list_groups,
    number_headings,
    say_count,
    say_minutes,
    say_share,
)
from tongling_gis.report.site_numbers import minutes_of, name_site, say_10k_yuan, value_of
from tongling_gis.report.site_readings import draw_curve, try_answer, weigh_up
from tongling_gis.siting.geography.question import PROBLEMS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongling_gis.assessment import Assessment
    from tongling_gis.report.content import Block

_STATUS = {
    "optimal": Text("已证明最优，没有更好的方案", "it is proven that no plan is better"),
    "infeasible": Text("所给条件下无解", "there is no answer under these conditions"),
}
_HELD = 12
_EXISTING = {
    "keep": Text("现有中心全部保留", "today's centres all stay"),
    "move": Text("现有中心重新布局", "today's centres are placed anew"),
    "close": Text("现有中心全部关闭", "today's centres are closed"),
}


def report_siting(
    siting: Assessment,
    *,
    pictures: Mapping[str, bytes],
    facts: Sequence[tuple[Text, Text]] = (),
) -> Report:
    """Put together the report on chosen sites.

    Args:
        siting: A result of kind "siting".
        pictures: PNG files by name: "siting" the map and the chart "siting_curve"; those that
            are missing are left out.
        facts: (label, value) rows below the title.
    """
    blocks: list[Block] = [
        Heading(Text("结论", "Findings")),
        *_conclude(siting),
        Heading(Text("选定地点", "The sites")),
        *_list_sites(siting, pictures),
        Heading(Text("每增加一处的收益", "What each further site gains")),
        *draw_curve(siting, pictures),
        Heading(Text("方案前后对比", "Before and after")),
        *_compare(siting),
        Heading(Text("权衡", "Trade-offs")),
        *weigh_up(siting),
        Heading(Text("稳健性", "Whether the answer holds")),
        *try_answer(siting),
        Heading(Text("最优性与现状布局效率", "Proof, and today's places")),
        *_prove(siting),
    ]
    title = Text("{city}邻里中心选址报告", "{city}: sites for neighbourhood centres")
    return Report(
        title.fill(city=siting.subject),
        facts,
        number_headings([*blocks, *describe_limits(siting)]),
        siting.stamp,
        siting.provenance.invented,
    )


def _conclude(siting: Assessment) -> list[Block]:
    """Say what was asked, what is chosen, and what it brings."""
    chosen = value_of(siting, "sites_chosen")
    problem = PROBLEMS.get(str(siting.parameters.get("problem")))
    asked = Text(
        "本次选址的目标是：{what}。步行时限 {minutes:g} 分钟，{existing}。",
        "What was asked for: {what}, within {minutes:g} minutes' walk; {existing}.",
    ).fill(
        what=problem or Text("服务最多的居民", "serving the most residents"),
        minutes=minutes_of(siting),
        existing=_EXISTING.get(str(siting.parameters.get("existing")), Text("", "")),
    )
    if not chosen:
        none = Text("没有选出地点，原因见“数据与局限”。", "No site was chosen: see the notes.")
        return [Paragraph(asked), Paragraph(none)]
    unit = unit_of(siting)
    gain = Text(
        "方案选定 {chosen} 处，新增覆盖{who} {newly} {each}，覆盖率由 {before} 提高到 {after}；"
        "平均步行时间由 {mean}缩短到 {shorter}。估算造价合计 {cost} 万元。",
        "The plan has {chosen} sites and newly covers {newly} {who}: the share covered rises from "
        "{before} to {after}, and the mean walk goes from {mean} to {shorter}. The estimated cost "
        "is {cost_en} yuan in all.",
    ).fill(
        chosen=say_count(chosen),
        who=who_of(siting),
        each=each_of(siting),
        newly=say_count(value_of(siting, f"{unit}_newly_covered")),
        before=say_share(value_of(siting, "share_covered_before")),
        after=say_share(value_of(siting, "share_covered_after")),
        mean=say_minutes(value_of(siting, "mean_walk_before_s")),
        shorter=say_minutes(value_of(siting, "mean_walk_after_s")),
        cost=say_10k_yuan(value_of(siting, "cost_yuan")),
        cost_en=say_count(value_of(siting, "cost_yuan")),
    )
    return [Paragraph(asked), Paragraph(join([gain, _say_proof(siting)]))]


def _say_proof(siting: Assessment) -> Text:
    """Say how sure the answer is."""
    status, gap = str(siting.parameters.get("status")), value_of(siting, "gap")
    said = _STATUS.get(status)
    if said is None and gap is not None:
        said = Text(
            f"与最优方案相差不超过 {gap:.2%}", f"it is within {gap:.2%} of the best there can be"
        )
    said = said or Text("最优性未知", "how good it is is not known")
    return Text("该方案{said}。", "As to its proof, {said}.").fill(said=said)


def _list_sites(siting: Assessment, pictures: Mapping[str, bytes]) -> list[Block]:
    """Tell each site's story."""
    blocks: list[Block] = []
    if "siting" in pictures:
        caption = Text("选定地点与覆盖变化", "The sites, and what changes")
        blocks.append(Picture(caption, pictures["siting"]))
    sites = siting.layers.get("sites")
    if sites is None or not len(sites):
        return [*blocks, Paragraph(Text("没有选出地点。", "No site was chosen."))]
    unit = unit_of(siting)
    rows = [
        [
            Text.same(f"{row['rank']:.0f}"),
            name_site(row),
            say_count(row.get(f"{unit}_newly")),
            say_count(row.get(f"{unit}_nearest")),
            say_count(row.get("floor_area_m2")),
            say_10k_yuan(row.get("cost_yuan")),
        ]
        for row in sites.to_dict("records")
    ]
    heads = [
        Text("名次", "No."),
        Text("地点（编号）", "Site"),
        Text("新增覆盖", "Newly covered"),
        Text("就近服务", "Nearest to it"),
        Text("面积（m²）", "Floor area (m²)"),
        Text("造价（万元）", "Cost (10,000 yuan)"),
    ]
    caption = Text("选定地点", "The sites")
    table = Table(caption, heads, rows, (0.7, 3, 1.3, 1.3, 1.3, 1.4), frozenset({2, 3, 4, 5}))
    stories = [
        Text("{site}：{story}", "{site}: {story}").fill(
            site=name_site(one), story=Text(str(one["story_zh"]), str(one["story_en"]))
        )
        for one in sites.to_dict("records")
    ]
    return [*blocks, table, Bullets(stories)]


def _compare(siting: Assessment) -> list[Block]:
    """Set today's coverage beside the plan's, by age group."""
    unit = unit_of(siting)
    rows = []
    for group, label in list_groups(siting):
        rows.append(
            [
                label,
                _pair(siting, f"{unit}_covered_before", "share_covered_before", group),
                _pair(siting, f"{unit}_covered_after", "share_covered_after", group),
                say_count(value_of(siting, f"{unit}_newly_covered", group=group)),
            ]
        )
    heads = [
        Text("人群", "Group"),
        Text("现状覆盖", "Covered today"),
        Text("方案覆盖", "Covered by the plan"),
        Text("新增覆盖", "Newly covered"),
    ]
    caption = Text("方案前后覆盖对比", "Coverage before and after")
    table = Table(caption, heads, rows, (1.4, 1.6, 1.6, 1.2), frozenset({1, 2, 3}))
    return [table, *_relieve(siting)]


def _pair(siting: Assessment, count: str, share: str, group: str) -> Text:
    return Text("{count}（{share}）", "{count} ({share})").fill(
        count=say_count(value_of(siting, count, group=group)),
        share=say_share(value_of(siting, share, group=group)),
    )


def _relieve(siting: Assessment) -> list[Block]:
    """List the centres that the plan relieves most."""
    centres = siting.layers.get("centres")
    unit = unit_of(siting)
    if centres is None or "relieved" not in centres or not (centres["relieved"] > 0).any():
        return []
    most = centres[centres["relieved"] > 0]
    most = most.sort_values("relieved", ascending=False, kind="stable").head(_HELD)
    rows = [
        [
            Text.same(str(row["name"] if is_known(row.get("name")) else row["centre_id"])),
            say_count(row[f"{unit}_before"]),
            say_count(row[f"{unit}_after"]),
            say_count(row["relieved"]),
        ]
        for row in most.to_dict("records")
    ]
    heads = [
        Text("现有中心", "Centre"),
        Text("现状就近服务", "Nearest today"),
        Text("方案就近服务", "Nearest after"),
        Text("减轻", "Relieved of"),
    ]
    caption = Text("负荷减轻最多的现有中心", "Centres that the plan relieves most")
    return [Table(caption, heads, rows, (3, 1.3, 1.3, 1), frozenset({1, 2, 3}))]


def _prove(siting: Assessment) -> list[Block]:
    """Say how far the answer may be from the best, and how good today's places are."""
    blocks: list[Block] = [Paragraph(join([_say_proof(siting), _say_bound(siting)]))]
    best, efficiency = value_of(siting, "covered_best_places"), value_of(siting, "efficiency")
    if best is not None and efficiency is not None:
        words = Text(
            "与现状比较：同样数量的中心若布局最优，可覆盖{who} {best} {each}；现状布局效率为 "
            "{efficiency}。",
            "As to today: as many centres, placed best, would cover {best} {who}; today's places "
            "reach {efficiency} of that.",
        ).fill(
            who=who_of(siting),
            best=say_count(best),
            each=each_of(siting),
            efficiency=say_share(efficiency),
        )
        blocks.append(Paragraph(words))
    return blocks


def _say_bound(siting: Assessment) -> Text:
    found = {one.name: one for one in siting.indicators if one.name in {"objective", "bound"}}
    if len(found) < 2:  # noqa: PLR2004 - both
        return Text("", "")
    return Text(
        "{goal}为 {value}，理论界限为 {bound}。", "{goal}: {value}; its bound is {bound}."
    ).fill(
        goal=found["objective"].label,
        value=write_number(value_of(siting, "objective")),
        bound=write_number(value_of(siting, "bound")),
    )
