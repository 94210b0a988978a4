"""What was brought into a project: from which files, by whom, how old, with what report."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from tongling_gis.text import Text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    import pandas as pd

_NOBODY = Text("", "")
TABLE = "imports"
CREATE = f"""
CREATE TABLE {TABLE} (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, time TEXT NOT NULL, file TEXT NOT NULL,
  sha256 TEXT NOT NULL, layers TEXT NOT NULL, replaced BOOLEAN NOT NULL, report TEXT NOT NULL,
  source_zh TEXT NOT NULL, source_en TEXT NOT NULL, data_date TEXT NOT NULL,
  invented BOOLEAN NOT NULL);
"""
LABELS = {
    "time": "导入时间",
    "file": "文件",
    "sha256": "文件指纹(SHA-256)",
    "layers": "图层",
    "replaced": "替换原有数据",
    "report": "导入报告(JSON)",
    "source_zh": "数据来源",
    "source_en": "数据来源(英文)",
    "data_date": "数据日期",
    "invented": "示例数据",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where written tables come from.

    Attributes:
        file: Name of the file or service.
        fingerprint: SHA-256 of what was read, "" where there is none.
        report: The import's report as JSON values, "counts" among them.
        source: Whom the data are by, as maps must say; empty where nobody asks for it.
        data_date: Date of the data (ISO), "" where it is unknown.
        invented: True for invented sample data.
    """

    file: str
    fingerprint: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)
    source: Text = _NOBODY
    data_date: str = ""
    invented: bool = False


class Report(Protocol):
    """What an importer says of what it read."""

    @property
    def source(self) -> str:
        """Name of the file or service."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what was read."""

    def to_json(self) -> Mapping[str, Any]:
        """Give the report as JSON values."""


class Imported(Protocol):
    """What every importer returns."""

    @property
    def layers(self) -> Mapping[str, pd.DataFrame]:
        """Schema name -> rows."""

    @property
    def report(self) -> Report:
        """What was read, kept, repaired and refused."""

    @property
    def source(self) -> Text:
        """Whom the data are by."""

    @property
    def data_date(self) -> str:
        """Date of the data (ISO), "" where it is unknown."""

    @property
    def invented(self) -> bool:
        """Whether they are invented."""


def origin_of(imported: Imported) -> Origin:
    """Take from an import what the project remembers of it."""
    report = imported.report
    return Origin(
        report.source,
        report.fingerprint,
        report.to_json(),
        imported.source,
        imported.data_date,
        imported.invented,
    )


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import as the project remembers it; newest last in a list of them."""

    time: str
    layers: tuple[str, ...]
    replaced: bool
    origin: Origin


def now() -> str:
    """Tell the time of day in UTC as ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def record(
    connection: sqlite3.Connection, origin: Origin, layers: Iterable[str], *, replaced: bool
) -> None:
    """Remember one import."""
    connection.execute(
        f"INSERT INTO {TABLE} (time, file, sha256, layers, replaced, report, source_zh,"
        " source_en, data_date, invented) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            now(),
            origin.file,
            origin.fingerprint,
            json.dumps(list(layers), ensure_ascii=False),
            replaced,
            json.dumps(dict(origin.report), ensure_ascii=False),
            origin.source.zh,
            origin.source.en,
            origin.data_date,
            origin.invented,
        ),
    )


def read_records(connection: sqlite3.Connection) -> list[ImportRecord]:
    """Read every import, oldest first."""
    found = connection.execute(
        "SELECT time, layers, replaced, file, sha256, report, source_zh, source_en, data_date,"
        f" invented FROM {TABLE} ORDER BY id"
    )
    return [
        ImportRecord(
            time,
            tuple(json.loads(layers)),
            bool(replaced),
            Origin(file, sha256, json.loads(report), Text(zh, en), data_date, bool(invented)),
        )
        for time, layers, replaced, file, sha256, report, zh, en, data_date, invented in found
    ]


def still_there(records: list[ImportRecord]) -> list[tuple[ImportRecord, set[str]]]:
    """Pair each import with those of its layers that no later import replaced; drop the rest."""
    alive: list[tuple[ImportRecord, set[str]]] = []
    replaced_later: set[str] = set()
    for one in reversed(records):
        left = set(one.layers) - replaced_later
        if left:
            alive.append((one, left))
        if one.replaced:
            replaced_later.update(one.layers)
    return alive[::-1]
