"""What every import ends with: rows read, kept, repaired and refused, each with its reason."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tongling_gis.errors import MissingFileError
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    import pandas as pd

    from tongling_gis.text import Lang

Action: TypeAlias = Literal["repaired", "refused"]

_ACTIONS: dict[Action, Text] = {
    "repaired": Text("已修复", "repaired"),
    "refused": Text("已拒绝", "refused"),
}
_NUMBERED_ROW = re.compile(r"第 (\d+) 行")
_COUNTS = Text(
    "{layer}：读入 {read} 行，保留 {kept} 行，其中修复 {repaired} 行，拒绝 {refused} 行",
    "{layer}: {read} rows read, {kept} kept, {repaired} of them repaired, {refused} refused",
)


@dataclass(frozen=True, slots=True)
class RowNote:
    """What happened to one row that could not be taken as it was.

    Attributes:
        layer: Name of the layer or record table.
        row: How a user finds the row: "第 12 行", "way 4711".
        column: The column at fault; "" where it is the row or its shape.
        reason: Why, and what was done.
        action: "repaired": the row is kept; "refused": it is not.
    """

    layer: str
    row: str
    column: str
    reason: Text
    action: Action

    def line(self) -> Text:
        """Say it in one line."""
        column = (
            Text(f"，{self.column} 列", f", column {self.column}") if self.column else Text("", "")
        )
        return Text(
            "{layer}，{row}{column}，{action}：{reason}",
            "{layer}, {row}{column}, {action}: {reason}",
        ).fill(
            layer=label_of(self.layer),
            row=say_row(self.row),
            column=column,
            action=_ACTIONS[self.action],
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True)
class LayerCount:
    """How a layer's rows fared: ``read == kept + refused``, and ``repaired`` are among the kept."""

    read: int
    kept: int
    repaired: int = 0
    refused: int = 0


@dataclass(frozen=True)
class ImportReport:
    """How an import went.

    Attributes:
        source: Name of the file, or the address it was fetched from.
        fingerprint: SHA-256 of what was read, in hexadecimal.
        counts: Layer -> how its rows fared.
        notes: One for every row repaired or refused.
        warnings: What concerns the file as a whole.
        declared_crs: The coordinate system that the coordinates were taken to be in.
        encoding: The encoding its text was read in, "" where the format fixes it.
    """

    source: str
    fingerprint: str
    counts: Mapping[str, LayerCount] = field(default_factory=dict)
    notes: tuple[RowNote, ...] = ()
    warnings: tuple[Text, ...] = ()
    declared_crs: str = ""
    encoding: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give the report as plain lists, dicts and strings."""
        return asdict(self)

    def lines(self, lang: Lang) -> list[str]:
        """Say it line by line: the counts, then the warnings, then every row's note."""
        counts = [
            _COUNTS.fill(layer=label_of(layer), **asdict(count))
            for layer, count in self.counts.items()
        ]
        texts = [*counts, *self.warnings, *(note.line() for note in self.notes)]
        return [text.in_lang(lang) for text in texts]


@dataclass(frozen=True, eq=False)
class Imported:
    """What a reader returns.

    Attributes:
        layers: Layer or record table -> its rows, columns as ``schema`` names them, EPSG:4326.
        report: How every row fared.
        source: Whom the data are by, as maps must say; empty where nobody must be named.
        data_date: Date of the newest of the data (ISO), "" where it is unknown.
        invented: Whether the file calls itself invented sample data.
    """

    layers: Mapping[str, pd.DataFrame]
    report: ImportReport
    source: Text = field(default_factory=lambda: Text("", ""))
    data_date: str = ""
    invented: bool = False


def say_row(row: str) -> Text:
    """Say a row's name in both languages; rows of tables are named by their number.

    >>> say_row("第 12 行").en, say_row("way/4711").en
    ('row 12', 'way/4711')
    """
    return Text(row, _NUMBERED_ROW.sub(r"row \1", row))


def label_of(layer: str) -> Text:
    """Say a layer's or record table's name as users read it."""
    return TABLES[layer].label if layer in TABLES else Text.same(layer)


def count_rows(kept: int, notes: Iterable[RowNote]) -> LayerCount:
    """Count one layer's rows from how many were kept and its notes; each row counts once.

    >>> note = RowNote("streets", "way 1", "", Text("缺节点", "a node is missing"), "refused")
    >>> count_rows(3, [note, note])
    LayerCount(read=4, kept=3, repaired=0, refused=1)
    """
    rows: dict[Action, set[str]] = {"repaired": set(), "refused": set()}
    for note in notes:
        rows[note.action].add(note.row)
    refused = len(rows["refused"])
    return LayerCount(kept + refused, kept, len(rows["repaired"] - rows["refused"]), refused)


def fingerprint_file(path: str | PathLike[str]) -> str:
    """Compute a file's SHA-256.

    Raises:
        MissingFileError: If it is not there or cannot be opened.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - takes any path-like
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MissingFileError(
            Text(
                f"打不开文件“{path}”：请检查路径和权限。",
                f"Cannot open {str(path)!r}: check the path and its permissions.",
            )
        ) from error
