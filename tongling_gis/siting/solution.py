"""What a solver answers, and how long and how far it may search."""

from __future__ import annotations

import math
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import numpy as np

from tongling_gis.errors import UsageError
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

Status: TypeAlias = Literal["optimal", "gap", "infeasible"]


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to search.

    Attributes:
        time_limit_s: Seconds after which the best found is returned with its bound.
        gap: Relative gap that is good enough, such as 0.001; 0 asks for proof.
        seed: Of the few random choices: the same seed gives the same answer, unless the time
            limit ends the search.
        progress: Told what is being done and, as a share of 1, how far it is.
    """

    time_limit_s: float = 600.0
    gap: float = 0.0
    seed: int = 0
    progress: Progress = silent

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: If the time limit is not above 0, or the gap negative.
        """
        if not self.time_limit_s > 0 or not self.gap >= 0:
            raise UsageError(
                Text(
                    "求解时限须大于 0 秒，容许差距须不小于 0。",
                    "The time limit must be above 0 s and the accepted gap 0 or more.",
                )
            )


@dataclass(frozen=True, eq=False)
class Solution:
    """Which sites are best, and how sure that is.

    Attributes:
        sites: Row numbers of the chosen sites, ascending, the required ones among them;
            existing and competing sites are not listed. Empty where none was found.
        objective: What the sites achieve; NaN where none was found.
        bound: What no other choice can exceed (or, of a minimum, undercut).
        status: "optimal": the bound is met. "gap": the search ended before it was.
            "infeasible": no choice does what is asked.
        seconds: How long it took.
        served_by: For each demand the site that serves it, existing ones included; -1 for none.
        conflict: Of an infeasible problem the demands that make it so: those that no site can
            reach, or more demands than sites of which no two can share one. Empty where the
            search alone shows it.
        reason: Why it ended as it did, in words.
        conflict_sites: Of an infeasible problem the sites that make it so, such as those that
            must be chosen and cost more than there is.
        parts: What the objective is made of, and what else was measured, by name; each solver
            says which.
        works: Of a choice among works, the row numbers of those to be done, ascending.
        phases: Of a plan over years, each year's state, the first year first.
        assigned: Of a problem with capacity, how much of each demand goes to each site, a SciPy
            CSR array n x m.
    """

    sites: Ints
    objective: float
    bound: float
    status: Status
    seconds: float
    served_by: Ints
    conflict: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    reason: Text = field(default_factory=lambda: Text("", ""))
    conflict_sites: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    parts: dict[str, float] = field(default_factory=dict)
    works: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    phases: tuple[Solution, ...] = ()
    assigned: Any = None

    @property
    def gap(self) -> float:
        """How far the objective may be from the optimum, as a share of it; inf where unknown.

        >>> Solution(np.array([3]), 99.0, 100.0, "gap", 0.1, np.array([3])).gap
        0.010101010101010102
        """
        if self.objective == self.bound:
            return 0.0
        if not (math.isfinite(self.objective) and math.isfinite(self.bound)):
            return math.inf
        return abs(self.bound - self.objective) / max(abs(self.objective), 1e-9)


_MOST_GAP = 10.0
SOLVING = Text("求解选址，差距 {gap:.2%}", "Solving, gap {gap:.2%}")
NO_SITES_YET = Text("求解选址，尚无可行方案", "Solving, no feasible sites yet")
NO_BOUND_YET = Text("求解选址，已有方案，尚无界限", "Solving, sites found, no bound yet")
PROVEN = Text("已证明最优。", "Proven optimal.")
GOOD_ENOUGH = Text("已达到容许的差距。", "As near the bound as was asked.")
OUT_OF_TIME = Text(
    "时限已到：给出目前最好的方案及其与界限的差距。",
    "Out of time: the best found so far, with its gap.",
)
STOPPED = Text(
    "已按要求停止：给出目前最好的方案及其与界限的差距。",
    "Stopped as asked: the best found so far, with its gap.",
)


class Watch:
    """The clock of one search: time limit, Ctrl-C and progress.

    Within ``with``, the first Ctrl-C ends the search and keeps the best found; a second one
    breaks off as usual. Other threads than the main one leave Ctrl-C alone.
    """

    def __init__(self, effort: Effort) -> None:
        """Start the clock."""
        self.effort = effort
        self.started = time.monotonic()
        self.stopped = False
        self._previous: Any = None
        self._told = -1.0

    def __enter__(self) -> Self:
        """Listen for Ctrl-C."""
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave Ctrl-C as it was."""
        self._restore()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopped = True
        self._restore()

    def _restore(self) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left_s(self) -> float:
        """Seconds left, 0 where the search must end."""
        return 0.0 if self.stopped else max(0.0, self.effort.time_limit_s - self.seconds)

    @property
    def over(self) -> bool:
        """Whether the search must end."""
        return self.left_s <= 0.0

    def tell(self, objective: float, bound: float) -> None:
        """Report the best found and its gap, at most five times a second."""
        if self.seconds - self._told < 0.2:  # noqa: PLR2004 - as the docstring says
            return
        self._told = self.seconds
        says = NO_SITES_YET
        if math.isfinite(objective):
            gap = abs(objective - bound) / max(abs(objective), 1e-9)
            says = SOLVING.fill(gap=gap) if gap <= _MOST_GAP else NO_BOUND_YET
        self.effort.progress(says, min(1.0, self.seconds / self.effort.time_limit_s))

    def ended(self, objective: float, bound: float) -> tuple[Status, Text]:
        """Say how a search ended that found ``objective`` and proved ``bound``."""
        if objective == bound:
            return "optimal", PROVEN
        if abs(objective - bound) <= self.effort.gap * abs(objective):
            return "gap", GOOD_ENOUGH
        return "gap", STOPPED if self.stopped else OUT_OF_TIME
