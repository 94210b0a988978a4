"""Names on a map that neither overlap each other nor hide a symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

    from tongling_gis.mapping.figures.sheet import Page

_Place: TypeAlias = tuple[
    float, float, Literal["left", "center", "right"], Literal["bottom", "center", "top"]
]
_PLACES: tuple[_Place, ...] = (
    (0.0, 1.0, "center", "bottom"),
    (1.0, 0.0, "left", "center"),
    (-1.0, 0.0, "right", "center"),
    (0.0, -1.0, "center", "top"),
    (0.75, 0.75, "left", "bottom"),
    (-0.75, 0.75, "right", "bottom"),
    (0.75, -0.75, "left", "top"),
    (-0.75, -0.75, "right", "top"),
)
_HALO_PT = 1.8
_BADGE_PT = 1.6


class Label(NamedTuple):
    """A name at a place; those first in the list get their place first.

    Words with a ``badge`` stand in white on that colour.
    """

    x_m: float
    y_m: float
    words: str
    symbol_pt: float = 4.0
    badge: str = ""


def place_labels(page: Page, labels: Sequence[Label], *, size_pt: float) -> int:
    """Write names beside their symbols where there is room; the others are left out.

    Names keep clear of each other, of every label's symbol, and of what the page has taken.

    Returns:
        How many there was no room for.
    """
    frame = page.frame
    renderer = page.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    within = frame.get_window_extent(renderer)
    dots = page.figure.dpi / 72.0
    keep_clear_of(page, labels)
    left_out = 0
    for one in labels:
        text = _write(frame, one, size_pt)
        x, y = frame.transData.transform((one.x_m, one.y_m))
        reach = (one.symbol_pt / 2 + 1.2) * dots
        size = text.get_window_extent(renderer).padded(_BADGE_PT * dots if one.badge else 0.0)
        for right, up, across, along in _PLACES:
            box = _beside(x + right * reach, y + up * reach, size, across, along)
            if not (within.x0 < box.x0 and box.x1 < within.x1):
                continue
            if not (within.y0 < box.y0 and box.y1 < within.y1):
                continue
            if any(box.overlaps(other) for other in page.taken):
                continue
            middle = (box.x0 + box.width / 2, box.y0 + box.height / 2)
            at = frame.transData.inverted().transform(middle)
            text.set(position=tuple(at), ha="center", va="center")
            page.taken.append(box)
            break
        else:
            text.remove()
            left_out += 1
    return left_out


def keep_clear_of(page: Page, labels: Sequence[Label]) -> None:
    """Keep names that are placed from now on off the symbols of some labels."""
    dots = page.figure.dpi / 72.0
    page.taken.extend(_box_of(page.frame, one, dots) for one in labels)


def _write(frame: Axes, label: Label, size_pt: float) -> Text:
    from matplotlib.patheffects import withStroke

    if not label.badge:
        halo = [withStroke(linewidth=_HALO_PT, foreground="white")]
        return frame.text(0, 0, label.words, size=size_pt, zorder=40, path_effects=halo)
    pad = _BADGE_PT / size_pt
    ground = {"boxstyle": f"round,pad={pad:.3f}", "fc": label.badge, "ec": "white", "lw": 0.5}
    return frame.text(0, 0, label.words, size=size_pt, zorder=41, color="white", bbox=ground)


def _beside(x: float, y: float, size: Bbox, across: str, along: str) -> Bbox:
    """Give the box of words of a size that are anchored at a place, in the canvas's dots."""
    from matplotlib.transforms import Bbox

    left = x - size.width * {"left": 0.0, "center": 0.5, "right": 1.0}[across]
    low = y - size.height * {"bottom": 0.0, "center": 0.5, "top": 1.0}[along]
    return Bbox.from_bounds(left, low, size.width, size.height)


def _box_of(frame: Axes, label: Label, dots: float) -> Bbox:
    """Give the box of a label's symbol, in the canvas's dots."""
    from matplotlib.transforms import Bbox

    x, y = frame.transData.transform((label.x_m, label.y_m))
    half = label.symbol_pt / 2 * dots
    return Bbox.from_extents(x - half, y - half, x + half, y + half)
