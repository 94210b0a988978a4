"""Every home's walk to its nearest centre before a change, and after by local repair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.network import attach
from tongling_gis.routing import join_ends
from tongling_gis.routing.ends import direct_walks
from tongling_gis.routing.graph import CLOSED, UNREACHED
from tongling_gis.routing.repair import Mended, join_seeds, no_patch, seeds_of, stand
from tongling_gis.scenario.attached import Doors, Spots, doors_of, no_doors, some_attached
from tongling_gis.scenario.doors import Choice, Joined, find_candidates, judge_doors
from tongling_gis.scenario.surroundings import find_dirty, find_near, mend_streets, take_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tongling_gis.network import Attachment
    from tongling_gis.routing import WalkGraph
    from tongling_gis.routing.engines import Engine
    from tongling_gis.routing.repair import Patch, Seeds, Standing
    from tongling_gis.scenario.edits import CentreRow, StreetEdits
    from tongling_gis.scenario.ground import Ground
    from tongling_gis.scenario.surroundings import Mend, Surroundings

    Ints: TypeAlias = NDArray[np.int64]
    Flags: TypeAlias = NDArray[np.bool_]
    Shapes: TypeAlias = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class City:
    """Homes and centres on the streets before, and every home's walk.

    Attributes:
        ground: The streets.
        homes: The homes, joined to them.
        centres: The centres before, joined to them.
        serves: Which of the centres serve before: all, or those open at the moment.
        engine: Which engine searches.
    """

    ground: Ground
    homes: Joined
    centres: Joined
    serves: Flags
    engine: Engine = "auto"

    @cached_property
    def centre_doors(self) -> Doors:
        """The doors of the centres that serve."""
        return doors_of(np.arange(len(self.serves)), self.centres.doors).some(
            self.serves[self.centres.doors.edge >= 0]
        )

    @cached_property
    def standing(self) -> Standing:
        """Every node's time to its nearest centre."""
        graph = self.ground.graph
        return stand(graph, find_seeds(graph, self.centre_doors), engine=self.engine)

    @cached_property
    def state(self) -> Ints:
        """Each home's walk: milliseconds * 2**32 + centre, ``UNREACHED`` for none, int64[h]."""
        doors = doors_of(np.arange(len(self.homes.points)), self.homes.doors)
        none = np.empty(0, dtype=np.int64)
        same = Mended(none.astype(np.int32), none)
        scene = Scene(self.ground.graph, doors, self.centre_doors)
        state = walk_homes(self.standing, same, [scene], len(self.homes.points))
        state.flags.writeable = False
        return state


class Walks(NamedTuple):
    """Every home's walk before and after: milliseconds * 2**32 + centre, ``UNREACHED`` for none.

    Attributes:
        before: Before, int64[h].
        after: After, int64[h].
        attached: Which centres, before and after, are joined to a street after.
        doors_moved: How many homes set out by another door after.
        entries_moved: How many centres are entered by another door after.
    """

    before: Ints
    after: Ints
    attached: Flags
    doors_moved: int
    entries_moved: int


class Scene(NamedTuple):
    """Homes and centres on the same pieces of street."""

    graph: WalkGraph
    homes: Doors
    centres: Doors


def find_seeds(graph: WalkGraph, doors: Doors) -> Seeds:
    """Give the corners next to doors of centres."""
    return seeds_of(join_ends(graph, doors.at), doors.owner.astype(np.int32))


def walk_homes(standing: Standing, mended: Mended, scenes: Sequence[Scene], count: int) -> Ints:
    """Give each home's best walk by any of its doors; ``UNREACHED`` for homes without one."""
    best = np.full(count, UNREACHED, dtype=np.int64)
    for graph, homes, centres in scenes:
        if len(homes.owner):
            ends = join_ends(graph, homes.at)
            ahead = mended.look_up(standing, ends.node)
            usable = (ends.leave_ms != CLOSED) & (ahead != UNREACHED)
            walked = np.where(usable, (ends.leave_ms << 32) + ahead, UNREACHED)
            np.minimum.at(best, homes.owner, walked.min(axis=1))
            home, centre, ms = direct_walks(graph, homes.at, centres.at)
            np.minimum.at(best, homes.owner[home], (ms << 32) | centres.owner[centre])
    return best


def is_fresh(row: CentreRow) -> bool:
    """Tell whether a centre is after where it was not before."""
    return row.after is not None and (row.before is None or row.after is not row.before)


def stays(rows: Sequence[CentreRow], count: int) -> Flags:
    """Tell which of the first ``count`` centres are after where they were before."""
    return np.array([one.after is not None and not is_fresh(one) for one in rows[:count]], bool)


class Moves(NamedTuple):
    """What becomes of places' doors.

    Attributes:
        lost: Places that can no longer use the door that they had.
        new: Doors found after, for those who take them.
        spots: Where along the streets these are.
        had: Which of them were there before too.
    """

    lost: Ints
    new: Doors
    spots: Spots
    had: Flags


def no_moves() -> Moves:
    """Give no moves at all."""
    none, no_m = np.empty(0, dtype=np.int64), np.empty(0)
    return Moves(none, no_doors(), Spots(none, no_m, no_m), none.astype(bool))


@dataclass(frozen=True, eq=False)
class _Change:
    """A change around which walks are mended.

    Attributes:
        city: The city before.
        around: The surroundings of the change after it, None where no street changes.
        mend: What is put in their place.
    """

    city: City
    around: Surroundings | None = None
    mend: Mend | None = None

    @property
    def ground(self) -> Ground:
        """The streets before."""
        return self.city.ground

    @property
    def gone(self) -> Ints:
        """Pieces of street that are no longer there, ascending."""
        return np.empty(0, dtype=np.int64) if self.mend is None else self.mend.gone

    @property
    def patch(self) -> Patch:
        """The same for the router."""
        return no_patch() if self.mend is None else self.mend.patch

    def lay(self, doors: Doors, spots: Spots) -> tuple[Doors, Doors]:
        """Lay doors on the streets after: those on pieces that stay, and those on new ones."""
        if not len(doors.owner):
            return doors, no_doors()
        row, offset_m = self.ground.find(spots)
        is_new = np.isin(row, self.gone)
        old = doors.on(row, offset_m).some(~is_new)
        if self.mend is None or not is_new.any():
            return old, no_doors()
        return old, doors.some(is_new).on(*self.mend.pieces.find(spots.some(is_new)))

    def judge(self, places: Joined, asked: Ints, found: Attachment, edits: StreetEdits) -> Moves:
        """Judge what becomes of the doors of some places, of which ``found`` is the door after."""
        if self.around is None or not len(asked):
            return no_moves()
        ground, around = self.ground, self.around
        every = np.arange(len(asked))
        had = doors_of(every, some_attached(places.doors, asked))
        new = doors_of(every, found)
        choice = Choice(places.points[asked], *np.full((4, len(asked)), -1))
        spots = around.spots_of(new)
        choice.kept[had.owner] = had.at.edge
        choice.kept_after[had.owner] = around.pieces.find(ground.spots_of(had))[0]
        choice.new[new.owner] = new.at.edge
        choice.new_before[new.owner] = ground.find(spots)[0]
        judged = judge_doors(ground.network, around.after, choice, edits)
        takes = judged.takes[new.owner]
        taken = new.some(takes)
        lost = asked[(choice.kept >= 0) & ~judged.keeps]
        return Moves(
            lost,
            taken._replace(owner=asked[taken.owner]),
            spots.some(takes),
            judged.had[taken.owner],
        )


def repair_walks(
    city: City, streets: StreetEdits, rows: Sequence[CentreRow], serves: Flags
) -> Walks:
    """Mend every home's walk around a change.

    Args:
        city: The city before.
        streets: What changes about streets, gates and walls.
        rows: The centres, those before first.
        serves: Which of these serve after.
    """
    ground, limit_m = city.ground, city.homes.limit_m
    fresh = np.array([at for at, one in enumerate(rows) if is_fresh(one)], dtype=np.int64)
    points = np.array([rows[at].after for at in fresh] + [None], dtype=object)[:-1]
    if not streets:
        arrivals = doors_of(fresh, attach(ground.network, points, limit_m=limit_m))
        arrived = _Arrivals(arrivals, ground.spots_of(arrivals))
        keeps = stays(rows, len(city.serves))
        return _mend(_Change(city), (no_moves(), no_moves()), arrived, keeps, serves)
    dirty = find_dirty(ground, streets)
    homes = find_candidates(city.homes, streets)
    centres = find_candidates(city.centres, streets)
    places = np.concatenate([city.homes.points[homes], city.centres.points[centres], points])
    near = find_near(ground, streets, places, limit_m)
    around = take_out(ground, streets, dirty, near, places, limit_m)
    change = _Change(city, around, mend_streets(around))
    found = attach(around.after, places, limit_m=limit_m) if len(places) else no_doors().at
    ends = np.cumsum([len(homes), len(centres)])
    of_homes, of_centres, of_fresh = (
        some_attached(found, one) for one in np.split(np.arange(len(places)), ends)
    )
    arrivals = doors_of(fresh, of_fresh)
    return _mend(
        change,
        (
            change.judge(city.homes, homes, of_homes, streets),
            change.judge(city.centres, centres, of_centres, streets),
        ),
        _Arrivals(arrivals, around.spots_of(arrivals)),
        stays(rows, len(city.serves)),
        serves,
    )


def repair_standing(
    cities: Sequence[City], streets: StreetEdits, others: Ints
) -> tuple[list[Walks], Surroundings]:
    """Mend walks to several kinds of centres around one change of streets; all centres stay.

    Args:
        cities: The same homes on the same network, one for each kind of centre; how it is
            weighed may differ.
        streets: What changes about streets, gates and walls.
        others: More uncut streets that the surroundings shall have.

    Returns:
        The same walks for each city as ``repair_walks``, and the surroundings of the change.
    """
    ground, homes = cities[0].ground, cities[0].homes
    dirty = find_dirty(ground, streets)
    joined = [homes, *(city.centres for city in cities)]
    asked = [find_candidates(places, streets) for places in joined]
    points = [places.points[rows] for places, rows in zip(joined, asked, strict=True)]
    places = np.concatenate(points)
    near = find_near(ground, streets, places, homes.limit_m)
    around = take_out(ground, streets, dirty, np.union1d(near, others), places, homes.limit_m)
    mend = mend_streets(around)
    found = attach(around.after, places, limit_m=homes.limit_m) if len(places) else no_doors().at
    ends = np.cumsum([len(rows) for rows in asked])[:-1]
    parts = [some_attached(found, one) for one in np.split(np.arange(len(places)), ends)]
    change = _Change(cities[0], around, mend)
    moves = [
        change.judge(one, rows, part, streets)
        for one, rows, part in zip(joined, asked, parts, strict=True)
    ]
    nothing = no_doors()
    arrived = _Arrivals(nothing, around.spots_of(nothing))
    changes = {ground: (around, mend)}
    walks = []
    for city, goals in zip(cities, moves[1:], strict=True):
        if city.ground not in changes:
            weighed = around.on(city.ground)
            changes[city.ground] = weighed, mend_streets(weighed)
        change = _Change(city, *changes[city.ground])
        keeps = np.ones(len(city.serves), dtype=bool)
        walks.append(_mend(change, (moves[0], goals), arrived, keeps, city.serves))
    return walks, around


class _Arrivals(NamedTuple):
    """Doors of new and moved centres after, and where along the streets they are."""

    doors: Doors
    spots: Spots


class _Serving(NamedTuple):
    """Doors of the centres that serve after.

    Attributes:
        old: Those on pieces of street that stay.
        new: Those on new pieces.
        attached: Which centres are joined to a street at all.
        pieces: Pieces of street before, from which another centre may be near than before.
    """

    old: Doors
    new: Doors
    attached: Flags
    pieces: Ints


def _mend(
    change: _Change,
    moves: tuple[Moves, Moves],
    arrived: _Arrivals,
    keeps: Flags,
    serves: Flags,
) -> Walks:
    homes, centres = moves
    serving = _find_serving(change, centres, arrived, keeps, serves)
    return Walks(
        _walk_before(change, homes, centres),
        _walk_after(change, homes, serving),
        serving.attached,
        len(np.union1d(homes.lost, homes.new.owner)),
        len(np.union1d(centres.lost, centres.new.owner)),
    )


def _find_serving(
    change: _Change, centres: Moves, arrived: _Arrivals, keeps: Flags, serves: Flags
) -> _Serving:
    city, ground = change.city, change.ground
    if keeps.all() and serves is city.serves and not len(arrived.doors.owner):
        untouched = not len(centres.lost) and not len(centres.new.owner)
        if untouched and not city.centres.by_piece.under(change.gone).size:
            attached = np.asarray(city.centres.doors.edge >= 0)
            return _Serving(city.centre_doors, no_doors(), attached, change.gone)
    count, keeps = len(city.serves), keeps.copy()
    staying = keeps[centres.new.owner]
    keeps[centres.lost] = False
    own = doors_of(np.arange(count), city.centres.doors)
    kept = own.some(keeps[own.owner])
    lists = [
        change.lay(arrived.doors, arrived.spots),
        change.lay(centres.new.some(staying), centres.spots.some(staying)),
    ]
    come = [one[0].at.edge for one in lists]
    lists.append(change.lay(kept, ground.spots_of(kept)))
    old, new = (one[0].sorted_with(*one[1:]) for one in zip(*lists, strict=True))
    attached = np.zeros(len(serves), dtype=bool)
    attached[np.concatenate([old.owner, new.owner])] = True
    same = keeps & (serves[:count] == city.serves)
    pieces = np.concatenate([own.some(~same[own.owner]).at.edge, *come, change.gone])
    return _Serving(
        old.some(serves[old.owner]), new.some(serves[new.owner]), attached, np.unique(pieces)
    )


def _walk_before(change: _Change, homes: Moves, centres: Moves) -> Ints:
    """Give the walks before, with doors that were there but that nobody looked for."""
    city, ground = change.city, change.ground
    graph = ground.graph
    spare = centres.new.some(centres.had).on(*ground.find(centres.spots.some(centres.had)))
    spare = spare.some(city.serves[spare.owner])
    others = homes.new.some(homes.had).on(*ground.find(homes.spots.some(homes.had)))
    if not len(spare.owner) and not len(others.owner):
        return city.state
    doors = city.centre_doors.sorted_with(spare)
    mended = city.standing.mend(no_patch(), find_seeds(graph, doors))
    touched = _touched(city, mended, spare.at.edge, others)
    kept = doors_of(touched, some_attached(city.homes.doors, touched))
    scene = Scene(graph, kept.sorted_with(others), doors)
    return _renewed(city, touched, walk_homes(city.standing, mended, [scene], len(city.state)))


def _walk_after(change: _Change, homes: Moves, serving: _Serving) -> Ints:
    """Give the walks after."""
    city, ground = change.city, change.ground
    seeds = None
    if serving.old is not city.centre_doors:
        seeds = find_seeds(ground.graph, serving.old)
        if change.mend is not None:
            seeds = join_seeds(seeds, find_seeds(change.mend.graph, serving.new))
    mended = city.standing.mend(change.patch, seeds)
    touched = _touched(city, mended, serving.pieces, homes.new)
    touched = np.union1d(touched, homes.lost)
    kept = doors_of(touched, some_attached(city.homes.doors, touched))
    kept = kept.some(~np.isin(kept.owner, homes.lost))
    lists = [
        change.lay(kept, ground.spots_of(kept)),
        change.lay(homes.new, homes.spots),
    ]
    old, new = (one[0].sorted_with(*one[1:]) for one in zip(*lists, strict=True))
    scenes = [Scene(ground.graph, old, serving.old)]
    if change.mend is not None:
        scenes.append(Scene(change.mend.graph, new, serving.new))
    return _renewed(city, touched, walk_homes(city.standing, mended, scenes, len(city.state)))


def _touched(city: City, mended: Mended, pieces: NDArray[np.integer], others: Doors) -> Ints:
    """List the homes next to nodes whose time changed, on some pieces, or with other doors."""
    nodes = mended.node[mended.node < len(city.standing.state)]
    found = [city.homes.by_node.under(nodes), city.homes.by_piece.under(pieces), others.owner]
    return np.unique(np.concatenate(found))


def _renewed(city: City, homes: Ints, best: Ints) -> Ints:
    state = city.state.copy()
    state[homes] = best[homes]
    return state
