"""The map of who gains and who loses by a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.mapping.figures.base import draw_base, draw_lines
from tongling_gis.mapping.figures.coverage import CENTRE_KEY, draw_centres
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.sheet import Page

_GAINED, _SHORTER, _SAME, _LONGER, _LOST = "#0b6e4f", "#7fb8a4", "#c9c4bb", "#e0a27a", "#b3261e"
_CHANGED = "#1f2328"
_NOTICED_S = 1.0
_STATES = (
    ("same", Text("无变化", "No change"), _SAME),
    ("shorter", Text("步行缩短", "Shorter walk"), _SHORTER),
    ("longer", Text("步行变长", "Longer walk"), _LONGER),
    ("gained", Text("新增覆盖", "Newly covered"), _GAINED),
    ("lost", Text("失去覆盖", "Covered no longer"), _LOST),
)


def comparison_key(_comparison: Assessment) -> list[KeyEntry]:
    """List what becomes of residents, and the changes."""
    return [
        KeyEntry(Text("居民", "Residents")),
        *(KeyEntry(label, "circle", fill=colour) for _, label, colour in _STATES),
        KeyEntry(Text("改动处", "Where something changes"), "ring", stroke=_CHANGED),
        *CENTRE_KEY,
    ]


def _longest(comparison: Assessment) -> float:
    limits = [one.limit_minutes for one in comparison.indicators if one.limit_minutes is not None]
    return max(limits)


def lead_of_comparison(comparison: Assessment) -> Text:
    """Say how many people gain and lose the longest limit."""
    longest = _longest(comparison)
    gained, lost = (
        comparison.indicator(name, limit_minutes=longest).value or 0
        for name in ("residents_gained", "residents_lost")
    )
    return Text(
        f"{longest:g} 分钟覆盖：新增 {gained:,.0f} 人，失去 {lost:,.0f} 人。",
        f"Within {longest:g} minutes: {gained:,.0f} people gained, {lost:,.0f} lost.",
    )


def draw_comparison(
    page: Page, comparison: Assessment, layers: Mapping[str, gpd.GeoDataFrame]
) -> None:
    """Draw residents by what becomes of their walk, and where something changes."""
    draw_base(page.frame, layers)
    import pandas as pd

    homes = comparison.layers["residents"]
    limit = f"{_longest(comparison):g}"
    before = homes[f"before_covered_{limit}"].fillna(value=False).astype(bool)
    after = homes[f"after_covered_{limit}"].fillna(value=False).astype(bool)
    shift_s = homes["change_s"].astype(float)
    state = pd.Series("same", homes.index)
    state[shift_s >= _NOTICED_S] = "longer"
    state[shift_s <= -_NOTICED_S] = "shorter"
    state[~before & after] = "gained"
    state[before & ~after] = "lost"
    for row, (name, _, colour) in enumerate(_STATES):
        chosen = homes[state == name]
        page.frame.scatter(
            chosen.geometry.x, chosen.geometry.y, s=5, c=colour, linewidths=0, zorder=10 + row * 0.1
        )
    draw_centres(page, comparison.layers["centres"], names=False)
    if "changes" in comparison.layers:
        _draw_changes(page, comparison.layers["changes"])


def _draw_changes(page: Page, changes: gpd.GeoDataFrame) -> None:
    shapes = changes.geometry[~(changes.geometry.isna() | changes.geometry.is_empty)]
    is_line = shapes.geom_type.isin(["LineString", "MultiLineString"])
    draw_lines(page.frame, shapes[is_line].to_numpy(dtype=object), _CHANGED, 2.0, zorder=32)
    points = shapes.representative_point()
    page.frame.scatter(
        points.x, points.y, s=130, facecolors="none", edgecolors=_CHANGED, linewidths=1.4, zorder=36
    )
