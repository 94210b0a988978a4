"""Times between layers and the way between two places, on the sample city."""

from __future__ import annotations

import pytest

from tongling_gis import studies
from tongling_gis.errors import InputError, UsageError


def test_times_between_layers_agree_with_the_way_between_two_places(demo: studies.Demo) -> None:
    """A pair's time is the time of its route, and from a place to itself it is nought."""
    found = studies.study_times(demo.workspace, "centres", "centres")
    pairs = found.pairs.set_index(["origin", "destination"])["walk_s"]
    assert pairs.max() <= 900
    assert (pairs[pairs.index.get_level_values(0) == pairs.index.get_level_values(1)] == 0).all()
    (origin, destination), walk_s = next(
        (pair, seconds) for pair, seconds in pairs.items() if pair[0] != pair[1]
    )
    way = studies.study_route(demo.workspace, f"centres:{origin}", f"centres:{destination}")
    assert way.walk_s == walk_s
    assert way.line.geometry.iloc[0].length == pytest.approx(way.length_m, abs=1)
    assert way.steps
    assert "示例数据" in way.stamp.zh


@pytest.mark.parametrize("place", ["centres:nobody", "nowhere", "117.8", "moon:1"])
def test_a_place_that_is_not_there_is_named(demo: studies.Demo, place: str) -> None:
    """What cannot be read as a place is one sentence that says how to write one."""
    with pytest.raises(UsageError):
        studies.study_route(demo.workspace, place, "117.82,30.94")


def test_a_place_far_from_any_street_has_no_way(demo: studies.Demo) -> None:
    """A point in another city is refused with the distance that holds."""
    with pytest.raises(InputError, match="200 m"):
        studies.study_route(demo.workspace, "118.5,31.5", "117.82,30.94")


def test_an_unknown_layer_lists_the_known_ones(demo: studies.Demo) -> None:
    """Od of a layer that does not exist names those that do."""
    with pytest.raises(UsageError, match="centres"):
        studies.study_times(demo.workspace, "castles", "centres")
