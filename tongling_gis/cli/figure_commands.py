"""The command that draws figures for print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.text import Text

if TYPE_CHECKING:
    import argparse

    from tongling_gis.cli.arguments import Builder
    from tongling_gis.cli.show import Screen

_SHEETS = ("A4", "A4-portrait", "A3", "A3-portrait", "slide")
_FORMATS = ("png", "svg", "pdf")
_CHARTS = (
    "share_by_age",
    "minutes",
    "lorenz",
    "stars",
    "satisfaction",
    "siting_curve",
    "week",
    "all",
)


def add_figure(builder: Builder) -> None:
    """Add the command ``figure``."""
    parser = builder.command(
        "figure",
        Text("绘制报告和展板用的专题图和统计图（PNG、SVG、PDF）", "maps and charts for print"),
        figure,
    )
    builder.option(
        parser,
        "what",
        nargs="*",
        metavar="RESULT",
        help=Text(
            "结果名称（如 coverage-01）或类别：coverage、isochrones、comparison、enclosure、"
            "siting、access、hours；不写则每类各画最新一个",
            "a result, as coverage-01, or a kind: coverage, isochrones, comparison, enclosure, "
            "siting, access, hours; the newest of each kind where none is named",
        ),
    )
    builder.option(
        parser,
        "--chart",
        dest="charts",
        nargs="+",
        choices=_CHARTS,
        default=(),
        metavar="NAME",
        help=Text(
            "改画统计图：share_by_age 各年龄覆盖、minutes 步行分钟、lorenz 洛伦兹与基尼、"
            "stars 星级与服务人口、satisfaction 满意度、siting_curve 选址收益、"
            "week 一周开放，或 all 全部",
            "charts in place of maps: share_by_age, minutes, lorenz, stars, satisfaction, "
            "siting_curve, week, or all",
        ),
    )
    builder.option(
        parser,
        "--sheet",
        choices=_SHEETS,
        default="A4",
        help=Text("图幅：A4、A3（横、竖）或幻灯片", "paper, or a slide of 16:9"),
    )
    builder.option(
        parser,
        "--format",
        dest="formats",
        nargs="+",
        choices=_FORMATS,
        default=("png",),
        help=Text("格式，可多选（默认 png，300 dpi）", "formats (default: png at 300 dpi)"),
    )
    builder.option(
        parser,
        "--title",
        default="",
        help=Text("图名（默认按结果拟定）", "title in place of the usual one"),
    )
    builder.option(
        parser,
        "-o",
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help=Text(
            "输出文件（默认放在项目的 maps 文件夹）", "file (default: in the project's folder maps)"
        ),
    )


def figure(options: argparse.Namespace, screen: Screen) -> None:
    """Draw results for print."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    paths = studies.draw_project_figures(
        workspace,
        options.what,
        studies.FigureOptions(
            options.sheet,
            tuple(options.formats),
            title=options.title,
            out=options.out,
            charts=tuple(options.charts),
        ),
        lang=screen.lang,
        progress=screen.progress,
    )
    for path in paths:
        screen.say(Text(f"专题图：{path}", f"Figure: {path}"))
    screen.answer({"figures": [str(path) for path in paths]})
