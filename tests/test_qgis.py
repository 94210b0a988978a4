"""The project as a real QGIS sees it: names, CRS, styles, links, Chinese text, edits."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tongling_gis.assessment import Assessment, Provenance
from tongling_gis.schema import TABLES
from tongling_gis.store import Origin, Workspace
from tongling_gis.store.styles import GROUPS, LOOKS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM_PYTHON = shutil.which("python3", path="/usr/bin:/usr/local/bin") or ""
# QGIS runs on its own Python, without this one's packages, and draws without a screen.
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
ENVIRONMENT = CLEAN | {"QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
ZONE = 4548

HEAD = """
import json, sys
from qgis.core import *
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
application = QgsApplication([], False)
application.initQgis()
folder = sys.argv[1]
"""
DESCRIBE = """
project = QgsProject.instance()
opened = project.read(folder + "/project.qgs")

def look(layer):
    renderer = layer.renderer() if layer.isSpatial() else None
    if isinstance(renderer, QgsCategorizedSymbolRenderer):
        return [category.label() for category in renderer.categories()]
    return renderer.symbol().color().name() if renderer else None

def describe(layer):
    fields = layer.fields()
    return {
        "name": layer.name(),
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "rows": layer.featureCount(),
        "headings": {field.name(): field.alias() for field in fields},
        "widgets": {field.name(): field.editorWidgetSetup().type() for field in fields},
        "look": look(layer),
        "encoding": layer.dataProvider().encoding(),
    }

def draw(size, extent):
    settings = QgsMapSettings()
    settings.setDestinationCrs(project.crs())
    root = project.layerTreeRoot()
    shown = [one for one in root.layerOrder() if root.findLayer(one).isVisible()]
    settings.setLayers([layer for layer in shown if layer.isSpatial()])
    settings.setOutputSize(QSize(size, size))
    settings.setExtent(extent)
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    assert not job.errors()
    return job.renderedImage()

layers = {name.removeprefix("layer_"): one for name, one in project.mapLayers().items()}
ratings = project.relationManager().relation("star_ratings_centre_id")
centres = {centre["centre_id"]: centre for centre in layers["centres"].getFeatures()}
alone = QgsVectorLayer(folder + "/project.gpkg|layername=centres", "centres", "ogr")
said, styled = alone.loadDefaultStyle()
image = draw(400, QgsRectangle(576000, 3423000, 580000, 3427000))
image.save(folder + "/maps/qgis.png")
compounds = layers["compounds"].fields()
print(json.dumps({
    "opened": opened,
    "title": project.title(),
    "crs": project.crs().authid(),
    "credit": [project.readBoolEntry("CopyrightLabel", "/Enabled")[0]]
    + [project.readEntry("CopyrightLabel", "/Label")[0]],
    "layers": {name: describe(layer) for name, layer in layers.items()},
    "groups": {
        group.name(): [[leaf.name(), leaf.isVisible()] for leaf in group.children()]
        for group in project.layerTreeRoot().children()
    },
    "relations": {
        relation.id(): [relation.name(), relation.isValid()]
        for relation in project.relationManager().relations().values()
    },
    "ratings of c1": [
        str(row["rating_id"]) for row in ratings.getRelatedFeatures(centres["c1"])
    ],
    "centre names": sorted(str(centre["name"]) for centre in centres.values()),
    "alone": [styled, look(alone), alone.attributeAlias(alone.fields().indexOf("stars"))],
    "codes": compounds[compounds.indexOf("kind")].editorWidgetSetup().config(),
    "pixels": {name: image.pixelColor(*at).name() for name, at in {
        "water": (50, 350), "lawn": (350, 350), "nothing": (350, 50)
    }.items()},
}))
"""


def run_qgis(script: str, folder: Path) -> Any:
    """Run a script in QGIS's Python and give what it prints as JSON."""
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", HEAD + script, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        env=ENVIRONMENT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def needs(module: str, what: str) -> None:
    """Skip where the system's Python has not got a module."""
    found = (
        SYSTEM_PYTHON
        and not subprocess.run(
            [SYSTEM_PYTHON, "-c", f"import {module}"],
            capture_output=True,
            env=ENVIRONMENT,
            check=False,
        ).returncode
    )
    if not found:
        pytest.skip(f"{what} is not installed (Debian: apt install python3-qgis)")


def spots(prefix: str, *places: tuple[float, float], **columns: object) -> gpd.GeoDataFrame:
    """Make a layer of points in the zone's metres, its first column the key."""
    keys = [f"c{number}" for number in range(len(places))]
    return gpd.GeoDataFrame(
        {prefix: keys, **columns}, geometry=[shapely.Point(place) for place in places], crs=ZONE
    )


def areas(prefix: str, *boxes: tuple[float, float, float, float], **columns: object) -> Any:
    """Make a layer of boxes in the zone's metres."""
    keys = [f"a{number}" for number in range(len(boxes))]
    shapes = [shapely.box(*box) for box in boxes]
    return gpd.GeoDataFrame({prefix: keys, **columns}, geometry=shapes, crs=ZONE)


def make_project(folder: Path) -> Workspace:
    """Make a small project with layers, records and two results."""
    project = Workspace.create(folder, name="铜官区 <示例> & “试”")
    streets = gpd.GeoDataFrame(
        {"street_id": ["s0"], "name": ["淮河大道"], "highway": ["primary_link"]},
        geometry=[shapely.LineString([(577_000, 3_425_000), (579_000, 3_425_000)])],
        crs=ZONE,
    )
    stars = pd.array([5, 3, None], dtype="Int64")
    places = ((577_000, 3_425_500), (578_000, 3_425_500), (579_000, 3_425_500))
    names = ["幸福里“邻里中心”", "学苑 <b>'中心'", "阳光\n社区"]
    tables: dict[str, pd.DataFrame] = {
        "streets": streets,
        "water": areas("water_id", (576_000, 3_423_000, 577_000, 3_424_000)),
        "green": areas("green_id", (579_000, 3_423_000, 580_000, 3_424_000)),
        "centres": spots("centre_id", *places, name=names, stars=stars, alliance_id="L1"),
        "compounds": areas(
            "compound_id", (578_200, 3_425_600, 578_600, 3_425_900), kind="work_unit"
        ),
        "star_ratings": pd.DataFrame(
            {"rating_id": ["r0", "r1", "r2"], "centre_id": ["c0", "c1", "c1"], "stars": [5, 2, 3]}
        ),
        "alliances": pd.DataFrame({"alliance_id": ["L1"], "name": ["滨江党建联盟"]}),
        "compound_assessments": pd.DataFrame({"assessment_id": ["q"], "compound_id": ["a0"]}),
    }
    project.write(tables, origin=Origin("示例", source=Text("© 某人 & 某局", ""), invented=True))
    homes = spots("resident_id", (576_600, 3_426_400), (579_000, 3_425_800)).assign(
        walk_s=[np.nan, 400.0], covered_5=False, covered_15=[False, True]
    )
    rings = areas("place_id", (577e3, 3425e3, 578e3, 3426e3), (577e3, 3425e3, 579e3, 3426e3))
    for kind, layer, rows in (
        ("coverage", "residents", homes),
        ("coverage", "residents", homes),
        (
            "isochrones",
            "dissolved",
            rings.assign(limit_minutes=[5.0, 15.0]).drop(columns="place_id"),
        ),
    ):
        stamp, made = Text.same("1.1 m/s"), Provenance("0.1")
        project.save(Assessment(kind, "铜官区", {}, {layer: rows}, (), made, stamp))
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Make the project once, in a folder with a space and Chinese in its name."""
    return make_project(tmp_path_factory.mktemp("qgis") / "铜官 #1")


@pytest.fixture(scope="module")
def seen(project: Workspace) -> dict[str, Any]:
    """Open the project in QGIS once and tell what it found."""
    needs("qgis.core", "QGIS")
    found: dict[str, Any] = run_qgis(DESCRIBE, project.folder)
    return found


def test_qgis_opens_the_project(seen: dict[str, Any]) -> None:
    """The project opens with its title, which says that data are invented, and its CRS."""
    assert seen["opened"]
    assert seen["title"] == "铜官区 <示例> & “试”（示例数据）"
    assert seen["crs"] == f"EPSG:{ZONE}"


def test_the_map_says_whom_the_data_are_by(seen: dict[str, Any]) -> None:
    """The corner of the map names the sources, and says that data are invented."""
    assert seen["credit"] == [True, "示例数据；© 某人 & 某局"]


def test_every_layer_is_there_under_its_chinese_name(
    seen: dict[str, Any], project: Workspace
) -> None:
    """Each layer and record table is valid, named by the schema, complete, and in the right CRS."""
    for name in project.layers():
        layer = seen["layers"][name]
        assert layer["valid"]
        assert layer["name"] == TABLES[name].label.zh
        assert layer["rows"] == project.count(name)
        assert layer["crs"] == (f"EPSG:{ZONE}" if TABLES[name].shape else "")


def test_attribute_tables_read_chinese(seen: dict[str, Any]) -> None:
    """Every column's heading is the schema's Chinese label; results' columns have one as well."""
    for name in ("centres", "star_ratings", "streets"):
        headings = seen["layers"][name]["headings"]
        for column in TABLES[name].columns:
            assert headings[column.name] == column.label.zh
    assert seen["layers"]["result_coverage-02_residents"]["headings"]["walk_s"] == "步行时间(秒)"
    assert seen["layers"]["result_coverage-02_residents"]["headings"]["covered_5"] == "5 分钟内可达"


def test_chinese_values_arrive_whole(seen: dict[str, Any]) -> None:
    """Quotes, markup and line breaks in names are the same characters in QGIS."""
    assert seen["centre names"] == sorted(["幸福里“邻里中心”", "学苑 <b>'中心'", "阳光\n社区"])


def test_records_hang_on_their_layers(seen: dict[str, Any]) -> None:
    """Every link whose two tables are there is a valid relation, and it finds the records."""
    relations = seen["relations"]
    assert set(relations) == {
        "star_ratings_centre_id",
        "compound_assessments_compound_id",
        "centres_alliance_id",
        "compounds_alliance_id",
    }
    assert all(valid for _name, valid in relations.values())
    assert relations["star_ratings_centre_id"][0] == "邻里中心—星级评定"
    assert sorted(seen["ratings of c1"]) == ["r1", "r2"]
    assert seen["layers"]["star_ratings"]["widgets"]["centre_id"] == "RelationReference"


def test_codes_are_shown_as_words(seen: dict[str, Any]) -> None:
    """A compound's kind is chosen from the schema's Chinese words."""
    assert seen["layers"]["compounds"]["widgets"]["kind"] == "ValueMap"
    assert {"单位大院": "work_unit"} in seen["codes"]["map"]


def test_layers_look_as_their_styles_say(seen: dict[str, Any]) -> None:
    """Centres are told apart by stars, homes by limit, isochrones by minutes; water is blue."""
    assert seen["layers"]["centres"]["look"] == ["5 星", "4 星", "3 星", "2 星", "1 星", "未评定"]
    assert seen["layers"]["result_coverage-01_residents"]["look"] == [
        *("5 分钟以内", "15 分钟以内", "超过 15 分钟", "无法到达")
    ]
    assert seen["layers"]["result_isochrones-01_dissolved"]["look"] == ["5 分钟以内", "15 分钟以内"]
    assert seen["layers"]["water"]["look"] == LOOKS["water"].classes[0].mark.fill


def test_a_layer_opened_by_itself_has_the_same_look(seen: dict[str, Any]) -> None:
    """The GeoPackage's own default style brings classes and headings without the project."""
    styled, look, heading = seen["alone"]
    assert styled
    assert look == seen["layers"]["centres"]["look"]
    assert heading == "星级"


def test_the_newest_result_is_shown_and_older_ones_are_kept(seen: dict[str, Any]) -> None:
    """Layers stand in groups; only the newest result of a kind is on, its points above areas."""
    assert list(seen["groups"]) == ["中心与小区", "分析结果", "底图", "记录表"]
    assert seen["groups"]["分析结果"] == [
        ["覆盖-02 居民点", True],
        ["等时圈-01 合并", True],
        ["覆盖-01 居民点", False],
    ]


def test_the_map_is_drawn(seen: dict[str, Any]) -> None:
    """What QGIS draws has water, lawn and emptiness where they are."""
    pixels = seen["pixels"]
    assert pixels["water"] == LOOKS["water"].classes[0].mark.fill
    assert pixels["lawn"] == LOOKS["green"].classes[0].mark.fill
    assert pixels["nothing"] == "#ffffff"


EDIT = """
project = QgsProject.instance()
project.read(folder + "/project.qgs")
layer = project.mapLayer("layer_centres")
layer.startEditing()
first = next(layer.getFeatures(QgsFeatureRequest().setFilterExpression("centre_id = 'c0'")))
layer.changeAttributeValue(first.id(), layer.fields().indexOf("name"), "改名")
layer.changeGeometry(first.id(), QgsGeometry.fromPointXY(QgsPointXY(577123.5, 3425123.25)))
added = QgsFeature(layer.fields())
added.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(577200, 3425200)))
added["centre_id"], added["self_managed"] = "新", True
layer.addFeature(added)
saved = layer.commitChanges()
here = QgsFeatureRequest(QgsRectangle(577100, 3425100, 577300, 3425300))
print(json.dumps([saved, sorted(row["centre_id"] for row in layer.getFeatures(here))]))
"""


def test_what_is_edited_in_qgis_is_read_here(tmp_path: Path) -> None:
    """A moved, renamed and added centre comes back exactly; the spatial index follows."""
    needs("qgis.core", "QGIS")
    project = make_project(tmp_path / "改")
    assert run_qgis(EDIT, project.folder) == [True, ["c0", "新"]]
    centres = project.read("centres").set_index("centre_id")
    assert centres.loc["c0", "name"] == "改名"
    assert centres.geometry["c0"] == shapely.Point(577123.5, 3425123.25)
    assert centres.loc["新", "self_managed"]
    project.write({"alliances": pd.DataFrame({"alliance_id": ["L2"]})}, replace=False)
    assert project.count("alliances") == 2


def test_the_file_keeps_to_the_specification(project: Workspace) -> None:
    """GDAL's validator of GeoPackages finds nothing, and warns of nothing."""
    needs("osgeo_utils.samples.validate_gpkg", "GDAL's validator")
    done = subprocess.run(
        [
            SYSTEM_PYTHON,
            "-m",
            "osgeo_utils.samples.validate_gpkg",
            "--extra",
            "--warning-as-error",
            str(project.path),
        ],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_every_table_of_the_schema_has_a_place_in_the_list() -> None:
    """Each layer and record table stands in one group, each layer has a look."""
    placed = [table for group in GROUPS for table in group.tables]
    assert sorted(placed) == sorted(TABLES)
    assert {name for name, table in TABLES.items() if table.shape} == set(LOOKS)


def test_changes_of_several_shapes_are_drawn_kind_by_kind(tmp_path: Path) -> None:
    """A layer of a point, two lines and an area stands three times in the list, each drawn."""
    needs("qgis.core", "QGIS")
    project = Workspace.create(tmp_path / "p", name="方案")
    line = shapely.LineString([(577_000, 3_425_000), (579_000, 3_425_000)])
    shapes = [
        shapely.Point(577_000, 3_425_000),
        line,
        line,
        shapely.box(577e3, 3425e3, 578e3, 3426e3),
    ]
    changes = gpd.GeoDataFrame(
        {"change_zh": ["增设中心", "筑墙", "关闭街道", "围合"], "kind": ["a", "b", "c", "d"]},
        geometry=shapes,
        crs=ZONE,
    )
    made = Provenance("0.1")
    project.save(
        Assessment("comparison", "", {}, {"changes": changes}, (), made, Text.same("1.1 m/s"))
    )
    script = """
project = QgsProject.instance()
project.read(folder + "/project.qgs")
print(json.dumps({
    one.name(): [one.isValid(), one.isSpatial(), one.featureCount(), one.geometryType()]
    for one in project.mapLayers().values()
}))
"""
    found = run_qgis(script, project.folder)
    assert {name.rpartition("（")[2]: told for name, told in found.items()} == {
        "点）": [True, True, 1, 0],
        "线）": [True, True, 2, 1],
        "面）": [True, True, 1, 2],
    }
