"""What is asked of neighbourhood centres: their hours, their room, and how it is shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class HoursStandard:
    """When a centre must be open.

    Attributes:
        reference_day: A typical week is looked for from this day on, holidays in its year.
        evening_minutes: Start and end of the evening, minutes after midnight.
        evening_open_minutes: Least time open within each working day's evening.
        holiday_open_minutes: Least time open on each day of a public holiday.
        sources: Source line of each number, by name.
    """

    reference_day: date
    evening_minutes: tuple[int, int]
    evening_open_minutes: int
    holiday_open_minutes: int
    sources: dict[str, str]


@dataclass(frozen=True, slots=True)
class AccessStandard:
    """How much room a centre needs, and how its use falls off with the walk.

    Attributes:
        floor_area_m2_per_100_households: Community service floor area asked for.
        zones: (limit in minutes, weight) of each travel zone, ascending; limits inclusive.
        gap_join_m: Uncovered residents within this distance belong to the same gap.
        gap_residents: Fewest residents for a gap to be drawn.
        gap_homes: Fewest homes for one, where no residents are known.
        worst_share: Share of residents that counts as worst served.
        search_minutes: Longest walk that is looked for.
        sources: Source line of each number, by name.
    """

    floor_area_m2_per_100_households: float
    zones: tuple[tuple[float, float], ...]
    gap_join_m: float
    gap_residents: int
    gap_homes: int
    worst_share: float
    search_minutes: float
    sources: dict[str, str]


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def hours_standard(entry: dict[str, Any]) -> HoursStandard:
    """Read the catalogue's ``[hours]`` table."""
    evening, holiday = entry["evening"], entry["holiday"]
    return HoursStandard(
        reference_day=entry["reference_day"],
        evening_minutes=(_minutes(evening["start"]), _minutes(evening["end"])),
        evening_open_minutes=int(evening["open_minutes"]),
        holiday_open_minutes=int(holiday["open_minutes"]),
        sources={
            "hours": entry["source"],
            "evening": evening["source"],
            "holiday": holiday["source"],
        },
    )


def access_standard(entry: dict[str, Any]) -> AccessStandard:
    """Read the catalogue's ``[access]`` table."""
    tables = ("floor_area", "zones", "gaps", "worst", "search")
    area, zones, gaps, worst, search = (entry[name] for name in tables)
    return AccessStandard(
        floor_area_m2_per_100_households=float(area["m2_per_100_households"]),
        zones=tuple(
            (float(limit), float(weight))
            for limit, weight in zip(zones["minutes"], zones["weights"], strict=True)
        ),
        gap_join_m=float(gaps["join_m"]),
        gap_residents=int(gaps["residents"]),
        gap_homes=int(gaps["homes"]),
        worst_share=float(worst["share"]),
        search_minutes=float(search["minutes"]),
        sources={name: entry[name]["source"] for name in tables},
    )
