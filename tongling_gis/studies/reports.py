"""Write a project's reports: measure what is not measured yet, draw, and put it into words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

from tongling_gis.errors import MissingFileError, UsageError
from tongling_gis.studies.dossiers import gather_dossier
from tongling_gis.studies.fact_sheets import gather_centre
from tongling_gis.studies.figures import BASE_LAYERS
from tongling_gis.studies.freshness import find_access, find_coverage
from tongling_gis.studies.staleness import mark_stale
from tongling_gis.text import Progress, Text, name_in_files, silent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tongling_gis.assessment import Assessment
    from tongling_gis.report import Report
    from tongling_gis.store import Workspace
    from tongling_gis.text import Lang

ReportKind = Literal["coverage", "enclosure", "centre", "siting"]
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
REPORT_ENDINGS = (".docx", ".html")


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is written.

    Attributes:
        out: The file, ending in .docx or .html; None for both in the project's folder ``maps``.
        template: A Word document whose styles, page, header and footer are taken.
    """

    out: Path | None = None
    template: Path | None = None


@dataclass(frozen=True, eq=False)
class _Desk:
    """What every report is put together from."""

    workspace: Workspace
    lang: Lang
    progress: Progress

    def map_of(self, result: Assessment, height_mm: float = 122.0) -> bytes:
        """Draw a result as a map as wide as a report's text, as PNG."""
        from tongling_gis.mapping.figures import draw_figure_png

        self.progress(Text("绘制插图", "Drawing"), 0.8)
        layers = {
            name: self.workspace.read(name) for name in BASE_LAYERS if self.workspace.has(name)
        }
        return draw_figure_png(result, layers, height_mm=height_mm, lang=self.lang)

    def charts(self, result: Assessment) -> dict[str, bytes]:
        """Draw every chart of a result whose numbers it has, as PNG by name."""
        from tongling_gis.mapping.figures import CHARTS, draw_chart_png

        return {
            name: draw_chart_png(name, result, lang=self.lang)
            for name, chart in CHARTS.items()
            if chart.of == result.kind and len(result.layers.get(chart.needs, ()))
        }

    @property
    def facts(self) -> list[tuple[Text, Text]]:
        """What stands below a report's title."""
        today = date.today().isoformat()  # noqa: DTZ011 - the planner's own calendar
        return [
            (Text("项目", "Project"), Text.same(self.workspace.name)),
            (Text("编制日期", "Date"), Text.same(today)),
        ]


def write_project_report(
    workspace: Workspace,
    kind: ReportKind,
    subject: str = "",
    options: ReportOptions | None = None,
    *,
    lang: Lang = "zh",
    progress: Progress = silent,
) -> list[Path]:
    """Write a report as Word, HTML or both; what it needs and is not measured yet is measured.

    Args:
        workspace: The project.
        kind: "coverage", "enclosure", "centre" or "siting".
        subject: The compound or draft, the centre by id or name, or the name of a result.
        options: Where to, and in which template's styles.
        lang: Language of the words.
        progress: Told what is being done.

    Returns:
        The files.

    Raises:
        UsageError: If the file's ending or the subject cannot be used.
        MissingFileError: If data or the result that it takes are missing; it says what to run.
        UnreadableFileError: If the template is no Word document.
    """
    from tongling_gis.report import write_html, write_word

    asked = options or ReportOptions()
    paths = _paths(workspace, kind, subject, asked, lang)
    _check_template(asked, paths)
    report = _GATHER[kind](_Desk(workspace, lang, progress), subject)
    progress(Text("写出报告", "Writing"), 0.95)
    for path in paths:
        if path.suffix.lower() == ".docx":
            write_word(report, path, lang=lang, template=asked.template)
        else:
            write_html(report, path, lang=lang)
    progress(Text("完成", "Done"), 1.0)
    return paths


def _paths(
    workspace: Workspace, kind: ReportKind, subject: str, asked: ReportOptions, lang: Lang
) -> list[Path]:
    """Say which files are written."""
    if asked.out is None:
        named = name_in_files(subject)
        parts = ["report", kind, *([named] if named else []), *(["en"] if lang == "en" else [])]
        return [workspace.maps / f"{'-'.join(parts)}{ending}" for ending in REPORT_ENDINGS]
    if asked.out.suffix.lower() not in REPORT_ENDINGS:
        raise UsageError(
            Text(
                f"报告文件“{asked.out.name}”的结尾须为 .docx（Word）或 .html（网页）。",
                f"A report ends in .docx or .html, not as {asked.out.name!r} does.",
            )
        )
    return [asked.out]


def _check_template(asked: ReportOptions, paths: list[Path]) -> None:
    """Refuse a template that cannot be used before anything is measured."""
    if asked.template is None:
        return
    if all(path.suffix.lower() != ".docx" for path in paths):
        raise UsageError(
            Text(
                "模板（--template）只用于 Word 报告：请把输出文件写成 .docx。",
                "A template is for Word reports alone: let the file end in .docx.",
            )
        )
    from tongling_gis.report.word_styles import open_document

    open_document(asked.template)


def _report_coverage(desk: _Desk, subject: str) -> Report:
    from tongling_gis.report import report_coverage

    coverage = _named(desk, subject, "coverage")
    if coverage is None:
        coverage = find_coverage(desk.workspace, desk.progress)
    access = find_access(desk.workspace, coverage, desk.progress)
    pictures = {
        "coverage": desk.map_of(coverage),
        **desk.charts(coverage),
        **desk.charts(access),
    }
    said, chart = _satisfaction(desk)
    report = report_coverage(
        coverage,
        access=access,
        pictures={**pictures, **chart},
        satisfaction=said,
        facts=desk.facts,
    )
    return _warn(desk, report, coverage)


def _satisfaction(desk: _Desk) -> tuple[Text | None, dict[str, bytes]]:
    """Say how residents' satisfaction went by quarter, and draw it, where it is on record."""
    from tongling_gis.mapping.figures import CHARTS
    from tongling_gis.studies.figures import read_records_result

    if not desk.workspace.has("compound_assessments"):
        return None, {}
    records = read_records_result(desk.workspace)
    charts = {name: png for name, png in desk.charts(records).items() if name == "satisfaction"}
    return (CHARTS["satisfaction"].lead(records) if charts else None), charts


def _named(desk: _Desk, subject: str, kind: str) -> Assessment | None:
    """Load the result that is named; None where none is.

    Raises:
        UsageError: If something is named that is no result of that kind.
    """
    if not subject:
        return None
    names = [one.name for one in desk.workspace.results() if one.kind == kind]
    if subject not in names:
        have = "、".join(names) or "—"
        raise UsageError(
            Text(
                f"没有 {kind} 类的结果“{subject}”（已有：{have}）；不写则用最新的。",
                f"There is no result {subject!r} of kind {kind} (there are: {have}); the newest "
                "is taken where none is named.",
            )
        )
    return desk.workspace.load(subject)


def _report_enclosure(desk: _Desk, subject: str) -> Report:
    from tongling_gis.report import report_enclosure

    check, records = gather_dossier(desk.workspace, subject, desk.progress)
    pictures = {"enclosure": desk.map_of(check, 156.0)}
    report = report_enclosure(check, records=records, pictures=pictures, facts=desk.facts)
    return _warn(desk, report, check)


def _report_centre(desk: _Desk, subject: str) -> Report:
    from tongling_gis.report import report_centre

    sheet = gather_centre(desk.workspace, subject, desk.progress)
    pictures = {} if sheet.isochrones is None else {"isochrones": desk.map_of(sheet.isochrones)}
    report = report_centre(
        sheet.records, sheet.coverage, sheet.access, pictures=pictures, facts=desk.facts
    )
    return _warn(desk, report, sheet.coverage)


def _report_siting(desk: _Desk, subject: str) -> Report:
    from tongling_gis.report import report_siting

    siting = _named(desk, subject, "siting") or desk.workspace.latest("siting")
    if siting is None:
        raise MissingFileError(
            Text(
                "项目里还没有选址结果：请先运行 tongling-gis site，如 "
                "tongling-gis site cover --k 1..5。",
                "The project has no siting result yet: run tongling-gis site first, such as "
                "tongling-gis site cover --k 1..5.",
            )
        )
    pictures = desk.charts(siting)
    if "sites" in siting.layers:
        pictures["siting"] = desk.map_of(siting)
    return _warn(desk, report_siting(siting, pictures=pictures, facts=desk.facts), siting)


def _warn(desk: _Desk, report: Report, result: Assessment) -> Report:
    """Say on top and on each page where the result is older than the data."""
    marked = mark_stale(desk.workspace, result)
    if marked is None or marked is result:
        return report
    facts = [*report.facts, (Text("注意", "Note"), marked.notes[0])]
    return replace(report, facts=facts, foot=marked.stamp)


_GATHER: dict[ReportKind, Callable[[_Desk, str], Report]] = {
    "coverage": _report_coverage,
    "enclosure": _report_enclosure,
    "centre": _report_centre,
    "siting": _report_siting,
}
