"""Checks of enclosures as JSON values: what each rule found, where, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.mapping.homes import numbers
from tongling_gis.mapping.records import plain_value
from tongling_gis.mapping.shapes import encode_integers, encode_points, write_place
from tongling_gis.schema import UNITS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.text import Lang

Json: TypeAlias = "dict[str, Any]"

_FACTS = ("clause", "confidence")
_TEXTS = ("title", "place", "reason", "advice", "note", "overridden")
_UNREACHED, _FAR, _LONGER = 3, 2, 1
_FAR_S, _NOTICED_S = 300.0, 1.0
_ADVISING = frozenset("APN")
_VERDICT_ORDER = ("fail", "unknown", "pass")
_DELAYS: tuple[tuple[Text, str, str], ...] = (
    (Text("不变", "As before"), "#8fc3de", "circle"),
    (Text("变远不足 5 分钟", "Longer by less than 5 min"), "#e3a505", "square"),
    (Text("变远 5 分钟及以上", "Longer by 5 min or more"), "#d95f0e", "diamond"),
    (Text("不再有路可达", "No way any longer"), "#6a2010", "cross"),
)


def describe_checks(
    checks: Sequence[Assessment], compounds: gpd.GeoDataFrame | None, lang: Lang
) -> list[Json]:
    """Describe the newest check of each enclosure, the newest first.

    Args:
        checks: Results of kind "enclosure", the newest last.
        compounds: Compounds of the map, which a boundary without an id of one is laid over.
        lang: Language of the page.
    """
    newest = {one.subject: one for one in checks}
    return [_describe_check(one, compounds, lang) for one in reversed(newest.values())]


def _describe_check(one: Assessment, compounds: gpd.GeoDataFrame | None, lang: Lang) -> Json:
    findings = one.layers["findings"]
    return {
        "name": one.subject,
        "stamp": one.stamp.in_lang(lang),
        "compounds": _compounds_of(one, compounds),
        "boundary": _places(one.layers["boundary"]),
        "gates": [
            {"place": place, "name": name}
            for place, name in zip(
                _places(one.layers["gates"]), _gate_names(one.layers["gates"]), strict=True
            )
        ],
        "findings": _describe_findings(findings, lang),
        "walks": _describe_walks(one.layers.get("walks"), lang),
    }


def worst_verdict(verdicts: Sequence[str]) -> str:
    """Say what several findings come to: a failure, else something unknown, else a pass.

    An advice that is not followed is no failure.

    >>> worst_verdict(["pass", "unknown", "not_applicable"])
    'unknown'
    """
    known = ["pass" if one == "advice" else one for one in verdicts]
    return next((one for one in _VERDICT_ORDER if one in known), "not_applicable")


def _compounds_of(one: Assessment, compounds: gpd.GeoDataFrame | None) -> dict[str, str]:
    """Give the verdict of each compound that the check is about.

    That is the compound which findings or the boundary name, else those that lie inside.
    """
    import pandas as pd

    findings, boundary = one.layers["findings"], one.layers["boundary"]
    outcomes = [_outcome(row) for row in findings[_judged(findings)].to_dict("records")]
    verdicts = pd.Series(outcomes, index=findings.index, dtype="str")
    if "compound_id" in findings and findings["compound_id"].notna().any():
        named = findings["compound_id"].astype("object").where(findings["compound_id"].notna())
        return {
            str(key): worst_verdict(list(own)) for key, own in verdicts.groupby(named) if str(key)
        }
    told = boundary["overall"].iloc[0] if "overall" in boundary and len(boundary) else None
    whole = str(told) if told else worst_verdict(outcomes)
    if "compound_id" in boundary:
        ids = [str(key) for key in boundary["compound_id"] if plain_value(key)]
        if ids:
            return dict.fromkeys(ids, whole)
    if compounds is None or not len(compounds):
        return {}
    around = boundary.to_crs(compounds.crs).union_all()
    inside = compounds.geometry.representative_point().within(around)
    return {str(key): whole for key in compounds.loc[inside, "compound_id"]}


def _judged(findings: pd.DataFrame) -> list[str]:
    return [name for name in ("verdict", "severity") if name in findings]


def _describe_findings(findings: gpd.GeoDataFrame, lang: Lang) -> list[list[Json]]:
    """List the findings by rule: the first whole, of others only what differs from it."""
    told: dict[str, list[Json]] = {}
    rows = findings.drop(columns=findings.geometry.name).to_dict("records")
    for row, place in zip(rows, _places(findings), strict=True):
        own = told.setdefault(str(row["rule"]), [])
        found = _describe_finding(row, lang) | {"at": place}
        own.append(
            {name: value for name, value in found.items() if value != own[0][name]}
            if own
            else found
        )
    return list(told.values())


def _describe_finding(row: Mapping[Any, Any], lang: Lang) -> Json:
    counted = _said(row, "unit") != "yes_no"
    return {
        "rule": str(row["rule"]),
        "verdict": _outcome(row),
        "severity": str(row.get("severity") or ""),
        **{name: _said(row, f"{name}_{lang}") for name in _TEXTS},
        **{name: _said(row, name) for name in _FACTS},
        # Of what is so or not, 0 against 1 says nothing that the verdict does not.
        "measured": plain_value(row.get("measured")) if counted else None,
        "limit": plain_value(row.get("limit")) if counted else None,
        "unit": _unit(_said(row, "unit"), lang),
    }


def _outcome(row: Mapping[Any, Any]) -> str:
    """Give a row's verdict; a miss of what is only advised is an advice."""
    verdict = str(row["verdict"])
    return "advice" if verdict == "fail" and row.get("severity") in _ADVISING else verdict


def _said(row: Mapping[Any, Any], name: str) -> str:
    value = plain_value(row.get(name))
    return "" if value is None else str(value)


def _unit(unit: str, lang: Lang) -> str:
    return UNITS[unit].in_lang(lang) if unit in UNITS else unit


def _places(layer: gpd.GeoDataFrame) -> list[Json | None]:
    """Give each row's shape as GeoJSON in degrees; null for a row without one."""
    return [write_place(shape) for shape in layer.geometry.to_crs("EPSG:4326")]


def _gate_names(gates: pd.DataFrame) -> list[str]:
    names = gates["name"] if "name" in gates else gates.get("gate_id", [""] * len(gates))
    ids = gates.get("gate_id", [""] * len(gates))
    return [
        str(plain_value(name) or plain_value(key) or "")
        for name, key in zip(names, ids, strict=True)
    ]


def _describe_walks(walks: gpd.GeoDataFrame | None, lang: Lang) -> Json | None:
    """Describe where people live by how much longer their longest-grown walk becomes."""
    if walks is None or not len(walks):
        return None
    key = walks["resident_id"].astype(str)
    before, after = numbers(walks, "before_s"), numbers(walks, "after_s")
    later = after - before
    worst = np.select(
        [~np.isnan(before) & np.isnan(after), later >= _FAR_S, later >= _NOTICED_S],
        [_UNREACHED, _FAR, _LONGER],
        0,
    )
    lost = np.where(worst == _UNREACHED, np.inf, -np.inf)
    order = np.argsort(-np.where(np.isnan(later), lost, later), kind="stable")
    ranked = walks.iloc[order].assign(_class=worst[order], _key=key.to_numpy()[order])
    homes = ranked.sort_values("_class", ascending=False, kind="stable").drop_duplicates("_key")
    seconds = {
        name: encode_integers(np.nan_to_num(np.ceil(numbers(homes, f"{name}_s")), nan=-1.0))
        for name in ("before", "after")
    }
    return {
        "shapes": encode_points(homes),
        "class": encode_integers(homes["_class"].to_numpy()),
        "residents": encode_integers(np.nan_to_num(numbers(homes, "residents"), nan=-1.0)),
        "ids": [str(one) for one in homes["_key"]],
        "classes": [
            {"label": label.in_lang(lang), "colour": colour, "symbol": symbol}
            for label, colour, symbol in _DELAYS
        ],
        **seconds,
    }
