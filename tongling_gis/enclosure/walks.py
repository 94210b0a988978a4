"""Residents' walks before a boundary and after, mended around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.routing.graph import UNREACHED

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

_PLACE = np.int64(2**32 - 1)


def list_walks(enclosure: Enclosure) -> pd.DataFrame:
    """List walks before and after: see ``Enclosure.walks``."""
    import pandas as pd

    parts = _walk(enclosure)
    row = np.concatenate([part[1] for part in parts]) if parts else np.empty(0, dtype=np.int64)
    inside = np.isin(row, enclosure.inside_residents)
    ids, people = enclosure.surroundings.residents_known
    goals = np.array([part[0] for part in parts], dtype=object)
    goal = np.repeat(goals, [len(part[1]) for part in parts])
    return pd.DataFrame(
        {
            "row": row,
            "resident_id": pd.Series(ids[row], dtype=object),
            "residents": people[row],
            "inside": inside,
            "goal": pd.Series(goal, dtype=object),
            "before_s": np.concatenate([part[2] for part in parts]) if parts else [],
            "after_s": np.concatenate([part[3] for part in parts]) if parts else [],
        }
    )


def _walk(enclosure: Enclosure) -> list[tuple[str, Ints, Floats, Floats]]:
    """Give for each kind of goal the rows asked for, and seconds before and after."""
    inside = enclosure.inside_residents
    homes = enclosure.surroundings.homes
    own = np.zeros(0 if homes is None else len(homes.points), dtype=bool)
    own[inside] = True
    parts = []
    theirs, strangers = enclosure.repaired, enclosure.strangers_repaired
    alike = enclosure.strangers_edits is enclosure.edits
    for number, goal in enumerate(enclosure.surroundings.cities):
        before, after = theirs[number].before, theirs[number].after
        if not alike:
            before = np.where(own, before, strangers[number].before)
            after = np.where(own, after, strangers[number].after)
        row = np.union1d(inside, np.flatnonzero((before >> 32) != (after >> 32)))
        parts.append((goal, row, seconds(before[row]), seconds(after[row])))
    return parts


def seconds(state: Ints) -> Floats:
    """Give seconds of walks kept as milliseconds * 2**32 + place; NaN where there is none."""
    return np.where(state == UNREACHED, np.nan, (state >> 32) / 1000.0)
