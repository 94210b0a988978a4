"""Who is counted in a result: residents, or homes where residents are unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.assessment import Assessment


def unit_of(result: Assessment) -> str:
    """Name what is counted, as the result's indicators are named by it."""
    return str(result.parameters.get("counted") or "residents")


def who_of(result: Assessment) -> Text:
    """Name those who are counted."""
    people = unit_of(result) == "residents"
    return Text("居民", "residents") if people else Text("居民点", "homes")


def each_of(result: Assessment) -> Text:
    """Give the measure word of those who are counted."""
    return Text("人", "") if unit_of(result) == "residents" else Text("处", "")
