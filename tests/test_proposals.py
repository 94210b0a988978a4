"""Gates, openings and boundaries proposed: against brute force, and laws that always hold."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from enclosure_cases import lay_in, prepare_town, read_variants
from hypothesis import given, settings
from hypothesis import strategies as st

from tongling_gis import studies
from tongling_gis.assessment import Provenance, Verdict
from tongling_gis.cli import main
from tongling_gis.enclosure.area_results import assess_areas
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.gate_choice import Chooser, Wish, count_limits
from tongling_gis.enclosure.gate_places import Opened, every_opening, find_gate_places
from tongling_gis.enclosure.gate_rules import WALK, Oracle, default_rules, sort_rules
from tongling_gis.enclosure.judging import judge
from tongling_gis.enclosure.measures import MEASURES
from tongling_gis.enclosure.model import Case, GateKind
from tongling_gis.enclosure.opening_places import OpeningPlace, find_opening_places
from tongling_gis.enclosure.openings import LONGEST_MS, Opener, rank_openings
from tongling_gis.enclosure.proposing_areas import AreaQuestion, propose_areas
from tongling_gis.enclosure.proposing_gates import GateQuestion, propose_gates
from tongling_gis.enclosure.proposing_openings import OpeningQuestion, assess_openings
from tongling_gis.enclosure.rules import read_rules
from tongling_gis.mapping.proposals import describe_proposals
from tongling_gis.studies.drafts import load_draft

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.enclosure.surroundings import Surroundings
    from tongling_gis.text import Text

RULES = read_rules()
HA_M2 = 10_000.0
HOLDS = {Verdict.PASS, Verdict.NOT_APPLICABLE}
EQUAL = dict.fromkeys(GateKind, 1.0)


@pytest.fixture(scope="module")
def block() -> tuple[Surroundings, Case]:
    """A compound of 3.3 ha that two lanes and two paths enter."""
    variant = next(one for one in read_variants() if one.name.startswith("block"))
    west = {"at": [-10, 60], "name": "西邻里中心", "floor_area_m2": 900}
    town = {**variant.town, "centres": [*variant.town["centres"], west]}
    surroundings = prepare_town(town).prepare()
    return surroundings, replace(lay_in(variant, surroundings).case, gates=())


def keeps(enclosure: Enclosure, rules: tuple[str, ...]) -> bool:
    """Check some rules anew."""
    return all(
        judge(
            RULES.rule(one), MEASURES[RULES.rule(one).measure].function(enclosure)
        ).finding.verdict
        in HOLDS
        for one in rules
    )


def worst_s(enclosure: Enclosure) -> float:
    """Give how much longer the walk to a centre gets that grows most."""
    walks = enclosure.walks
    walks = walks[walks["goal"] == "centre"]
    lost_s = (walks["after_s"] - walks["before_s"]).fillna(np.inf)
    return float(lost_s.max())


def fewest_by_brute_force(
    surroundings: Surroundings, case: Case, rules: tuple[str, ...], limit_s: float
) -> int | None:
    """Try every kind of gate, and none, at every place."""
    places = find_gate_places(surroundings, case)
    bare = Enclosure(surroundings, case)
    best = None
    for kinds in product(*((None, *place.kinds) for place in places)):
        gates = tuple(
            place.gate(kind, number + 1)
            for number, (place, kind) in enumerate(zip(places, kinds, strict=True))
            if kind is not None
        )
        if best is not None and len(gates) >= best:
            continue
        enclosure = bare.with_gates(gates)
        if keeps(enclosure, rules) and worst_s(enclosure) <= limit_s:
            best = len(gates)
    return best


def chooser_of(surroundings: Surroundings, case: Case, rules: tuple[str, ...]) -> Chooser:
    """Make a chooser for some rules."""
    places = find_gate_places(surroundings, case)
    oracle = Oracle(surroundings, case, places, {one: RULES.rule(one) for one in rules})
    counted = {
        one: count_limits(RULES.rule(one))
        for one in rules
        if RULES.rule(one).measure == "vehicle_gates"
    }
    return Chooser(oracle, EQUAL, {}, counted)


@pytest.mark.parametrize(
    ("rules", "limit_s"),
    [
        (("PLN-01",), 1e9),
        (("PLN-01", "PLN-03", "LEG-03b", "FIR-01"), 200.0),
        (("LEG-09",), 30.0),
        (("PLN-03",), -1.0),
    ],
)
def test_the_choice_is_as_small_as_brute_force_finds(
    block: tuple[Surroundings, Case], rules: tuple[str, ...], limit_s: float
) -> None:
    """The fewest gates are those of all sets tried, and none are where no set will do."""
    found = chooser_of(*block, rules).choose(Wish((*rules, WALK), limit_s))
    count = None if found is None else found.gates
    assert count == fewest_by_brute_force(*block, rules, limit_s)


def test_no_gate_of_a_proposal_can_be_spared(block: tuple[Surroundings, Case]) -> None:
    """Proposed gates keep every rule they say, and without any one of them a rule breaks."""
    surroundings, case = block
    proposal = propose_gates(surroundings, case, RULES, GateQuestion(limit_min=1.0))
    assert proposal.proven
    assert proposal.choice is not None
    assert proposal.conflicts == ()
    kept = tuple(one for one in proposal.kept if one != WALK)
    gates = proposal.case.gates
    assert keeps(Enclosure(surroundings, proposal.case), kept)
    for gate in gates:
        fewer = tuple(one for one in gates if one is not gate)
        enclosure = Enclosure(surroundings, replace(case, gates=fewer))
        assert worst_s(enclosure) > 60.0 or not keeps(enclosure, kept)


def test_the_rules_that_cannot_be_met_together_are_a_smallest_set(
    block: tuple[Surroundings, Case],
) -> None:
    """With one gate at most, two vehicle gates cannot be, and that rule alone is named."""
    chooser = chooser_of(*block, ("PLN-01", "LEG-09"))
    wish = Wish(("PLN-01", "LEG-09"), most=1)
    assert chooser.smallest_conflict(wish) == ("PLN-01",)
    assert chooser.smallest_conflict(replace(wish, most=2)) == ()
    shut = {"PLN-11a": set(range(len(chooser.oracle.places)))}
    both = replace(chooser, unfit=shut)
    wish = Wish(("LEG-09", "PLN-01", "PLN-11a"))
    assert set(both.smallest_conflict(wish)) == {"PLN-01", "PLN-11a"}


def test_more_gates_only_shorten_detours_in_the_table(block: tuple[Surroundings, Case]) -> None:
    """Each row takes more gates than the one before, and its longest detour is shorter."""
    chooser = chooser_of(*block, ("LEG-09",))
    rows = chooser.trade_off(Wish(("LEG-09",), 1e9), step_s=1.0, rows=9)
    assert len(rows) > 1
    assert all(a.gates < b.gates and a.worst_s > b.worst_s for a, b in pairwise(rows))


@settings(max_examples=8)
@given(data=st.data())
def test_more_openings_never_break_a_rule(
    block: tuple[Surroundings, Case], data: st.DataObject
) -> None:
    """What the proof stands on: a rule that some openings keep is kept by more of them."""
    surroundings, case = block
    places = find_gate_places(surroundings, case)
    rules = [one for one in default_rules(RULES) if not one.measure.startswith("gate_to")]
    oracle = Oracle(surroundings, case, places, {one.rule_id: one for one in rules})
    assert set(sort_rules(oracle, rules).kept) == {one.rule_id for one in rules}
    every = sorted(every_opening(places))
    some = frozenset(data.draw(st.sets(st.sampled_from(every))))
    more = some | {data.draw(st.sampled_from(every))}
    for rule in rules:
        if oracle.holds(rule.rule_id, some, 0.0):
            assert oracle.holds(rule.rule_id, more, 0.0), (rule.rule_id, some, more)
    assert not oracle.detours_s(more)[0] > oracle.detours_s(some)[0]
    assert all(isinstance(one, Opened) for one in more)


@pytest.fixture(scope="module")
def walled() -> Surroundings:
    """Rows of homes between dead ends that walls part, with one centre."""
    rows = [0, 60, 120, 180]
    across = [{"line": [(-200, y), (0, y), (100, y), (200, y)], "name": f"{y}巷"} for y in rows]
    spine = {"line": [(-200, y) for y in rows], "name": "西路", "highway": "tertiary"}
    stubs = [{"line": [(x, y), (x, y + 55)]} for y in rows[:-1] for x in (100, 200)]
    homes = [{"at": [x, y + 4], "residents": 10 + x // 50} for y in rows for x in (50, 150)]
    walls = [[-100, y + 56, 250, y + 57] for y in rows[:-1]]
    return prepare_town(
        {
            "streets": [{"highway": "residential", **one} for one in [spine, *across, *stubs]],
            "residents": homes,
            "centres": [{"at": [210, 4], "name": "中心"}],
            "compounds": [{"box": box, "compound_id": f"W{n}"} for n, box in enumerate(walls)],
        }
    ).prepare()


def searched_again(
    surroundings: Surroundings, places: list[OpeningPlace]
) -> tuple[np.ndarray, np.ndarray]:
    """Search the whole changed city for every home's walk, before and after some openings."""
    city = surroundings.cities["centre"]
    whole = Opener(replace(city, engine="scipy"), np.ones(len(city.homes.points)))
    before = whole.home_ms.copy()
    whole.make(places[0], whole.gain(places))
    return before, whole.home_ms


def test_each_opening_gives_what_a_search_of_the_whole_city_says(walled: Surroundings) -> None:
    """Gains are never negative, are the largest at each step, and add up to a full search."""
    places = find_opening_places(walled)
    assert len(places) >= 4
    people = np.nan_to_num(walled.residents_known[1])
    ranking = rank_openings(walled.cities["centre"], people, places, steps=6)
    assert ranking.whole
    assert ranking.steps
    assert (ranking.alone >= 0.0).all()
    done: list[OpeningPlace] = []
    so_far = 0.0
    for step in ranking.steps:
        found = [_minutes(walled, people, [*done, one]) - so_far for one in places]
        assert step.gain.minutes == pytest.approx(max(found))
        assert found[step.place] == pytest.approx(max(found))
        done.append(places[step.place])
        so_far += step.gain.minutes
        assert so_far == pytest.approx(step.minutes)
    assert so_far <= ranking.most[0] + 1e-9
    assert ranking.most[0] == pytest.approx(_minutes(walled, people, places))


def _minutes(surroundings: Surroundings, people: np.ndarray, places: list[OpeningPlace]) -> float:
    before, after = searched_again(surroundings, places)
    saved_ms = np.minimum(before, LONGEST_MS) - np.minimum(after, LONGEST_MS)
    return float(people @ saved_ms) / 60_000.0


def test_proposed_areas_are_whole_and_within_limits(
    block: tuple[Surroundings, Case],
) -> None:
    """Areas hang together, keep buildings whole and limits, and hold no public street."""
    surroundings, case = block
    quarter = replace(case, boundary=case.boundary.buffer(60.0, join_style="mitre"))
    question = AreaQuestion(area_ha=1.5, dwellings=250)
    proposal = propose_areas(surroundings, quarter, RULES, question)
    assert len(proposal.alternatives) >= 2
    buildings = surroundings.shapes("buildings")
    public = surroundings.plain.geometry[surroundings.public == 1]
    for alternative in proposal.alternatives:
        held = [row for area in alternative.areas for row in area.buildings]
        assert sorted(held) == list(range(len(buildings)))
        assert len(alternative.areas) >= alternative.partition.fewest
        for area in alternative.areas:
            shape = area.case.boundary
            assert isinstance(shape, shapely.Polygon)
            assert shape.is_valid
            assert area.fits or len(area.buildings) == 1
            assert shape.area <= question.area_ha * HA_M2 or len(area.buildings) == 1
            own = buildings[list(area.buildings)]
            assert shapely.area(shapely.difference(own, shape)).max() < 0.1
            others = np.delete(buildings, list(area.buildings))
            assert shapely.area(shapely.intersection(others, shape)).max(initial=0.0) < 0.1
            assert shapely.length(shapely.intersection(public, shape)).max() < 0.1
        shapes = [area.case.boundary for area in alternative.areas]
        assert sum(one.area for one in shapes) == pytest.approx(shapely.union_all(shapes).area)


def test_an_interrupted_ranking_keeps_its_steps(walled: Surroundings) -> None:
    """Ctrl-C in the second step leaves the first, as it is in the whole ranking."""
    places = find_opening_places(walled)
    people = np.nan_to_num(walled.residents_known[1])

    def stop(words: Text, _share: float) -> None:
        if words.en == "Step 2":
            raise KeyboardInterrupt

    city = walled.cities["centre"]
    whole = rank_openings(city, people, places, steps=3)
    cut = rank_openings(city, people, places, steps=3, progress=stop)
    assert not cut.whole
    assert [one.place for one in cut.steps] == [one.place for one in whole.steps[:1]]


def test_proposals_lie_on_the_map(walled: Surroundings, block: tuple[Surroundings, Case]) -> None:
    """Openings in their order, compounds not to close, and the areas suggested are layers."""
    known = Provenance("0")
    opened = assess_openings(walled, OpeningQuestion(steps=2, subject="巷"), known)
    surroundings, case = block
    asked = AreaQuestion()
    divided = assess_areas(
        surroundings, propose_areas(surroundings, case, RULES, asked), RULES, asked, known
    )
    told = describe_proposals({"openings": [opened], "boundaries_proposal": [divided]}, "zh")
    counts = {one["name"]: one["count"] for one in told}
    assert counts["openings"] == len(opened.layers["openings"]) == 2
    table = divided.layers["alternatives"]
    assert table["best"].sum() == 1
    assert counts["proposed_areas"] == table["areas"][table["best"]].iloc[0]


def test_proposed_gates_are_taken_as_a_draft(
    demo: studies.Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command's gates are a draft whose line is taken over and that can be checked."""
    project = tmp_path / "示例"
    shutil.copytree(demo.workspace.folder, project)
    words = ["gates", "--compound", "C010", "--save-draft", "--author", "王工", "--json"]
    assert main(["enclosure", *words, "-p", str(project)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["drafts"] == ["C010-v1"]
    assert told["trade_off"][0]["gates"] == told["indicators"][0]["value"]
    draft = load_draft(studies.open_project(project), "C010-v1")
    assert draft.case.origin == "accepted"
    assert len(draft.case.gates) == told["indicators"][0]["value"]
