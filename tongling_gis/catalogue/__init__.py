"""Numbers that come from norms or from local practice: data with sources, not code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from tongling_gis.catalogue.centres import (
    AccessStandard,
    HoursStandard,
    access_standard,
    hours_standard,
)
from tongling_gis.catalogue.profile_tables import build_profiles, read_profiles
from tongling_gis.catalogue.profiles import (
    Crossings,
    Driving,
    Gates,
    Slopes,
    Steps,
    WalkProfile,
    Ways,
)
from tongling_gis.catalogue.records import RecordStandard, record_standard
from tongling_gis.catalogue.siting import SitingStandard, siting_standard
from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = [
    "AccessStandard",
    "Crossings",
    "Driving",
    "Gates",
    "HoursStandard",
    "RecordStandard",
    "SitingStandard",
    "Slopes",
    "Standards",
    "Steps",
    "WalkProfile",
    "Ways",
    "choose_profile",
    "read_profiles",
    "read_standards",
]


@dataclass(frozen=True, slots=True)
class Standards:
    """The thresholds and speeds in force on ``date``.

    Attributes:
        date: Day on which this catalogue was last changed.
        profiles: Walking profiles by name.
        reach_minutes: Time limits of the living circles, ascending; each is inclusive.
        snap_limit_m: Farthest that a point may lie from the street it is snapped to.
        gate_reach_m: Farthest that a gate may lie from the wall it opens.
        hours: When a centre must be open.
        access: How much room a centre needs, and how its use falls off with the walk.
        records: What follows from records by rule.
        siting: What siting takes for granted.
        sources: Source line of each number, by name.
    """

    date: date
    profiles: dict[str, WalkProfile]
    reach_minutes: tuple[float, ...]
    snap_limit_m: float
    gate_reach_m: float
    hours: HoursStandard
    access: AccessStandard
    records: RecordStandard
    siting: SitingStandard
    sources: dict[str, str]

    def profile(self, name: str) -> WalkProfile:
        """Find a profile by name.

        Raises:
            UsageError: If there is none of that name.
        """
        return choose_profile(self.profiles, name)


def choose_profile(profiles: Mapping[str, WalkProfile], name: str) -> WalkProfile:
    """Find a profile by name.

    Raises:
        UsageError: If there is none of that name.
    """
    if name in profiles:
        return profiles[name]
    known = "、".join(profiles)
    raise UsageError(
        Text(
            f"没有名为“{name}”的步行类型；可选：{known}。",
            f"There is no walking profile {name!r}; choose one of {', '.join(profiles)}.",
        )
    )


@cache
def read_standards() -> Standards:
    """Read the catalogue that ships with the program.

    >>> read_standards().profile("adult").speed_m_s
    1.1
    """
    text = files("tongling_gis.catalogue").joinpath("standards.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)
    reach, snap, gate = entries["reach"], entries["snapping"], entries["gates"]
    return Standards(
        date=entries["date"],
        profiles=build_profiles(entries["profiles"], file="standards.toml"),
        reach_minutes=tuple(float(minutes) for minutes in reach["minutes"]),
        snap_limit_m=float(snap["limit_m"]),
        gate_reach_m=float(gate["reach_m"]),
        hours=hours_standard(entries["hours"]),
        access=access_standard(entries["access"]),
        records=record_standard(entries["records"]),
        siting=siting_standard(entries["siting"]),
        sources={"reach": reach["source"], "snapping": snap["source"], "gates": gate["source"]},
    )
