"""The map of an enclosure check: the boundary, its gates, and what the rules found where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.mapping.figures.base import Look, draw_base, draw_lines, fill_areas
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.mapping.figures.labels import Label, place_labels
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.frames import Bounds
    from tongling_gis.mapping.figures.sheet import Page

BREACH, ADVICE, UNKNOWN = "#b3261e", "#9a5b00", "#57606a"
_LINE = "#8f1d5c"
_GATES = {
    "vehicle": (Text("车行出入口", "Vehicle gate"), "square", "#08306b"),
    "pedestrian": (Text("人行出入口", "Gate for people"), "circle", "#2f7ebc"),
    "fire_only": (Text("消防专用出入口", "Fire gate"), "diamond", "#b3261e"),
}
_MARKERS = {"square": "s", "circle": "o", "diamond": "D"}
_MOST_NUMBERED = 24
_AROUND = 0.35
_WHOLE = 0.9


def enclosure_key(check: Assessment) -> list[KeyEntry]:
    """List the boundary, the kinds of gates and the findings that the map numbers."""
    kinds = [kind for kind in _GATES if (check.layers["gates"]["kind"] == kind).any()]
    entries = [
        KeyEntry(Text("围合", "Enclosure")),
        KeyEntry(Text("围合边界", "Boundary"), "line", stroke=_LINE),
        *(KeyEntry(_GATES[kind][0], _GATES[kind][1], fill=_GATES[kind][2]) for kind in kinds),  # type: ignore[arg-type]
        KeyEntry(Text("发现的问题（编号见图）", "What was found, by number")),
    ]
    for number, row in enumerate(numbered_rules(check).itertuples(), start=1):
        colour = BREACH if row.breach else ADVICE
        words = Text(f"{number}  {row.rule} {row.title_zh}", f"{number}  {row.rule} {row.title_en}")
        entries.append(KeyEntry(_shortened(words), "circle", fill=colour))
    return entries


def _shortened(words: Text) -> Text:
    """Cut words to the width of the key."""
    zh = words.zh if len(words.zh) <= 27 else words.zh[:26] + "…"  # noqa: PLR2004 - of its width
    en = words.en if len(words.en) <= 48 else words.en[:47] + "…"  # noqa: PLR2004 - the same
    return Text(zh, en)


def numbered_rules(check: Assessment) -> pd.DataFrame:
    """List the rules that are broken or advised against somewhere in particular, breaches first."""
    found = check.layers["findings"]
    area_m2 = float(check.layers["boundary"].area.sum())
    placed = np.array(
        [
            shape is not None and not shape.is_empty and shape.area < _WHOLE * area_m2
            for shape in found.geometry
        ]
    )
    shown = found[(found["verdict"] == "fail").to_numpy() & placed]
    breach = shown["severity"].isin(["L", "M", "S"])
    rules = shown.assign(breach=breach).drop_duplicates("rule")
    listed: pd.DataFrame = rules.sort_values("breach", ascending=False, kind="stable")
    return listed.head(_MOST_NUMBERED)


def lead_of_enclosure(check: Assessment) -> Text:
    """Give the verdict over all."""
    return check.notes[1]


def enclosure_bounds(check: Assessment) -> Bounds:
    """Give the boundary's box with some of what is around it."""
    west, south, east, north = check.layers["boundary"].total_bounds.tolist()
    margin_m = _AROUND * max(east - west, north - south)
    return (west - margin_m, south - margin_m, east + margin_m, north + margin_m)


def draw_enclosure(page: Page, check: Assessment, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Draw the boundary, its gates, and the findings with their numbers."""
    draw_base(page.frame, layers)
    area = check.layers["boundary"].geometry.to_numpy(dtype=object)
    fill_areas(page.frame, area, Look("#8f1d5c", "", 0.0, 0.07), zorder=7)
    fill_areas(page.frame, area, Look("", _LINE, 2.2), zorder=20)
    _draw_findings(page, check)
    _draw_gates(page, check.layers["gates"])


def _draw_findings(page: Page, check: Assessment) -> None:
    found = check.layers["findings"]
    labels = []
    for number, row in enumerate(numbered_rules(check).itertuples(), start=1):
        colour = BREACH if row.breach else ADVICE
        own = found[(found["rule"] == row.rule) & (found["verdict"] == "fail")]
        shapes = own.geometry[~own.geometry.isna()]
        kinds = shapes.geom_type
        areas = shapes[kinds.isin(["Polygon", "MultiPolygon"])].to_numpy(dtype=object)
        fill_areas(page.frame, areas, Look(colour, colour, 0.8, 0.22), zorder=15)
        lines = shapes[kinds.isin(["LineString", "MultiLineString"])].to_numpy(dtype=object)
        draw_lines(page.frame, lines, colour, 1.6, zorder=16)
        points = shapes.representative_point()
        page.frame.scatter(
            points.x, points.y, s=26, c="white", edgecolors=colour, linewidths=1.1, zorder=31
        )
        first = points.iloc[0]
        labels.append(Label(first.x, first.y, str(number), 6.0))
    place_labels(page, labels, size_pt=page.sheet.text_pt)


def _draw_gates(page: Page, gates: gpd.GeoDataFrame) -> None:
    kinds = gates["kind"].to_numpy(dtype=object)
    x_m, y_m = gates.geometry.x.to_numpy(), gates.geometry.y.to_numpy()
    for kind, (_, symbol, colour) in _GATES.items():
        chosen = kinds == kind
        page.frame.scatter(
            x_m[chosen],
            y_m[chosen],
            s=48,
            c=colour,
            marker=_MARKERS[symbol],
            edgecolors="white",
            linewidths=0.9,
            zorder=33,
        )
    labels = [
        Label(float(x), float(y), f"{width:g} m", 7.0)
        for x, y, width in zip(x_m, y_m, gates["width_m"].to_numpy(dtype=float), strict=True)
        if not np.isnan(width)
    ]
    place_labels(page, labels, size_pt=page.sheet.text_pt * 0.85)
