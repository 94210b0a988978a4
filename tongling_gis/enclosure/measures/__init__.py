"""What can be measured of an enclosure: one function a measure, listed by name.

A rule of the catalogue names its measure. Each module holds its own measures and lists them;
here they are joined.
"""

from __future__ import annotations

from tongling_gis.enclosure.measures import (
    clearances,
    evacuation,
    facilities,
    fire_access,
    gates,
    planning,
    routes,
    siting_of_gates,
    trade,
    walks,
)
from tongling_gis.enclosure.measures.measure import Measure, MeasureFunction

MEASURES: dict[str, Measure] = {
    **clearances.MEASURES,
    **fire_access.MEASURES,
    **routes.MEASURES,
    **evacuation.MEASURES,
    **facilities.MEASURES,
    **gates.MEASURES,
    **planning.MEASURES,
    **siting_of_gates.MEASURES,
    **trade.MEASURES,
    **walks.MEASURES,
}
"""Every measure by its name, as rules name it."""

__all__ = ["MEASURES", "Measure", "MeasureFunction"]
