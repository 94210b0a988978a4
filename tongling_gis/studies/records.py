"""What follows from a project's records."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tongling_gis.catalogue import read_standards
from tongling_gis.errors import UsageError
from tongling_gis.studies.workbooks import project_origin
from tongling_gis.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tongling_gis.records import Summary
    from tongling_gis.store import Workspace


def study_records(workspace: Workspace, *, day: str = "") -> Summary:
    """Work out what follows from the project's records on a day, today where none is given.

    Raises:
        UsageError: If the day is no date.
    """
    from tongling_gis.records import summarise_records
    from tongling_gis.workbooks import SHEETS

    tables = {name: workspace.read(name) for name in SHEETS if workspace.has(name)}
    return summarise_records(
        tables,
        standard=read_standards().records,
        day=_read_day(day),
        reached=_residents_reached(workspace),
    )


def write_summary(workspace: Workspace, summary: Summary, path: Path, *, lang: Lang = "zh") -> Path:
    """Write a summary to a workbook, a sheet a table.

    Raises:
        UsageError: If the name does not end with .xlsx.
    """
    from tongling_gis.studies.workbooks import check_name
    from tongling_gis.workbooks import write_report

    check_name(path)
    sheets = {_sheet_name(one.title.in_lang(lang)): one.table(lang) for one in summary.sections}
    return write_report(path, sheets, project_origin(workspace))


def _sheet_name(title: str) -> str:
    return title.partition("（")[0].partition(", ")[0].replace("'", "")[:31]


def _read_day(day: str) -> dt.date:
    try:
        return dt.date.fromisoformat(day) if day else dt.datetime.now().astimezone().date()
    except ValueError as error:
        raise UsageError(
            Text(f"“{day}”不是日期：请写成 2026-03-01。", f"{day!r} is no date: write 2026-03-01.")
        ) from error


def _residents_reached(workspace: Workspace) -> Mapping[str, float] | None:
    """Read from the newest coverage how many residents have each centre as their nearest."""
    coverage = workspace.latest("coverage")
    if coverage is None or coverage.parameters.get("centres_from"):
        return None
    rows = coverage.layers["centres"]
    if "residents_nearest" not in rows:
        return None
    pairs = zip(rows["centre_id"], rows["residents_nearest"].astype(float), strict=True)
    return {str(key): count for key, count in pairs if count == count}  # noqa: PLR0124 - not NaN
