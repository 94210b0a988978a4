"""Walls, gates, buildings, areas and facilities come out of OpenStreetMap's elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from osm_text import HOLE, RING, SQUARE, node, relation, way, write_osm

from tongling_gis.importers.osm import read_osm

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.importers.report import Imported


def building(tmp_path: Path, *elements: str) -> Imported:
    """Read a file of the square and its hole with these elements."""
    return read_osm(write_osm(tmp_path / "a.osm", *SQUARE, *HOLE, *elements))


def degrees2(imported: Imported) -> float:
    """Give the first building's area, in millionths of a square degree."""
    return round(float(imported.layers["buildings"].geometry.iloc[0].area * 1e6), 6)


MULTI = {"type": "multipolygon", "building": "yes"}


@pytest.mark.parametrize("roles", [("outer", "inner"), ("", ""), ("inner", "outer")])
def test_a_multipolygon_has_its_hole_whatever_the_roles(
    tmp_path: Path, roles: tuple[str, str]
) -> None:
    """An outline in two ways with a hole is one area of 1 - 1/4, also where roles are wrong."""
    members = [("way", 10, roles[0]), ("way", 11, roles[0]), ("way", 12, roles[1])]
    imported = building(
        tmp_path,
        way(10, [1, 2, 3], {}),
        way(11, [1, 4, 3], {}),
        way(12, [5, 6, 7, 8, 5], {}),
        relation(20, members, MULTI),
    )
    assert degrees2(imported) == 0.75
    assert list(imported.layers["buildings"].building_id) == ["relation/20"]
    assert not imported.report.notes


def test_a_multipolygon_tagged_on_its_outer_way_has_its_hole(tmp_path: Path) -> None:
    """The old way of tagging, the relation bare and the outline tagged, gives the same area."""
    imported = building(
        tmp_path,
        way(10, RING, {"building": "yes"}),
        way(12, [5, 6, 7, 8, 5], {}),
        relation(20, [("way", 10, "outer"), ("way", 12, "inner")], {"type": "multipolygon"}),
    )
    assert degrees2(imported) == 0.75
    assert list(imported.layers["buildings"].building_id) == ["way/10"]


@pytest.mark.parametrize(
    ("members", "action"),
    [
        ([("way", 10, "outer"), ("way", 99, "inner")], "repaired"),
        ([("way", 10, "outer"), ("way", 99, "outer")], "refused"),
        ([("way", 13, "outer")], "refused"),
        ([("node", 1, "outer")], "refused"),
    ],
)
def test_a_multipolygon_that_lacks_members_is_mended_or_refused(
    tmp_path: Path, members: list[tuple[str, int, str]], action: str
) -> None:
    """Without a hole an area stays, without a piece of its outline it goes, with a note each."""
    imported = building(
        tmp_path, way(10, RING, {}), way(13, [1, 2, 3], {}), relation(20, members, MULTI)
    )
    (note,) = imported.report.notes
    assert (note.row, note.action) == ("relation/20", action)
    assert ("buildings" in imported.layers) == (action == "repaired")


@pytest.mark.parametrize(
    ("refs", "action", "area"),
    [
        ([1, 2, 4, 3, 1], "repaired", 0.5),
        ([1, 2, 3, 4, 9], "repaired", 1.0),
        ([1, 2, 3, 4], "refused", None),
        ([1, 2, 3, 99, 1], "refused", None),
        ([1, 2, 1], "refused", None),
    ],
)
def test_an_outline_at_fault_is_put_right_or_refused(
    tmp_path: Path, refs: list[int], action: str, area: float | None
) -> None:
    """One that crosses itself or misses closing by a metre is mended; open or cut ones go."""
    imported = building(tmp_path, node(9, 0.0, 0.01), way(10, refs, {"building": "yes"}))
    (note,) = imported.report.notes
    assert (note.layer, note.row, note.action) == ("buildings", "way/10", action)
    if area is None:
        assert "buildings" not in imported.layers
    else:
        assert degrees2(imported) == pytest.approx(area, rel=0.01)


def test_an_open_piece_of_an_areas_outline_is_no_area_of_its_own(tmp_path: Path) -> None:
    """A way tagged like the multipolygon it is a piece of is not refused beside it."""
    imported = building(
        tmp_path,
        way(10, [1, 2, 3], {"building": "yes"}),
        way(11, [3, 4, 1], {}),
        relation(20, [("way", 10, "outer"), ("way", 11, "outer")], MULTI),
    )
    assert degrees2(imported) == 1.0
    assert not imported.report.notes


def test_gates_stand_in_walls_and_entrances_in_buildings(tmp_path: Path) -> None:
    """Barrier nodes and entrances on a wall are gates; a building's door is an entrance of it."""
    imported = read_osm(
        write_osm(
            tmp_path / "a.osm",
            node(1, 0, 0, barrier="lift_gate", access="private"),
            node(2, 1, 0, entrance="yes"),
            node(3, 1, 1),
            node(4, 0, 1),
            node(5, 0.25, 0.25, entrance="main", name="一单元"),
            node(6, 0.75, 0.25),
            node(7, 0.75, 0.75),
            way(10, RING, {"barrier": "wall", "landuse": "residential", "name": "老街坊"}),
            way(11, [5, 6, 7, 5], {"building": "apartments"}),
        )
    )
    gates, entrances = imported.layers["gates"], imported.layers["entrances"]
    assert list(gates.gate_id) == ["node/1", "node/2"]
    assert list(gates.barrier.fillna("")) == ["lift_gate", ""]
    assert list(entrances.entrance_id) == ["node/5"]
    assert list(entrances.building_id) == ["way/11"]
    assert list(imported.layers["barriers"].barrier) == ["wall"]
    assert imported.layers["barriers"].geometry[0].is_ring
    assert list(imported.layers["compounds"].name) == ["老街坊"]


def test_a_wall_with_a_missing_node_is_kept_in_pieces(tmp_path: Path) -> None:
    """The wall's pieces on both sides of the missing node stay one row, with a note."""
    imported = read_osm(
        write_osm(
            tmp_path / "a.osm",
            *(node(one, one, 0) for one in (1, 2, 4, 5)),
            way(10, [1, 2, 3, 4, 5], {"barrier": "fence"}),
            way(11, [3, 4], {"barrier": "fence"}),
        )
    )
    assert [len(line.geoms) for line in imported.layers["barriers"].geometry] == [2]
    assert {(note.row, note.action) for note in imported.report.notes} == {
        ("way/10", "repaired"),
        ("way/11", "refused"),
    }


def test_places_are_points_with_their_kind(tmp_path: Path) -> None:
    """Facilities of any shape become points; what has its own layer stands there as well."""
    imported = read_osm(
        write_osm(
            tmp_path / "a.osm",
            *SQUARE,
            node(11, 2, 2, emergency="fire_hydrant", **{"fire_hydrant:type": "pillar"}),
            node(12, 3, 3, highway="bus_stop", name="东市"),
            node(13, 4, 4, shop="supermarket", tourism="attraction"),
            node(14, 5, 5, leisure="park", name="天井湖应急避难场所"),
            way(20, RING, {"amenity": "kindergarten", "building": "yes"}),
            way(21, [1, 3], {"leisure": "track", "emergency": "yes"}),
            way(22, RING, {"emergency": "assembly_point"}),
            relation(
                30, [("node", 11, ""), ("node", 12, "")], {"type": "site", "amenity": "police"}
            ),
        )
    )
    layers = imported.layers
    amenities = layers["amenities"].set_index("amenity_id")
    assert dict(amenities.kind) == {
        "node/11": "emergency=fire_hydrant",
        "node/13": "shop=supermarket",
        "node/14": "leisure=park",
        "way/20": "amenity=kindergarten",
        "way/21": "leisure=track",
        "way/22": "emergency=assembly_point",
        "relation/30": "amenity=police",
    }
    assert layers["buildings"].geometry[0].contains(amenities.geometry["way/20"])
    assert amenities.geometry["way/21"].coords[0] == pytest.approx((117.8005, 30.9005))
    assert amenities.geometry["relation/30"].coords[0] == pytest.approx((117.8025, 30.9025))
    assert list(layers["schools"].kind) == ["kindergarten"]
    assert list(layers["hydrants"].kind) == ["pillar"]
    assert list(layers["bus_stops"].name) == ["东市"]
    shelters = layers["shelters"].set_index("shelter_id")
    assert set(shelters.index) == {"node/14", "way/22"}
    assert shelters.area_m2["way/22"] == pytest.approx(111.2 * 95.6, rel=0.01)


def test_what_has_no_layer_is_counted(tmp_path: Path) -> None:
    """Elements that no layer takes are told of, by kind and number."""
    file = write_osm(
        tmp_path / "a.osm",
        *SQUARE,
        node(11, 2, 2, natural="tree"),
        node(12, 2, 3, natural="tree"),
        way(10, [1, 2], {"railway": "rail"}),
        way(11, [1, 2], {"highway": "path"}),
    )
    warnings = [warning.en for warning in read_osm(file).report.warnings]
    assert any("3 elements" in w and "natural 2" in w and "railway 1" in w for w in warnings)
