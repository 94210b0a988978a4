"""What a map in a figure stands on: water, green, buildings and streets, as everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from tongling_gis.mapping.layers import STREET_CLASSES, STYLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tongling_gis.mapping.layers import LayerStyle

    Layers = Mapping[str, gpd.GeoDataFrame]
    Shapes = NDArray[np.object_]

_BUILDINGS_BELOW_M = 4000.0
_LANES_BELOW_M = 9000.0
_POINTS_PER_PX = 0.55
_SEEN_MM = 0.1


def draw_base(frame: Axes, layers: Layers, *, shown: Sequence[str] = ()) -> None:
    """Draw the base map within the frame's window, less of it the more the window spans.

    Args:
        frame: A map whose window is set.
        layers: The project's layers by name, in the map's CRS.
        shown: Further layers to draw in their own look, such as ``compounds``.
    """
    west, east = frame.get_xlim()
    south, north = frame.get_ylim()
    window = shapely.box(west, south, east, north)
    span_m = east - west
    for name in ("green", "water"):
        draw_areas(frame, within(layers.get(name), window), STYLES[name], zorder=1)
    if span_m <= _BUILDINGS_BELOW_M:
        draw_areas(frame, within(layers.get("buildings"), window), STYLES["buildings"], zorder=3)
    _draw_streets(frame, layers.get("streets"), window, span_m)
    if span_m <= _BUILDINGS_BELOW_M:
        walls = within(layers.get("barriers"), window)
        draw_lines(frame, walls, STYLES["barriers"].stroke, 0.8, zorder=5)
    draw_areas(frame, within(layers.get("study_area"), window), STYLES["study_area"], zorder=6)
    for name in shown:
        draw_areas(frame, within(layers.get(name), window), STYLES[name], zorder=4)


def within(layer: gpd.GeoDataFrame | None, window: shapely.Polygon) -> Shapes:
    """Give a layer's shapes that meet the window; none where there is no layer."""
    if layer is None or not len(layer):
        return np.empty(0, dtype=object)
    shapes: Shapes = layer.geometry.to_numpy(dtype=object)
    return shapes[shapely.intersects(shapes, window)]


def as_seen(frame: Axes, shapes: Shapes) -> Shapes:
    """Leave out what nobody sees on paper: bends of less than a tenth of a millimetre."""
    (west, east), figure = frame.get_xlim(), frame.figure
    width_mm = frame.get_position().width * figure.get_figwidth() * 25.4  # type: ignore[union-attr]
    given = np.asarray(shapes, dtype=object)
    seen: Shapes = shapely.simplify(given, _SEEN_MM * (east - west) / width_mm)
    return seen


def draw_areas(frame: Axes, shapes: Shapes, style: LayerStyle, *, zorder: float) -> None:
    """Draw areas in their layer's look."""
    look = Look(style.fill, style.stroke, style.size_px * _POINTS_PER_PX, dash=style.dash)
    fill_areas(frame, shapes, look, zorder=zorder)


class Look(NamedTuple):
    """How areas look; the fill is a colour, or one for each area."""

    fill: str | Sequence[str] = ""
    stroke: str = ""
    width_pt: float = 0.6
    alpha: float | None = None
    dash: bool = False
    hatch: str | None = None


def fill_areas(frame: Axes, shapes: Shapes, look: Look, *, zorder: float = 5) -> None:
    """Draw polygons with their holes."""
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    parts = shapely.get_parts(as_seen(frame, shapes))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    parts = parts[~shapely.is_empty(parts)]
    paths = []
    for part in parts:
        rings = [part.exterior, *part.interiors]
        codes = [
            np.r_[Path.MOVETO, np.full(len(ring.coords) - 2, Path.LINETO), Path.CLOSEPOLY]
            for ring in rings
        ]
        vertices = np.concatenate([shapely.get_coordinates(ring) for ring in rings])
        paths.append(Path(vertices, np.concatenate(codes)))
    frame.add_collection(
        PathCollection(
            paths,
            facecolors=look.fill or "none",
            edgecolors=look.stroke or "none",
            linewidths=look.width_pt,
            linestyles=(0, (4, 2)) if look.dash else "solid",
            alpha=look.alpha,
            hatch=look.hatch,
            zorder=zorder,
        ),
        autolim=False,
    )


def draw_lines(
    frame: Axes,
    shapes: Shapes,
    colour: str,
    width_pt: float,
    *,
    dash: bool = False,
    zorder: float = 5,
) -> None:
    """Draw lines."""
    from matplotlib.collections import LineCollection

    parts = shapely.get_parts(as_seen(frame, shapes))
    frame.add_collection(
        LineCollection(
            [shapely.get_coordinates(part) for part in parts],
            colors=colour,
            linewidths=width_pt,
            linestyles=(0, (3, 1.6)) if dash else "solid",
            capstyle="butt" if dash else "round",
            zorder=zorder,
        ),
        autolim=False,
    )


def _draw_streets(
    frame: Axes, streets: gpd.GeoDataFrame | None, window: shapely.Polygon, span_m: float
) -> None:
    if streets is None or not len(streets):
        return
    inside = shapely.intersects(streets.geometry.to_numpy(), window)
    near = streets[inside]
    ways = near["highway"].fillna("").to_numpy(dtype=object)
    shapes = near.geometry.to_numpy(dtype=object)
    thin = max(min(2500.0 / max(span_m, 1.0), 1.0), 0.12)
    casings, lines = [], []
    for number, one in enumerate(STREET_CLASSES):
        if span_m > _LANES_BELOW_M and one.name in {"steps", "foot", "lane"}:
            continue
        chosen = shapes[np.isin(ways, list(one.ways))]
        width_pt = one.width_px * _POINTS_PER_PX * thin
        if one.casing:
            casings.append((chosen, one.casing, width_pt + 0.5, 4 + number * 0.01))
        lines.append((chosen, one.colour, width_pt, one.dash, 4.1 + number * 0.01))
    for chosen, colour, width_pt, zorder in casings:
        draw_lines(frame, chosen, colour, width_pt, zorder=zorder)
    for chosen, colour, width_pt, dash, zorder in lines:
        draw_lines(frame, chosen, colour, max(width_pt, 0.25), dash=dash, zorder=zorder)
