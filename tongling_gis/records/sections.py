"""One table of figures, with the words of its headings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from tongling_gis.text import Lang, Text


@dataclass(frozen=True, eq=False)
class Section:
    """One table that follows from records.

    Attributes:
        name: Its name for machines.
        title: Its name for readers.
        headings: Column -> heading; the columns in their order.
        rows: The figures, one column a heading; missing values are unknown.
    """

    name: str
    title: Text
    headings: Mapping[str, Text]
    rows: pd.DataFrame

    def table(self, lang: Lang) -> tuple[list[str], list[list[Any]]]:
        """Give headings and rows as plain values; texts in one language, None for unknown."""
        titles = [heading.in_lang(lang) for heading in self.headings.values()]
        columns = [[_plain(value, lang) for value in self.rows[name]] for name in self.headings]
        return titles, [list(row) for row in zip(*columns, strict=True)]

    def to_json(self) -> dict[str, Any]:
        """Give the table as JSON values."""
        return {
            "name": self.name,
            "zh": self.title.zh,
            "en": self.title.en,
            "columns": list(self.headings),
            "rows": [dict(zip(self.headings, row, strict=True)) for row in self.table("zh")[1]],
        }


def each(rows: pd.DataFrame | None) -> list[Any]:
    """List rows as named tuples; none where there is no table."""
    return [] if rows is None else list(rows.itertuples(index=False))


def _plain(value: Any, lang: Lang) -> Any:  # noqa: ANN401 - any value of a table
    import pandas as pd

    if hasattr(value, "in_lang"):
        return value.in_lang(lang)
    if value is None or pd.isna(value):
        return None
    plain = value.item() if hasattr(value, "item") else value
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain
