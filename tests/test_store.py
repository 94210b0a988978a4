"""The project on disk: what is written comes back the same, from any program that reads it."""

from __future__ import annotations

import dataclasses
import sqlite3
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from tongling_gis.assessment import Assessment, Finding, Indicator, Provenance, Verdict
from tongling_gis.errors import CrsError, GeometryError, MissingFileError, SchemaError
from tongling_gis.schema import TABLES, Table
from tongling_gis.store import Origin, Workspace
from tongling_gis.store.frames import frame_of
from tongling_gis.store.stored import FetchedTable
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

ZONE = 4548
TONGLING = (117.81, 30.94)


def points(prefix: str, *places: tuple[float, float]) -> gpd.GeoDataFrame:
    """Make centres at places in degrees."""
    return gpd.GeoDataFrame(
        {"centre_id": [f"{prefix}{n}" for n in range(len(places))]},
        geometry=[shapely.Point(place) for place in places],
        crs=4326,
    )


def companies(**names: str) -> pd.DataFrame:
    """Make a record table of companies by key and name."""
    return pd.DataFrame({"company_id": list(names), "name": list(names.values())})


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """Make an empty project."""
    return Workspace.create(tmp_path / "项目", name="铜陵")


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Make a project whose CRS is decided, for tests that write a table over and over."""
    workspace = Workspace.create(tmp_path_factory.mktemp("placed"), name="铜陵")
    workspace.write({"centres": points("c", TONGLING)})
    return workspace


# Reading back what was written

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text()
    | st.sampled_from(["农大小区'北区\"", "第一行\n第二行", "<b>&amp;</b>", "NA"]),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "number": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "date": st.dates().map(str),
}
CANONICAL = {"text": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"} | {
    "date": "str"
}
coordinate = st.floats(-1e8, 1e8)
spots = st.builds(shapely.Point, coordinate, coordinate) | st.builds(
    shapely.Point, coordinate, coordinate, coordinate
)
lines = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=5).map(shapely.LineString)
areas = st.tuples(*[st.floats(-1e6, 1e6)] * 2, st.floats(1, 1e5)).map(
    lambda t: shapely.box(t[0], t[1], t[0] + t[2], t[1] + t[2])
)
SHAPES = {
    "Point": spots,
    "LineString": lines,
    "Polygon": areas | st.lists(areas, min_size=2, max_size=3).map(shapely.MultiPolygon),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, pd.DataFrame]:
    """Draw a table of the schema and rows that it allows, missing values among them."""
    table = TABLES[draw(st.sampled_from(sorted(TABLES)))]
    count = draw(st.integers(0, 4))
    rows = pd.DataFrame(index=range(count))
    for column in table.columns:
        values = VALUES[column.kind]
        if column.name == table.key:
            drawn = draw(st.lists(values, min_size=count, max_size=count, unique=True))
        else:
            some = st.lists(st.none() | values, min_size=count, max_size=count)
            drawn = draw(st.just([None] * count) | some)
        rows[column.name] = pd.Series(drawn, dtype=CANONICAL[column.kind], index=rows.index)
    if not table.shape:
        return table, rows
    some = st.lists(st.none() | SHAPES[table.shape], min_size=count, max_size=count)
    return table, gpd.GeoDataFrame(rows, geometry=draw(some), crs=ZONE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(drawn=tables())
def test_what_was_written_comes_back(placed: Workspace, drawn: tuple[Table, pd.DataFrame]) -> None:
    """Every table of the schema reads back the same: values, types, order, every coordinate."""
    table, rows = drawn
    placed.write({table.name: rows})
    back = placed.read(table.name)
    if not table.shape:
        assert_frame_equal(back, rows)
        return
    assert list(shapely.to_wkb(back.geometry.to_numpy())) == list(
        shapely.to_wkb(rows.geometry.to_numpy())
    )
    assert back.crs.to_epsg() == ZONE
    assert_frame_equal(
        pd.DataFrame(back).drop(columns="geometry"), pd.DataFrame(rows).drop(columns="geometry")
    )


def test_columns_the_schema_does_not_know_are_kept(project: Workspace) -> None:
    """Further columns come back behind the schema's, numbers and flags as such."""
    rows = companies(w1="安居", w2="乐业").assign(
        份额=[0.5, None],
        人数=[3, 4],
        合格=pd.array([True, None], dtype="boolean"),
        说明=["甲", None],
    )
    project.write({"companies": rows})
    back = project.read("companies")
    assert list(back.columns) == [*TABLES["companies"].names, "份额", "人数", "合格", "说明"]
    assert back["人数"].tolist() == [3, 4]
    assert back["合格"].isna().tolist() == [False, True]
    assert_series_equal(back["份额"], rows["份额"])


@pytest.mark.parametrize(
    ("column", "given_values", "expected"),
    [
        ("attendance", [1.0, np.nan], [1, None]),
        ("attendance", np.array([7, 8], dtype="uint16"), [7, 8]),
        ("kind", pd.Categorical(["书画", None]), ["书画", None]),
        ("date", pd.to_datetime(["2025-03-01", "2025-03-02"]), ["2025-03-01", "2025-03-02"]),
    ],
)
def test_other_types_are_brought_to_the_schemas(
    project: Workspace, column: str, given_values: object, expected: list[object]
) -> None:
    """Whole numbers as floats, categories and timestamps come back as the schema says."""
    rows = pd.DataFrame({"activity_id": ["a", "b"], column: given_values})
    project.write({"activities": rows})
    back = project.read("activities")[column]
    assert back.astype(object).where(back.notna(), None).tolist() == expected


def test_the_callers_table_is_never_changed(project: Workspace) -> None:
    """Writing and adding leave the tables that were given as they were."""
    given_rows = points("c", TONGLING, TONGLING)
    before = given_rows.copy(deep=True)
    project.write({"centres": given_rows})
    project.write({"centres": given_rows}, replace=False)
    assert_frame_equal(given_rows, before)
    assert given_rows.crs == before.crs


@pytest.mark.parametrize("name", sorted(TABLES))
def test_an_empty_table_is_a_table(placed: Workspace, name: str) -> None:
    """Every table of the schema can be there without a row, with all its columns."""
    table = TABLES[name]
    rows = pd.DataFrame({table.key: []})
    placed.write({name: gpd.GeoDataFrame(rows, geometry=[], crs=4326) if table.shape else rows})
    back = placed.read(name)
    assert len(back) == 0
    assert placed.count(name) == 0
    assert list(back.columns) == [*table.names, *(["geometry"] if table.shape else [])]


# Coordinates


def test_layers_are_kept_in_metres_of_their_zone(project: Workspace) -> None:
    """Degrees at Tongling come back in EPSG:4548, where its hall of records says they are."""
    assert project.crs is None
    project.write({"centres": points("c", TONGLING)})
    assert project.crs is not None
    assert project.crs.to_epsg() == ZONE
    back = project.read("centres")
    there = back.to_crs(4326).geometry.iloc[0]
    assert (there.x, there.y) == pytest.approx(TONGLING, abs=1e-9)
    assert back.geometry.iloc[0].x == pytest.approx(577_400, abs=200)


def test_the_first_layer_with_a_place_decides_the_crs_for_good(project: Workspace) -> None:
    """An empty layer decides nothing; a later layer of another zone is brought to the first's."""
    empty = gpd.GeoDataFrame({"gate_id": []}, geometry=[], crs=4326)
    project.write({"gates": empty})
    assert project.read("gates").crs is None
    project.write({"centres": points("c", TONGLING)})
    project.write(
        {"schools": points("s", (120.2, 30.3)).rename(columns={"centre_id": "school_id"})}
    )
    assert [project.read(name).crs.to_epsg() for name in project.layers()] == [ZONE] * 3


def test_a_layer_without_a_crs_is_refused(project: Workspace) -> None:
    """A layer that does not say where it is cannot be placed, and the error names it."""
    with pytest.raises(CrsError, match="centres"):
        project.write({"centres": points("c", TONGLING).set_crs(None, allow_override=True)})


def test_a_coordinate_without_a_place_is_refused(placed: Workspace) -> None:
    """A latitude of 95 degrees has no place in the zone; the error says which row."""
    with pytest.raises(GeometryError, match=r"Row 2 of layer 'centres'"):
        placed.write({"centres": points("c", TONGLING, (117.0, 95.0))})


def test_a_shape_of_another_kind_is_refused(placed: Workspace) -> None:
    """A line among compounds is an error that says which row."""
    rows = gpd.GeoDataFrame(
        {"compound_id": ["a", "b"]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])],
        crs=ZONE,
    )
    with pytest.raises(GeometryError, match=r"Row 2 of layer 'compounds' is a LineString"):
        placed.write({"compounds": rows})


# Adding, replacing, refusing


def test_added_rows_stand_instead_of_those_with_their_key(project: Workspace) -> None:
    """Adding keeps what is there, updates rows with the same key, and puts new ones behind."""
    project.write({"companies": companies(w1="安居", w2="乐业")})
    project.write({"companies": companies(w2="乐业二", w3="新来")}, replace=False)
    back = project.read("companies")
    assert dict(zip(back["company_id"], back["name"], strict=True)) == {
        "w1": "安居",
        "w2": "乐业二",
        "w3": "新来",
    }


def test_added_layers_are_brought_to_the_same_crs(project: Workspace) -> None:
    """Adding degrees to metres, or under another geometry name, gives one layer in metres."""
    project.write({"centres": points("a", TONGLING)})
    project.write({"centres": points("b", TONGLING).rename_geometry("shape")}, replace=False)
    back = project.read("centres")
    assert back["centre_id"].tolist() == ["a0", "b0"]
    assert back.geometry.iloc[0].distance(back.geometry.iloc[1]) < 1e-6


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"company_id": ["w1", None]}, r"Row 2 of 'companies': the key 'company_id' is missing"),
        ({"company_id": ["w1", "w1"]}, r"Row 2 .*'w1' is also in row 1"),
        ({"company_id": [1, 2]}, r"Row 1, column 'company_id' .* 1 is not text"),
        ({"name": ["安居"]}, "the key 'company_id' is missing"),
        ({"company_id": ["a", "b"], "credit_score": [1.5, "高"]}, "Row 2, column 'credit_score'"),
        ({"company_id": ["a"], "blacklisted": ["是"]}, "'是' is not true or false"),
        ({"company_id": ["a"], "FID": [1]}, "'FID' of 'companies' is doubled or reserved"),
        ({"company_id": ["a"], "Name": ["b"]}, "'Name' of 'companies' is doubled or reserved"),
        ({"company_id": ["a"], "extra": [[1, 2]]}, "'extra' of 'companies' mixes kinds"),
        ({"company_id": ["\ud800"]}, "a character that cannot be stored"),
    ],
)
def test_a_row_that_cannot_be_stored_says_where_and_why(
    project: Workspace, rows: dict[str, list[object]], said: str
) -> None:
    """Keys, values and columns that break the schema are one clear sentence; nothing is kept."""
    with pytest.raises(SchemaError, match=said):
        project.write({"companies": pd.DataFrame(rows, dtype=object)})
    assert project.layers() == []


@pytest.mark.parametrize("value", ["2025-02-30", "三月", "2025-03"])
def test_a_day_that_is_none_is_refused(project: Workspace, value: str) -> None:
    """A date must be a day of the calendar."""
    rows = pd.DataFrame({"activity_id": ["a"], "date": [value]})
    with pytest.raises(SchemaError, match=f"{value!r} is not a date"):
        project.write({"activities": rows})


@pytest.mark.parametrize("value", [1.5, 2**63])
def test_a_number_that_is_no_whole_one_is_refused(project: Workspace, value: float) -> None:
    """Half a visitor, or more than 64 bits hold, is not rounded in silence."""
    rows = pd.DataFrame({"activity_id": ["a"], "attendance": pd.Series([value], dtype=object)})
    with pytest.raises(SchemaError, match="not a whole number"):
        project.write({"activities": rows})


def test_an_unknown_table_is_refused(project: Workspace) -> None:
    """A table outside the schema is refused with the names that are known."""
    with pytest.raises(SchemaError, match="companies"):
        project.write({"shops": companies(w1="安居")})


def test_all_tables_of_one_call_are_written_or_none(project: Workspace) -> None:
    """A wrong second table leaves the first one, and the list of imports, as they were."""
    project.write({"companies": companies(w1="旧")})
    with pytest.raises(SchemaError):
        project.write(
            {"companies": companies(w1="新"), "alliances": pd.DataFrame({"alliance_id": [None]})},
            origin=Origin("新.xlsx"),
        )
    assert project.read("companies")["name"].tolist() == ["旧"]
    assert project.imports() == []
    assert project.layers() == ["companies"]


def test_a_missing_layer_says_what_to_do(project: Workspace) -> None:
    """Reading what is not there names the layer and says to import it."""
    for ask in (project.read, project.count, project.fingerprint):
        with pytest.raises(MissingFileError, match=r"'streets' .* import it first"):
            ask("streets")
    assert not project.has("streets")


# What the project remembers


def test_the_fingerprint_is_that_of_the_contents(project: Workspace) -> None:
    """Writing the same rows again keeps it; a moved point or another name changes it."""
    rows = points("c", TONGLING).assign(name="甲")
    seen = []
    for changed in (rows, rows, rows.assign(name="乙"), rows.set_geometry(rows.translate(1e-9))):
        project.write({"centres": changed})
        seen.append(project.fingerprint("centres"))
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3


def test_sources_are_those_of_the_layers_still_there(project: Workspace) -> None:
    """An import whose every layer was replaced is no longer named; one that was added to is."""
    osm, own = Text.same("© OpenStreetMap contributors, ODbL 1.0"), Text("区民政局", "District")
    streets = gpd.GeoDataFrame(
        {"street_id": ["s"]}, geometry=[shapely.LineString([TONGLING, (117.82, 30.94)])], crs=4326
    )
    project.write(
        {"streets": streets},
        origin=Origin("a.osm", source=osm, data_date="2024-01-01", invented=True),
    )
    project.write({"companies": companies(w1="安居")}, origin=Origin("b.xlsx", source=own))
    assert project.sources() == (osm, own)
    assert (project.data_date(), project.invented) == ("2024-01-01", True)
    later = Origin("c.osm", source=osm, data_date="2025-05-01")
    project.write({"streets": streets}, origin=later, replace=False)
    assert (project.data_date(), project.invented) == ("2025-05-01", True)
    project.write({"streets": streets}, origin=Origin("d.shp", source=own))
    assert project.sources() == (own,)
    assert (project.data_date(), project.invented) == ("", False)
    assert [one.origin.file for one in project.imports()] == ["a.osm", "b.xlsx", "c.osm", "d.shp"]


def test_an_imports_report_is_kept(project: Workspace) -> None:
    """The report of an import can be read again with its counts, words and fingerprint."""
    report = {"counts": {"companies": {"read": 2, "kept": 1}}, "notes": ["第 2 行：缺编号"]}
    origin = Origin("企业.xlsx", "ab12", report)
    project.write({"companies": companies(w1="安居")}, origin=origin)
    (kept,) = project.imports()
    assert kept.origin == origin
    assert (kept.layers, kept.replaced) == (("companies",), True)


def test_a_projects_own_flag_outlives_its_imports(tmp_path: Path) -> None:
    """A project made as invented stays so whatever is imported."""
    project = Workspace.create(tmp_path, name="示例", invented=True)
    project.write({"companies": companies(w1="安居")}, origin=Origin("b.xlsx"))
    assert Workspace.open(tmp_path).invented


# Results


def result(crs: int = ZONE) -> Assessment:
    """Make a result with something in every place."""
    homes = gpd.GeoDataFrame(
        {
            "resident_id": ["r1", "r2"],
            "residents": pd.array([3, None], dtype="Int64"),
            "nearest": np.array([0, -1], dtype="int32"),
            "walk_s": [61.25, np.nan],
            "covered_5": [True, False],
            "reason_zh": [None, "超出时限 40 秒"],
        },
        geometry=[shapely.Point(577_400.1, 3_424_000.7), shapely.Point(0, 0)],
        crs=crs,
    )
    return Assessment(
        kind="coverage",
        subject="铜官区",
        parameters={"speed_m_s": 1.1, "minutes": [5, 10, 15], "snap": "edge", "clip": None},
        layers={"residents": homes, "none": homes.iloc[:0]},
        indicators=(
            Indicator("residents_covered", Text("覆盖居民", "Residents covered"), 3, "residents"),
            Indicator("share", Text("覆盖率", "Share"), 0.25, "share", "residents_0_14", 5.0),
            Indicator("unknown", Text("不详", "Unknown"), None, "s"),
        ),
        findings=(
            Finding("gate_width", Verdict.UNKNOWN, Text("缺宽度", "Width missing")),
            Finding(
                "fire_lane",
                Verdict.FAIL,
                Text("过窄", "Too narrow"),
                measured=3.5,
                limit=4.0,
                unit="m",
                clause="GB 50016 7.1.8",
                where=shapely.LineString([(0.1, 0), (1, 1)]),
                advice=Text("拓宽", "Widen"),
            ),
        ),
        provenance=Provenance(
            "0.1", "2024-01-01", "2025-06-01", {"streets": "ab"}, (Text("甲", "A"),), invented=True
        ),
        stamp=Text("1.1 米/秒，含 5 分钟", "1.1 m/s, limits inclusive"),
        notes=(Text("直线距离", "Straight lines"),),
    )


@pytest.mark.parametrize("crs", [ZONE, 32722])
def test_a_saved_result_comes_back_whole(project: Workspace, crs: int) -> None:
    """Parameters, numbers, findings, provenance, stamp, notes, layers and types survive."""
    saved = result(crs)
    name = project.save(saved)
    back = Workspace.open(project.folder).load(name)
    for part in dataclasses.fields(saved):
        if part.name != "layers":
            assert getattr(back, part.name) == getattr(saved, part.name), part.name
    assert list(back.layers) == ["residents", "none"]
    for layer, rows in saved.layers.items():
        assert_frame_equal(back.layers[layer], rows)
        assert back.layers[layer].crs == rows.crs


def test_results_are_numbered_and_none_is_lost(project: Workspace) -> None:
    """Saving twice keeps both; the latest of a kind is the one saved last."""
    first = result()
    second = dataclasses.replace(first, subject="郊区")
    other = dataclasses.replace(first, kind="isochrones")
    names = [project.save(one) for one in (first, second, other)]
    assert names == ["coverage-01", "coverage-02", "isochrones-01"]
    assert [one.name for one in project.results()] == names
    assert project.results()[1].stamp == first.stamp
    latest = project.latest("coverage")
    assert latest is not None
    assert latest.subject == "郊区"
    assert project.latest("siting") is None
    assert project.layers() == []


def test_numpys_numbers_are_saved_as_numbers(project: Workspace) -> None:
    """Indicators and parameters computed with NumPy are the same numbers afterwards."""
    computed = dataclasses.replace(
        result(),
        parameters={"homes": np.int64(7), "share": np.float32(0.5)},
        indicators=(Indicator("n", Text("数", "n"), np.int32(4), "homes"),),
    )
    back = project.load(project.save(computed))
    assert back.parameters == {"homes": 7, "share": 0.5}
    assert back.indicators[0].value == 4


def test_a_missing_result_is_named(project: Workspace) -> None:
    """Loading what was never saved says so."""
    with pytest.raises(MissingFileError, match="coverage-07"):
        project.load("coverage-07")


# What other programs read


def test_gdal_reads_the_same_layers(project: Workspace) -> None:
    """GDAL finds names, CRS, Chinese text, types and coordinates as they were written."""
    rows = gpd.GeoDataFrame(
        {"compound_id": ["甲", "乙"], "name": ["农大小区-北区", "“引号”'\n"], "dwellings": [12, 7]},
        geometry=[
            shapely.box(0, 0, 9, 9),
            shapely.MultiPolygon([shapely.box(i, 0, i + 1, 1) for i in (0, 3)]),
        ],
        crs=ZONE,
    )
    project.write({"compounds": rows, "companies": companies(w1="安居")})
    read = pyogrio.read_dataframe(project.path, layer="compounds")
    assert read.crs.to_epsg() == project.read("compounds").crs.to_epsg()
    assert read["name"].tolist() == rows["name"].tolist()
    assert read["dwellings"].tolist() == [12, 7]
    assert shapely.equals(
        read.geometry.to_numpy(), project.read("compounds").geometry.to_numpy()
    ).all()
    info = pyogrio.read_info(project.path, layer="compounds")
    assert info["geometry_type"] == "MultiPolygon"
    assert info["layer_metadata"]["IDENTIFIER"] == "小区"
    table = pyogrio.read_dataframe(project.path, layer="companies", read_geometry=False)
    assert table["name"].tolist() == ["安居"]


def test_the_spatial_index_finds_what_lies_in_a_box(project: Workspace) -> None:
    """GDAL's search by box gives what geopandas gives, also after GDAL itself added a row."""
    rng = np.random.default_rng(3)
    spots_there = rng.uniform((117.7, 30.8), (117.9, 31.0), (200, 2))
    rows = points("c", *map(tuple, spots_there.tolist()))
    project.write({"centres": rows})
    layer = project.read("centres")
    west, south, east, north = layer.total_bounds
    box = (west, south, (west + east) / 2, (south + north) / 2)
    inside = layer.cx[box[0] : box[2], box[1] : box[3]]
    found = pyogrio.read_dataframe(project.path, layer="centres", bbox=box)
    assert sorted(found["centre_id"]) == sorted(inside["centre_id"])
    extra = gpd.GeoDataFrame(
        {"centre_id": ["新"]}, geometry=[shapely.Point(west + 1, south + 1)], crs=ZONE
    )
    pyogrio.write_dataframe(extra, project.path, layer="centres", append=True)
    found = pyogrio.read_dataframe(project.path, layer="centres", bbox=box)
    assert len(found) == len(inside) + 1
    assert project.read("centres")["centre_id"].iloc[-1] == "新"


def test_every_column_carries_its_chinese_heading(placed: Workspace) -> None:
    """The GeoPackage's data dictionary holds the schema's labels, units, links and codes."""
    for table in TABLES.values():
        rows = pd.DataFrame({table.key: []})
        placed.write(
            {table.name: gpd.GeoDataFrame(rows, geometry=[], crs=4326) if table.shape else rows}
        )
    with sqlite3.connect(placed.path) as connection:
        said = {
            (table, column): (title, note)
            for table, column, title, note in connection.execute(
                "SELECT table_name, column_name, title, description FROM gpkg_data_columns"
            )
        }
        codes = dict(
            connection.execute(
                "SELECT value, description FROM gpkg_data_column_constraints"
                " WHERE constraint_name = 'compounds.kind'"
            )
        )
        names = dict(connection.execute("SELECT table_name, identifier FROM gpkg_contents"))
    connection.close()
    for table in TABLES.values():
        assert names[table.name] == table.label.zh
        for column in table.columns:
            title, note = said[table.name, column.name]
            assert title == column.label.zh
            assert column.unit in note
            assert column.refers_to in note
    kinds = TABLES["compounds"].column("kind").choices
    assert codes == {code: label.zh for code, label in kinds.items()}


def test_a_cell_that_another_program_spoiled_is_named() -> None:
    """Text in a column of numbers, as SQLite allows, is an error that says where."""
    spoiled = FetchedTable({"residents": "integer"}, [("很多",)])
    with pytest.raises(RuntimeError, match=r"buildings\.residents"):
        frame_of(spoiled, "buildings", crs=None)


def test_a_style_that_the_user_saved_stays_the_default(project: Workspace) -> None:
    """Writing a layer again renews our style and leaves the user's own first."""
    project.write({"centres": points("c", TONGLING)})
    connection = sqlite3.connect(project.path, isolation_level=None)
    connection.execute("UPDATE layer_styles SET useAsDefault = 0")
    connection.execute(
        "INSERT INTO layer_styles (f_table_name, styleName, styleQML, useAsDefault)"
        " VALUES ('centres', '我的', '<qgis/>', 1)"
    )
    project.write({"centres": points("c", TONGLING)})
    found = connection.execute(
        "SELECT styleName, useAsDefault FROM layer_styles WHERE f_table_name = 'centres'"
    ).fetchall()
    connection.close()
    assert sorted(found) == [("tongling_gis", 0), ("我的", 1)]
