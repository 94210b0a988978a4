"""People and room for them: how many some sites serve, good choices, and a bound on all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tongling_gis.routing import import_compiled
from tongling_gis.siting.pricing import Asked, open_dearest

if TYPE_CHECKING:
    from tongling_gis.siting.drafting import Reach
    from tongling_gis.siting.problem import Flags, Floats, Ints
    from tongling_gis.siting.solution import Watch

_TRIES = 8
_DUST = 1e-9


class Filled(NamedTuple):
    """As many people as can be served from some sites.

    Attributes:
        is_open: The sites.
        flow: How many go along each pair.
        left: How many of each row are left over.
        spare: Room left at each site.
        served: How many are served.
    """

    is_open: Flags
    flow: Floats
    left: Floats
    spare: Floats
    served: float

    @property
    def state(self) -> tuple[Flags, Floats, Floats, Floats]:
        """The arrays once more, to be changed."""
        return self.is_open.copy(), self.flow.copy(), self.left.copy(), self.spare.copy()


@dataclass(frozen=True, eq=False)
class Rooms:
    """Groups of people, the sites that they reach, and how many each has room for.

    Attributes:
        reach: Who reaches whom.
        room: Of each site, float64[s].
        must: Sites that are open in any case.
        free: Sites of which ``count`` are to be opened besides.
        count: How many.
    """

    reach: Reach
    room: Floats
    must: Flags
    free: Flags
    count: int

    @cached_property
    def rows(self) -> tuple[Any, ...]:
        """The arrays as the kernels take them."""
        matrix = self.reach.matrix
        pairs = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32)
        return *pairs, self.reach.weight.astype(float), self.room.astype(float)

    @cached_property
    def by_site(self) -> tuple[Ints, Ints]:
        """The pairs site after site, by their places."""
        site = self.reach.matrix.indices
        counts = np.bincount(site, minlength=len(self.room))
        return np.concatenate([[0], np.cumsum(counts)]), np.argsort(site, kind="stable")

    @cached_property
    def _row_of(self) -> Ints:
        row: Ints = self.reach.entries[0].astype(np.int64)
        return row

    def fill(self, opened: Flags) -> Filled:
        """Serve as many as can be from some sites."""
        spare: Floats = np.where(opened, self.room, 0.0)
        flow, left = np.zeros(len(self.rows[1])), self.rows[2].copy()
        state = opened.copy(), flow, left, spare
        _load_kernels().fill_up(*self.rows, *self.by_site, *state, self._row_of)
        return self._filled(state)

    def _filled(self, state: tuple[Any, ...]) -> Filled:
        is_open, flow, left, spare = state
        served = float(self.rows[2].sum() - left.sum())
        return Filled(is_open, flow, left, spare, served)

    def add(self, begun: Filled, *, tries: int = 1) -> Filled:
        """Open the site that most of those left reach, as long as more may be opened."""
        state = begun.state
        lacking = self.count - int((state[0] & self.free).sum())
        for _ in range(lacking):
            best = self._pick(state, tries)
            if best < 0:
                best = int(np.argmax(self.free & ~state[0]))
            _load_kernels().open_one(*self.rows, *self.by_site, *state, best, self._row_of)
        return self._filled(state)

    def _pick(self, state: tuple[Any, ...], tries: int) -> int:
        kernels = _load_kernels()
        best = kernels.pick_best(*self.rows, *self.by_site, *state, self.free, tries, self._row_of)
        return int(best)

    def swap(self, begun: Filled, watch: Watch) -> Filled:
        """Swap one site after another for a better one while that helps, or time is left."""
        state, kernels = begun.state, _load_kernels()
        turn, fails = 0, 0
        while fails < self.count and not watch.over:
            opened = np.flatnonzero(state[0] & self.free)
            leaves = int(opened[turn % len(opened)])
            swapped = kernels.swap_one(
                *self.rows, *self.by_site, *state, self.free, _TRIES, leaves, self._row_of
            )
            turn, fails = turn + 1, 0 if swapped else fails + 1
        return self._filled(state)

    def price(self, filled: Filled) -> Floats:
        """Price groups at 0 that compete for too little room, and all others at 1.

        Those competing are groups of which some are left over, and whoever is served by a site
        that they reach (the least cut; Ford and Fulkerson 1956).
        """
        row, site = self.reach.entries
        short = filled.left > _DUST
        count = -1
        while count != short.sum():
            count = int(short.sum())
            full: Flags = np.zeros(len(self.room), dtype=bool)
            full[site[short[row]]] = True
            short[row[(full & filled.is_open)[site] & (filled.flow > _DUST)]] = True
        return np.where(short, 0.0, 1.0)

    def relax(self, price: Floats) -> Asked:
        """Let every site serve those who pay least, whoever else serves them too."""
        kernels, order = _load_kernels(), np.argsort(price, kind="stable")
        worth, used = np.empty(len(self.room)), np.empty(len(self.room))
        slope = np.empty(len(price))
        paid = kernels.value_sites(*self.rows, price, order, worth, used)
        opened = open_dearest(worth, self.free, self.must, self.count)
        kernels.count_places(*self.rows, opened, order, used, slope)
        return Asked(paid + float(worth[opened].sum()), slope, worth, opened)


def _load_kernels() -> Any:  # noqa: ANN401 - a module of compiled functions
    return import_compiled("tongling_gis.siting.room_kernels")
