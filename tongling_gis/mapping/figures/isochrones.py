"""The map of what is reached within each limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.mapping.figures.base import Look, draw_base, fill_areas
from tongling_gis.mapping.figures.coverage import draw_centres
from tongling_gis.mapping.figures.frames import GROUND
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.mapping.layers import STAR_COLOURS, reach_colour
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.base import Shapes
    from tongling_gis.mapping.figures.sheet import Page

_ALPHA = 0.62


def _limits(isochrones: Assessment) -> list[float]:
    return sorted({float(one) for one in isochrones.layers["dissolved"]["limit_minutes"]})


def isochrones_key(isochrones: Assessment) -> list[KeyEntry]:
    """List the limits, and the centres where they are the project's own."""
    limits = _limits(isochrones)
    areas = [
        KeyEntry(
            Text(f"{limit:g} 分钟", f"{limit:g} min"),
            "area",
            fill=_over_ground(reach_colour(number, len(limits))),
        )
        for number, limit in enumerate(limits)
    ]
    centre = KeyEntry(Text("邻里中心", "Neighbourhood centre"), "star", fill=STAR_COLOURS[0])
    within = KeyEntry(Text("步行可达范围", "Within a walk of"))
    return [within, *areas, *([centre] if _of_own_centres(isochrones) else [])]


def _over_ground(colour: str) -> str:
    """Give a colour as it looks where it is laid over the ground, half seen through."""
    from matplotlib.colors import to_hex, to_rgb

    over, under = np.array(to_rgb(colour)), np.array(to_rgb(GROUND))
    red, green, blue = (_ALPHA * over + (1 - _ALPHA) * under).tolist()
    return to_hex((red, green, blue))


def _of_own_centres(isochrones: Assessment) -> bool:
    return not isochrones.parameters.get("centres_from")


def lead_of_isochrones(isochrones: Assessment) -> Text:
    """Say how large the areas are together."""
    together = isochrones.layers["dissolved"]
    sizes = [
        (limit, float(together.loc[together["limit_minutes"] == limit, "area_m2"].sum()) / 1e6)
        for limit in _limits(isochrones)
    ]
    zh = "，".join(f"{limit:g} 分钟 {km2:.1f} km²" for limit, km2 in sizes)
    en = ", ".join(f"{limit:g} min {km2:.1f} km²" for limit, km2 in sizes)
    return Text(
        f"沿街道步行可达的范围合计：{zh}。", f"Reached on foot along streets, in all: {en}."
    )


def draw_isochrones(
    page: Page, isochrones: Assessment, layers: Mapping[str, gpd.GeoDataFrame]
) -> None:
    """Draw the areas within the limits, the each without the nearer ones, over the base map."""
    draw_base(page.frame, layers)
    together = isochrones.layers["dissolved"]
    limits = _limits(isochrones)
    nearer: Shapes | None = None
    for number, limit in enumerate(limits):
        shapes = together.geometry[together["limit_minutes"] == limit].to_numpy(dtype=object)
        ring = shapes if nearer is None else shapely.difference(shapes, shapely.union_all(nearer))
        look = Look(reach_colour(number, len(limits)), "", 0.0, _ALPHA)
        fill_areas(page.frame, ring, look, zorder=12)
        nearer = shapes
    if "centres" in layers and _of_own_centres(isochrones):
        draw_centres(page, layers["centres"].drop(columns="stars", errors="ignore"))
