"""The same walks with the whole city made again: plain, slow, and what repair must equal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.network import attach
from tongling_gis.routing import nearest_place, weigh
from tongling_gis.routing.graph import UNREACHED
from tongling_gis.scenario.applying import edit_network
from tongling_gis.scenario.attached import doors_of
from tongling_gis.scenario.doors import Choice, judge_doors
from tongling_gis.scenario.ground import Ground, Pieces
from tongling_gis.scenario.walks import Walks, is_fresh, stays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tongling_gis.routing import WalkGraph
    from tongling_gis.routing.engines import Engine
    from tongling_gis.scenario.attached import Doors
    from tongling_gis.scenario.doors import Joined
    from tongling_gis.scenario.edits import CentreRow, StreetEdits
    from tongling_gis.scenario.walks import City

    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]


def rebuild_walks(
    city: City, streets: StreetEdits, rows: Sequence[CentreRow], serves: Flags
) -> Walks:
    """Search the whole city before and after a change; takes what ``repair_walks`` takes."""
    graph = city.ground.graph
    after = weigh(edit_network(graph.network, streets), graph.profile)
    sides = _Sides(city, after, streets)
    homes_before, homes_after, moved = sides.doors(city.homes)
    before, later, entries = sides.doors(city.centres)
    keep = stays(rows, len(city.serves))
    fresh = np.array([at for at, one in enumerate(rows) if is_fresh(one)], dtype=np.int64)
    points = np.array([rows[at].after for at in fresh] + [None], dtype=object)[:-1]
    found = attach(after.network, points, limit_m=city.homes.limit_m)
    later = later.some(keep[later.owner]).sorted_with(doors_of(fresh, found))
    attached = np.zeros(len(rows), dtype=bool)
    attached[later.owner] = True
    count = len(city.homes.points)
    return Walks(
        _search(graph, homes_before, before.some(city.serves[before.owner]), count, city.engine),
        _search(after, homes_after, later.some(serves[later.owner]), count, city.engine),
        attached,
        moved,
        entries,
    )


class _Sides:
    """The streets before and after, and doors on both."""

    def __init__(self, city: City, after: WalkGraph, edits: StreetEdits) -> None:
        self.city, self.after, self.edits = city, after, edits
        self.ground = Ground(after)
        edges = after.network.edges
        self.pieces = Pieces.of(
            edges["uncut_edge"].to_numpy(dtype=np.int64),
            self.ground.start_m,
            self.ground.length_m,
        )

    def doors(self, places: Joined) -> tuple[Doors, Doors, int]:
        """Give the doors of places before and after, and how many set out by another after."""
        before = self.city.ground
        every = np.arange(len(places.points))
        had = doors_of(every, places.doors)
        if not self.edits:
            return had, had, 0
        limit_m = places.limit_m
        new = doors_of(every, attach(self.after.network, places.points, limit_m=limit_m))
        choice = Choice(places.points, *np.full((4, len(every)), -1))
        had_there = had.on(*self.pieces.find(before.spots_of(had)))
        new_there = new.on(*before.find(self.ground.spots_of(new)))
        choice.kept[had.owner], choice.kept_after[had.owner] = had.at.edge, had_there.at.edge
        choice.new[new.owner], choice.new_before[new.owner] = new.at.edge, new_there.at.edge
        judged = judge_doors(before.network, self.after.network, choice, self.edits)
        return (
            had.sorted_with(new_there.some(judged.had[new.owner])),
            had_there.some(judged.keeps[had.owner]).sorted_with(new.some(judged.takes[new.owner])),
            int((judged.takes | ((choice.kept >= 0) & ~judged.keeps)).sum()),
        )


def _search(graph: WalkGraph, homes: Doors, centres: Doors, count: int, engine: Engine) -> Ints:
    """Search every home's nearest centre; doors are sorted by owner, so ties stay theirs."""
    best = np.full(count, UNREACHED, dtype=np.int64)
    nearest = nearest_place(graph, homes.at, centres.at, engine=engine)
    on = nearest.ms >= 0
    centre = centres.owner[nearest.place[on]]
    np.minimum.at(best, homes.owner[on], (nearest.ms[on] << 32) | centre)
    return best
