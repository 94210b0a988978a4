"""Check an enclosure of a project by every rule, keep it as a draft, and look after drafts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from tongling_gis.errors import MissingFileError, UnreadableFileError, UsageError
from tongling_gis.studies.inputs import (
    optional_layer,
    project_centres,
    project_network,
    project_provenance,
    project_residents,
)
from tongling_gis.studies.reach import ReachOptions
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from tongling_gis.assessment import Assessment, Provenance
    from tongling_gis.enclosure.checking import Check, Override
    from tongling_gis.enclosure.model import Case
    from tongling_gis.enclosure.reading import Facts, Reading
    from tongling_gis.enclosure.rules import Rules
    from tongling_gis.enclosure.surroundings import Surroundings
    from tongling_gis.store import Workspace

RULES_FILE = "rules.toml"
"""Beside the project's GeoPackage: tables [rules.ID] as in the catalogue, key by key."""


@dataclass(frozen=True, slots=True)
class EnclosureOptions:
    """What a user may choose about a check: one of ``path``, ``compound_id`` and ``draft_id``.

    Attributes:
        path: File of the boundary: the map page's GeoJSON, GeoPackage, shapefile, DXF.
        compound_id: Compound of the project whose own line and gates are checked.
        draft_id: Draft of the project.
        gates_path: File with more gates.
        gates_from: "records", or "streets" to take every street that crosses for a gate.
        area: Which area of the file, where it has several.
        crs: What the file's coordinates are in, above what it says.
        part: Which layer of the file.
        answers_path: TOML file of what people answer.
        accept: Numbers of offers to accept, one after the other.
        overrides: Findings that are let pass, as (rule, reason); the author lets them. Those
            of the draft that is checked stand on.
        withdraw: Rules of which an override of the draft stands no more.
        tolerance_m: Farthest that the line is moved to walls and plots; None for the usual.
        save_draft: Whether the case is kept as a draft.
        author: Who drew or checks it.
        note: What they say of it.
        date: The day (ISO); "" for today.
        reach: Who walks where, and when.
    """

    path: Path | None = None
    compound_id: str = ""
    draft_id: str = ""
    gates_path: Path | None = None
    gates_from: Literal["records", "streets"] = "records"
    area: str = ""
    crs: str = ""
    part: str = ""
    answers_path: Path | None = None
    accept: tuple[str, ...] = ()
    overrides: tuple[tuple[str, str], ...] = ()
    withdraw: tuple[str, ...] = ()
    tolerance_m: float | None = None
    save_draft: bool = False
    author: str = ""
    note: str = ""
    date: str = ""
    reach: ReachOptions = field(default_factory=ReachOptions)

    @property
    def day(self) -> str:
        """The day that is written beside what is done."""
        return self.date or datetime.now().astimezone().date().isoformat()


@dataclass(frozen=True, eq=False)
class EnclosureStudy:
    """A check with what came of it.

    Attributes:
        assessment: The result.
        check: The case held against every rule, with its offers.
        result: Name under which the result is kept.
        draft_id: The draft that was kept, "" for none.
    """

    assessment: Assessment
    check: Check
    result: str
    draft_id: str = ""


def project_rules(workspace: Workspace) -> Rules:
    """Read the rules that hold in a project: the catalogue's, changed and added to.

    Raises:
        UnreadableFileError: If the project's file is no text or no TOML.
        SchemaError: If one of its rules cannot be used.
    """
    from tongling_gis.enclosure.rules import read_rules

    path = workspace.folder / RULES_FILE
    return read_rules(_read_text(path), file=RULES_FILE) if path.is_file() else read_rules()


def shipped_rules() -> Rules:
    """Read the rules that hold where no project changes them."""
    from tongling_gis.enclosure.rules import read_rules

    return read_rules()


def project_surroundings(
    workspace: Workspace, reach: ReachOptions | None = None, progress: Progress = silent
) -> Surroundings:
    """Prepare a project's city for checking boundaries in it.

    Raises:
        MissingFileError: If the project has no streets.
    """
    from tongling_gis.enclosure.surroundings import LAYERS, prepare_surroundings

    asked = reach or ReachOptions()
    progress(Text("建立路网", "Building the network"), 0.0)
    network = project_network(workspace)
    layers = {name: optional_layer(workspace, name) for name in LAYERS}
    engines = replace(asked, profile="fire_engine", speed_m_s=None, flat=False)
    return prepare_surroundings(
        network,
        layers,
        profile=asked.walk_profile(workspace),
        engine_profile=engines.walk_profile(workspace),
        centres=_centres(workspace, asked.centres_from),
        residents=_residents(workspace, asked.residents_from),
        at=asked.moment(),
        snap_limit_m=asked.snap_m(),
    )


def _centres(workspace: Workspace, centres_from: str) -> gpd.GeoDataFrame | None:
    """Read centres, or what stands in for them; None where there are none."""
    if not centres_from and not workspace.has("centres"):
        return None
    return project_centres(workspace, centres_from)


def _residents(workspace: Workspace, residents_from: str) -> gpd.GeoDataFrame | None:
    if not residents_from and not (workspace.has("residents") or workspace.has("buildings")):
        return None
    return project_residents(workspace, residents_from)[0]


def study_enclosure(
    workspace: Workspace, options: EnclosureOptions, *, progress: Progress = silent
) -> EnclosureStudy:
    """Check an enclosure by every rule, and keep the result and, where asked, a draft of it.

    Raises:
        UsageError: If it is not said what to check, or a rule, draft or offer is not there.
        MissingFileError: If a file or the streets are missing.
        InputError: If the boundary, its gates, the answers or the rules cannot be used.
    """
    from tongling_gis.enclosure.checking import sum_up
    from tongling_gis.studies.drafts import keep_draft

    check_subject(workspace, options)
    rules = project_rules(workspace)
    surroundings = project_surroundings(workspace, options.reach, progress)
    progress(Text("读取边界", "Reading the boundary"), 0.4)
    reading = read_subject(workspace, surroundings, options)
    case = _with_answers(reading.case, options, rules)
    progress(Text("逐条检查", "Checking every rule"), 0.5)
    check = _check(surroundings, case, rules, options, _overrides(workspace, options))
    result = sum_up(check, enclosure_provenance(workspace))
    result = replace(result, notes=(*result.notes, *reading.notes))
    progress(Text("保存结果", "Saving the result"), 0.9)
    draft_id = keep_draft(workspace, check, options) if options.save_draft else ""
    if draft_id:
        parameters = {**result.parameters, "draft_id": draft_id}
        result = replace(result, parameters=parameters)
    name = workspace.save(result)
    progress(Text("完成", "Done"), 1.0)
    return EnclosureStudy(result, check, name, draft_id)


def check_subject(workspace: Workspace, options: EnclosureOptions) -> None:
    """Refuse what cannot be checked before anything is built for it."""
    from tongling_gis.studies.drafts import load_draft

    given = [bool(one) for one in (options.path, options.compound_id, options.draft_id)]
    if sum(given) != 1:
        raise UsageError(
            Text(
                "请给出一个要检查的边界：边界文件、--compound 小区编号 或 --draft 方案编号。",
                "Say one boundary to check: a file, --compound ID or --draft ID.",
            )
        )
    if options.save_draft and not options.author.strip():
        raise UsageError(
            Text("保存方案须写明编制人（--author）。", "A draft needs its author (--author).")
        )
    _check_choices(options)
    for path in (options.path, options.gates_path, options.answers_path):
        if path is not None and not path.exists():
            raise MissingFileError(
                Text(
                    f"找不到文件“{path}”：请检查路径。", f"There is no file {path}: check the path."
                )
            )
    if options.draft_id:
        load_draft(workspace, options.draft_id)


def read_subject(
    workspace: Workspace, surroundings: Surroundings, options: EnclosureOptions
) -> Reading:
    """Read the case that is asked for, with the gates of another file beside its own."""
    return _with_gates(_read(workspace, surroundings, options), surroundings, options)


_FARTHEST_SNAP_M = 20.0


def _check_choices(options: EnclosureOptions) -> None:
    """Refuse a day that there is not, and a tolerance that would draw another boundary."""
    check_day(options.date)
    if options.tolerance_m is not None and not 0 <= options.tolerance_m <= _FARTHEST_SNAP_M:
        raise UsageError(
            Text(
                f"吸附距离须为 0 到 {_FARTHEST_SNAP_M:g} 米，现为 {options.tolerance_m:g}。",
                f"The tolerance is 0 to {_FARTHEST_SNAP_M:g} m, not {options.tolerance_m:g}.",
            )
        )


def check_day(day: str) -> None:
    """Refuse what is no day; "" stands for today.

    Raises:
        UsageError: If it is none.
    """
    try:
        date.fromisoformat(day or "2000-01-01")
    except ValueError:
        raise UsageError(
            Text(
                f"日期“{day}”读不懂：请写如 2026-03-01。",
                f"{day!r} is no date: write one like 2026-03-01.",
            )
        ) from None


def _read(workspace: Workspace, surroundings: Surroundings, options: EnclosureOptions) -> Reading:
    """Read the case that is asked for, from a file, a compound or a draft."""
    from tongling_gis.enclosure.own_gates import case_of_compound
    from tongling_gis.enclosure.reading import Facts, Reading, read_case
    from tongling_gis.enclosure.snapping import TOLERANCE_M
    from tongling_gis.studies.drafts import load_draft

    tolerance = TOLERANCE_M if options.tolerance_m is None else options.tolerance_m
    facts = Facts(author=options.author, date=options.day, note=options.note)
    if options.draft_id:
        case = load_draft(workspace, options.draft_id).case
        return Reading(_renewed(case, facts), ())
    if options.compound_id:
        return case_of_compound(
            surroundings,
            options.compound_id,
            gates_from=options.gates_from,
            facts=facts,
            tolerance_m=tolerance,
        )
    from tongling_gis.importers.drawn import read_drawn

    assert options.path is not None
    return read_case(
        surroundings,
        read_drawn(options.path, crs=options.crs, source_layer=options.part),
        area=options.area,
        facts=facts._replace(author=options.author, date=options.date),
        tolerance_m=tolerance,
    )


def _with_gates(reading: Reading, surroundings: Surroundings, options: EnclosureOptions) -> Reading:
    """Give the case with the gates of another file beside its own."""
    from tongling_gis.enclosure.reading import NO_GATES, Reading, number_gates, read_gates
    from tongling_gis.enclosure.snapping import place_gates
    from tongling_gis.importers.drawn import read_drawn

    if options.gates_path is None:
        return reading
    drawn = read_drawn(options.gates_path, crs=options.crs).to_crs(surroundings.crs)
    more = read_gates(drawn[drawn.geometry.geom_type == "Point"])
    case = reading.case
    gates = number_gates([*case.gates, *more])
    placed, notes = place_gates(surroundings, case.boundary, gates)
    before = [note for note in reading.notes if note != NO_GATES or not placed]
    return Reading(replace(case, gates=placed), (*before, *notes))


def _renewed(case: Case, facts: Facts) -> Case:
    """Give a draft's case with who works on it now."""
    return replace(case, author=facts.author or case.author, date=facts.date, note=facts.note)


def _with_answers(case: Case, options: EnclosureOptions, rules: Rules) -> Case:
    """Give the case with what people answer, over what is known already."""
    from tongling_gis.enclosure.forms import read_answers

    path = options.answers_path
    if path is None:
        return case
    given = read_answers(_read_text(path), file=path.name, rules=rules.rules)
    return replace(case, answers={**case.answers, **given})


def _check(
    surroundings: Surroundings,
    case: Case,
    rules: Rules,
    options: EnclosureOptions,
    overrides: tuple[Override, ...],
) -> Check:
    """Check, accept the offers asked for one by one, and check anew after each."""
    from tongling_gis.enclosure.checking import judge_enclosure
    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.offers import accept_offer, choose_offer

    check = judge_enclosure(Enclosure(surroundings, case), rules, overrides=overrides)
    for offer_id in options.accept:
        changed = accept_offer(check.enclosure.case, choose_offer(check.offers, offer_id))
        check = judge_enclosure(Enclosure(surroundings, changed), rules, overrides=overrides)
    return check


def _overrides(workspace: Workspace, options: EnclosureOptions) -> tuple[Override, ...]:
    """List the findings let pass: those of the draft that stand on, and the author's now."""
    from tongling_gis.enclosure.checking import Override
    from tongling_gis.studies.drafts import load_draft

    kept = load_draft(workspace, options.draft_id).overrides if options.draft_id else ()
    known = {one.rule for one in kept}
    for rule in options.withdraw:
        if rule not in known:
            raise UsageError(
                Text(
                    f"没有可撤销的破例“{rule}”；方案里有：{'、'.join(sorted(known)) or '无'}。",
                    f"There is no override of {rule!r} to withdraw; the draft has: "
                    f"{', '.join(sorted(known)) or 'none'}.",
                )
            )
    own = (
        Override(rule, options.author, reason, options.day) for rule, reason in options.overrides
    )
    return (*(one for one in kept if one.rule not in options.withdraw), *own)


_MORE_LAYERS = (
    *("entrances", "bus_stops", "schools", "shelters", "hydrants", "fire_stations"),
    *("compounds", "water", "green"),
)


def enclosure_provenance(workspace: Workspace) -> Provenance:
    """Say where what a check takes from the project comes from."""
    from tongling_gis.importers.report import fingerprint_file

    found = project_provenance(workspace)
    more = {name: workspace.fingerprint(name) for name in _MORE_LAYERS if workspace.has(name)}
    path = workspace.folder / RULES_FILE
    own = {path.name: fingerprint_file(path)} if path.is_file() else {}
    return replace(found, inputs={**found.inputs, **more, **own})


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            Text(
                f"读不了 {path}：请检查权限，并存为 UTF-8 文本。",
                f"Cannot read {path}: check its permissions, and save it as UTF-8 text.",
            )
        ) from error
