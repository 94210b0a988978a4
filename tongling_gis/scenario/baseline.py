"""A city before a scenario, prepared once; and what a scenario does to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.reachability.headcount import Headcount
from tongling_gis.reachability.places import count_people, known_groups
from tongling_gis.routing import limit_in_ms
from tongling_gis.routing.graph import UNREACHED
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Provenance
    from tongling_gis.hours import Moment
    from tongling_gis.scenario.changes import Scenario
    from tongling_gis.scenario.edits import Edits
    from tongling_gis.scenario.walks import City, Walks

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

_HOME_FACTS = ("name", "compound_id", "residents", *AGE_GROUPS)
_CENTRE = np.int64(2**32 - 1)
NOTICED_MS = 1000
"""Changes of a walk below this are rounding, and are not counted as such."""


@dataclass(frozen=True, eq=False)
class Side:
    """Every home's walk on one side of a comparison.

    Attributes:
        state: Milliseconds * 2**32 + centre, ``UNREACHED`` for none, int64[h].
        minutes: The limits, ascending.
    """

    state: Ints
    minutes: tuple[float, ...]

    @cached_property
    def reached(self) -> Flags:
        """Who has a way to any centre."""
        return np.asarray(self.state != UNREACHED)

    @cached_property
    def ms(self) -> Ints:
        """Milliseconds to the nearest centre; -1 where there is no way."""
        return np.where(self.reached, self.state >> 32, -1)

    @cached_property
    def walk_s(self) -> Floats:
        """Seconds to the nearest centre; NaN where there is no way."""
        return np.where(self.reached, self.ms / 1000.0, np.nan)

    @cached_property
    def centre(self) -> Ints:
        """Number of the nearest centre, -1 for none."""
        return np.where(self.reached, self.state & _CENTRE, -1)

    @cached_property
    def covered(self) -> Flags:
        """Who is covered, by limit, bool[l, h]."""
        limits_ms = np.array([limit_in_ms(limit * 60.0) for limit in self.minutes])
        return self.reached & (self.ms <= limits_ms[:, None])


def sum_in(weights: Floats, chosen: Flags) -> Floats:
    """Sum the weights of those chosen, float64[g, l] of float64[g, h] and bool[l, h].

    Plain sums: a threaded matrix product waits for threads for longer than this takes.
    """
    return np.array([[row[some].sum() for some in chosen] for row in weights])


@dataclass(frozen=True, eq=False)
class Baseline(Headcount):
    """A city before: homes, centres, and every walk.

    Attributes:
        city: Homes and centres on the streets.
        homes: The homes' own columns.
        key: The column that tells homes apart.
        places: The centres.
        minutes: The limits, ascending, each inclusive.
        snap_limit_m: Farthest that a place may lie from its street.
        at: The moment at which centres must be open; None to ask for none.
        outside: How many homes lie outside the study area and are left out.
        provenance: Where the data come from.
    """

    city: City
    homes: gpd.GeoDataFrame
    key: str
    places: gpd.GeoDataFrame
    minutes: tuple[float, ...]
    snap_limit_m: float
    at: Moment | None
    outside: int
    provenance: Provenance
    sums: dict[str, Floats] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def side(self) -> Side:
        """Every home's walk."""
        return Side(self.city.state, self.minutes)

    @cached_property
    def own_layer(self) -> gpd.GeoDataFrame:
        """The homes' own columns, as the first of a comparison's layer."""
        import geopandas as gpd

        names = [self.key, *(name for name in _HOME_FACTS if name in self.homes)]
        columns = {name: self.homes[name].array for name in names}
        return gpd.GeoDataFrame({**columns, "geometry": self.homes.geometry.array})

    @cached_property
    def centre_names(self) -> list[str | None]:
        """What the centres are called."""
        known = "name" in self.places
        return list(self.places["name"]) if known else [None] * len(self.places)

    @cached_property
    def people(self) -> Floats:
        """Residents of each home, NaN where they are not known."""
        return count_people(self.homes)

    @property
    def weight(self) -> Floats:
        """What each home counts for."""
        return np.asarray(self.weights[0])

    @cached_property
    def groups(self) -> dict[str, Text]:
        """Everybody, and each known age group, and how they read."""
        named = {"": self.who}
        for group in known_groups(self.homes) if self.by_people else ():
            label = Text("{who}（{age}）", "{who} {age}")
            named[group] = label.fill(who=self.who, age=AGE_GROUPS[group])
        return named

    @cached_property
    def weights(self) -> Floats:
        """What each home counts for in each of ``groups``, float64[g, h]; 0 where unknown."""
        if not self.by_people:
            return np.ones((1, len(self.homes)))
        columns = [group or "residents" for group in self.groups]
        return np.nan_to_num(np.stack([count_people(self.homes, name) for name in columns]))

    @cached_property
    def totals(self) -> Floats:
        """Everybody of each of ``groups``."""
        return np.asarray(self.weights.sum(axis=1))

    @cached_property
    def covered(self) -> Floats:
        """Those of each of ``groups`` covered within each limit, float64[g, l]."""
        return sum_in(self.weights, self.side.covered)


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a scenario does to a city.

    Attributes:
        base: The city before.
        scenario: The changes.
        edits: The same, looked up in the city.
        serves: Which of the centres, those before first, serve after.
        walks: Every home's walk, before and after.
    """

    base: Baseline
    scenario: Scenario
    edits: Edits
    serves: Flags
    walks: Walks

    @cached_property
    def before(self) -> Side:
        """Every home's walk before."""
        if self.walks.before is self.base.city.state:
            return self.base.side
        return Side(self.walks.before, self.base.minutes)

    @cached_property
    def after(self) -> Side:
        """Every home's walk after."""
        return Side(self.walks.after, self.base.minutes)

    @cached_property
    def spared(self) -> Ints:
        """The homes whose walk before is quicker than as it stood, by a door nobody needed."""
        if self.before is self.base.side:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(self.walks.before != self.base.city.state)

    def sum_groups(self) -> Floats:
        """Sum those of each group covered before within each limit, float64[g, l]."""
        few, weights = self.spared, self.base.weights
        if not len(few):
            return self.base.covered
        stood, now = (side.covered[:, few] for side in (self.base.side, self.before))
        return self.base.covered - sum_in(weights[:, few], stood) + sum_in(weights[:, few], now)

    @cached_property
    def differs(self) -> Ints:
        """The homes whose walk or nearest centre is another after."""
        return np.flatnonzero(self.walks.before != self.walks.after)

    @cached_property
    def change_s(self) -> Floats:
        """Seconds by which each walk is longer after; NaN where there is no way in either."""
        return np.asarray(self.after.walk_s - self.before.walk_s)

    def noticed(self, *, longer: bool) -> Flags:
        """Tell whose walk is noticeably longer, or shorter; ways lost or found are neither."""
        change_ms = self.after.ms - self.before.ms
        both = self.before.reached & self.after.reached
        return both & (change_ms >= NOTICED_MS if longer else change_ms <= -NOTICED_MS)
