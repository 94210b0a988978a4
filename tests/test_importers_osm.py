"""OpenStreetMap files become streets, whatever their format, and every fault is told of."""

from __future__ import annotations

import bz2
import gzip
import json
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osm_text import HOLE, RING, SQUARE, node, relation, way, write_osm

from tongling_gis.errors import MissingFileError, UnreadableFileError
from tongling_gis.importers.osm import read_osm
from tongling_gis.importers.osm_streets import NO_STREET
from tongling_gis.importers.osm_tags import read_elevation, read_metres

if TYPE_CHECKING:
    from pathlib import Path


def test_ways_are_split_where_streets_meet_and_at_gates_and_crossings(tmp_path: Path) -> None:
    """A way is split at a shared node, a barrier and a crossing, and nowhere else.

    ::

                   6
                   |
        1 -- 2 -- 3 -- 4(gate) -- 5(crossing) -- 7
    """
    file = write_osm(
        tmp_path / "a.osm",
        *(node(one, one, 0) for one in (1, 2, 3)),
        node(4, 4, 0, barrier="gate", foot="yes"),
        node(5, 5, 0, highway="crossing", crossing="marked"),
        node(6, 3, 1),
        node(7, 7, 0),
        way(10, [1, 2, 3, 4, 5, 7], {"highway": "residential", "name": "铜官大道"}),
        way(11, [6, 3], {"highway": "footway"}),
    )
    layers = read_osm(file).layers
    streets = layers["streets"].set_index("street_id")
    ends = dict(
        zip(streets.index, zip(streets.from_node, streets.to_node, strict=True), strict=True)
    )
    assert ends == {
        "10-0": (1, 3),
        "10-1": (3, 4),
        "10-2": (4, 5),
        "10-3": (5, 7),
        "11-0": (6, 3),
    }
    assert [round(x, 4) for x, _ in streets.geometry["10-0"].coords] == [117.801, 117.802, 117.803]
    assert set(streets.name[:4]) == {"铜官大道"}
    nodes = layers["street_nodes"].set_index("node_id")
    assert sorted(nodes.index) == [1, 3, 4, 5, 6, 7]
    assert (nodes.barrier[4], nodes.foot[4], nodes.crossing[5]) == ("gate", "yes", "marked")


def test_a_loop_is_split_where_it_meets_itself(tmp_path: Path) -> None:
    """A way that comes back to one of its own nodes is split there."""
    file = write_osm(
        tmp_path / "a.osm",
        *SQUARE,
        node(9, -1, 0),
        way(10, [9, 1, 2, 3, 4, 1], {"highway": "service"}),
    )
    streets = read_osm(file).layers["streets"]
    assert list(zip(streets.from_node, streets.to_node, strict=True)) == [(9, 1), (1, 1)]


def test_a_square_keeps_its_outline_as_streets(tmp_path: Path) -> None:
    """A pedestrian area is walked along its outline, also where a relation holds the tags."""
    square = {"type": "multipolygon", "highway": "pedestrian", "area": "yes"}
    file = write_osm(
        tmp_path / "a.osm",
        *SQUARE,
        *HOLE,
        way(10, RING, {}),
        way(11, [5, 6, 7, 8, 5], {}),
        relation(20, [("way", 10, "outer"), ("way", 11, "inner")], square),
    )
    streets = read_osm(file).layers["streets"]
    assert list(streets.street_id) == ["10-0"]
    assert streets.geometry[0].is_ring


@pytest.mark.parametrize("kind", sorted(NO_STREET))
def test_what_is_no_street_is_refused_with_its_reason(tmp_path: Path, kind: str) -> None:
    """A way that is planned, gone or no way at all is named in the report with its kind."""
    file = write_osm(tmp_path / "a.osm", *SQUARE, way(10, [1, 2], {"highway": kind}))
    imported = read_osm(file)
    assert "streets" not in imported.layers
    (note,) = imported.report.notes
    assert (note.layer, note.row, note.action) == ("streets", "way/10", "refused")
    assert kind in note.reason.en


def test_a_way_with_missing_nodes_keeps_its_stretches(tmp_path: Path) -> None:
    """The pieces on both sides of a missing node stay, a way without two nodes goes; both noted."""
    file = write_osm(
        tmp_path / "a.osm",
        *(node(one, one, 0) for one in (1, 2, 4, 5)),
        way(10, [1, 2, 3, 4, 5], {"highway": "path"}),
        way(11, [1, 3], {"highway": "path"}),
        way(12, [1], {"highway": "path"}),
    )
    imported = read_osm(file)
    streets = imported.layers["streets"]
    assert list(zip(streets.from_node, streets.to_node, strict=True)) == [(1, 2), (4, 5)]
    assert {(note.row, note.action) for note in imported.report.notes} == {
        ("way/10", "repaired"),
        ("way/11", "refused"),
        ("way/12", "refused"),
    }
    count = imported.report.counts["streets"]
    assert (count.read, count.kept, count.repaired, count.refused) == (3, 1, 1, 2)


def test_a_node_repeated_in_a_row_counts_once(tmp_path: Path) -> None:
    """A way that names a node twice in a row has no segment of no length."""
    file = write_osm(tmp_path / "a.osm", *SQUARE, way(10, [1, 1, 2], {"highway": "path"}))
    assert list(read_osm(file).layers["streets"].street_id) == ["10-0"]


def test_tags_become_columns_with_units(tmp_path: Path) -> None:
    """Widths, heights, levels, floors, flats and residents are numbers in the schema's units."""
    people = {"population": "61", "population:0-14": "8", "population:15-59": "33"}
    file = write_osm(
        tmp_path / "a.osm",
        *SQUARE,
        way(10, [1, 3], {"highway": "steps", "width": "12'", "maxheight": "2.5 m", "layer": "-1"}),
        way(
            11,
            RING,
            {"building": "apartments", "building:levels": "6", "building:flats": "24"}
            | people
            | {"population:60+": "20", "lit": "yes"},
        ),
    )
    layers = read_osm(file).layers
    street, building = layers["streets"].iloc[0], layers["buildings"].iloc[0]
    assert (round(street.width_m, 4), street.maxheight_m, street.layer) == (3.6576, 2.5, -1)
    found = building[["use", "floors", "dwellings", "residents", "residents_0_14"]]
    assert list(found) == ["apartments", 6, 24, 61, 8]
    assert list(building[["residents_15_59", "residents_60_plus"]]) == [33, 20]
    assert json.loads(building.tags) == {"lit": "yes"}


def test_values_that_are_no_numbers_are_kept_and_noted(tmp_path: Path) -> None:
    """What a column cannot hold stays among the tags, with a note; "default" is no fault."""
    odd = {"width": "narrow", "layer": "0;1", "maxheight": "default"}
    file = write_osm(
        tmp_path / "a.osm",
        *SQUARE,
        way(10, [1, 3], {"highway": "service", **odd}),
        way(11, RING, {"building": "yes", "building:levels": "5.5"}),
    )
    imported = read_osm(file)
    street, building = imported.layers["streets"].iloc[0], imported.layers["buildings"].iloc[0]
    assert street[["width_m", "maxheight_m", "layer"]].isna().all()
    assert json.loads(street.tags) == odd
    assert (building.floors, json.loads(building.tags)) == (5, {"building:levels": "5.5"})
    noted = {(note.row, note.column, note.action) for note in imported.report.notes}
    assert noted == {
        ("way/10", "width_m", "repaired"),
        ("way/10", "layer", "repaired"),
        ("way/11", "floors", "repaired"),
    }


@pytest.mark.parametrize(
    ("written", "metres"),
    [
        ("3.5", 3.5),
        ("3,5 m", 3.5),
        ("3.5m", 3.5),
        ("350 cm", 3.5),
        ("3.5米", 3.5),
        ("12'", 3.6576),
        ("12'6\"", 3.81),
        ("12 ft", 3.6576),
        ("~4", 4.0),
        ("", None),
        ("wide", None),
        ("2-3", None),
        ("-3", None),
        ("3 kg", None),
    ],
)
def test_lengths_are_read_as_people_write_them(written: str, metres: float | None) -> None:
    """Metres, centimetres, feet and inches are read; anything else is no length."""
    assert read_metres(written) == (None if metres is None else pytest.approx(metres))


def test_elevations_may_lie_below_the_sea() -> None:
    """The tag ele may be negative and carry its unit."""
    assert [read_elevation(one) for one in ("12.5", "-3 m", "high")] == [12.5, -3.0, None]


def test_street_nodes_carry_their_elevation(tmp_path: Path) -> None:
    """A node's ele becomes its elevation."""
    file = write_osm(
        tmp_path / "a.osm",
        node(1, 0, 0, ele="31.5"),
        node(2, 1, 0),
        way(10, [1, 2], {"highway": "steps"}),
    )
    nodes = read_osm(file).layers["street_nodes"].set_index("node_id")
    assert nodes.elevation_m[1] == 31.5
    assert np.isnan(nodes.elevation_m[2])


def in_every_format(file: Path) -> list[Path]:
    """Write the same elements as .osm.gz, .osm.bz2 and .osm.pbf beside a .osm file."""
    made = [file, file.with_suffix(".osm.gz"), file.with_suffix(".osm.bz2")]
    made[1].write_bytes(gzip.compress(file.read_bytes()))
    made[2].write_bytes(bz2.compress(file.read_bytes()))
    made.append(file.with_suffix(".osm.pbf"))
    with osmium.SimpleWriter(str(made[3])) as writer:
        for element in osmium.FileProcessor(str(file)):
            writer.add(element)
    return made


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Give a small file in every format."""
    return in_every_format(
        write_osm(tmp_path / "a.osm", *SQUARE, way(10, RING, {"highway": "path", "name": "环路"}))
    )


def test_every_format_gives_the_same(files: list[Path]) -> None:
    """The four formats give the same layers, also under a name that says another format."""
    first = read_osm(files[0]).layers
    for file in files[1:]:
        unnamed = file.with_name(f"{file.name}.download")
        unnamed.write_bytes(file.read_bytes())
        for layers in (read_osm(file).layers, read_osm(unnamed).layers):
            assert list(layers) == list(first)
            assert all(layers[name].equals(first[name]) for name in first)


def test_a_truncated_file_is_one_clear_sentence(files: list[Path], tmp_path: Path) -> None:
    """Half a file of any format is refused by name, with what to do."""
    for file in files:
        half = tmp_path / f"half-{file.name}"
        half.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
        with pytest.raises(UnreadableFileError, match=r"half-a\.osm.*download it again") as caught:
            read_osm(half)
        assert "\n" not in caught.value.text.zh


@given(st.integers(0, 3), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1))
def test_damaged_bytes_are_never_more_than_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, which: int, damage: list[tuple[float, int]]
) -> None:
    """Whatever bytes are overwritten, a file is read or refused, and nothing else is raised."""
    folder = tmp_path_factory.mktemp("damaged")
    way_round = way(10, RING, {"highway": "path", "name": "环路"})
    file = in_every_format(write_osm(folder / "a.osm", *SQUARE, way_round))[which]
    content = bytearray(file.read_bytes())
    for where, byte in damage:
        content[int(where * (len(content) - 1))] = byte
    file.write_bytes(content)
    with suppress(UnreadableFileError):
        read_osm(file)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body>502 Bad Gateway</body></html>", b"PK\x03\x04junk", b"<osm version='0.6'/>"],
)
def test_a_file_that_is_no_osm_is_refused(tmp_path: Path, content: bytes) -> None:
    """An empty file, a web page, an archive and a file without elements are refused."""
    for name in ("a.osm", "a.osm.pbf", "a.osm.gz"):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(UnreadableFileError, match="download it again"):
            read_osm(file)


def test_a_missing_file_is_told_apart(tmp_path: Path) -> None:
    """A file that is not there is not an unreadable one."""
    with pytest.raises(MissingFileError, match=r"nowhere\.osm"):
        read_osm(tmp_path / "nowhere.osm")


def test_a_file_with_ways_only_refuses_them_all(tmp_path: Path) -> None:
    """Ways whose nodes are all missing are refused one by one, without an error."""
    file = write_osm(tmp_path / "a.osm", way(10, [1, 2], {"highway": "path"}))
    imported = read_osm(file)
    assert not imported.layers
    assert imported.report.counts["streets"].refused == 1


def test_an_element_that_comes_twice_stands_as_it_came_last(tmp_path: Path) -> None:
    """Of two versions the last stands, and the report says so."""
    twice = [way(10, [1, 2], {"highway": kind}) for kind in ("path", "steps")]
    imported = read_osm(write_osm(tmp_path / "a.osm", *SQUARE, node(1, 0.5, 0.5), *twice))
    assert list(imported.layers["streets"].highway) == ["steps"]
    assert imported.layers["streets"].geometry[0].coords[0] == pytest.approx((117.8005, 30.9005))
    assert any("2 elements are in the file more" in w.en for w in imported.report.warnings)


@pytest.mark.parametrize(
    ("root", "source", "invented", "asks"),
    [
        ('generator="openstreetmap-cgimap"', "OpenStreetMap contributors", False, False),
        ('generator="x" copyright="OpenStreetMap and contributors"', "ODbL 1.0", False, False),
        ('generator="tongling_gis sample city (invented)"', "Invented sample data", True, False),
        ('generator="JOSM"', "OpenStreetMap contributors", False, True),
    ],
)
def test_the_source_is_credited(
    tmp_path: Path,
    root: str,
    source: str,
    invented: bool,  # noqa: FBT001 - a case
    asks: bool,  # noqa: FBT001 - a case
) -> None:
    """OpenStreetMap is credited unless the data are invented; a file that is silent is told of."""
    file = write_osm(tmp_path / "a.osm", *SQUARE, way(10, RING, {"highway": "path"}), root=root)
    imported = read_osm(file)
    assert source in imported.source.en
    assert imported.invented == invented
    assert any("does not say whose" in w.en for w in imported.report.warnings) == asks


def test_an_invented_pbf_is_known_by_its_writer(tmp_path: Path) -> None:
    """The writing program of a .osm.pbf marks sample data."""
    header = osmium.io.Header()
    header.set("generator", "示例数据")
    header.set("osmosis_replication_timestamp", "2026-02-03T04:05:06Z")
    file = tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(file), header=header) as writer:
        writer.add_node(osmium.osm.mutable.Node(id=1, location=(117.8, 30.9), tags={"shop": "yes"}))
    imported = read_osm(file)
    assert imported.invented
    assert imported.source.zh == "示例数据（虚构）"
    assert imported.data_date == "2026-02-03"


def test_the_data_date_is_the_newest_elements(tmp_path: Path) -> None:
    """The newest timestamp dates the data; without one the date is unknown."""
    old, new = ('timestamp="2020-05-06T07:08:09Z"', 'timestamp="2024-01-02T03:04:05Z"')
    dated = [
        text.replace('version="1"', f'version="1" {stamp}')
        for text, stamp in zip(SQUARE, [old, new, old, old], strict=True)
    ]
    assert read_osm(write_osm(tmp_path / "a.osm", *dated)).data_date == "2024-01-02"
    assert read_osm(write_osm(tmp_path / "b.osm", *SQUARE)).data_date == ""


def test_progress_only_rises_and_ends_at_one(files: list[Path]) -> None:
    """Whoever watches sees the share rise from nought to one."""
    shares: list[float] = []
    read_osm(files[0], progress=lambda _, share: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_report_is_readable_in_both_languages(tmp_path: Path) -> None:
    """The lines say what was read, kept and refused, and the JSON holds the fingerprint."""
    file = write_osm(tmp_path / "a.osm", *SQUARE, way(10, RING, {"highway": "proposed"}))
    report = read_osm(file).report
    assert report.lines("en")[0] == "Streets: 1 rows read, 0 kept, 0 of them repaired, 1 refused"
    assert report.lines("zh")[0] == "街道：读入 1 行，保留 0 行，其中修复 0 行，拒绝 1 行"
    assert len(report.to_json()["fingerprint"]) == 64
    assert json.loads(json.dumps(report.to_json()))["source"] == "a.osm"
