"""Maps on paper and in frames: one sheet, high contrast, polite scrolling, colours told apart."""

from __future__ import annotations

import base64
import itertools
import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from map_reader import Reader, chrome, needs_browser
from map_town import Town, invent_town

from tongling_gis.mapping.embedding import choose_layers, choose_records, write_snippet
from tongling_gis.mapping.interactive import draw_map
from tongling_gis.mapping.layers import STAR_COLOURS, coverage_classes
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# How eyes without one kind of cone see linear RGB (Machado, Oliveira and Fernandes 2009).
SIGHTS = {
    "all cones": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
LEAST_DIFFERENCE = 10.0  # CIE 1976; about 2.3 is just noticeable


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Someone with a browser."""
    with chrome() as driver:
        yield Reader(driver)


def draw(town: Town, path: Path, *, full_map: str = "") -> Path:
    """Draw the town's map, or its small version."""
    return draw_map(
        path,
        layers=town.layers,
        records=town.records,
        coverage=town.coverage,
        isochrones=town.isochrones,
        title=Text("铜陵", "Tongling"),
        full_map=full_map,
    )


def seen_colour(colour: str, sight: object) -> np.ndarray:
    """Turn a colour into CIELAB as an eye sees it."""
    coded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(sight) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.asarray(to_xyz) @ linear / [0.9505, 1.0, 1.089]
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHTS)
def test_classes_are_told_apart_by_every_eye(sight: str) -> None:
    """Walks by class differ in colour to all; what is not reached differs in symbol too."""
    classes = coverage_classes([5, 10, 15])
    for one, other in itertools.combinations(classes, 2):
        seen = [seen_colour(each.colour, SIGHTS[sight]) for each in (one, other)]
        assert np.linalg.norm(seen[0] - seen[1]) > LEAST_DIFFERENCE, (one.label, other.label)
    assert len({one.symbol for one in classes}) == 3
    stars = [seen_colour(colour, SIGHTS[sight])[0] for colour in STAR_COLOURS.values()][1:]
    assert stars == sorted(stars, reverse=True)  # more stars are darker; the number says it too


def test_the_small_version_holds_less() -> None:
    """Facilities, lanes, gates and histories stay out; places and their companies stay in."""
    town = invent_town()
    layers = choose_layers(town.layers)
    assert set(layers) == {"water", "streets", "compounds", "centres"}
    assert set(layers["streets"]["highway"]) == {"primary", "tertiary", "residential"}
    assert set(choose_records(town.records)) == {"companies", "alliances"}


def test_a_snippet_is_safe_and_of_fixed_height() -> None:
    """Names with quotes and spaces do not end an attribute."""
    snippet = write_snippet('a "b" 图.html', '<"x">', height_px=400)
    assert re.findall(r'(\w+)="([^"]*)"', snippet) == [
        ("src", "a%20%22b%22%20%E5%9B%BE.html"),
        ("title", "&lt;&quot;x&quot;&gt;"),
        ("width", "100%"),
        ("height", "400"),
        ("style", "border:0"),
        ("loading", "lazy"),
    ]


@needs_browser
def test_the_print_view_is_one_sheet(reader: Reader, tmp_path: Path) -> None:
    """Title, legend of what is shown, scale, north, stamp and sources fit on one A4 page."""
    reader.open(draw(invent_town(), tmp_path / "map.html"))
    reader.find("#print-toggle").click()
    for css in ("#title", "#invented", "#panel", ".leaflet-control-scale-line", ".north"):
        assert reader.find(css).is_displayed(), css
    assert "1.1 米/秒" in reader.find(".about-body").text
    assert "OpenStreetMap" in reader.find(".about-body").text
    assert "15 分钟等时圈" not in reader.find("#panel").text  # it is off
    assert "超过 15 分钟" in reader.find("#panel").text
    assert reader.run(
        "const p = document.getElementById('panel'); return p.scrollHeight <= p.clientHeight + 2"
    )
    for css in ("#search", "#table-toggle", ".legend-row input"):
        assert not reader.find(css).is_displayed(), css
    options = {"preferCSSPageSize": True, "printBackground": True}
    printed = reader.driver.execute_cdp_cmd("Page.printToPDF", options)
    assert len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed["data"]))) == 1
    assert reader.run("return tonglingPage.city.byName.compounds.look.stroke") == "#000000"
    reader.find("#print-tools .plain").click()
    assert reader.run("return tonglingPage.city.byName.compounds.look.stroke") == "#7a4f9a"
    assert reader.find("#search").is_displayed()
    assert reader.complaints() == []


@needs_browser
def test_a_frame_lets_the_outer_page_scroll(reader: Reader, tmp_path: Path) -> None:
    """The wheel scrolls past the map, with Ctrl it zooms; history and the full map are outside."""
    draw(invent_town(), tmp_path / "full.html")
    draw(invent_town(), tmp_path / "small.html", full_map="full.html")
    outer = tmp_path / "outer.html"
    outer.write_text(
        f"<body style='height:4000px'>{write_snippet('small.html', 'map', height_px=400)}</body>",
        encoding="utf-8",
    )
    reader.driver.get(outer.as_uri())
    frame = reader.find("iframe")
    reader.driver.switch_to.frame(frame)
    reader.wait(lambda: reader.run("return document.documentElement.dataset.ready") == "true")
    zoom = reader.run("return tonglingPage.map.getZoom()")
    assert not reader.find("#search").is_displayed()
    assert str(reader.find("#full-map").get_attribute("href")).endswith("/full.html")
    wheel = {"type": "mouseWheel", "x": 300, "y": 110, "deltaX": 0}

    def rolled(script: str, **how: int) -> bool:
        reader.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {**wheel, **how})
        return bool(reader.run(script))

    hinted = "return !document.getElementById('scroll-hint').hidden"
    reader.wait(lambda: rolled(hinted, deltaY=30))
    assert reader.run("return tonglingPage.map.getZoom()") == zoom
    steps = reader.run("return history.length")
    reader.run("tonglingPage.go('centre', 'C1')")
    reader.wait_for_card("铜官邻里中心")
    assert reader.run("return history.length") == steps
    reader.driver.switch_to.default_content()
    reader.wait(lambda: reader.run("return scrollY > 0"))
    reader.run("scrollTo(0, 0)")
    reader.driver.switch_to.frame(frame)
    nearer = f"return tonglingPage.map.getZoom() > {zoom}"
    reader.wait(lambda: rolled(nearer, deltaY=-120, modifiers=2))
    reader.driver.switch_to.default_content()
    size = [(tmp_path / name).stat().st_size for name in ("small.html", "full.html")]
    assert size[0] < size[1]


@needs_browser
def test_everything_that_acts_has_a_name(reader: Reader, tmp_path: Path) -> None:
    """Each button, link, box and choice is named to a screen reader, with all parts open."""
    reader.open(draw(invent_town(), tmp_path / "map.html"), "#compound=K1")
    reader.run(
        "document.getElementById('table-toggle').click(); tonglingPage.startDrawing('K1');"
        "tonglingPage.drawing.addGate(L.latLng(tonglingPage.drawing.draft.rings[0][0]));"
    )
    names = reader.run(
        "return [...document.querySelectorAll('button, a[href], input, select, [tabindex]')]"
        ".filter((one) => one.checkVisibility() && one.type !== 'hidden')"
        ".map((one) => [one.outerHTML.slice(0, 120), (one.ariaLabel || one.title || one.textContent"
        " || one.placeholder || one.labels?.[0]?.textContent || '').trim()])"
    )
    assert len(names) > 50
    assert json.dumps([html for html, name in names if not name]) == "[]"
