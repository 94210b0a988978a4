"""The map in a real browser: it opens with no network, tells records, runs nothing of theirs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import geopandas as gpd
import pytest
from map_reader import Reader, chrome, needs_browser
from map_town import NASTY, X0, Y0, Town, invent_town
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from shapely.geometry import shape

from tongling_gis.mapping.interactive import draw_map
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium import webdriver

pytestmark = needs_browser


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    """A browser without a screen."""
    with chrome() as one:
        yield one


@pytest.fixture
def reader(driver: webdriver.Chrome) -> Iterator[Reader]:
    """A reader whose page neither complained nor was taken over, whatever was done."""
    one = Reader(driver)
    yield one
    assert one.complaints() == []
    assert one.run("return window.hacked ?? null") is None


@pytest.fixture(scope="module")
def town() -> Town:
    """The invented town."""
    return invent_town()


@pytest.fixture(scope="module")
def pages(town: Town, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Its maps in both languages."""
    folder = tmp_path_factory.mktemp("maps")
    return {
        lang: draw_map(
            folder / f"{lang}.html",
            layers=town.layers,
            records=town.records,
            coverage=town.coverage,
            isochrones=town.isochrones,
            title=Text("铜陵 </title><script>window.hacked=3</script>", "Tongling's </title> map"),
            lang=lang,
        )
        for lang in ("zh", "en")
    }


def degrees(town: Town, x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of a place in the town's own metres."""
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(town.layers["streets"].crs, 4326, always_xy=True)
    lon, lat = to_degrees.transform(X0 + x, Y0 + y)
    return lat, lon


def test_the_map_opens_and_draws(reader: Reader, pages: dict[str, Path]) -> None:
    """Title, label of invented data, stamp, scale, north, markers and painted tiles are there."""
    reader.open(pages["zh"])
    assert reader.text("#title").startswith("铜陵 </title><script>")
    assert reader.find("#invented").text == "示例数据（虚构）"
    assert "1.1 米/秒" in reader.find("#about summary").text
    assert "OpenStreetMap" in reader.find("#credit").text
    assert reader.find(".leaflet-control-scale-line").text.endswith("m")
    assert reader.find(".north").is_displayed()
    assert len(reader.driver.find_elements(By.CSS_SELECTOR, ".centre-mark")) == 2
    colours = reader.run(
        "const seen = new Set();"
        "for (const tile of document.querySelectorAll('.leaflet-tile')) {"
        "  const d = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;"
        "  for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255)"
        "    seen.add(`${d[i]},${d[i + 1]},${d[i + 2]}`); }"
        "return [...seen]"
    )
    assert {"217,95,14", "8,48,107"} <= set(colours)  # beyond the limit, and within 5 minutes


def test_a_deep_link_opens_a_card_and_links_lead_both_ways(
    reader: Reader, pages: dict[str, Path]
) -> None:
    """From a compound to its nearest centre, from there to a compound it serves, and back."""
    reader.open(pages["zh"], "#compound=K1")
    reader.wait_for_card(NASTY[0])
    for told in (
        "保洁",
        "达标",
        "未登记",
        "铜都'物业",
        "2025Q4",
        "88%",
        "长江联盟",
        "楼道灯",
        "1986",
    ):
        assert told in reader.text("#card")
    reader.follow("铜官邻里中心")
    reader.wait_for_card("铜官邻里中心")
    for told in ("★★★★★", "820 平方米", "40,000", "30 场", "书法 '课'", "平方公里", "22"):
        assert told in reader.text("#card")
    assert reader.run("return tonglingPage.city.isochrones.selected") == "C1"
    reader.follow(NASTY[1])
    reader.wait_for_card(NASTY[1])
    reader.driver.back()
    reader.wait_for_card("铜官邻里中心")
    reader.driver.back()
    reader.wait_for_card(NASTY[0])


@pytest.mark.parametrize(("key", "name"), [*zip(("K1", "K2", "K3", "K/4 ?&"), NASTY, strict=True)])
def test_nasty_names_are_told_and_not_run(
    reader: Reader, pages: dict[str, Path], key: str, name: str
) -> None:
    """Quotes, markup, templates, line breaks and odd keys come out as they went in."""
    reader.open(pages["zh"], f"#compound={quote(key, safe='')}")
    reader.wait_for_card(name)


def read_drawn(folder: Path, reader: Reader) -> tuple[gpd.GeoDataFrame, dict]:
    """Download what was drawn, and read it as any program would."""
    command = {"behavior": "allow", "downloadPath": str(folder)}
    reader.driver.execute_cdp_cmd("Browser.setDownloadBehavior", command)
    reader.find("#draw .primary").click()
    reader.wait(lambda: list(folder.glob("*.geojson")))
    (path,) = folder.glob("*.geojson")
    assert f"enclosure check {path.name}" in reader.text("#draw .notice.done")
    return gpd.read_file(path), json.loads(path.read_text(encoding="utf-8"))


def test_a_compounds_outline_becomes_an_enclosure(
    reader: Reader, pages: dict[str, Path], town: Town, tmp_path: Path
) -> None:
    """Begun from a card, moved by mouse and keys, gated, undone, downloaded, opened again."""
    reader.open(pages["zh"], "#compound=K1")
    reader.wait_for_card(NASTY[0])
    reader.find("#card").find_element(By.XPATH, ".//button[. = '以此绘制边界']").click()
    assert not reader.find("#card").is_displayed()
    assert len(reader.driver.find_elements(By.CSS_SELECTOR, ".handle.corner")) == 4
    before = reader.run("return JSON.stringify(tonglingPage.drawing.draft.rings)")
    reader.drag(".handle.corner[aria-label='角点 1']", -60, -60)
    assert reader.run("return JSON.stringify(tonglingPage.drawing.draft.rings)") != before
    reader.find("#draw .draw-tools button:nth-child(3)").click()  # undo
    assert reader.run("return JSON.stringify(tonglingPage.drawing.draft.rings)") == before
    reader.run("document.querySelector('.handle.middle').focus()")
    reader.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert len(reader.driver.find_elements(By.CSS_SELECTOR, ".handle.corner")) == 5
    reader.driver.switch_to.active_element.send_keys(Keys.SHIFT, Keys.ARROW_LEFT)
    reader.find("#draw .draw-tools button .gate-dot.vehicle").click()
    reader.click_at(*degrees(town, 300, 778))
    width = reader.find(".gate-row input[type=number]")
    width.send_keys("4.5", Keys.TAB)
    rows, written = read_drawn(tmp_path, reader)
    assert rows.crs.to_epsg() == 4326
    boundary, gate = rows.geometry
    assert boundary.is_valid
    assert boundary.exterior.is_ccw
    assert len(boundary.exterior.coords) == 6
    compound = town.layers["compounds"].to_crs(rows.crs).geometry.iloc[0]
    assert boundary.symmetric_difference(compound).area < 0.05 * compound.area
    assert boundary.exterior.distance(gate) < 1e-7
    assert list(rows["role"]) == ["boundary", "gate"]
    assert (rows["kind"][1], rows["width_m"][1]) == ("vehicle", 4.5)
    assert (rows["compound_id"][0], rows["origin"][0]) == ("K1", "amended")
    provenance = written["provenance"]
    assert provenance["title"] == f"{NASTY[0]} 围合边界"
    assert provenance["tool"] == "tongling-gis 0.1.0"
    assert "1.1 米/秒" in provenance["stamp"]
    reader.run("tonglingPage.drawing.clear()")
    reader.find("#draw input[type=file]").send_keys(str(next(tmp_path.glob("*.geojson"))))
    reader.wait(lambda: reader.driver.find_elements(By.CSS_SELECTOR, ".handle.gate"))
    assert len(reader.driver.find_elements(By.CSS_SELECTOR, ".handle.corner")) == 5
    assert reader.run("return tonglingPage.drawing.draft.lineOrigin") == "uploaded"
    assert reader.find(".gate-row input[type=number]").get_attribute("value") == "4.5"


def test_a_ring_is_drawn_and_a_crossing_one_is_refused(
    reader: Reader, pages: dict[str, Path], town: Town, tmp_path: Path
) -> None:
    """Clicks make corners, the first closes; a bow tie is shown and not downloaded until mended."""
    reader.open(pages["zh"])
    reader.find("#draw-toggle").click()
    reader.find("#draw .in-view input").click()  # no snapping
    corners = [(2000, 100), (2100, 200), (2100, 100), (2000, 200)]
    reader.run(
        "tonglingPage.map.setView([...arguments], 17, {animate: false})", *degrees(town, 2050, 150)
    )
    for x, y in corners:
        reader.click_at(*degrees(town, x, y))
    reader.click_at(*degrees(town, *corners[0]))
    assert "自相交叉" in reader.text("#draw .notice")
    reader.find("#draw .primary").click()
    assert not list(tmp_path.iterdir())
    rings = reader.run("return tonglingPage.drawing.draft.rings[0]")
    reader.run(
        "const d = tonglingPage.drawing, [a, b, c, e] = arguments[0];"
        "d.draft.rings = [[a, c, b, e]]; d.changed()",
        rings,
    )
    assert not reader.find("#draw .notice").is_displayed()
    assert "1 公顷" in reader.text("#draw .card-body")
    rows, _written = read_drawn(tmp_path, reader)
    area_m2 = rows.to_crs(town.layers["streets"].crs).area.iloc[0]
    assert area_m2 == pytest.approx(10_000, rel=0.02)
    assert reader.run("return tonglingPage.drawing.draft.lineOrigin") == "drawn"
    metres = '{"type":"Point","coordinates":[500000,3e6]}'
    for text, told in (("[]", "GeoJSON"), (metres, "经纬度")):
        path = tmp_path / "bad.json"
        path.write_text(text, encoding="utf-8")
        reader.find("#draw input[type=file]").send_keys(str(path))
        reader.wait(lambda told=told: told in reader.text("#draw .notice"))


def test_a_ring_within_a_ring_is_a_hole(reader: Reader, pages: dict[str, Path]) -> None:
    """Holes come out as holes that run with the clock, rings apart as parts."""
    reader.open(pages["zh"])
    square = "(x, y, w) => [[y, x], [y, x + w], [y + w, x + w], [y + w, x]]"
    geometry = reader.run(
        f"const square = {square}; const d = tonglingPage.drawing;"
        "d.draft.rings = [square(0, 0, .004), square(.001, .001, .001), square(.01, 0, .002)];"
        "return d.draft.toGeoJson({title: '', author: '', note: ''}, new Date())"
        ".features[0].geometry"
    )
    drawn = shape(geometry)
    assert drawn.is_valid
    assert [len(part.interiors) for part in drawn.geoms] == [1, 0]
    assert all(part.exterior.is_ccw for part in drawn.geoms)
    assert not drawn.geoms[0].interiors[0].is_ccw


def test_companies_and_alliances_have_cards(reader: Reader, pages: dict[str, Path]) -> None:
    """They lead to their compounds; a company on the blacklist says so; a lost key is named."""
    reader.open(pages["zh"], "#company=P2")
    reader.wait_for_card("江南物业")
    assert "已列入黑名单：拖欠<整改>" in reader.text("#card .notice")
    reader.run("location.hash = '#alliance=L1'")
    reader.wait_for_card("长江联盟")
    assert "MISSING（没有这条档案）" in reader.text("#card")
    reader.run("location.hash = '#centre=nowhere%'")
    reader.wait_for_card("没有这条档案：nowhere%")


def test_what_is_overdue_or_listed_is_marked(reader: Reader, pages: dict[str, Path]) -> None:
    """Days that have passed say so where nothing was done; an entry not lifted is a listing."""
    marked = "return document.querySelectorAll('#card .overdue').length"
    reader.open(pages["zh"], "#compound=K2")
    reader.wait_for_card(NASTY[1])
    assert reader.run(marked) == 2  # the committee's term, and one of two orders to mend
    assert not reader.driver.find_elements(By.CSS_SELECTOR, "#card .notice")
    reader.run("location.hash = '#compound=K3'")
    reader.wait_for_card(NASTY[2])
    assert reader.run(marked) == 0
    reader.run("location.hash = '#company=P3'")
    reader.wait_for_card("江北物业")
    assert "已列入黑名单：撤离小区" in reader.text("#card .notice")


def test_charts_leave_no_month_out(reader: Reader, pages: dict[str, Path]) -> None:
    """Months without an activity stand as nothing between those with one."""
    reader.open(pages["zh"], "#centre=C2")
    reader.wait(lambda: reader.run("return Boolean(document.querySelector('#card .chart'))"))
    steps = (
        "return [...document.querySelectorAll('#card .chart rect title')].map(t => t.textContent)"
    )
    assert reader.run(steps) == ["2024-11 40", "2024-12 0", "2025-01 0", "2025-02 41"]


def test_the_full_record_tells_everything_and_leads_back(
    reader: Reader, pages: dict[str, Path]
) -> None:
    """From a card to all related rows, sorted at a click, with charts, and back to the place."""
    reader.open(pages["zh"], "#compound=K1")
    reader.wait_for_card(NASTY[0])
    assert reader.find("#card .chart text.tick").text
    reader.follow("完整档案")
    reader.wait(lambda: reader.find("#record").is_displayed())
    assert reader.run("return document.getElementById('middle').inert") is True
    for told in (NASTY[0], "保洁", "达标", "季度考核 (4)", "2025Q4", "楼道灯", "3,000", "供电公司"):
        assert told in reader.text("#record")
    assert len(reader.driver.find_elements(By.CSS_SELECTOR, "#record figure")) == 2
    scores = (
        "return [...document.querySelectorAll('#record tbody')[0].rows]"
        ".map((row) => row.cells[%d].textContent)"
    )
    heads = reader.run(
        "return [...document.querySelector('#record thead tr').cells].map(c => c.textContent)"
    )
    score = [str(one).split(" ")[0] for one in heads].index("得分")
    assert reader.run(scores % score)[0] == "90"
    reader.run(
        "document.querySelectorAll('#record thead th')[arguments[0]].firstChild.click()", score
    )
    reader.run(
        "document.querySelectorAll('#record thead th')[arguments[0]].firstChild.click()", score
    )
    assert reader.run(scores % score) == ["81", "83.5", "90", "–"]
    reader.find("#record .back").click()
    reader.wait(lambda: not reader.find("#record").is_displayed())
    assert reader.text("#card h2") == NASTY[0]
    assert reader.run(
        "return tonglingPage.map.getBounds().contains(tonglingPage.placeOf('compound', 'K1'))"
    )


def test_a_full_record_prints_alone_and_whole(reader: Reader, pages: dict[str, Path]) -> None:
    """On paper there is the record, as high as it is, and nothing of the page around it."""
    reader.open(pages["zh"], "#centre=C1&view=record")
    reader.wait(lambda: reader.find("#record").is_displayed())
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        for css in ("#panel", "#middle", "#bar", "#about", "#record .back"):
            assert not reader.find(css).is_displayed()
        body, page = (
            reader.run(f"return document.querySelector('{css}').getBoundingClientRect().height")
            for css in (".record-body", "#page")
        )
        content = reader.run("return document.querySelector('.record-body').scrollHeight")
        assert page > body >= content - 1
    finally:
        reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def listed(reader: Reader) -> list[object]:
    """Keys of the rows that the table lists, in order."""
    return reader.run("return tonglingPage.table.listed.map((one) => Object.values(one)[0])")


def choose(reader: Reader, label: str, value: str) -> None:
    """Choose a value of the filter that begins with a label."""
    reader.run(
        "const one = [...document.querySelectorAll('#table select')]"
        ".find((select) => select.ariaLabel.startsWith(arguments[0]));"
        "one.value = arguments[1]; one.dispatchEvent(new Event('change'))",
        label,
        value,
    )


def test_the_table_sorts_and_leads_both_ways(reader: Reader, pages: dict[str, Path]) -> None:
    """A heading sorts, missing values last; a row opens its card, an open card marks its row."""
    reader.open(pages["zh"])
    reader.find("#table-toggle").click()
    assert set(listed(reader)) == {"K1", "K2", "K3", "K/4 ?&"}
    year = "//section[@id='table']//th/button[contains(., '建成年份')]"
    reader.driver.find_element(By.XPATH, year).click()
    assert listed(reader) == ["K3", "K1", "K2", "K/4 ?&"]
    reader.driver.find_element(By.XPATH, year).click()
    assert listed(reader) == ["K2", "K1", "K3", "K/4 ?&"]
    assert "ascending" in [
        one.get_attribute("aria-sort")
        for one in reader.driver.find_elements(By.CSS_SELECTOR, "#table th")
    ]
    row = reader.find("#table tr[data-key='K2']")
    assert "✓" in row.text
    row.find_elements(By.TAG_NAME, "td")[1].click()
    reader.wait_for_card(NASTY[1])
    assert row.get_attribute("aria-current") == "true"
    reader.run("location.hash = '#centre=C1'")
    reader.wait(lambda: reader.driver.find_elements(By.CSS_SELECTOR, "#table tr[aria-current]"))
    assert reader.find("#table tr[aria-current]").get_attribute("data-key") == "C1"
    assert "5 星" in reader.find("#table tr[aria-current]").text


def test_filters_hold_for_table_and_map(reader: Reader, pages: dict[str, Path]) -> None:
    """By company, service and reach; what is left out is not found on the map, until cleared."""
    reader.open(pages["zh"])
    reader.find("#table-toggle").click()
    choose(reader, "物业企业", "P1")
    assert set(listed(reader)) == {"K1", "K2"}
    choose(reader, "五保服务", "cleaning=mending")
    assert listed(reader) == ["K2"]
    assert "小区 1/4" in reader.text("#filter-note")
    find = (
        "const page = tonglingPage, place = page.placeOf(...arguments).getCenter();"
        "return page.find(place)?.key ?? null"
    )
    reader.run("tonglingPage.city.coverage.shown = false")
    assert reader.run(find, "compound", "K2") == "K2"
    assert reader.run(find, "compound", "K1") is None
    reader.find("#filter-note button").click()
    assert reader.run(find, "compound", "K1") == "K1"
    reader.run("tonglingPage.table.show('centre')")
    choose(reader, "星级", "3")
    assert listed(reader) == ["C2"]
    assert len(reader.driver.find_elements(By.CSS_SELECTOR, ".centre-mark")) == 1
    reader.find("#table .table-head .plain").click()
    reader.find("#table input[type=search]").send_keys("铜官")
    assert listed(reader) == ["C1"]
    reader.find("#table input[type=search]").clear()
    reader.run("tonglingPage.map.setView([30.5, 117.5], 15, {animate: false})")
    reader.find("#table .in-view input").click()
    assert listed(reader) == []


def test_tables_without_a_section_of_their_own_show_in_cards(
    reader: Reader, pages: dict[str, Path]
) -> None:
    """Whatever links to a record shows in its card with its first columns."""
    reader.open(pages["zh"], "#company=P1")
    reader.wait_for_card("铜都'物业")
    assert "季度考核 (4)" in reader.text("#card")
    assert "2025Q4" in reader.text("#card")


def test_clicks_on_the_map_open_cards(reader: Reader, pages: dict[str, Path], town: Town) -> None:
    """A click on a compound's ground and one on a centre's star open their cards."""
    reader.open(pages["zh"])
    reader.click_at(*degrees(town, 700 + 30, 420 + 18))
    reader.wait_for_card(NASTY[1])
    assert reader.run("return location.hash") == "#compound=K2"
    reader.run("tonglingPage.go(null)")
    reader.click_at(*degrees(town, 1500, 900))
    reader.wait_for_card("O'Connor's <i>Hall</i>")


def test_a_click_on_a_home_tells_its_walk_and_why(
    reader: Reader, pages: dict[str, Path], town: Town
) -> None:
    """Minutes, nearest centre with its link, the reason in words."""
    reader.open(pages["zh"])
    lat, lon = degrees(town, 130 + 90 * 24 + 20, 110 + 170 * 4 + 9)
    reader.run("tonglingPage.map.setView([...arguments], 16, {animate: false})", lat, lon)
    reader.click_at(lat, lon)
    reader.wait(lambda: reader.driver.find_elements(By.CSS_SELECTOR, ".story"))
    for told in ("超过 15 分钟", "步行", "铜官邻里中心", "超过限值 40 秒", "B128"):
        assert told in reader.text(".story")
    reader.find(".story a").click()
    reader.wait_for_card("铜官邻里中心")


def test_search_finds_by_name_and_by_id(reader: Reader, pages: dict[str, Path]) -> None:
    """Typing shows what fits, the arrow keys choose, Enter opens, Escape closes."""
    reader.open(pages["zh"])
    box = reader.find("#search-box")
    box.send_keys("o'c")
    reader.wait(
        lambda: len(reader.driver.find_elements(By.CSS_SELECTOR, "#search-list [role=option]")) == 1
    )
    box.send_keys(Keys.ENTER)
    reader.wait_for_card("O'Connor's <i>Hall</i>")
    box.clear()
    box.send_keys("K3")
    box.send_keys(Keys.ENTER)
    reader.wait_for_card(NASTY[2])
    box.clear()
    box.send_keys("长江社区")
    box.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    reader.wait_for_card("O'Connor's <i>Hall</i>")
    for typed in ("tgll", "TGLLZX", "tongguan"):
        box.clear()
        box.send_keys(typed)
        reader.wait(lambda: "铜官邻里中心" in reader.text("#search-list"))
        box.send_keys(Keys.ESCAPE)
    box.clear()
    box.send_keys("不存在的")
    reader.wait(lambda: "没有找到" in reader.text("#search-list"))
    box.send_keys(Keys.ESCAPE)
    assert not reader.find("#search-list").is_displayed()


def test_the_keyboard_opens_and_closes_a_card(reader: Reader, pages: dict[str, Path]) -> None:
    """A star is a button that Enter presses; Escape closes the card and clears the address."""
    reader.open(pages["zh"])
    reader.run("document.querySelector('.centre-mark').focus()")
    star = reader.driver.switch_to.active_element
    assert star.get_attribute("role") == "button"
    assert star.get_attribute("aria-label") == "铜官邻里中心, 5 星"
    star.send_keys(Keys.ENTER)
    reader.wait_for_card("铜官邻里中心")
    assert reader.run("return document.activeElement.id") == "card"
    reader.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    reader.wait(lambda: not reader.find("#card").is_displayed())
    assert reader.run("return location.hash") == ""


def test_layers_and_classes_can_be_put_away(reader: Reader, pages: dict[str, Path]) -> None:
    """Without its layers nothing of a home is found; the button leaves those not covered."""
    reader.open(pages["zh"])
    reader.find(".uncovered button").click()
    assert reader.run("return tonglingPage.city.coverage.classShown") == [False] * 3 + [True] * 2
    reader.find(".uncovered button").click()
    assert reader.run("return tonglingPage.city.coverage.classShown") == [True] * 5
    boxes = "#layers input"
    reader.run(f"document.querySelectorAll('{boxes}').forEach((box) => box.checked && box.click())")
    assert reader.run("return tonglingPage.city.layers.some((layer) => layer.shown)") is False
    assert not reader.driver.find_elements(By.CSS_SELECTOR, ".centre-mark")


def test_the_summary_says_who_is_covered(
    reader: Reader, pages: dict[str, Path], town: Town
) -> None:
    """The share within the widest limit, by limit and age, and how many are not covered."""
    reader.open(pages["zh"])
    share = town.coverage.indicator("share_covered", limit_minutes=15.0).value
    assert reader.text(".headline strong") == f"{share:.1%}"
    assert "60 岁及以上" in reader.text("#summary")
    assert "超过时限" in reader.text(".reasons")


def test_the_page_reads_in_english(reader: Reader, pages: dict[str, Path]) -> None:
    """Words, choices and units are English; names stay as they are."""
    reader.open(pages["en"], "#compound=K1")
    reader.wait_for_card(NASTY[0])
    assert reader.find("#invented").text == "Sample data (invented)"
    for told in ("Old estate", "Meets the standard", "Nearest centre", "Quarterly assessments"):
        assert told in reader.text("#card")
    assert reader.run("return document.documentElement.lang") == "en"
    chrome = reader.text("#bar") + reader.text("#panel") + reader.text("#about")
    assert not [letter for letter in chrome if "\u4e00" <= letter <= "\u9fff"]


def test_a_phone_shows_the_map_first(reader: Reader, pages: dict[str, Path]) -> None:
    """Nothing is wider than the screen; the panel waits behind its button; the card is a sheet."""
    reader.open(pages["zh"], "#centre=C1", size=(390, 844))
    reader.wait_for_card("铜官邻里中心")
    assert reader.run("return document.documentElement.scrollWidth") <= 390
    assert not reader.find("#panel").is_displayed()
    assert reader.find("#card").rect["y"] > 844 * 0.3
    reader.find("#card .close").click()
    reader.find("#panel-toggle").click()
    assert reader.find("#panel").is_displayed()


def test_a_map_of_nothing_opens(reader: Reader, tmp_path: Path) -> None:
    """Without layers, records and results the page still opens, and says there is no result."""
    path = draw_map(
        tmp_path, layers={}, records={}, coverage=None, isochrones=None, title=Text("空", "Empty")
    )
    reader.open(path)
    assert "本图没有分析结果" in reader.find("#about summary").text


def test_streets_and_isochrones_alone_open(reader: Reader, town: Town, tmp_path: Path) -> None:
    """Without a coverage the isochrones are on from the start."""
    path = draw_map(
        tmp_path,
        layers={"streets": town.layers["streets"], "centres": town.layers["centres"]},
        records={},
        coverage=None,
        isochrones=town.isochrones,
        title=Text("镇", "Town"),
    )
    reader.open(path, "#centre=C1")
    reader.wait_for_card("铜官邻里中心")
    assert reader.run("return tonglingPage.city.isochrones.shown") is True
    assert reader.find("#summary").is_displayed() is False
