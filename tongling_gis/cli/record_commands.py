"""The commands about records: an empty workbook, the project's workbook, what follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.text import Text

if TYPE_CHECKING:
    import argparse

    from tongling_gis.cli.arguments import Builder
    from tongling_gis.cli.show import Screen

_FILE = Text("工作簿文件名，如 台账.xlsx", "the workbook's name, such as records.xlsx")


def add_template(builder: Builder) -> None:
    """Add the command ``template``."""
    parser = builder.command(
        "template",
        Text(
            "生成空白台账工作簿（带下拉选项和填写说明）",
            "write an empty workbook of records, with drop-downs and notes",
        ),
        write_template,
        project=False,
    )
    builder.option(parser, "file", type=Path, metavar="FILE.xlsx", help=_FILE)


def add_export(builder: Builder) -> None:
    """Add the command ``export``."""
    parser = builder.command(
        "export",
        Text(
            "把项目的台账导出为 Excel 工作簿（改好后可再导入，不丢内容）",
            "write the project's records to an Excel workbook that can be imported again",
        ),
        export,
    )
    builder.option(parser, "file", type=Path, metavar="FILE.xlsx", help=_FILE)


def add_records(builder: Builder) -> None:
    """Add the command ``records``."""
    parser = builder.command(
        "records",
        Text(
            "由台账汇总：排名、奖补、满意度、黑名单、联盟活动、逾期和未关联的记录",
            "what follows from records: ranks, grants, satisfaction, blacklist, alliances, overdue",
        ),
        show_records,
    )
    builder.option(
        parser,
        "what",
        choices=("summary",),
        metavar="summary",
        help=Text("汇总", "the summary"),
    )
    builder.option(
        parser,
        "--date",
        dest="day",
        default="",
        metavar="YYYY-MM-DD",
        help=Text(
            "以哪一天为准判断逾期（默认今天）", "day by which things are overdue (default: today)"
        ),
    )
    builder.option(
        parser,
        "--rows",
        type=int,
        default=10,
        metavar="N",
        help=Text("每张表最多显示几行（默认 10）", "rows shown of each table (default: 10)"),
    )
    builder.option(
        parser,
        "--out",
        type=Path,
        default=None,
        metavar="FILE.xlsx",
        help=Text("另存为工作簿，含所有行", "also write a workbook with every row"),
    )


def write_template(options: argparse.Namespace, screen: Screen) -> None:
    """Write an empty workbook of records."""
    from tongling_gis import studies

    path = studies.write_empty_workbook(options.file, lang=screen.lang)
    screen.say(
        Text(
            f"已生成空白台账：{path}\n填好后导入：tongling-gis import {path.name} -p 项目文件夹",
            f"Written: {path}\nFill it, then: tongling-gis import {path.name} -p PROJECT",
        )
    )
    screen.answer({"file": str(path)})


def export(options: argparse.Namespace, screen: Screen) -> None:
    """Write the project's records to a workbook."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    path = studies.export_workbook(workspace, options.file, lang=screen.lang)
    screen.say(Text(f"已导出台账：{path}", f"Written: {path}"))
    cut = studies.describe_cut(workspace)
    for one in cut:
        screen.say(Text(f"注意：{one.zh}", f"Note: {one.en}"))
    screen.answer({"file": str(path), "cut": [{"zh": one.zh, "en": one.en} for one in cut]})


def show_records(options: argparse.Namespace, screen: Screen) -> None:
    """Show what follows from a project's records."""
    from tongling_gis import studies
    from tongling_gis.cli.tables import lay_out

    workspace = studies.open_project(options.project)
    summary = studies.study_records(workspace, day=options.day)
    for section in summary.sections:
        screen.say(f"\n【{screen.word(section.title)}】")
        for line in lay_out(section, screen.lang, rows=options.rows):
            screen.say(line)
    for note in summary.notes:
        screen.say(Text(f"说明：{note.zh}", f"Note: {note.en}"))
    if options.out:
        path = studies.write_summary(workspace, summary, options.out, lang=screen.lang)
        screen.say(Text(f"已写出：{path}", f"Written: {path}"))
    screen.answer(summary.to_json())
