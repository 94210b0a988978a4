"""Homes on a map: dots in the colour of what becomes of them, and what they count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.mapping.figures.keys import MARKERS, KeyEntry
from tongling_gis.mapping.figures.typesetting import MM_PER_PT
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.sheet import Page
    from tongling_gis.mapping.layers import Symbol

Counted: TypeAlias = Literal["residents", "buildings"]

_SMALLEST_PT, _LARGEST_PT = 2.0, 6.5
_SPREAD = 1.5
_MOST_DRAWN = 20_000
_HEADINGS: dict[Counted, Text] = {
    "residents": Text("居民", "Residents"),
    "buildings": Text("居民点（人数未知）", "Homes (residents unknown)"),
}


class HomeLook(NamedTuple):
    """How homes of one state look."""

    label: Text
    colour: str
    symbol: Symbol = "circle"


def counted_in(result: Assessment) -> Counted:
    """Say whether a result counts residents or, where they are not known, buildings."""
    return "buildings" if result.parameters.get("counted") == "buildings" else "residents"


def say_counted(result: Assessment, count: float) -> Text:
    """Write so many people, or homes where a result counts buildings.

    >>> from tongling_gis.assessment import Assessment, Provenance
    >>> said = Text("", "")
    >>> town = Assessment("coverage", "", {"counted": "buildings"}, {}, (), Provenance("1"), said)
    >>> say_counted(town, 1200).en
    '1,200 homes'
    """
    if counted_in(result) == "buildings":
        return Text(f"{count:,.0f} 处居民点", f"{count:,.0f} homes")
    return Text(f"{count:,.0f} 人", f"{count:,.0f} people")


def count_of(result: Assessment, what: str, *, limit_minutes: float | None = None) -> float | None:
    """Find how many residents or buildings something holds for; None where it is not known."""
    return value_of(result, f"{counted_in(result)}_{what}", limit_minutes=limit_minutes)


def value_of(result: Assessment, name: str, *, limit_minutes: float | None = None) -> float | None:
    """Find a number of everybody, of the first limit where none is named; None for unknown."""
    for one in result.indicators:
        if (one.name, one.group) == (name, "") and limit_minutes in {None, one.limit_minutes}:
            return one.value
    return None


def home_key(
    result: Assessment, looks: Sequence[HomeLook], states: NDArray[np.int64]
) -> list[KeyEntry]:
    """List the states that homes are in, those that do not occur left out."""
    there = set(states.tolist())
    return [
        KeyEntry(_HEADINGS[counted_in(result)]),
        *(
            KeyEntry(one.label, one.symbol, fill=one.colour)
            for number, one in enumerate(looks)
            if number in there
        ),
    ]


def draw_homes(
    page: Page, homes: gpd.GeoDataFrame, looks: Sequence[HomeLook], states: NDArray[np.int64]
) -> None:
    """Draw homes by their state, the later states on top.

    Many of them are drawn as a picture in SVG and PDF, which open quickly then.

    Args:
        page: With its map open.
        homes: Points.
        looks: How each state looks.
        states: Number of the look of each home.
    """
    points = homes.geometry.representative_point()
    x_m, y_m = points.x.to_numpy(), points.y.to_numpy()
    size_pt = _size_pt(x_m, y_m, page)
    for number, one in enumerate(looks):
        chosen = states == number
        if not chosen.any():
            continue
        larger = 1.0 if one.symbol == "circle" else 1.35
        page.frame.scatter(
            x_m[chosen],
            y_m[chosen],
            s=(size_pt * larger) ** 2,
            c=one.colour,
            marker=MARKERS[one.symbol],
            linewidths=0.3 if size_pt >= _LARGEST_PT / 2 else 0.0,
            edgecolors="white",
            zorder=10 + number * 0.1,
            rasterized=len(homes) > _MOST_DRAWN,
        )


def _size_pt(x_m: NDArray[np.float64], y_m: NDArray[np.float64], page: Page) -> float:
    """Give the size of dots on paper: as far as homes stand apart, within what can be seen."""
    from scipy.spatial import KDTree

    west, east = page.frame.get_xlim()
    south, north = page.frame.get_ylim()
    seen = (x_m >= west) & (x_m <= east) & (y_m >= south) & (y_m <= north)
    places = np.unique(np.column_stack([x_m[seen], y_m[seen]]), axis=0)
    if len(places) < 2:  # noqa: PLR2004 - nothing stands apart
        return _LARGEST_PT
    apart_m = float(np.median(np.asarray(KDTree(places).query(places, k=[2])[0])))
    m_per_pt = (east - west) / page.room.width * MM_PER_PT
    return float(np.clip(_SPREAD * apart_m / m_per_pt, _SMALLEST_PT, _LARGEST_PT))
