"""One search inside another: the time that is left goes on, and a stop inside stops all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tongling_gis.siting.solution import STOPPED

if TYPE_CHECKING:
    from tongling_gis.siting.solution import Effort, Solution, Watch

_LEAST_S = 1e-3


def effort_left(watch: Watch) -> Effort:
    """Give what is left of a search's time to a search within it."""
    return replace(watch.effort, time_limit_s=max(watch.left_s, _LEAST_S))


def heed(watch: Watch, found: Solution) -> Solution:
    """Stop the whole where the search within it was stopped; hand on what it found."""
    watch.stopped = watch.stopped or found.reason == STOPPED
    return found
