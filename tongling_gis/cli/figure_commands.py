"""The command that draws figures for print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    import argparse

    from tongling_gis.cli.arguments import Builder
    from tongling_gis.cli.show import Screen

_SHEETS = ("A4", "A4-portrait", "A3", "A3-portrait", "slide")
_FORMATS = ("png", "svg", "pdf")


def add_figure(builder: Builder) -> None:
    """Add the command ``figure``."""
    parser = builder.command(
        "figure",
        Text("绘制报告和展板用的专题图（PNG、SVG、PDF）", "maps for print: PNG, SVG or PDF"),
        figure,
    )
    builder.option(
        parser,
        "what",
        nargs="*",
        metavar="RESULT",
        help=Text(
            "结果名称（如 coverage-01）或类别：coverage、isochrones、comparison、enclosure、"
            "siting；不写则每类各画最新一个",
            "a result, as coverage-01, or a kind: coverage, isochrones, comparison, enclosure, "
            "siting; the newest of each kind where none is named",
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

    if options.out is not None and len(options.what) != 1:
        raise UsageError(
            Text(
                "指定了输出文件（-o）时，请只写一个要画的结果。",
                "Name one result alone where a file (-o) is given.",
            )
        )
    workspace = studies.open_project(options.project)
    paths = studies.draw_project_figures(
        workspace,
        options.what,
        studies.FigureOptions(
            options.sheet, tuple(options.formats), title=options.title, out=options.out
        ),
        lang=screen.lang,
        progress=screen.progress,
    )
    for path in paths:
        screen.say(Text(f"专题图：{path}", f"Figure: {path}"))
    screen.answer({"figures": [str(path) for path in paths]})
