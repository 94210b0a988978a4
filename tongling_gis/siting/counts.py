"""Being covered once and twice: what some sites give, good choices, and a bound on all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.siting.pricing import Asked, open_dearest

if TYPE_CHECKING:
    from tongling_gis.siting.drafting import Reach
    from tongling_gis.siting.problem import Flags, Floats
    from tongling_gis.siting.solution import Watch

_TWO = 2


@dataclass(frozen=True, eq=False)
class Counts:
    """Groups of people, the sites that reach them, and what being covered is worth.

    Attributes:
        reach: Who reaches whom.
        once: Worth of a person covered by one site at least.
        twice: Worth, besides, of one covered by two.
        must: Sites that are open in any case.
        free: Sites of which ``count`` are to be opened besides.
        count: How many.
    """

    reach: Reach
    once: float
    twice: float
    must: Flags
    free: Flags
    count: int

    def value(self, opened: Flags) -> float:
        """Add up what some sites give."""
        times = self.reach.matrix @ (opened * 1.0)
        worth = self.once * (times >= 1) + self.twice * (times >= _TWO)
        return float(self.reach.weight @ worth)

    def improve(self, begun: Flags, watch: Watch) -> Flags:
        """Open the sites that give most until there are enough, then swap while that gives more.

        Args:
            begun: Sites to begin with, ``count`` of the free ones or fewer.
            watch: Time limit.
        """
        opened, sites = begun.copy(), self.reach.matrix.T.tocsr()
        times = self.reach.matrix @ (opened * 1.0)
        for _ in range(self.count - int((opened & self.free).sum())):
            best = int(np.argmax(np.where(self.free & ~opened, sites @ self._gain(times), -1.0)))
            opened[best] = True
            times[sites[[best]].indices] += 1.0
        fails, turn = 0, 0
        while fails < self.count and not watch.over:
            leaves = int(np.flatnonzero(opened & self.free)[turn % self.count])
            times[sites[[leaves]].indices] -= 1.0
            gain = np.where(self.free & ~opened, sites @ self._gain(times), -1.0)
            lost = float((sites[[leaves]] @ self._gain(times))[0])
            best = int(np.argmax(gain))
            if gain[best] > lost + 1e-9 * abs(lost):
                opened[leaves], opened[best], fails = False, True, 0
            else:
                best, fails = leaves, fails + 1
            times[sites[[best]].indices] += 1.0
            turn += 1
        return opened

    def _gain(self, times: Floats) -> Floats:
        gain: Floats = self.reach.weight * np.where(
            times < 1, self.once, np.where(times < _TWO, self.twice, 0.0)
        )
        return gain

    @property
    def dearest(self) -> Floats:
        """The highest price that can matter to each group."""
        most: Floats = self.reach.weight * max(self.once, 0.5 * (self.once + self.twice))
        return most

    def relax(self, price: Floats) -> Asked:
        """Let groups pay for being covered as often as they like, whoever covers them."""
        weight = self.reach.weight
        one = self.once * weight - price
        two = (self.once + self.twice) * weight - 2.0 * price
        wanted = np.where(np.maximum(one, two) <= 0, 0.0, np.where(two > one, 2.0, 1.0))
        worth = self.reach.matrix.T @ price
        opened = open_dearest(worth, self.free, self.must, self.count)
        paid = np.maximum(0.0, np.maximum(one, two)).sum()
        slope = self.reach.matrix @ (opened * 1.0) - wanted
        return Asked(float(paid + worth[opened].sum()), slope, worth, opened)
