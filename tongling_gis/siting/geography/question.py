"""What is asked of the siting of centres."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from tongling_gis.catalogue import read_standards
from tongling_gis.errors import UsageError
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.siting.solution import Effort
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongling_gis.assessment import Parameter
    from tongling_gis.hours import Moment

Existing: TypeAlias = Literal["keep", "close", "move"]
EXISTING: tuple[Existing, ...] = get_args(Existing)

PROBLEMS: Mapping[str, Text] = {
    "cover": Text("覆盖最多的居民", "cover most residents"),
    "all": Text("用最少的中心覆盖全部居民", "cover all residents with the fewest centres"),
    "median": Text("总步行时间最短", "the shortest total walk"),
    "centre": Text("最远居民的步行时间最短", "the shortest worst walk"),
    "backup": Text(
        "覆盖最多的居民，并使最多的人有第二个中心可用", "most residents with a second centre too"
    ),
    "capacity": Text("在面积够用的前提下服务最多的居民", "most residents for whom there is room"),
    "fair": Text(
        "先照顾最远的居民，再缩短平均步行", "the shortest worst walk, then the shortest mean"
    ),
    "budget": Text("预算之内覆盖最多的居民", "most residents covered within a budget"),
    "phases": Text("分年建设，逐年覆盖最多", "most residents covered year after year"),
}
"""The problems, and what each looks for."""


@dataclass(frozen=True, slots=True)
class SitingQuestion:
    """What is asked.

    Attributes:
        problem: One of ``PROBLEMS``.
        k: How many new centres; with ``existing="move"`` how many besides as many as today.
        first_k: How many the curve of gains begins with.
        years: Over how many years they, or the budget, are spread in a plan of phases.
        minutes: The walk that covers, inclusive.
        existing: Whether today's centres stay, are closed, or may all be placed anew.
        require: Ids of sites that must be chosen; they count towards k.
        forbid: Ids of candidate sites, or of centres to be closed.
        compete: Ids of sites whose residents count for nobody.
        group: Column of the one age group that counts, "" for everybody.
        weights: Column of an age group -> what one of it counts for, 1 where not named.
        at: Moment at which only centres surely open count; None for whenever.
        budget_yuan: Most that the new centres may cost, in a budget or a plan of phases.
        effort: Time limit, accepted gap, seed and progress.
        snap_limit_m: Farthest that a place may lie from its street.
        readings: Whether curve, trade-offs and robustness are worked out too.
    """

    problem: str = "cover"
    k: int = 5
    first_k: int = 0
    years: int = 3
    minutes: float = 15.0
    existing: Existing = "keep"
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    compete: tuple[str, ...] = ()
    group: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    at: Moment | None = None
    budget_yuan: float | None = None
    effort: Effort = field(default_factory=Effort)
    snap_limit_m: float = field(default_factory=lambda: read_standards().snap_limit_m)
    readings: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: If the problem or a group is not known, or a number out of range.
        """
        _check_names(self)
        most = read_standards().access.search_minutes
        if not 0.0 < self.minutes <= most:
            raise UsageError(
                Text(
                    f"时间上限 {self.minutes:g} 分钟不可用：须大于 0、不超过 {most:g}。",
                    f"A limit of {self.minutes:g} min cannot be used: "
                    f"give one above 0 and up to {most:g}.",
                )
            )
        if not 0 <= self.first_k <= self.k or self.years < 1:
            raise UsageError(
                Text(
                    "k 须不小于 0（范围须从小到大），年数须不小于 1。",
                    "k must be 0 or more, a range of it ascending, and years 1 or more.",
                )
            )
        if self.budget_yuan is not None and not self.budget_yuan >= 0.0:
            raise UsageError(Text("预算须不小于 0 元。", "The budget must be 0 yuan or more."))
        if self.problem == "budget" and self.budget_yuan is None:
            raise UsageError(
                Text("请用 --budget 给出预算（元）。", "Say with --budget how many yuan there are.")
            )
        for group, factor in self.weights.items():
            if not factor >= 0.0:
                raise UsageError(
                    Text(
                        f"{group} 的权重 {factor} 不可用：须不小于 0。",
                        f"A weight of {factor} for {group} cannot be used: give 0 or more.",
                    )
                )

    @property
    def limit_s(self) -> float:
        """The walk that covers, in seconds."""
        return self.minutes * 60.0

    @property
    def parameters(self) -> dict[str, Parameter]:
        """What the result depends on, by name."""
        return {
            "problem": self.problem,
            "k": self.k,
            "years": self.years,
            "minutes": [self.minutes],
            "limit_inclusive": True,
            "existing": self.existing,
            "require": list(self.require),
            "forbid": list(self.forbid),
            "compete": list(self.compete),
            "group": self.group,
            "weights": [f"{group}={factor:g}" for group, factor in self.weights.items()],
            "at": self.at.asked if self.at else "",
            "budget_yuan": self.budget_yuan,
            "time_limit_s": self.effort.time_limit_s,
            "accepted_gap": self.effort.gap,
            "seed": self.effort.seed,
            "snap_limit_m": self.snap_limit_m,
        }


def _check_names(asked: SitingQuestion) -> None:
    for value, known, what in (
        (asked.problem, tuple(PROBLEMS), Text("选址问题", "siting problem")),
        (asked.existing, EXISTING, Text("现有中心的处理", "treatment of existing centres")),
        (asked.group, ("", *AGE_GROUPS), Text("年龄组", "age group")),
        *((group, tuple(AGE_GROUPS), Text("年龄组", "age group")) for group in asked.weights),
    ):
        if value not in known:
            raise UsageError(
                Text(
                    "不认识的{what}“{value}”，可用：{zh}。",
                    "Unknown {what} {value!r}: use one of {en}.",
                ).fill(
                    what=what,
                    value=value,
                    zh="、".join(one for one in known if one),
                    en=", ".join(one for one in known if one),
                )
            )
