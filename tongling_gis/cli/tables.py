"""Tables on the command line, in columns that line up though Chinese letters are twice as wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.records import Section
    from tongling_gis.text import Lang

_EMPTY = Text("  （无）", "  (none)")
_MORE = Text("  ……另有 {count} 行", "  ... {count} more rows")
_WIDEST = 30


def lay_out(section: Section, lang: Lang, *, rows: int) -> list[str]:
    """Lay out a table: headings, at most so many rows, and how many more there are."""
    headings, table = section.table(lang)
    if not table:
        return [_EMPTY.in_lang(lang)]
    shown = [[_word(value) for value in row] for row in table[:rows]]
    numeric = [
        all(isinstance(row[at], int | float) or row[at] is None for row in table)
        for at in range(len(headings))
    ]
    lines = [headings, *shown]
    widths = [max(_width(line[at]) for line in lines) for at in range(len(headings))]
    printed = [
        "  "
        + "  ".join(
            _pad(word, width, right=right)
            for word, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    ]
    if len(table) > rows:
        printed.append(_MORE.fill(count=len(table) - rows).in_lang(lang))
    return printed


def _word(value: Any) -> str:  # noqa: ANN401 - a value of a table
    if value is None:
        return "—"
    text = f"{value:,}" if isinstance(value, int | float) else str(value).replace("\n", " ")
    while _width(text) > _WIDEST:
        text = text.removesuffix("…")[:-1] + "…"
    return text


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _pad(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if right else text + blanks
