"""The layers of a check: what maps, figures and reports show of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from tongling_gis.assessment import Verdict
from tongling_gis.enclosure.offers import lay_out_offers
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.assessment import Finding
    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.judging import Judged
    from tongling_gis.enclosure.model import Case, Gate, Offer

_NOWHERE = Text("", "")
_GATE_COLUMNS = (
    *("gate_id", "name", "kind", "width_m", "height_m", "open_above", "error_m"),
    *("opening_hours", "control", "closure", "marked", "wheelchair_lane_m", "slope", "is_new"),
)


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
    import geopandas as gpd

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
    return gpd.GeoDataFrame(row, geometry=[case.boundary], crs=case.crs)


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
    import geopandas as gpd
    import pandas as pd

    rows = [describe_gate(gate) for gate in case.gates]
    table = pd.DataFrame(rows, columns=list(_GATE_COLUMNS)).astype(
        dict.fromkeys(("width_m", "height_m", "error_m", "wheelchair_lane_m", "slope"), "float64")
        | dict.fromkeys(("marked", "is_new", "open_above"), "boolean")
    )
    points = [gate.point for gate in case.gates]
    return gpd.GeoDataFrame(table, geometry=points, crs=case.crs)


def _findings(case: Case, judged: Sequence[Judged]) -> gpd.GeoDataFrame:
    """A row for each finding, or for each of its objects that does not pass."""
    import geopandas as gpd

    rows = [row for one in judged for row in _rows(one)]
    columns = {name: [row[0][name] for row in rows] for name in rows[0][0]} if rows else {}
    shapes = [row[1] for row in rows]
    layer = gpd.GeoDataFrame(columns, geometry=shapes, crs=case.crs)
    numbers = ("measured", "limit")
    return layer.astype({name: "float64" for name in numbers if name in layer})


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
    import geopandas as gpd

    walks = enclosure.walks
    homes = enclosure.surroundings.residents
    at = walks["row"].to_numpy(dtype=np.int64)
    points = homes.geometry.to_numpy()[at] if homes is not None else np.empty(0, dtype=object)
    return gpd.GeoDataFrame(walks.drop(columns="row"), geometry=points, crs=enclosure.case.crs)


def _crossings(enclosure: Enclosure) -> gpd.GeoDataFrame:
    """Where streets cross the boundary, by which gate, and whether they are public."""
    import geopandas as gpd

    found = enclosure.crossings
    names = [gate.gate_id for gate in enclosure.case.gates]
    points = shapely.points(found["x_m"].to_numpy(float), found["y_m"].to_numpy(float))
    kept = found[["highway", "public", "over"]].assign(
        gate_id=[names[gate] if gate >= 0 else "" for gate in found["gate"]]
    )
    return gpd.GeoDataFrame(kept, geometry=points, crs=enclosure.case.crs)
