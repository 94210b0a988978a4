"""Compiled repair of times to the nearest place after a change nearby (numba).

The state of a node is one integer, as in ``kernels``: milliseconds times 2**32 plus the
number of the place. A node's state is *held* where it follows from a seed at the node or from
the state of a node one arc ahead. Every arc takes a millisecond or more, so nothing holds
itself up in a circle, and states that nothing holds any longer are found by asking on from
where something changed (Ramalingam and Reps 1996). They and what has become shorter are then
searched anew, in buckets as in ``kernels``.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_I1, _I4, _I8 = nb.int8[::1], nb.int32[::1], nb.int64[::1]
_ARCS = (_I4, _I4, _I4, _I4)
_UNREACHED = np.int64(2**62)
_LOW = np.int64(2**32 - 1)
_NO_ENTRY = np.int32(-1)
_MOST_BUCKETS = np.int64(2**16)


@nb.njit(nb.int64(_I4, nb.int32), nogil=True, cache=True)
def first_at(nodes, node):
    """Find the first of ascending numbers that is not below ``node``."""
    low, high = 0, len(nodes)
    while low < high:
        middle = (low + high) >> 1
        if nodes[middle] < node:
            low = middle + 1
        else:
            high = middle
    return low


@nb.njit(nb.int64(*_ARCS, _I8, _I4, _I8, nb.int32, nb.int64), nogil=True, cache=True)
def best_ahead(first, last, heads, costs, key, seed_node, seed_key, node, worst):
    """Give the best state that a node's seeds and arcs ahead offer, ``_UNREACHED`` for none."""
    best = _UNREACHED
    for arc in range(first[node], last[node]):
        ahead = key[heads[arc]]
        if ahead != _UNREACHED:
            best = min(best, ahead + (np.int64(costs[arc]) << 32))
    for at in range(first_at(seed_node, node), len(seed_node)):
        if seed_node[at] != node:
            break
        best = min(best, seed_key[at])
    return best if best <= worst else _UNREACHED


_RECORD = (_I8, _I1, _I4, _I8)


@nb.njit(
    nb.int64(*_ARCS, *_ARCS, *_RECORD, _I4, _I4, _I8, nb.int64),
    nogil=True,
    cache=True,
)
def let_go(
    first, last, heads, costs,
    back_first, back_last, back_heads, back_costs,
    key, seen, changed, was,
    suspects, seed_node, seed_key, worst,
):  # fmt: skip
    """Clear every state that nothing holds any longer, asking on from the suspects.

    Returns how many were cleared; their nodes and former states are in ``changed`` and ``was``.
    """
    stack = np.empty(max(64, 2 * len(suspects)), dtype=np.int32)
    stack[: len(suspects)] = suspects
    top, count = len(suspects), 0
    while top > 0:
        top -= 1
        node = stack[top]
        at = key[node]
        if at == _UNREACHED:
            continue
        if best_ahead(first, last, heads, costs, key, seed_node, seed_key, node, worst) == at:
            continue
        changed[count], was[count], seen[node] = node, at, 1
        count += 1
        key[node] = _UNREACHED
        for arc in range(back_first[node], back_last[node]):
            behind = back_heads[arc]
            if key[behind] == at + (np.int64(back_costs[arc]) << 32):
                if top == len(stack):
                    longer = np.empty(2 * len(stack), dtype=np.int32)
                    longer[:top] = stack
                    stack = longer
                stack[top] = behind
                top += 1
    return count


@nb.njit(
    nb.int64(*_ARCS, *_RECORD, _I4, _I4, nb.int64, nb.int64, nb.int64, nb.int64, nb.int64),
    nogil=True,
    cache=True,
)
def spread_on(
    first, last, heads, costs, key, seen, changed, was, nodes, nexts,
    count, worst, shift, low, buckets,
):  # fmt: skip
    """Search on from the changed nodes, whose states lie at ``low`` or above; count all changed.

    As ``kernels.spread``, without branches that hang on a comparison. Where the queue's
    entries, in ``nodes`` and ``nexts``, do not suffice, the search ends early and the count is
    given as one below its negative.
    """
    mask = buckets - 1
    bucket = np.full(buckets, _NO_ENTRY, dtype=np.int32)
    far = shift + 32
    top, done = np.int64(0), np.int64(0)
    room = len(nodes) >= count
    for i in range(count if room else 0):
        node = changed[i]
        if key[node] != _UNREACHED:
            due = (key[node] >> far) & mask
            nodes[top] = node
            nexts[top] = bucket[due]
            bucket[due] = top
            top += 1
    now = low >> far
    while done < top and room:
        here = now & mask
        while bucket[here] >= 0:
            node = nodes[bucket[here]]
            bucket[here] = nexts[bucket[here]]
            done += 1
            at = key[node]
            if at >> far != now:
                continue  # reached sooner since, and searched from already
            room = top + last[node] - first[node] <= len(nodes)
            if not room:
                break
            for arc in range(first[node], last[node]):
                head = heads[arc]
                then = at + (np.int64(costs[arc]) << 32)
                known = key[head]
                sooner = (then < known) & (then <= worst)
                changed[count], was[count] = head, known
                count += sooner & (seen[head] == 0)
                seen[head] |= sooner
                key[head] = then if sooner else known
                due = (then >> far) & mask
                begin = bucket[due]
                nodes[top] = head
                nexts[top] = begin
                bucket[due] = top if sooner else begin
                top += sooner
        now += 1
    return count if room else -1 - count


@nb.njit(
    nb.types.Tuple((_I4, _I8, nb.boolean))(
        *_ARCS, *_ARCS, *_RECORD, _I4, _I4, _I4, _I4, _I8, nb.int64, nb.int64, nb.int64
    ),
    nogil=True,
    cache=True,
)
def mend(
    first, last, heads, costs,
    back_first, back_last, back_heads, back_costs,
    key, seen, changed, was, nodes, nexts,
    suspects, seed_node, seed_key, limit, dearest, shift,
):  # fmt: skip
    """Give the nodes whose state is another on the changed graph, their states, and True.

    ``first`` and ``last`` say where each node's arcs, as walked, begin and end among ``heads``
    and ``costs``; ``back_`` are the same arcs turned round. ``key`` holds every node's state
    before and ``seen`` zeros: both are changed on the way and left as they were. ``changed``,
    ``was``, ``nodes`` and ``nexts`` are room, for more entries than there are nodes; where the
    last two do not suffice, False stands in the place of True. ``suspects`` are the nodes
    whose arcs or seeds are others than before; the seeds are all, ascending by node. ``limit``
    is the longest time and ``dearest`` the dearest arc; buckets are 2**shift ms wide.
    """
    worst = (limit << 32) | _LOW
    count = let_go(
        first, last, heads, costs, back_first, back_last, back_heads, back_costs,
        key, seen, changed, was, suspects, seed_node, seed_key, worst,
    )  # fmt: skip
    cleared = count
    low, high = _UNREACHED, np.int64(0)
    for i in range(cleared + len(suspects)):
        node = changed[i] if i < cleared else suspects[i - cleared]
        best = best_ahead(first, last, heads, costs, key, seed_node, seed_key, node, worst)
        if best < key[node]:
            if seen[node] == 0:
                changed[count], was[count], seen[node] = node, key[node], 1
                count += 1
            key[node] = best
            low, high = min(low, best), max(high, best)
    if low < _UNREACHED:
        span = ((high - low) >> 32) + dearest
        while (span >> shift) + 2 > _MOST_BUCKETS:
            shift += 1
        buckets = 2
        while buckets < (span >> shift) + 2:
            buckets *= 2
        count = spread_on(
            back_first, back_last, back_heads, back_costs,
            key, seen, changed, was, nodes, nexts, count, worst, shift, low, buckets,
        )  # fmt: skip
    whole = count >= 0
    count = count if whole else -1 - count
    others = np.empty(count, dtype=np.int32)
    states = np.empty(count, dtype=np.int64)
    kept = 0
    for i in range(count):
        node = changed[i]
        if key[node] != was[i]:
            others[kept], states[kept] = node, key[node]
            kept += 1
        key[node] = was[i]
        seen[node] = 0
    return others[:kept].copy(), states[:kept].copy(), whole
