"""The map of who reaches a centre in how many minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.mapping.figures.base import draw_base
from tongling_gis.mapping.figures.keys import MARKERS, KeyEntry
from tongling_gis.mapping.figures.labels import Label, place_labels
from tongling_gis.mapping.layers import STAR_COLOURS, coverage_classes
from tongling_gis.mapping.results import coverage_limits, walk_classes
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.sheet import Page

_SMALLEST_PT, _LARGEST_PT = 1.0, 4.5
CENTRE_KEY = (
    KeyEntry(Text("邻里中心", "Neighbourhood centres")),
    KeyEntry(Text("已评星级", "Rated"), "star", fill=STAR_COLOURS[4]),
    KeyEntry(Text("未评星级", "Not rated"), "star", fill=STAR_COLOURS[0]),
)


def coverage_key(coverage: Assessment) -> list[KeyEntry]:
    """List the classes of walks and the centres."""
    classes = coverage_classes(coverage_limits(coverage))
    walk = Text("步行到最近的邻里中心", "Walk to the nearest centre")
    return [
        KeyEntry(walk),
        *(KeyEntry(one.label, one.symbol, fill=one.colour) for one in classes),
        *CENTRE_KEY,
    ]


def lead_of_coverage(coverage: Assessment) -> Text:
    """Say in one sentence how many people reach a centre within the longest limit."""
    longest = max(coverage_limits(coverage))
    share = coverage.indicator("share_covered", limit_minutes=longest).value
    total = coverage.indicator("residents_total").value
    covered = coverage.indicator("residents_covered", limit_minutes=longest).value
    if share is None or total is None or covered is None:
        return Text("居民人数未知", "Residents are unknown")
    return Text(
        f"{longest:g} 分钟步行可达 {covered:,.0f} 人，占 {total:,.0f} 人的 {share:.1%}；"
        f"尚有 {total - covered:,.0f} 人未覆盖。",
        f"{covered:,.0f} of {total:,.0f} people ({share:.1%}) reach a centre within {longest:g} "
        f"minutes' walk; {total - covered:,.0f} do not.",
    )


def draw_coverage(page: Page, coverage: Assessment, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Draw homes by the class of their walk, and the centres with their names."""
    draw_base(page.frame, layers)
    homes = coverage.layers["residents"]
    limits = coverage_limits(coverage)
    classes = coverage_classes(limits)
    number = walk_classes(homes, limits, homes["walk_s"].to_numpy(dtype=float, na_value=np.nan))
    x_m, y_m = homes.geometry.x.to_numpy(), homes.geometry.y.to_numpy()
    sizes = _sizes_pt(homes, page)
    for row, one in enumerate(classes):
        chosen = number == row
        page.frame.scatter(
            x_m[chosen],
            y_m[chosen],
            s=sizes[chosen] ** 2 * (1.8 if one.symbol != "circle" else 1.0),
            c=one.colour,
            marker=MARKERS[one.symbol],
            linewidths=0,
            zorder=10 + row * 0.1,
        )
    draw_centres(page, coverage.layers["centres"])


def _sizes_pt(homes: gpd.GeoDataFrame, page: Page) -> np.ndarray:
    """Give each home's size on paper: smaller where many stand close."""
    west, east = page.frame.get_xlim()
    crowd = max(min(9000.0 / (east - west), 1.0), 0.25)
    size = _SMALLEST_PT + (_LARGEST_PT - _SMALLEST_PT) * crowd
    return np.full(len(homes), size)


def draw_centres(page: Page, centres: gpd.GeoDataFrame, *, names: bool = True) -> None:
    """Draw centres as stars in the colour of their rating, named where there is room."""
    if "stars" in centres:
        stars = centres["stars"].fillna(0).to_numpy(dtype=int)
    else:
        stars = np.zeros(len(centres), dtype=int)
    x_m, y_m = centres.geometry.x.to_numpy(), centres.geometry.y.to_numpy()
    size_pt = 8.0 * page.sheet.text_pt / 8.0
    page.frame.scatter(
        x_m,
        y_m,
        s=size_pt**2,
        c=[STAR_COLOURS.get(int(one), STAR_COLOURS[0]) for one in stars],
        marker="*",
        edgecolors="white",
        linewidths=0.5,
        zorder=30,
    )
    if not names or "name" not in centres:
        return
    best_first = np.argsort(-stars, kind="stable")
    called = centres["name"].fillna("").astype(str).to_numpy()
    labels = [
        Label(float(x_m[row]), float(y_m[row]), called[row], size_pt)
        for row in best_first.tolist()
        if called[row]
    ]
    place_labels(page, labels, size_pt=page.sheet.text_pt * 0.8)
