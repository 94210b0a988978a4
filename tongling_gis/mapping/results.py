"""Coverage and isochrones as JSON values that the page draws and tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from tongling_gis.mapping.layers import coverage_classes, reach_colour
from tongling_gis.mapping.records import plain_value
from tongling_gis.mapping.shapes import encode_integers, encode_points, encode_shapes
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
_HOME_KEYS = ("resident_id", "building_id")


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
    walk_s = _numbers(homes, "walk_s")
    classes = _classes(homes, limits, walk_s)
    weights, counted = home_weights(homes, coverage)
    centre_ids, nearest = _coded(homes["centre_id"])
    reasons, reason = _coded(homes[f"reason_{lang}"]) if f"reason_{lang}" in homes else ([], None)
    compound = _compound_of(homes, layers)
    compound_ids = _ids(layers.get("compounds"), "compound_id")
    return {
        "limits": limits,
        "classes": [
            {"label": one.label.in_lang(lang), "colour": one.colour, "symbol": one.symbol}
            for one in coverage_classes(limits)
        ],
        "shapes": encode_points(homes),
        "class": encode_integers(classes),
        "walk": encode_integers(_or_minus_one(np.ceil(walk_s))),
        "centreIds": centre_ids,
        "centre": encode_integers(nearest),
        "reasons": reasons,
        "reason": encode_integers(np.full(len(homes), -1) if reason is None else reason),
        "residents": encode_integers(_or_minus_one(_numbers(homes, "residents"))),
        "building": encode_integers(_building_of(homes, layers)),
        "compoundIds": compound_ids,
        "compound": encode_integers(compound),
        "ids": [plain_value(one) for one in homes[_home_key(homes)]],
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
        return np.nan_to_num(_numbers(homes, "residents")), "residents"
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


def _ids(layer: pd.DataFrame | None, key: str) -> list[str]:
    return [] if layer is None else [str(one) for one in layer[key]]


def _numbers(rows: pd.DataFrame, column: str) -> Floats:
    import pandas as pd

    if column not in rows:
        return np.full(len(rows), np.nan)
    return np.asarray(
        pd.to_numeric(rows[column]).astype("Float64").to_numpy(float, na_value=np.nan)
    )


def _or_minus_one(values: Floats) -> Rows:
    return np.nan_to_num(values, nan=-1.0).astype(np.int64)


def _coded(values: pd.Series[Any]) -> tuple[list[str], Rows]:
    """Number the values in order of appearance; -1 where one is missing or empty."""
    import pandas as pd

    texts = values.astype("object").where(values.notna() & (values.astype(str) != ""), None)
    codes, uniques = pd.factorize(texts)
    return [str(one) for one in uniques], codes.astype(np.int64)


def _classes(homes: pd.DataFrame, limits: Sequence[float], walk_s: Floats) -> Rows:
    """Class of each home: number of the first limit that covers it, then beyond, then none."""
    classes = np.where(np.isnan(walk_s), len(limits) + 1, len(limits))
    for number in reversed(range(len(limits))):
        covered = homes[f"covered_{limits[number]:g}"].astype("boolean").fillna(value=False)
        classes[covered.to_numpy(dtype=bool)] = number
    return classes


def _home_key(homes: pd.DataFrame) -> str:
    return next((name for name in _HOME_KEYS if name in homes), str(homes.columns[0]))


def _building_of(homes: pd.DataFrame, layers: Mapping[str, gpd.GeoDataFrame]) -> NDArray[np.intp]:
    import pandas as pd

    buildings = layers.get("buildings")
    if buildings is None:
        return np.full(len(homes), -1)
    known = pd.Index(buildings["building_id"].astype(str))
    if not known.is_unique:
        return np.full(len(homes), -1)
    return np.asarray(known.get_indexer(homes[_home_key(homes)].astype(str)))


def _compound_of(homes: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame]) -> Rows:
    """Row number of the compound of each home: the recorded one, else the one around it."""
    import pandas as pd
    import shapely

    compounds = layers.get("compounds")
    found = np.full(len(homes), -1, dtype=np.int64)
    if compounds is None or not len(compounds) or not len(homes):
        return found
    points = homes.geometry.representative_point().to_crs(compounds.crs).to_numpy()
    inside, around = shapely.STRtree(compounds.geometry.to_numpy()).query(points, "within")
    found[inside] = around
    if "compound_id" in homes and compounds["compound_id"].is_unique:
        keys = pd.Index(compounds["compound_id"].astype(str))
        recorded = keys.get_indexer(homes["compound_id"].astype(str))
        found = np.where(recorded >= 0, recorded, found)
    return found


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
    sums = np.column_stack([_numbers(centres, name) for name in columns])
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
