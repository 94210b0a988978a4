"""The command that writes reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.text import Text

if TYPE_CHECKING:
    import argparse

    from tongling_gis.cli.arguments import Builder
    from tongling_gis.cli.show import Screen

_KINDS = ("coverage", "enclosure", "centre", "siting")


def add_report(builder: Builder) -> None:
    """Add the command ``report``."""
    parser = builder.command(
        "report",
        Text("写报告：Word 和网页（覆盖、围合、邻里中心、选址）", "reports as Word and as a page"),
        report,
    )
    builder.option(
        parser,
        "kind",
        choices=_KINDS,
        metavar="KIND",
        help=Text(
            "coverage 全市覆盖评估、enclosure 一个小区的围合检查、centre 一个邻里中心的情况表、"
            "siting 选址",
            "coverage of the city, enclosure of one compound, centre: one centre's fact sheet, "
            "siting",
        ),
    )
    builder.option(
        parser,
        "subject",
        nargs="?",
        default="",
        metavar="ID",
        help=Text(
            "小区或方案编号（enclosure）、中心编号或名称（centre），或结果名称（如 siting-02）；"
            "不写则用最新结果",
            "a compound or draft (enclosure), a centre by id or name (centre), or a result such as "
            "siting-02; the newest result where none is given",
        ),
    )
    builder.option(
        parser,
        "--template",
        type=Path,
        default=None,
        metavar="FILE.docx",
        help=Text(
            "本单位的 Word 模板：取其样式、页面、页眉和页脚",
            "your bureau's Word file, of which styles, page, header and footer are taken",
        ),
    )
    builder.option(
        parser,
        "-o",
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help=Text(
            "输出文件，.docx 或 .html（默认两种都写入项目的 maps 文件夹）",
            "file ending in .docx or .html (default: both, in the project's folder maps)",
        ),
    )


def report(options: argparse.Namespace, screen: Screen) -> None:
    """Write a report."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    paths = studies.write_project_report(
        workspace,
        options.kind,
        options.subject,
        studies.ReportOptions(out=options.out, template=options.template),
        lang=screen.lang,
        progress=screen.progress,
    )
    for path in paths:
        screen.say(Text(f"报告：{path}", f"Report: {path}"))
    screen.answer({"reports": [str(path) for path in paths]})
