"""The sample city: published figures to the unit, a believable city, files as users bring them."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from shapely import LineString

from tongling_gis.assessment import Provenance, Verdict
from tongling_gis.catalogue import read_standards
from tongling_gis.crs import gcj02_to_wgs84
from tongling_gis.hours import check_promise, read_hours
from tongling_gis.importers.osm import read_osm
from tongling_gis.importers.tables import read_table, read_workbook
from tongling_gis.importers.vector import read_vector
from tongling_gis.network import attach, build_network
from tongling_gis.reachability import measure_coverage
from tongling_gis.sample_city import SampleCity, invent_city, write_city
from tongling_gis.sample_city.tables import share_out
from tongling_gis.sample_city.terrain import make_terrain
from tongling_gis.sample_city.ways import Way, weave
from tongling_gis.schema import AGE_GROUPS, FIVE_SERVICES, TABLES

if TYPE_CHECKING:
    from tongling_gis.importers.report import Imported
    from tongling_gis.text import Text

DATA = Path(__file__).parents[1] / "data"
FILES = {
    "study_area.geojson",
    "streets.osm.pbf",
    "compounds.shp",
    "compounds.shx",
    "compounds.dbf",
    "compounds.prj",
    "centres.xlsx",
    "records.xlsx",
    "hydrants.csv",
}
OLD = ["old_quarter", "work_unit", "old_estate"]
PUBLISHED_STARS = {5: 2, 4: 5, 3: 11, 2: 16, 1: 3}
GRANTS = {5: 40_000, 4: 25_000, 3: 10_000, 2: 0, 1: 0}


@pytest.fixture(scope="module")
def city() -> SampleCity:
    """The city that ``data/`` holds."""
    return invent_city()


@pytest.fixture(scope="module")
def folder(city: SampleCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's files, freshly written."""
    target = tmp_path_factory.mktemp("city")
    write_city(city, target)
    return target


def plain(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Columns as plain Python numbers and texts, so that only values are compared."""
    table = pd.DataFrame(rows)[names].reset_index(drop=True)
    return table.astype(
        {
            name: "float64" if pd.api.types.is_numeric_dtype(table[name]) else "object"
            for name in names
            if not pd.api.types.is_bool_dtype(table[name])
        }
    )


@pytest.fixture(scope="module")
def streets_read(folder: Path) -> Imported:
    """The street file as its importer reads it."""
    return read_osm(folder / "streets.osm.pbf")


@pytest.fixture(scope="module")
def tables_read(folder: Path) -> dict[str, Imported]:
    """The other files as their importers read them."""
    return {
        "compounds": read_vector(folder / "compounds.shp", "compounds"),
        "centres": read_table(folder / "centres.xlsx", "centres"),
        "hydrants": read_table(folder / "hydrants.csv", "hydrants"),
        "records": read_workbook(folder / "records.xlsx"),
    }


# The published figures


def check_people(city: SampleCity) -> None:
    """Assert the published totals of people, centres and alliances."""
    buildings, centres = city.layers["buildings"], city.layers["centres"]
    assert buildings["residents"].sum() == 450_949
    assert round(450_949 / buildings["dwellings"].sum(), 2) == 2.39
    assert round(buildings["residents_60_plus"].sum() / 450_949, 4) == 0.2505
    assert len(centres) == 60
    assert centres["floor_area_m2"].sum() == 45_000
    assert centres["stars"].value_counts().to_dict() == PUBLISHED_STARS
    assert centres["stars"].isna().sum() == 23
    assert centres["project_funding_yuan"].dropna().tolist() == [50_000] * 9
    alliances = city.records["alliances"]
    assert (len(alliances), alliances["units"].sum(), alliances["members"].sum()) == (
        50,
        1_125,
        32_400,
    )
    assert city.layers["compounds"]["kind"].isin(OLD).sum() == 200


def test_people_centres_and_alliances_are_as_published(city: SampleCity) -> None:
    """Residents, households, ages, centres, stars, funding and alliances meet the figures."""
    check_people(city)


def test_any_seed_meets_the_published_figures() -> None:
    """Another seed gives another city of the same totals."""
    other = invent_city(20_261_123)
    check_people(other)
    assert len(other.layers["streets"]) >= 12_000


def test_records_are_as_published(city: SampleCity) -> None:
    """Over 2,000 activities reach nearly 50,000 people; projects of 2020 cost 2.6 million yuan."""
    activities, projects = city.records["activities"], city.records["claimed_projects"]
    assert len(activities) > 2_000
    assert 49_000 < activities["attendance"].sum() < 50_000
    assert len(projects) > 920
    assert projects["cost_yuan"].between(1_000, 5_000).all()
    assert projects["cost_yuan"].sum() == 2_600_000
    assert projects["date"].str.startswith("2020-").all()


def test_grants_follow_from_stars(city: SampleCity) -> None:
    """Every rating's grant is the rule's, and its last rating gives a centre its stars."""
    ratings = city.records["star_ratings"]
    assert (ratings["grant_yuan"] == ratings["stars"].map(GRANTS)).all()
    last = ratings.sort_values("date").groupby("centre_id")["stars"].last()
    rated = city.layers["centres"].set_index("centre_id")["stars"].dropna()
    assert last.to_dict() == rated.to_dict()


def test_ages_add_up_in_every_building(city: SampleCity) -> None:
    """In each building the age groups are its residents, and nobody lives without a dwelling."""
    homes = city.layers["buildings"].dropna(subset="residents")
    assert (homes[list(AGE_GROUPS)].sum(axis=1) == homes["residents"]).all()
    assert (homes["residents"] >= homes["dwellings"]).all()
    assert (homes["dwellings"] > 0).all()


def test_compounds_count_their_own_buildings(city: SampleCity) -> None:
    """A compound's buildings, dwellings and residents are those of the buildings linked to it."""
    compounds = city.layers["compounds"].set_index("compound_id")
    own = city.layers["buildings"].dropna(subset="compound_id").groupby("compound_id")
    assert own.size().to_dict() == compounds["buildings"].to_dict()
    for name in ("dwellings", "residents"):
        assert own[name].sum().to_dict() == compounds[name].to_dict()
    assert compounds[list(FIVE_SERVICES)].notna().all(axis=None)


def test_every_link_leads_somewhere(city: SampleCity) -> None:
    """No record or layer links to a key that is not there, and no key comes twice."""
    tables = {**city.layers, **city.records}
    for name, rows in tables.items():
        assert rows[TABLES[name].key].is_unique, name
        for column in TABLES[name].columns:
            if column.refers_to:
                there = tables[column.refers_to][TABLES[column.refers_to].key]
                assert rows[column.name].dropna().isin(there).all(), (name, column.name)


def test_centres_are_open_in_the_evening_and_on_holidays(city: SampleCity) -> None:
    """The hours of all 60 centres keep the city's promise."""
    for hours in city.layers["centres"]["opening_hours"]:
        assert {finding.verdict for finding in check_promise(read_hours(hours))} == {Verdict.PASS}


def test_assessments_rank_every_quarter(city: SampleCity) -> None:
    """Eight quarters, each with ranks by score; blacklisted companies say why."""
    assessments, companies = city.records["compound_assessments"], city.records["companies"]
    assert assessments["quarter"].nunique() == 8
    for _, quarter in assessments.groupby("quarter"):
        assert quarter.sort_values("rank")["score"].is_monotonic_decreasing
    assert companies["blacklist_reason"].notna().tolist() == companies["blacklisted"].tolist()
    assert 1 <= companies["blacklisted"].sum() <= 2


# The city


def test_the_network_has_every_kind_of_way(city: SampleCity) -> None:
    """At least 12,000 segments, with footways, steps, lanes, main streets, bridges, tunnels."""
    streets = city.layers["streets"]
    assert len(streets) >= 12_000
    kinds = {"primary", "secondary", "residential", "living_street", "service", "footway", "steps"}
    assert kinds <= set(streets["highway"])
    assert (streets["bridge"] == "yes").sum() >= 20
    assert (streets["tunnel"] == "yes").sum() >= 5
    assert streets["width_m"].between(1.0, 40.0).all()
    assert streets.length.min() > 0.5
    assert city.layers["street_nodes"]["elevation_m"].between(5, 400).all()


def test_segments_begin_and_end_at_their_nodes(city: SampleCity) -> None:
    """Each segment's ends are the places of its two nodes, and every node has a segment."""
    streets = city.layers["streets"]
    nodes = city.layers["street_nodes"].set_index("node_id").geometry
    for at, name in ((0, "from_node"), (-1, "to_node")):
        ends = shapely.get_point(streets.geometry.to_numpy(), at)
        assert shapely.equals(ends, nodes.loc[streets[name]].to_numpy()).all()
    assert set(nodes.index) == set(streets["from_node"]) | set(streets["to_node"])


def test_nearly_every_home_is_on_the_main_network(city: SampleCity) -> None:
    """More than 98 % of buildings join one network; a few farms are too far from any street."""
    layers = city.layers
    network = build_network(
        layers["streets"],
        layers["street_nodes"],
        barriers=layers["barriers"],
        gates=layers["gates"],
    )
    middles = shapely.centroid(layers["buildings"].geometry.to_numpy())
    joined = attach(network, middles, limit_m=200.0)
    part = network.component[network.edges["from_node"].to_numpy()[joined.edge]]
    assert ((part == 0) & (joined.edge >= 0)).mean() > 0.98
    assert 1 <= (joined.edge < 0).sum() <= 60


def test_some_quarters_are_left_out(city: SampleCity) -> None:
    """From 85 to 93 % reach a centre in 15 minutes; the island and its lanes do not."""
    layers = city.layers
    network = build_network(
        layers["streets"],
        layers["street_nodes"],
        barriers=layers["barriers"],
        gates=layers["gates"],
    )
    homes = layers["buildings"].dropna(subset="residents")
    coverage = measure_coverage(
        network,
        homes,
        layers["centres"],
        profile=read_standards().profile("adult"),
        snap_limit_m=200.0,
        provenance=Provenance("0"),
    )
    assert 0.85 <= coverage.indicator("share_covered", limit_minutes=15).value <= 0.93
    reasons = set(coverage.layers["residents"]["reason"].dropna())
    assert {"over_limit", "behind_barrier", "snapped_too_far"} <= reasons


def test_nothing_stands_where_it_cannot(city: SampleCity) -> None:
    """No building stands in water or a park, on another, on a street or outside the area."""
    shapes = city.layers["buildings"].geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="overlaps")
    assert not len(first[first < second])
    water = shapely.union_all(city.layers["water"].geometry.to_numpy())
    assert not shapely.intersects(shapes, water).any()
    assert not len(tree.query(city.layers["green"].geometry.to_numpy(), predicate="intersects")[0])
    streets = city.layers["streets"]
    ground = streets[streets["layer"].isna()].geometry.to_numpy()
    assert not len(tree.query(ground, predicate="intersects")[0])
    area = city.layers["study_area"].geometry.iloc[0]
    assert shapely.covers(area, shapes).all()


def test_streets_cross_water_on_bridges_only(city: SampleCity) -> None:
    """Every street over river, lake or creek is on a level of its own."""
    streets = city.layers["streets"]
    water = shapely.union_all(city.layers["water"].geometry.to_numpy()).buffer(-0.5)
    wet = streets[shapely.intersects(streets.geometry.to_numpy(), water)]
    assert len(wet) >= 8
    assert (wet["bridge"] == "yes").all()
    assert (wet["layer"] > 0).all()


def test_walls_close_and_open_only_at_gates(city: SampleCity) -> None:
    """Compound walls are rings; streets pass them at gates, but for a few blocked paths."""
    walls = city.layers["barriers"]
    walls = walls[walls["name"].isna()].geometry.to_numpy()
    assert shapely.is_closed(walls).all()
    streets = city.layers["streets"]
    ground = streets[streets["layer"].isna()].geometry.to_numpy()
    gates = shapely.union_all(city.layers["gates"].geometry.to_numpy())
    assert shapely.distance(shapely.points(shapely.get_coordinates(gates)), walls[:, None]).min(
        axis=0
    ).max() == pytest.approx(0.0, abs=1e-9)
    street, wall = shapely.STRtree(walls).query(ground, predicate="intersects")
    met = shapely.intersection(ground[street], walls[wall])
    blocked = (shapely.distance(met, gates) > 0.01).sum()
    assert 8 <= blocked <= 20


def test_gates_vary_as_the_rules_ask(city: SampleCity) -> None:
    """There are vehicle and pedestrian gates, some too narrow, some locked, some low."""
    gates = city.layers["gates"]
    assert {"gate", "lift_gate"} <= set(gates["barrier"])
    vehicle = gates[gates["motor_vehicle"].isna()]
    assert (vehicle["width_m"] < 4.0).any()
    assert (vehicle["width_m"] >= 4.0).any()
    assert (gates["height_m"] < 4.0).any()
    assert (gates["access"] == "no").sum() == 10
    assert gates["compound_id"].nunique() > 200


def test_the_city_stands_on_tonglings_frame(city: SampleCity) -> None:
    """It lies around 117.81E 30.94N, the river to the north-west, in EPSG:4548."""
    area = city.layers["study_area"]
    assert area.crs.to_epsg() == 4548
    middle = area.to_crs(4326).union_all().centroid
    assert (middle.x, middle.y) == pytest.approx((117.81, 30.94), abs=0.03)
    river = city.layers["water"].set_index("name").geometry["长江"]
    town = city.layers["compounds"].union_all().centroid
    assert river.centroid.x < town.x
    assert river.centroid.y > town.y
    assert len(river.interiors) == 1


def test_layers_are_as_the_schema_declares(city: SampleCity) -> None:
    """Every layer and record table has the schema's columns, choices and shapes."""
    for name, rows in {**city.layers, **city.records}.items():
        table = TABLES[name]
        assert tuple(c for c in rows.columns if c != "geometry") == table.names
        for column in table.columns:
            assert rows[column.name].notna().all() or not column.required, (name, column.name)
            if column.choices:
                assert rows[column.name].dropna().isin(column.choices).all()
        if table.shape:
            assert rows.geom_type.str.endswith(table.shape).all()
            assert rows.is_valid.all()


# The files


def test_the_same_seed_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Invented again, in another process, every file is the same to the byte."""
    code = (
        "import sys; from tongling_gis.sample_city import invent_city, write_city; "
        "write_city(invent_city(), sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_all_files_are_written_and_told(city: SampleCity, tmp_path: Path) -> None:
    """The files are those of ``data/``, under 15 MB, and progress runs from 0 to 1."""
    told: list[float] = []

    def listen(_what: Text, share: float) -> None:
        told.append(share)

    written = write_city(city, tmp_path / "new", progress=listen)
    assert {path.name for path in written} == FILES
    assert {path.name for path in (tmp_path / "new").iterdir()} == FILES
    assert {path.name for path in DATA.iterdir()} == FILES | {"README.md"}
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 15_000_000
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def cells(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every cell of a workbook, by sheet."""
    book = load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_the_committed_files_are_the_generators(folder: Path, streets_read: Imported) -> None:
    """``data/`` is not stale: it says what the generator writes now."""
    for name in ("centres.xlsx", "records.xlsx"):
        assert cells(DATA / name) == cells(folder / name)
    for name in ("hydrants.csv", "study_area.geojson", "compounds.dbf"):
        assert (DATA / name).read_bytes() == (folder / name).read_bytes(), name
    old, new = (gpd.read_file(at / "compounds.shp", encoding="GBK") for at in (DATA, folder))
    assert shapely.equals_exact(old.geometry, new.geometry, 0.001).all()
    old, new = read_osm(DATA / "streets.osm.pbf").layers, streets_read.layers
    assert old.keys() == new.keys()
    for name, rows in new.items():
        pd.testing.assert_frame_equal(
            pd.DataFrame(old[name].drop(columns="geometry")),
            pd.DataFrame(rows.drop(columns="geometry")),
        )


def test_every_file_says_that_it_is_invented(
    folder: Path, streets_read: Imported, tables_read: dict[str, Imported]
) -> None:
    """Each file carries 示例数据, and each importer hears it."""
    for name in ("study_area.geojson", "hydrants.csv"):
        assert "示例数据（虚构）" in (folder / name).read_text(encoding="utf-8-sig")
    assert "示例数据（虚构）".encode("gbk") in (folder / "compounds.dbf").read_bytes()
    for name in ("centres.xlsx", "records.xlsx"):
        assert {rows[0][0] for rows in cells(folder / name).values()} == {"示例数据（虚构）"}
    assert streets_read.invented
    assert all(one.invented for one in tables_read.values())


def test_the_street_file_reads_back_as_the_city(city: SampleCity, streets_read: Imported) -> None:
    """What the OpenStreetMap importer reads is what was invented, to the column."""
    read = streets_read
    assert not read.report.notes
    unsaid = {"compound_id"}  # OpenStreetMap has no tag for it
    for name, rows in read.layers.items():
        key = TABLES[name].key
        there = city.layers[name].set_index(key).loc[rows[key]].reset_index()
        columns = [one for one in TABLES[name].names if one not in unsaid]
        pd.testing.assert_frame_equal(plain(there, columns), plain(rows, columns), rtol=1e-3)
        away = shapely.hausdorff_distance(
            rows.to_crs(4548).geometry.to_numpy(), there.geometry.to_numpy()
        )
        # the point that stands for an area is chosen anew, in degrees
        assert away.max() < (60 if name in ("schools", "shelters", "amenities") else 0.05), name


def test_compounds_are_a_gbk_shapefile_that_says_nothing_of_it(
    city: SampleCity, folder: Path, tables_read: dict[str, Imported]
) -> None:
    """No .cpg and no language byte; Chinese fields of ten bytes; read back without loss."""
    assert not (folder / "compounds.cpg").exists()
    assert (folder / "compounds.dbf").read_bytes()[29] == 0
    raw = gpd.read_file(folder / "compounds.shp", encoding="GBK")
    assert {"小区编号", "小区", "名称", "小区名称"} & set(raw.columns)
    assert max(len(name.encode("gbk")) for name in raw.columns if name != "geometry") <= 10
    read = tables_read["compounds"]
    assert read.report.encoding.upper().startswith("GB")
    there = city.layers["compounds"]
    names = [one for one in TABLES["compounds"].names if one != "tags"]
    pd.testing.assert_frame_equal(plain(there, names), plain(read.layers["compounds"], names))


def test_centres_and_records_read_back_from_excel(
    city: SampleCity, tables_read: dict[str, Imported]
) -> None:
    """Workbooks with Chinese headings give the same tables, nothing refused or repaired."""
    centres, book = tables_read["centres"], tables_read["records"]
    assert not centres.report.notes
    assert not book.report.notes
    expected = {**city.records, "centres": city.layers["centres"]}
    for name, rows in {**book.layers, **centres.layers}.items():
        names = [one for one in TABLES[name].names if one != "tags"]
        pd.testing.assert_frame_equal(plain(expected[name], names), plain(rows, names))


def test_hydrants_are_in_gcj02(city: SampleCity, folder: Path) -> None:
    """As they stand they are half a kilometre off; undone, they are within a centimetre."""
    raw = pd.read_csv(folder / "hydrants.csv")
    shifted = gpd.points_from_xy(raw["经度(GCJ-02)"], raw["纬度(GCJ-02)"], crs=4326).to_crs(4548)
    truth = city.layers["hydrants"].geometry.to_numpy()
    assert shapely.distance(np.asarray(shifted), truth).min() > 400
    lon, lat = gcj02_to_wgs84(raw["经度(GCJ-02)"], raw["纬度(GCJ-02)"])
    undone = gpd.points_from_xy(lon, lat, crs=4326).to_crs(4548)
    assert shapely.distance(np.asarray(undone), truth).max() < 0.02


def test_workbooks_carry_no_moment_of_writing(folder: Path) -> None:
    """Every part of a workbook has one and the same date."""
    with zipfile.ZipFile(folder / "records.xlsx") as book:
        assert {entry.date_time for entry in book.infolist()} == {(2026, 1, 1, 0, 0, 0)}


def test_the_study_area_is_plain_geojson(folder: Path) -> None:
    """One polygon with Chinese properties."""
    area = json.loads((folder / "study_area.geojson").read_text(encoding="utf-8"))
    assert [one["geometry"]["type"] for one in area["features"]] == ["Polygon"]
    assert area["features"][0]["properties"]["名称"]


# The parts


@given(
    st.lists(st.floats(0.01, 1e6), min_size=1, max_size=30),
    st.integers(0, 10_000),
)
def test_shares_are_whole_and_add_up(weights: list[float], total: int) -> None:
    """Parts add up to the total, and none is a whole unit from its exact share."""
    parts = share_out(np.array(weights), total)
    assert parts.sum() == total
    assert (np.abs(parts - np.array(weights) / sum(weights) * total) < 1 + 1e-6).all()


@given(st.floats(-400, 9_300), st.floats(-1_900, 5_100))
def test_the_warp_can_be_undone(along: float, inland: float) -> None:
    """Plan coordinates come back from the real frame, to well under a metre."""
    frame = make_terrain(np.random.default_rng(5)).frame
    plan = np.array([[along, inland]])
    assert frame.to_plan(frame.to_world(plan)) == pytest.approx(plan, abs=0.2)


def test_ways_of_one_level_share_a_vertex_where_they_cross() -> None:
    """Two ways that cross get one common vertex; a bridge over both gets none."""
    ways = [
        Way(LineString([(0, 0), (100, 0)]), "residential"),
        Way(LineString([(50, -50), (50, 50)]), "residential"),
        Way(LineString([(0, -20), (100, 30)]), "footway", layer=1),
    ]
    woven = weave(ways)
    nodes = [set(woven.node[woven.way == at]) for at in range(3)]
    (shared,) = nodes[0] & nodes[1]
    assert tuple(woven.xy[shared]) == (50.0, 0.0)
    assert not nodes[2] & (nodes[0] | nodes[1])


def test_a_way_that_ends_on_another_joins_it() -> None:
    """An end up to 0.6 m off another way is joined to it, at any level; one 2 m off is not."""
    ways = [
        Way(LineString([(0, 0), (100, 0)]), "residential"),
        Way(LineString([(30, 0.4), (30, 50)]), "footway", layer=1),
        Way(LineString([(60, 2.0), (60, 50)]), "footway"),
    ]
    woven = weave(ways)
    nodes = [set(woven.node[woven.way == at]) for at in range(3)]
    assert len(nodes[0] & nodes[1]) == 1
    assert not nodes[0] & nodes[2]
