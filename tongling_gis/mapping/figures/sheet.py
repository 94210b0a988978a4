"""The sheet of a figure: title, lead, picture, key, and what it depends on, laid out in mm.

The picture takes what the words leave: words are measured and broken into lines first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from tongling_gis.mapping.figures.keys import (
    GAP_MM,
    KeyEntry,
    columns_for,
    draw_key,
    key_height_mm,
    put,
)
from tongling_gis.mapping.figures.typesetting import (
    INK,
    MM_PER_PT,
    QUIET,
    new_figure,
    width_mm,
    wrap,
)
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tongling_gis.text import Lang

SheetName: TypeAlias = Literal["A4", "A4-portrait", "A3", "A3-portrait", "slide"]
KeyPlace: TypeAlias = Literal["right", "below", "none"]

INVENTED = Text("示例数据（虚构）", "Invented sample data")
INVENTED_COLOUR = "#a3211b"
_KEY_WIDTH_PT = 62.0 / 8.0
_KEY_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper or a slide: its size in millimetres, and its largest type in points."""

    width_mm: float
    height_mm: float
    title_pt: float = 15.0
    text_pt: float = 8.0
    margin_mm: float = 8.0


SHEETS: dict[str, Sheet] = {
    "A4": Sheet(297, 210),
    "A4-portrait": Sheet(210, 297),
    "A3": Sheet(420, 297, 20.0, 10.0),
    "A3-portrait": Sheet(297, 420, 20.0, 10.0),
    "slide": Sheet(338.7, 190.5, 20.0, 10.5),
}
"""Every sheet by name; a slide is 13.33 x 7.5 inches, 16:9."""


@dataclass(frozen=True, slots=True)
class SheetText:
    """The words on a sheet; what is empty takes no room.

    Attributes:
        title: What is shown.
        lead: One sentence with the result's numbers.
        key: The key, from top to bottom.
        foot: What the figure depends on: stamp, sources, CRS, day.
        invented: Whether the data are invented, which a mark says beside the title.
    """

    title: Text | None = None
    lead: Text | None = None
    key: Sequence[KeyEntry] = ()
    foot: Sequence[Text] = ()
    invented: bool = False


class Box(NamedTuple):
    """A part of the sheet, in millimetres from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.bottom + self.height


@dataclass(frozen=True, eq=False)
class Page:
    """A sheet that is being drawn on.

    Attributes:
        figure: The whole.
        sheet: Its size and type.
        lang: Language of its words.
        room: What is left for the picture.
        taken: Boxes in the canvas's dots that names on a map keep clear of.
    """

    figure: Figure
    sheet: Sheet
    lang: Lang
    room: Box
    taken: list[Any] = field(default_factory=list)

    @property
    def frame(self) -> Axes:
        """The axes of the map."""
        return self.figure.axes[0]

    def share(self, box: Box) -> tuple[float, float, float, float]:
        """Give a box as shares of the sheet's width and height."""
        wide, high = self.sheet.width_mm, self.sheet.height_mm
        return box.left / wide, box.bottom / high, box.width / wide, box.height / high


def open_page(
    sheet: Sheet, words: SheetText, lang: Lang, *, key_at: KeyPlace | None = None
) -> Page:
    """Lay out a sheet with its words, ready for a picture in its room.

    Args:
        sheet: Its size and type.
        words: What stands on it.
        lang: Language of the words.
        key_at: Where the key stands; None for beside the picture on a wide sheet, and below it
            on another.
    """
    figure = new_figure(sheet.width_mm, sheet.height_mm)
    margin_mm = sheet.margin_mm
    inside = Box(
        margin_mm, margin_mm, sheet.width_mm - 2 * margin_mm, sheet.height_mm - 2 * margin_mm
    )
    page = Page(figure, sheet, lang, inside)
    head_mm = _write_head(page, words, inside)
    foot_mm = _write_foot(page, words, inside)
    room = Box(
        inside.left, inside.bottom + foot_mm, inside.width, inside.height - head_mm - foot_mm
    )
    place = key_at or ("right" if sheet.width_mm > sheet.height_mm else "below")
    if words.key and place != "none":
        room = _write_key(page, words.key, room, place)
    return Page(figure, sheet, lang, room)


def open_map(page: Page) -> Axes:
    """Give the page one frame that fills its room."""
    return page.figure.add_axes(page.share(page.room))


def _line_mm(size_pt: float) -> float:
    return size_pt * MM_PER_PT * 1.4


def _write_head(page: Page, words: SheetText, inside: Box) -> float:
    """Write title and lead; give the height they take."""
    sheet, lang = page.sheet, page.lang
    mark = INVENTED.in_lang(lang)
    mark_pt = sheet.text_pt * 1.2
    room_mm = inside.width
    if words.invented and words.title:
        room_mm -= width_mm(mark, mark_pt) + 4 * MM_PER_PT * mark_pt
        _write_mark(page, mark, mark_pt, inside)
    y_mm = inside.top
    for said, size_pt, colour, wide_mm in (
        (words.title, sheet.title_pt, INK, room_mm),
        (words.lead, sheet.text_pt * 1.1, QUIET, inside.width),
    ):
        for line in wrap(said.in_lang(lang), size_pt, wide_mm) if said else ():
            step_mm = _line_mm(size_pt)
            put(page, line, inside.left, y_mm - step_mm / 2, size_pt=size_pt, colour=colour)
            y_mm -= step_mm
        y_mm -= 0.8 if said else 0.0
    return inside.top - y_mm + (1.5 if words.title else 0.0)


def _write_mark(page: Page, mark: str, size_pt: float, inside: Box) -> None:
    page.figure.text(
        (inside.left + inside.width - 0.5 * MM_PER_PT * size_pt) / page.sheet.width_mm,
        (inside.top - _line_mm(page.sheet.title_pt) / 2) / page.sheet.height_mm,
        mark,
        size=size_pt,
        va="center",
        ha="right",
        color=INVENTED_COLOUR,
        bbox={"boxstyle": "round,pad=0.35", "fc": "white", "ec": INVENTED_COLOUR, "lw": 0.8},
    )


def _write_foot(page: Page, words: SheetText, inside: Box) -> float:
    """Write what the figure depends on; give the height it takes."""
    size_pt = page.sheet.text_pt * 0.85
    lines = [
        line for said in words.foot for line in wrap(said.in_lang(page.lang), size_pt, inside.width)
    ]
    step_mm = _line_mm(size_pt)
    for number, line in enumerate(reversed(lines)):
        y_mm = inside.bottom + step_mm * (number + 0.5)
        put(page, line, inside.left, y_mm, size_pt=size_pt, colour=QUIET)
    return len(lines) * step_mm + (GAP_MM / 2 if lines else 0.0)


def _write_key(page: Page, key: Sequence[KeyEntry], room: Box, place: KeyPlace) -> Box:
    """Write the key; give the room that is left."""
    size_pt = page.sheet.text_pt
    wide_mm = _KEY_WIDTH_PT * size_pt
    if place == "right":
        wide_mm = min(wide_mm, room.width * _KEY_MOST)
        column = Box(room.left + room.width - wide_mm, room.bottom, wide_mm, room.height)
        draw_key(page, key, column, columns=1)
        return Box(room.left, room.bottom, room.width - wide_mm - GAP_MM, room.height)
    columns = columns_for(key, page, room.width)
    high_mm = min(key_height_mm(key, page, room.width, columns=columns), room.height * _KEY_MOST)
    draw_key(page, key, Box(room.left, room.bottom, room.width, high_mm), columns=columns)
    return Box(
        room.left,
        room.bottom + high_mm + GAP_MM / 2,
        room.width,
        room.height - high_mm - GAP_MM / 2,
    )
