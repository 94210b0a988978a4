"""Draw a project's results for print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tongling_gis.errors import MissingFileError, UsageError
from tongling_gis.studies.inputs import project_provenance
from tongling_gis.studies.staleness import mark_stale
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tongling_gis.assessment import Assessment
    from tongling_gis.store import Workspace
    from tongling_gis.text import Lang

BASE_LAYERS = (
    "streets",
    "water",
    "green",
    "buildings",
    "barriers",
    "study_area",
    "centres",
    "compounds",
)
"""What figures stand on."""
ALL_CHARTS = "all"
_RECORDS = "records"


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """How figures are drawn.

    Attributes:
        sheet: Name of the sheet.
        formats: "png", "svg", "pdf"; where a file is named its ending counts.
        title: Title in place of the usual one.
        out: The file, where one figure is drawn; None for the project's folder ``maps``.
        charts: Names of charts to draw of the results in place of maps; "all" for every one
            that the project has what it needs for.
    """

    sheet: str = "A4"
    formats: tuple[str, ...] = ("png",)
    title: str = ""
    out: Path | None = None
    charts: tuple[str, ...] = ()


class _Drawing(NamedTuple):
    """One figure to draw: the result, and the chart ("" for its map)."""

    name: str
    result: Assessment
    chart: str = ""


def draw_project_figures(
    workspace: Workspace,
    what: Sequence[str] = (),
    options: FigureOptions | None = None,
    *,
    lang: Lang = "zh",
    progress: Progress = silent,
) -> list[Path]:
    """Draw results as maps or charts on sheets, into the project's folder ``maps``.

    Args:
        workspace: The project.
        what: Names of results, or kinds, of which the newest is drawn; the newest of every
            kind where nothing is named.
        options: How, and to which file where it is not the folder ``maps``.
        lang: Language of the words.
        progress: Told what is being done.

    Returns:
        The files, in the order asked for.

    Raises:
        MissingFileError: If the project has no such result, or none that can be drawn.
        UsageError: If a result is of a kind that nothing shows, or the sheet, the chart or the
            format is unknown.
    """
    from tongling_gis.mapping.figures import CHART_FOR, FigureWords, draw_chart, draw_figure

    asked = options or FigureOptions()
    drawings = (
        list(_choose_charts(workspace, what, asked.charts))
        if asked.charts
        else [
            _Drawing(name, one, CHART_FOR.get(one.kind, ""))
            for name, one in choose_results(workspace, what).items()
        ]
    )
    _check_out(drawings, asked)
    layers = {name: workspace.read(name) for name in BASE_LAYERS if workspace.has(name)}
    today = date.today().isoformat()  # noqa: DTZ011 - the planner's own calendar
    words = FigureWords(lang, asked.title, today)
    drawn: list[Path] = []
    for number, one in enumerate(drawings):
        progress(Text(f"绘制 {one.name}", f"Drawing {one.name}"), number / len(drawings))
        for path in _paths(workspace, one.name, asked, lang):
            if one.chart:
                draw_chart(one.chart, one.result, path, sheet=asked.sheet, words=words)
            else:
                draw_figure(one.result, layers, path, sheet=asked.sheet, words=words)
            drawn.append(path)
    progress(Text("完成", "Done"), 1.0)
    return drawn


def _check_out(drawings: Sequence[_Drawing], asked: FigureOptions) -> None:
    if asked.out is not None and len(drawings) != 1:
        names = [one.name for one in drawings]
        raise UsageError(
            Text(
                f"指定了输出文件（-o）时只能画一幅图，这里有 {len(names)} 幅：{'、'.join(names)}。",
                f"One file (-o) takes one figure, and these are {len(names)}: {', '.join(names)}.",
            )
        )


def _paths(workspace: Workspace, name: str, asked: FigureOptions, lang: Lang) -> list[Path]:
    if asked.out is not None:
        return [asked.out]
    ending = "" if lang == "zh" else f"-{lang}"
    stem = f"{name}-{asked.sheet}{ending}"
    return [workspace.maps / f"{stem}.{one}" for one in asked.formats]


def choose_results(workspace: Workspace, what: Sequence[str]) -> dict[str, Assessment]:
    """Load results by name or by kind, whose newest counts; those out of date say so.

    Raises:
        MissingFileError: If there is no such result, or none at all where nothing is named.
    """
    from tongling_gis.mapping.figures import CHART_FOR, FIGURES

    known = {one.name: one.kind for one in workspace.results()}
    newest = {kind: name for name, kind in known.items()}
    names = [newest.get(one, one) for one in what] or [
        newest[kind] for kind in (*FIGURES, *CHART_FOR) if kind in newest
    ]
    missing = [name for name in names if name not in known]
    if missing or not names:
        raise MissingFileError(
            Text(
                f"项目里没有结果“{'、'.join(missing) or 'coverage'}”"
                f"（已有：{'、'.join(known) or '—'}）：请先运行相应的分析命令，如 coverage。",
                f"The project has no result {', '.join(missing) or 'coverage'!r} "
                f"(there are: {', '.join(known) or '-'}): run its command first, such as coverage.",
            )
        )
    return {name: _load(workspace, name) for name in names}


def _load(workspace: Workspace, name: str) -> Assessment:
    result = workspace.load(name)
    return mark_stale(workspace, result) or result


def _choose_charts(
    workspace: Workspace, what: Sequence[str], charts: Sequence[str]
) -> Iterator[_Drawing]:
    """Pair charts with the results that they are drawn of: those named, or else the newest."""
    from tongling_gis.mapping.figures import CHARTS

    named = choose_results(workspace, what) if what else {}
    newest = {one.kind: one.name for one in workspace.results()}
    every = ALL_CHARTS in charts
    for chart in CHARTS if every else charts:
        kind = CHARTS[chart].of if chart in CHARTS else ""
        own = {name: one for name, one in named.items() if one.kind == kind}
        if kind == _RECORDS and workspace.has(CHARTS[chart].needs):
            own = {_RECORDS: read_records_result(workspace)}
        elif not own and not what and kind in newest:
            own = {newest[kind]: _load(workspace, newest[kind])}
        if not own and not every:
            own = _refuse_chart(chart, kind)
        for name, one in own.items():
            if not every or len(one.layers.get(CHARTS[chart].needs, ())):
                yield _Drawing(f"{name}-{chart}", one, chart)


def _refuse_chart(chart: str, kind: str) -> dict[str, Assessment]:
    if not kind:
        from tongling_gis.mapping.figures import CHARTS

        raise UsageError(
            Text(
                f"没有“{chart}”这种统计图；可用：{'、'.join(CHARTS)}、{ALL_CHARTS}。",
                f"There is no chart {chart!r}; choose one of {', '.join(CHARTS)}, {ALL_CHARTS}.",
            )
        )
    if kind == _RECORDS:
        raise MissingFileError(
            Text(
                f"统计图“{chart}”需要台账记录：请先用 import 导入考核记录。",
                f"The chart {chart!r} is drawn of records: import the assessments first.",
            )
        )
    command = "site" if kind == "siting" else kind
    raise MissingFileError(
        Text(
            f"统计图“{chart}”需要 {kind} 类结果：请先运行 tongling-gis {command}。",
            f"The chart {chart!r} is drawn of a result of kind {kind!r}: run tongling-gis "
            f"{command} first.",
        )
    )


def read_records_result(workspace: Workspace) -> Assessment:
    """Give the project's records as a result, for charts of them."""
    from tongling_gis.assessment import Assessment

    names = [name for name in ("compound_assessments",) if workspace.has(name)]
    provenance = project_provenance(workspace)
    return Assessment(
        kind=_RECORDS,
        subject=workspace.name,
        parameters={},
        layers={name: workspace.read(name) for name in names},
        indicators=(),
        provenance=provenance,
        stamp=Text(
            f"由台账“季度考核”汇总 · tongling_gis {provenance.engine_version}",
            f"From the records of quarterly assessments · tongling_gis {provenance.engine_version}",
        ),
    )
