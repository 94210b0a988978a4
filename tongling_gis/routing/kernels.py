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
_F8 = nb.float64[:, ::1]
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
_LEVEL = 1e-9
_SLACK = 1e-9


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


@nb.njit(nb.void(_F8, _F8, nb.float64), nogil=True, cache=True)
def paint(square, segments, radius):
    """Lower each cell's squared distance to that of every segment within ``radius`` of it.

    Everything is in cells, cell (0, 0) standing at the origin. A segment is a row of
    x0, y0, x1, y1.
    """
    n_rows, n_columns = square.shape
    for s in range(len(segments)):
        x0, y0, x1, y1 = segments[s, 0], segments[s, 1], segments[s, 2], segments[s, 3]
        dx, dy = x1 - x0, y1 - y0
        length_2 = dx * dx + dy * dy
        share = 1.0 / length_2 if length_2 > 0.0 else 0.0
        west, east = min(x0, x1) - radius, max(x0, x1) + radius
        south, north = min(y0, y1) - radius, max(y0, y1) + radius
        slanted = abs(dy) > _LEVEL
        lean = dx / dy if slanted else 0.0
        half = radius * np.sqrt(length_2) / abs(dy) if slanted else 0.0
        for row in range(max(0, int(np.ceil(south))), min(n_rows, int(np.floor(north)) + 1)):
            left, right = west, east
            if slanted:
                middle = x0 + (row - y0) * lean
                left, right = max(west, middle - half), min(east, middle + half)
            ey = row - y0
            for column in range(
                max(0, int(np.ceil(left))), min(n_columns, int(np.floor(right)) + 1)
            ):
                ex = column - x0
                along = min(max((ex * dx + ey * dy) * share, 0.0), 1.0)
                off_x, off_y = ex - along * dx, ey - along * dy
                square[row, column] = min(square[row, column], off_x * off_x + off_y * off_y)


@nb.njit(nb.float64(nb.float64, nb.float64), nogil=True, cache=True)
def in_steps(square, steps):
    """Give a squared distance in cells as a whole number of steps, ``steps`` to the cell."""
    return np.rint(np.sqrt(square) * steps)


@nb.njit(_F8(_F8), nogil=True, cache=True)
def grow_corners(xy):
    """Give a copy of the corners, twice as long."""
    longer = np.empty((2 * len(xy), 2), dtype=np.float64)
    longer[: len(xy)] = xy
    return longer


@nb.njit(
    nb.types.Tuple((_F8, nb.int64))(
        _F8, nb.int32[:, ::1], nb.float64, nb.float64, _F8,
        nb.int64, nb.int64, nb.int64, nb.int64, nb.int32,
    ),
    nogil=True,
    cache=True,
)  # fmt: skip
def trace_ring(square, ring_at, steps, level, xy, filled, row, column, way, ring):
    """Follow one ring with the inside on the left; append its corners, the first one twice.

    The ring starts between the inside point (row, column) and the outside point ``way``
    columns further.
    """
    first, down, across = filled, 0, way
    start_row, start_column = row, column
    inner = in_steps(square[row, column], steps)
    outer = in_steps(square[row, column + way], steps)
    while True:
        if filled + 1 >= len(xy):
            xy = grow_corners(xy)
        part = (level - inner) / (outer - inner)
        xy[filled, 0], xy[filled, 1] = column + across * part, row + down * part
        filled += 1
        if down == 0:
            ring_at[row, min(column, column + across)] = ring
        ahead_row, ahead_column = row + across, column - down
        left = in_steps(square[ahead_row, ahead_column], steps)
        right = in_steps(square[ahead_row + down, ahead_column + across], steps)
        if right < level and (left < level or inner + outer + left + right <= 4.0 * level):
            row, column = ahead_row + down, ahead_column + across
            down, across = -across, down
            inner = right
        elif left < level:
            row, column = ahead_row, ahead_column
            inner, outer = left, right
        else:
            down, across = across, -down
            outer = left
        if row == start_row and column == start_column and down == 0 and across == way:
            break
    xy[filled] = xy[first]
    return xy, filled + 1


@nb.njit(
    nb.types.Tuple((_F8, _I8, _I8))(_F8, _I4, _I4, nb.int64, nb.int64),
    nogil=True,
    cache=True,
)
def sort_rings(xy, begins, owner, rings, polygons):
    """Lay rings 1..rings out polygon by polygon (1..polygons), otherwise in order."""
    polygon_starts = np.zeros(polygons + 1, dtype=np.int64)
    for ring in range(1, rings + 1):
        polygon_starts[owner[ring]] += 1
    polygon_starts = np.cumsum(polygon_starts)
    place = polygon_starts[:-1].copy()
    ring_of = np.empty(rings, dtype=np.int64)
    for ring in range(1, rings + 1):
        ring_of[place[owner[ring] - 1]] = ring
        place[owner[ring] - 1] += 1
    ring_starts = np.zeros(rings + 1, dtype=np.int64)
    sorted_xy = np.empty((begins[rings + 1], 2), dtype=np.float64)
    filled = 0
    for i in range(rings):
        for corner in range(begins[ring_of[i]], begins[ring_of[i] + 1]):
            sorted_xy[filled] = xy[corner]
            filled += 1
        ring_starts[i + 1] = filled
    return sorted_xy, ring_starts, polygon_starts


@nb.njit(
    nb.int64(nb.float64[::1], nb.bool_[::1], _I4, nb.float64, nb.float64), nogil=True, cache=True
)
def find_crossings(square, inside, crossings, steps, level):
    """List the columns of a row after which the level is crossed; count them."""
    middle = (level / steps) ** 2
    below, above = middle * (1.0 - _SLACK), middle * (1.0 + _SLACK)
    unsure = 0
    for column in range(len(square)):
        inside[column] = square[column] < below
        unsure += (square[column] < above) != (square[column] < below)
    if unsure:
        for column in range(len(square)):
            inside[column] = in_steps(square[column], steps) < level
    count = 0
    for column in range(len(square) - 1):
        crossings[count] = column
        count += inside[column] != inside[column + 1]
    return count


@nb.njit(
    nb.types.Tuple((_F8, _I8, _I8))(_F8, _I8, nb.float64, nb.float64),
    nogil=True,
    cache=True,
)
def trace(square, window, steps, level):
    """Trace the area below a level as polygons: marching squares, ring by ring.

    Args:
        square: Squared distances in cells.
        window: First row, end row, first column and end column of what is traced; distances
            on its rim lie above the level.
        steps: Steps to a cell, to whole numbers of which distances are rounded.
        level: The level in steps, between two whole numbers.

    Returns:
        Corners as (column, row) with every ring closed, where the rings begin, and where the
        polygons' rings begin; each polygon's outer ring comes first.
    """
    first_row, end_row, west, east = window[0], window[1], window[2], window[3]
    ring_at = np.zeros(square.shape, dtype=np.int32)
    inside = np.zeros(east - west, dtype=np.bool_)
    crossings = np.empty(east - west, dtype=np.int32)
    xy = np.empty((4096, 2), dtype=np.float64)
    begins, owner = np.zeros(256, dtype=np.int32), np.zeros(256, dtype=np.int32)
    ring, polygons, filled = np.int32(0), np.int32(0), 0
    for row in range(first_row, end_row):
        count = find_crossings(square[row, west:east], inside, crossings, steps, level)
        polygon = np.int32(0)
        for i in range(count):
            column = west + crossings[i]
            entering = i % 2 == 0
            if ring_at[row, column] == 0:
                if ring + 2 >= len(begins):
                    begins, owner = grow(begins, owner)
                ring += 1
                if entering:
                    polygons += 1
                owner[ring] = polygons if entering else polygon
                start, way = (column + 1, -1) if entering else (column, 1)
                xy, filled = trace_ring(
                    square, ring_at, steps, level, xy, filled, row, start, way, ring
                )
                begins[ring + 1] = filled
            if entering:
                polygon = owner[ring_at[row, column]]
    return sort_rings(xy, begins, owner, ring, polygons)
