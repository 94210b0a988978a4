"""What can be measured of an enclosure: one function a measure, listed by name.

A rule of the catalogue names its measure. Each module holds its own measures and lists them;
here they are joined.
"""

from __future__ import annotations

from tongling_gis.enclosure.measures import (
    aerial_sites,
    clearances,
    dead_ends,
    evacuation,
    facilities,
    fire_access,
    fire_gates,
    gates,
    hydrant_reach,
    hydrants,
    lane_layout,
    lane_shape,
    long_buildings,
    long_sides,
    planning,
    routes,
    siting_of_gates,
    stations,
    streets,
    surveys,
    trade,
    walks,
    ways,
)
from tongling_gis.enclosure.measures.measure import Measure, MeasureFunction

MEASURES: dict[str, Measure] = {
    **aerial_sites.MEASURES,
    **clearances.MEASURES,
    **dead_ends.MEASURES,
    **fire_access.MEASURES,
    **fire_gates.MEASURES,
    **routes.MEASURES,
    **streets.MEASURES,
    **evacuation.MEASURES,
    **facilities.MEASURES,
    **gates.MEASURES,
    **hydrants.MEASURES,
    **hydrant_reach.MEASURES,
    **lane_layout.MEASURES,
    **lane_shape.MEASURES,
    **long_buildings.MEASURES,
    **long_sides.MEASURES,
    **planning.MEASURES,
    **siting_of_gates.MEASURES,
    **stations.MEASURES,
    **surveys.MEASURES,
    **trade.MEASURES,
    **walks.MEASURES,
    **ways.MEASURES,
}
"""Every measure by its name, as rules name it."""

__all__ = ["MEASURES", "Measure", "MeasureFunction"]
