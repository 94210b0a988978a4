"""The map of what is reached within each limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.mapping.figures.base import Look, draw_base, fill_areas
from tongling_gis.mapping.figures.coverage import CENTRE_KEY, draw_centres
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.mapping.layers import reach_colour
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.sheet import Page

_ALPHA = 0.62


def _limits(isochrones: Assessment) -> list[float]:
    return sorted({float(one) for one in isochrones.layers["dissolved"]["limit_minutes"]})


def isochrones_key(isochrones: Assessment) -> list[KeyEntry]:
    """List the limits and the centres."""
    limits = _limits(isochrones)
    within = Text("步行可达范围", "Within a walk of")
    areas = [
        KeyEntry(
            Text(f"{limit:g} 分钟", f"{limit:g} min"),
            "area",
            fill=reach_colour(number, len(limits)),
        )
        for number, limit in enumerate(limits)
    ]
    return [KeyEntry(within), *areas, *CENTRE_KEY]


def lead_of_isochrones(isochrones: Assessment) -> Text:
    """Say how large the areas are together."""
    together = isochrones.layers["dissolved"]
    sizes = [
        (limit, float(together.loc[together["limit_minutes"] == limit, "area_m2"].sum()) / 1e6)
        for limit in _limits(isochrones)
    ]
    zh = "，".join(f"{limit:g} 分钟 {km2:.1f} km²" for limit, km2 in sizes)
    en = ", ".join(f"{limit:g} min {km2:.1f} km2" for limit, km2 in sizes)
    return Text(
        f"沿街道步行可达的范围合计：{zh}。", f"Reached on foot along streets, in all: {en}."
    )


def draw_isochrones(
    page: Page, isochrones: Assessment, layers: Mapping[str, gpd.GeoDataFrame]
) -> None:
    """Draw the areas within the limits, the smallest on top, over the base map."""
    draw_base(page.frame, layers)
    together = isochrones.layers["dissolved"]
    limits = _limits(isochrones)
    for number, limit in reversed(list(enumerate(limits))):
        shapes = together.geometry[together["limit_minutes"] == limit].to_numpy(dtype=object)
        colour = reach_colour(number, len(limits))
        fill_areas(page.frame, shapes, Look(colour, "white", 0.3, _ALPHA), zorder=12 - number * 0.1)
    if "centres" in layers:
        draw_centres(page, layers["centres"])
