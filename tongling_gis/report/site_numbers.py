"""Numbers and names of a siting result, as its report says them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.report.cells import NOTHING, is_known, write_number
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongling_gis.assessment import Assessment


def value_of(siting: Assessment, name: str, *, group: str = "") -> float | None:
    """Find an indicator's value; None where the result has no such indicator."""
    for one in siting.indicators:
        if (one.name, one.group) == (name, group):
            return None if one.value is None else float(one.value)
    return None


def minutes_of(siting: Assessment) -> float:
    """Give the walk that covers, minutes."""
    said = siting.parameters.get("minutes")
    return float(said[0]) if isinstance(said, list) else 15.0


def name_site(row: Mapping[Any, Any]) -> Text:
    """Name a site by its name and id."""
    key = str(row["site_id"])
    return Text.same(f"{row['name']}（{key}）" if is_known(row.get("name")) else key)


def say_10k_yuan(yuan: Any) -> Text:  # noqa: ANN401 - a cell
    """Write a sum in units of 10,000 yuan; a dash where it is unknown."""
    return write_number(float(yuan) / 1e4) if is_known(yuan) else NOTHING
