"""Base maps: known hosts only, off at first, in their true place, and never a blank page."""

from __future__ import annotations

import dataclasses
import re
import struct
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import numpy as np
import pytest
from map_reader import Reader, chrome, needs_browser
from map_town import Town, invent_town
from selenium.webdriver.common.by import By

from tongling_gis.crs import gcj02_to_wgs84, wgs84_to_gcj02
from tongling_gis.errors import UsageError
from tongling_gis.mapping import basemaps
from tongling_gis.mapping.basemaps import BASE_MAPS, PROVIDERS, choose_base_maps, tile_hosts
from tongling_gis.mapping.interactive import draw_map
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TITLE = Text("镇", "Town")


def draw(town: Town, path: Path, *base_maps: str) -> Path:
    """Draw the town's map with some base maps to choose."""
    return draw_map(
        path,
        layers=town.layers,
        records={},
        coverage=None,
        isochrones=None,
        title=TITLE,
        base_maps=base_maps,
    )


def pictures_allowed(path: Path) -> list[str]:
    """What the page's policy lets pictures come from."""
    found = re.search(r"img-src ([^;]*);", path.read_text(encoding="utf-8"))
    assert found
    return found[1].split()


def test_only_the_hosts_asked_for_are_allowed(tmp_path: Path) -> None:
    """Without base maps the page may load nothing; with some, pictures of their hosts alone."""
    town = invent_town()
    assert pictures_allowed(draw(town, tmp_path / "0.html")) == ["data:"]
    osm = pictures_allowed(draw(town, tmp_path / "1.html", "osm"))
    assert osm == ["data:", "https://tile.openstreetmap.org"]
    both = pictures_allowed(draw(town, tmp_path / "2.html", "tianditu", "gaode"))
    assert len(both) == 1 + 8 + 4 + 4
    assert all("*" not in host for host in both)


def test_an_unknown_base_map_is_refused(tmp_path: Path) -> None:
    """The message names those there are, and nothing is written."""
    with pytest.raises(UsageError, match="tianditu, gaode, osm"):
        draw(invent_town(), tmp_path / "map.html", "baidu")
    assert not list(tmp_path.iterdir())


def test_base_maps_are_whole() -> None:
    """Every address is https and takes a tile's numbers; keys are asked for where needed."""
    assert PROVIDERS == ("tianditu", "gaode", "osm")
    for one in BASE_MAPS:
        for url in one.urls:
            assert url.startswith("https://")
            assert all(part in url for part in ("{x}", "{y}", "{z}"))
            assert ("{key}" in url) == one.keyed
            assert ("{s}" in url) == bool(one.subdomains)
        assert one.shifted == (one.provider == "gaode")
    assert len(tile_hosts(choose_base_maps(PROVIDERS))) == 8 + 4 + 4 + 1


def _png(colour: tuple[int, int, int]) -> bytes:
    """Write a picture of one colour, as tiles are."""
    row = b"\0" + bytes(colour) * 256

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(row * 256))
        + chunk(b"IEND", b"")
    )


class _Tiles(BaseHTTPRequestHandler):
    """Answers every tile whose key is right."""

    def do_GET(self) -> None:
        """Give a tile, or refuse a wrong key."""
        wrong = "wrong" in self.path
        self.send_response(403 if wrong else 200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(b"" if wrong else _png((200, 220, 200)))

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A map whose base maps come from a server of our own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}.png"
    plain = dataclasses.replace(BASE_MAPS[-1], urls=(address,))
    shifted = dataclasses.replace(plain, provider="gaode", label=Text.same("G"), shifted=True)
    keyed = dataclasses.replace(
        plain, provider="tianditu", label=Text.same("T"), urls=(address + "?tk={key}",), keyed=True
    )
    dead = dataclasses.replace(plain, label=Text.same("D"), urls=("http://127.0.0.1:9/{z}{x}{y}",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(basemaps, "BASE_MAPS", (plain, shifted, keyed, dead))
        path = draw(invent_town(), tmp_path_factory.mktemp("maps"), "tianditu", "gaode", "osm")
    yield path
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Someone with a browser."""
    with chrome() as driver:
        yield Reader(driver)


@needs_browser
def test_the_shift_is_the_programs_own(reader: Reader, page: Path) -> None:
    """GCJ-02 on the page is GCJ-02 in the program, there and back, and ends at China's box."""
    reader.open(page)
    seed = np.random.default_rng(4)
    lon, lat = seed.uniform(70, 140, 200), seed.uniform(0, 56, 200)
    places = np.column_stack([lat, lon]).tolist()
    told = reader.run(
        "const P = tonglingPage.baseMaps.constructor;"
        "return arguments[0].map((p) => { const g = P.shift(...p), b = P.unshift(...p);"
        "return [g.lng, g.lat, b.lng, b.lat]; })",
        places,
    )
    there, back = np.array(told)[:, :2], np.array(told)[:, 2:]
    assert np.abs(there - np.column_stack(wgs84_to_gcj02(lon, lat))).max() < 1e-9
    assert np.abs(back - np.column_stack(gcj02_to_wgs84(lon, lat))).max() < 1e-9


@needs_browser
@pytest.mark.parametrize(("number", "shifted"), [(0, False), (1, True)])
def test_tiles_lie_where_their_ground_is(
    reader: Reader, page: Path, number: int, *, shifted: bool
) -> None:
    """The tile that holds a place lies under it to a pixel and a half, at every zoom."""
    reader.open(page)
    reader.run("tonglingPage.baseMaps.choose(arguments[0])", number)
    for zoom in (13, 16, 18):
        reader.run("tonglingPage.map.setView([30.95, 117.81], arguments[0], {animate: 0})", zoom)
        lat, lon = 30.9504, 117.8107
        x, y = wgs84_to_gcj02(lon, lat) if shifted else (lon, lat)
        side = 256 * 2**zoom
        world_x = side * (x / 360 + 0.5)
        world_y = side * (0.5 - np.arcsinh(np.tan(np.radians(y))) / (2 * np.pi))
        tile = f"/{zoom}/{int(world_x // 256)}/{int(world_y // 256)}.png"
        there = f".leaflet-ground-pane img[src$='{tile}']"
        reader.wait(lambda css=there: reader.driver.find_elements(By.CSS_SELECTOR, css))
        seen = reader.run(
            "const tile = [...document.querySelectorAll('.leaflet-ground-pane img')]"
            ".find((one) => one.src.endsWith(arguments[0])).getBoundingClientRect();"
            "const map = tonglingPage.map, box = map.getContainer().getBoundingClientRect();"
            "const p = map.latLngToContainerPoint([arguments[1], arguments[2]]);"
            "return [tile.x, tile.y, box.x + p.x, box.y + p.y]",
            tile,
            lat,
            lon,
        )
        assert seen[0] + world_x % 256 == pytest.approx(seen[2], abs=1.5)
        assert seen[1] + world_y % 256 == pytest.approx(seen[3], abs=1.5)


@needs_browser
def test_own_streets_make_room_and_come_back(reader: Reader, page: Path) -> None:
    """A base map hides our ground once its tiles come; one that fails leaves it, and says so."""
    reader.open(page)
    shown = "return tonglingPage.city.byName.streets.shown"
    assert reader.run("return document.querySelectorAll('.leaflet-ground-pane img').length") == 0
    reader.run("tonglingPage.baseMaps.choose(0)")
    reader.wait(lambda: reader.run(shown) is False)
    assert "OpenStreetMap contributors" in reader.text("#credit")
    reader.run("tonglingPage.baseMaps.choose(3)")
    reader.wait(lambda: "没有响应" in reader.text(".base-maps .notice"))
    assert reader.run(shown) is True
    assert reader.find(".base-maps input[value='-1']").is_selected()


@needs_browser
def test_a_key_is_typed_in_and_kept_in_the_browser_alone(reader: Reader, page: Path) -> None:
    """Without a key nothing is asked for; a wrong one is told; a right one is remembered."""
    reader.open(page)
    reader.run("localStorage.clear(); tonglingPage.baseMaps.key.value = '';")
    reader.run("tonglingPage.baseMaps.choose(2)")
    assert "密钥" in reader.text(".base-maps .notice")
    assert reader.run("return performance.getEntriesByType('resource').length") == 0
    type_key = (
        "const key = tonglingPage.baseMaps.key; key.value = arguments[0];"
        "key.dispatchEvent(new Event('change')); tonglingPage.baseMaps.choose(2);"
    )
    reader.run(type_key, "wrong")
    reader.wait(lambda: "密钥无效" in reader.text(".base-maps .notice"))
    reader.run(type_key, "right&x=1")
    reader.wait(lambda: reader.run("return tonglingPage.city.byName.streets.shown") is False)
    kept = reader.run("return Object.values(localStorage)")
    assert kept == ["right&x=1"]
    reader.open(page)
    assert reader.run("return tonglingPage.baseMaps.key.value") == "right&x=1"
