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
_LISTS = (_I8, nb.int32[:, ::1])
_UNREACHED = np.int64(2**62)
_LOW = np.int64(2**32 - 1)
_NO_ENTRY = np.int32(-1)


@nb.njit(nb.types.UniTuple(_I4, 2)(_I4, _I4), nogil=True, cache=True)
def lengthen(one, other):
    """Give copies of two arrays of one length, twice as long."""
    longer = np.empty((2, 2 * len(one)), dtype=np.int32)
    longer[0, : len(one)] = one
    longer[1, : len(one)] = other
    return longer[0], longer[1]


@nb.njit(nb.int64(*_GRAPH, *_SCRATCH, *_QUEUE, nb.int64), nogil=True, cache=True)
def spread(indptr, heads, costs, key, touched, nodes, nexts, limit, shift, buckets, count):
    """Search on from the first ``count`` touched nodes, whose keys are set; count all touched.

    The queue's entries are written one after the other to ``nodes`` and ``nexts``, and never
    used again. Where they do not suffice, everything touched is reset and -1 given.

    A walk along an arc is sooner than what is known, or is not, as by the toss of a coin, and
    a processor that guesses wrong loses more time than it takes to write. So everything is
    written for every arc, and counted or kept where it is sooner: no branch hangs on it.
    """
    mask = buckets - 1
    bucket = np.full(buckets, _NO_ENTRY, dtype=np.int32)
    far = shift + 32
    last = (limit << 32) | _LOW
    now = _UNREACHED
    top, done = np.int64(0), np.int64(0)
    room = len(nodes) >= count
    for i in range(count if room else 0):
        node = touched[i]
        due = key[node] >> far
        now = min(now, due)
        nodes[top] = node
        nexts[top] = bucket[due & mask]
        bucket[due & mask] = top
        top += 1
    while done < top and room:
        here = now & mask
        while bucket[here] >= 0:
            node = nodes[bucket[here]]
            bucket[here] = nexts[bucket[here]]
            done += 1
            at = key[node]
            if at >> far != now:
                continue  # reached sooner since, and searched from already
            room = top + indptr[node + 1] - indptr[node] <= len(nodes)
            if not room:
                break
            for arc in range(indptr[node], indptr[node + 1]):
                head = heads[arc]
                then = at + (np.int64(costs[arc]) << 32)
                known = key[head]
                sooner = (then < known) & (then <= last)
                touched[count] = head
                count += sooner & (known == _UNREACHED)
                key[head] = then if sooner else known
                due = (then >> far) & mask
                first = bucket[due]
                nodes[top] = head
                nexts[top] = first
                bucket[due] = top if sooner else first
                top += sooner
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
            nodes, nexts = lengthen(nodes, nexts)
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

    Gives where each node's list begins, and a row for each goal in it: its number, the way
    from the node, the goal's other node, and the way from there, 1 ms longer where a tie is
    this node's. A goal without another node has the same again, 1 ms longer.
    """
    starts = np.zeros(n_nodes + 2, dtype=np.int64)
    for i in range(len(goal_node)):
        for side in range(2):
            if 0 <= goal_ms[i, side] <= limit:
                starts[goal_node[i, side] + 2] += 1
    for node in range(n_nodes):
        starts[node + 2] += starts[node + 1]
    listed = np.empty((starts[-1], 4), dtype=np.int32)
    for i in range(len(goal_node)):
        for side in range(2):
            if 0 <= goal_ms[i, side] <= limit:
                node = goal_node[i, side]
                twice = goal_ms[i, 1 - side] >= 0
                row = listed[starts[node + 1]]
                row[0], row[1] = i, goal_ms[i, side]
                row[2] = goal_node[i, 1 - side] if twice else node
                row[3] = goal_ms[i, 1 - side] + 1 - side if twice else goal_ms[i, side] + 1
                starts[node + 1] += 1
    return starts, listed


@nb.njit(
    nb.int64(_I8, _I4, nb.int64, nb.int64, *_LISTS, _I4, nb.int32, nb.bool_, _I4, _I4, nb.int64),
    nogil=True,
    cache=True,
)
def emit(
    key, touched, count, limit, list_starts, listed, told, row, some_told, goals, times, filled
):
    """Append the goals next to touched nodes, those told in this row already left out.

    A goal lies next to two nodes; it is told from the one by which it is sooner reached.
    Gives the number of goals there are then, -1 where there is no room for them.
    """
    for i in range(count):
        node = touched[i]
        reached_ms = key[node] >> 32
        first, end = list_starts[node], list_starts[node + 1]
        if filled + end - first > len(goals):
            return np.int64(-1)
        for g in range(first, end):
            goal = listed[g, 0]
            if some_told and told[goal] == row:
                continue
            total = reached_ms + listed[g, 1]
            other = (key[listed[g, 2]] >> 32) + listed[g, 3]
            goals[filled] = goal
            times[filled] = total
            filled += (total <= limit) & (total < other)
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
    _I8(
        *_GRAPH, *_SCRATCH, *_QUEUE, nb.int32[:, ::1], nb.int64[:, ::1],
        nb.int32[:, ::1], nb.int64[:, ::1], *_LISTS, _I8, _I4, _I8, _I4, _I4,
    ),
    nogil=True,
    cache=True,
)  # fmt: skip
def reach_rows(
    indptr, heads, costs, key, touched, nodes, nexts, limit, shift, buckets,
    start_node, start_ms, goal_node, goal_ms,
    list_starts, listed, direct_starts, direct_goal, direct_ms, goals, times,
):  # fmt: skip
    """Search from each start in turn and write row after row of goals and their times.

    Starts and goals lie next to two nodes each, with the milliseconds to or from them, -1 for
    no way; the goals are listed by node as ``list_goals`` does. The direct arrays tell, by
    start, the goals on its own edge. Goals in a row are in no order. Gives the rows' lengths:
    of fewer rows than there are starts where ``goals`` and ``times`` have no room for more.
    """
    lengths = np.zeros(len(start_node), dtype=np.int64)
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
                nodes, nexts = lengthen(nodes, nexts)
        first, last = direct_starts[row], direct_starts[row + 1]
        end = emit_direct(
            key, limit, goal_node, goal_ms, direct_goal, direct_ms, first, last,
            told, np.int32(row), goals, times, filled,
        )  # fmt: skip
        if end >= 0:
            end = emit(
                key, touched, count, limit, list_starts, listed,
                told, np.int32(row), last > first, goals, times, end,
            )  # fmt: skip
        for i in range(count):
            key[touched[i]] = _UNREACHED
        if end < 0:
            return lengths[:row]
        lengths[row] = end - filled
        filled = end
    return lengths


@nb.njit(nb.void(_I8, _I4, _I4, _I8, _I4, _I4), nogil=True, cache=True)
def place_rows(lengths, goals, times, begins, all_goals, all_times):
    """Copy rows that follow each other to where each begins among all."""
    first = 0
    for row in range(len(lengths)):
        there, length = begins[row], lengths[row]
        all_goals[there : there + length] = goals[first : first + length]
        all_times[there : there + length] = times[first : first + length]
        first += length
