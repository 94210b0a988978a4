"""Changes to a project's file that are kept together or not at all.

SQLite's own transactions do it: a crash leaves the old state or the new, two writers wait
for each other, nothing is copied, and QGIS may hold the file open meanwhile (which a file
swapped under it would not survive: edits would go to the old one, or its write-ahead log
into the new one).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tongling_gis.errors import WorkspaceError, WorkspaceLockedError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_WAIT_S = 10.0
"""How long a writer waits for another before it gives up."""


def _explained(error: sqlite3.Error, path: Path) -> WorkspaceError:
    # Extended codes carry the plain code in their lowest byte.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return WorkspaceLockedError(
            Text(
                f"另一个程序正在写入项目 {path}：请等它结束（或保存并退出 QGIS 的编辑）后再试。",
                f"Another program is writing to the project {path}: "
                "wait for it to end (or save and stop editing in QGIS), then try again.",
            )
        )
    if code == sqlite3.SQLITE_FULL:
        return WorkspaceError(
            Text(
                f"磁盘已满，{path} 没有改动：请腾出空间后再试。",
                f"The disk is full and {path} was not changed: make room, then try again.",
            )
        )
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return WorkspaceError(
            Text(
                f"无法打开或写入项目 {path}：请检查文件和文件夹是否存在、是否只读。",
                f"Cannot open or write to the project {path}: "
                "check that the file and its folder exist and are not read-only.",
            )
        )
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return WorkspaceError(
            Text(
                f"{path} 已损坏或不是 GeoPackage：请换用备份。",
                f"{path} is damaged or no GeoPackage: restore it from a backup.",
            )
        )
    return WorkspaceError(
        Text(f"读写项目 {path} 时出错：{error}。", f"The project {path} failed: {error}.")
    )


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for reading one consistent state.

    Raises:
        WorkspaceError: If it cannot be read, in a sentence for the user.
    """
    try:
        # Writable even so: after a crash the first reader puts back the old state.
        with closing(_connect(path, "rw")) as connection:
            connection.execute("BEGIN")
            yield connection
    except sqlite3.Error as error:
        raise _explained(error, path) from error


@contextmanager
def writing(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the file for changes that are kept together at the end, or not at all.

    Raises:
        WorkspaceLockedError: If another program keeps it locked.
        WorkspaceError: If it cannot be written, in a sentence for the user.
    """
    try:
        with closing(_connect(path, "rwc" if create else "rw")) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise _explained(error, path) from error


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=LOCK_WAIT_S, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def run_script(connection: sqlite3.Connection, script: str) -> None:
    """Run statements one by one inside the transaction (``executescript`` would end it)."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
