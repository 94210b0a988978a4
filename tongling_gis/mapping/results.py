"""Coverage and isochrones as JSON values that the page draws and tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from tongling_gis.mapping.homes import (
    compound_of,
    describe_homes,
    ids_of,
    number_texts,
    numbers,
    or_minus_one,
)
from tongling_gis.mapping.layers import coverage_classes, reach_colour
from tongling_gis.mapping.records import plain_value
from tongling_gis.mapping.shapes import encode_integers, encode_shapes
from tongling_gis.schema import AGE_GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Assessment
    from tongling_gis.text import Lang

    Rows: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Values: TypeAlias = Mapping[tuple[str, str, float | None], float | int | None]

Json: TypeAlias = "dict[str, Any]"

_SHARE = "share_covered"
_ISOCHRONE_SIMPLIFY_M = 3.0


@dataclass(frozen=True, eq=False)
class _Walks:
    """Homes' walks: number of the first limit that covers each, its centre (-1), its seconds."""

    limit: Rows
    centre: Rows
    walk_s: Floats


def describe_coverage(
    coverage: Assessment, layers: Mapping[str, gpd.GeoDataFrame], lang: Lang
) -> Json:
    """Describe each home's walk to its nearest centre, and the sums that the page shows.

    Homes are told apart by number; ``building`` is the row number of the building that a home
    is, ``centre`` and ``compound`` are positions among ``centreIds`` and ``compoundIds``; -1
    stands for none.
    """
    homes = coverage.layers["residents"]
    limits = coverage_limits(coverage)
    walk_s = numbers(homes, "walk_s")
    classes = walk_classes(homes, limits, walk_s)
    weights, counted = home_weights(homes, coverage)
    centre_ids, nearest = number_texts(homes["centre_id"])
    reasons, reason = number_texts(_texts(homes, f"reason_{lang}"))
    compound = compound_of(homes, layers)
    compound_ids = ids_of(layers.get("compounds"), "compound_id")
    return {
        "limits": limits,
        "classes": describe_classes(limits, lang),
        **describe_homes(homes, layers),
        "class": encode_integers(classes),
        "walk": encode_integers(or_minus_one(np.ceil(walk_s))),
        "centreIds": centre_ids,
        "centre": encode_integers(nearest),
        "reasons": reasons,
        "reason": encode_integers(reason),
        "counted": counted,
        "summary": _summary(coverage, counted, lang),
        "centres": _by_centre(coverage, limits, lang),
        "compounds": {
            compound_ids[row]: own
            for row, own in _by_compound(
                compound, _Walks(classes, nearest, walk_s), weights, len(limits)
            ).items()
        },
    }


def coverage_limits(coverage: Assessment) -> list[float]:
    """Give the limits of a coverage in minutes, ascending."""
    limits = {one.limit_minutes for one in coverage.indicators if one.name == _SHARE}
    return sorted(float(limit) for limit in limits if limit is not None)


def home_weights(
    homes: pd.DataFrame, coverage: Assessment
) -> tuple[Floats, Literal["residents", "buildings"]]:
    """Weigh homes as the result counts them: by their residents, or each as one.

    Returns:
        The weights, and what they count: "residents" or "buildings".
    """
    if any(one.name == "residents_total" for one in coverage.indicators):
        return np.nan_to_num(numbers(homes, "residents")), "residents"
    return np.ones(len(homes), dtype=np.float64), "buildings"


def describe_isochrones(isochrones: Assessment, lang: Lang) -> Json:
    """Describe the area within each limit of each place, and of all places together."""
    areas = isochrones.layers["isochrones"]
    limits = sorted({float(one) for one in areas["limit_minutes"]})
    described: Json = {
        "limits": limits,
        "colours": [reach_colour(number, len(limits)) for number in range(len(limits))],
        "shapes": encode_shapes(areas, simplify_m=_ISOCHRONE_SIMPLIFY_M),
        "places": [str(one) for one in areas["place_id"]],
        "limit": [limits.index(float(one)) for one in areas["limit_minutes"]],
        "area": [plain_value(round(float(one))) for one in areas["area_m2"]],
        "stamp": isochrones.stamp.in_lang(lang),
    }
    if "dissolved" in isochrones.layers:
        together = isochrones.layers["dissolved"]
        largest_first = together.sort_values("limit_minutes", ascending=False)
        described["dissolved"] = {
            "shapes": encode_shapes(largest_first, simplify_m=_ISOCHRONE_SIMPLIFY_M),
            "limit": [limits.index(float(one)) for one in largest_first["limit_minutes"]],
        }
    return described


def describe_classes(limits: Sequence[float], lang: Lang) -> list[Json]:
    """Describe the classes of walks for limits in minutes, ascending."""
    return [
        {"label": one.label.in_lang(lang), "colour": one.colour, "symbol": one.symbol}
        for one in coverage_classes(limits)
    ]


def walk_classes(
    homes: pd.DataFrame, limits: Sequence[float], walk_s: Floats, *, side: str = ""
) -> Rows:
    """Class of each home: number of the first limit that covers it, then beyond, then none.

    Args:
        homes: With a column ``covered_5`` and the like for each limit.
        limits: Minutes, ascending.
        walk_s: Seconds to the nearest centre, NaN for none.
        side: What stands before the columns' names, such as "before_".
    """
    classes = np.where(np.isnan(walk_s), len(limits) + 1, len(limits))
    for number in reversed(range(len(limits))):
        covered = homes[f"{side}covered_{limits[number]:g}"].astype("boolean")
        classes[covered.fillna(value=False).to_numpy(dtype=bool)] = number
    return classes


def _texts(rows: pd.DataFrame, column: str) -> pd.Series[Any]:
    import pandas as pd

    return rows[column] if column in rows else pd.Series(pd.NA, rows.index, dtype="str")


def _summary(coverage: Assessment, counted: str, lang: Lang) -> Json:
    """Sum up by the result's own indicators: shares by limit and age, and why not covered."""
    limits = coverage_limits(coverage)
    widest = limits[-1] if limits else None
    values = {(one.name, one.group, one.limit_minutes): one.value for one in coverage.indicators}
    total = values.get((f"{counted}_total", "", None))
    covered = values.get((f"{counted}_covered", "", widest))
    return {
        "overall": [_bar(values, counted, "", f"{limit:g}", limit) for limit in limits],
        "groups": [
            _bar(values, counted, group, label.in_lang(lang), widest)
            for group, label in AGE_GROUPS.items()
            if (_SHARE, group, widest) in values
        ],
        "uncovered": None if total is None or covered is None else total - covered,
        "reasons": [
            [_after_colon(one.label.in_lang(lang)), one.value]
            for one in coverage.indicators
            if one.unit == counted
            and (one.limit_minutes, one.group) == (widest, "")
            and one.name != f"{counted}_covered"
            and one.value
        ],
        "unknown": values.get(("residents_unknown_places", "", None)) or 0,
    }


def _bar(values: Values, counted: str, group: str, label: str, limit: float | None) -> Json:
    return {
        "label": label,
        "share": values[_SHARE, group, limit],
        "covered": values.get((f"{counted}_covered", group, limit)),
        "total": values.get((f"{counted}_total", group, None)),
    }


def _after_colon(label: str) -> str:
    return label.replace("：", ": ").rpartition(": ")[2]


def _by_centre(coverage: Assessment, limits: Sequence[float], lang: Lang) -> Json:
    """Give what the result says of each centre: who is nearest to it, and why it is left out."""
    centres = coverage.layers.get("centres")
    if centres is None or "centre_id" not in centres:
        return {}
    prefix = "residents" if "residents_nearest" in centres else "places"
    columns = [f"{prefix}_nearest", *(f"{prefix}_covered_{limit:g}" for limit in limits)]
    sums = np.column_stack([numbers(centres, name) for name in columns])
    reasons = centres[f"reason_{lang}"] if f"reason_{lang}" in centres else [None] * len(centres)
    return {
        str(key): {
            "total": plain_value(row[0]),
            "covered": [plain_value(one) for one in row[1:]],
            "reason": plain_value(reason) or None,
        }
        for key, row, reason in zip(centres["centre_id"], sums, reasons, strict=True)
    }


def _by_compound(
    compound: Rows, walks: _Walks, weights: Floats, limit_count: int
) -> dict[int, Json]:
    """For each compound by row number: sums of its homes, mean walk, the nearest centre of most."""
    described: dict[int, Json] = {}
    for row in np.unique(compound[compound >= 0]):
        own = np.nonzero(compound == row)[0]
        reached = own[walks.centre[own] >= 0]
        weight = weights[reached] if weights[reached].any() else np.ones(len(reached))
        by_class = np.bincount(walks.limit[own], weights=weights[own], minlength=limit_count)
        described[int(row)] = {
            "total": plain_value(weights[own].sum()),
            "covered": [plain_value(one) for one in by_class[:limit_count].cumsum()],
            "walk": None,
            "centre": -1,
        }
        if len(reached):
            described[int(row)] |= {
                "walk": round(float(np.average(walks.walk_s[reached], weights=weight))),
                "centre": int(np.bincount(walks.centre[reached], weights=weight).argmax()),
            }
    return described
