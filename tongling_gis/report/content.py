"""What a report is made of, apart from how it is written: headings, text, tables, pictures.

A report is put together once and written as Word or as HTML; both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, 1 the highest below the title."""

    words: Text
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text."""

    words: Text


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short sentences."""

    items: Sequence[Text]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption, numbered in the report.

    Attributes:
        caption: What it shows.
        heads: Headings of the columns.
        rows: Cells as they read; numbers already written with their unit.
        widths: Relative widths of the columns; () for even ones.
        numeric: Places of columns whose cells are numbers and stand to the right.
    """

    caption: Text
    heads: Sequence[Text]
    rows: Sequence[Sequence[Text]]
    widths: Sequence[float] = ()
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with a caption, numbered in the report.

    Attributes:
        caption: What it shows.
        png: The picture.
        width_share: Its width as a share of the text's.
    """

    caption: Text
    png: bytes
    width_share: float = 1.0


@dataclass(frozen=True, slots=True)
class PageTurn:
    """The blocks that follow stand on pages of their own, landscape for wide tables or upright."""

    landscape: bool


Block: TypeAlias = Heading | Paragraph | Bullets | Table | Picture | PageTurn


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Attributes:
        title: Its title.
        facts: (label, value) rows below the title: project, date, who made it.
        blocks: What it says.
        foot: One line at the foot of each page.
        invented: Whether its data are invented, which it says on its first page and each foot.
        contents: Whether it begins with a table of contents.
    """

    title: Text
    facts: Sequence[tuple[Text, Text]]
    blocks: Sequence[Block]
    foot: Text
    invented: bool = False
    contents: bool = False


INVENTED = Text(
    "本报告使用虚构的示例数据，不代表任何真实地点。",
    "This report is on invented sample data, and of no real place.",
)
CONTENTS = Text("目录", "Contents")
TABLE_LABEL = Text("表", "Table")
PICTURE_LABEL = Text("图", "Figure")
