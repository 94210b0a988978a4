"""Figures for print: sheets, keys, labels, charts and files."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from figure_town import make_town, study_town
from PIL import Image

from tongling_gis import studies
from tongling_gis.cli import figure_commands, main
from tongling_gis.errors import MissingFileError, UsageError
from tongling_gis.mapping.figures import (
    CHARTS,
    FIGURES,
    SHEETS,
    FigureWords,
    draw_chart,
    draw_chart_png,
    draw_figure,
    draw_figure_png,
)
from tongling_gis.mapping.figures.drawing import describe_foot
from tongling_gis.mapping.figures.frames import open_window
from tongling_gis.mapping.figures.homes import HomeLook, draw_homes
from tongling_gis.mapping.figures.labels import Label, place_labels
from tongling_gis.mapping.figures.sheet import Sheet, SheetText, open_page
from tongling_gis.mapping.figures.typesetting import typeset, width_mm, wrap
from tongling_gis.mapping.figures.walk_charts import minutes_of, shares_by_age
from tongling_gis.studies.figures import BASE_LAYERS, read_records_result
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.assessment import Assessment
    from tongling_gis.store import Workspace


KINDS = ("coverage", "isochrones", "comparison", "enclosure", "access", "siting")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small town with every kind of result."""
    project = make_town(tmp_path_factory.mktemp("figures") / "方格镇")
    study_town(project)
    return project


@pytest.fixture(scope="module")
def layers(town: Workspace) -> dict:
    """What its figures stand on."""
    return {name: town.read(name) for name in BASE_LAYERS if town.has(name)}


@pytest.fixture
def coverage(town: Workspace) -> Assessment:
    """Its coverage."""
    return town.load("coverage-01")


def letters_of(pdf: bytes) -> set[str]:
    """List the letters that a PDF's text is made of, by its fonts' own tables."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    streams = [zlib.decompress(one) if one[:1] == b"x" else one for one in found]
    tables = [table for one in streams for table in re.findall(rb"> \[([^]]*)\]", one)]
    return {chr(int(code, 16)) for one in tables for code in re.findall(rb"<([0-9a-f]{4})>", one)}


@pytest.mark.parametrize(("sheet", "lang"), [("A4", "zh"), ("A4-portrait", "en"), ("slide", "en")])
def test_a_picture_has_its_sheets_size_at_300_dpi(
    coverage: Assessment, layers: dict, tmp_path: Path, sheet: str, lang: str
) -> None:
    """A PNG has as many pixels as the sheet has at 300 dpi, and says so."""
    path = tmp_path / "图.png"
    draw_figure(coverage, layers, path, sheet=sheet, words=FigureWords(lang))
    with Image.open(path) as picture:
        wide, high = picture.size
        dpi = picture.info["dpi"]
    assert (wide, high) == pytest.approx(
        (SHEETS[sheet].width_mm / 25.4 * 300, SHEETS[sheet].height_mm / 25.4 * 300), abs=1
    )
    assert dpi == pytest.approx((300, 300), abs=0.5)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_result_fills_a_report_picture(
    town: Workspace, layers: dict, kind: str
) -> None:
    """Each kind is drawn at the width asked for, and what it shows is no empty ground."""
    result = town.latest(kind)
    assert result is not None
    picture = draw_figure_png(result, layers, width_mm=110, height_mm=90, lang="en")
    image = Image.open(io.BytesIO(picture))
    assert image.size == pytest.approx((110 / 25.4 * 300, 90 / 25.4 * 300), abs=1)
    assert len(image.convert("RGB").getcolors(1 << 24)) > 100


def test_without_a_key_the_map_has_the_room(coverage: Assessment, layers: dict) -> None:
    """Leaving the key out gives its room to the map: more of the picture is not white."""

    def white(key: str) -> float:
        picture = draw_figure_png(coverage, layers, width_mm=80, height_mm=80, key=key)
        return float((np.asarray(Image.open(io.BytesIO(picture)).convert("L")) == 255).mean())

    assert white("none") < white("below")


def test_pdf_keeps_text_with_its_font_and_svg_needs_none(
    coverage: Assessment, layers: dict, tmp_path: Path
) -> None:
    """Title and key are in the PDF in an embedded font; an SVG draws its letters as paths."""
    pdf = draw_figure(coverage, layers, tmp_path / "a.pdf").read_bytes()
    assert b"NotoSansSC" in pdf
    assert b"/FontFile2" in pdf
    letters = letters_of(pdf)
    for said in ("方格镇邻里中心步行覆盖图", "超过9分钟", "示例数据（虚构）", "坐标北"):
        assert set(said) <= letters, said
    svg = draw_figure(coverage, layers, tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<text" not in svg
    assert "font-family" not in svg


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_result_gives_the_same_file(town: Workspace, tmp_path: Path, ending: str) -> None:
    """Drawn twice, a figure is the same byte for byte."""
    access = town.load("access-01")
    files = [
        draw_chart("lorenz", access, tmp_path / f"{name}.{ending}").read_bytes() for name in "ab"
    ]
    assert files[0] == files[1]


def test_a_sheet_says_what_it_is_and_depends_on(
    coverage: Assessment, layers: dict, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Title, numbers, key, mark of invention, grid north, scale, stamp, CRS and day are there."""
    from tongling_gis.mapping.figures import drawing

    pages = []
    monkeypatch.setattr(drawing, "save_figure", lambda figure, _path: pages.append(figure))
    draw_figure(coverage, layers, tmp_path / "a.png", words=FigureWords("zh", day="2026-11-23"))
    said = " ".join(
        text.get_text() for text in pages[0].findobj(lambda one: hasattr(one, "get_text"))
    )
    total = int(coverage.indicator("residents_total").value)
    for words in (
        "方格镇邻里中心步行覆盖图",
        f"{total:,} 人",
        "超过 9 分钟",
        "示例数据（虚构）",
        "坐标北",
        "EPSG:4548",
        "制图日期：2026-11-23",
        "东门邻里中心",
    ):
        assert words in said, words
    assert re.search(r"\d+ k?m\b", said)


def test_real_data_are_not_marked_as_invented(
    coverage: Assessment, layers: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark stands only on what is invented."""
    from tongling_gis.mapping.figures import drawing

    pages = []
    monkeypatch.setattr(drawing, "save_figure", lambda figure, _path: pages.append(figure))
    real = replace(coverage, provenance=replace(coverage.provenance, invented=False))
    draw_figure(real, layers, tmp_path / "a.png")
    said = [text.get_text() for text in pages[0].findobj(lambda one: hasattr(one, "get_text"))]
    assert "示例数据（虚构）" not in said


def test_homes_of_unknown_residents_claim_none(coverage: Assessment) -> None:
    """Where a result counts buildings its lead speaks of homes, never of people."""
    unit = {"residents": "buildings"}
    counted = replace(
        coverage,
        parameters={**coverage.parameters, "counted": "buildings"},
        indicators=tuple(
            replace(
                one, name=one.name.replace("residents_", "buildings_"), unit=unit.get(one.unit, "")
            )
            for one in coverage.indicators
        ),
    )
    lead = FIGURES["coverage"].lead(counted)
    assert "处居民点" in lead.zh
    assert "人" not in lead.zh
    assert "people" not in lead.en


def test_labels_neither_overlap_nor_leave_the_map() -> None:
    """However crowded the places, written names keep clear of each other and of the frame."""
    random = np.random.default_rng(7)
    spots = random.uniform(0, 1000, (120, 2))
    labels = [Label(float(x), float(y), f"第{row}邻里中心") for row, (x, y) in enumerate(spots)]
    with typeset(8.0):
        page = open_page(Sheet(160, 120), SheetText(), "zh", key_at="none")
        open_window(page, (0, 0, 1000, 1000), invented=True)
        furniture = len(page.frame.texts)
        left_out = place_labels(page, labels, size_pt=7)
    texts = page.frame.texts[furniture:]
    assert len(texts) == len(labels) - left_out
    assert 20 < len(texts) < 120
    boxes = [text.get_window_extent() for text in texts]
    frame = page.frame.get_window_extent()
    for number, box in enumerate(boxes):
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1
        assert not any(box.padded(-1).overlaps(other) for other in boxes[:number])
        assert not any(box.padded(-1).overlaps(other) for other in page.taken[:3])


@pytest.mark.parametrize(("count", "as_picture"), [(20_000, False), (20_001, True)])
def test_very_many_homes_are_one_picture_in_vector_files(count: int, *, as_picture: bool) -> None:
    """Beyond 20,000 dots, SVG and PDF hold them as a picture, so that they open quickly."""
    spots = np.random.default_rng(3).uniform(0, 1000, (count, 2))
    homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spots.T))
    with typeset(8.0):
        page = open_page(Sheet(160, 120), SheetText(), "zh", key_at="none")
        open_window(page, (0, 0, 1000, 1000))
        draw_homes(page, homes, [HomeLook(Text("近", "Near"), "#08306b")], np.zeros(count, int))
    assert bool(page.frame.collections[-1].get_rasterized()) is as_picture


def test_the_command_offers_every_chart() -> None:
    """What --chart takes are the charts there are, and all of them at once."""
    assert (*CHARTS, "all") == figure_commands._CHARTS


@pytest.mark.parametrize("room_mm", [30.0, 62.0, 200.0])
def test_words_are_broken_to_fit(room_mm: float) -> None:
    """Lines fit their room, lose no letter, and never begin with a closing mark."""
    said = "已证明最优，距最优不超过 0.3 %。Within 10 minutes：（含）每栋建筑都有消防车可达的道路。"
    lines = wrap(said, 9.0, room_mm)
    assert "".join(lines).replace(" ", "") == said.replace(" ", "")
    assert all(line[0] not in "，。：）" for line in lines)
    assert all(width_mm(line.rstrip("，。：）"), 9.0) <= room_mm for line in lines)


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_is_drawn_in_both_languages(town: Workspace, chart: str) -> None:
    """Each chart is a PNG of the size asked for, and another in the other language."""
    kind = CHARTS[chart].of
    result = read_records_result(town) if kind == "records" else town.latest(kind)
    assert result is not None
    pictures = [
        draw_chart_png(chart, result, lang=lang, size_mm=(120, 60)) for lang in ("zh", "en")
    ]
    assert pictures[0] != pictures[1]
    assert Image.open(io.BytesIO(pictures[0])).size == pytest.approx((1417, 709), abs=1)


def test_charts_add_up_to_the_results_numbers(coverage: Assessment) -> None:
    """Shares are the indicators', and the minutes weigh every resident."""
    shares = shares_by_age(coverage)
    assert list(shares) == ["", "residents_0_14", "residents_15_59", "residents_60_plus"]
    assert shares[""][-1] == coverage.indicator("share_covered", limit_minutes=9.0).value
    minutes, weights = minutes_of(coverage)
    assert weights.sum() == coverage.indicator("residents_total").value
    within = weights[minutes <= 9.0].sum() / weights.sum()
    assert within == pytest.approx(shares[""][-1])


@pytest.mark.parametrize(
    ("sheet", "name", "named"),
    [("A5", "a.png", "A5"), ("A4", "a.jpg", ".jpg"), ("A4", "图", "图")],
)
def test_unknown_sheets_and_endings_are_refused_in_one_sentence(
    coverage: Assessment, layers: dict, tmp_path: Path, sheet: str, name: str, named: str
) -> None:
    """The sentence names what is wrong and what there is; nothing is written."""
    with pytest.raises(UsageError) as error:
        draw_figure(coverage, layers, tmp_path / name, sheet=sheet)
    assert named in error.value.text.zh
    assert named in error.value.text.en
    assert not list(tmp_path.iterdir())


def test_results_that_nothing_shows_are_refused(coverage: Assessment, tmp_path: Path) -> None:
    """A kind without a map, and a chart of another kind of result, are said to be so."""
    with pytest.raises(UsageError, match="od"):
        draw_figure(replace(coverage, kind="od"), {}, tmp_path / "a.png")
    with pytest.raises(UsageError, match="lorenz"):
        draw_chart("lorenz", coverage, tmp_path / "a.png")
    with pytest.raises(UsageError, match="pie"):
        draw_chart("pie", coverage, tmp_path / "a.png")


def test_a_failed_figure_leaves_the_old_one(
    coverage: Assessment, layers: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file appears whole or not at all."""
    from matplotlib.figure import Figure

    def fail(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(OSError, match="No space"):
        draw_figure(coverage, layers, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_draws_maps_and_charts_by_name(
    town: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A named chart goes to the named file; -o with several figures is refused."""
    path = tmp_path / "覆盖.png"
    asked = ["figure", "-p", str(town.folder), "-o", str(path)]
    assert main([*asked, "--chart", "minutes"]) == 0
    assert path.stat().st_size > 10_000
    assert main([*asked, "--chart", "minutes", "stars", "--lang", "en"]) == 2
    assert "、" not in capsys.readouterr().err
    assert main([*asked, "nonsense-99"]) == 4
    assert "nonsense-99" in capsys.readouterr().err


def test_charts_of_missing_results_say_what_to_run(tmp_path: Path) -> None:
    """An empty project is told which command comes first."""
    project = studies.create_project(tmp_path / "p")
    for chart, command in (("siting_curve", "site"), ("satisfaction", "import")):
        options = studies.FigureOptions(charts=(chart,))
        with pytest.raises(MissingFileError, match=command):
            studies.draw_project_figures(project, (), options)


def test_a_foot_names_each_source_once(coverage: Assessment) -> None:
    """Two inputs of one source are one source, in each language."""
    twice = (Text("示例甲", "Sample"), Text("示例甲", ""), Text("示例乙", "Sample"))
    said = describe_foot(
        replace(coverage, provenance=replace(coverage.provenance, sources=twice)), ""
    )
    assert "示例甲；示例乙" in said[1].zh
    assert said[1].en.startswith("Sources: Sample   ")


def test_a_foot_says_what_stands_in_for_centres(coverage: Assessment) -> None:
    """A map of cafes does not pass for one of centres."""
    assert "stands in" not in describe_foot(coverage, "")[1].en
    cafes = replace(coverage, parameters={**coverage.parameters, "centres_from": "amenity=cafe"})
    said = describe_foot(cafes, "")[1]
    assert "以 amenity=cafe 代替邻里中心" in said.zh
    assert "amenity=cafe stands in for centres" in said.en


def test_results_show_themselves_escaped(town: Workspace, coverage: Assessment) -> None:
    """Assessments, networks and projects give small tables in which no name is markup."""
    from tongling_gis.studies.inputs import project_network

    nasty = replace(coverage, subject="<script>alert(1)</script>")
    shown = nasty._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "示例数据（虚构）" in shown
    assert coverage.stamp.zh in shown
    assert f"{len(project_network(town).edges):,}" in project_network(town)._repr_html_()
    assert "coverage-01" in town._repr_html_()
