"""The key of a map: symbols and what they stand for, in one column or several."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from tongling_gis.mapping.figures.typesetting import INK, MM_PER_PT, QUIET, width_mm, wrap
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongling_gis.mapping.figures.sheet import Box, Page
    from tongling_gis.mapping.layers import Symbol
    from tongling_gis.text import Lang

GAP_MM = 5.0
_SYMBOL_MM = 8.0
_LINE = 1.32
_BETWEEN = 0.42
_MOST_IN_GROUP = 7
_WIDEST_PT = 7.5  # mm of a column for each point of type

MARKERS: dict[str, str] = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle": "^",
    "cross": "X",
    "ring": "o",
    "star": "*",
    "area": "s",
    "line": "_",
}
"""matplotlib's marker of each symbol."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One line of the key: a symbol and what it stands for; a heading has no symbol.

    ``mark`` is written in the symbol, such as a number.
    """

    label: Text
    symbol: Symbol | None = None
    fill: str = ""
    stroke: str = ""
    dash: bool = False
    mark: str = ""


class _Row(NamedTuple):
    entry: KeyEntry
    lines: list[str]
    height_mm: float


def columns_for(key: Sequence[KeyEntry], page: Page, wide_mm: float) -> int:
    """Choose into how many columns a key goes where it has a width: as many as its words allow."""
    size_pt = page.sheet.text_pt
    widest_mm = max(
        width_mm(entry.label.in_lang(page.lang), size_pt) + (_SYMBOL_MM if entry.symbol else 0.0)
        for entry in key
    )
    own_mm = min(widest_mm, _WIDEST_PT * size_pt)
    return max(int((wide_mm + GAP_MM) // (own_mm + GAP_MM)), 1)


def key_height_mm(key: Sequence[KeyEntry], page: Page, wide_mm: float, *, columns: int) -> float:
    """Measure how high a key stands in columns of a width together."""
    rows = _rows(key, page, _column_mm(wide_mm, columns))
    heights = [sum(row.height_mm for row in one) for one in _share_out(rows, columns)]
    return max(heights, default=0.0)


def draw_key(page: Page, key: Sequence[KeyEntry], box: Box, *, columns: int) -> None:
    """Draw a key in a box from its top; what has no room is counted in a last line."""
    column_mm = _column_mm(box.width, columns)
    size_pt = page.sheet.text_pt
    for number, own in enumerate(_share_out(_rows(key, page, column_mm), columns)):
        left_mm = box.left + number * (column_mm + GAP_MM)
        y_mm = box.top
        shown = _fitting(own, box.height, _LINE * size_pt * MM_PER_PT)
        for row in shown:
            _draw_row(page, row, left_mm, y_mm)
            y_mm -= row.height_mm
        if len(shown) < len(own):
            more = _more(len(own) - len(shown), page.lang)
            put(page, more, left_mm, y_mm - size_pt * MM_PER_PT, size_pt=size_pt, colour=QUIET)


def _fitting(rows: list[_Row], room_mm: float, line_mm: float) -> list[_Row]:
    """Take as many rows as there is room for, with a line that counts the others."""
    if sum(row.height_mm for row in rows) <= room_mm + 0.1:
        return rows
    heights = accumulate(row.height_mm for row in rows)
    return [row for row, upto in zip(rows, heights, strict=True) if upto + line_mm <= room_mm]


def _more(count: int, lang: Lang) -> str:
    return Text(f"……另有 {count} 项", f"... and {count} more").in_lang(lang)


def _column_mm(wide_mm: float, columns: int) -> float:
    return (wide_mm - (columns - 1) * GAP_MM) / columns


def _rows(key: Sequence[KeyEntry], page: Page, column_mm: float) -> list[_Row]:
    """Break the words of each entry into lines, and measure it."""
    size_pt = page.sheet.text_pt
    rows: list[_Row] = []
    for entry in key:
        heading = entry.symbol is None
        room_mm = column_mm - (0.0 if heading else _SYMBOL_MM)
        lines = wrap(entry.label.in_lang(page.lang), size_pt * (1.1 if heading else 1.0), room_mm)
        more = 0.35 if heading and rows else 0.0
        height = (len(lines) * _LINE + _BETWEEN + more) * size_pt * MM_PER_PT
        rows.append(_Row(entry, lines, height))
    return rows


def _share_out(rows: Sequence[_Row], columns: int) -> list[list[_Row]]:
    """Share rows out to columns: a column for each heading, or else as low as can be.

    A heading never ends a column.
    """
    if columns == 1:
        return [list(rows)]
    groups = _groups(rows)
    if len(groups) <= columns and max(map(len, groups), default=0) <= _MOST_IN_GROUP:
        return groups
    most_mm = max(sum(row.height_mm for row in rows) / columns, *(row.height_mm for row in rows))
    while len(shared := _fill(rows, most_mm)) > columns:
        most_mm += 1.0
    return shared


def _groups(rows: Sequence[_Row]) -> list[list[_Row]]:
    groups: list[list[_Row]] = []
    for row in rows:
        if row.entry.symbol is None or not groups:
            groups.append([])
        groups[-1].append(row)
    return groups


def _fill(rows: Sequence[_Row], most_mm: float) -> list[list[_Row]]:
    shared: list[list[_Row]] = [[]]
    for row in rows:
        own = shared[-1]
        if own and sum(one.height_mm for one in own) + row.height_mm > most_mm + 1e-6:
            headings = [one for one in own[-1:] if one.entry.symbol is None]
            if headings:
                own.pop()
            shared.append(headings)
        shared[-1].append(row)
    return [one for one in shared if one]


def _draw_row(page: Page, row: _Row, left_mm: float, top_mm: float) -> None:
    heading = row.entry.symbol is None
    size_pt = page.sheet.text_pt
    step_mm = _LINE * size_pt * MM_PER_PT
    block_mm = step_mm * len(row.lines)
    first_mm = top_mm - (row.height_mm - block_mm) * (0.7 if heading else 0.5) - step_mm / 2
    if not heading:
        _draw_symbol(page, row.entry, left_mm + 3.0, first_mm)
    for number, line in enumerate(row.lines):
        x_mm = left_mm + (0.0 if heading else _SYMBOL_MM)
        own_pt = size_pt * (1.1 if heading else 1.0)
        put(page, line, x_mm, first_mm - number * step_mm, size_pt=own_pt)


def put(
    page: Page, words: str, x_mm: float, y_mm: float, *, size_pt: float, colour: str = INK
) -> None:
    """Write one line, its left end and middle at a place on the sheet."""
    page.figure.text(
        x_mm / page.sheet.width_mm,
        y_mm / page.sheet.height_mm,
        words,
        size=size_pt,
        va="center",
        ha="left",
        color=colour,
    )


def _draw_symbol(page: Page, entry: KeyEntry, x_mm: float, y_mm: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    wide, high = page.sheet.width_mm, page.sheet.height_mm
    x, y = x_mm / wide, y_mm / high
    style = (0, (3, 1.6)) if entry.dash else "solid"
    scale = page.sheet.text_pt / 8.0
    if entry.symbol == "area":
        width, height = 5.6 / wide, 2.8 * scale / high
        patch = Rectangle(
            (x - width / 2, y - height / 2),
            width,
            height,
            facecolor=entry.fill or "none",
            edgecolor=entry.stroke or entry.fill or QUIET,
            linewidth=0.9,
            linestyle=style,
            transform=page.figure.transFigure,
        )
        page.figure.add_artist(patch)
        return
    if entry.symbol == "line":
        half = 2.8 / wide
        line = Line2D([x - half, x + half], [y, y], color=entry.stroke, lw=1.6, ls=style)
    else:
        line = Line2D(
            [x],
            [y],
            marker=MARKERS[entry.symbol or "circle"],
            markersize=(9.0 if entry.mark else 5.5) * scale,
            markerfacecolor=entry.fill or "none",
            markeredgecolor=entry.stroke or entry.fill,
            markeredgewidth=0.8,
            ls="none",
        )
    line.set_transform(page.figure.transFigure)
    page.figure.add_artist(line)
    if entry.mark:
        page.figure.text(
            x, y, entry.mark, size=5.8 * scale, color="white", ha="center", va="center_baseline"
        )
