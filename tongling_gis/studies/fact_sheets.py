"""What a project knows of one centre: records, whom it serves, when it is open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tongling_gis.catalogue import read_standards
from tongling_gis.errors import UsageError
from tongling_gis.studies.freshness import find_access, find_coverage, find_isochrones
from tongling_gis.studies.inputs import require_layer
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from tongling_gis.assessment import Assessment, Finding
    from tongling_gis.hours.opening import Span
    from tongling_gis.report import CentreRecords
    from tongling_gis.store import Workspace
    from tongling_gis.text import Progress

_RECORDS = ("star_ratings", "fundings", "centre_rooms", "activities")
_NO_CENTRES = Text(
    "请先导入邻里中心（centres），如用 tongling-gis template 生成的台账。",
    "import the centres first, such as by the workbook of tongling-gis template.",
)


@dataclass(frozen=True, eq=False)
class CentreSheet:
    """What one centre's sheet is put together from.

    Attributes:
        records: What is on record of it.
        coverage: The city's coverage.
        access: The city's access.
        isochrones: The areas within a walk of this centre alone; None where it reaches no street.
    """

    records: CentreRecords
    coverage: Assessment
    access: Assessment
    isochrones: Assessment | None


def gather_centre(workspace: Workspace, subject: str, progress: Progress) -> CentreSheet:
    """Gather what a project knows of a centre; what is not measured yet is measured.

    Raises:
        UsageError: If no centre, or more than one, is of that id or name.
        MissingFileError: If centres, streets or residents are missing.
    """
    from tongling_gis.report import CentreRecords

    centres = require_layer(workspace, "centres", _NO_CENTRES)
    row = _choose(centres, subject)
    centre_id = str(row["centre_id"])
    tables = {name: workspace.read(name) for name in _RECORDS if workspace.has(name)}
    records = CentreRecords(
        centre=row,
        tables={
            name: rows[rows["centre_id"].astype(str) == centre_id] for name, rows in tables.items()
        },
        grants_yuan=read_standards().records.grants_yuan,
        promises=_promises(row),
        week=_week(row),
    )
    coverage = find_coverage(workspace, progress)
    access = find_access(workspace, coverage, progress)
    isochrones = find_isochrones(workspace, coverage, progress)
    return CentreSheet(records, coverage, access, _of_one(isochrones, centre_id))


def _choose(centres: gpd.GeoDataFrame, subject: str) -> dict[str, Any]:
    """Find the one centre of an id or name."""
    ids, names = centres["centre_id"].astype(str), centres["name"].astype(str)
    found = centres[ids == subject]
    found = centres[names == subject] if found.empty else found
    if len(found) == 1:
        row: dict[str, Any] = found.iloc[0].to_dict()
        return row
    some = "、".join(f"{key} {name}" for key, name in zip(ids[:5], names[:5], strict=True))
    asked = Text(f"“{subject}”", f"{subject!r}") if subject else Text("（未写）", "(none given)")
    raise UsageError(
        Text(
            "请写明一个邻里中心的编号或名称，{asked}对应 {n} 个；如：{some}。",
            "Name one centre by its id or name; {asked} fits {n}. There are, such as: {some}.",
        ).fill(asked=asked, n=len(found), some=some)
    )


def _promises(row: dict[str, Any]) -> tuple[Finding, ...]:
    """Hold a centre's hours to the rules on evenings and holidays."""
    from tongling_gis.hours.columns import read_place_hours
    from tongling_gis.hours.promise import PROMISES, check_promise

    found = check_promise(read_place_hours(row))
    return tuple(replace(one, title=PROMISES[one.rule]) for one in found)


def _week(row: dict[str, Any]) -> tuple[tuple[Text, Text], ...]:
    """Say when a centre is open on each day of a week, and on a public holiday."""
    from tongling_gis.hours.calendar import WEEKDAYS
    from tongling_gis.hours.columns import read_place_hours
    from tongling_gis.hours.opening import day_spans
    from tongling_gis.hours.promise import table_days

    hours = read_place_hours(row)
    labels = [*WEEKDAYS, Text("法定节假日", "Public holidays")]
    days = table_days().values()
    return tuple(
        (label, _say_spans(day_spans(hours, day))) for label, day in zip(labels, days, strict=False)
    )


def _say_spans(spans: Sequence[Span]) -> Text:
    """Write the parts of a day that are open; whatever is unknown is said to be."""
    times = "，".join(f"{_clock(start)}–{_clock(end)}" for start, end, is_open in spans if is_open)
    unknown = any(is_open is None for _, _, is_open in spans)
    if not times:
        return Text("未知", "unknown") if unknown else Text("不开放", "closed")
    tail = Text("（其余时间未知）", " (else unknown)") if unknown else Text("", "")
    return Text(times + tail.zh, times.replace("，", ", ") + tail.en)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _of_one(isochrones: Assessment, centre_id: str) -> Assessment | None:
    """Keep the areas of one centre alone."""
    every = isochrones.layers["isochrones"]
    own = every[every["place_id"].astype(str) == centre_id]
    if own.empty or own.geometry.is_empty.all():
        return None
    together = own[["limit_minutes", "area_m2", "geometry"]]
    return replace(isochrones, layers={"isochrones": own, "dissolved": together})
