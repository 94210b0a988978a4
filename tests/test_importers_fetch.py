"""Fetching from a server that answers as Overpass does gives what reading the file gives."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
import shapely
from overpass_server import Answering, serve_overpass

from tongling_gis.errors import DownloadError, UsageError
from tongling_gis.importers import fetch
from tongling_gis.importers.fetch import cut_tiles, fetch_osm
from tongling_gis.importers.osm import read_osm
from tongling_gis.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

    from tongling_gis.importers.report import Imported

BOX = (116.347, 40.000, 116.356, 40.006)
AREA = shapely.box(*BOX)


@pytest.fixture(scope="module")
def read(shared_data: Path) -> Imported:
    """Read the Beijing extract."""
    return read_osm(shared_data / "osm" / "beijing_cau.osm.gz")


@pytest.fixture(scope="module")
def running(shared_data: Path) -> Iterator[Answering]:
    """Serve the Beijing extract."""
    with serve_overpass(shared_data / "osm" / "beijing_cau.osm.gz") as answering:
        yield answering


@pytest.fixture
def server(running: Answering) -> Answering:
    """Give the server with nothing asked of it yet, in good health."""
    running.queries.clear()
    running.remark, running.status_code = "", 200
    running.places = {"农大东区": AREA}
    return running


def inside(rows: gpd.GeoDataFrame, *ignored: str) -> set[tuple[object, ...]]:
    """Take the rows that lie within the box, as plain values to compare."""
    chosen = rows[rows.within(AREA)].drop(columns=[*ignored, "geometry"])
    shapes = rows.geometry[chosen.index].to_wkb()
    return set(zip(shapes, *(chosen[name].astype("str") for name in chosen), strict=True))


def test_a_box_gives_what_the_file_holds_there(server: Answering, read: Imported) -> None:
    """Inside the box every row of every layer is the file's, streets split at the same places.

    Only the running number of a way's segments differs where the way goes on outside, because
    side streets out there, at which it is split, are not asked for.
    """
    fetched = fetch_osm(bbox=BOX, overpass_url=f"{server.url}/api", margin_m=0.0)
    assert len(server.queries) == 1
    for name, rows in read.layers.items():
        ignored = ("street_id",) if name == "streets" else ()
        here = inside(rows, *ignored)
        there = inside(fetched.layers[name], *ignored) if name in fetched.layers else set()
        assert there == here, name
    assert len(inside(read.layers["streets"])) > 150
    assert len(inside(read.layers["street_nodes"])) > 100


def test_the_area_asked_for_becomes_the_study_area(server: Answering) -> None:
    """The study area is the box; the data are OpenStreetMap's, dated as the server says."""
    fetched = fetch_osm(bbox=BOX, overpass_url=f"{server.url}/api", margin_m=0.0)
    (area,) = fetched.layers["study_area"].geometry
    assert area.equals(AREA)
    assert tuple(fetched.layers["study_area"].columns) == (*TABLES["study_area"].names, "geometry")
    assert "OpenStreetMap" in fetched.source.zh
    assert fetched.data_date == "2026-01-01"
    assert server.url in fetched.report.source
    assert not any("whose data" in warning.en for warning in fetched.report.warnings)


def test_a_place_is_found_by_name_and_fetched_with_its_edges(
    server: Answering, read: Imported
) -> None:
    """By name the place's own area is fetched, and 1.2 km beyond it: here, all the file holds."""
    fetched = fetch_osm(
        "农大东区", overpass_url=f"{server.url}/api", nominatim_url=f"{server.url}/"
    )
    assert list(fetched.layers["study_area"]["name"]) == ["农大东区"]
    for name in ("streets", "street_nodes", "barriers", "gates", "buildings", "compounds"):
        assert (
            fetched.layers[name].drop(columns="tags").equals(read.layers[name].drop(columns="tags"))
        )


def test_osmnx_is_left_as_it_was(server: Answering, tmp_path: Path, monkeypatch) -> None:
    """Settings of OSMnx and the resolver are put back, and nothing is left in the folder."""
    from osmnx import settings

    monkeypatch.chdir(tmp_path)
    names = [name for name in vars(settings) if not name.startswith("_") and name.islower()]
    before = {name: getattr(settings, name) for name in names}
    resolver = socket.getaddrinfo
    fetch_osm(bbox=BOX, overpass_url=f"{server.url}/api", margin_m=0.0)
    assert {name: getattr(settings, name) for name in names} == before
    assert socket.getaddrinfo is resolver
    assert not list(tmp_path.iterdir())


def test_an_unknown_place_is_named(server: Answering) -> None:
    """A name that the server does not know is told, with what to do."""
    with pytest.raises(DownloadError, match=r"nowhere.*--bbox"):
        fetch_osm("nowhere", overpass_url=f"{server.url}/api", nominatim_url=server.url)


def test_an_incomplete_answer_is_not_taken(server: Answering) -> None:
    """An answer that ran out of time is refused instead of taken for the whole."""
    server.remark = "runtime error: Query timed out in 'query' at line 1 after 2 seconds."
    with pytest.raises(DownloadError, match="did not answer in full"):
        fetch_osm(bbox=BOX, overpass_url=f"{server.url}/api", margin_m=0.0)


def test_an_answer_with_an_error_code_is_not_taken(server: Answering) -> None:
    """A server that answers with an error is named."""
    server.status_code = 500
    with pytest.raises(DownloadError, match="127"):
        fetch_osm(bbox=BOX, overpass_url=f"{server.url}/api", margin_m=0.0)


def test_an_empty_area_is_told(server: Answering) -> None:
    """A box with nothing in it, as when latitude and longitude are swapped, is told."""
    with pytest.raises(DownloadError, match="west, south, east, north"):
        fetch_osm(bbox=(40.0, 10.0, 40.01, 10.01), overpass_url=f"{server.url}/api", margin_m=0.0)


@pytest.mark.parametrize("asked", [{"bbox": BOX}, {"place": "铜陵市"}])
def test_without_a_network_one_sentence_says_what_to_do(asked: dict[str, object]) -> None:
    """A server that cannot be reached leads to importing a file, at once and without a trace."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(DownloadError, match=r"tongling-gis import FILE") as caught:
            fetch_osm(**asked, overpass_url=f"{nobody}/api", nominatim_url=nobody)
    assert "\n" not in caught.value.text.en
    assert "\n" not in caught.value.text.zh


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"place": "铜陵市", "bbox": BOX},
        {"bbox": (117.9, 30.9, 117.7, 31.0)},
        {"bbox": (30.9, 117.7, 31.0, 117.9)},
        {"bbox": BOX, "overpass_url": "ftp://127.0.0.1/api"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(asked: dict[str, object]) -> None:
    """Neither or both of place and box, a box inside out, or no web address, are refused."""
    with pytest.raises(UsageError):
        fetch_osm(**asked)


def test_large_areas_are_asked_for_in_tiles_that_cover_them() -> None:
    """The tiles cover the area and its margin, and none is wider than a server answers at once."""
    area = shapely.Polygon([(117.5, 30.7), (118.2, 30.7), (118.2, 31.2), (117.9, 30.8)])
    tiles = cut_tiles(area, 1000.0)
    assert len(tiles) > 10
    whole = shapely.union_all(tiles).buffer(1e-9)
    assert whole.covers(area.buffer(0.0085))
    assert max(tile.bounds[3] - tile.bounds[1] for tile in tiles) * 111_320 < fetch.TILE_M * 1.05
