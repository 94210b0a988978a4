"""Times between layers and the way between two places, on the sample city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from towns import CRS, gate, place, read_town, wall

from tongling_gis import studies
from tongling_gis.errors import InputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


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


def test_a_way_that_is_shut_names_what_shuts_it(tmp_path: Path) -> None:
    """A wall whose gate is shut at night is named; streets apart are told as such."""
    street = read_town("+---+---+")
    apart = street.streets.assign(street_id=lambda rows: "far " + rows["street_id"])
    apart = apart.set_geometry(apart.geometry.translate(0.0, 5000.0))
    apart = apart.assign(from_node=apart["from_node"] + 100, to_node=apart["to_node"] + 100)
    workspace = studies.create_project(tmp_path / "p")
    workspace.write(
        {
            "streets": pd.concat([street.streets, apart], ignore_index=True),
            "barriers": wall((300, -50), (300, 50)),
            "gates": gate(300, 0, barrier="gate", opening_hours="Mo-Su 06:00-22:00"),
        }
    )
    here, there, far = (
        ",".join(map(str, gpd.GeoSeries([shapely.Point(at)], crs=CRS).to_crs(4326)[0].coords[0]))
        for at in (place(50, 0), place(350, 0), tuple(np.add(place(50, 0), (0.0, 5000.0))))
    )
    by_day = studies.study_route(workspace, here, there, studies.ReachOptions(at="Tue 12:00"))
    assert by_day.length_m == pytest.approx(300.0, abs=0.1)
    with pytest.raises(InputError, match="behind wall 'w1'"):
        studies.study_route(workspace, here, there, studies.ReachOptions(at="Tue 23:00"))
    with pytest.raises(InputError, match="not connected"):
        studies.study_route(workspace, here, far)


def test_latitude_before_longitude_is_told(demo: studies.Demo) -> None:
    """Coordinates the wrong way round are a sentence about their order."""
    with pytest.raises(UsageError, match="longitude comes first"):
        studies.study_route(demo.workspace, "30.94,117.82", "117.82,30.94")
