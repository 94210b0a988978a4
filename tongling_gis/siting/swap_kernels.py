"""Compiled loops that look for better sites by swapping (numba).

For each row the two cheapest open sites are kept, and for each site what opening it would save
(``gain``) or shutting it would cost (``loss``); a move brings only the rows it touches up to date
(Whitaker 1983; Resende and Werneck 2007). Pairs stand as in ``kernels``, and once more site by
site. Importing this module compiles it, once: numba keeps the machine code.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_I4, _I8, _F8, _B1 = nb.int32[::1], nb.int64[::1], nb.float64[::1], nb.boolean[::1]
_PAIRS = (_I8, _I4, _F8, _F8)
_BY_SITE = (_I8, _I4, _F8)
_SERVED = (_I8, _I8, _F8, _F8, _F8, _F8)
_NEAR = 20


@nb.njit(nb.void(*_PAIRS, _B1, nb.int64, nb.int64, _I8, _F8), nogil=True, cache=True)
def find_second(indptr, site, cost, cap, is_open, row, first, second, second_cost):
    """Find a row's cheapest open site but the first."""
    second[row] = -1
    second_cost[row] = cap[row]
    for e in range(indptr[row], indptr[row + 1]):
        if cost[e] >= cap[row]:
            break
        if is_open[site[e]] and site[e] != first:
            second[row] = site[e]
            second_cost[row] = cost[e]
            break


@nb.njit(nb.void(*_PAIRS, *_BY_SITE, _B1, nb.int64, *_SERVED), nogil=True, cache=True)
def add_site(
    indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, enters,  # noqa: ARG001 - as drop_site
    first, second, first_cost, second_cost, gain, loss,
):  # fmt: skip
    """Open a site and bring what opening and shutting others would do up to date."""
    is_open[enters] = True
    for t in range(by_indptr[enters], by_indptr[enters + 1]):
        i = by_row[t]
        now = by_cost[t]
        before = first_cost[i]
        if now < before:
            if first[i] >= 0:
                loss[first[i]] -= second_cost[i] - before
            for e in range(indptr[i], indptr[i + 1]):
                if cost[e] >= before:
                    break
                gain[site[e]] -= before - max(cost[e], now)
            second[i] = first[i]
            second_cost[i] = before
            first[i] = enters
            first_cost[i] = now
            loss[enters] += before - now
        elif now < second_cost[i]:
            loss[first[i]] -= second_cost[i] - now
            second[i] = enters
            second_cost[i] = now


@nb.njit(nb.void(*_PAIRS, *_BY_SITE, _B1, nb.int64, *_SERVED), nogil=True, cache=True)
def drop_site(
    indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, leaves,  # noqa: ARG001 - as add_site
    first, second, first_cost, second_cost, gain, loss,
):  # fmt: skip
    """Shut a site and bring what opening and shutting others would do up to date."""
    is_open[leaves] = False
    for t in range(by_indptr[leaves], by_indptr[leaves + 1]):
        i = by_row[t]
        if first[i] == leaves:
            before = first_cost[i]
            now = second_cost[i]
            for e in range(indptr[i], indptr[i + 1]):
                if cost[e] >= now:
                    break
                gain[site[e]] += now - max(cost[e], before)
            first[i] = second[i]
            first_cost[i] = now
            find_second(indptr, site, cost, cap, is_open, i, first[i], second, second_cost)
            if first[i] >= 0:
                loss[first[i]] += second_cost[i] - now
        elif second[i] == leaves:
            before = second_cost[i]
            find_second(indptr, site, cost, cap, is_open, i, first[i], second, second_cost)
            loss[first[i]] += second_cost[i] - before
    loss[leaves] = 0.0


@nb.njit(nb.void(*_PAIRS, *_BY_SITE, _B1, _B1, *_SERVED), nogil=True, cache=True)
def go_to(
    indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, wanted,
    first, second, first_cost, second_cost, gain, loss,
):  # fmt: skip
    """Open and shut until the wanted sites are open."""
    for j in range(len(is_open)):
        if is_open[j] and not wanted[j]:
            drop_site(
                indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, j,
                first, second, first_cost, second_cost, gain, loss,
            )  # fmt: skip
    for j in range(len(is_open)):
        if wanted[j] and not is_open[j]:
            add_site(
                indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, j,
                first, second, first_cost, second_cost, gain, loss,
            )  # fmt: skip


@nb.njit(nb.int64(*_PAIRS, *_BY_SITE, _B1, nb.int64, *_SERVED), nogil=True, cache=True)
def swap_down(
    indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, moves,
    first, second, first_cost, second_cost, gain, loss,
):  # fmt: skip
    """Shut one open site after another for the one that is then wanted most, while it helps.

    Returns:
        How many sites were tried, ``moves`` at the most.
    """
    opened = np.flatnonzero(is_open)
    count = len(opened)
    moved, fails = 0, 0
    while fails < count and moved < moves:
        if fails == 0:
            np.random.shuffle(opened)  # noqa: NPY002 - numba's generator
        turn = moved % count
        leaves = opened[turn]
        moved += 1
        most = loss[leaves] + 1e-9 * abs(loss[leaves])
        drop_site(
            indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, leaves,
            first, second, first_cost, second_cost, gain, loss,
        )  # fmt: skip
        enters = leaves
        for j in range(len(is_open)):
            if gain[j] > most and not is_open[j]:
                most = gain[j]
                enters = j
        add_site(
            indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, enters,
            first, second, first_cost, second_cost, gain, loss,
        )  # fmt: skip
        opened[turn] = enters
        fails = fails + 1 if enters == leaves else 0
    return moved


@nb.njit(nb.void(*_PAIRS, *_BY_SITE, _B1, nb.int64, *_SERVED), nogil=True, cache=True)
def kick(
    indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, kicks,
    first, second, first_cost, second_cost, gain, loss,
):  # fmt: skip
    """Move some open sites, drawn at random, to sites near rows drawn at random."""
    opened = np.flatnonzero(is_open)
    for _ in range(1 + np.random.randint(kicks)):  # noqa: NPY002 - numba's generator
        turn = np.random.randint(len(opened))  # noqa: NPY002 - the same
        i = np.random.randint(len(cap))  # noqa: NPY002 - the same
        near = indptr[i + 1] - indptr[i]
        if cost[indptr[i + 1] - 1] > 0.0:
            near = min(near, _NEAR)
        enters = site[indptr[i] + np.random.randint(near)]  # noqa: NPY002 - the same
        if is_open[enters]:
            continue
        drop_site(
            indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, opened[turn],
            first, second, first_cost, second_cost, gain, loss,
        )  # fmt: skip
        add_site(
            indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, enters,
            first, second, first_cost, second_cost, gain, loss,
        )  # fmt: skip
        opened[turn] = enters


@nb.njit(nb.float64(*_PAIRS, *_BY_SITE, _B1, nb.int64, nb.int64, nb.int64), nogil=True, cache=True)
def roam(indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, moves, kicks, seed):
    """Swap to a local optimum, move some sites at random, swap again; keep the best.

    Args:
        indptr: Where rows begin.
        site: Of each pair.
        cost: Of each pair.
        cap: Of each row, finite.
        by_indptr: Where the pairs of each site begin.
        by_row: Row of each pair, by site.
        by_cost: Cost of each pair, by site.
        is_open: Where to begin; filled with the best sites met.
        moves: How many sites to shut before returning.
        kicks: Most sites to move at random.
        seed: Of the random numbers.

    Returns:
        The total of the best solution met.
    """
    np.random.seed(seed)  # noqa: NPY002 - numba's generator
    n, m = len(cap), len(is_open)
    first = np.full(n, -1, dtype=np.int64)
    second = np.full(n, -1, dtype=np.int64)
    first_cost, second_cost = cap.copy(), cap.copy()
    gain, loss = np.zeros(m), np.zeros(m)
    for i in range(n):
        for e in range(indptr[i], indptr[i + 1]):
            if cost[e] >= cap[i]:
                break
            gain[site[e]] += cap[i] - cost[e]
    kept = is_open.copy()
    is_open[:] = False
    best = np.inf
    while True:
        go_to(
            indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, kept,
            first, second, first_cost, second_cost, gain, loss,
        )  # fmt: skip
        if best < np.inf:
            kick(
                indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, kicks,
                first, second, first_cost, second_cost, gain, loss,
            )  # fmt: skip
        moves -= swap_down(
            indptr, site, cost, cap, by_indptr, by_row, by_cost, is_open, moves,
            first, second, first_cost, second_cost, gain, loss,
        )  # fmt: skip
        total = first_cost.sum()
        if total < best - 1e-12 * abs(best) or best == np.inf:
            best = total
            kept[:] = is_open
        if moves <= 0:
            break
    is_open[:] = kept
    return best
