"""The map of an enclosure check: the boundary, its gates, and what the rules found where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.mapping.figures.base import Look, draw_base, draw_lines, fill_areas
from tongling_gis.mapping.figures.keys import KeyEntry
from tongling_gis.mapping.figures.labels import Label, keep_clear_of, place_labels
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.frames import Bounds
    from tongling_gis.mapping.figures.sheet import Page
    from tongling_gis.mapping.layers import Symbol

BREACH, ADVICE, UNKNOWN = "#b3261e", "#9a5b00", "#57606a"
_LINE = "#8f1d5c"
_GATES: dict[str, tuple[Text, Symbol, str]] = {
    "vehicle": (Text("车行出入口", "Vehicle gate"), "square", "#08306b"),
    "pedestrian": (Text("人行出入口", "Gate for people"), "circle", "#2f7ebc"),
    "fire_only": (Text("消防专用出入口", "Fire gate"), "diamond", "#b3261e"),
}
_MARKERS = {"square": "s", "circle": "o", "diamond": "D"}
_MOST_NUMBERED = 24
_MOST_OF_A_RULE = 5
_NEAR_MM = 4.0
_AROUND = 0.35
_WHOLE = 0.9


def enclosure_key(check: Assessment) -> list[KeyEntry]:
    """List the boundary, the kinds of gates and the findings that the map numbers."""
    kinds = [kind for kind in _GATES if (check.layers["gates"]["kind"] == kind).any()]
    found = [
        KeyEntry(
            Text(f"{row.rule} {row.title_zh}", f"{row.rule} {row.title_en}"),
            "circle",
            fill=BREACH if row.breach else ADVICE,
            mark=str(number),
        )
        for number, row in enumerate(numbered_rules(check).itertuples(), start=1)
    ]
    return [
        KeyEntry(Text("围合", "Enclosure")),
        KeyEntry(Text("围合边界", "Boundary"), "line", stroke=_LINE),
        *(KeyEntry(_GATES[kind][0], _GATES[kind][1], fill=_GATES[kind][2]) for kind in kinds),
        *([KeyEntry(Text("发现的问题（编号见图）", "What was found, by number"))] if found else []),
        *found,
    ]


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
    """Give the verdict over all, and how many rules it stands on."""
    from tongling_gis.enclosure.verdicts import describe_overall

    counts = {one.name: one.value or 0 for one in check.indicators}
    passed, failed, unknown = (counts.get(f"rules_{one}", 0) for one in ("pass", "fail", "unknown"))
    return Text(
        "{overall}。逐条结论：符合 {passed:g} 项，不符合 {failed:g} 项，无法判定 {unknown:g} 项。",
        "{overall}. Rules: {passed:g} pass, {failed:g} fail, {unknown:g} cannot be checked.",
    ).fill(overall=describe_overall(check.findings), passed=passed, failed=failed, unknown=unknown)


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
    numbers = _draw_findings(page, check)
    widths = _draw_gates(page, check.layers["gates"])
    keep_clear_of(page, widths)
    place_labels(page, numbers, size_pt=page.sheet.text_pt * 0.9)
    place_labels(page, widths, size_pt=page.sheet.text_pt * 0.85)


def _draw_findings(page: Page, check: Assessment) -> list[Label]:
    """Draw where each numbered rule is broken; give the numbers, each rule's first place first."""
    found = check.layers["findings"]
    (west, east), (south, north) = page.frame.get_xlim(), page.frame.get_ylim()
    window = shapely.box(west, south, east, north)
    spots: list[tuple[int, int, str, float, float]] = []
    for number, row in enumerate(numbered_rules(check).itertuples(), start=1):
        colour = BREACH if row.breach else ADVICE
        own = found[(found["rule"] == row.rule) & (found["verdict"] == "fail")]
        shapes = own.geometry[~(own.geometry.isna() | own.geometry.is_empty)]
        kinds = shapes.geom_type
        areas = shapes[kinds.isin(["Polygon", "MultiPolygon"])].to_numpy(dtype=object)
        fill_areas(page.frame, areas, Look(colour, colour, 0.8, 0.22), zorder=15)
        lines = shapes[kinds.isin(["LineString", "MultiLineString"])].to_numpy(dtype=object)
        draw_lines(page.frame, lines, colour, 1.6, zorder=16)
        points = shapes[kinds.isin(["Point", "MultiPoint"])].representative_point()
        page.frame.scatter(
            points.x, points.y, s=22, c="white", edgecolors=colour, linewidths=1.1, zorder=31
        )
        seen = shapes.intersection(window)
        inside = seen[~seen.is_empty].representative_point()
        spots += [
            (turn, number, colour, point.x, point.y)
            for turn, point in enumerate(inside.iloc[:_MOST_OF_A_RULE])
        ]
    return _number(sorted(spots), page)


def _number(spots: Sequence[tuple[int, int, str, float, float]], page: Page) -> list[Label]:
    """Put the numbers of rules that are broken in one place into one label."""
    west, east = page.frame.get_xlim()
    near_m = _NEAR_MM * (east - west) / page.room.width
    places: list[tuple[float, float, str, list[int]]] = []
    for _, number, colour, x, y in spots:
        at = next((one for one in places if np.hypot(one[0] - x, one[1] - y) < near_m), None)
        if at is None:
            places.append((x, y, colour, [number]))
        elif number not in at[3]:
            at[3].append(number)
    return [
        Label(x, y, ",".join(map(str, sorted(numbers))), 5.0, badge=colour)
        for x, y, colour, numbers in places
    ]


def _draw_gates(page: Page, gates: gpd.GeoDataFrame) -> list[Label]:
    """Draw gates by their kind; give their widths."""
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
    return [
        Label(float(x), float(y), f"{width:g} m", 7.0)
        for x, y, width in zip(x_m, y_m, gates["width_m"].to_numpy(dtype=float), strict=True)
        if not np.isnan(width)
    ]
