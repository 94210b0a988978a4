"""How each layer looks, on every map that is drawn: colours, symbols, order, words.

The colours of results are blue for what is reached and vermilion for what is not, which people
who see few colours tell apart; each class also has its own symbol.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

Symbol: TypeAlias = Literal[
    "area", "line", "circle", "square", "diamond", "triangle", "cross", "ring", "star"
]
Group: TypeAlias = Literal["results", "places", "facilities", "base"]

GROUPS: dict[Group, Text] = {
    "results": Text("分析结果", "Results"),
    "places": Text("中心与小区", "Centres and compounds"),
    "facilities": Text("设施", "Facilities"),
    "base": Text("底图", "Base map"),
}
"""The groups of the layer control, in its order."""

MAX_ZOOM = 19
BUILDINGS_FROM_ZOOM = 15
"""From this zoom on, homes are shown as buildings rather than as dots."""


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How one layer of the schema looks.

    Attributes:
        name: The layer in the schema.
        group: Where it stands in the layer control.
        symbol: What it is drawn with.
        stroke: Colour of lines and outlines, "" for none.
        fill: Colour of areas and symbols, "" for none.
        size_px: Width of a line or an outline, radius of a symbol, at zoom 16.
        from_zoom: Smallest zoom at which it is drawn.
        shown: Whether it is on at first.
        simplify_m: Tolerance within which its shapes are simplified.
        facts: Columns that a click on it tells.
        dash: Whether its lines are broken.
    """

    name: str
    group: Group
    symbol: Symbol
    stroke: str = ""
    fill: str = ""
    size_px: float = 1.0
    from_zoom: int = 0
    shown: bool = True
    simplify_m: float = 0.5
    facts: tuple[str, ...] = ()
    dash: bool = False


def _facility(name: str, symbol: Symbol, fill: str, *facts: str) -> LayerStyle:
    return LayerStyle(
        name, "facilities", symbol, "#ffffff", fill, 5.0, 12, shown=False, facts=facts
    )


_DRAWN = (
    LayerStyle("water", "base", "area", "#9cc3d9", "#c6dfeb", 0.6, simplify_m=2.0),
    LayerStyle("green", "base", "area", "", "#dcead0", 0.0, simplify_m=2.0),
    LayerStyle("buildings", "base", "area", "#cfc6b8", "#e6dfd4", 0.6, 14),
    LayerStyle("streets", "base", "line", "#ffffff", "", 1.0, simplify_m=1.0),
    LayerStyle("barriers", "base", "line", "#7d6b5d", "", 1.6, 15, simplify_m=0.3),
    LayerStyle("study_area", "base", "area", "#5b6472", "", 1.6, simplify_m=5.0, dash=True),
    LayerStyle("compounds", "places", "area", "#7a4f9a", "#b79ccf", 1.4, 12, simplify_m=0.0),
    LayerStyle(
        "enclosure_drafts",
        "places",
        "area",
        "#b3261e",
        "",
        2.0,
        12,
        shown=False,
        simplify_m=0.0,
        facts=("draft_id", "name", "version", "status", "date"),
        dash=True,
    ),
    LayerStyle(
        "draft_gates",
        "places",
        "square",
        "#ffffff",
        "#b3261e",
        4.5,
        14,
        shown=False,
        facts=("draft_id", "name", "kind", "width_m", "opening_hours"),
    ),
    LayerStyle(
        "remarks",
        "places",
        "diamond",
        "#ffffff",
        "#0b6e4f",
        5.0,
        13,
        shown=False,
        facts=("remark_id", "text", "status", "answer"),
    ),
    LayerStyle(
        "candidate_sites",
        "places",
        "triangle",
        "#ffffff",
        "#8f1d5c",
        4.0,
        13,
        shown=False,
        facts=("site_id", "name", "origin", "floor_area_m2", "cost_yuan"),
    ),
    LayerStyle(
        "residents",
        "places",
        "circle",
        "#ffffff",
        "#5f7285",
        3.0,
        12,
        facts=("resident_id", "name", "residents"),
    ),
    _facility("amenities", "circle", "#7f7f7f", "name", "kind"),
    _facility("bus_stops", "square", "#2f7f86", "name"),
    _facility("hydrants", "ring", "#b3261e", "hydrant_id", "kind", "status"),
    _facility("schools", "triangle", "#8a6d00", "name", "kind"),
    _facility("shelters", "diamond", "#3d7a2e", "name", "area_m2"),
    _facility("fire_stations", "square", "#b3261e", "name"),
    LayerStyle(
        "entrances",
        "base",
        "circle",
        "",
        "#6f665e",
        2.4,
        17,
        facts=("name", "entrance", "access", "foot"),
    ),
    LayerStyle(
        "gates",
        "base",
        "square",
        "#ffffff",
        "#3f3a36",
        3.2,
        16,
        facts=("name", "barrier", "entrance", "access", "foot", "opening_hours"),
    ),
    LayerStyle("centres", "places", "star", "#ffffff", "#8f1d5c", 13.0),
)

STYLES: dict[str, LayerStyle] = {style.name: style for style in _DRAWN}
"""Every layer that is drawn, by name, from the bottom to the top."""


@dataclass(frozen=True, slots=True)
class StreetClass:
    """How streets of some classes look; widths in pixels at zoom 16."""

    name: str
    label: Text
    ways: frozenset[str]
    colour: str
    casing: str
    width_px: float
    from_zoom: int
    dash: bool = False


STREET_CLASSES: tuple[StreetClass, ...] = (
    StreetClass(
        "steps",
        Text("台阶", "Steps"),
        frozenset({"steps"}),
        "#a3968a",
        "",
        2.6,
        15,
        dash=True,
    ),
    StreetClass(
        "foot",
        Text("步行道", "Footways"),
        frozenset({"footway", "path", "pedestrian", "cycleway", "bridleway", "corridor", "track"}),
        "#b9aea2",
        "",
        1.2,
        14,
        dash=True,
    ),
    StreetClass(
        "lane",
        Text("内部道路", "Lanes and driveways"),
        frozenset({"service", "living_street", "road", "busway"}),
        "#ffffff",
        "#d5cec4",
        3.0,
        14,
    ),
    StreetClass(
        "local",
        Text("支路", "Local streets"),
        frozenset({"residential", "unclassified"}),
        "#ffffff",
        "#cfc8be",
        5.0,
        12,
    ),
    StreetClass(
        "collector",
        Text("次干路", "Collector streets"),
        frozenset({"tertiary", "tertiary_link", "secondary", "secondary_link"}),
        "#fffdf6",
        "#bfb6a8",
        7.0,
        0,
    ),
    StreetClass(
        "main",
        Text("主干路", "Main streets"),
        frozenset(
            {"primary", "primary_link", "trunk", "trunk_link", "motorway", "motorway_link"},
        ),
        "#fdf0cc",
        "#c9b58a",
        9.0,
        0,
    ),
)
"""Classes of streets, from the bottom to the top; ways of none of them are lanes."""

_REACHED = ("#08306b", "#2f7ebc", "#8fc3de", "#c9dff0")
BEYOND_COLOUR = "#d95f0e"
UNREACHED_COLOUR = "#6a2010"


@dataclass(frozen=True, slots=True)
class ResultClass:
    """One class of a result: up to so many minutes, beyond, or not reached at all."""

    label: Text
    colour: str
    symbol: Symbol
    limit_minutes: float | None = None


def coverage_classes(limits: Sequence[float]) -> tuple[ResultClass, ...]:
    """Give the classes of walks to the nearest centre for limits in minutes, ascending.

    >>> [one.label.en for one in coverage_classes([5, 15])]
    ['Up to 5 min', '5-15 min', 'Over 15 min', 'Not reached']
    """
    reached = []
    for number, limit in enumerate(limits):
        below = limits[number - 1] if number else None
        label = (
            Text(f"{limit:g} 分钟以内", f"Up to {limit:g} min")
            if below is None
            else Text(f"{below:g}–{limit:g} 分钟", f"{below:g}-{limit:g} min")
        )
        reached.append(ResultClass(label, reach_colour(number, len(limits)), "circle", limit))
    last = limits[-1] if limits else 0.0
    return (
        *reached,
        ResultClass(Text(f"超过 {last:g} 分钟", f"Over {last:g} min"), BEYOND_COLOUR, "diamond"),
        ResultClass(Text("无法到达", "Not reached"), UNREACHED_COLOUR, "cross"),
    )


def reach_colour(number: int, count: int) -> str:
    """Give the blue of the limit with that number of so many, the nearest darkest."""
    if count <= 1:
        return _REACHED[1]
    return _REACHED[min(number, len(_REACHED) - 1)]


STAR_COLOURS: dict[int, str] = {
    0: "#6b7280",
    1: "#c98bb4",
    2: "#b5629c",
    3: "#9e3f84",
    4: "#822268",
    5: "#5f0a4a",
}
"""Colour of a centre by its stars, 0 for unrated; the number stands in the symbol."""

SERVICE_COLOURS: dict[str, str] = {"good": "#1b6e3c", "mending": "#9a5b00", "missing": "#a3211b"}
"""Colour of each state of the five services."""
