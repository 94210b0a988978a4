"""Links between a project's layers and records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.store import Workspace


def find_dangling_links(workspace: Workspace) -> list[Text]:
    """Name every link between tables that leads nowhere, one sentence a column."""
    found = []
    for name in (name for name in TABLES if workspace.has(name)):
        for column in TABLES[name].columns:
            if column.refers_to and workspace.has(column.refers_to):
                found += _dangling(workspace, name, column.name, column.refers_to)
    return found


def _dangling(workspace: Workspace, name: str, column: str, target: str) -> list[Text]:
    rows = workspace.read(name)
    if column not in rows:
        return []
    values = rows[column].dropna().astype(str)
    known = set(workspace.read(target)[TABLES[target].key].astype(str))
    lost = sorted(set(values) - known)
    if not lost:
        return []
    table, heading, there = TABLES[name], TABLES[name].column(column).label, TABLES[target].label
    shown, more = "、".join(lost[:5]), len(lost) - 5
    return [
        Text(
            f"{table.label.zh}的“{heading.zh}”有 {len(lost)} 个值在{there.zh}中找不到：{shown}"
            + (f" 等（另 {more} 个）。" if more > 0 else "。"),
            f"{table.label.en}: {len(lost)} values of {heading.en!r} are not in {there.en}: "
            f"{', '.join(lost[:5])}" + (f" and {more} more." if more > 0 else "."),
        )
    ]
