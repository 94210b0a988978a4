"""Offers that a planner accepts: the case as it would be, and the offers kept with a result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tongling_gis.assessment import Mend
from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from tongling_gis.enclosure.judging import Judged
    from tongling_gis.enclosure.model import Case, Offer

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
    """Give the case as an offer would have it; its origin is then "amended"."""
    gates = tuple(gate for gate in case.gates if gate.gate_id != offer.replaces)
    if offer.gate is not None:
        same = offer.gate.gate_id
        gates = (*(gate for gate in gates if gate.gate_id != same), offer.gate)
    boundary = offer.boundary if offer.boundary is not None else case.boundary
    origin = "amended" if case.origin in {"accepted", "amended"} else case.origin
    return replace(case, boundary=boundary, gates=gates, origin=origin)


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
