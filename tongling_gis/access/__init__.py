"""What is reached, by whom, and how evenly it is shared."""

from tongling_gis.access.catchments import (
    check_floor_area,
    measure_catchments,
    measure_overlaps,
    sum_households,
)
from tongling_gis.access.floating import (
    FloatingCatchment,
    enhanced_two_step,
    three_step,
    two_step,
)
from tongling_gis.access.gaps import Gaps, find_gaps
from tongling_gis.access.measuring import measure_access
from tongling_gis.access.opening import measure_hours
from tongling_gis.access.pairs import (
    Choice,
    choose_centres,
    count_centres,
    sum_amounts,
    times_from_pairs,
)
from tongling_gis.access.sharing import (
    find_worst_served,
    lorenz_curve,
    measure_gini,
    share_within,
    weighted_quantiles,
)

__all__ = [
    "Choice",
    "FloatingCatchment",
    "Gaps",
    "check_floor_area",
    "choose_centres",
    "count_centres",
    "enhanced_two_step",
    "find_gaps",
    "find_worst_served",
    "lorenz_curve",
    "measure_access",
    "measure_catchments",
    "measure_gini",
    "measure_hours",
    "measure_overlaps",
    "share_within",
    "sum_amounts",
    "sum_households",
    "three_step",
    "times_from_pairs",
    "two_step",
    "weighted_quantiles",
]
