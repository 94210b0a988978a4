"""Why a home is not covered, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.network import name_shutting_walls
from tongling_gis.reachability.blocking import name_barriers
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.network import Attachment, Network
    from tongling_gis.reachability.blocking import OpenWays

    Ints: TypeAlias = NDArray[np.int64]
    Names: TypeAlias = NDArray[np.object_]

REASONS: dict[str, Text] = {
    "over_limit": Text("超过时限", "Over the limit"),
    "behind_barrier": Text("被围墙阻隔", "Behind a barrier"),
    "not_connected": Text("街道不连通", "Not connected"),
    "snapped_too_far": Text("离街道太远", "Too far from a street"),
}
"""Why a home is not covered within the widest limit, by code."""

_OVER = Text(
    "步行 {walk}，超出 {limit}上限 {over}",
    "a walk of {walk}, {over} over the limit of {limit}",
)
_BLOCKED = Text(
    "被{barrier}阻隔：没有它步行 {open}，现在{now}",
    "behind {barrier}: {open} on foot without it, now {now}",
)
_SHUT_IN = Text("被{barrier}完全围住，没有出入口", "shut in by {barrier}, which has no gate")
_APART = Text(
    "所接街道（相连的一片共长 {length:.0f} m）与任何中心都不连通",
    "its street is not connected to any centre ({length:.0f} m of streets hang together there)",
)
_FAR = Text(
    "距最近的可步行街道 {distance} m，超过 {limit:g} m 的接入上限",
    "{distance} m from the nearest walkable street, more than the {limit:g} m allowed",
)
_NO_STREET = Text("没有可步行的街道", "there is no walkable street")

BARRIER_KINDS: dict[str, Text] = {
    "wall": Text("围墙", "wall"),
    "fence": Text("围栏", "fence"),
    "hedge": Text("绿篱", "hedge"),
    "city_wall": Text("城墙", "city wall"),
    "retaining_wall": Text("挡土墙", "retaining wall"),
    "gate": Text("关闭的大门", "closed gate"),
    "lift_gate": Text("关闭的道闸", "closed lift gate"),
    "entrance": Text("关闭的入口", "closed entrance"),
    "chain": Text("链条", "chain"),
}
_BARRIER = Text("障碍", "barrier")


@dataclass(frozen=True, eq=False)
class Walks:
    """What was found of every home.

    Attributes:
        network: The streets.
        homes: Where people set out.
        ms: Milliseconds to the nearest centre, -1 where there is no way.
        limit_ms: The widest limit.
        snap_limit_m: Farthest that a home may lie from its street.
        ways: The walks if no barrier stood, None where none stands.
    """

    network: Network
    homes: Attachment
    ms: Ints
    limit_ms: int
    snap_limit_m: float
    ways: OpenWays | None


def describe_duration(milliseconds: int) -> Text:
    """Say how long, in whole seconds, a part of one counting as one.

    >>> describe_duration(940_000).en
    '15 min 40 s'
    """
    seconds = -(-milliseconds // 1000)
    minutes, rest_s = divmod(seconds, 60)
    hours, rest_min = divmod(minutes, 60)
    if hours:
        return Text(f"{hours} 小时 {rest_min} 分", f"{hours} h {rest_min} min")
    if minutes and rest_s:
        return Text(f"{minutes} 分 {rest_s} 秒", f"{minutes} min {rest_s} s")
    if minutes:
        return Text(f"{minutes} 分钟", f"{minutes} min")
    return Text(f"{seconds} 秒", f"{seconds} s")


def explain_uncovered(walks: Walks) -> tuple[Names, list[Text]]:
    """Give each home's code in ``REASONS`` and the reason in words; "" where covered."""
    codes = np.full(len(walks.ms), "", dtype=object)
    uncovered = (walks.ms < 0) | (walks.ms > walks.limit_ms)
    codes[uncovered] = np.where(walks.ms[uncovered] < 0, "not_connected", "over_limit")
    codes[walks.homes.edge < 0] = "snapped_too_far"
    barriers = _find_blocked(walks, uncovered)
    shutting = name_shutting_walls(walks.network, walks.homes)
    barriers[shutting != ""] = shutting[shutting != ""]
    codes[barriers != ""] = "behind_barrier"
    words = [Text("", "")] * len(codes)
    patch_m = _patch_lengths(walks)
    names = {one: describe_barrier(walks.network, one) for one in set(barriers) - {""}}
    for row in np.flatnonzero(uncovered).tolist():
        words[row] = _explain(walks, row, codes[row], names.get(barriers[row]), patch_m[row])
    return codes, words


def _find_blocked(walks: Walks, uncovered: NDArray[np.bool_]) -> Names:
    """Name the barrier for homes that without it would be covered, or reach a centre at all."""
    barriers = np.full(len(walks.ms), "", dtype=object)
    if walks.ways is None:
        return barriers
    open_ms = walks.ways.nearest.ms
    better = (open_ms >= 0) & ((open_ms <= walks.limit_ms) | (walks.ms < 0))
    rows = np.flatnonzero(uncovered & better & (walks.homes.edge >= 0))
    barriers[rows] = name_barriers(walks.network, walks.ways, rows)
    return barriers


def _patch_lengths(walks: Walks) -> NDArray[np.float64]:
    """Length of the streets that hang together with each home's street."""
    network, edge = walks.network, walks.homes.edge
    own = network.component[network.edges["from_node"].to_numpy()]
    walked = network.walk_edges
    length_m = network.edges["length_m"].to_numpy()
    total_m = np.bincount(own[walked], weights=length_m[walked], minlength=1)
    return np.where(edge >= 0, total_m[np.maximum(own[edge], 0)], np.nan)


def _explain(walks: Walks, row: int, code: str, barrier: Text | None, patch_m: float) -> Text:
    ms = int(walks.ms[row])
    if code == "over_limit":
        over = describe_duration(ms - walks.limit_ms)
        limit = describe_duration(walks.limit_ms)
        return _OVER.fill(walk=describe_duration(ms), limit=limit, over=over)
    if code == "behind_barrier":
        if walks.ways is None or walks.homes.edge[row] < 0:
            return _SHUT_IN.fill(barrier=barrier)
        nowhere = Text("无路可达", "no way at all")
        now = nowhere if ms < 0 else Text("须 {t}", "{t}").fill(t=describe_duration(ms))
        open_way = describe_duration(int(walks.ways.nearest.ms[row]))
        return _BLOCKED.fill(barrier=barrier, open=open_way, now=now)
    if code == "not_connected":
        return _APART.fill(length=patch_m)
    return describe_too_far(float(walks.homes.distance_m[row]), walks.snap_limit_m)


def describe_too_far(distance_m: float, limit_m: float) -> Text:
    """Say that a place is too far from a street to be joined to it."""
    if not np.isfinite(distance_m):
        return _NO_STREET
    return _FAR.fill(distance=_beyond(distance_m, limit_m), limit=limit_m)


def _beyond(distance_m: float, limit_m: float) -> str:
    """Write a distance above a limit with as few decimals as show that it is above.

    >>> _beyond(340.2, 200.0), _beyond(200.1, 200.0), _beyond(200.002, 200.0)
    ('340', '200.1', '200.002')
    """
    said = (f"{distance_m:.{decimals}f}" for decimals in range(4))
    return next((one for one in said if float(one) > limit_m), f"{distance_m:.4f}")


def describe_barrier(network: Network, barrier_id: str) -> Text:
    """Say what a barrier is: its kind, and its name or id."""
    name, kind = barrier_id, ""
    if barrier_id.startswith("node/") and "barrier" in network.nodes:
        node = network.nodes["node_id"] == int(barrier_id.removeprefix("node/"))
        kind = str(network.nodes.loc[node, "barrier"].iloc[0])
    elif network.barriers is not None:
        row = network.barriers[network.barriers["barrier_id"].astype(str) == barrier_id].iloc[0]
        kind = str(row.get("barrier", ""))
        own_name = row.get("name")
        name = own_name if isinstance(own_name, str) and own_name else barrier_id
    return Text("{kind}“{name}”", "{kind} {name!r}").fill(
        kind=BARRIER_KINDS.get(kind, _BARRIER), name=name
    )
