"""The map of who reaches a centre in how many minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.mapping.figures.base import draw_base
from tongling_gis.mapping.figures.homes import (
    HomeLook,
    count_of,
    draw_homes,
    home_key,
    say_counted,
)
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.mapping.figures.labels import Label, place_labels
from tongling_gis.mapping.layers import STAR_COLOURS, coverage_classes
from tongling_gis.mapping.results import coverage_limits, walk_classes
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.sheet import Page

CENTRE_PT = 8.0
_RATED = Text("已评星级（越深越高）", "Rated (darker: more stars)")


def centre_key(centres: gpd.GeoDataFrame | None) -> list[KeyEntry]:
    """List the centres: rated and not, as there are."""
    if centres is None or not len(centres):
        return []
    rated = _stars(centres) > 0
    centre = Text("邻里中心", "Neighbourhood centre")
    if not rated.any():
        return [KeyEntry(centre, "star", fill=STAR_COLOURS[0])]
    entries = [
        KeyEntry(Text("邻里中心", "Neighbourhood centres")),
        KeyEntry(
            Text("已评星级（越深越高）", "Rated (darker: more stars)"), "star", fill=STAR_COLOURS[4]
        ),
    ]
    if not rated.all():
        entries.append(KeyEntry(Text("未评星级", "Not rated"), "star", fill=STAR_COLOURS[0]))
    return entries


def _looks(coverage: Assessment) -> list[HomeLook]:
    classes = coverage_classes(coverage_limits(coverage))
    return [HomeLook(one.label, one.colour, one.symbol) for one in classes]


def _states(coverage: Assessment) -> NDArray[np.int64]:
    homes = coverage.layers["residents"]
    walk_s = homes["walk_s"].to_numpy(dtype=float, na_value=np.nan)
    return walk_classes(homes, coverage_limits(coverage), walk_s)


def coverage_key(coverage: Assessment) -> list[KeyEntry]:
    """List the classes of walks and the centres."""
    heading = Text("步行到最近的邻里中心", "Walk to the nearest centre")
    _, *classes = home_key(coverage, _looks(coverage), _states(coverage))
    return [KeyEntry(heading), *classes, *centre_key(coverage.layers.get("centres"))]


def lead_of_coverage(coverage: Assessment) -> Text:
    """Say in one sentence how many people, or homes, reach a centre within the longest limit."""
    longest = max(coverage_limits(coverage))
    share = coverage.indicator("share_covered", limit_minutes=longest).value
    total = count_of(coverage, "total")
    covered = count_of(coverage, "covered", limit_minutes=longest)
    if share is None or total is None or covered is None:
        return Text("居民人数未知", "Residents are unknown")
    return Text(
        "{limit:g} 分钟步行可达 {covered}，占 {total}的 {share:.1%}；尚有 {rest}未覆盖。",
        "{covered} of {total} ({share:.1%}) reach a centre within {limit:g} minutes' walk; "
        "{rest} do not.",
    ).fill(
        limit=longest,
        share=share,
        covered=Text(say_counted(coverage, covered).zh, f"{covered:,.0f}"),
        total=say_counted(coverage, total),
        rest=Text(say_counted(coverage, total - covered).zh, f"{total - covered:,.0f}"),
    )


def draw_coverage(page: Page, coverage: Assessment, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Draw homes by the class of their walk, and the centres with their names."""
    draw_base(page.frame, layers)
    draw_homes(page, coverage.layers["residents"], _looks(coverage), _states(coverage))
    draw_centres(page, coverage.layers["centres"])


def _stars(centres: gpd.GeoDataFrame) -> NDArray[np.int64]:
    if "stars" not in centres:
        return np.zeros(len(centres), dtype=np.int64)
    stars: NDArray[np.int64] = centres["stars"].fillna(0).to_numpy(dtype=np.int64)
    return stars


def draw_centres(page: Page, centres: gpd.GeoDataFrame, *, names: bool = True) -> None:
    """Draw centres as stars in the colour of their rating, named where there is room.

    The best rated get their name first.
    """
    stars = _stars(centres)
    points = centres.geometry.representative_point()
    x_m, y_m = points.x.to_numpy(), points.y.to_numpy()
    size_pt = CENTRE_PT * page.sheet.text_pt / 8.0
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
    called = centres["name"].fillna("").astype(str).to_numpy()
    labels = [
        Label(float(x_m[row]), float(y_m[row]), called[row], size_pt)
        for row in np.argsort(-stars, kind="stable").tolist()
        if called[row]
    ]
    place_labels(page, labels, size_pt=page.sheet.text_pt * 0.8)
