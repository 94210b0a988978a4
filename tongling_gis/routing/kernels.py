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

_I4, _I8, _U8 = nb.int32[::1], nb.int64[::1], nb.uint64[::1]
_GRAPH = (_I4, _I4, _I4)
_QUEUE = (nb.int64, nb.int64, nb.int64)
_SCRATCH = (_I8, _I4)
_UNREACHED = np.int64(2**62)
_LOW = np.int64(2**32 - 1)
_NO_ENTRY = np.int32(-1)
_ONE = np.uint64(1)
_SIX = np.uint64(6)
_SIXTY_THREE = np.uint64(63)
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
_DE_BRUIJN_SHIFT = np.uint64(58)


def _bit_positions() -> np.ndarray:
    table = np.zeros(64, dtype=np.int64)
    for bit in range(64):
        table[((int(_DE_BRUIJN) << bit) % 2**64) >> 58] = bit
    return table


_BIT_POSITION = _bit_positions()


@nb.njit(nb.types.UniTuple(_I4, 2)(_I4, _I4), nogil=True, cache=True)
def grow(nodes, nexts):
    """Give copies of the queue's two arrays, twice as long."""
    longer = np.empty(2 * len(nodes), dtype=np.int32)
    longer[: len(nodes)] = nodes
    longer_nexts = np.empty(2 * len(nodes), dtype=np.int32)
    longer_nexts[: len(nodes)] = nexts
    return longer, longer_nexts


@nb.njit(nb.int64(*_GRAPH, *_SCRATCH, *_QUEUE, nb.int64), nogil=True, cache=True)
def spread(indptr, heads, costs, key, touched, limit, shift, buckets, count):
    """Search on from the first ``count`` touched nodes, whose keys are set; count all touched."""
    mask = buckets - 1
    bucket = np.full(buckets, _NO_ENTRY, dtype=np.int32)
    nodes = np.empty(max(1024, 2 * count), dtype=np.int32)
    nexts = np.empty(max(1024, 2 * count), dtype=np.int32)
    top = np.int32(0)
    free = _NO_ENTRY
    far = shift + 32
    last = (limit << 32) | _LOW
    now = _UNREACHED
    for i in range(count):
        node = touched[i]
        due = key[node] >> far
        now = min(now, due)
        nodes[top] = node
        nexts[top] = bucket[due & mask]
        bucket[due & mask] = top
        top += 1
    waiting = count
    while waiting > 0:
        here = now & mask
        while bucket[here] >= 0:
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
                    else:
                        if top == len(nodes):
                            nodes, nexts = grow(nodes, nexts)
                        entry = top
                        top += 1
                    due = (then >> far) & mask
                    nodes[entry] = head
                    nexts[entry] = bucket[due]
                    bucket[due] = entry
                    waiting += 1
        now += 1
    return count


@nb.njit(
    nb.types.Tuple((_I4, _I4, _I4))(*_GRAPH, *_SCRATCH, *_QUEUE, _I4, _I8, _I4),
    nogil=True,
    cache=True,
)
def reach(indptr, heads, costs, key, touched, limit, shift, buckets, seeds, seed_ms, labels):
    """Search from seeds; give the nodes reached, their milliseconds and labels, in no order.

    Scratch comes clean and is left clean: only what was touched is reset.
    """
    count = 0
    for i in range(len(seeds)):
        at = (seed_ms[i] << 32) | np.int64(labels[i])
        known = key[seeds[i]]
        if at < known:
            if known == _UNREACHED:
                touched[count] = seeds[i]
                count += 1
            key[seeds[i]] = at
    count = spread(indptr, heads, costs, key, touched, limit, shift, buckets, count)
    reached_ms = np.empty(count, dtype=np.int32)
    reached_label = np.empty(count, dtype=np.int32)
    for i in range(count):
        at = key[touched[i]]
        reached_ms[i] = at >> 32
        reached_label[i] = at & _LOW
        key[touched[i]] = _UNREACHED
    return touched[:count].copy(), reached_ms, reached_label


@nb.njit(nb.void(_I4, _U8, _U8, nb.int64, nb.int64), nogil=True, cache=True)
def offer(best, words, flags, goal, total):
    """Keep the better of two times to a goal, and mark the goal in the two-level bit set."""
    word = np.uint64(goal) >> _SIX
    bit = _ONE << (np.uint64(goal) & _SIXTY_THREE)
    if words[word] & bit:
        best[goal] = min(best[goal], total)
        return
    best[goal] = total
    words[word] |= bit
    flags[word >> _SIX] |= _ONE << (word & _SIXTY_THREE)


@nb.njit(nb.int64(nb.uint64), nogil=True, cache=True)
def lowest_bit(word):
    """Number the lowest bit that is set (de Bruijn multiplication)."""
    alone = word & (~word + _ONE)
    return _BIT_POSITION[(alone * _DE_BRUIJN) >> _DE_BRUIJN_SHIFT]


@nb.njit(
    nb.types.Tuple((_I4, _I4, nb.int64))(_I4, _U8, _U8, _I4, _I4, nb.int64),
    nogil=True,
    cache=True,
)
def drain(best, words, flags, goals, times, filled):
    """Append the marked goals in ascending order, and clear the marks."""
    for f in range(len(flags)):
        while flags[f]:
            word = f * 64 + lowest_bit(flags[f])
            flags[f] &= flags[f] - _ONE
            if filled + 64 > len(goals):
                goals, times = grow(goals, times)
            while words[word]:
                goal = word * 64 + lowest_bit(words[word])
                words[word] &= words[word] - _ONE
                goals[filled] = goal
                times[filled] = best[goal]
                filled += 1
    return goals, times, filled


_ROWS = (nb.int32[:, ::1], nb.int64[:, ::1], _I8, _I4, _I8, _I8, _I4, _I8, nb.int64)


@nb.njit(
    nb.types.Tuple((_I8, _I4, _I4))(*_GRAPH, *_SCRATCH, *_QUEUE, *_ROWS),
    nogil=True,
    cache=True,
)
def reach_rows(
    indptr,
    heads,
    costs,
    key,
    touched,
    limit,
    shift,
    buckets,
    start_node,
    start_ms,
    goal_indptr,
    goal_at,
    goal_ms,
    direct_indptr,
    direct_goal,
    direct_ms,
    n_goals,
):
    """Search from each start in turn; give every row's length, and its goals and times.

    ``goal_indptr``, ``goal_at`` and ``goal_ms`` list the goals by the node they are next to;
    the ``direct`` arrays list, by start, the goals that need no node. Goals ascend in a row.
    """
    lengths = np.zeros(len(start_node), dtype=np.int64)
    goals = np.empty(max(1024, 64 * len(start_node)), dtype=np.int32)
    times = np.empty(max(1024, 64 * len(start_node)), dtype=np.int32)
    best = np.empty(n_goals, dtype=np.int32)
    words = np.zeros((n_goals >> 6) + 1, dtype=np.uint64)
    flags = np.zeros((len(words) >> 6) + 1, dtype=np.uint64)
    filled = 0
    for row in range(len(start_node)):
        count = 0
        for side in range(2):
            node = start_node[row, side]
            if 0 <= start_ms[row, side] <= limit:
                at = start_ms[row, side] << 32
                if key[node] == _UNREACHED:
                    touched[count] = node
                    count += 1
                key[node] = min(key[node], at)
        count = spread(indptr, heads, costs, key, touched, limit, shift, buckets, count)
        for i in range(count):
            node = touched[i]
            reached_ms = key[node] >> 32
            key[node] = _UNREACHED
            for g in range(goal_indptr[node], goal_indptr[node + 1]):
                total = reached_ms + goal_ms[g]
                if total <= limit:
                    offer(best, words, flags, goal_at[g], total)
        for d in range(direct_indptr[row], direct_indptr[row + 1]):
            if direct_ms[d] <= limit:
                offer(best, words, flags, direct_goal[d], direct_ms[d])
        before = filled
        goals, times, filled = drain(best, words, flags, goals, times, filled)
        lengths[row] = filled - before
    return lengths, goals[:filled].copy(), times[:filled].copy()
