"""What can be measured of an enclosure: one function a measure, listed by name.

A rule of the catalogue names its measure. Each module holds its own measures and lists them;
here they are joined.
"""

from __future__ import annotations

from tongling_gis.enclosure.measures import fire_access, routes
from tongling_gis.enclosure.measures.measure import Measure, MeasureFunction

MEASURES: dict[str, Measure] = {
    **fire_access.MEASURES,
    **routes.MEASURES,
}
"""Every measure by its name, as rules name it."""

__all__ = ["MEASURES", "Measure", "MeasureFunction"]
