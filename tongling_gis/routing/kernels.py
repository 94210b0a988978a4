"""Compiled searches: a bounded bucket queue over nodes in Hilbert order (numba).

Importing this module compiles it, which takes some seconds the first time; numba keeps the
machine code beside this file, or in the user's cache folder where that cannot be written.
``engines`` decides when that pays. Each function has one signature, releases the
interpreter's lock, and writes only to arrays that it is given or makes.

A node's state is one integer: milliseconds times 2**32 plus the number of the place. The
smaller integer is the shorter time and, at equal times, the lower number, so ties are decided
by one comparison. Buckets are 2**shift milliseconds wide; within one, a node may be corrected
and searched again, so its time is final when the bucket is empty (Dial 1969, and the bucket
width of Meyer and Sanders 2003).
"""

from __future__ import annotations

import numba as nb
import numpy as np

_I4, _I8 = nb.int32[::1], nb.int64[::1]
_GRAPH = (_I4, _I4, _I4)
_QUEUE = (nb.int64, nb.int64, nb.int64)
_SCRATCH = (_I8, _I4, _I4, _I4)
_LISTS = (_I8, _I4, _I4, _I4, _I4)
_UNREACHED = np.int64(2**62)
_LOW = np.int64(2**32 - 1)
_NO_ENTRY = np.int32(-1)


@nb.njit(nb.types.UniTuple(_I4, 2)(_I4, _I4), nogil=True, cache=True)
def grow(nodes, nexts):
    """Give copies of the queue's two arrays, twice as long."""
    longer = np.empty(2 * len(nodes), dtype=np.int32)
    longer[: len(nodes)] = nodes
    longer_nexts = np.empty(2 * len(nodes), dtype=np.int32)
    longer_nexts[: len(nodes)] = nexts
    return longer, longer_nexts


@nb.njit(nb.int64(*_GRAPH, *_SCRATCH, *_QUEUE, nb.int64), nogil=True, cache=True)
def spread(indptr, heads, costs, key, touched, nodes, nexts, limit, shift, buckets, count):
    """Search on from the first ``count`` touched nodes, whose keys are set; count all touched.

    The queue's entries lie in ``nodes`` and ``nexts``. Where there are too few, everything
    touched is reset and -1 given: an array that may be replaced by a longer one in mid-loop
    makes the loop three times as slow.
    """
    mask = buckets - 1
    bucket = np.full(buckets, _NO_ENTRY, dtype=np.int32)
    top = np.int32(0)
    free = _NO_ENTRY
    far = shift + 32
    last = (limit << 32) | _LOW
    now = _UNREACHED
    room = len(nodes) >= count
    for i in range(count if room else 0):
        node = touched[i]
        due = key[node] >> far
        now = min(now, due)
        nodes[top] = node
        nexts[top] = bucket[due & mask]
        bucket[due & mask] = top
        top += 1
    waiting = count
    while waiting > 0 and room:
        here = now & mask
        while bucket[here] >= 0 and room:
            entry = bucket[here]
            bucket[here] = nexts[entry]
            node = nodes[entry]
            nexts[entry] = free
            free = entry
            waiting -= 1
            at = key[node]
            if at >> far != now:
                continue  # reached sooner since, and searched from already
            for arc in range(indptr[node], indptr[node + 1]):
                then = at + (np.int64(costs[arc]) << 32)
                head = heads[arc]
                known = key[head]
                if then < known and then <= last:
                    if known == _UNREACHED:
                        touched[count] = head
                        count += 1
                    key[head] = then
                    entry = free
                    if entry >= 0:
                        free = nexts[entry]
                    elif top < len(nodes):
                        entry = top
                        top += 1
                    else:
                        room = False
                        break
                    due = (then >> far) & mask
                    nodes[entry] = head
                    nexts[entry] = bucket[due]
                    bucket[due] = entry
                    waiting += 1
        now += 1
    if room:
        return count
    for i in range(count):
        key[touched[i]] = _UNREACHED
    return np.int64(-1)


@nb.njit(nb.int64(_I8, _I4, _I4, _I8, _I4, nb.int64), nogil=True, cache=True)
def plant(key, touched, seeds, seed_ms, labels, limit):
    """Set the keys of seeds within the limit and touch them; count the nodes touched."""
    count = 0
    for i in range(len(seeds)):
        if 0 <= seed_ms[i] <= limit:
            at = (seed_ms[i] << 32) | np.int64(labels[i])
            known = key[seeds[i]]
            if at < known:
                if known == _UNREACHED:
                    touched[count] = seeds[i]
                    count += 1
                key[seeds[i]] = at
    return count


@nb.njit(
    nb.types.Tuple((_I4, _I4, _I4))(*_GRAPH, *_SCRATCH, *_QUEUE, _I4, _I8, _I4),
    nogil=True,
    cache=True,
)
def reach(
    indptr,
    heads,
    costs,
    key,
    touched,
    nodes,
    nexts,
    limit,
    shift,
    buckets,
    seeds,
    seed_ms,
    labels,
):
    """Search from seeds; give the nodes reached, their milliseconds and labels, in no order.

    Scratch comes clean and is left clean: only what was touched is reset.
    """
    count = np.int64(-1)
    while count < 0:
        count = spread(
            indptr, heads, costs, key, touched, nodes, nexts, limit, shift, buckets,
            plant(key, touched, seeds, seed_ms, labels, limit),
        )  # fmt: skip
        if count < 0:
            nodes, nexts = grow(nodes, nexts)
    reached_ms = np.empty(count, dtype=np.int32)
    reached_label = np.empty(count, dtype=np.int32)
    for i in range(count):
        at = key[touched[i]]
        reached_ms[i] = at >> 32
        reached_label[i] = at & _LOW
        key[touched[i]] = _UNREACHED
    return touched[:count].copy(), reached_ms, reached_label


@nb.njit(
    nb.types.Tuple(_LISTS)(nb.int64, nb.int32[:, ::1], nb.int64[:, ::1], nb.int64),
    nogil=True,
    cache=True,
)
def list_goals(n_nodes, goal_node, goal_ms, limit):
    """List by node the goals next to it within the limit, in one counting sort.

    Gives where each node's list begins, and of each goal in it its number, the way from the
    node, and the other node and the way from there: -1 for none, and 1 ms longer where a tie
    is this node's.
    """
    starts = np.zeros(n_nodes + 1, dtype=np.int64)
    for i in range(len(goal_node)):
        for side in range(2):
            if 0 <= goal_ms[i, side] <= limit:
                starts[goal_node[i, side] + 1] += 1
    for node in range(n_nodes):
        starts[node + 1] += starts[node]
    fill = starts[:-1].copy()
    goal, other = np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1], dtype=np.int32)
    near_ms, other_ms = np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1], dtype=np.int32)
    for i in range(len(goal_node)):
        for side in range(2):
            if 0 <= goal_ms[i, side] <= limit:
                at = fill[goal_node[i, side]]
                fill[goal_node[i, side]] += 1
                goal[at], near_ms[at] = i, goal_ms[i, side]
                other[at] = goal_node[i, 1 - side] if goal_ms[i, 1 - side] >= 0 else -1
                other_ms[at] = goal_ms[i, 1 - side] + 1 - side
    return starts, goal, near_ms, other, other_ms


@nb.njit(
    nb.int64(_I8, _I4, nb.int64, nb.int64, *_LISTS, _I4, nb.int32, nb.bool_, _I4, _I4, nb.int64),
    nogil=True,
    cache=True,
)
def emit(
    key, touched, count, limit, list_starts, goal, near_ms, other, other_ms,
    told, row, some_told, goals, times, filled,
):  # fmt: skip
    """Append the goals next to touched nodes, those told in this row already left out.

    A goal lies next to two nodes; it is told from the one by which it is sooner reached.
    Gives the number of goals there are then, -1 where there is no room for them.
    """
    for i in range(count):
        reached_ms = key[touched[i]] >> 32
        first, end = list_starts[touched[i]], list_starts[touched[i] + 1]
        if filled + end - first > len(goals):
            return np.int64(-1)
        for g in range(first, end):
            total = reached_ms + near_ms[g]
            if total > limit or (some_told and told[goal[g]] == row):
                continue
            if other[g] >= 0:
                known = key[other[g]]
                if known != _UNREACHED and (known >> 32) + other_ms[g] <= total:
                    continue
            goals[filled] = goal[g]
            times[filled] = total
            filled += 1
    return filled


@nb.njit(
    nb.int64(
        _I8, nb.int64, nb.int32[:, ::1], nb.int64[:, ::1], _I4, _I8, nb.int64, nb.int64,
        _I4, nb.int32, _I4, _I4, nb.int64,
    ),
    nogil=True,
    cache=True,
)  # fmt: skip
def emit_direct(
    key, limit, goal_node, goal_ms, direct_goal, direct_ms, first, end,
    told, row, goals, times, filled,
):  # fmt: skip
    """Append the goals on the start's own edge, by the direct way or round by a node."""
    if filled + end - first > len(goals):
        return np.int64(-1)
    for d in range(first, end):
        goal, total = direct_goal[d], direct_ms[d]
        for side in range(2):
            if goal_ms[goal, side] >= 0 and key[goal_node[goal, side]] != _UNREACHED:
                total = min(total, (key[goal_node[goal, side]] >> 32) + goal_ms[goal, side])
        told[goal] = row
        if total <= limit:
            goals[filled] = goal
            times[filled] = total
            filled += 1
    return filled


@nb.njit(
    nb.types.Tuple((_I8, _I4, _I4))(
        *_GRAPH, *_SCRATCH, *_QUEUE, nb.int32[:, ::1], nb.int64[:, ::1],
        nb.int32[:, ::1], nb.int64[:, ::1], *_LISTS, _I8, _I4, _I8,
    ),
    nogil=True,
    cache=True,
)  # fmt: skip
def reach_rows(
    indptr, heads, costs, key, touched, nodes, nexts, limit, shift, buckets,
    start_node, start_ms, goal_node, goal_ms,
    list_starts, goal, near_ms, other, other_ms, direct_starts, direct_goal, direct_ms,
):  # fmt: skip
    """Search from each start in turn; give every row's length, and its goals and times.

    Starts and goals lie next to two nodes each, with the milliseconds to or from them, -1 for
    no way; the goals are listed by node as ``list_goals`` does. The direct arrays tell, by
    start, the goals on its own edge. Goals in a row are in no order.
    """
    lengths = np.zeros(len(start_node), dtype=np.int64)
    goals = np.empty(max(1024, 64 * len(start_node)), dtype=np.int32)
    times = np.empty(max(1024, 64 * len(start_node)), dtype=np.int32)
    told = np.full(len(goal_node) if len(direct_goal) else 0, _NO_ENTRY, dtype=np.int32)
    no_labels = np.zeros(2, dtype=np.int32)
    filled = np.int64(0)
    for row in range(len(start_node)):
        count = np.int64(-1)
        while count < 0:
            count = spread(
                indptr, heads, costs, key, touched, nodes, nexts, limit, shift, buckets,
                plant(key, touched, start_node[row], start_ms[row], no_labels, limit),
            )  # fmt: skip
            if count < 0:
                nodes, nexts = grow(nodes, nexts)
        some_told = direct_starts[row + 1] > direct_starts[row]
        end = np.int64(-1)
        while end < 0:
            end = emit_direct(
                key, limit, goal_node, goal_ms, direct_goal, direct_ms,
                direct_starts[row], direct_starts[row + 1],
                told, np.int32(row), goals, times, filled,
            )  # fmt: skip
            if end >= 0:
                end = emit(
                    key, touched, count, limit, list_starts, goal, near_ms, other, other_ms,
                    told, np.int32(row), some_told, goals, times, end,
                )  # fmt: skip
            if end < 0:
                goals, times = grow(goals, times)
        for i in range(count):
            key[touched[i]] = _UNREACHED
        lengths[row] = end - filled
        filled = end
    return lengths, goals[:filled], times[:filled]


@nb.njit(nb.void(_I8, _I4, _I4, _I8, _I4, _I4), nogil=True, cache=True)
def place_rows(lengths, goals, times, begins, all_goals, all_times):
    """Copy rows that follow each other to where each begins among all."""
    first = 0
    for row in range(len(lengths)):
        there, length = begins[row], lengths[row]
        all_goals[there : there + length] = goals[first : first + length]
        all_times[there : there + length] = times[first : first + length]
        first += length
