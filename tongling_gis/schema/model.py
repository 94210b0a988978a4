"""What a layer or record table is made of: columns with types, units, labels and links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["text", "integer", "number", "boolean", "date"]
Form: TypeAlias = Literal["", "quarter", "month"]
Shape: TypeAlias = Literal["Point", "LineString", "Polygon", ""]

_NO_NOTE = Text("", "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: Name in the code and in the store, with its unit where it has one.
        label: Heading that users read, and write in their Excel files.
        kind: Type of its values; missing values are allowed unless ``required``.
        unit: Unit as shown to users, "" where there is none.
        required: Whether a row without it is refused.
        choices: Allowed values -> labels; empty means any value.
        refers_to: Table whose key the value must be; "" where it links to nothing.
        minimum: Smallest number allowed.
        maximum: Largest number allowed.
        aliases: Other headings under which it is recognised on import.
        note: What to write in it, where label, unit and choices do not say it.
        form: What a text is, where it has a form: a quarter as 2025Q3, a month as 2026-03.
    """

    name: str
    label: Text
    kind: Kind = "text"
    unit: str = ""
    required: bool = False
    choices: Mapping[str, Text] = field(default_factory=dict)
    refers_to: str = ""
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()
    note: Text = _NO_NOTE
    form: Form = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One layer or record table; ``key`` names the column that tells rows apart."""

    name: str
    label: Text
    shape: Shape
    key: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Find one column by name.

        Raises:
            KeyError: If the table has none of that name.
        """
        for one in self.columns:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(one.name for one in self.columns)
