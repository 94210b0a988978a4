"""The command ``enclosure``: its own commands and their options."""

from __future__ import annotations

from pathlib import Path

from tongling_gis.cli import enclosure_commands
from tongling_gis.cli.arguments import Builder, CommandParser
from tongling_gis.cli.proposal_parser import add_proposals
from tongling_gis.text import Text


def add_enclosure(builder: Builder) -> None:
    """Add the command ``enclosure`` with its own commands."""
    parser = builder.command(
        "enclosure",
        Text(
            "围合：检查边界和大门是否合规，保存、对比、批准方案",
            "enclosures: check a boundary by every rule; keep, compare and approve drafts",
        ),
        enclosure_commands.check,
        project=False,
    )
    title = Text("围合命令", "commands of enclosures").in_lang(builder.lang)
    actions = Builder(
        builder.lang,
        parser.add_subparsers(
            title=title,
            metavar="ACTION",
            required=True,
            dest="action",
            parser_class=CommandParser,
        ),
    )
    for add in (_add_check, _add_compare, _add_approve, _add_list, _add_rules):
        add(actions)
    add_proposals(actions, _add_case)


def _add_case(builder: Builder, parser: CommandParser) -> None:
    _add_subject(builder, parser)
    _add_reading(builder, parser)
    _add_walkers(builder, parser)


def _add_check(builder: Builder) -> None:
    parser = builder.command(
        "check",
        Text(
            "按全部规则检查一个围合：边界文件、小区或已存方案",
            "check one enclosure by every rule: a boundary file, a compound or a draft",
        ),
        enclosure_commands.check,
    )
    _add_case(builder, parser)
    _add_deeds(builder, parser)


def _add_subject(builder: Builder, parser: CommandParser) -> None:
    builder.option(
        parser,
        "file",
        nargs="?",
        type=Path,
        default=None,
        metavar="FILE",
        help=Text(
            "边界文件：地图页下载的 GeoJSON，或 GeoPackage、Shapefile、DXF",
            "boundary file: the map page's GeoJSON, GeoPackage, shapefile or DXF",
        ),
    )
    builder.option(
        parser,
        "--compound",
        default="",
        metavar="ID",
        help=Text("检查某个小区自己的边界和大门", "a compound's own line and gates"),
    )
    builder.option(
        parser, "--draft", default="", metavar="ID", help=Text("检查已存方案", "a kept draft")
    )


def _add_reading(builder: Builder, parser: CommandParser) -> None:
    for name, metavar, words in (
        ("--area", "NAME", Text("文件里用哪一个面（编号或名称）", "which area of the file")),
        ("--part", "NAME", Text("文件里的子图层", "sub-layer of the file")),
        ("--crs", "CRS", Text("文件的坐标系", "the file's coordinate system")),
    ):
        builder.option(parser, name, default="", metavar=metavar, help=words)
    builder.option(
        parser,
        "--gates",
        type=Path,
        default=None,
        metavar="FILE",
        help=Text("另有大门的文件（点）", "a file with gates (points)"),
    )
    builder.option(
        parser,
        "--gates-from",
        default="records",
        choices=("records", "streets"),
        help=Text(
            "小区大门来自已知大门，或把每条穿过边界的道路都当作大门",
            "gates that are known, or every street that crosses the line (of a compound)",
        ),
    )
    builder.option(
        parser,
        "--answers",
        type=Path,
        default=None,
        metavar="TOML",
        help=Text("人工答复：许可、业主表决、现场核实", "what people answer: permit, vote, survey"),
    )
    builder.option(
        parser,
        "--tolerance",
        type=float,
        default=None,
        metavar="M",
        help=Text(
            "边界吸附到围墙、路边和地界的最大距离，0 为不吸附",
            "farthest that the line is moved to walls, streets and plots; 0 for not at all",
        ),
    )


def _add_walkers(builder: Builder, parser: CommandParser) -> None:
    builder.option(
        parser,
        "--profile",
        default="adult",
        metavar="NAME",
        help=Text("谁步行（默认 adult）", "who walks (default: adult)"),
    )
    builder.option(
        parser,
        "--at",
        default="",
        metavar="WHEN",
        help=Text(
            "大门在此时刻须开放，如“周二 19:30”（默认不限）",
            "moment at which gates must be open, such as 'Tuesday 19:30'",
        ),
    )
    builder.option(
        parser,
        "--centres-from",
        default="",
        metavar="KEY=VALUE",
        help=Text("以某类设施代替邻里中心", "amenities that stand in for centres"),
    )
    builder.option(
        parser,
        "--residents-from",
        default="",
        choices=("", "residents", "buildings"),
        metavar="LAYER",
        help=Text("居民来自 residents 或 buildings", "residents or buildings"),
    )


def _add_deeds(builder: Builder, parser: CommandParser) -> None:
    builder.option(
        parser,
        "--accept",
        action="append",
        default=[],
        metavar="OFFER",
        help=Text(
            "采纳建议改动（编号如 PLN-03-1）后重新检查，可多次",
            "accept an offer, such as PLN-03-1, and check anew; may be repeated",
        ),
    )
    builder.option(
        parser,
        "--override",
        action="append",
        default=[],
        metavar="RULE=REASON",
        help=Text(
            "对某条结论破例，须写明理由和 --author，可多次",
            "let a finding pass, with a reason and --author; may be repeated",
        ),
    )
    builder.option(
        parser,
        "--withdraw",
        action="append",
        default=[],
        metavar="RULE",
        help=Text(
            "撤销方案里的一条破例，可多次", "take back an override of the draft; may be repeated"
        ),
    )
    builder.option(
        parser,
        "--save-draft",
        action="store_true",
        help=Text("存为方案的新版本（不覆盖旧版本）", "keep it as a new version of a draft"),
    )
    for name, metavar, words in (
        ("--author", "NAME", Text("编制人", "who made it")),
        ("--note", "TEXT", Text("说明", "a note")),
        ("--date", "YYYY-MM-DD", Text("日期（默认今天）", "the day (default: today)")),
    ):
        builder.option(parser, name, default="", metavar=metavar, help=words)
    builder.option(
        parser,
        "--all",
        action="store_true",
        help=Text("逐条列出符合和不适用的规则", "list rules that pass or do not apply too"),
    )
    builder.option(
        parser,
        "-o",
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help=Text(
            "另存各条结论：.gpkg、.geojson、.csv 或 .parquet",
            "also write the findings: .gpkg, .geojson, .csv or .parquet",
        ),
    )


def _add_compare(builder: Builder) -> None:
    parser = builder.command(
        "compare",
        Text("对比两个方案：边界、大门和结论有何不同", "what differs between two drafts"),
        enclosure_commands.compare,
    )
    for name in ("first", "second"):
        builder.option(parser, name, metavar="DRAFT", help=Text("方案编号", "a draft's id"))


def _add_approve(builder: Builder) -> None:
    parser = builder.command(
        "approve",
        Text("批准一个方案并留下记录", "approve a draft, with a record"),
        enclosure_commands.approve,
    )
    builder.option(parser, "draft", metavar="DRAFT", help=Text("方案编号", "a draft's id"))
    builder.option(
        parser, "--by", required=True, metavar="NAME", help=Text("审批人", "who approves")
    )
    builder.option(parser, "--note", default="", metavar="TEXT", help=Text("备注", "a note"))
    builder.option(
        parser,
        "--date",
        default="",
        metavar="YYYY-MM-DD",
        help=Text("日期（默认今天）", "the day (default: today)"),
    )


def _add_list(builder: Builder) -> None:
    builder.command("list", Text("列出已存方案", "list the drafts"), enclosure_commands.list_drafts)


def _add_rules(builder: Builder) -> None:
    parser = builder.command(
        "rules",
        Text(
            "列出现行规则，标出本项目 rules.toml 的改动",
            "list the rules in force, and what the project's rules.toml changes",
        ),
        enclosure_commands.rules,
    )
    builder.option(
        parser,
        "which",
        nargs="?",
        default="",
        metavar="RULE",
        help=Text("只看某类或某条，如 FIR 或 FIR-03a", "only some, such as FIR or FIR-03a"),
    )
