"""Who reaches a centre on foot, in how long, and why the others do not."""

from tongling_gis.reachability.coverage import measure_coverage
from tongling_gis.reachability.reasons import REASONS

__all__ = ["REASONS", "measure_coverage"]
