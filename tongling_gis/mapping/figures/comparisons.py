"""The map of who gains and who loses by a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.mapping.figures.base import draw_base, draw_lines
from tongling_gis.mapping.figures.coverage import centre_key, draw_centres
from tongling_gis.mapping.figures.homes import (
    HomeLook,
    count_of,
    draw_homes,
    home_key,
    say_counted,
)
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.sheet import Page

_CHANGED = "#1f2328"
_NOTICED_S = 1.0
_LOOKS = (
    HomeLook(Text("无变化", "No change"), "#c9c4bb"),
    HomeLook(Text("步行缩短", "Shorter walk"), "#7fb8a4"),
    HomeLook(Text("步行变长", "Longer walk"), "#e3a505", "square"),
    HomeLook(Text("新增覆盖", "Newly covered"), "#0b6e4f", "triangle"),
    HomeLook(Text("失去覆盖", "Covered no longer"), "#b3261e", "diamond"),
)
_SAME, _SHORTER, _LONGER, _GAINED, _LOST = range(len(_LOOKS))


def comparison_key(comparison: Assessment) -> list[KeyEntry]:
    """List what becomes of residents, and the changes."""
    changed = KeyEntry(Text("改动处", "Where something changes"), "ring", stroke=_CHANGED)
    return [
        *home_key(comparison, _LOOKS, _states(comparison)),
        *([changed] if _changed(comparison) is not None else []),
        *centre_key(comparison.layers["centres"]),
    ]


def _longest(comparison: Assessment) -> float:
    limits = [one.limit_minutes for one in comparison.indicators if one.limit_minutes is not None]
    return max(limits)


def lead_of_comparison(comparison: Assessment) -> Text:
    """Say how many people, or homes, gain and lose the longest limit."""
    longest = _longest(comparison)
    gained, lost = (
        say_counted(comparison, count_of(comparison, name, limit_minutes=longest) or 0)
        for name in ("gained", "lost")
    )
    return Text(
        "{limit:g} 分钟覆盖：新增 {gained}，失去 {lost}。",
        "Within {limit:g} minutes: {gained} gained, {lost} lost.",
    ).fill(limit=longest, gained=gained, lost=lost)


def _states(comparison: Assessment) -> NDArray[np.int64]:
    homes = comparison.layers["residents"]
    limit = f"{_longest(comparison):g}"
    before, after = (
        homes[f"{side}_covered_{limit}"].fillna(value=False).to_numpy(dtype=bool)
        for side in ("before", "after")
    )
    shift_s = homes["change_s"].to_numpy(dtype=float, na_value=np.nan)
    return np.select(
        [before & ~after, ~before & after, shift_s >= _NOTICED_S, shift_s <= -_NOTICED_S],
        [_LOST, _GAINED, _LONGER, _SHORTER],
        default=_SAME,
    )


def draw_comparison(
    page: Page, comparison: Assessment, layers: Mapping[str, gpd.GeoDataFrame]
) -> None:
    """Draw residents by what becomes of their walk, and where something changes."""
    draw_base(page.frame, layers)
    draw_homes(page, comparison.layers["residents"], _LOOKS, _states(comparison))
    draw_centres(page, comparison.layers["centres"], names=False)
    changes = _changed(comparison)
    if changes is not None:
        _draw_changes(page, changes)


def _changed(comparison: Assessment) -> gpd.GeoSeries | None:
    """Give the shapes of the changes; None where there are none."""
    changes = comparison.layers.get("changes")
    if changes is None or not hasattr(changes, "geometry"):
        return None
    shapes = changes.geometry[~(changes.geometry.isna() | changes.geometry.is_empty)]
    return shapes if len(shapes) else None


def _draw_changes(page: Page, shapes: gpd.GeoSeries) -> None:
    is_line = shapes.geom_type.isin(["LineString", "MultiLineString"])
    draw_lines(page.frame, shapes[is_line].to_numpy(dtype=object), _CHANGED, 2.0, zorder=32)
    points = shapes.representative_point()
    page.frame.scatter(
        points.x, points.y, s=130, facecolors="none", edgecolors=_CHANGED, linewidths=1.4, zorder=36
    )
