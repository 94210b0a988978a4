"""The command about siting: where new centres do most good."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongling_gis.cli.results import assessment_json, show_number, show_numbers, show_verdicts
from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.cli.arguments import Builder, CommandParser
    from tongling_gis.cli.show import Screen
    from tongling_gis.siting.geography import SitingQuestion

PROBLEMS = (
    *("cover", "all", "median", "centre", "backup", "capacity"),
    *("fair", "budget", "phases"),
)
GROUPS = {
    "0-14": "residents_0_14",
    "children": "residents_0_14",
    "15-59": "residents_15_59",
    "adults": "residents_15_59",
    "60+": "residents_60_plus",
    "elderly": "residents_60_plus",
}
"""How age groups are asked for -> their columns."""

_OPTIONS: tuple[tuple[str, dict[str, Any], Text], ...] = (
    (
        "--k",
        {"default": "5", "metavar": "K"},
        Text("新增几个，如 5 或 1..10（默认 5）", "how many new ones, as 5 or 1..10 (default: 5)"),
    ),
    (
        "--existing",
        {"default": "keep", "choices": ("keep", "close", "move")},
        Text("现有中心：保留、关闭或重新布局", "today's centres: kept, closed or placed anew"),
    ),
    (
        "--candidates",
        {"nargs": "+", "default": (), "metavar": "FROM"},
        Text(
            "候选来源：buildings、stations、streets:200、amenity=… 或图层名",
            "buildings, stations, streets:200, amenity=... or a layer's name",
        ),
    ),
    (
        "--exclude",
        {"nargs": "+", "default": (), "metavar": "LAYER"},
        Text("这些面图层内不设点，如 green", "layers in whose areas no site may be, as green"),
    ),
    (
        "--steepest",
        {"type": float, "default": None, "metavar": "SHARE"},
        Text("街道坡度上限（默认 0.15）", "steepest street, rise over run (default: 0.15)"),
    ),
    (
        "--require",
        {"nargs": "+", "default": (), "metavar": "ID"},
        Text("必选的候选地点编号", "ids of sites that must be chosen"),
    ),
    (
        "--forbid",
        {"nargs": "+", "default": (), "metavar": "ID"},
        Text("不选的候选地点或要关闭的中心编号", "ids of sites left out, or centres to close"),
    ),
    (
        "--compete",
        {"nargs": "+", "default": (), "metavar": "ID"},
        Text("竞争者编号：其居民不计", "ids of competitors, whose residents count for nobody"),
    ),
    (
        "--minutes",
        {"type": float, "default": 15.0, "metavar": "MIN"},
        Text("覆盖的时间界限，含本数（默认 15）", "the walk that covers (default: 15)"),
    ),
    (
        "--at",
        {"default": "", "metavar": "WHEN"},
        Text(
            "只计此刻开放的中心，如“周二 19:30”“国庆 10:00”",
            "count only centres open then, such as 'Tuesday 19:30'",
        ),
    ),
    (
        "--group",
        {"default": None, "choices": tuple(GROUPS)},
        Text("只考虑某一年龄组", "site for one age group only"),
    ),
    (
        "--weight",
        {"nargs": "+", "default": (), "metavar": "GROUP=N"},
        Text("年龄组权重，如 elderly=2", "weights of age groups, as elderly=2"),
    ),
    (
        "--budget",
        {"type": float, "default": None, "metavar": "YUAN"},
        Text("预算（元），用于 budget 和 phases", "yuan there are, for budget and phases"),
    ),
    (
        "--years",
        {"type": int, "default": 3, "metavar": "N"},
        Text("分几年建设，用于 phases（默认 3）", "years of phases (default: 3)"),
    ),
    (
        "--profile",
        {"default": "adult", "metavar": "NAME"},
        Text("步行者，如 adult、older、wheelchair", "who walks, as adult, older, wheelchair"),
    ),
    (
        "--flat",
        {"action": "store_true"},
        Text("不计坡度、台阶和过街等候", "leave out slopes, steps and waits at crossings"),
    ),
    (
        "--speed",
        {"type": float, "default": None, "metavar": "M_S"},
        Text("步行速度（米/秒）", "walking speed, metres a second"),
    ),
    (
        "--snap-limit",
        {"type": float, "default": None, "metavar": "M"},
        Text("接入街道的最远距离（默认 200 米）", "farthest from a street (default: 200 m)"),
    ),
    (
        "--centres-from",
        {"default": "", "metavar": "KEY=VALUE"},
        Text("以某类设施代替邻里中心", "amenities that stand in for centres"),
    ),
    (
        "--residents-from",
        {"default": "", "choices": ("", "residents", "buildings"), "metavar": "LAYER"},
        Text("居民来自 residents 或 buildings", "residents or buildings"),
    ),
    (
        "--time-limit",
        {"type": float, "default": 60.0, "metavar": "S"},
        Text(
            "求解时限（秒，默认 60）；Ctrl-C 保留目前最好的方案",
            "seconds to search (default: 60); Ctrl-C keeps the best so far",
        ),
    ),
    (
        "--gap",
        {"type": float, "default": 0.0, "metavar": "SHARE"},
        Text(
            "可接受的差距，如 0.001（默认 0，即证明最优）", "gap that is good enough (default: 0)"
        ),
    ),
    (
        "--seed",
        {"type": int, "default": 0, "metavar": "N"},
        Text("随机种子", "random seed"),
    ),
    (
        "--quick",
        {"action": "store_true"},
        Text("只求方案，不算曲线、权衡和稳健性", "the answer alone: no curve or robustness"),
    ),
)


def add_site(builder: Builder) -> None:
    """Add the command ``site``."""
    parser: CommandParser = builder.command(
        "site",
        Text("新的邻里中心建在哪里最好，并证明", "where new centres do most good, proven"),
        site,
    )
    builder.option(
        parser,
        "problem",
        choices=PROBLEMS,
        metavar="PROBLEM",
        help=Text(
            "cover 覆盖最多、all 全部覆盖、median 总步行最短、centre 最远步行最短、"
            "backup 有备用、capacity 面积够用、fair 公平、budget 预算、phases 分年",
            "cover, all, median, centre, backup, capacity, fair, budget or phases",
        ),
    )
    for name, more, said in _OPTIONS:
        builder.option(parser, name, help=said, **more)
    builder.option(
        parser,
        "-o",
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help=Text(
            "另存选定地点：.gpkg、.geojson、.csv 或 .parquet",
            "also write the chosen sites: .gpkg, .geojson, .csv or .parquet",
        ),
    )


def site(options: argparse.Namespace, screen: Screen) -> None:
    """Choose sites, and show the answer and how to read it."""
    from tongling_gis import studies

    if options.out:
        studies.check_export(options.out)
    asked = _question(options)
    workspace = studies.open_project(options.project)
    given = studies.SitingOptions(
        reach=studies.ReachOptions(
            profile=options.profile,
            flat=options.flat,
            at=options.at,
            speed_m_s=options.speed,
            snap_limit_m=options.snap_limit,
            centres_from=options.centres_from,
            residents_from=options.residents_from,
        ),
        candidates=tuple(options.candidates),
        exclude=tuple(options.exclude),
        steepest=options.steepest,
    )
    result = studies.study_siting(workspace, asked, given, progress=screen.progress)
    _show(result, screen)
    if options.out and "sites" in result.layers:
        path = studies.export_table(
            result.layers["sites"], options.out, stamp=screen.word(result.stamp)
        )
        screen.say(Text(f"已写出：{path}", f"Written: {path}"))
    screen.answer(assessment_json(result) | _tables_json(result))


def _question(options: argparse.Namespace) -> SitingQuestion:
    from tongling_gis.catalogue import read_standards
    from tongling_gis.hours import read_moment
    from tongling_gis.siting import Effort
    from tongling_gis.siting.geography import SitingQuestion

    first, most = read_count(options.k)
    snap = read_standards().snap_limit_m if options.snap_limit is None else options.snap_limit
    return SitingQuestion(
        problem=options.problem,
        k=most,
        first_k=first,
        years=options.years,
        minutes=options.minutes,
        existing=options.existing,
        require=tuple(options.require),
        forbid=tuple(options.forbid),
        compete=tuple(options.compete),
        group=GROUPS[options.group] if options.group else "",
        weights=dict(read_weight(one) for one in options.weight),
        at=read_moment(options.at) if options.at else None,
        budget_yuan=options.budget,
        effort=Effort(time_limit_s=options.time_limit, gap=options.gap, seed=options.seed),
        snap_limit_m=snap,
        readings=not options.quick,
    )


def read_count(said: str) -> tuple[int, int]:
    """Read how many sites: first and last of a range, the first 0 where there is one number.

    Raises:
        UsageError: If it is neither.

    >>> read_count("5"), read_count("1..10")
    ((0, 5), (1, 10))
    """
    found = re.fullmatch(r"(?:(\d+)\.\.)?(\d+)", said.strip())
    if found is None:
        raise UsageError(
            Text(
                f"--k 的值“{said}”不可用：请写一个数（5）或范围（1..10）。",
                f"--k {said!r} cannot be used: write a number (5) or a range (1..10).",
            )
        )
    return int(found[1] or 0), int(found[2])


def read_weight(said: str) -> tuple[str, float]:
    """Read the weight of an age group.

    Raises:
        UsageError: If it is none.

    >>> read_weight("elderly=2")
    ('residents_60_plus', 2.0)
    """
    group, _, number = said.partition("=")
    if group not in GROUPS or not re.fullmatch(r"\d+(\.\d+)?", number):
        raise UsageError(
            Text(
                f"--weight 的值“{said}”不可用：如 elderly=2，年龄组可写 {'、'.join(GROUPS)}。",
                f"--weight {said!r} cannot be used: write it as elderly=2, of {', '.join(GROUPS)}.",
            )
        )
    return GROUPS[group], float(number)


def _show(result: Assessment, screen: Screen) -> None:
    sites = result.layers.get("sites")
    rows: list[Any] = [] if sites is None else list(sites.itertuples())
    for row in rows:
        name = f"{row.name} ({row.site_id})" if row.name else row.site_id
        screen.say(
            Text(f"{row.rank}. {name}：{row.story_zh}", f"{row.rank}. {name}: {row.story_en}")
        )
    if "curve" in result.layers:
        _show_curve(result.layers["curve"], screen)
    if "phases" in result.layers:
        _show_phases(result.layers["phases"], screen, {row.site_id: row.name for row in rows})
    show_numbers(result, screen)
    show_verdicts(result, screen)
    for note in result.notes:
        screen.say(Text(f"说明：{note.zh}", f"Note: {note.en}"))


def _show_curve(curve: pd.DataFrame, screen: Screen) -> None:
    screen.say(Text("每增加地点的收益：", "What each further site gains:"))
    row: Any
    for row in curve.itertuples():
        has_way = row.mean_walk_s == row.mean_walk_s
        mean = show_number(row.mean_walk_s if has_way else None, "s")
        line = Text(
            f"  {row.k} 个：覆盖 {row.share_covered:.1%}，平均步行 {mean.zh}"
            + ("  ← 拐点" if row.bend else ""),
            f"  {row.k}: {row.share_covered:.1%} covered, mean walk {mean.en}"
            + ("  <- bend" if row.bend else ""),
        )
        screen.say(line)


def _show_phases(phases: pd.DataFrame, screen: Screen, names: dict[str, str]) -> None:
    row: Any
    for row in phases.itertuples():
        told = [f"{names.get(one) or one} ({one})" for one in row.sites.split()]
        screen.say(
            Text(
                f"  第 {row.year} 年：{'、'.join(told) or '不新建'}，覆盖 {row.covered:,.0f}",
                f"  Year {row.year}: {', '.join(told) or 'none'}, {row.covered:,.0f} covered",
            )
        )


def _tables_json(result: Assessment) -> dict[str, Any]:
    """Give the sites and the plain tables as JSON values, missing ones as null."""
    import json

    found = {}
    for name in ("sites", "curve", "phases", "trade_offs", "robustness"):
        if name in result.layers:
            rows = result.layers[name]
            plain = rows.drop(columns="geometry") if "geometry" in rows else rows
            found[name] = json.loads(plain.to_json(orient="records", force_ascii=False))
    return found
