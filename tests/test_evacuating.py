"""Quickest plans to leave through gates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from tongling_gis.enclosure.evacuating import plan_evacuation


@st.composite
def crowds(draw):
    """Draw people, walks to gates and gates' rates."""
    origins, gates = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    people = np.array(draw(st.lists(st.integers(0, 60), min_size=origins, max_size=origins)))
    seconds = st.floats(0, 300)
    walk_s = np.array(draw(st.lists(seconds, min_size=origins * gates, max_size=origins * gates)))
    rate = np.array(draw(st.lists(st.floats(0.2, 3.0), min_size=gates, max_size=gates)))
    return people, walk_s.reshape(origins, gates), rate


def is_enough(people, walk_s, rate, seconds) -> bool:
    """Tell by a linear programme whether all get out in this time, people being divisible.

    Of those who take a gate no more can arrive at or after a moment than it lets through from
    then on.
    """
    origins, gates = walk_s.shape
    number = np.arange(origins * gates).reshape(origins, gates)
    rows, limits = [], []
    for gate in range(gates):
        for moment in walk_s[:, gate]:
            later = walk_s[:, gate] >= moment
            row = np.zeros(origins * gates)
            row[number[later, gate]] = 1.0
            rows.append(row)
            limits.append(max(rate[gate] * (seconds - moment), 0.0))
    each = np.zeros((origins, origins * gates))
    for origin in range(origins):
        each[origin, number[origin]] = 1.0
    found = linprog(np.zeros(origins * gates), rows, limits, each, people, method="highs")
    return found.status == 0


def test_sixty_people_share_two_gates_so_that_both_finish_together():
    """45 take the gate 30 s off and 15 the one 60 s off, at one a second: 75 s."""
    out = plan_evacuation(np.array([60]), np.array([[30.0, 60.0]]), np.array([1.0, 1.0]))
    assert out.seconds == pytest.approx(75.0)
    assert out.people.tolist() == [[45, 15]]
    assert out.curve[-1].tolist() == [45, 15]


@given(crowds())
def test_no_plan_is_quicker_and_this_one_is_at_most_three_steps_slower(crowd):
    """The time lies between the exact one for divisible people and that plus the rounding."""
    people, walk_s, rate = crowd
    out = plan_evacuation(people, walk_s, rate)
    assert is_enough(people, walk_s, rate, out.seconds + 1e-6)
    slack_s = 3 * out.step_s + walk_s.shape[1] / rate.min()
    assert out.seconds <= slack_s or not is_enough(people, walk_s, rate, out.seconds - slack_s)


@given(crowds())
def test_everybody_gets_out_and_nobody_before_they_arrive(crowd):
    """The plan takes everybody, its curve rises to all of them, none leaves before arriving."""
    people, walk_s, rate = crowd
    out = plan_evacuation(people, walk_s, rate)
    assert out.people.sum(axis=1).tolist() == people.tolist()
    if people.sum():
        assert (np.diff(out.curve, axis=0) >= 0).all()
        assert out.curve[-1].sum() == people.sum()
        ends_s = (1 + np.arange(len(out.curve))) * out.step_s
        for gate in range(walk_s.shape[1]):
            arrived = [out.people[walk_s[:, gate] <= end, gate].sum() for end in ends_s]
            assert (out.curve[:, gate] <= np.array(arrived)).all()


@given(crowds())
def test_another_gate_never_makes_it_slower(crowd):
    """With one gate shut it takes as long or longer, but for the length of a step."""
    people, walk_s, rate = crowd
    if walk_s.shape[1] == 1:
        return
    fewer = plan_evacuation(people, walk_s[:, 1:], rate[1:])
    more = plan_evacuation(people, walk_s, rate)
    assert more.seconds <= fewer.seconds + 2 * (fewer.step_s + more.step_s)


def test_those_without_a_way_are_counted_and_the_time_is_endless():
    """People whom no gate can be reached by are stranded; the others are still planned."""
    walk_s = np.array([[10.0], [np.inf]])
    out = plan_evacuation(np.array([5, 7]), walk_s, np.array([1.0]))
    assert out.stranded == 7
    assert np.isinf(out.seconds)
    assert out.people.tolist() == [[5], [0]]
