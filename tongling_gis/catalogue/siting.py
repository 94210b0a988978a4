"""What siting takes for granted where a user says nothing: spacing, slopes, costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SitingStandard:
    """Assumptions of siting.

    Attributes:
        street_spacing_m: Distance between candidate sites that the tool puts along streets.
        steepest: Steepest street, rise over run, beside which a centre may stand.
        industrial_m: How near an industrial building no centre may stand.
        floor_area_m2: Floor area of a candidate site that does not state its own.
        cost_yuan_m2: How a centre comes about -> what a square metre of it costs.
        change: By how much demand and speed are changed to see whether an answer holds.
        draws: How often demand is changed so.
        stays: Share of those changes in which a site is chosen that counts as steady.
        household_size: People of a household where a city's own are not known.
        sources: Source line of the numbers, by name.
    """

    street_spacing_m: float
    steepest: float
    industrial_m: float
    floor_area_m2: float
    cost_yuan_m2: dict[str, float]
    change: float
    draws: int
    stays: float
    household_size: float
    sources: dict[str, str]


def siting_standard(entry: dict[str, Any]) -> SitingStandard:
    """Read the catalogue's ``[siting]`` table."""
    costs = dict(entry["cost_yuan_m2"])
    sources = {"siting": entry["source"], "cost": costs.pop("source")}
    return SitingStandard(
        street_spacing_m=float(entry["street_spacing_m"]),
        steepest=float(entry["steepest"]),
        industrial_m=float(entry["industrial_m"]),
        floor_area_m2=float(entry["floor_area_m2"]),
        cost_yuan_m2={origin: float(yuan) for origin, yuan in costs.items()},
        change=float(entry["change"]),
        draws=int(entry["draws"]),
        stays=float(entry["stays"]),
        household_size=float(entry["household_size"]),
        sources=sources,
    )
