"""What a reader must know of a profile on these streets: what holds, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.network import Network

    Flags: TypeAlias = NDArray[np.bool_]

_NO_SLOPES = Text(
    "街道的坡度未知，全部按平路计。",
    "No street's slope is known: all are taken as flat.",
)
_SLOPES = Text(
    "坡度按 Tobler（1993）函数计；{share}的街道长度坡度未知，按平路计。",
    "Slopes count by Tobler's function (1993); {share} of the streets' length has no known "
    "slope and is taken as flat.",
)
_SIGNALS = Text(
    "信号灯 {count} 处，每次过街或通过计 {seconds:g} 秒。",
    "Signals ({count} places) take {seconds:g} s each.",
)
_CROSSINGS = Text(
    "无信号灯的干路过街处 {count} 个，每次计 {seconds:g} 秒。",
    "Crossings of busy roads without signals ({count} places) take {seconds:g} s each.",
)
_CLOSED = Text(
    "{who}不使用的街道：{reasons}。", "Streets not used by this profile ({who}): {reasons}."
)
_UNKNOWN = Text(
    "{what}未知的占可用街道长度的{share}，按可以通行计。",
    "{what} is unknown for {share} of the length of usable streets, which are taken to be "
    "passable.",
)
_HOURS_UNASKED = Text(
    "{count} 处大门有开放时间；未指定时刻，按开放计。",
    "{count} gates have opening hours; no moment was asked for, so they count as open.",
)
_HOURS = Text(
    "{moment}有 {shut} 处大门关闭；{unknown} 处开放时间不明，按开放计。",
    "At {moment} {shut} gates are shut; the hours of {unknown} are not clear, and they count as "
    "open.",
)
_NO_HOURS = Text(
    "没有一处大门写明开放时间，全部按开放计。",
    "No gate says its opening hours: all count as open.",
)
_GATE_WIDTHS = Text(
    "{count} 处大门净宽未知，按可以通行计。",
    "The clear width of {count} gates is unknown; they are taken to be passable.",
)


def describe_profile(network: Network, profile: WalkProfile) -> Iterator[Text]:
    """Give the notes that hold for a profile on these streets."""
    used = network.for_walker(profile)
    yield from _of_slopes(used, profile)
    yield from _of_crossings(used, profile)
    yield from _of_ways(used, profile)
    yield from _of_gates(used, profile)


def _of_slopes(network: Network, profile: WalkProfile) -> Iterator[Text]:
    from tongling_gis.network.slopes import measure_slopes

    if profile.slopes.model == "none":
        return
    share = _share(network, np.isnan(measure_slopes(network).rise))
    yield _NO_SLOPES if share == 1.0 else _SLOPES.fill(share=_per_cent(share))


def _of_crossings(network: Network, profile: WalkProfile) -> Iterator[Text]:
    from tongling_gis.routing.paces import find_crossings

    limits = profile.crossings
    if not limits.signal_s and not limits.crossing_s:
        return
    signalled, crossing = find_crossings(network.without_barriers)
    if limits.signal_s:
        yield _SIGNALS.fill(count=int(signalled.sum()), seconds=limits.signal_s)
    if limits.crossing_s:
        count = int((crossing & ~signalled).sum())
        yield _CROSSINGS.fill(count=count, seconds=limits.crossing_s)


def _of_ways(network: Network, profile: WalkProfile) -> Iterator[Text]:
    """Say which streets the profile does not use, and of how many that is not known."""
    from tongling_gis.network.slopes import measure_slopes
    from tongling_gis.network.tags import read_tag
    from tongling_gis.network.walkers import read_width

    closed = dict(_count_closed(network))
    if closed:
        reasons = [f"{why.zh} {count}" for why, count in closed.items()]
        reasons_en = [f"{why.en} {count}" for why, count in closed.items()]
        said = Text("、".join(reasons), ", ".join(reasons_en))
        yield _CLOSED.fill(who=profile.label, reasons=said)
    ways, edges = profile.ways, network.edges
    unknown = {}
    if ways.surfaces_shut:
        unknown[Text("路面", "The surface")] = read_tag(edges, "surface") == ""
    if ways.min_width_m:
        unknown[Text("宽度", "The width")] = np.isnan(read_width(edges))
    if profile.slopes.steepest < np.inf and profile.slopes.model == "none":
        unknown[Text("坡度", "The slope")] = np.isnan(measure_slopes(network).rise)
    for what, where in unknown.items():
        if share := _share(network, where):
            yield _UNKNOWN.fill(what=what, share=_per_cent(share))


def _count_closed(network: Network) -> Iterator[tuple[Text, int]]:
    """Count the uncut streets that people on foot use and this profile does not, by reason."""
    from tongling_gis.network.walkers import REASONS

    base = network.without_barriers
    if base.everyones is None:
        return
    lost = base.edges["walk_reason"][base.everyones.edges["walkable"].to_numpy(dtype=bool)]
    for code, count in lost.value_counts().items():
        if code in REASONS:
            yield REASONS[str(code)], int(count)


def _of_gates(network: Network, profile: WalkProfile) -> Iterator[Text]:
    from tongling_gis.network.walkers import gates_open_at, has_passage, read_width

    at = network.walker.at if network.walker is not None else None
    nodes = network.without_barriers.nodes
    on_street = nodes[has_passage(nodes, network.walker)]
    gates = on_street if network.gates is None or not len(network.gates) else network.gates
    states = gates_open_at(gates, at)
    if at is not None and not (states != "").any():
        yield _NO_HOURS
    elif at is not None:
        yield _HOURS.fill(
            moment=at.label,
            shut=int((states == "shut").sum()),
            unknown=int((states == "unknown").sum()),
        )
    elif count := int((states != "").sum()):
        yield _HOURS_UNASKED.fill(count=count)
    unknown = int(np.isnan(read_width(gates)).sum()) if profile.gates.min_width_m else 0
    if unknown:
        yield _GATE_WIDTHS.fill(count=unknown)


def _share(network: Network, where: Flags) -> float:
    """Give the share of the length of usable streets, 0 where there are none."""
    length_m = network.edges["length_m"].to_numpy() * network.edges["walkable"].to_numpy(dtype=bool)
    total_m = float(length_m.sum())
    return float(length_m[where].sum()) / total_m if total_m else 0.0


def _per_cent(share: float) -> Text:
    """Write a share so that some is never none, nor some of it all."""
    if 0.0 < share < 0.01:  # noqa: PLR2004 - one per cent
        return Text("不到 1%", "less than 1%")
    if 0.99 < share < 1.0:  # noqa: PLR2004 - one per cent less than all
        return Text("超过 99%", "more than 99%")
    return Text(f" {share:.0%} ", f"{share:.0%}")
