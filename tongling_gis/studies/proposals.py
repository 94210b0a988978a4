"""Proposals of a project: gates of a boundary, walls to open, areas of a quarter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tongling_gis.errors import UsageError
from tongling_gis.studies.enclosure import (
    EnclosureOptions,
    check_subject,
    enclosure_provenance,
    project_rules,
    project_surroundings,
    read_subject,
)
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from tongling_gis.assessment import Assessment
    from tongling_gis.enclosure.model import Case
    from tongling_gis.enclosure.proposing_areas import AreaQuestion
    from tongling_gis.enclosure.proposing_gates import GateQuestion
    from tongling_gis.store import Workspace


@dataclass(frozen=True, eq=False)
class ProposalStudy:
    """A proposal with what came of it.

    Attributes:
        assessment: The result.
        result: Name under which it is kept.
        drafts: Numbers of the drafts that were kept of it.
    """

    assessment: Assessment
    result: str
    drafts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpeningOptions:
    """What a user may choose about openings.

    Attributes:
        steps: How many are made one after the other.
        by: What ranks them: "minutes" or "covered".
        subject: The area within which walls may be opened: a file, compound or draft; none for
            the whole project.
    """

    steps: int = 10
    by: str = "minutes"
    subject: EnclosureOptions = field(default_factory=EnclosureOptions)


def study_gates(
    workspace: Workspace,
    options: EnclosureOptions,
    question: GateQuestion,
    *,
    progress: Progress = silent,
) -> ProposalStudy:
    """Propose the fewest gates for a boundary, and keep the result and, where asked, a draft.

    Raises:
        UsageError: If it is not said for what, or a rule is not there or not about gates.
        MissingFileError: If a file or the streets are missing.
        InputError: If the boundary cannot be used, or no street meets it.
    """
    from tongling_gis.enclosure.gate_results import assess_gates
    from tongling_gis.enclosure.proposing_gates import choose_rules, propose_gates
    from tongling_gis.enclosure.reading import NO_GATES

    check_subject(workspace, options)
    rules = project_rules(workspace)
    choose_rules(rules, question)
    surroundings = project_surroundings(workspace, options.reach, progress)
    reading = read_subject(workspace, surroundings, options)
    proposal = propose_gates(surroundings, reading.case, rules, question, progress=progress)
    provenance = enclosure_provenance(workspace)
    result = assess_gates(surroundings, proposal, rules, question, provenance)
    if options.path is not None:
        told = tuple(note for note in reading.notes if note is not NO_GATES)
        result = replace(result, notes=(*result.notes, *told))
    drafts = _keep(workspace, options, rules_case=(proposal.case,), surroundings=surroundings)
    return _saved(workspace, result, drafts, progress)


def _keep(
    workspace: Workspace,
    options: EnclosureOptions,
    *,
    rules_case: tuple[Case, ...],
    surroundings: object,
) -> tuple[str, ...]:
    """Keep proposed cases as drafts, where that is asked for."""
    from tongling_gis.enclosure.checking import judge_enclosure
    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.studies.drafts import keep_draft

    if not options.save_draft:
        return ()
    rules = project_rules(workspace)
    return tuple(
        keep_draft(workspace, judge_enclosure(Enclosure(surroundings, case), rules), options)  # type: ignore[arg-type]
        for case in rules_case
    )


def _saved(
    workspace: Workspace, result: Assessment, drafts: tuple[str, ...], progress: Progress
) -> ProposalStudy:
    progress(Text("保存结果", "Saving the result"), 0.95)
    if drafts:
        result = replace(result, parameters={**result.parameters, "drafts": list(drafts)})
    name = workspace.save(result)
    progress(Text("完成", "Done"), 1.0)
    return ProposalStudy(result, name, drafts)


def study_openings(
    workspace: Workspace, options: OpeningOptions, *, progress: Progress = silent
) -> ProposalStudy:
    """Rank walls to open, and compounds not to close, in the project or within an area.

    Raises:
        UsageError: If a number makes no sense.
        MissingFileError: If streets, residents or centres are missing.
        InputError: If the area cannot be used.
    """
    from tongling_gis.enclosure.proposing_openings import OpeningQuestion, assess_openings

    if options.steps < 1:
        raise UsageError(Text("--steps 须至少为 1。", "--steps must be 1 or more."))
    subject = options.subject
    given = subject.path or subject.compound_id or subject.draft_id
    if given:
        check_subject(workspace, subject)
    surroundings = project_surroundings(workspace, subject.reach, progress)
    case = read_subject(workspace, surroundings, subject).case if given else None
    question = OpeningQuestion(
        options.steps,
        options.by,
        None if case is None else case.boundary,
        workspace.name if case is None else case.name or case.case_id,
    )
    provenance = enclosure_provenance(workspace)
    result = assess_openings(surroundings, question, provenance, progress=progress)
    return _saved(workspace, result, (), progress)


def study_areas(
    workspace: Workspace,
    options: EnclosureOptions,
    question: AreaQuestion,
    *,
    progress: Progress = silent,
) -> ProposalStudy:
    """Divide a quarter into candidate management areas, and keep the result and drafts.

    Raises:
        UsageError: If it is not said which quarter, or limits make no sense.
        MissingFileError: If a file, the streets or the buildings are missing.
        InputError: If the quarter cannot be divided.
    """
    from tongling_gis.enclosure.area_results import assess_areas
    from tongling_gis.enclosure.proposing_areas import propose_areas

    check_subject(workspace, options)
    rules = project_rules(workspace)
    surroundings = project_surroundings(workspace, options.reach, progress)
    reading = read_subject(workspace, surroundings, options)
    proposal = propose_areas(surroundings, reading.case, rules, question, progress=progress)
    result = assess_areas(surroundings, proposal, rules, question, enclosure_provenance(workspace))
    result = replace(result, notes=(*result.notes, *reading.notes))
    cases = proposal.best.cases
    drafts = _keep(workspace, options, rules_case=cases, surroundings=surroundings)
    return _saved(workspace, result, drafts, progress)
