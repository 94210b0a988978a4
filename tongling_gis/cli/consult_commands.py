"""The commands about consultation: a page for residents, their remarks, answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.cli.arguments import Builder, CommandParser
from tongling_gis.text import Text

if TYPE_CHECKING:
    import argparse

    from tongling_gis.cli.show import Screen


def add_consult(builder: Builder) -> None:
    """Add the command ``consult`` with its parts."""
    parser = builder.command(
        "consult",
        Text("就围合方案征求居民意见", "ask residents about an enclosure draft"),
        show,
    )
    title = Text("征求意见命令", "commands of consultation").in_lang(builder.lang)
    inner = Builder(
        builder.lang,
        parser.add_subparsers(
            title=title,
            metavar="COMMAND",
            required=True,
            dest="part",
            parser_class=CommandParser,
        ),
    )
    page_parser = inner.command(
        "page", Text("绘制征求意见网页（单个文件）", "the page for residents, one file"), page
    )
    inner.option(page_parser, "draft", metavar="DRAFT", help=Text("方案编号", "draft id"))
    inner.option(
        page_parser,
        "-o",
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help=Text("输出文件（默认在 maps 文件夹）", "file (default: in the folder maps)"),
    )
    import_parser = inner.command(
        "import", Text("收入居民发来的意见文件", "take in files of remarks"), receive
    )
    inner.option(
        import_parser,
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help=Text("居民下载的 .geojson 文件", "what residents downloaded"),
    )
    list_parser = inner.command("list", Text("列出意见和答复", "list remarks and answers"), show)
    inner.option(
        list_parser,
        "draft",
        nargs="?",
        default="",
        metavar="DRAFT",
        help=Text("方案编号（默认全部）", "draft id (default: all)"),
    )
    answer_parser = inner.command("answer", Text("答复一条意见", "answer a remark"), answer)
    inner.option(answer_parser, "remark", metavar="REMARK", help=Text("意见编号", "remark id"))
    inner.option(answer_parser, "words", metavar="WORDS", help=Text("答复内容", "what is answered"))
    inner.option(
        answer_parser, "--by", default="", metavar="NAME", help=Text("答复人", "who answers")
    )
    hide_parser = inner.command(
        "hide", Text("不在网页上公开一条意见", "take a remark off the page"), hide
    )
    inner.option(hide_parser, "remark", metavar="REMARK", help=Text("意见编号", "remark id"))


def page(options: argparse.Namespace, screen: Screen) -> None:
    """Draw the page for residents."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    path = studies.draw_consultation_page(workspace, options.draft, options.out, lang=screen.lang)
    screen.say(Text(f"征求意见网页：{path}", f"Consultation page: {path}"))
    screen.answer({"page": str(path)})


def receive(options: argparse.Namespace, screen: Screen) -> None:
    """Take in files of remarks."""
    from tongling_gis import studies

    found = studies.receive_remarks(studies.open_project(options.project), options.files)
    screen.say(
        Text(
            f"收到 {found.received} 条意见，另有 {len(found.left_out)} 条未收入。",
            f"{found.received} remarks received, {len(found.left_out)} left out.",
        )
    )
    for why in found.left_out:
        screen.say(Text(f"  {why.zh}", f"  {why.en}"))
    screen.answer(
        {"received": found.received, "left_out": [screen.word(why) for why in found.left_out]}
    )


def show(options: argparse.Namespace, screen: Screen) -> None:
    """List remarks and answers."""
    from tongling_gis import studies
    from tongling_gis.schema.layers import REMARK_STATES

    remarks = studies.list_remarks(studies.open_project(options.project), options.draft)
    rows = [] if remarks is None else remarks.drop(columns="geometry").to_dict("records")
    if not rows:
        screen.say(Text("还没有收到意见。", "No remark was received yet."))
    for row in rows:
        state = REMARK_STATES.get(str(row["status"]), Text.same(str(row["status"])))
        head = f"{row['remark_id']}  {row['draft_id']}"
        screen.say(
            Text(f"{head}  [{state.zh}] {row['text']}", f"{head}  [{state.en}] {row['text']}")
        )
        if isinstance(row["answer"], str):
            said = f"{row['answer']}（{row['answered_by']}，{row['answered_on']}）"
            screen.say(Text(f"    答复：{said}", f"    Answer: {said}"))
    plain = [{k: v if isinstance(v, str) else None for k, v in row.items()} for row in rows]
    screen.answer({"remarks": plain})


def answer(options: argparse.Namespace, screen: Screen) -> None:
    """Keep an answer."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    studies.answer_remark(workspace, options.remark, answer=options.words, by=options.by)
    screen.say(Text(f"已答复 {options.remark}。", f"Answered {options.remark}."))
    screen.answer({"answered": options.remark})


def hide(options: argparse.Namespace, screen: Screen) -> None:
    """Take a remark off the page; it stays in the project."""
    from tongling_gis import studies

    studies.answer_remark(studies.open_project(options.project), options.remark, hide=True)
    screen.say(Text(f"{options.remark} 不再公开。", f"{options.remark} is shown no more."))
    screen.answer({"hidden": options.remark})
