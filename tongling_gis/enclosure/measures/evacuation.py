"""Getting out: the time until everybody has left through the gates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.enclosure.evacuating import PERSONS_PER_MIN_PER_M, Clearance, plan_evacuation
from tongling_gis.enclosure.measures.gates import walking_gates
from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.measures.naming import name_gate
from tongling_gis.enclosure.model import Item, Measured
from tongling_gis.network import attach
from tongling_gis.routing import origin_destination, weigh
from tongling_gis.scenario.ground import as_array
from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.model import Gate

NO_RESIDENTS = Text(
    "没有居民人数：请在 buildings 或 residents 图层填写“居民数”（residents）。",
    "Residents are unknown: fill in the column residents of buildings or residents.",
)
NOBODY_INSIDE = Text("边界内没有居民。", "Nobody lives inside the boundary.")
_LONGEST_WALK_S = 1800.0
_ESTIMATE = Text("估算，非规范判定。", "An estimate, no norm. ")


def people_inside(enclosure: Enclosure) -> NDArray[np.float64] | None:
    """Give the residents of each home inside; None where no number is known."""
    residents = enclosure.surroundings.residents
    if residents is None or "residents" not in residents:
        return None
    people = residents["residents"].to_numpy(dtype=float, na_value=np.nan)
    inside: NDArray[np.float64] = people[enclosure.inside_residents]
    return None if len(inside) and np.isnan(inside).all() else inside


def plan_clearance(enclosure: Enclosure) -> tuple[Clearance, list[Gate]] | Measured:
    """Find the quickest plan to leave, or say why there is none."""
    people = people_inside(enclosure)
    if people is None:
        return Measured(missing=NO_RESIDENTS)
    if not np.nansum(people):
        return Measured(not_applicable=NOBODY_INSIDE)
    gates = walking_gates(enclosure)
    unknown = [gate for gate in gates if gate.width_m is None]
    known = [gate for gate in gates if gate.width_m is not None]
    if gates and not known:
        return Measured(
            missing=Text(
                "没有填写出入口的“净宽”：请现场测量后补填。",
                "No gate's clear width is filled in: measure it on site.",
            )
        )
    if unknown:
        names = Text(
            "、".join(name_gate(gate).zh for gate in unknown),
            ", ".join(name_gate(gate).en for gate in unknown),
        )
        words = Text("{names}没有填写“净宽”。", "The clear width is unknown of {names}.")
        return Measured(missing=words.fill(names=names))
    walk_s = _walk_to_gates_s(enclosure, known)
    room = np.array([(gate.width_m or 0.0) * PERSONS_PER_MIN_PER_M / 60 for gate in known])
    counted = np.rint(np.nan_to_num(people)).astype(np.int64)
    return plan_evacuation(counted, walk_s, room), known


def _walk_to_gates_s(enclosure: Enclosure, gates: list[Gate]) -> NDArray[np.float64]:
    """Give the seconds from each home inside to each gate along the ways inside, [homes, gates].

    Infinite where a home has no way to a gate.
    """
    surroundings = enclosure.surroundings
    network = enclosure.walking_after
    graph = weigh(network, surroundings.walking_graph.profile)
    homes = surroundings.shapes("residents")[enclosure.inside_residents]
    limit_m = surroundings.snap_limit_m
    doors = attach(network, as_array(gate.point for gate in gates), limit_m=limit_m)
    times = origin_destination(
        graph, attach(network, homes, limit_m=limit_m), doors, limit_s=_LONGEST_WALK_S
    )
    walk_s = np.full((len(homes), len(gates)), np.inf)
    walk_s[times.origin, times.destination] = times.ms / 1000.0
    return walk_s


def measure_clearance(enclosure: Enclosure) -> Measured:
    """Measure how many minutes until everybody inside is out through the gates (EVA-04).

    Everybody leaves at once by the quickest plan, a flow over time; see ``evacuating``.
    """
    plan = plan_clearance(enclosure)
    if isinstance(plan, Measured):
        return plan
    out, gates = plan
    total = int(out.people.sum())
    items = tuple(
        Item(
            name_gate(gate),
            _last_out_s(out, row) / 60,
            gate.point,
            error=out.step_s / 60,
        )
        for row, gate in enumerate(gates)
    )
    return Measured(
        out.seconds / 60,
        items if math.isfinite(out.seconds) else (),
        shapely.MultiPoint([gate.point for gate in gates]),
        error=out.step_s / 60,
        note=_describe(out, gates, total),
    )


def _last_out_s(out: Clearance, row: int) -> float:
    """Tell when the last person leaves by a gate."""
    through = out.curve[:, row] if len(out.curve) else np.zeros(1)
    return float((through < through[-1]).sum() + (through[-1] > 0)) * out.step_s


def _describe(out: Clearance, gates: list[Gate], total: int) -> Text:
    width_m = sum(gate.width_m or 0.0 for gate in gates)
    plain = total / (PERSONS_PER_MIN_PER_M * width_m) if width_m else math.inf
    words = Text(
        "{estimate}{total} 人同时出发，每米净宽每分钟通过 {rate:.1f} 人"
        "（GB 51143-2015 条文说明 5.4）；"
        "只计出入口处排队，不计内部道路拥挤；按总宽均分约 {plain:.1f} 分钟。",
        "{estimate}{total} people set out at once; {rate:.1f} a minute pass each metre of clear "
        "width (commentary to GB 51143-2015 5.4); queues form at gates only, not on the ways "
        "inside; shared evenly over all widths it takes about {plain:.1f} minutes.",
    ).fill(estimate=_ESTIMATE, total=total, rate=PERSONS_PER_MIN_PER_M, plain=plain)
    if out.busiest >= 0:
        share = out.people[:, out.busiest].sum() / max(total, 1)
        busiest = Text(
            "最忙的是{gate}，承担 {share:.0%}。",
            " {gate} is the busiest, with {share:.0%} of them.",
        ).fill(gate=name_gate(gates[out.busiest]), share=share)
        words = Text(words.zh + busiest.zh, words.en + busiest.en)
    if out.stranded:
        lost = Text(
            f"另有 {out.stranded} 人没有路通往任何出入口。",
            f" {out.stranded} people have no way to any gate.",
        )
        words = Text(words.zh + lost.zh, words.en + lost.en)
    return words


MEASURES = {
    "clearance_min": Measure(
        measure_clearance,
        "min",
        Text("居民全部撤离时间（估算）", "Time until all residents are out (estimate)"),
        ("residents.residents", "case.gates.width_m"),
    ),
}
