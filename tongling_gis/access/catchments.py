"""What each centre serves: its catchment, what it shares with others, and its room."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.access.pairs import sum_by, within
from tongling_gis.assessment import Finding, Verdict
from tongling_gis.catalogue import read_standards
from tongling_gis.routing import limit_in_ms
from tongling_gis.text import Text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from tongling_gis.access.pairs import Choice
    from tongling_gis.routing import SparseTimes

    Floats: TypeAlias = NDArray[np.float64]

FLOOR_AREA = "FAC-01"
_HUNDRED = 100.0


def measure_catchments(
    times: SparseTimes, choice: Choice, residents: ArrayLike, *, limit_s: float
) -> pd.DataFrame:
    """Count the residents of each centre's catchment, and those shared with other centres.

    Args:
        times: Walks between homes and centres.
        choice: Each home's nearest centre.
        residents: Each home's residents; NaN counts as none.
        limit_s: Size of the catchments, inclusive.

    Returns:
        A row a centre: ``homes_nearest`` and ``residents_nearest`` (nearest, within the
        limit), ``residents_within`` (all within the limit), ``residents_shared`` (those who
        also reach another centre), ``share_shared`` (of those within; NaN for none).
    """
    import pandas as pd

    people = np.nan_to_num(np.asarray(residents, dtype=float), nan=0.0)
    count = times.shape[1]
    home = np.flatnonzero(_in_catchment(choice, limit_s))
    nearest = choice.nearest[home]
    near = within(times, limit_s)
    several = np.diff(near.indptr)[near.origin] > 1
    reached = sum_by(near.destination, people[near.origin], count)
    shared = sum_by(near.destination, people[near.origin] * several, count)
    return pd.DataFrame(
        {
            "homes_nearest": np.bincount(nearest, minlength=count),
            "residents_nearest": sum_by(nearest, people[home], count),
            "residents_within": reached,
            "residents_shared": shared,
            "share_shared": np.divide(
                shared, reached, out=np.full(count, np.nan), where=reached > 0
            ),
        }
    )


def _in_catchment(choice: Choice, limit_s: float) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (choice.nearest >= 0) & (choice.nearest_ms <= limit_in_ms(limit_s))
    return inside


def measure_overlaps(times: SparseTimes, residents: ArrayLike, *, limit_s: float) -> pd.DataFrame:
    """Count the residents who reach both of two centres, for every pair with any.

    Returns:
        Rows ``centre_a`` < ``centre_b`` (row numbers) with ``residents``, ascending.
    """
    import pandas as pd
    from scipy.sparse import csr_array, triu

    near = within(times, limit_s)
    people = np.nan_to_num(np.asarray(residents, dtype=float), nan=0.0)
    reach = csr_array((np.ones(len(near)), near.destination, near.indptr), shape=times.shape)
    weighed = csr_array((people[near.origin], near.destination, near.indptr), shape=times.shape)
    both = triu(reach.T @ weighed, k=1).tocoo()
    found = pd.DataFrame(
        {
            "centre_a": both.coords[0].astype(np.int64),
            "centre_b": both.coords[1].astype(np.int64),
            "residents": both.data,
        }
    )
    found = found[found["residents"] > 0].sort_values(["centre_a", "centre_b"])
    return found.reset_index(drop=True)


def sum_households(
    choice: Choice, households: ArrayLike, centres: int, *, limit_s: float
) -> Floats:
    """Add up the households of each centre's catchment; NaN where any home's are unknown.

    Args:
        choice: Each home's nearest centre.
        households: Each home's households, NaN for unknown.
        centres: Number of centres.
        limit_s: Size of the catchments, inclusive.
    """
    each = np.asarray(households, dtype=float)
    home = np.flatnonzero(_in_catchment(choice, limit_s))
    return sum_by(choice.nearest[home], each[home], centres)


def check_floor_area(floor_area_m2: float, households: float) -> Finding:
    """Hold a centre's floor area against FAC-01: 30 m2 for every 100 households.

    Unknown floor area or households stay unknown; a centre nobody lives near is not judged.

    >>> check_floor_area(600.0, 2500.0).verdict, check_floor_area(600.0, 2500.0).measured
    (<Verdict.FAIL: 'fail'>, 24.0)
    """
    standard = read_standards().access
    limit, clause = standard.floor_area_m2_per_100_households, standard.sources["floor_area"]
    unit = "m2/100 households"
    missing = [
        label
        for value, label in (
            (floor_area_m2, Text("建筑面积", "floor area")),
            (households, Text("服务范围内的户数", "households of its catchment")),
        )
        if np.isnan(value)
    ]
    if missing:
        reason = Text("{what}未知", "The {what} is unknown").fill(
            what=Text("、".join(m.zh for m in missing), " and the ".join(m.en for m in missing))
        )
        return Finding(FLOOR_AREA, Verdict.UNKNOWN, reason, None, limit, unit, clause)
    if households == 0:
        reason = Text("没有以它为最近中心的住户", "No household has it for its nearest centre")
        return Finding(FLOOR_AREA, Verdict.NOT_APPLICABLE, reason, None, limit, unit, clause)
    measured = floor_area_m2 / households * _HUNDRED
    verdict = Verdict.PASS if measured >= limit else Verdict.FAIL
    reason = Text(
        "每百户 {measured:.1f} m²（{area:g} m²，{households:g} 户），标准为 {limit:g} m²",
        "{measured:.1f} m2 for every 100 households ({area:g} m2, {households:g} households) "
        "against {limit:g} m2",
    ).fill(measured=measured, area=floor_area_m2, households=households, limit=limit)
    return Finding(FLOOR_AREA, verdict, reason, measured, limit, unit, clause)
