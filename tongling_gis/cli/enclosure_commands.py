"""One function a command of enclosures: check, compare, approve, list, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    import argparse

    from tongling_gis.cli.show import Screen

BLOCKED = 7
"""Exit code of a check that finds breaches of law or mandatory codes, as of a refused approval."""


def check(options: argparse.Namespace, screen: Screen) -> int:
    """Check an enclosure; code 7 where breaches of law or mandatory codes block approval."""
    from tongling_gis import studies
    from tongling_gis.cli.enclosure_show import check_json, show_check
    from tongling_gis.enclosure.verdicts import find_blocking

    if options.out:
        studies.check_export(options.out)
    workspace = studies.open_project(options.project)
    study = studies.study_enclosure(workspace, _read_options(options), progress=screen.progress)
    show_check(study, screen, everything=options.all)
    if options.out:
        findings = study.assessment.layers["findings"]
        path = studies.export_table(
            findings, options.out, stamp=screen.word(study.assessment.stamp)
        )
        screen.say(Text(f"已写出：{path}", f"Written: {path}"))
    screen.answer(check_json(study))
    return BLOCKED if find_blocking(study.assessment.findings) else 0


def _read_options(options: argparse.Namespace) -> Any:  # noqa: ANN401 - studies are imported late
    from tongling_gis import studies

    return studies.EnclosureOptions(
        path=options.file,
        compound_id=options.compound,
        draft_id=options.draft,
        gates_path=options.gates,
        gates_from=options.gates_from,
        area=options.area,
        crs=options.crs,
        part=options.part,
        answers_path=options.answers,
        accept=tuple(options.accept),
        overrides=tuple(_split_override(one) for one in options.override),
        withdraw=tuple(options.withdraw),
        tolerance_m=options.tolerance,
        save_draft=options.save_draft,
        author=options.author,
        note=options.note,
        date=options.date,
        reach=studies.ReachOptions(
            profile=options.profile,
            at=options.at,
            centres_from=options.centres_from,
            residents_from=options.residents_from,
        ),
    )


def _split_override(words: str) -> tuple[str, str]:
    rule, _, reason = words.partition("=")
    if not rule.strip() or not reason.strip():
        raise UsageError(
            Text(
                f"--override “{words}”须写作 规则=理由，如 FIR-08=树木已列入移植计划。",
                f"--override {words!r} is RULE=REASON, such as FIR-08='trees will be moved'.",
            )
        )
    return rule.strip(), reason.strip()


def compare(options: argparse.Namespace, screen: Screen) -> None:
    """Show what differs between two drafts."""
    from tongling_gis import studies
    from tongling_gis.cli.enclosure_show import changes_json, show_changes

    workspace = studies.open_project(options.project)
    changes = studies.compare_drafts(workspace, options.first, options.second)
    screen.say(
        Text(f"【{options.first} → {options.second}】", f"{options.first} → {options.second}")
    )
    show_changes(changes, studies.project_rules(workspace), screen)
    screen.answer(changes_json(changes, options.first, options.second))


def approve(options: argparse.Namespace, screen: Screen) -> None:
    """Approve a draft and say on what it was approved."""
    from dataclasses import asdict

    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    done = studies.approve_draft(
        workspace, options.draft, by=options.by, note=options.note, date=options.date
    )
    screen.say(
        Text(
            f"已批准方案 {done.draft_id}：{done.approver}，{done.date}（记录 {done.approval_id}）",
            f"Approved {done.draft_id}: {done.approver}, {done.date} (record {done.approval_id})",
        )
    )
    for rules_left, words in (
        (done.overridden, Text("破例：{rules}", "Let pass: {rules}")),
        (done.unsettled, Text("尚无法判定，须跟踪：{rules}", "Still unknown: {rules}")),
    ):
        if rules_left:
            screen.say(words.fill(rules=", ".join(rules_left)))
    screen.answer(asdict(done))


def list_drafts(options: argparse.Namespace, screen: Screen) -> None:
    """List the drafts of a project."""
    from tongling_gis import studies
    from tongling_gis.cli.enclosure_show import draft_json, show_draft

    drafts = studies.list_drafts(studies.open_project(options.project))
    for draft in drafts:
        show_draft(draft, screen)
    if not drafts:
        screen.say(Text("还没有保存过方案。", "No draft was kept yet."))
    screen.answer({"drafts": [draft_json(draft) for draft in drafts]})


def rules(options: argparse.Namespace, screen: Screen) -> None:
    """List the rules in force."""
    from tongling_gis import studies
    from tongling_gis.cli.enclosure_show import rule_json, show_rules

    try:
        found = studies.project_rules(studies.open_project(options.project))
    except FileNotFoundError:
        found = studies.shipped_rules()
    asked = options.which.casefold()
    chosen = [one for one in found.rules.values() if one.rule_id.casefold().startswith(asked)]
    if not chosen:
        found.rule(options.which)
    show_rules(found, chosen, screen)
    screen.answer(
        {
            "date": found.date.isoformat(),
            "changes": [{"zh": one.zh, "en": one.en} for one in found.changes],
            "rules": [rule_json(one) for one in chosen],
        }
    )
