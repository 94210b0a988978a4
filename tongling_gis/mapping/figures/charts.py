"""Every chart, drawn alone as PNG for a report, or on a sheet as PNG, SVG or PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tongling_gis.errors import UsageError
from tongling_gis.mapping.figures import centre_charts, walk_charts
from tongling_gis.mapping.figures.drawing import FigureWords, check_file, describe_foot
from tongling_gis.mapping.figures.sheet import SHEETS, Box, SheetText, open_page
from tongling_gis.mapping.figures.typesetting import new_figure, png_bytes, save_figure, typeset
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes

    from tongling_gis.assessment import Assessment
    from tongling_gis.text import Lang

_TEXT_PT = 8.5
_SHEET_TYPE = 1.35
_HIGHEST = 0.72


class ChartKind(NamedTuple):
    """How one chart is drawn.

    Attributes:
        of: The kind of result it is drawn of.
        needs: The layer or table of the result without which it cannot be drawn.
        title: Its title; ``{subject}`` is what was assessed.
        lead: Says in one sentence what it shows.
        draw: Draws it in axes.
        size_mm: Its usual width and height in a report.
    """

    of: str
    needs: str
    title: Text
    lead: Callable[[Assessment], Text]
    draw: Callable[[Axes, Assessment, Lang], None]
    size_mm: tuple[float, float] = (160.0, 80.0)


CHARTS: dict[str, ChartKind] = {
    "share_by_age": ChartKind(
        "coverage",
        "residents",
        Text("{subject}各年龄组步行覆盖比例", "{subject}: share covered by age"),
        walk_charts.lead_of_shares,
        walk_charts.draw_shares,
        (160.0, 62.0),
    ),
    "minutes": ChartKind(
        "coverage",
        "residents",
        Text("{subject}居民步行时间分布", "{subject}: minutes to the nearest centre"),
        walk_charts.lead_of_minutes,
        walk_charts.draw_minutes,
    ),
    "lorenz": ChartKind(
        "access",
        "lorenz",
        Text("{subject}中心建筑面积分配的洛伦兹曲线", "{subject}: Lorenz curve of floor area"),
        walk_charts.lead_of_lorenz,
        walk_charts.draw_lorenz,
        (100.0, 95.0),
    ),
    "stars": ChartKind(
        "coverage",
        "centres",
        Text("{subject}邻里中心星级与服务人口", "{subject}: stars and people served"),
        centre_charts.lead_of_stars,
        centre_charts.draw_stars,
    ),
    "satisfaction": ChartKind(
        "records",
        "compound_assessments",
        Text("{subject}小区居民满意度趋势", "{subject}: satisfaction by quarter"),
        centre_charts.lead_of_satisfaction,
        centre_charts.draw_satisfaction,
        (160.0, 70.0),
    ),
    "siting_curve": ChartKind(
        "siting",
        "curve",
        Text("{subject}新增地点的收益曲线", "{subject}: what each further site gains"),
        centre_charts.lead_of_curve,
        centre_charts.draw_curve,
    ),
    "week": ChartKind(
        "hours",
        "week",
        Text("{subject}一周各时段开放中心可达比例", "{subject}: open centres in reach by the hour"),
        centre_charts.lead_of_week,
        centre_charts.draw_week,
        (160.0, 66.0),
    ),
}
"""Every chart by name. Records of a project are given as a result of kind "records"."""

CHART_FOR = {"hours": "week"}
"""Kinds of results that no map shows -> the chart that shows them."""


def draw_chart_png(
    name: str,
    result: Assessment,
    *,
    lang: Lang = "zh",
    size_mm: tuple[float, float] | None = None,
) -> bytes:
    """Draw a chart alone, without title or sources, for a page that has its own caption.

    Args:
        name: One of ``CHARTS``.
        result: A result of the chart's kind.
        lang: Language of the words.
        size_mm: Width and height on the page, for which its type is made; None for the usual.

    Returns:
        A PNG file at 300 dpi.

    Raises:
        UsageError: If there is no such chart, or the result has not what it shows.
    """
    chart = _chart_of(name, result)
    wide_mm, high_mm = size_mm or chart.size_mm
    with typeset(_TEXT_PT):
        figure = new_figure(wide_mm, high_mm)
        figure.set_layout_engine("constrained", w_pad=0.06, h_pad=0.05)
        chart.draw(figure.add_subplot(), result, lang)
        return png_bytes(figure)


def draw_chart(
    name: str,
    result: Assessment,
    path: Path,
    *,
    sheet: str = "A4",
    words: FigureWords | None = None,
) -> Path:
    """Draw a chart on a sheet with its title, a sentence and what it depends on.

    Args:
        name: One of ``CHARTS``.
        result: A result of the chart's kind.
        path: The file, ending in .png (300 dpi), .svg or .pdf.
        sheet: Name of the sheet, one of ``SHEETS``.
        words: Language, title and day; None for the usual ones in Chinese.

    Raises:
        UsageError: If there is no such chart or sheet, the file's ending is not known, or the
            result has not what the chart shows.
    """
    chart = _chart_of(name, result)
    check_file(sheet, path)
    own = words or FigureWords()
    said = SheetText(
        Text.same(own.title) if own.title else chart.title.fill(subject=result.subject),
        chart.lead(result),
        foot=describe_foot(result, own.day),
        invented=result.provenance.invented,
    )
    paper = SHEETS[sheet]
    with typeset(paper.text_pt * _SHEET_TYPE):
        page = open_page(paper, said, own.lang)
        room = page.room
        high_mm = min(room.height, room.width * _HIGHEST)
        box = Box(room.left, room.top - high_mm, room.width, high_mm)
        page.figure.set_layout_engine("constrained", rect=page.share(box))
        chart.draw(page.figure.add_subplot(), result, own.lang)
        save_figure(page.figure, path)
    return path


def _chart_of(name: str, result: Assessment) -> ChartKind:
    if name not in CHARTS:
        raise UsageError(
            Text(
                f"没有“{name}”这种统计图；可用：{'、'.join(CHARTS)}。",
                f"There is no chart {name!r}; choose one of {', '.join(CHARTS)}.",
            )
        )
    chart = CHARTS[name]
    if result.kind != chart.of or not len(result.layers.get(chart.needs, ())):
        raise UsageError(
            Text(
                f"统计图“{name}”要用含有 {chart.needs} 的 {chart.of} 结果，"
                f"这里给的是“{result.kind}”。",
                f"The chart {name!r} is drawn of a result of kind {chart.of!r} with "
                f"{chart.needs!r}, and this one is {result.kind!r}.",
            )
        )
    return chart
