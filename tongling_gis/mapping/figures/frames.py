"""What every map carries: its window at one scale, a scale bar, an arrow to grid north."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tongling_gis.mapping.figures.sheet import INVENTED, INVENTED_COLOUR, open_map
from tongling_gis.mapping.figures.typesetting import INK, MM_PER_PT, width_mm
from tongling_gis.text import Text

if TYPE_CHECKING:
    from matplotlib.artist import Artist

    from tongling_gis.mapping.figures.sheet import Page

    Bounds: TypeAlias = tuple[float, float, float, float]

GROUND = "#f4f1ec"
_STEPS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)
_SMALLEST_M = 120.0
_MARGIN = 1.07
_KM = 1000


def open_window(page: Page, bounds: Bounds, *, invented: bool = False) -> None:
    """Open the map of a page on some bounds in metres, filling its room at one scale.

    Args:
        page: Without any picture yet.
        bounds: West, south, east, north; made larger where they are next to nothing.
        invented: Whether the map itself says that its data are invented.
    """
    frame = open_map(page)
    west, south, east, north = bounds
    wide_mm, high_mm = page.room.width, page.room.height
    scale = max((east - west) / wide_mm, (north - south) / high_mm, _SMALLEST_M / wide_mm) * _MARGIN
    x_m, y_m = (west + east) / 2, (south + north) / 2
    frame.set_xlim(x_m - scale * wide_mm / 2, x_m + scale * wide_mm / 2)
    frame.set_ylim(y_m - scale * high_mm / 2, y_m + scale * high_mm / 2)
    frame.set_xticks([])
    frame.set_yticks([])
    frame.set_facecolor(GROUND)
    _draw_scale_bar(page, scale)
    _draw_north_arrow(page)
    if invented:
        _draw_mark(page)


def _keep_clear(page: Page, *artists: Artist) -> None:
    renderer = page.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    page.taken.extend(one.get_window_extent(renderer) for one in artists)


def _draw_scale_bar(page: Page, m_per_mm: float) -> None:
    """Draw a scale bar of a round length in the map's lower left corner."""
    from matplotlib.patches import Rectangle

    frame, size_pt = page.frame, page.sheet.text_pt * 0.9
    west, south = frame.get_xlim()[0], frame.get_ylim()[0]
    most_m = page.room.width * m_per_mm / 4
    length_m = max((step for step in _STEPS_M if step <= most_m), default=most_m)
    words = f"{length_m / _KM:g} km" if length_m >= _KM else f"{length_m:g} m"
    word_mm, text_mm = width_mm(words, size_pt), size_pt * MM_PER_PT
    x, y, high = west + 5 * m_per_mm, south + 4.5 * m_per_mm, 1.4 * m_per_mm
    ground = Rectangle(
        (x - 2.5 * m_per_mm, y - 2.2 * m_per_mm),
        length_m + (4.0 + word_mm / 2) * m_per_mm,
        high + (3.6 + text_mm * 1.35) * m_per_mm,
        facecolor="white",
        alpha=0.85,
        edgecolor="none",
        zorder=49,
    )
    frame.add_patch(ground)
    for part, colour in ((0.0, INK), (0.5, "white")):
        half = Rectangle(
            (x + length_m * part, y),
            length_m / 2,
            high,
            facecolor=colour,
            edgecolor=INK,
            linewidth=0.6,
            zorder=50,
        )
        frame.add_patch(half)
    for at_m, said in ((0.0, "0"), (length_m, words)):
        frame.text(
            x + at_m,
            y + high + 0.8 * m_per_mm,
            said,
            ha="center",
            va="bottom",
            size=size_pt,
            zorder=50,
        )
    _keep_clear(page, ground)


def _draw_north_arrow(page: Page) -> None:
    """Draw an arrow to grid north in the map's upper right corner."""
    frame, size_pt = page.frame, page.sheet.text_pt
    words = Text("坐标北", "Grid north").in_lang(page.lang)
    x = 1 - (width_mm(words, size_pt) / 2 + 2.5) / page.room.width
    line = size_pt * MM_PER_PT * 1.4 / page.room.height
    top = 1 - 2.0 / page.room.height
    word = frame.text(
        x,
        top - line / 2,
        words,
        transform=frame.transAxes,
        ha="center",
        va="center",
        size=size_pt,
        zorder=50,
        bbox={"boxstyle": "round,pad=0.25", "fc": "white", "ec": "none", "alpha": 0.8},
    )
    arrow = frame.annotate(
        "",
        xy=(x, top - line * 1.2),
        xytext=(x, top - line * 4.2),
        xycoords="axes fraction",
        arrowprops={"arrowstyle": "-|>", "lw": 1.4, "color": INK, "mutation_scale": 12},
        zorder=50,
    )
    _keep_clear(page, word, arrow)


def _draw_mark(page: Page) -> None:
    mark = page.frame.text(
        1 - 2.5 / page.room.width,
        2.5 / page.room.height,
        INVENTED.in_lang(page.lang),
        transform=page.frame.transAxes,
        ha="right",
        va="bottom",
        size=page.sheet.text_pt,
        color=INVENTED_COLOUR,
        zorder=50,
        bbox={"boxstyle": "round,pad=0.3", "fc": "white", "ec": INVENTED_COLOUR, "lw": 0.6},
    )
    _keep_clear(page, mark)
