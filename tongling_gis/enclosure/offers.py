"""Offers that a planner accepts: the case as it would be, and the offers kept with a result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tongling_gis.assessment import Mend
from tongling_gis.enclosure.model import GATE_KINDS
from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    from shapely import MultiPolygon, Polygon

    from tongling_gis.enclosure.judging import Judged
    from tongling_gis.enclosure.model import Case, Gate, Offer

_WANTED = {"fail", "unknown"}


def number_offers(judged: Judged) -> dict[str, Offer]:
    """Number what would mend a finding, as ``FIR-09-1``; nothing where it needs no mending.

    Offers of objects that pass are left out, and none comes twice.
    """
    if judged.finding.verdict.value not in _WANTED:
        return {}
    found = [item.offer for item, verdict in judged.items if verdict.value in _WANTED]
    every = [offer for offer in found if offer is not None]
    every += judged.measured.offers
    by_label = {offer.label: offer for offer in every}
    return {
        f"{judged.rule.rule_id}-{number}": offer
        for number, offer in enumerate(by_label.values(), start=1)
    }


def list_mends(offers: Mapping[str, Offer]) -> tuple[Mend, ...]:
    """Say offers as findings carry them."""
    return tuple(Mend(offer_id, offer.label) for offer_id, offer in offers.items())


def choose_offer(offers: Mapping[str, Offer], offer_id: str) -> Offer:
    """Find an offer by its number.

    Raises:
        UsageError: If there is none of that number.
    """
    if offer_id in offers:
        return offers[offer_id]
    known = "、".join(offers) or "无"
    raise UsageError(
        Text(
            f"没有编号为“{offer_id}”的建议改动；现有：{known}。",
            f"There is no offer {offer_id!r}; there are: {', '.join(offers) or 'none'}.",
        )
    )


def accept_offer(case: Case, offer: Offer) -> Case:
    """Give the case as an offer would have it; a line taken over is then "amended".

    A new gate gets a number and a name; where the boundary moves, gates move onto it.

    Raises:
        UsageError: If the offer changes neither boundary nor gates, such as a turning place.
    """
    if offer.gate is None and offer.boundary is None:
        raise UsageError(
            Text(
                f"“{offer.label.zh}”不改边界和大门，不能由程序采纳：请实施后在答复文件中登记。",
                f"{offer.label.en!r} changes neither boundary nor gates: "
                "do it, then say so in the answers.",
            )
        )
    gates = tuple(gate for gate in case.gates if gate.gate_id != offer.replaces or not gate.gate_id)
    if offer.gate is not None:
        gate = _numbered(offer.gate, case)
        gates = (*(one for one in gates if one.gate_id != gate.gate_id), gate)
    boundary = case.boundary if offer.boundary is None else offer.boundary
    if offer.boundary is not None:
        gates = tuple(_onto(gate, boundary) for gate in gates)
    origin = "amended" if case.origin == "accepted" else case.origin
    return replace(case, boundary=boundary, gates=gates, origin=origin)


def _numbered(gate: Gate, case: Case) -> Gate:
    """Give a new gate a number that no other has, and a name."""
    if gate.gate_id:
        return gate
    taken = {one.gate_id for one in case.gates}
    number = next(n for n in range(1, len(taken) + 2) if f"N{n}" not in taken)
    name = gate.name or f"新设{GATE_KINDS[gate.kind.value].zh.split('（')[0]}门 {number}"
    return replace(gate, gate_id=f"N{number}", name=name)


def _onto(gate: Gate, boundary: Polygon | MultiPolygon) -> Gate:
    from shapely.ops import nearest_points

    return replace(gate, point=nearest_points(boundary.boundary, gate.point)[0])


def lay_out_offers(case: Case, offers: Iterable[tuple[str, str, Offer]]) -> gpd.GeoDataFrame:
    """List offers with the places that they change.

    Args:
        case: The case.
        offers: Rule, number and offer.
    """
    import geopandas as gpd

    rows: list[dict[str, Any]] = [
        {
            "offer_id": offer_id,
            "rule": rule,
            "kind": offer.kind,
            "label_zh": offer.label.zh,
            "label_en": offer.label.en,
            "replaces": offer.replaces,
            "gate_id": offer.gate.gate_id if offer.gate is not None else "",
            "geometry": offer.gate.point if offer.gate is not None else offer.boundary,
        }
        for rule, offer_id, offer in offers
    ]
    columns = ["offer_id", "rule", "kind", "label_zh", "label_en", "replaces", "gate_id"]
    return gpd.GeoDataFrame(rows, columns=[*columns, "geometry"], geometry="geometry", crs=case.crs)
