"""HiGHS behind one small interface: a mixed-integer model in, the best found and a bound out."""

from __future__ import annotations

import atexit
import math
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import sparse

    from tongling_gis.siting.problem import Floats
    from tongling_gis.siting.serving import Flags
    from tongling_gis.siting.solution import Watch

_INTEGRAL = 1e-6
_TICK_S, _GRACE_S, _LAST_S = 0.05, 0.5, 2.0


@dataclass(frozen=True, eq=False)
class Model:
    """Minimise cost @ x, rows between row_lower and row_upper, x between lower and upper.

    Attributes:
        cost: Of each variable, float64[v].
        whole: Which variables must be whole numbers, bool[v].
        matrix: The rows, r x v.
        row_lower: Least value of each row, -inf for none.
        row_upper: Greatest value of each row, inf for none.
        lower: Least value of each variable; 0 where it is not given.
        upper: Greatest value of each variable; 1 where it is not given.
    """

    cost: Floats
    whole: Flags
    matrix: sparse.sparray
    row_lower: Floats
    row_upper: Floats
    lower: Floats | None = None
    upper: Floats | None = None


@dataclass(frozen=True, eq=False)
class Target:
    """When a model is solved well enough.

    Attributes:
        step: Any two objectives that differ do so by at least this much; 0 where unknown.
        value: Stop at a solution this good, or where the bound shows that there is none.
        worth: The accepted gap is a share of the distance of the objective from this.
        searched: Whether the start is so good that looking for better ones is left out.
    """

    step: float = 0.0
    value: float = -math.inf
    worth: float = 0.0
    searched: bool = False


@dataclass(frozen=True, eq=False)
class Optimum:
    """What HiGHS found.

    Attributes:
        x: The best solution; empty where none was found.
        value: Its objective, inf where none was found.
        bound: What no solution undercuts; inf where there is none at all.
    """

    x: Floats
    value: float
    bound: float

    @property
    def found(self) -> bool:
        """Whether there is a solution."""
        return bool(len(self.x))


@dataclass(eq=False)
class _Listener:
    """Hears what a run found, and stops it where the search must end or has what was wanted."""

    watch: Watch
    target: Target
    x: Floats = field(default_factory=lambda: np.empty(0))
    value: float = math.inf
    bound: float = -math.inf
    left: bool = False

    def note(self, event: Any) -> None:  # noqa: ANN401 - highspy gives no types
        """Keep a better solution."""
        value = float(event.data_out.objective_function_value)
        if value < self.value:
            self.x, self.value = np.array(event.data_out.mip_solution, dtype=float), value

    def weigh(self, event: Any) -> None:  # noqa: ANN401 - as above
        """Stop the run where that is due."""
        seen = event.data_out
        best = seen.mip_primal_bound
        self.bound = bound = max(self.bound, seen.mip_dual_bound)
        met = best <= self.target.value + _INTEGRAL or self.target.value < bound - _INTEGRAL
        worth = self.target.worth
        good = best - bound <= self.watch.effort.gap * abs(best - worth)
        wanted = math.isfinite(best) and (good or best <= self.target.value + _INTEGRAL)
        wanted = wanted or (self.target.value > -math.inf and met)
        event.data_in.user_interrupt = int(wanted or self.left or self.watch.over)

    def heed(self, event: Any) -> None:  # noqa: ANN401 - as above
        """Stop a linear run where the search must end."""
        event.data_in.user_interrupt = int(self.left or self.watch.over)

    def tell(self) -> None:
        """Tell how far it is."""
        worth = self.target.worth
        self.watch.tell(abs(worth - self.value), abs(worth - self.bound))


def optimise(
    model: Model, watch: Watch, *, start: Sequence[float] | Floats | None = None,
    target: Target | None = None,
) -> Optimum:  # fmt: skip
    """Solve a model to proof, or as far as the watch allows.

    Args:
        model: With variables between bounds; it may be infeasible.
        watch: Time limit, accepted gap and seed.
        start: A feasible x to begin with.
        target: When it is solved well enough; None to ask for proof.
    """
    import highspy

    goal = target or Target()
    solver = _load(model, watch)
    solver.setOptionValue("mip_abs_gap", goal.step * 0.999 if goal.step else 1e-9)
    if goal.searched:
        solver.setOptionValue("mip_heuristic_effort", 0.0)
    listener = _Listener(watch, goal)
    solver.cbMipImprovingSolution += listener.note
    solver.cbMipInterrupt += listener.weigh
    solver.cbSimplexInterrupt += listener.heed
    solver.cbIpmInterrupt += listener.heed
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(start)
        solver.setSolution(solution)
        listener.x = np.asarray(start, dtype=float)
        listener.value = float(model.cost @ listener.x)
    if _run(solver, listener):
        return _read(solver, model)
    x = np.where(model.whole, np.rint(listener.x), listener.x) if len(listener.x) else listener.x
    return Optimum(x, listener.value, min(listener.value, listener.bound))


def _run(solver: Any, listener: _Listener) -> bool:  # noqa: ANN401 - untyped
    """Run beside this thread, so that time limit and Ctrl-C hold whatever HiGHS is at.

    HiGHS asks whether to stop between its steps only, and one step, such as the first linear
    relaxation or its presolve, can take a minute.

    Returns:
        Whether the run ended; otherwise it was left, to stop at its next step.
    """
    runner = threading.Thread(target=solver.run, daemon=True)
    runner.start()
    over_s = 0.0
    try:
        while over_s < _GRACE_S:
            runner.join(_TICK_S)
            if not runner.is_alive():
                return True
            listener.tell()
            over_s += _TICK_S if listener.watch.over else 0.0
        return False
    finally:
        if runner.is_alive():
            listener.left = True
            atexit.register(runner.join, _LAST_S)


def _load(model: Model, watch: Watch) -> Any:  # noqa: ANN401 - untyped
    import highspy

    v, rows = len(model.cost), len(model.row_lower)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = v, rows
    lp.col_cost_ = model.cost
    lp.col_lower_ = np.zeros(v) if model.lower is None else model.lower
    lp.col_upper_ = np.ones(v) if model.upper is None else model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    columns: Any = model.matrix.tocsc()  # type: ignore[attr-defined]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = columns.indptr, columns.indices
    lp.a_matrix_.value_ = columns.data
    kinds = highspy.HighsVarType
    lp.integrality_ = [kinds.kInteger if w else kinds.kContinuous for w in model.whole]

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS prints a header here otherwise
            self.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS takes it so
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    solver: Any = Quiet()  # type: ignore[no-untyped-call]
    solver.setOptionValue("time_limit", float(watch.left_s))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("random_seed", int(watch.effort.seed) % 2**31)
    solver.passModel(lp)
    return solver


def _read(solver: Any, model: Model) -> Optimum:  # noqa: ANN401 - untyped
    import highspy

    status = solver.getModelStatus()
    kinds = highspy.HighsModelStatus
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return Optimum(np.empty(0), math.inf, math.inf)
    info = solver.getInfo()
    feasible = highspy.SolutionStatus.kSolutionStatusFeasible
    x = np.asarray(solver.getSolution().col_value, dtype=float)
    if info.primal_solution_status != feasible or not len(x):
        return Optimum(np.empty(0), math.inf, float(info.mip_dual_bound))
    x = np.where(model.whole, np.rint(x), x)
    value = float(model.cost @ x)
    bound = value if status == kinds.kOptimal else min(value, float(info.mip_dual_bound))
    return Optimum(x, value, bound)
