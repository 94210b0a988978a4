"""How numbers and results read where they are shown plainly: a terminal, a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tongling_gis.schema import UNITS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def show_number(value: float | None, unit: str) -> Text:
    """Write a number with its unit as people read it: shares as per cent, seconds as minutes.

    >>> show_number(0.8762, "share").en
    '87.6%'
    >>> show_number(455.0, "s").zh
    '7 分 35 秒'
    """
    if value is None:
        return Text("未知", "unknown")
    if unit == "share":
        return Text.same(f"{value:.1%}")
    if unit == "s":
        minutes, seconds = divmod(round(value), 60)
        return Text(f"{minutes} 分 {seconds} 秒", f"{minutes} min {seconds} s")
    digits = 0 if float(value).is_integer() else 1 if abs(value) >= 1 else 3
    plain = f"{value:,.{digits}f}"
    label = UNITS.get(unit, Text.same(unit))
    return Text(f"{plain} {label.zh}".rstrip(), f"{plain} {label.en}".rstrip())


def html_table(title: str, rows: Iterable[Sequence[object]], *, below: Iterable[str] = ()) -> str:
    """Write a small table for a notebook: a title, rows of cells, lines below; all escaped.

    >>> html_table("A & B", [("x", 1)])
    '<div><strong>A &amp; B</strong><table><tr><td>x</td><td>1</td></tr></table></div>'
    """
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    lines = "".join(f"<div><small>{escape(line)}</small></div>" for line in below)
    return f"<div><strong>{escape(title)}</strong><table>{cells}</table>{lines}</div>"
