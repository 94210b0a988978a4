"""The map of chosen sites, and of the residents whom they newly cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.mapping.figures.base import draw_base
from tongling_gis.mapping.figures.coverage import CENTRE_KEY, draw_centres
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.mapping.figures.labels import Label, place_labels
from tongling_gis.mapping.layers import BEYOND_COLOUR, reach_colour
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.sheet import Page

_CHOSEN = "#b3006b"
_STATES = (
    ("stays", Text("原已覆盖", "Covered already"), reach_colour(2, 4)),
    ("newly", Text("新增覆盖", "Newly covered"), "#0b6e4f"),
    ("loses", Text("不再覆盖", "Covered no longer"), "#6a2010"),
    ("beyond", Text("仍未覆盖", "Not covered"), BEYOND_COLOUR),
)


def siting_key(_siting: Assessment) -> list[KeyEntry]:
    """List the residents' states, the sites and the centres."""
    return [
        KeyEntry(Text("居民", "Residents")),
        *(KeyEntry(label, "circle", fill=colour) for _, label, colour in _STATES),
        KeyEntry(Text("选址", "Sites")),
        KeyEntry(Text("推荐选址（编号为次序）", "Chosen, by rank"), "square", fill=_CHOSEN),
        *CENTRE_KEY,
    ]


def lead_of_siting(siting: Assessment) -> Text:
    """Say how many people the sites newly cover, and how sure that is the best."""
    sites = len(siting.layers["sites"])
    newly, share = (
        next((one.value or 0.0 for one in siting.indicators if one.name == name), 0.0)
        for name in ("residents_newly_covered", "share_covered_after")
    )
    proven = siting.notes[0]
    return Text(
        f"{sites} 处选址新增覆盖 {newly:,.0f} 人，覆盖率达到 {share:.1%}。{proven.zh}",
        f"{sites} sites newly cover {newly:,.0f} people; {share:.1%} are covered then. {proven.en}",
    )


def draw_siting(page: Page, siting: Assessment, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Draw residents by what becomes of them, the centres there are, and the chosen sites."""
    draw_base(page.frame, layers)
    homes = siting.layers["residents"]
    state = _states(homes)
    for row, (name, _, colour) in enumerate(_STATES):
        chosen = homes[state == name]
        page.frame.scatter(
            chosen.geometry.x, chosen.geometry.y, s=5, c=colour, linewidths=0, zorder=10 + row * 0.1
        )
    draw_centres(page, siting.layers["centres"], names=False)
    _draw_sites(page, siting.layers["sites"])


def _states(homes: pd.DataFrame) -> pd.Series:
    before = homes["covered_before"].fillna(value=False).astype(bool)
    after = homes["covered_after"].fillna(value=False).astype(bool)
    state = before.map({True: "stays", False: "beyond"})
    state[~before & after] = "newly"
    state[before & ~after] = "loses"
    return state


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
