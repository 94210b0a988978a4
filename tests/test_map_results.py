"""Comparisons, hours of the week and checks of enclosures: as values, and in a real browser."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from map_reader import Reader, chrome, needs_browser
from map_results import check_town, compare_town, nearer, open_town, with_hours
from map_town import LIMITS, NASTY, Town, invent_town
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from test_mapping import read_integers

from tongling_gis.errors import UsageError
from tongling_gis.mapping.comparisons import describe_comparisons
from tongling_gis.mapping.findings import describe_checks, worst_verdict
from tongling_gis.mapping.interactive import draw_map
from tongling_gis.mapping.opening import describe_hours, describe_opening
from tongling_gis.mapping.records import describe_records
from tongling_gis.mapping.results import describe_coverage
from tongling_gis.mapping.titles import title_unnamed
from tongling_gis.scenario import EFFECTS, STATES, compare_results
from tongling_gis.store.result_styles import choose_look, head_column
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium import webdriver


@pytest.fixture(scope="module")
def town() -> Town:
    """The invented town."""
    return invent_town()


@pytest.fixture(scope="module")
def page(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its map with all results."""
    return draw_map(
        tmp_path_factory.mktemp("maps") / "all.html",
        layers=with_hours(town),
        records=town.records,
        coverage=town.coverage,
        isochrones=town.isochrones,
        further=[compare_town(town), open_town(town), check_town(town)],
        title=Text("铜陵", "Tongling"),
    )


def test_two_coverages_are_compared_home_by_home(town: Town) -> None:
    """Gained and lost are who is in one and not in the other; the sums of both add up."""
    result = compare_town(town)
    homes = result.layers["residents"]
    was, now = (homes[f"{side}_covered_15"].to_numpy(bool) for side in ("before", "after"))
    assert set(homes.loc[now & ~was, "effect"]) == {"gained"}
    assert set(homes["effect"]) <= set(EFFECTS)
    groups = result.layers["groups"].set_index(["group", "limit_minutes"])
    for _, row in groups.iterrows():
        assert row["covered_after"] == row["covered_before"] + row["gained"] - row["lost"]
    people = homes["residents"].astype(float)
    assert groups.loc[("", 15.0), "gained"] == people[now & ~was].sum() > 0
    assert result.layers["changes"]["kind"].tolist() == ["add_centre", "remove_centre"]
    back = compare_results(nearer(town), town.coverage, names=("b", "a"))
    assert back.layers["groups"]["gained"].tolist() == result.layers["groups"]["lost"].tolist()
    same = compare_results(town.coverage, town.coverage, names=("a", "a"))
    assert set(same.layers["residents"]["effect"]) == {"same"}
    assert len(same.layers["changes"]) == 0


def test_what_cannot_be_compared_says_why(town: Town) -> None:
    """Results of another kind, of other homes, or of other limits."""
    with pytest.raises(UsageError, match="no coverage"):
        compare_results(town.coverage, town.isochrones, names=("a", "b"))
    homes = town.coverage.layers["residents"]
    for changed, why in (
        (homes.assign(resident_id="other"), "share no homes"),
        (homes.drop(columns=[f"covered_{limit:g}" for limit in LIMITS]), "share no time limit"),
    ):
        other = replace(town.coverage, layers=town.coverage.layers | {"residents": changed})
        with pytest.raises(UsageError, match=why):
            compare_results(town.coverage, other, names=("a", "b"))


def test_a_comparison_shares_the_homes_of_the_coverage(town: Town) -> None:
    """Homes that the page has already are not told again; others are."""
    result = compare_town(town)
    coverage = describe_coverage(town.coverage, town.layers, "zh")
    told = describe_comparisons([result], town.layers, coverage, "zh")
    assert told is not None
    assert told["like"] == "coverage"
    assert "shapes" not in told
    alone = describe_comparisons([result], town.layers, None, "en")
    assert alone is not None
    assert alone["shapes"] == coverage["shapes"]
    after = [side["name"] for side in alone["sides"]]
    assert after == ["现状", "东部<新>中心"]
    walks = read_integers(alone["sides"][1]["walk"])
    assert walks == [int(np.ceil(one)) for one in result.layers["residents"]["after_s"]]
    assert describe_comparisons([], town.layers, None, "zh") is None


def test_the_week_says_open_shut_and_unknown(town: Town) -> None:
    """One character an hour: by day open, in the evening shut, of holidays unknown."""
    told = describe_opening(with_hours(town)["centres"], "zh")
    assert told is not None
    week = told["centres"]["C1"]
    assert len(week) == 8 * 24
    assert [week[24 + hour] for hour in (7, 8, 17, 18, 23)] == ["0", "1", "1", "0", "0"]
    assert set(week[7 * 24 :]) == {"?"}
    assert set(told["centres"]["C2"]) == {"?"}
    assert describe_opening(town.layers["centres"], "zh") is None
    hours = describe_hours(open_town(town), town.layers, None, "zh")
    assert hours["at"] == "2026-03-03 周二 21:30"
    assert hours["share"][24 + 8] == 800
    assert hours["share"][24] == 0
    third = open_town(town)
    third.layers["week"]["share_open"] = 2 / 3
    shares = describe_hours(third, town.layers, None, "zh")["share"]
    assert {round(one / 10, 1) for one in shares} == {66.7}


def test_what_is_so_or_not_has_no_numbers(town: Town) -> None:
    """A yes or no is told by its verdict, not as 0 against 1; metres stay metres."""
    check = check_town(town)
    plain = check.layers["findings"].assign(unit=["yes_no", "yes_no", "m", "m"])
    (told,) = describe_checks(
        [replace(check, layers=check.layers | {"findings": plain})], None, "zh"
    )
    assert (told["findings"][0][0]["measured"], told["findings"][0][0]["limit"]) == (None, None)
    assert (told["findings"][2][0]["measured"], told["findings"][2][0]["limit"]) == (180.0, 200.0)


def test_a_check_gives_its_compound_the_worst_verdict(town: Town) -> None:
    """By id where the boundary names one, else by what lies inside; unknown is no pass."""
    check = check_town(town)
    (told,) = describe_checks([check, check], town.layers["compounds"], "zh")
    assert told["compounds"] == {"K1": "fail"}
    assert [len(one) for one in told["findings"]] == [2, 1, 1]
    (first, second), *_ = told["findings"]
    assert set(second) == {"verdict", "at", "measured"}
    assert (first["verdict"], second["verdict"]) == ("fail", "unknown")
    assert told["findings"][2][0]["at"] is None
    nameless = check.layers["boundary"].drop(columns="compound_id")
    bare = replace(check, layers=check.layers | {"boundary": nameless})
    (inside,) = describe_checks([bare], town.layers["compounds"], "en")
    assert inside["compounds"] == {"K1": "fail"}
    walks = told["walks"]
    assert len(walks["ids"]) == 40
    assert sorted(set(read_integers(walks["class"]))) == [0, 2, 3]
    assert worst_verdict(["not_applicable", "pass"]) == "pass"
    assert worst_verdict([]) == "not_applicable"


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


def panes(reader: Reader) -> list[float]:
    """Where each side's pane is cut off: its right and its left edge, as shares of the map."""
    return reader.run(
        "const m = tonglingPage.map, from = m.containerPointToLayerPoint([0, 0]).x;"
        "const xs = (name) => [...m.getPane(name).style.clipPath.matchAll(/(-?[\\d.]+)px/g)]"
        "  .map((one) => Number(one[1]));"
        "return [(xs('compareLeft')[2] - from) / m.getSize().x,"
        "        (xs('compareRight')[0] - from) / m.getSize().x]"
    )


@needs_browser
def test_names_of_scenarios_cover_no_button_on_a_phone(reader: Reader, page: Path) -> None:
    """Wherever the line is, both names lie clear of the zoom buttons."""
    reader.open(page, size=(390, 844))
    reader.find("#panel-toggle").click()
    reader.find("#comparison button").click()
    foot = "return document.querySelector(arguments[0]).getBoundingClientRect()[arguments[1]]"
    zoom = reader.run(foot, ".leaflet-control-zoom", "bottom")
    assert reader.run(foot, ".swipe-name.right", "top") > zoom
    assert reader.run(foot, ".swipe-name.left", "top") > zoom


@needs_browser
def test_the_line_between_scenarios_moves_by_mouse_and_keys(reader: Reader, page: Path) -> None:
    """Both sides are drawn and cut at the line; gains are told; the coverage comes back after."""
    reader.open(page)
    reader.find("#comparison button").click()
    assert reader.find(".swipe-name.left").text == "现状"
    assert reader.find(".swipe-name.right").text == "东部<新>中心"
    assert panes(reader) == pytest.approx([0.5, 0.5], abs=0.01)
    handle = reader.find(".swipe-handle")
    handle.send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    assert panes(reader) == pytest.approx([0.4, 0.4], abs=0.01)
    assert handle.get_attribute("aria-valuenow") == "40"
    before = reader.run("return tonglingPage.map.getCenter().lng")
    reader.drag(".swipe-handle", 150, 0)
    assert panes(reader)[0] > 0.5
    assert reader.run("return tonglingPage.map.getCenter().lng") == before
    handle.send_keys(Keys.END)
    assert panes(reader) == pytest.approx([1.0, 1.0], abs=0.01)
    gained, lost = (
        reader.run(f"return tonglingPage.city.comparison.{n}.length") for n in ("gains", "losses")
    )
    assert gained > 0
    assert lost == 0
    reader.find(".changes button").click()
    assert panes(reader)[0] == pytest.approx(0.3, abs=0.01)
    assert reader.find(".change-mark").get_attribute("title").endswith("<b>新</b>中心")
    reader.find("#comparison button").click()
    assert not reader.find("#swipe").is_displayed()
    assert reader.run("return tonglingPage.city.coverage.shown") is True


@needs_browser
def test_an_hour_shows_open_centres_and_their_areas_only(reader: Reader, page: Path) -> None:
    """In the evening the first centre is shut, the second unknown; keys move over the week."""
    reader.open(page)
    reader.find("#opening .presets button").click()
    assert "3 个中心中 1 个开放" in reader.text("#opening [role=status]")
    assert "80.0% 至 90.0%" in reader.text("#opening [role=status]")
    rows = "return tonglingPage.city.isochrones.openRows.flat().length"
    assert reader.run(rows) == len(LIMITS)
    cell = reader.driver.find_elements(By.CSS_SELECTOR, ".heat tbody td")[24 + 10]
    assert cell.get_attribute("aria-selected") == "true"
    cell.click()
    reader.driver.switch_to.active_element.send_keys(*[Keys.ARROW_RIGHT] * 9, Keys.ENTER)
    assert reader.run("return tonglingPage.city.opening.at") == 24 + 19
    assert reader.run(rows) == 0
    assert len(reader.driver.find_elements(By.CSS_SELECTOR, ".centre-mark.shut")) == 1
    assert len(reader.driver.find_elements(By.CSS_SELECTOR, ".centre-mark.perhaps")) == 1
    assert reader.run("return tonglingPage.city.coverage.shown") is False
    reader.run("tonglingPage.openingPanel.choose(null)")
    assert reader.run("return tonglingPage.city.coverage.shown") is True
    assert not reader.driver.find_elements(By.CSS_SELECTOR, ".centre-mark.shut")
    reader.run("tonglingPage.city.states.box.click()")
    assert reader.run("return tonglingPage.city.coverage.shown") is False
    assert reader.run("return tonglingPage.city.states.counts.length") == 4


@needs_browser
def test_findings_lead_to_their_places_and_filter_compounds(reader: Reader, page: Path) -> None:
    """Strictest first; a click tells clause and advice there; compounds are filtered by verdict."""
    reader.open(page)
    reader.find("#checks button").click()
    rows = reader.driver.find_elements(By.CSS_SELECTOR, ".finding-row")
    assert len(rows) == 2
    assert "消防车道净宽" in rows[0].text
    rows[0].click()
    story = reader.find(".leaflet-popup .finding").text
    for told in ("不符合", "3.2", "GB 55037-2022", "强制性", "拓宽至 4 m", NASTY[1]):
        assert told in story
    assert "第 1 处，共 2 处" in story
    reader.driver.find_elements(By.CSS_SELECTOR, ".steps button")[1].click()
    assert "无法判定" in reader.find(".leaflet-popup .finding").text
    reader.find("#table-toggle").click()
    reader.run(
        "const one = [...document.querySelectorAll('#table select')]"
        ".find((select) => select.ariaLabel === '围合检查');"
        "one.value = 'fail'; one.dispatchEvent(new Event('change'))"
    )
    assert reader.run("return tonglingPage.table.listed.map((one) => one.compound_id)") == ["K1"]


def test_qgis_is_told_how_comparisons_and_hours_look(town: Town) -> None:
    """Homes by what happens to them, centres by what becomes of them; headings say the side."""
    result = compare_town(town)
    homes = choose_look(result.layers["residents"].columns)
    assert homes is not None
    assert {one.value for one in homes.classes} == set(EFFECTS)
    centres = choose_look(result.layers["centres"].columns)
    assert centres is not None
    assert {one.value for one in centres.classes} == set(STATES)
    assert choose_look(town.coverage.layers["residents"].columns) is None
    assert choose_look(result.layers["changes"].columns) is not None
    assert head_column("residents", "after_covered_10") == "之后 10 分钟内可达"
    assert head_column("walks", "before_s") != head_column("residents", "before_s")


def test_places_without_a_name_are_called_by_number_and_street(town: Town) -> None:
    """An address where one is recorded, else the nearest street; a name is left alone."""
    compounds = town.layers["compounds"].assign(
        name=["有名", None, " ", None],
        tags=[None, None, '{"addr:street": "长江路", "addr:housenumber": "8号"}', None],
    )
    far = compounds.geometry.iloc[3].__class__(
        [(x + 9_000, y) for x, y in compounds.geometry.iloc[3].exterior.coords]
    )
    compounds.loc[3, "geometry"] = far
    titles = title_unnamed("compounds", compounds, town.layers["streets"], "zh")
    assert titles[0] is None
    assert titles[1] is not None
    assert titles[1].startswith("未命名小区 1（长江")
    assert titles[2:] == ["未命名小区 2（长江路8号）", "未命名小区 3"]
    english = title_unnamed("compounds", compounds, None, "en")
    assert english == [
        None,
        "Unnamed compound 1",
        "Unnamed compound 2 (长江路8号)",
        "Unnamed compound 3",
    ]
    told = describe_records(town.layers | {"compounds": compounds}, {}, "zh")["compounds"]
    assert told["titles"] == titles
    assert "titles" not in describe_records(town.layers, {}, "zh")["compounds"]


@needs_browser
def test_the_sign_of_an_unreached_home_stands_over_its_compound(
    reader: Reader, page: Path, town: Town
) -> None:
    """Clicked from afar, the cross tells the home, not the compound that it lies in."""
    reader.open(page)
    lost = int(np.flatnonzero(town.coverage.layers["residents"]["walk_s"].isna())[0])
    found = reader.run(
        "const c = tonglingPage.city.coverage, [lat, lng] = c.shapes.middle(arguments[0]);"
        "tonglingPage.map.setView([lat, lng], 14, {animate: false});"
        "return tonglingPage.find({lat, lng})",
        lost,
    )
    assert found["home"] >= 0
    assert reader.run("return tonglingPage.city.coverage.class[arguments[0]]", found["home"]) == 4


@needs_browser
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_nothing_hangs_over_the_page(reader: Reader, page: Path, size: tuple[int, int]) -> None:
    """With every panel open the page is as large as the window, and north is shown."""
    reader.open(page, size=size)
    reader.run(
        "for (const id of ['checks', 'comparison'])"
        "  document.querySelector(`#${id} > .wide`).click()"
    )
    assert reader.find(".north").is_displayed()
    grown = reader.run(
        "const d = document.documentElement, b = document.body;"
        "return [d.scrollWidth - innerWidth, d.scrollHeight - innerHeight,"
        "        b.scrollWidth - innerWidth, b.scrollHeight - innerHeight]"
    )
    assert max(grown) <= 0
