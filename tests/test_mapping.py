"""Maps: shapes as strings, layers' looks, and a page that is whole and safe before it is opened."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from map_town import CRS, LIMITS, NASTY, X0, Y0, Town, invent_town
from shapely import MultiPolygon
from shapely.geometry import LineString, Point, Polygon, box

from tongling_gis.assessment import Provenance, Verdict
from tongling_gis.errors import MissingFileError, TonglingError
from tongling_gis.mapping import page as page_module
from tongling_gis.mapping.base import describe_layer, initial_bounds
from tongling_gis.mapping.interactive import draw_map
from tongling_gis.mapping.layers import STREET_CLASSES, STYLES, coverage_classes
from tongling_gis.mapping.page import ASSETS, SCRIPTS, finish_page, read_asset, safe_json
from tongling_gis.mapping.records import describe_records, plain_value
from tongling_gis.mapping.results import describe_coverage, describe_isochrones
from tongling_gis.mapping.shapes import encode_integers, encode_points, encode_shapes
from tongling_gis.mapping.words import PAGE_WORDS, UNITS, describe_hours
from tongling_gis.schema import LAYERS, TABLES
from tongling_gis.text import Text

UNDRAWN = {"street_nodes"}
TITLE = Text("铜陵 </title><script>window.hacked=3</script>", "Tongling's </title> map")


def read_integers(text: str) -> list[int]:
    """Decode as the page does, one character after the other."""
    numbers, value, shift = [], 0, 0
    for character in text:
        digit = ord(character) - 63
        value |= (digit & 31) << shift
        if digit & 32:
            shift += 5
        else:
            numbers.append((value >> 1) ^ -(value & 1))
            value, shift = 0, 0
    return numbers


def read_vertices(coded: dict[str, str]) -> list[tuple[float, float]]:
    """Decode vertices into degrees."""
    steps = np.array(read_integers(coded["xy"])).reshape(-1, 2)
    return [(float(x), float(y)) for x, y in steps.cumsum(axis=0) / 1e6]


def read_block(path: Path, name: str) -> dict:
    """Read one JSON block of a page."""
    page = path.read_text(encoding="utf-8")
    found = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page)
    assert len(found) == 1
    return json.loads(found[0])


@pytest.fixture(scope="module")
def town() -> Town:
    """The invented town."""
    return invent_town()


@pytest.fixture(scope="module")
def drawn(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its map in Chinese."""
    return draw_map(
        tmp_path_factory.mktemp("maps"),
        layers=town.layers,
        records=town.records,
        coverage=town.coverage,
        isochrones=town.isochrones,
        title=TITLE,
    )


@given(st.lists(st.integers(-(2**29) + 1, 2**29 - 1)))
def test_integers_come_back_from_their_string(numbers: list[int]) -> None:
    """What is encoded decodes to the same, and no character can end a script block."""
    coded = encode_integers(numbers)
    assert read_integers(coded) == numbers
    assert not set(coded) & set("<>&'\"")


def test_a_number_too_large_is_refused() -> None:
    """Numbers of more than 30 bits raise instead of coming back wrong."""
    with pytest.raises(ValueError, match=r"2\*\*29"):
        encode_integers([2**29])


def test_points_come_back_to_a_tenth_of_a_metre() -> None:
    """Points are kept to 1e-6 degrees."""
    points = gpd.GeoDataFrame(geometry=[Point(117.8123456, 30.94), Point(-51.2, -30.03)], crs=4326)
    assert read_vertices(encode_points(points)) == [(117.812346, 30.94), (-51.2, -30.03)]


def test_shapes_keep_rows_holes_and_parts_apart() -> None:
    """A hole, two parts and a row without a shape are counted, and rings are not closed."""
    with_hole = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 2, 2).exterior])
    two = MultiPolygon([box(5, 5, 6, 6), box(7, 7, 8, 8)])
    layer = gpd.GeoDataFrame(geometry=[with_hole, None, two], crs=4326)
    coded = encode_shapes(layer)
    assert read_integers(coded["parts"]) == [2, 0, 2]
    assert read_integers(coded["rings"]) == [4, 4, 4, 4]
    assert set(read_vertices(coded)[:4]) == {(0, 0), (4, 0), (4, 4), (0, 4)}
    outer, hole = (Polygon(read_vertices(coded)[i : i + 4]).exterior.is_ccw for i in (0, 4))
    assert outer != hole


def test_lines_are_simplified_within_the_tolerance_and_keep_their_ends() -> None:
    """A wobble of 0.4 m goes at a tolerance of 1 m; a closed line stays closed."""
    wobbly = LineString([(X0, Y0), (X0 + 50, Y0 + 0.4), (X0 + 100, Y0)])
    ring = LineString([(X0, Y0), (X0 + 50, Y0), (X0 + 50, Y0 + 50), (X0, Y0)])
    layer = gpd.GeoDataFrame(geometry=[wobbly, ring], crs=CRS)
    assert read_integers(encode_shapes(layer, simplify_m=1.0)["rings"]) == [2, 4]
    assert read_integers(encode_shapes(layer)["rings"]) == [3, 4]


def test_every_layer_of_the_schema_has_a_look() -> None:
    """A layer is drawn or known not to be, and tells only columns it has."""
    assert set(STYLES) | UNDRAWN == set(LAYERS)
    for name, style in STYLES.items():
        assert set(style.facts) <= set(TABLES[name].names), name
        assert (style.symbol == "line") == (TABLES[name].shape == "LineString")
        assert (style.symbol == "area") == (TABLES[name].shape == "Polygon")


def test_every_class_of_way_has_one_look() -> None:
    """No class of way is in two street classes."""
    ways = [way for one in STREET_CLASSES for way in one.ways]
    assert len(ways) == len(set(ways))


@pytest.mark.parametrize("limits", [[15.0], [5.0, 10.0, 15.0], [5, 10, 15, 20, 30]])
def test_classes_of_a_coverage_are_its_limits_and_two_more(limits: list[float]) -> None:
    """Beyond and unreached have colours and symbols of their own."""
    classes = coverage_classes(limits)
    assert len(classes) == len(limits) + 2
    assert len({one.symbol for one in classes[-3:]}) == 3
    assert {one.colour for one in classes[-2:]}.isdisjoint(one.colour for one in classes[:-2])


def test_units_of_the_schema_have_words() -> None:
    """Every unit of a column can be read in both languages."""
    units = {column.unit for table in TABLES.values() for column in table.columns if column.unit}
    assert units <= set(UNITS)


def test_the_scripts_use_the_words_there_are() -> None:
    """No word is missing from the page, and none is there for nothing."""
    scripts = "\n".join(read_asset(name) for name in SCRIPTS)
    said = set(re.findall(r"\bwords\.(\w+)", scripts)) | set(re.findall(r'say\("(\w+)"', scripts))
    assert said <= set(PAGE_WORDS)
    quoted = set(re.findall(r'"(\w+)"', scripts)) | {"centre", "compound", "company", "alliance"}
    quoted |= {f"gate_{kind}" for kind in ("vehicle", "pedestrian", "fire_only")}
    quoted |= {f"verdict_{verdict}" for verdict in (*Verdict, "advice")}
    assert set(PAGE_WORDS) - said - quoted == {"noScript"}


@pytest.mark.parametrize("name", NASTY)
def test_no_text_can_end_a_block_of_json(name: str) -> None:
    """Markup, quotes, line separators: the block holds none of them raw, and reads back."""
    written = safe_json({"name": name})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {"name": name}


def test_no_number_that_json_lacks_gets_into_a_page() -> None:
    """Infinity and NaN are missing values, not words that break the page."""
    assert [plain_value(one) for one in (np.inf, np.nan, pd.NA, None)] == [None] * 4
    assert plain_value(np.int64(3)) == 3
    assert plain_value(np.bool_(True)) is True  # noqa: FBT003 - the value under test
    assert plain_value(pd.Timestamp("2024-05-06")) == "2024-05-06"


def test_the_page_asks_for_nothing_from_outside(drawn: Path) -> None:
    """No address to load from is left, and the page's policy forbids any."""
    page = drawn.read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)\s*=", page)
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert "@import" not in styles
    assert re.findall(r"url\(([^)]*)\)", styles) in ([], ["#default#VML"])
    assert "default-src 'none'" in page
    assert "BSD 2-Clause" in page


def test_titles_and_records_are_no_markup(drawn: Path) -> None:
    """Nothing of a nasty name or title stands in the page as markup."""
    page = drawn.read_text(encoding="utf-8")
    assert "<img" not in page
    assert page.count("</title>") == 1
    assert "<script>window.hacked" not in page


def test_records_come_in_one_block_with_their_labels(drawn: Path) -> None:
    """Rows, labels, units and choices of every table are there, missing values as null."""
    tables = read_block(drawn, "map-records")
    compounds = tables["compounds"]
    names = [column["name"] for column in compounds["columns"]]
    assert [row[names.index("name")] for row in compounds["rows"]] == list(NASTY)
    kind = compounds["columns"][names.index("kind")]
    assert kind["label"] == "类别"
    assert kind["choices"]["work_unit"] == "单位大院"
    assert tables["centres"]["rows"][2][names.index("name")] == "未评星中心"
    assert tables["claimed_projects"]["columns"][5]["unit"] == "元"


def test_the_page_carries_stamp_sources_and_invention(drawn: Path, town: Town) -> None:
    """Every map says how it was computed, whose the data are, and that they are invented."""
    origin = read_block(drawn, "map-data")["origin"]
    assert origin["stamps"] == [town.coverage.stamp.zh]
    assert origin["sources"] == ["© OpenStreetMap 's"]
    assert origin["invented"] is True
    assert origin["dataDate"] == "2026-11-01"


def test_the_summary_is_the_results_own(town: Town) -> None:
    """The numbers on the page are the indicators, not a second computation."""
    coverage = describe_coverage(town.coverage, town.layers, "en")
    share = town.coverage.indicator("share_covered", limit_minutes=15.0).value
    assert coverage["summary"]["overall"][-1]["share"] == share
    assert coverage["summary"]["groups"][0]["label"] == "Aged 60 and over"
    assert coverage["summary"]["reasons"] == [["Over the limit", coverage["summary"]["uncovered"]]]
    assert coverage["limits"] == LIMITS


def test_homes_keep_class_walk_building_and_compound(town: Town) -> None:
    """Each home has the class of its first limit, whole seconds, its building, its compound."""
    coverage = describe_coverage(town.coverage, town.layers, "zh")
    homes = town.coverage.layers["residents"]
    classes = read_integers(coverage["class"])
    assert classes.count(4) == 3
    assert [one <= 2 for one in classes] == homes["covered_15"].tolist()
    assert read_integers(coverage["walk"])[-1] == -1
    assert read_integers(coverage["building"]) == list(range(len(homes)))
    compounds = town.layers["compounds"]
    inside = [
        [row for row, area in enumerate(compounds.geometry) if area.contains(point)]
        for point in homes.geometry
    ]
    assert read_integers(coverage["compound"]) == [rows[0] if rows else -1 for rows in inside]


def test_sums_of_a_compound_are_those_of_its_homes(town: Town) -> None:
    """Residents of a compound are counted by limit without loss, and its centre is that of most."""
    coverage = describe_coverage(town.coverage, town.layers, "zh")
    homes = town.coverage.layers["residents"]
    own = homes[homes.within(town.layers["compounds"].geometry.iloc[0])]
    first = coverage["compounds"]["K1"]
    assert first["total"] == int(own["residents"].sum())
    assert first["covered"] == [
        int(own.loc[own[f"covered_{limit:g}"], "residents"].sum()) for limit in LIMITS
    ]
    assert coverage["centreIds"][first["centre"]] == "C1"


def test_sums_of_a_centre_are_the_results_own(town: Town) -> None:
    """What the result says of a centre is told, and why one was left out."""
    centres = describe_coverage(town.coverage, town.layers, "en")["centres"]
    assert centres["C1"]["total"] == town.coverage.layers["centres"]["residents_nearest"].iloc[0]
    assert centres["C1"]["reason"] is None
    assert centres["C2"]["reason"] == "332 m from a street"


def test_a_recorded_compound_stands_over_the_one_around(town: Town) -> None:
    """A home recorded with a compound belongs to it wherever it lies."""
    homes = town.coverage.layers["residents"].assign(compound_id=None)
    homes.loc[0, "compound_id"] = "K3"
    layers = {**town.coverage.layers, "residents": homes}
    moved = type(town.coverage)(**{**vars(town.coverage), "layers": layers})
    coverage = describe_coverage(moved, town.layers, "zh")
    assert read_integers(coverage["compound"])[0] == 2


def test_isochrones_are_drawn_largest_first(town: Town) -> None:
    """The small areas lie upon the large ones."""
    described = describe_isochrones(town.isochrones, "zh")
    assert described["limits"] == LIMITS
    assert described["dissolved"]["limit"] == [2, 1, 0]
    assert len(described["places"]) == len(described["area"]) == 6


def test_rows_without_a_shape_are_counted_not_drawn(town: Town) -> None:
    """A centre without coordinates keeps its record and is no point in the sea off Africa."""
    described = describe_layer(town.layers["centres"], STYLES["centres"], "zh")
    assert described["keys"] == ["C1", "C2"]
    assert described["shapeless"] == 1
    assert all(117 < x < 118 for x, _y in read_vertices(described["shapes"]))


def test_the_map_begins_where_the_homes_are(town: Town) -> None:
    """Homes and places set the first view; without them streets do; without those nothing."""
    (south, west), (north, east) = initial_bounds(town.layers, town.coverage)
    assert 30 < south < north < 31
    assert 117 < west < east < 118
    assert initial_bounds({"streets": town.layers["streets"]}, None) is not None
    assert initial_bounds({}, None) is None


def test_the_same_gives_the_same_page(town: Town, tmp_path: Path) -> None:
    """Two drawings do not differ in a byte, and the caller's tables are left alone."""
    before = {name: layer.copy(deep=True) for name, layer in town.layers.items()}
    pages = [
        draw_map(
            tmp_path / f"{number}.html",
            layers=town.layers,
            records=town.records,
            coverage=town.coverage,
            isochrones=None,
            title=TITLE,
        ).read_bytes()
        for number in range(2)
    ]
    assert pages[0] == pages[1]
    for name, layer in before.items():
        pd.testing.assert_frame_equal(layer, town.layers[name])


def test_streets_alone_are_a_map_with_their_attribution(town: Town, tmp_path: Path) -> None:
    """Without results the origin is the caller's, and everything else may be missing."""
    path = draw_map(
        tmp_path,
        layers={"streets": town.layers["streets"].to_crs(4326)},
        records={},
        coverage=None,
        isochrones=None,
        title=Text("贵溪", "Guixi"),
        lang="en",
        provenance=Provenance("0.1.0", sources=(Text.same("© OpenStreetMap contributors"),)),
    )
    assert path == tmp_path / "map.html"
    page_data = read_block(path, "map-data")
    assert page_data["coverage"] is None
    assert page_data["origin"]["sources"] == ["© OpenStreetMap contributors"]
    assert read_block(path, "map-records") == {}


def test_centres_of_the_result_stand_in_where_there_are_none(town: Town, tmp_path: Path) -> None:
    """Amenities that stood in for centres are drawn as centres, with cards."""
    path = draw_map(
        tmp_path,
        layers={"streets": town.layers["streets"]},
        records={},
        coverage=town.coverage,
        isochrones=None,
        title=TITLE,
    )
    assert len(read_block(path, "map-records")["centres"]["rows"]) == 2


def test_a_failed_write_leaves_the_old_map(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file stays as it was, and no part of the new one is left behind."""
    target = tmp_path / "map.html"
    target.write_text("old", encoding="utf-8")

    def fail(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        draw_map(
            target, layers=town.layers, records={}, coverage=None, isochrones=None, title=TITLE
        )
    assert target.read_text(encoding="utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["map.html"]


def test_a_missing_library_says_to_install_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package without its browser libraries says so, and what to do."""
    monkeypatch.setattr(page_module, "ASSETS", tmp_path)
    read_asset.cache_clear()
    try:
        with pytest.raises(MissingFileError, match=r"leaflet\.js.*pip install"):
            read_asset("vendor/leaflet/leaflet.js")
    finally:
        read_asset.cache_clear()


def test_an_unknown_form_of_page_is_refused() -> None:
    """A folium whose pages hold no map where we look for it is named, not written out broken."""
    with pytest.raises(TonglingError, match="folium"):
        finish_page("<html><head></head></html>", title="", lang="en", blocks={}, map_name="m")


def test_scripts_and_assets_are_the_same_set() -> None:
    """Every script of ours is joined into the page."""
    assert {path.name for path in ASSETS.glob("*.js")} == set(SCRIPTS)


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("24/7", "全天开放", "Open day and night"),
        ("Mo,We 08:00-12:00", "周一、周三 08:00–12:00", "Mon, Wed 08:00–12:00"),
        ("sunrise-sunset", "sunrise-sunset", "sunrise-sunset"),
        ("周一至周五 8:00", "周一至周五 8:00", "周一至周五 8:00"),
    ],
)
def test_opening_hours_read_as_words(written: str, zh: str, en: str) -> None:
    """Known days become words; what is not wholly understood is left as written."""
    assert (describe_hours(written, "zh"), describe_hours(written, "en")) == (zh, en)


def test_columns_in_which_all_is_missing_are_left_out() -> None:
    """A record card has no empty facts."""
    companies = pd.DataFrame({"company_id": ["P1"], "name": ["甲"], "phone": [None]})
    columns = describe_records({}, {"companies": companies}, "zh")["companies"]["columns"]
    assert [column["name"] for column in columns] == ["company_id", "name"]


def test_drafts_and_their_approvals_lead_to_their_compound(town: Town) -> None:
    """A draft is told without what is for programs; its approval names the same compound."""
    compounds = town.layers["compounds"]
    drafts = gpd.GeoDataFrame(
        {
            "draft_id": ["K1-v1"],
            "compound_id": ["K1"],
            "summary": ["符合"],
            "verdicts": ['[{"rule": "LEG-01"}]'],
        },
        geometry=compounds.geometry.iloc[:1].to_numpy(),
        crs=compounds.crs,
    )
    approvals = pd.DataFrame({"approval_id": ["A1"], "draft_id": ["K1-v1"], "overrides": ["无"]})
    told = describe_records(
        {"compounds": compounds, "enclosure_drafts": drafts},
        {"enclosure_approvals": approvals},
        "zh",
    )
    names = [one["name"] for one in told["enclosure_drafts"]["columns"]]
    assert names == ["draft_id", "compound_id", "summary"]
    approval = told["enclosure_approvals"]
    row = dict(zip([one["name"] for one in approval["columns"]], approval["rows"][0], strict=True))
    assert row["compound_id"] == "K1"
    assert row["overrides"] == "无"
