"""The map of where people live whom no centre serves within the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.mapping.figures.base import Look, draw_base, fill_areas
from tongling_gis.mapping.figures.coverage import centre_key, draw_centres
from tongling_gis.mapping.figures.homes import (
    HomeLook,
    count_of,
    counted_in,
    draw_homes,
    home_key,
    say_counted,
)
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.mapping.figures.labels import Label, place_labels
from tongling_gis.mapping.layers import BEYOND_COLOUR, reach_colour
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.sheet import Page

_GAP = "#6a2010"


def _longest(access: Assessment) -> float:
    return max(one.limit_minutes for one in access.indicators if one.limit_minutes is not None)


def _looks(access: Assessment) -> list[HomeLook]:
    limit = _longest(access)
    within = Text(f"{limit:g} 分钟以内", f"Within {limit:g} min")
    return [
        HomeLook(within, reach_colour(2, 4)),
        HomeLook(Text("超出或无法到达", "Farther, or no way"), BEYOND_COLOUR, "diamond"),
    ]


def _states(access: Assessment) -> NDArray[np.int64]:
    walk_s = access.layers["residents"]["walk_s"].to_numpy(dtype=float, na_value=np.nan)
    return np.where(walk_s <= _longest(access) * 60.0, 0, 1)


def gaps_key(access: Assessment) -> list[KeyEntry]:
    """List the homes' states, the gaps and the centres."""
    return [
        *home_key(access, _looks(access), _states(access)),
        KeyEntry(Text("服务盲区及其人数", "Gap in service, with its count"), "area", stroke=_GAP),
        *centre_key(access.layers.get("centres")),
    ]


def lead_of_gaps(access: Assessment) -> Text:
    """Say how many people live in gaps, and how many are scattered."""
    number = len(access.layers["gaps"])
    inside, scattered = (
        say_counted(access, count_of(access, what) or 0)
        for what in ("in_gaps", "uncovered_scattered")
    )
    if not number:
        none = Text(
            "没有成片的服务盲区；零散未覆盖 {few}。", "No gaps in service; scattered: {few}."
        )
        return none.fill(few=scattered)
    return Text(
        "服务盲区 {number} 片，共 {inside}；另有零散未覆盖 {scattered}。",
        "Gaps in service: {number}, with {inside}; scattered besides: {scattered}.",
    ).fill(number=number, inside=inside, scattered=scattered)


def draw_gaps(page: Page, access: Assessment, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Draw homes within and beyond the limit, and each gap with its count."""
    draw_base(page.frame, layers)
    draw_homes(page, access.layers["residents"], _looks(access), _states(access))
    draw_centres(page, access.layers["centres"], names=False)
    gaps = access.layers["gaps"].sort_values(f"{counted_in(access)}_uncovered", ascending=False)
    shapes = gaps.geometry.to_numpy(dtype=object)
    fill_areas(page.frame, shapes, Look("", _GAP, 1.4), zorder=25)
    points = gaps.geometry.representative_point()
    counts = gaps[f"{counted_in(access)}_uncovered"].to_numpy(dtype=float)
    labels = [
        Label(x, y, say_counted(access, count).in_lang(page.lang), 2.0, badge=_GAP)
        for x, y, count in zip(points.x, points.y, counts, strict=True)
    ]
    place_labels(page, labels, size_pt=page.sheet.text_pt * 0.85)
