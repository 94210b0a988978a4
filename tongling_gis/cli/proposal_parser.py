"""The commands ``enclosure gates``, ``openings`` and ``propose`` and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.cli import proposal_commands
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tongling_gis.cli.arguments import Builder, CommandParser

_OUT = Text(
    "另存结果表：.gpkg、.geojson、.csv 或 .parquet",
    "also write the table: .gpkg, .geojson, .csv or .parquet",
)


def add_proposals(builder: Builder, add_subject: Callable[[Builder, CommandParser], None]) -> None:
    """Add the commands that propose.

    Args:
        builder: Adds commands.
        add_subject: Adds the options that say which boundary, and who walks.
    """
    _add_gates(builder, add_subject)
    _add_openings(builder, add_subject)
    _add_areas(builder, add_subject)


_GATES: tuple[tuple[str, dict[str, Any], Text], ...] = (
    (
        "--rules",
        {"nargs": "+", "default": (), "metavar": "RULE"},
        Text(
            "须满足的规则编号（默认：与大门有关的法律、强制和“应”条款，及 PLN-03、EVA-04）",
            "rules to keep (default: those about gates of law, codes and standards' 'shall', and "
            "PLN-03, EVA-04)",
        ),
    ),
    (
        "--without",
        {"nargs": "+", "default": (), "metavar": "RULE"},
        Text("不作为条件的规则编号", "rules left out"),
    ),
    (
        "--limit",
        {"type": float, "default": 3.0, "metavar": "MIN"},
        Text(
            "居民到中心的步行最多可增加几分钟（默认 3）",
            "minutes by which a walk to a centre may grow (default: 3)",
        ),
    ),
    (
        "--most",
        {"type": int, "default": None, "metavar": "N"},
        Text("最多几处大门", "gates there may be at most"),
    ),
    (
        "--prices",
        {"nargs": "+", "default": (), "metavar": "KIND=N"},
        Text(
            "各类大门的造价，求最省，如 vehicle=3 pedestrian=1 fire_only=2（默认求最少）",
            "what gates cost, for the cheapest: vehicle=3 pedestrian=1 fire_only=2 (default: "
            "the fewest)",
        ),
    ),
)


def _add_gates(builder: Builder, add_subject: Callable[[Builder, CommandParser], None]) -> None:
    parser = builder.command(
        "gates",
        Text(
            "为一个边界求满足规则的最少大门，或证明没有",
            "the fewest gates by which a boundary keeps its rules, or the proof of none",
        ),
        proposal_commands.gates,
    )
    add_subject(builder, parser)
    for name, facts, words in _GATES:
        builder.option(parser, name, **facts, help=words)
    _add_keeping(builder, parser)


def _add_openings(builder: Builder, add_subject: Callable[[Builder, CommandParser], None]) -> None:
    parser = builder.command(
        "openings",
        Text(
            "依次给出最值得打开的围墙，和最不宜封闭的小区",
            "walls most worth opening, one after the other, and compounds not to close",
        ),
        proposal_commands.openings,
    )
    add_subject(builder, parser)
    builder.option(
        parser,
        "--steps",
        type=int,
        default=10,
        metavar="N",
        help=Text("依次打开几处（默认 10）", "how many to open (default: 10)"),
    )
    builder.option(
        parser,
        "--by",
        choices=("minutes", "covered"),
        default="minutes",
        help=Text(
            "按节省的步行时间或 15 分钟新覆盖排序",
            "rank by minutes saved or by residents newly within 15 minutes",
        ),
    )
    builder.option(parser, "-o", "--out", default=None, metavar="FILE", help=_OUT)


_AREAS: tuple[tuple[str, dict[str, Any], Text], ...] = (
    (
        "--area-limit",
        {"type": float, "default": 4.0, "metavar": "HA"},
        Text("每片最大面积（公顷，默认 4）", "largest area in hectares (default: 4)"),
    ),
    (
        "--dwellings-limit",
        {"type": int, "default": 1000, "metavar": "N"},
        Text("每片最多套数（默认 1000）", "most dwellings in one area (default: 1000)"),
    ),
)


def _add_areas(builder: Builder, add_subject: Callable[[Builder, CommandParser], None]) -> None:
    parser = builder.command(
        "propose",
        Text(
            "把一片旧区沿公共道路和现有围墙分成候选管理区，给出两三个方案",
            "divide a quarter along public streets and walls into areas, two or three ways",
        ),
        proposal_commands.areas,
    )
    add_subject(builder, parser)
    for name, facts, words in _AREAS:
        builder.option(parser, name, **facts, help=words)
    _add_keeping(builder, parser)


def _add_keeping(builder: Builder, parser: CommandParser) -> None:
    builder.option(
        parser,
        "--save-draft",
        action="store_true",
        help=Text("把方案存为草案（须写 --author）", "keep it as a draft (needs --author)"),
    )
    for name, metavar, words in (
        ("--author", "NAME", Text("编制人", "who takes it over")),
        ("--note", "TEXT", Text("说明", "a note")),
        ("--date", "YYYY-MM-DD", Text("日期（默认今天）", "the day (default: today)")),
    ):
        builder.option(parser, name, default="", metavar=metavar, help=words)
    builder.option(parser, "-o", "--out", default=None, metavar="FILE", help=_OUT)
