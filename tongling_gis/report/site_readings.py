"""What a siting answer gains, trades and rests on, as tables of its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.report.content import Paragraph, Picture, Table
from tongling_gis.report.counted import who_of
from tongling_gis.report.phrases import say_count, say_minutes, say_share
from tongling_gis.report.site_numbers import name_site, say_10k_yuan, value_of
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.report.content import Block

_YES_NO = {True: Text("是", "yes"), False: Text("否", "no")}


def _each_row(rows: pd.DataFrame) -> list[Any]:
    return list(rows.itertuples())


def draw_curve(siting: Assessment, pictures: Mapping[str, bytes]) -> list[Block]:
    """Tabulate what each further site gains."""
    curve = siting.layers.get("curve")
    if curve is None or not len(curve):
        return [_left_out()]
    rows = [
        [
            Text.same(f"{row.k:.0f}"),
            say_share(float(row.share_covered)),
            say_count(float(row.newly)),
            say_minutes(float(row.mean_walk_s)),
            say_minutes(float(row.worst_walk_s)),
            say_10k_yuan(row.cost_yuan),
            Text("拐点", "bend") if row.bend else Text("", ""),
        ]
        for row in _each_row(curve)
    ]
    heads = [
        Text("新增地点数", "New sites"),
        Text("覆盖率", "Share covered"),
        Text("新增覆盖", "Newly covered"),
        Text("平均步行", "Mean walk"),
        Text("最长步行", "Longest walk"),
        Text("造价（万元）", "Cost (10,000 yuan)"),
        Text("", ""),
    ]
    caption = Text("每增加一处地点的收益", "What each further site gains")
    blocks: list[Block] = []
    bend = value_of(siting, "bend_k")
    if bend is not None:
        words = Text(
            "收益在第 {k} 处之后明显放缓（拐点）：此后每增加一处，新增的收益小于此前各处。",
            "Gains slow down after site {k} (the bend): each further one brings less.",
        )
        blocks.append(Paragraph(words.fill(k=f"{bend:.0f}")))
    widths = (1.2, 1.1, 1.3, 1.2, 1.2, 1.4, 0.8)
    numeric = frozenset({1, 2, 3, 4, 5})
    if "siting_curve" in pictures:
        words = Text("新增地点的收益曲线", "What each further site gains")
        blocks.append(Picture(words, pictures["siting_curve"]))
    return [*blocks, Table(caption, heads, rows, widths, numeric)]


def _left_out() -> Paragraph:
    words = Text(
        "本次未计算（以 --quick 运行，或求解较慢、已停止），需要时请重新运行 tongling-gis site。",
        "Not worked out (--quick, or a slow or stopped search): run tongling-gis site anew.",
    )
    return Paragraph(words)


def weigh_up(siting: Assessment) -> list[Block]:
    """Tabulate what a sum of money covers, or what the longest walk costs the mean."""
    trade = siting.layers.get("trade_offs")
    if trade is None or not len(trade):
        return [_left_out()]
    if "covered" in trade:
        return _trade_cost(siting, trade)
    words = Text(
        "要求最长步行越短，平均步行就越长，反之亦然；下表各行互不可替代。",
        "The shorter the longest walk must be, the longer is the mean, and the other way round.",
    )
    rows = [
        [say_minutes(float(row.worst_walk_s)), say_minutes(float(row.mean_walk_s))]
        for row in _each_row(trade)
    ]
    heads = [Text("最长步行", "Longest walk"), Text("平均步行", "Mean walk")]
    caption = Text("最长与平均步行的权衡", "Longest walk against the mean")
    return [Paragraph(words), Table(caption, heads, rows, (), frozenset({0, 1}))]


def _trade_cost(siting: Assessment, trade: pd.DataFrame) -> list[Block]:
    words = Text(
        "下表为每一笔投入最多能覆盖的{who}（按权重计）；花费相同或更多而覆盖更少的方案已略去。",
        "The most {who} (as weighed) that each sum covers; plans that cost as much and cover less "
        "are left out.",
    ).fill(who=who_of(siting))
    rows = [
        [
            say_10k_yuan(row.cost_yuan),
            say_count(float(row.covered)),
            say_count(float(len(str(row.sites).split()))),
        ]
        for row in _each_row(trade)
    ]
    heads = [
        Text("投入（万元）", "Cost (10,000 yuan)"),
        Text("最多可覆盖", "Covered at most"),
        Text("地点数", "Sites"),
    ]
    caption = Text("投入与覆盖的权衡", "Cost against coverage")
    return [Paragraph(words), Table(caption, heads, rows, (), frozenset({0, 1, 2}))]


def try_answer(siting: Assessment) -> list[Block]:
    """Say whether the chosen sites stay the best where numbers are not quite as reckoned."""
    tried = siting.layers.get("robustness")
    if tried is None or not len(tried):
        return [_left_out()]
    own = tried[tried["in_plan"].astype(bool)]
    steady = int(own["steady"].astype(bool).sum())
    words = Text(
        "把人数和步行时间逐处随机变动（至多上下两成）多次重算，再分别按慢两成、快两成步行重算："
        "选定的 {all} 处中有 {steady} 处稳定，即多数情形下仍选该处或其步行五分钟内的地点。",
        "Residents and walks were changed place by place by up to a fifth, many times over, and "
        "all walk a fifth slower and faster: of the {all} sites {steady} hold, that is, they or "
        "one within five minutes are chosen mostly.",
    ).fill(all=len(own), steady=steady)
    rows = [
        [
            name_site(row),
            say_share(float(row["share"])),
            say_share(float(row["share_near"])),
            _YES_NO[bool(row["slower"])],
            _YES_NO[bool(row["faster"])],
            _YES_NO[bool(row["steady"])],
        ]
        for row in own.to_dict("records")
    ]
    heads = [
        Text("选定地点", "Site"),
        Text("仍选该处", "Chosen again"),
        Text("选该处或附近", "It or one near"),
        Text("慢两成", "A fifth slower"),
        Text("快两成", "A fifth faster"),
        Text("稳定", "Holds"),
    ]
    caption = Text("选定地点的稳健性", "Whether the sites hold")
    return [
        Paragraph(words),
        Table(caption, heads, rows, (3, 1.1, 1.3, 1, 1, 0.8), frozenset({1, 2})),
    ]
