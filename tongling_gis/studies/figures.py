"""Draw a project's results for print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tongling_gis.errors import MissingFileError
from tongling_gis.studies.staleness import mark_stale
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """How figures are drawn.

    Attributes:
        sheet: Name of the sheet.
        formats: "png", "svg", "pdf"; where a file is named its ending counts.
        title: Title in place of the usual one.
        out: The file, where one figure is drawn; None for the project's folder ``maps``.
    """

    sheet: str = "A4"
    formats: tuple[str, ...] = ("png",)
    title: str = ""
    out: Path | None = None


def draw_project_figures(
    workspace: Workspace,
    what: Sequence[str] = (),
    options: FigureOptions | None = None,
    *,
    lang: Lang = "zh",
    progress: Progress = silent,
) -> list[Path]:
    """Draw results as maps on sheets, into the project's folder ``maps`` unless said otherwise.

    Args:
        workspace: The project.
        what: Names of results, or kinds, of which the newest is drawn; the newest of every
            kind where nothing is named.
        options: How.
        lang: Language of the words.
        progress: Told what is being done.

    Returns:
        The files, in the order asked for.

    Raises:
        MissingFileError: If the project has no such result, or none that can be drawn.
        UsageError: If a result is of a kind that no map shows, or the sheet or format is unknown.
    """
    from tongling_gis.mapping.figures import FigureWords, draw_figure

    asked = options or FigureOptions()
    results = choose_results(workspace, what)
    layers = {name: workspace.read(name) for name in BASE_LAYERS if workspace.has(name)}
    today = date.today().isoformat()  # noqa: DTZ011 - the planner's own calendar
    drawn: list[Path] = []
    for number, (name, result) in enumerate(results.items()):
        progress(Text(f"绘制 {name}", f"Drawing {name}"), number / len(results))
        ending = "" if lang == "zh" else f"-{lang}"
        stem = f"{name}-{asked.sheet}{ending}"
        usual = [workspace.maps / f"{stem}.{one}" for one in asked.formats]
        words = FigureWords(lang, asked.title, today)
        paths = usual if asked.out is None else [asked.out]
        drawn += [
            draw_figure(result, layers, path, sheet=asked.sheet, words=words) for path in paths
        ]
    progress(Text("完成", "Done"), 1.0)
    return drawn


def choose_results(workspace: Workspace, what: Sequence[str]) -> dict[str, Assessment]:
    """Load results by name or by kind, whose newest counts; those out of date say so.

    Raises:
        MissingFileError: If there is no such result, or none at all where nothing is named.
    """
    from tongling_gis.mapping.figures import FIGURES

    known = {one.name: one.kind for one in workspace.results()}
    newest = {kind: name for name, kind in known.items()}
    names = [newest.get(one, one) for one in what] or [
        newest[kind] for kind in FIGURES if kind in newest
    ]
    missing = [name for name in names if name not in known]
    if missing or not names:
        asked = "、".join(missing) or "coverage"
        have = "、".join(known) or "—"
        raise MissingFileError(
            Text(
                f"项目里没有结果“{asked}”（已有：{have}）：请先运行相应的分析命令，如 coverage。",
                f"The project has no result {asked!r} (there are: {have}): run its command "
                "first, such as coverage.",
            )
        )
    found = {}
    for name in names:
        result = workspace.load(name)
        found[name] = mark_stale(workspace, result) or result
    return found
