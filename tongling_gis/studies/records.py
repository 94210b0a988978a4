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

_SHARED_OUT = Text(
    "可达居民为估算：建筑的居民数未知，按“小区”表的居民数平摊到小区内各建筑，"
    "计 {limit} 分钟内可达、以该中心为最近的部分；小区以外的居民不计。",
    "Residents reached are an estimate: those of buildings are unknown, so those of compounds are"
    " spread evenly over the buildings within; counted are those within {limit} min of the centre"
    " as their nearest. Residents outside compounds are not counted.",
)
_NOBODY_KNOWN = Text(
    "可达居民未知：建筑的居民数和“小区”表的居民数都没有。",
    "Residents reached are unknown: neither buildings nor compounds tell their residents.",
)


def study_records(workspace: Workspace, *, day: str = "") -> Summary:
    """Work out what follows from the project's records on a day, today where none is given.

    Raises:
        UsageError: If the day is no date.
    """
    from tongling_gis.records import summarise_records
    from tongling_gis.workbooks import SHEETS

    tables = {name: workspace.read(name) for name in SHEETS if workspace.has(name)}
    reached, notes = _residents_reached(workspace)
    return summarise_records(
        tables,
        standard=read_standards().records,
        day=_read_day(day),
        reached=reached,
        notes=notes,
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


def _residents_reached(workspace: Workspace) -> tuple[Mapping[str, float] | None, list[Text]]:
    """Read from the newest coverage how many residents reach each centre as their nearest.

    Where homes' residents are not known, those of compounds are shared out among their homes.

    Returns:
        Centre -> residents within the widest limit, None without a coverage; what to say of it.
    """
    from tongling_gis.records.centres import spread_residents

    coverage = workspace.latest("coverage")
    if coverage is None or coverage.parameters.get("centres_from"):
        return None, []
    minutes = coverage.parameters["minutes"]
    assert isinstance(minutes, list)
    limit = max(float(one) for one in minutes)
    rows = coverage.layers["centres"]
    column = f"residents_covered_{limit:g}"
    if column in rows:
        pairs = zip(rows["centre_id"], rows[column].astype(float), strict=True)
        return {str(key): count for key, count in pairs if count == count}, []  # noqa: PLR0124 - not NaN
    if not workspace.has("compounds"):
        return {}, [_NOBODY_KNOWN]
    shared = spread_residents(
        coverage.layers["residents"], workspace.read("compounds"), f"covered_{limit:g}"
    )
    return shared, [_SHARED_OUT.fill(limit=f"{limit:g}") if shared else _NOBODY_KNOWN]
