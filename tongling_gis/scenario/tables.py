"""The layers of a comparison: homes, centres, groups, and the changes themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.scenario.baseline import sum_in
from tongling_gis.scenario.ground import as_array
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.scenario.baseline import Baseline, Comparison, Side

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

EFFECTS: dict[str, Text] = {
    "same": Text("不变", "As before"),
    "shorter": Text("变近", "Shorter"),
    "longer": Text("变远", "Longer"),
    "found_way": Text("新有路可达（仍超时限）", "A way at last, over the limit"),
    "lost_way": Text("不再有路可达（原已超时限）", "No way any longer, over the limit before"),
    "gained": Text("新覆盖", "Newly covered"),
    "lost": Text("失去覆盖", "No longer covered"),
}
"""What a scenario does to a home, by code; covered is meant within the widest limit."""

STATES: dict[str, Text] = {
    "kept": Text("保留", "Kept"),
    "added": Text("新增", "Added"),
    "moved": Text("迁移", "Moved"),
    "removed": Text("撤销", "Removed"),
}
"""What becomes of a centre, by code."""

_CODES = tuple(EFFECTS)


def home_layer(found: Comparison) -> gpd.GeoDataFrame:
    """Make the layer of homes: their own columns, both walks and what the change is."""
    import pandas as pd

    base, before, after = found.base, found.before, found.after
    ids = centre_ids(found)
    columns: dict[str, Any] = {
        "before_s": before.walk_s,
        "after_s": after.walk_s,
        "change_s": found.change_s,
        "before_centre_id": ids.take(before.centre, allow_fill=True),
        "after_centre_id": ids.take(after.centre, allow_fill=True),
    }
    for at, limit in enumerate(base.minutes):
        columns[f"before_covered_{limit:g}"] = before.covered[at]
        columns[f"after_covered_{limit:g}"] = after.covered[at]
    columns["effect"] = pd.array(_CODES, dtype="str").take(find_effects(found))
    return pd.concat([base.own_layer, pd.DataFrame(columns, copy=False)], axis=1)


def centre_ids(found: Comparison) -> Any:  # noqa: ANN401 - an array of text, as pandas has it
    """Give the ids of all centres, those before first."""
    import pandas as pd

    return pd.array([one.centre_id for one in found.edits.centres], dtype="str")


def find_effects(found: Comparison) -> NDArray[np.int8]:
    """Give what the scenario does to each home, as positions in ``EFFECTS``."""
    before, after = found.before, found.after
    effect = np.zeros(len(before.state), dtype=np.int8)
    was, now = before.covered[-1], after.covered[-1]
    for code, homes in (
        ("shorter", found.noticed(longer=False)),
        ("longer", found.noticed(longer=True)),
        ("found_way", after.reached & ~before.reached),
        ("lost_way", before.reached & ~after.reached),
        ("gained", now & ~was),
        ("lost", was & ~now),
    ):
        effect[homes] = _CODES.index(code)
    return effect


def centre_layer(found: Comparison) -> gpd.GeoDataFrame:
    """Make the layer of centres, before and after: who has each as the nearest, and in time."""
    import geopandas as gpd
    import pandas as pd

    base, rows = found.base, found.edits.centres
    count = len(rows)
    own = [*base.centre_names, None]
    names = [one.cells.get("name") or own[one.row] for one in rows]
    serves_before = np.zeros(count, dtype=bool)
    serves_before[: len(base.city.serves)] = base.city.serves
    columns: dict[str, Any] = {
        "centre_id": centre_ids(found),
        "name": pd.array(names, dtype="str"),
        "state": pd.array([_state(one.before, one.after) for one in rows], dtype="str"),
        "serves_before": serves_before,
        "serves_after": found.serves,
        "attached_after": found.walks.attached,
    }
    columns |= _by_centre(found, count)
    unit = "residents" if base.by_people else "places"
    columns["change"] = columns[f"{unit}_nearest_after"] - columns[f"{unit}_nearest_before"]
    columns["geometry"] = _places([one.after or one.before for one in rows], base)
    return gpd.GeoDataFrame(columns, geometry="geometry")


def _places(shapes: list[Any], base: Baseline) -> Any:  # noqa: ANN401 - geopandas has no types
    from geopandas.array import GeometryArray

    return GeometryArray(as_array(shapes), crs=base.homes.crs)


def _state(before: object, after: object) -> str:
    if before is None or after is None:
        return "added" if before is None else "removed"
    return "kept" if before is after else "moved"


def _by_centre(found: Comparison, count: int) -> dict[str, NDArray[np.number[Any]]]:
    """Sum homes, and residents where known, by nearest centre, before and after.

    Those after are those before, less and more the homes that differ.
    """
    base, few = found.base, found.differs
    columns: dict[str, NDArray[np.number[Any]]] = {}
    for name, weight in _weights(base).items():
        before = _sums_before(found, name, weight, count)
        lost, got = (
            sum_by_centre(side, weight, count, few) for side in (found.before, found.after)
        )
        after = before - lost + got
        labels = ["nearest", *(f"covered_{limit:g}" for limit in base.minutes)]
        for at, label in enumerate(labels):
            columns[f"{name}_{label}_before"] = np.rint(before[at]).astype(np.int64)
            columns[f"{name}_{label}_after"] = np.rint(after[at]).astype(np.int64)
    return columns


def _sums_before(found: Comparison, name: str, weight: Floats, count: int) -> Floats:
    """Sum by nearest centre before; what the city as it stands gives is kept for the next."""
    base, known = found.base, len(found.base.places)
    if name not in base.sums:
        base.sums[name] = sum_by_centre(base.side, weight, known)
    sums = np.pad(base.sums[name], ((0, 0), (0, count - known)))
    if not len(found.spared):
        return sums
    stood, now = (
        sum_by_centre(side, weight, count, found.spared) for side in (base.side, found.before)
    )
    return sums - stood + now


def _weights(base: Baseline) -> dict[str, Floats]:
    ones = np.ones(len(base.homes))
    return {"places": ones, "residents": base.weight} if base.by_people else {"places": ones}


def sum_by_centre(side: Side, weight: Floats, count: int, homes: Ints | None = None) -> Floats:
    """Sum weights by nearest centre: of all who reach one, and within each limit.

    Args:
        side: Every home's walk.
        weight: What each home counts for.
        count: How many centres there are.
        homes: The homes to sum; None for all.

    Returns:
        float64[1 + l, count].
    """
    rows = slice(None) if homes is None else homes
    centre, covered, weight = side.centre[rows], side.covered[:, rows], weight[rows]
    sums = [np.bincount(centre + 1, weights=weight, minlength=count + 1)[1:]]
    for within in covered:
        own = np.where(within, weight, 0.0)
        sums.append(np.bincount(centre + 1, weights=own, minlength=count + 1)[1:])
    return np.stack(sums)


def group_table(found: Comparison) -> pd.DataFrame:
    """Tabulate everybody and each age group by limit: before, after, gained and lost."""
    import pandas as pd

    base = found.base
    was, now = found.before.covered, found.after.covered
    changed = np.flatnonzero((was != now).any(axis=0))
    few = base.weights[:, changed]
    gained = sum_in(few, (now & ~was)[:, changed])
    lost = sum_in(few, (was & ~now)[:, changed])
    before = found.sum_groups()
    shape = before.shape
    total = np.repeat(base.totals, shape[1])
    after = (before + gained - lost).ravel()
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = before.ravel() / total, after / total
    labels = list(base.groups.values())
    return pd.DataFrame(
        {
            "group": np.repeat(list(base.groups), shape[1]),
            "group_zh": np.repeat([one.zh for one in labels], shape[1]),
            "group_en": np.repeat([one.en for one in labels], shape[1]),
            "limit_minutes": np.tile(base.minutes, shape[0]),
            "total": total,
            "covered_before": before.ravel(),
            "covered_after": after,
            "gained": gained.ravel(),
            "lost": lost.ravel(),
            "share_before": shares[0],
            "share_after": shares[1],
        }
    )


def change_layer(found: Comparison) -> gpd.GeoDataFrame:
    """List the changes: what each is, and where."""
    import geopandas as gpd
    import pandas as pd

    from tongling_gis.scenario.changes import name_change

    changes = found.scenario.changes
    named = [name_change(number, change) for number, change in enumerate(changes)]
    columns: dict[str, Any] = {
        "number": np.arange(1, len(changes) + 1),
        "kind": pd.array([one.kind for one in changes], dtype="str"),
        "change_zh": pd.array([one.zh for one in named], dtype="str"),
        "change_en": pd.array([one.en for one in named], dtype="str"),
    }
    columns["geometry"] = _places(list(found.edits.shapes), found.base)
    return gpd.GeoDataFrame(columns, geometry="geometry")
