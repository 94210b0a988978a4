"""Which engine answers: compiled kernels where that pays, SciPy otherwise; the same answers.

Compiling takes some 10 s on a fresh machine, loading what was compiled before half a second,
and SciPy answers for a city within that time. So "auto" takes the kernels when this process
has them already, and otherwise only for a job that would keep SciPy busy for longer than
compiling is worth. A program that will run for long, such as a server or a benchmark, calls
``load_kernels`` first and has every answer from the kernels.
"""

from __future__ import annotations

import atexit
import importlib
import importlib.util
import os
import shutil
import sys
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from tongling_gis.errors import UsageError
from tongling_gis.routing import fallback
from tongling_gis.routing.graph import CLOSED
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tongling_gis.routing.ends import Int64s
    from tongling_gis.routing.graph import Arcs, Int32s, WalkGraph

Engine: TypeAlias = Literal["auto", "compiled", "scipy"]

_KERNELS = "tongling_gis.routing.kernels"
_AREA_KERNELS = "tongling_gis.routing.area_kernels"
_PATIENCE_S = 5.0
_SCIPY_S_PER_NODE = 4e-7
_SCIPY_S_PER_CELL = 6e-9
_SCIPY_S_PER_SEGMENT = 5e-5
_BUCKET_SHIFT = 14
_MOST_BUCKETS = 2**16
_PAIRS_AT_ONCE = 2**20


def load_kernels(progress: Progress = silent) -> bool:
    """Load the compiled kernels, compiling them first where need be; False without numba.

    Numba keeps what it compiles beside the modules, in the user's cache folder where that
    cannot be written, and for this process alone where neither can.
    """
    if _KERNELS not in sys.modules:
        if importlib.util.find_spec("numba") is None:
            return False
        progress(
            Text(
                "正在准备路径计算（首次使用需编译几秒）",
                "Preparing the router (compiling for some seconds on first use)",
            ),
            0.5,
        )
        import_compiled(_KERNELS)
        import_compiled(_AREA_KERNELS)
    return True


def import_compiled(module: str) -> Any:  # noqa: ANN401 - a module of compiled functions
    """Import a module of compiled functions by name, wherever numba may keep them.

    See ``load_kernels``; every module with ``cache=True`` must be imported this way.
    """
    try:
        return importlib.import_module(module)
    except RuntimeError:  # numba finds no folder that it can write
        _keep_compiled_here()
        return importlib.import_module(module)


def _keep_compiled_here() -> None:
    """Give numba a folder of this process's own, which goes when it ends."""
    from numba import config

    folder = vars(config)["CACHE_DIR"] = tempfile.mkdtemp(prefix="tongling-gis-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


def use_compiled(engine: Engine, scipy_s: float, progress: Progress = silent) -> bool:
    """Decide whether the kernels answer a job that takes SciPy about ``scipy_s`` seconds.

    Raises:
        UsageError: If the kernels are asked for by name and numba is not installed.
    """
    if engine == "scipy":
        return False
    if engine == "auto":
        return _KERNELS in sys.modules or (scipy_s > _PATIENCE_S and load_kernels(progress))
    if not load_kernels(progress):
        raise UsageError(
            Text(
                "没有安装 numba，无法使用编译内核：请安装 numba 或改用 scipy。",
                "The compiled kernels need numba, which is not installed: install it or use scipy.",
            )
        )
    return True


def settle_engine(engine: Engine, scipy_s: float, progress: Progress = silent) -> Engine:
    """Settle "auto" once for a job of many searches that takes SciPy so many seconds.

    ``progress`` is told where the kernels are loaded for it, which may mean compiling them.
    """
    return "compiled" if use_compiled(engine, scipy_s, progress) else "scipy"


def reach(
    graph: WalkGraph,
    arcs: Arcs,
    limit: int,
    seeds: tuple[Int32s, Int64s, Int32s],
    engine: Engine = "auto",
) -> tuple[Int32s, Int32s, Int32s]:
    """Search from seeds (node, milliseconds, label) over ``arcs``.

    Returns:
        The nodes reached within the limit in the graph's own numbers, in no order, the
        milliseconds to each, and the lowest label among the seeds that are nearest.
    """
    node, cost_ms, label = seeds
    keep = (cost_ms != CLOSED) & (cost_ms <= limit)
    node, cost_ms, label = node[keep], cost_ms[keep], label[keep]
    if not len(node):
        return tuple(np.empty(0, dtype=np.int32) for _ in range(3))  # type: ignore[return-value]
    if not use_compiled(engine, len(graph.order) * _SCIPY_S_PER_NODE):
        return fallback.reach(arcs, limit, node, cost_ms, label)
    kernels: Any = importlib.import_module(_KERNELS)
    span = min(limit, graph.max_cost_ms + int(cost_ms.max() - cost_ms.min()))
    scratch = graph.take_scratch()
    found: tuple[Int32s, Int32s, Int32s] = kernels.reach(
        arcs.indptr, arcs.heads, arcs.cost_ms, *scratch, limit, *_buckets(span),
        node, cost_ms, label,
    )  # fmt: skip
    graph.return_scratch(scratch)
    return found


def reach_rows(
    graph: WalkGraph,
    arcs: Arcs,
    limit: int,
    starts: tuple[Int32s, Int64s],
    goals: tuple[Int32s, Int64s],
    direct: tuple[Int64s, Int64s, Int64s],
) -> tuple[Int64s, Int32s, Int32s]:
    """Search from each start with the kernels, on all cores.

    Args:
        graph: Lends the working memory.
        arcs: Where to search.
        limit: Milliseconds, inclusive.
        starts: The two nodes next to each start, int32[s, 2], and the walk to them.
        goals: The two nodes next to each goal, int32[t, 2], and the walk from them.
        direct: Start, goal and milliseconds of the pairs that need no node.

    Returns:
        Where each start's row begins, int64[s + 1], and row after row the goals, in no order
        within a row, and the milliseconds to them.
    """
    kernels: Any = importlib.import_module(_KERNELS)
    order = np.argsort(starts[0][:, 0], kind="stable")
    node, cost_ms = starts[0][order], starts[1][order]
    goal_lists = kernels.list_goals(len(graph.order), *goals, limit)
    turn = np.empty_like(order)
    turn[order] = np.arange(len(order))
    at, goal, ms = direct
    direct_starts, direct_goal, direct_ms = _by_row(len(order), turn[at], goal.astype(np.int32), ms)
    span = min(limit, graph.max_cost_ms + int(cost_ms.max(initial=0)))

    one_row = len(goal_lists[1]) + len(direct_goal)
    rooms: deque[Int32s] = deque()

    def search(rows: slice) -> list[tuple[Int64s, Int32s, Int32s]]:
        scratch, first, found = graph.take_scratch(), rows.start, []
        room = rooms.pop() if rooms else np.empty((2, 0), dtype=np.int32)
        while first < rows.stop:
            if room.shape[1] < one_row:
                room = np.empty((2, max(_PAIRS_AT_ONCE, one_row)), dtype=np.int32)
            lengths: Int64s = kernels.reach_rows(
                arcs.indptr, arcs.heads, arcs.cost_ms, *scratch, limit, *_buckets(span),
                node[first : rows.stop], cost_ms[first : rows.stop], *goals, *goal_lists,
                direct_starts[first : rows.stop + 1], direct_goal, direct_ms, *room,
            )  # fmt: skip
            filled = lengths.sum()
            found.append((lengths, *room[:, :filled]))
            room = room[:, filled:]
            first += len(lengths)
        rooms.append(room)
        graph.return_scratch(scratch)
        return found

    found = list(chain.from_iterable(on_all_cores(search, len(order))))
    return _place_rows(order, found, kernels.place_rows)


def _place_rows(
    order: NDArray[np.intp],
    found: list[tuple[Int64s, Int32s, Int32s]],
    place_rows: Callable[..., None],
) -> tuple[Int64s, Int32s, Int32s]:
    """Put the rows that were found in another order where they belong, on all cores."""
    lengths = np.zeros(len(order) + 1, dtype=np.int64)
    lengths[order + 1] = np.concatenate([part[0] for part in found])
    indptr = np.cumsum(lengths)
    goal, ms = np.empty((2, indptr[-1]), dtype=np.int32)
    begins = indptr[order]
    first = np.cumsum([0, *(len(part[0]) for part in found)])

    def place(parts: slice) -> None:
        for part in range(parts.start, parts.stop):
            rows = slice(first[part], first[part + 1])
            place_rows(*found[part], begins[rows], goal, ms)

    on_all_cores(place, len(found))
    return indptr, goal, ms


def on_all_cores(work: Callable[[slice], Any], count: int) -> list[Any]:
    """Run ``work`` on slices of ``count`` items, one thread a core; answers in order."""
    cores = os.cpu_count() or 1
    pieces = min(4 * cores, count) if cores > 1 else 1
    bounds = [count * piece // pieces for piece in range(pieces + 1)] if pieces else [0, 0]
    slices = [slice(a, b) for a, b in pairwise(bounds)]
    if len(slices) == 1:
        return [work(slices[0])]
    with ThreadPoolExecutor(cores) as pool:
        return list(pool.map(work, slices))


def scipy_rows_s(graph: WalkGraph, n_starts: int) -> float:
    """Estimate how long SciPy takes over so many rows, in seconds."""
    return n_starts * len(graph.order) * _SCIPY_S_PER_CELL


def _by_row(
    n_rows: int, row: Int32s | Int64s, item: Int32s, cost_ms: Int64s
) -> tuple[Int64s, Int32s, Int64s]:
    order = np.argsort(row, kind="stable")
    indptr = np.zeros(n_rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=n_rows), out=indptr[1:])
    return indptr, item[order], cost_ms[order]


def _buckets(span_ms: int) -> tuple[int, int]:
    """Choose the buckets' width (a power of two, about 16 s) and a number that spans the times."""
    shift = _BUCKET_SHIFT
    while (span_ms >> shift) + 2 > _MOST_BUCKETS:
        shift += 1
    return shift, 1 << int((span_ms >> shift) + 1).bit_length()


def paint_distances(
    square: NDArray[np.float64],
    segments: NDArray[np.float64],
    radius: float,
    *,
    engine: Engine = "auto",
) -> None:
    """Lower each grid point's squared distance to that of every segment near it, in place.

    Args:
        square: Squared distances in cells, float64[rows, columns], changed in place.
        segments: Rows of x0, y0, x1, y1 in cells from the first grid point, float64[s, 4].
        radius: How far around a segment distances are drawn, in cells.
        engine: As elsewhere; the answers agree to the last digits.
    """
    if use_compiled(engine, len(segments) * _SCIPY_S_PER_SEGMENT):
        kernels: Any = importlib.import_module(_AREA_KERNELS)
        kernels.paint(square, np.ascontiguousarray(segments), radius)
    else:
        fallback.paint(square, segments, radius)


def trace_areas(
    square: NDArray[np.float64],
    window: Int64s,
    steps: float,
    level: float,
    *,
    engine: Engine = "auto",
) -> tuple[NDArray[np.float64], Int64s, Int64s]:
    """Trace the area where distances lie below a level as polygons (marching squares).

    Args:
        square: Squared distances in cells, float64[rows, columns].
        window: First row, end row, first column and end column of what is traced, int64[4];
            distances lie above the level on its rim and below it somewhere.
        steps: Steps to a cell; distances are rounded to whole steps.
        level: The level in steps, between two whole numbers.
        engine: As elsewhere; the areas are the same, their rings may begin elsewhere.

    Returns:
        Corners as (column, row) with every ring closed, float64[c, 2], where the rings begin,
        int64[r + 1], and where the polygons' rings begin, int64[p + 1]; outer rings first.
    """
    if not use_compiled(engine, 0.0):
        return fallback.trace(square, window, steps, level)
    kernels: Any = importlib.import_module(_AREA_KERNELS)
    traced: tuple[NDArray[np.float64], Int64s, Int64s] = kernels.trace(square, window, steps, level)
    return traced
