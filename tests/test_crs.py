"""Coordinates: shifted datums against published vectors, and the metric zones."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongling_gis import crs
from tongling_gis.errors import CrsError

VECTORS = (
    Path(__file__).parents[2] / "shared" / "data" / "coordinates" / "eviltransform_vectors.csv"
)
DEGREE_M = 111_320.0

longitudes = st.floats(74.0, 134.0)
latitudes = st.floats(4.0, 53.0)


def vectors(kind: str) -> list[tuple[float, float, float, float]]:
    """Read (lon, lat, lon there, lat there) of one kind from the published vectors."""
    if not VECTORS.exists():
        pytest.skip("the shared coordinate vectors are not beside this checkout")
    with VECTORS.open(encoding="utf-8", newline="") as lines:
        return [
            tuple(float(row[name]) for name in ("in_lng", "in_lat", "out_lng", "out_lat"))
            for row in csv.DictReader(lines)
            if row["kind"] == kind
        ]


def test_gcj02_agrees_with_the_published_vectors() -> None:
    """WGS 84 shifts to GCJ-02 as published, to 1e-6 degrees."""
    rows = vectors("wgs84_to_gcj02")
    assert rows
    for lon, lat, there_lon, there_lat in rows:
        assert crs.wgs84_to_gcj02(lon, lat) == pytest.approx((there_lon, there_lat), abs=1e-6)


def test_bd09_vectors_carry_a_known_fault_of_their_maker() -> None:
    """The BD-09 vectors come out with pi where Baidu's formula has pi * 3000 / 180.

    eviltransform's issue 43 reports it. With that constant the vectors are met to 1e-6
    degrees; with the right one, ours, they are some tens of metres off.
    """
    rows = vectors("bd09_to_wgs84")
    assert rows
    for lon, lat, there_lon, there_lat in rows:
        x, y = lon - 0.0065, lat - 0.006
        radius = np.hypot(x, y) - 0.00002 * np.sin(y * np.pi)
        angle = np.arctan2(y, x) - 0.000003 * np.cos(x * np.pi)
        gcj_lon, gcj_lat = radius * np.cos(angle), radius * np.sin(angle)
        shifted_lon, shifted_lat = crs.wgs84_to_gcj02(gcj_lon, gcj_lat)
        one_step = (2 * gcj_lon - shifted_lon, 2 * gcj_lat - shifted_lat)
        assert one_step == pytest.approx((there_lon, there_lat), abs=1e-6)
        ours = crs.bd09_to_wgs84(lon, lat)
        assert np.hypot(*np.subtract(ours, (there_lon, there_lat))) * DEGREE_M < 45


def test_bd09_agrees_with_baidus_own_example() -> None:
    """The point in Baidu's description of its service, 114.2307 E 29.5791 N, is met to a metre."""
    there = crs.wgs84_to_bd09(114.21892734521, 29.575429778924)
    assert there == pytest.approx((114.2307519546763, 29.57908428837437), abs=1e-5)


@given(longitudes, latitudes)
def test_shifts_there_and_back_end_where_they_began(lon: float, lat: float) -> None:
    """GCJ-02 and BD-09 there and back is within a centimetre."""
    for there, back in (
        (crs.wgs84_to_gcj02, crs.gcj02_to_wgs84),
        (crs.wgs84_to_bd09, crs.bd09_to_wgs84),
    ):
        assert back(*there(lon, lat)) == pytest.approx((lon, lat), abs=1e-7)


def test_nothing_is_shifted_outside_china() -> None:
    """A point in Helsinki is the same in WGS 84 and GCJ-02."""
    assert crs.wgs84_to_gcj02(24.94, 60.17) == (24.94, 60.17)


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [(117.8, 30.9, 4548), (116.35, 40.0, 4548), (118.6, 31.0, 4549), (-51.2, -30.0, 32722)],
)
def test_metric_crs_is_the_zone_of_the_place(lon: float, lat: float, epsg: int) -> None:
    """China gets its 3-degree zone, the rest of the world its UTM zone."""
    assert crs.metric_crs(lon, lat).to_epsg() == epsg


@pytest.mark.parametrize("declared", ["", "nonsense", "EPSG:1"])
def test_an_unknown_crs_is_one_clear_sentence(declared: str) -> None:
    """A name that nothing knows raises an error naming the ones that can be written."""
    with pytest.raises(CrsError, match="EPSG:4548"):
        crs.read_crs(declared)
