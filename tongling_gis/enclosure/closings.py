"""What it would cost neighbours if a compound that is walked through were shut to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.enclosure.openings import LIMIT_MS, LONGEST_MS
from tongling_gis.routing.graph import UNREACHED
from tongling_gis.routing.repair import Patch
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.enclosure.surroundings import Surroundings
    from tongling_gis.scenario.walks import City

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Closing:
    """What shutting a compound to those who live outside would cost them.

    Attributes:
        compound: Row in ``surroundings.compounds``.
        minutes: Minutes of walking that they lose, one way each, of walks up to 30 min.
        uncovered: Residents who no longer reach a centre within 15 minutes.
        people: Residents whose walk gets longer.
    """

    compound: int
    minutes: float
    uncovered: float
    people: float


def rank_closings(
    surroundings: Surroundings,
    city: City,
    people: Floats,
    *,
    rows: Ints | None = None,
    progress: Progress = silent,
) -> list[Closing]:
    """Rank compounds by what their closing would cost their neighbours, the dearest first.

    All streets within a compound or across its line are taken away from people outside. Homes
    in the compound, and those joined to one of these streets, are not counted.

    Args:
        surroundings: The city.
        city: Homes, centres and streets.
        people: How many live in each home.
        rows: Compounds asked about; None for all.
        progress: Told what is done; Ctrl-C keeps those worked out so far.
    """
    found: list[Closing] = []
    areas = surroundings.shapes("compounds")
    asked = np.arange(len(areas)) if rows is None else rows
    try:
        for number, row in enumerate(asked.tolist()):
            if number % 50 == 0:
                words = Text(f"试算封闭 {number}/{len(asked)}", f"Closing {number}/{len(asked)}")
                progress(words, number / len(asked))
            one = _close(surroundings, city, people, row)
            if one.people > 0.0:
                found.append(one)
    except KeyboardInterrupt:
        pass
    return sorted(found, key=lambda one: (-one.minutes, -one.uncovered, one.compound))


def _close(surroundings: Surroundings, city: City, people: Floats, row: int) -> Closing:
    """Take a compound's streets away, and mend the walks of those outside."""
    area = surroundings.shapes("compounds")[row]
    network, graph = city.ground.network, city.ground.graph
    gone = network.walk_edges[network.walk_tree.query(area, predicate="intersects")]
    inside = shapely.intersection(network.geometry[gone], area)
    gone = np.sort(gone[shapely.length(inside) > _TOUCHES_M])
    none = np.empty(0, dtype=np.int32)
    mended = city.standing.mend(Patch(gone.astype(np.int32), none, none, none, none))
    homes = city.homes
    home = homes.by_node.under(mended.node[mended.node < len(graph.order)])
    apart = ~shapely.intersects(area, homes.points[home]) & ~np.isin(homes.doors.edge[home], gone)
    home = home[apart]
    before = city.state[home]
    leave_ms = homes.ends.leave_ms[home].astype(np.int64)
    ways = []
    for states in (
        city.standing.state[np.maximum(homes.ends.node[home], 0)],
        mended.look_up(city.standing, homes.ends.node[home]),
    ):
        usable = (leave_ms >= 0) & (states != UNREACHED) & (homes.ends.node[home] >= 0)
        ways.append(
            np.where(usable, leave_ms + (states >> 32), UNREACHED).min(axis=1, initial=UNREACHED)
        )
    was_ms = np.where(before == UNREACHED, UNREACHED, before >> 32)
    now_ms = np.where(was_ms < ways[0], was_ms, ways[1])
    longer = now_ms > was_ms
    lost_ms = np.minimum(now_ms, LONGEST_MS) - np.minimum(was_ms, LONGEST_MS)
    out = (was_ms <= LIMIT_MS) & (now_ms > LIMIT_MS)
    count = people[home]
    return Closing(
        row,
        float(count @ lost_ms) / 60_000.0,
        float(count[out].sum()),
        float(count[longer].sum()),
    )


_TOUCHES_M = 1.0
