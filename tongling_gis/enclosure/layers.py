"""The layers of a check: what maps, figures and reports show of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from tongling_gis.assessment import Verdict
from tongling_gis.enclosure.offers import lay_out_offers
from tongling_gis.scenario.ground import as_array
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.assessment import Finding
    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.judging import Judged
    from tongling_gis.enclosure.model import Case, Gate, Offer

_NOWHERE = Text("", "")
_NUMBERS = ("measured", "limit")
_GATE_COLUMNS: dict[str, Any] = {
    "gate_id": "str",
    "name": "str",
    "kind": "str",
    "width_m": "float64",
    "height_m": "float64",
    "open_above": "boolean",
    "error_m": "float64",
    "opening_hours": "str",
    "control": "str",
    "closure": "str",
    "marked": "boolean",
    "wheelchair_lane_m": "float64",
    "slope": "float64",
    "is_new": "boolean",
}


def lay_out_layers(
    enclosure: Enclosure,
    judged: Sequence[Judged],
    offers: Mapping[str, Offer],
    overall: Verdict,
) -> dict[str, gpd.GeoDataFrame]:
    """Lay out a check: boundary, gates, findings, offers, walks and crossings."""
    case = enclosure.case
    rule_of = {mend.offer_id: one.rule.rule_id for one in judged for mend in one.finding.mends}
    numbered = [(rule_of[offer_id], offer_id, offer) for offer_id, offer in offers.items()]
    return {
        "boundary": _boundary(case, overall),
        "gates": lay_out_gates(case),
        "findings": _findings(case, judged),
        "offers": lay_out_offers(case, numbered),
        "walks": _walks(enclosure),
        "crossings": _crossings(enclosure),
    }


def _boundary(case: Case, overall: Verdict) -> gpd.GeoDataFrame:
    row = {
        "case_id": [case.case_id],
        "name": [case.name],
        "compound_id": [case.compound_id],
        "origin": [case.origin],
        "author": [case.author],
        "date": [case.date],
        "note": [case.note],
        "overall": [overall.value],
    }
    return lay_out(row, [case.boundary], case)


def lay_out(
    columns: Mapping[str, Any], shapes: Iterable[BaseGeometry | None], case: Case
) -> gpd.GeoDataFrame:
    """Make a layer of columns and shapes in a case's CRS."""
    import geopandas as gpd

    places = gpd.array.from_shapely(as_array(shapes), crs=case.crs)
    return gpd.GeoDataFrame({**columns, "geometry": places}, geometry="geometry")


def describe_gate(gate: Gate) -> dict[str, Any]:
    """Give what is known of a gate, by the names of the schema's columns."""
    return {
        "gate_id": gate.gate_id,
        "name": gate.name,
        "kind": str(gate.kind),
        "width_m": gate.width_m,
        "height_m": None if gate.height_m is None or np.isinf(gate.height_m) else gate.height_m,
        "open_above": None if gate.height_m is None else bool(np.isinf(gate.height_m)),
        "error_m": gate.error_m,
        "opening_hours": gate.opening_hours,
        "control": gate.control,
        "closure": gate.closure,
        "marked": gate.marked,
        "wheelchair_lane_m": gate.wheelchair_lane_m,
        "slope": gate.slope,
        "is_new": gate.is_new,
    }


def lay_out_gates(case: Case) -> gpd.GeoDataFrame:
    """List a case's gates with what is known of them."""
    import pandas as pd

    rows = [describe_gate(gate) for gate in case.gates]
    columns = {
        name: pd.array([row[name] for row in rows], dtype=kind)
        for name, kind in _GATE_COLUMNS.items()
    }
    return lay_out(columns, [gate.point for gate in case.gates], case)


def _findings(case: Case, judged: Sequence[Judged]) -> gpd.GeoDataFrame:
    """A row for each finding, or for each of its objects that does not pass."""
    import pandas as pd

    rows = [row for one in judged for row in _rows(one)]
    if not rows:
        return lay_out({}, [], case)
    kinds: dict[str, Any] = {name: "float64" if name in _NUMBERS else "str" for name in rows[0][0]}
    columns = {
        name: pd.array([row[0][name] for row in rows], dtype=kind) for name, kind in kinds.items()
    }
    return lay_out(columns, [row[1] for row in rows], case)


def _rows(one: Judged) -> Iterator[tuple[dict[str, Any], BaseGeometry | None]]:
    shown = [
        (item, verdict)
        for item, verdict in one.items
        if verdict in {Verdict.FAIL, Verdict.UNKNOWN} and item.where is not None
    ]
    if not shown:
        yield (
            _row(one.finding, one.finding.verdict, one.finding.measured, _NOWHERE),
            (one.finding.where),
        )
    for item, verdict in shown:
        yield _row(one.finding, verdict, item.value, item.name), item.where


def _row(finding: Finding, verdict: Verdict, measured: float | None, place: Text) -> dict[str, Any]:
    title, advice = finding.title or _NOWHERE, finding.advice or _NOWHERE
    note, overridden = finding.note or _NOWHERE, finding.overridden or _NOWHERE
    return {
        "rule": finding.rule,
        "verdict": verdict.value,
        "severity": finding.severity,
        "title_zh": title.zh,
        "title_en": title.en,
        "place_zh": place.zh,
        "place_en": place.en,
        "reason_zh": finding.reason.zh,
        "reason_en": finding.reason.en,
        "measured": None if measured is None or np.isinf(measured) else measured,
        "limit": finding.limit,
        "unit": finding.unit,
        "clause": finding.clause,
        "confidence": finding.confidence,
        "advice_zh": advice.zh,
        "advice_en": advice.en,
        "note_zh": note.zh,
        "note_en": note.en,
        "overridden_zh": overridden.zh,
        "overridden_en": overridden.en,
        "offers": ", ".join(mend.offer_id for mend in finding.mends),
    }


def _walks(enclosure: Enclosure) -> gpd.GeoDataFrame:
    """Walks before and after at the places where people live."""
    walks = enclosure.walks
    columns = {name: walks[name].array for name in walks.columns if name != "row"}
    points = enclosure.surroundings.shapes("residents")[walks["row"].to_numpy(dtype=np.int64)]
    return lay_out(columns, points, enclosure.case)


def _crossings(enclosure: Enclosure) -> gpd.GeoDataFrame:
    """Where streets cross the boundary, by which gate, and whether they are public."""
    import pandas as pd

    found = enclosure.crossings
    names = [gate.gate_id for gate in enclosure.case.gates]
    gates = [names[gate] if gate >= 0 else "" for gate in found["gate"].tolist()]
    columns = {name: found[name].array for name in ("highway", "public", "over")}
    columns["gate_id"] = pd.array(gates, dtype="str")
    points = np.asarray(shapely.points(found["x_m"], found["y_m"]), dtype=object)
    return lay_out(columns, points, enclosure.case)
