"""The map of chosen sites, and of the residents whom they newly cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.mapping.figures.base import draw_base
from tongling_gis.mapping.figures.coverage import centre_key, draw_centres
from tongling_gis.mapping.figures.homes import (
    HomeLook,
    count_of,
    draw_homes,
    home_key,
    say_counted,
    value_of,
)
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.mapping.figures.labels import Label, place_labels
from tongling_gis.mapping.layers import BEYOND_COLOUR, reach_colour
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.sheet import Page

_CHOSEN = "#b3006b"
_EXACT = 1e-9
_LOOKS = (
    HomeLook(Text("原已覆盖", "Covered already"), reach_colour(2, 4)),
    HomeLook(Text("新增覆盖", "Newly covered"), "#0b6e4f", "triangle"),
    HomeLook(Text("仍未覆盖", "Not covered"), BEYOND_COLOUR, "diamond"),
    HomeLook(Text("不再覆盖", "Covered no longer"), "#6a2010", "cross"),
)
_STAYS, _NEWLY, _BEYOND, _LOSES = range(len(_LOOKS))


def siting_key(siting: Assessment) -> list[KeyEntry]:
    """List the residents' states, the sites and the centres."""
    return [
        *home_key(siting, _LOOKS, _states(siting.layers["residents"])),
        KeyEntry(Text("选址", "Sites")),
        KeyEntry(Text("推荐地点（按次序）", "Chosen, by rank"), "square", fill=_CHOSEN, mark="1"),
        *centre_key(siting.layers.get("centres")),
    ]


def lead_of_siting(siting: Assessment) -> Text:
    """Say how many people, or homes, the sites newly cover, and how sure that is the best."""
    newly = say_counted(siting, count_of(siting, "newly_covered") or 0)
    share = value_of(siting, "share_covered_after") or 0.0
    return Text(
        "{sites} 处选址新增覆盖 {newly}，覆盖率达到 {share:.1%}。{proven}",
        "{sites} sites newly cover {newly}; {share:.1%} are covered then. {proven}",
    ).fill(sites=len(siting.layers["sites"]), newly=newly, share=share, proven=_proof(siting))


def _proof(siting: Assessment) -> Text:
    """Say how far from the best the sites can be at most."""
    gap = value_of(siting, "gap")
    if gap is None:
        return Text("未证明最优。", "Not proven to be the best.")
    if gap <= _EXACT:
        return Text("已证明最优。", "Proven to be the best.")
    return Text(f"距最优不超过 {gap:.2%}。", f"Within {gap:.2%} of the best.")


def draw_siting(page: Page, siting: Assessment, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Draw residents by what becomes of them, the centres there are, and the chosen sites."""
    draw_base(page.frame, layers)
    homes = siting.layers["residents"]
    draw_homes(page, homes, _LOOKS, _states(homes))
    if "centres" in siting.layers:
        draw_centres(page, siting.layers["centres"], names=False)
    _draw_sites(page, siting.layers["sites"])


def _states(homes: pd.DataFrame) -> NDArray[np.int64]:
    before, after = (
        homes[f"covered_{when}"].fillna(value=False).to_numpy(dtype=bool)
        for when in ("before", "after")
    )
    return np.select(
        [before & after, ~before & after, before & ~after], [_STAYS, _NEWLY, _LOSES], _BEYOND
    )


def _draw_sites(page: Page, sites: gpd.GeoDataFrame) -> None:
    x_m, y_m = sites.geometry.x, sites.geometry.y
    page.frame.scatter(
        x_m, y_m, s=95, c=_CHOSEN, marker="s", edgecolors="white", linewidths=1.0, zorder=34
    )
    for x, y, rank in zip(x_m, y_m, sites["rank"], strict=True):
        page.frame.text(
            x,
            y,
            f"{rank:g}",
            color="white",
            ha="center",
            va="center",
            size=page.sheet.text_pt * 0.85,
            zorder=35,
        )
    names = sites["name"].fillna("").astype(str)
    labels = [
        Label(float(x), float(y), name, 9.0)
        for x, y, name in zip(x_m, y_m, names, strict=True)
        if name
    ]
    place_labels(page, labels, size_pt=page.sheet.text_pt * 0.9)
