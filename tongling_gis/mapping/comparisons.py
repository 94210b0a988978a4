"""Before and after, or one result beside another, as JSON values for a page with a slider."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.mapping.homes import (
    describe_homes,
    home_key,
    number_texts,
    numbers,
    or_minus_one,
    share_homes,
)
from tongling_gis.mapping.records import plain_value
from tongling_gis.mapping.results import describe_classes, walk_classes
from tongling_gis.mapping.shapes import encode_integers, write_place
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.text import Lang

Json: TypeAlias = "dict[str, Any]"

_NOW = Text("现状", "As it is")
_AFTER = Text("方案", "Scenario")
_NUMBERED = re.compile(r"^(?:第 \d+ 项变更（|change \d+ \()(.*)[）)]$")  # the list has numbers
_OWN = ("scenario", "changes")


def describe_comparisons(
    comparisons: Sequence[Assessment],
    layers: Mapping[str, gpd.GeoDataFrame],
    coverage: Json | None,
    lang: Lang,
) -> Json | None:
    """Describe the newest comparison, and those before it that set out from the same city.

    Args:
        comparisons: Results of kind "comparison", the newest last.
        layers: Layers of the map.
        coverage: The coverage as described, whose homes need not be told again.
        lang: Language of the page.

    Returns:
        The homes, and ``sides``: the city before, and after each comparison, with what every
        home walks and what changes; None where there is no comparison.
    """
    if not comparisons:
        return None
    newest = comparisons[-1]
    alike = [one for one in comparisons if _same_before(one, newest)]
    homes, limits = newest.layers["residents"], _limits(newest)
    named = newest.parameters.get("sides")
    first = str(named[0]) if isinstance(named, list) else _NOW.in_lang(lang)
    described: Json = {
        "limits": limits,
        "classes": describe_classes(limits, lang),
        "counted": str(newest.parameters.get("counted", "buildings")),
        "centres": _centre_names(alike),
        **describe_homes(homes, layers),
        "sides": [
            {"name": first, "stamp": "", "changes": [], **_walks(newest, "before", limits)},
            *(_describe_after(one, number, limits, lang) for number, one in enumerate(alike, 1)),
        ],
    }
    _code_centres(described)
    return share_homes(described, coverage)


def _limits(one: Assessment) -> list[float]:
    start = "before_covered_"
    names = [name for name in one.layers["residents"] if name.startswith(start)]
    return sorted(float(name.removeprefix(start)) for name in names)


def _same_before(one: Assessment, other: Assessment) -> bool:
    """Tell whether two comparisons set out from the same data, asked in the same way."""
    if one is other:
        return True
    asked = [
        {name: value for name, value in each.parameters.items() if name not in _OWN}
        for each in (one, other)
    ]
    homes, others = one.layers["residents"], other.layers["residents"]
    return (
        one.provenance == other.provenance
        and asked[0] == asked[1]
        and "sides" not in asked[0]
        and homes[home_key(homes)].equals(others[home_key(others)])
    )


def _walks(one: Assessment, side: str, limits: list[float]) -> Json:
    homes = one.layers["residents"]
    walk_s = numbers(homes, f"{side}_s")
    return {
        "walk": encode_integers(or_minus_one(np.ceil(walk_s))),
        "class": encode_integers(walk_classes(homes, limits, walk_s, side=f"{side}_")),
        "centre": homes[f"{side}_centre_id"],
    }


def _code_centres(described: Json) -> None:
    """Put each home's nearest centre as a number among all centres of all sides."""
    import pandas as pd

    sides = described["sides"]
    ids, codes = number_texts(pd.concat([side["centre"] for side in sides], ignore_index=True))
    described["centreIds"] = ids
    for side, part in zip(sides, np.split(codes, len(sides)), strict=True):
        side["centre"] = encode_integers(part)


def _centre_names(comparisons: Sequence[Assessment]) -> dict[str, str]:
    """Name the centres, those too that only a scenario has."""
    names: dict[str, str] = {}
    for one in comparisons:
        centres = one.layers["centres"]
        for key, name in zip(centres["centre_id"], centres["name"], strict=True):
            names[str(key)] = str(plain_value(name) or key)
    return names


def _describe_after(one: Assessment, number: int, limits: list[float], lang: Lang) -> Json:
    named = one.parameters.get("sides")
    name = str(named[1]) if isinstance(named, list) else str(one.parameters.get("scenario") or "")
    return {
        "name": name or f"{_AFTER.in_lang(lang)} {number}",
        "stamp": one.stamp.in_lang(lang),
        "changes": _changes(one.layers["changes"], lang),
        "groups": _groups(one.layers["groups"], lang),
        **_walks(one, "after", limits),
    }


def _changes(changes: gpd.GeoDataFrame, lang: Lang) -> list[Json]:
    """List what is changed, each with its place as GeoJSON in degrees, null where nowhere."""
    placed = changes.to_crs("EPSG:4326") if len(changes) else changes
    return [
        {
            "number": int(row.number),
            "kind": str(row.kind),
            "label": _NUMBERED.sub(r"\1", str(getattr(row, f"change_{lang}"))),
            "place": write_place(row.geometry),
        }
        for row in placed.itertuples()
    ]


def _groups(groups: pd.DataFrame, lang: Lang) -> list[list[Any]]:
    """Tabulate the age groups at the widest limit: label, before, after, gained, lost."""
    widest = groups[groups["limit_minutes"] == groups["limit_minutes"].max()]
    names = (f"group_{lang}", "covered_before", "covered_after", "gained", "lost")
    return [
        [plain_value(value) for value in row]
        for row in widest.loc[widest["group"] != "", list(names)].itertuples(index=False)
    ]
