"""The dossier of one enclosure: its line and gates, what the rules say, drafts and answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tongling_gis.enclosure.forms import QUESTIONS
from tongling_gis.enclosure.verdicts import OUTCOMES, name_outcome
from tongling_gis.report.cells import NOTHING, tabulate, write_number
from tongling_gis.report.content import (
    Heading,
    PageTurn,
    Paragraph,
    Picture,
    Report,
    Table,
)
from tongling_gis.report.phrases import describe_limits, number_headings, say
from tongling_gis.report.verdicts import (
    list_breaches,
    list_others,
    list_overridden,
    list_passed,
    list_unknown,
)
from tongling_gis.schema.layers import DRAFT_ORIGINS, DRAFT_STATES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.enclosure.drafts import Draft
    from tongling_gis.enclosure.model import Answers
    from tongling_gis.report.content import Block

_GATE_NAMES = (
    *("gate_id", "name", "kind", "width_m", "height_m"),
    *("opening_hours", "control", "closure", "is_new"),
)
_REMARKS = ("received_on", "draft_id", "text", "status", "answer", "answered_by", "answered_on")
_YES_NO = {True: Text("是", "yes"), False: Text("否", "no")}


@dataclass(frozen=True, eq=False)
class DossierRecords:
    """What a project's records say of an enclosure.

    Attributes:
        answers: What people answered, by question or rule; None where no draft keeps them.
        drafts: The drafts of its series or compound, oldest first.
        approvals: Records of approvals of those drafts.
        remarks: What residents said of them, with the planner's answers.
        gaps: Ids of the rules that are written for new building.
    """

    answers: Answers | None = None
    drafts: Sequence[Draft] = ()
    approvals: pd.DataFrame | None = None
    remarks: pd.DataFrame | None = None
    gaps: frozenset[str] = field(default_factory=frozenset)


def report_enclosure(
    check: Assessment,
    *,
    records: DossierRecords,
    pictures: Mapping[str, bytes],
    facts: Sequence[tuple[Text, Text]] = (),
) -> Report:
    """Put together the dossier of an enclosure.

    Args:
        check: A result of kind "enclosure".
        records: What the project's records say.
        pictures: PNG files by name: "enclosure" the map; left out where missing.
        facts: (label, value) rows below the title.
    """
    blocks: list[Block] = [
        Heading(Text("结论", "Verdict")),
        *_conclude(check, records),
        Heading(Text("边界与出入口", "Boundary and gates")),
        *_lay_out(check, pictures),
        PageTurn(landscape=True),
        Heading(Text("不符合、差距与建议", "What is missed")),
        *list_breaches(check, records.gaps),
        Heading(Text("破例", "Rules let pass")),
        *list_overridden(check, records.gaps),
        Heading(Text("可采纳的改动", "Changes offered")),
        *_offer(check),
        PageTurn(landscape=False),
        Heading(Text("无法判定的条文及原因", "What cannot be checked, and why")),
        *list_unknown(check),
        Heading(Text("人工答复", "Answers to the forms")),
        *_answer(records.answers),
        *([PageTurn(landscape=True)] if records.drafts else []),
        Heading(Text("方案与审批经过", "Drafts and approvals")),
        *_tell_history(records),
        Heading(Text("居民意见与答复", "What residents said, and the answers")),
        *_tell_remarks(records.remarks),
        *([PageTurn(landscape=False)] if records.drafts else []),
        Heading(Text("符合与不适用的条文", "Rules that pass or do not apply")),
        *list_passed(check),
        *list_others(check),
    ]
    title = Text("{name}围合方案检查报告", "{name}: dossier of the enclosure")
    return Report(
        title.fill(name=check.subject),
        facts,
        number_headings([*blocks, *describe_limits(check, skip=2)]),
        check.stamp,
        check.provenance.invented,
        contents=True,
    )


def _conclude(check: Assessment, records: DossierRecords) -> list[Block]:
    """Say the verdict over all, the counts, and how far the draft is."""
    summary, overall = check.notes[0], check.notes[1]
    said: list[Block] = [
        Paragraph(Text("{overall}。", "{overall}.").fill(overall=overall)),
        Paragraph(summary),
    ]
    if records.drafts:
        newest = records.drafts[-1]
        said.append(Paragraph(_say_draft(newest)))
    return said


def _say_draft(draft: Draft) -> Text:
    case = draft.case
    return Text(
        "最近一版方案为 {draft_id}（第 {version} 版），由{author}于 {date} 编制，状态为“{state}”。",
        "The newest draft is {draft_id} (version {version}), by {author} on {date}: {state}.",
    ).fill(
        draft_id=draft.draft_id,
        version=draft.version,
        author=case.author or Text("（未署名）", "an unnamed author"),
        date=case.date or Text("（日期不详）", "an unknown day"),
        state=DRAFT_STATES.get(draft.status, Text.same(draft.status)),
    )


def _lay_out(check: Assessment, pictures: Mapping[str, bytes]) -> list[Block]:
    boundary, gates = check.layers["boundary"], check.layers["gates"]
    area_m2, length_m = float(boundary.area.sum()), float(boundary.length.sum())
    words = Text(
        "围合面积 {area:.2f} 公顷，边线全长 {length} 米，边线误差按 ±{error} 米计，来源为"
        "“{origin}”；{gates}。",
        "The enclosure has {area:.2f} ha and {length} m of line, taken as ±{error} m; the line's "
        "origin: {origin}; {gates}.",
    ).fill(
        area=area_m2 / 1e4,
        length=f"{length_m:,.0f}",
        error=write_number(float(str(check.parameters.get("line_error_m") or 0.0))),
        origin=_say_origin(check),
        gates=_say_gates(gates),
    )
    blocks: list[Block] = [Paragraph(words)]
    if len(gates):
        caption = Text("出入口一览", "The gates")
        widths = (1.5, 1.4, 1.6, 1, 1, 1.7, 1.4, 1.1, 0.8)
        blocks.append(tabulate(gates, "draft_gates", _GATE_NAMES, caption=caption, widths=widths))
    if "enclosure" in pictures:
        words = Text("围合边界、出入口与发现的问题", "Boundary, gates, and what was found")
        blocks.append(Picture(words, pictures["enclosure"]))
    return blocks


def _say_origin(check: Assessment) -> Text:
    """Say where the line came from; a compound's own line is no draft."""
    case_id, compound_id = check.parameters.get("case_id"), check.parameters.get("compound_id")
    if case_id and case_id == compound_id and not check.parameters.get("draft_id"):
        return Text("小区登记的现状边界", "the compound's boundary on record")
    origin = str(check.parameters.get("origin") or "")
    return DRAFT_ORIGINS.get(origin, Text.same(origin))


def _say_gates(gates: pd.DataFrame) -> Text:
    """Count the gates, and those of them that are to be made."""
    if not len(gates):
        return Text("没有已知的出入口", "no gate of it is known")
    new = int(gates["is_new"].fillna(value=False).sum())
    if not new:
        said = Text("现有出入口 {count} 个，不新设", "it has {count} gates, all standing today")
    else:
        said = Text(
            "设出入口 {count} 个，其中新设 {new} 个", "it has {count} gates, {new} of them new"
        )
    return said.fill(count=len(gates), new=new)


def _answer(answers: Answers | None) -> list[Block]:
    """List every question with its answer, the open ones too."""
    given = {} if answers is None else dict(answers)
    lead = Text(
        "共 {all} 个问题，已答复 {done} 个；未答复的条文按“无法判定”计，不视为符合。",
        "Of {all} questions {done} are answered; rules that are not answered count as unknown, "
        "never as kept.",
    ).fill(all=len(QUESTIONS), done=sum(key in given for key in QUESTIONS))
    rows = [
        [Text.same(key), question.label, _say_answer(given.get(key))]
        for key, question in QUESTIONS.items()
    ]
    rows += [
        [Text.same(key), Text("现场核实或量测", "seen or measured on site"), _say_answer(value)]
        for key, value in given.items()
        if key not in QUESTIONS
    ]
    heads = [Text("编号", "Key"), Text("问题", "Question"), Text("答复", "Answer")]
    caption = Text("许可、表决与现场核实", "Permits, votes and surveys")
    return [Paragraph(lead), Table(caption, heads, rows, (2, 4, 1.6))]


def _say_answer(value: Any) -> Text:  # noqa: ANN401 - an answer of any kind
    if value is None:
        return Text("待答复", "to be answered")
    if isinstance(value, bool):
        return _YES_NO[value]
    if isinstance(value, int | float):
        return write_number(float(value))
    return Text.same(str(value))


def _offer(check: Assessment) -> list[Block]:
    offers = check.layers.get("offers")
    if offers is None or not len(offers):
        return [Paragraph(Text("没有可直接采纳的改动。", "No change is offered."))]
    rows = [
        [Text.same(row.offer_id), Text.same(row.rule), Text(row.label_zh, row.label_en)]
        for row in offers.itertuples()
    ]
    heads = [Text("改动编号", "Offer"), Text("针对条文", "Rule"), Text("改动", "Change")]
    caption = Text("可采纳的改动", "Changes offered")
    how = Text(
        "下列改动由程序提出，采纳后须重新检查，是否采纳由规划人员决定。",
        "The program offers these changes; whether to take them is the planner's decision, and "
        "the case is checked anew after each.",
    )
    return [Paragraph(how), Table(caption, heads, rows, (1.3, 1, 5))]


def _tell_history(records: DossierRecords) -> list[Block]:
    if not records.drafts:
        return [Paragraph(Text("尚未保存方案，没有审批记录。", "No draft was kept yet."))]
    rows = [_draft_row(draft, records.gaps) for draft in records.drafts]
    heads = [
        Text("方案", "Draft"),
        Text("日期", "Date"),
        Text("编制人", "Author"),
        Text("状态", "State"),
        Text("当时结论", "What the rules said then"),
        Text("说明", "Note"),
    ]
    caption = Text("方案版本", "Versions of the draft")
    blocks: list[Block] = [Table(caption, heads, rows, (1.2, 1.1, 1, 1, 4, 2))]
    approvals = records.approvals
    if approvals is None or not len(approvals):
        blocks.append(Paragraph(Text("尚无审批记录。", "There is no record of approval yet.")))
        return blocks
    names = ("approval_id", "draft_id", "date", "approver", "decision", "overrides", "note")
    caption = Text("审批记录", "Approvals")
    widths = (1, 1.2, 1.1, 1, 1, 2.4, 5)
    blocks.append(tabulate(approvals, "enclosure_approvals", names, caption=caption, widths=widths))
    return blocks


def _draft_row(draft: Draft, gaps: frozenset[str]) -> list[Text]:
    case = draft.case
    return [
        Text.same(draft.draft_id),
        say(case.date),
        say(case.author),
        DRAFT_STATES.get(draft.status, Text.same(draft.status)),
        _count_verdicts(draft, gaps),
        say(case.note),
    ]


def _count_verdicts(draft: Draft, gaps: frozenset[str]) -> Text:
    """Count what the rules said of a draft when it was kept."""
    from tongling_gis.assessment import Finding

    counts = Counter(
        name_outcome(Finding(rule, one.verdict, NOTHING, severity=one.severity), gaps=gaps)
        for rule, one in draft.verdicts.items()
    )
    said = [
        Text(f"{label.zh} {counts[name]}", f"{label.en} {counts[name]}")
        for name, label in OUTCOMES.items()
        if counts[name]
    ]
    if not said:
        return NOTHING
    return Text("，".join(one.zh for one in said), ", ".join(one.en for one in said))


def _tell_remarks(remarks: pd.DataFrame | None) -> list[Block]:
    """List what residents said; who said it, and what is not to be shown, stays with the bureau."""
    if remarks is None or not len(remarks):
        return [Paragraph(Text("尚未收到居民意见。", "No remark was received yet."))]
    hidden = remarks["status"].astype(str) == "hidden"
    shown = remarks[~hidden].sort_values(["received_on", "made_at"], kind="stable")
    lead = Text(
        "共收到居民意见 {count} 条，已答复 {answered} 条；不公开的 {hidden} 条以及姓名、联系方式"
        "不列入本报告。",
        "{count} remarks were received and {answered} are answered; {hidden} that are not to be "
        "shown are left out here, and so are names and contacts.",
    ).fill(
        count=len(remarks),
        answered=int(shown["answer"].notna().sum()),
        hidden=int(hidden.sum()),
    )
    caption = Text("居民意见与规划人员的答复", "Remarks, and the planner's answers")
    widths = (1.1, 1.1, 3.6, 1, 3.6, 1, 1.1)
    table = tabulate(shown, "remarks", _REMARKS, caption=caption, widths=widths)
    return [Paragraph(lead), table] if len(shown) else [Paragraph(lead)]
