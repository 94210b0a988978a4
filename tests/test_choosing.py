"""Siting on streets: hand-checked towns, candidates with their reasons, and the command."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from towns import layer, line, place, read_town, wall

from tongling_gis.assessment import Provenance
from tongling_gis.catalogue import read_standards
from tongling_gis.cli import main
from tongling_gis.errors import InputError, SchemaError, UsageError
from tongling_gis.hours import read_moment
from tongling_gis.mapping.siting import describe_siting
from tongling_gis.network import build_network
from tongling_gis.siting.geography import (
    OUT,
    PROBLEMS,
    SitingQuestion,
    Surroundings,
    candidates_along_streets,
    candidates_from_amenities,
    candidates_from_buildings,
    candidates_from_layer,
    choose_sites,
    find_bend,
    join_candidates,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis import studies

# 50 m a character at 1 m/s; with 2.5 minutes C1 covers H2 and H3, 150 s off, inclusive.
STREET = "+h-h--c--h-h-+"
PEOPLE = {"residents": [10, 20, 30, 40], "residents_60_plus": [10, 0, 0, 0]}
WALKER = read_standards().profile("adult").flat().at_speed(1.0, "test")


def points(**at_m: float):
    """Make candidate sites at so many metres along the street."""
    spots = [shapely.Point(place(x, 0.0)) for x in at_m.values()]
    return candidates_from_layer(layer(spots, site_id=list(at_m)), "site_id")


SITES = points(A=100.0, B=600.0)


def ask(
    *, sites=SITES, town=STREET, around=None, centres=True, people=None, barriers=None, **asked
):
    """Put a question about a town of which each home has so many residents."""
    drawn = read_town(town)
    homes = drawn.homes.assign(**(people or PEOPLE))
    question = SitingQuestion(**({"k": 1, "minutes": 2.5} | asked))
    return choose_sites(
        drawn.network() if barriers is None else drawn.network(barriers=barriers),
        homes,
        drawn.centres if centres is True else centres,
        sites,
        asked=question,
        profile=WALKER,
        around=around,
        provenance=Provenance("test"),
    )


def chosen(result) -> list[str]:
    """List the sites chosen."""
    return sorted(result.layers["sites"]["site_id"]) if "sites" in result.layers else []


def number(result, name: str, group: str = "", minutes: float | None = 2.5) -> float:
    """Find a number of the result."""
    return result.indicator(name, group=group, limit_minutes=minutes).value


def test_the_site_is_where_most_are_newly_covered() -> None:
    """B covers the 40 of H4 whom the centre does not; with A too everyone is covered."""
    one, two = ask(), ask(k=2)
    assert (chosen(one), chosen(two)) == (["B"], ["A", "B"])
    assert number(one, "residents_covered_before") == 50
    assert number(one, "residents_newly_covered") == 40
    assert number(two, "residents_covered_after") == 100
    assert number(two, "residents_newly_covered", "residents_60_plus") == 10
    homes = two.layers["residents"].set_index("resident_id")
    assert homes["change"].to_dict() == {"H1": "newly", "H2": "kept", "H3": "kept", "H4": "newly"}
    assert homes.loc["H1", ["walk_before_s", "walk_after_s"]].tolist() == [250.0, 50.0]


def test_a_story_tells_whom_a_site_reaches_relieves_and_what_it_costs() -> None:
    """A newly covers 10, takes over the 20 of H2 from C1, and costs 500 m2 of new building."""
    site = ask(k=2).layers["sites"].set_index("site_id").loc["A"]
    assert (site["residents_newly"], site["newly_60_plus"], site["residents_nearest"]) == (
        10,
        10,
        30,
    )
    assert site["relieves_en"] == "C1 20"
    assert (site["residents_nearer"], site["saved_s_each"]) == (30, 133)  # H1 by 200 s, H2 by 100
    assert (site["cost_yuan"], site["yuan_each"]) == (2_250_000, 225_000)
    assert "newly covers 10 residents" in site["story_en"]
    assert "新增覆盖 10 人" in site["story_zh"]
    centre = ask(k=2).layers["centres"].iloc[0]
    assert (centre["residents_before"], centre["relieved"]) == (50, 20)


@pytest.mark.parametrize("problem", sorted(set(PROBLEMS) - {"all", "budget", "phases", "capacity"}))
def test_every_problem_of_k_sites_takes_both_where_both_are_needed(problem: str) -> None:
    """With two sites to choose of two, every problem chooses them and proves it."""
    result = ask(problem=problem, k=2)
    assert chosen(result) == ["A", "B"]
    assert result.parameters["status"] == "optimal"
    assert number(result, "gap", minutes=None) == 0


def test_the_worst_walk_and_the_mean_walk_ask_for_different_sites() -> None:
    """D serves one far home, E the many near it: the centre takes D, the median E."""
    sites, people = points(D=50.0, E=550.0), {"residents": [1, 1, 1, 500]}
    town = "+h-----h--c--hh-+"  # H1 at 450 s, H2 at 150 s, H3 at 150 s, H4 at 200 s from C1
    sites = points(D=50.0, E=700.0)
    assert chosen(ask(problem="centre", sites=sites, town=town, people=people)) == ["D"]
    assert chosen(ask(problem="median", sites=sites, town=town, people=people)) == ["E"]
    assert chosen(ask(problem="fair", sites=sites, town=town, people=people)) == ["D"]


def test_a_budget_buys_what_it_can() -> None:
    """For the price of one site B is bought; for less, nothing; phases build B before A."""
    one = ask(problem="budget", budget_yuan=2_250_000)
    assert (chosen(one), number(one, "part_cost", minutes=None)) == (["B"], 2_250_000)
    assert chosen(ask(problem="budget", budget_yuan=2_249_999)) == []
    twice = points(A=100.0, B=600.0, B2=605.0)
    assert len(chosen(ask(problem="budget", budget_yuan=9e9, sites=twice))) == 2  # no money wasted
    plan = ask(problem="phases", k=2, years=2, readings=False)
    years = plan.layers["phases"]
    assert plan.layers["sites"].set_index("site_id")["year"].to_dict() == {"B": 1, "A": 2}
    assert years["sites"].tolist() == ["B", "A"]
    assert years["covered"].tolist() == [90, 100]


def test_weights_and_groups_change_the_choice() -> None:
    """Counted tenfold, the ten older people of H1 outweigh the forty of H4; alone, all the more."""
    assert chosen(ask(weights={"residents_60_plus": 10.0})) == ["A"]
    assert chosen(ask(group="residents_60_plus")) == ["A"]


def test_existing_centres_are_kept_closed_or_moved() -> None:
    """Without C1 one site serves 70 at best; placed anew as well, and that is the efficiency."""
    closed, moved = ask(existing="close"), ask(existing="move", k=0)
    assert chosen(closed) == chosen(moved) == ["B"]
    assert number(closed, "residents_lost") == 20
    assert closed.layers["curve"]["covered"].tolist() == [0, 70]
    assert number(moved, "residents_covered_after") == 70
    assert number(ask(), "efficiency") == pytest.approx(50 / 70)
    assert chosen(ask(existing="move", k=1, forbid=("B",))) == ["A", "C1"]


def test_sites_are_required_forbidden_and_competed_for() -> None:
    """A is taken where it must be, or where B may not; nobody counts whom a competitor has."""
    assert chosen(ask(require=("A",))) == ["A"]
    assert chosen(ask(forbid=("B",))) == ["A"]
    assert chosen(ask(compete=("B",))) == ["A"]
    with pytest.raises(UsageError, match="Nobody"):
        ask(require=("Nobody",))


def test_only_centres_open_at_the_moment_count() -> None:
    """At night the centre is shut, so a site near it is worth most; unknown hours never count."""
    centres = read_town(STREET).centres.assign(opening_hours="Mo-Fr 08:00-17:00")
    sites = points(A=100.0, M=302.0)
    night, day = read_moment("周二 21:00"), read_moment("周二 10:00")
    assert chosen(ask(sites=sites, centres=centres, at=night, minutes=3.0)) == ["M"]
    assert number(ask(centres=centres, at=day), "residents_covered_before") == 50
    unknown = ask(centres=read_town(STREET).centres, at=night)
    assert number(unknown, "residents_covered_before") == 0


def test_walks_follow_streets_and_not_straight_lines() -> None:
    """Behind a wall B is 70 m from H4 as the crow flies and out of its reach on foot."""
    sites, across = points(A=100.0, B=620.0), wall((600, -200), (600, 200))
    assert chosen(ask(sites=sites)) == ["B"]
    assert chosen(ask(sites=sites, barriers=across)) == ["A"]


def test_homes_that_no_site_reaches_are_named() -> None:
    """Whoever lives on another street is the conflict; the answer is for the others."""
    town = "+h-h--c--h-h-+\n\n\n\n\n\n\n+----h----+"
    people = {"residents": [10, 20, 30, 40, 7]}
    result = ask(town=town, people=people, problem="all")
    assert chosen(result) == ["A", "B"]
    assert result.layers["conflict"]["resident_id"].tolist() == ["H5"]
    assert number(result, "residents_no_site", minutes=None) == 7
    assert any("No site reaches 1 homes (7 residents)" in note.en for note in result.notes)
    assert "conflict" not in ask(problem="all").layers
    hurried = ask(problem="all", minutes=1.0)  # H3 has only C1, 150 s off
    assert hurried.layers["conflict"]["resident_id"].tolist() == ["H3"]
    assert chosen(hurried) == ["A", "B"]


def test_candidates_say_why_they_are_out() -> None:
    """In water, beside works, in an area left out, off the map, on a centre, far from streets."""
    spots = {"W": (100, 0), "I": (200, 0), "X": (400, 0), "C": (300, 0), "F": (500, 900)}
    spots |= {"O": (650, 0), "B": (600, 0)}
    shapes = [shapely.Point(place(*xy)) for xy in spots.values()]
    sites = candidates_from_layer(layer(shapes, site_id=list(spots)), "site_id")

    def square(x: float):
        return layer([shapely.Point(place(x, 0)).buffer(20)], use="industrial")

    around = Surroundings(
        study_area=layer([shapely.box(*place(-50, -2000), *place(620, 2000))]),
        water=square(100),
        buildings=square(200),
        excluded={"green": square(400)},
    )
    table = ask(sites=sites, around=around).layers["candidates"].set_index("site_id")
    assert table["reason"].to_dict() == {
        "W": "water",
        "I": "industrial",
        "X": "excluded",
        "C": "centre",
        "F": "no_street",
        "O": "outside",
        "B": "",
    }
    assert table.loc["X", "reason_en"] == "In an area left out (green)"
    assert table["chosen"].to_dict()["B"]
    assert set(table["reason"]) - {""} <= set(OUT)


def test_steep_streets_and_motorways_have_no_sites() -> None:
    """A climb of 20 % is too steep, one of 10 % is not; points on a motorway are out."""
    ends = [((0, 0), (200, 0)), ((200, 0), (400, 0)), ((400, 0), (600, 0))]
    streets = layer(
        [line(*one) for one in ends],
        street_id=["flat", "steep", "fast"],
        from_node=[1, 2, 3],
        to_node=[2, 3, 4],
        highway=["residential", "residential", "motorway"],
    )
    heights = [0.0, 20.0, 60.0, 60.0]
    nodes = layer(
        [shapely.Point(place(x, 0)) for x in (0, 200, 400, 600)],
        node_id=[1, 2, 3, 4],
        elevation_m=heights,
    )
    network = build_network(streets, nodes)
    sites = candidates_along_streets(network, 100.0)
    drawn = read_town(STREET)
    result = choose_sites(
        network,
        drawn.homes.iloc[:1].assign(residents=5),
        None,
        sites,
        asked=SitingQuestion(k=1, minutes=10.0),
        profile=WALKER,
        provenance=Provenance("test"),
    )
    table = result.layers["candidates"]
    by_x = {
        round(spot.x - place(0, 0)[0]): code
        for spot, code in zip(table.geometry, table["reason"], strict=True)
    }
    assert {x: code for x, code in by_x.items() if x < 200} == {50: "", 150: ""}
    assert {code for x, code in by_x.items() if 200 < x < 400} == {"steep"}
    assert {code for x, code in by_x.items() if x > 400} == {"walk"}


def test_points_along_streets_are_spaced() -> None:
    """No two are nearer than half the spacing, and every street of that length has one."""
    town = read_town("+---+---+\n|   |   |\n|   |   |\n+---+---+")
    xy = shapely.get_coordinates(candidates_along_streets(town.network(), 100.0).geometry)
    apart = np.hypot(*(xy[:, None] - xy[None, :]).transpose(2, 0, 1))
    assert apart[~np.eye(len(xy), dtype=bool)].min() >= 50.0
    assert len(xy) >= 10
    with pytest.raises(UsageError, match="20 m"):
        candidates_along_streets(town.network(), 5.0)


def test_public_and_vacant_buildings_are_candidates() -> None:
    """Homes are none; a building offers its floors, at most what a centre takes."""
    shapes = [shapely.box(*place(x, 0), *place(x + 10, 10)) for x in (0, 50, 100)]
    buildings = layer(
        shapes,
        building_id=["public", "vacant", "homes"],
        use=["public", "yes", "apartments"],
        floors=[2, 9, 6],
        tags=["{}", '{"disused": "yes"}', "{}"],
    )
    sites = candidates_from_buildings(buildings).set_index("site_id")
    assert sites["floor_area_m2"].round().to_dict() == {"public": 200.0, "vacant": 500.0}
    assert sites.loc["public", "cost_yuan"] == pytest.approx(200 * 1500)
    with pytest.raises(SchemaError, match="public"):
        join_candidates([candidates_from_buildings(buildings)] * 2)
    with pytest.raises(UsageError, match="amenity=bench"):
        candidates_from_amenities(layer([], amenity_id=[], kind=[]).astype(str), ["amenity=bench"])


def test_a_layer_of_sites_brings_its_own_costs() -> None:
    """The dearer of two equal sites is not bought; a way of building that is unknown is refused."""
    spots = [shapely.Point(place(x, 0.0)) for x in (600.0, 610.0)]
    rows = layer(spots, site_id=["dear", "cheap"], cost_yuan=[900.0, 100.0], origin="converted")
    sites = candidates_from_layer(rows, "site_id")
    result = ask(sites=sites, problem="budget", budget_yuan=500.0)
    assert chosen(result) == ["cheap"]
    with pytest.raises(InputError, match="magic"):
        candidates_from_layer(rows.assign(origin="magic"), "site_id")


def test_readings_agree_with_the_answer() -> None:
    """The curve never falls and ends in the plan; its fronts hold no point that another beats."""
    result = ask(k=2)
    curve = result.layers["curve"]
    assert curve["k"].tolist() == [0, 1, 2]
    assert curve["covered"].tolist() == [50, 90, 100]
    assert curve["sites"].tolist() == ["", "B", "A B"]
    front = result.layers["trade_offs"]
    assert front["cost_yuan"].is_monotonic_increasing
    assert front["covered"].is_monotonic_increasing
    robust = result.layers["robustness"].set_index("site_id")
    assert robust["in_plan"].all()
    assert (robust["share_near"] >= robust["share"]).all()
    assert "curve" not in ask(k=2, readings=False).layers


def test_the_front_of_walks_trades_the_mean_for_the_worst() -> None:
    """The median's site has the shorter mean, the centre's the shorter worst walk: both stay."""
    result = ask(
        problem="median",
        sites=points(D=50.0, E=700.0),
        town="+h-----h--c--hh-+",
        people={"residents": [1, 1, 1, 500]},
    )
    front = result.layers["trade_offs"]
    assert front["sites"].tolist() == ["D", "E"]
    assert front["mean_walk_s"].is_monotonic_decreasing


def test_the_bend_is_where_gains_drop() -> None:
    """Kneedle's bend of a rising and of a falling curve; a straight line has none."""
    assert find_bend([0, 1, 2, 3, 4, 5], [0, 50, 80, 83, 85, 86]) == 2
    assert find_bend([0, 1, 2, 3, 4, 5], [86, 36, 6, 3, 1, 0]) == 2
    assert find_bend([0, 1, 2], [0, 1, 2]) is None
    assert find_bend([0, 1], [0, 1]) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"problem": "magic"},
        {"k": -1},
        {"minutes": 0.0},
        {"first_k": 3, "k": 2},
        {"weights": {"residents_60_plus": -1.0}},
        {"group": "dogs"},
        {"problem": "budget"},
        {"years": 0},
    ],
)
def test_questions_that_cannot_be_meant_are_refused(wrong) -> None:
    """Each is refused with a sentence before anything is reckoned."""
    with pytest.raises(UsageError):
        SitingQuestion(**wrong)


def test_when_no_candidate_is_left_the_reasons_are_counted() -> None:
    """All in water: the error says so."""
    water = layer([shapely.box(*place(-100, -100), *place(2000, 100))])
    with pytest.raises(InputError, match="In water 2"):
        ask(around=Surroundings(water=water))


@pytest.fixture(scope="module")
def project(demo: studies.Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the demonstration, to which results may be added."""
    folder = tmp_path_factory.mktemp("site") / "project"
    shutil.copytree(demo.workspace.folder, folder)
    return folder


def test_the_command_sites_saves_and_exports(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three more centres are proven best, kept in the project and exported."""
    out = tmp_path / "sites.csv"
    words = ["site", "cover", "--k", "3", "--quick", "--candidates", "streets:400", "-o", str(out)]
    assert main([*words, "-p", str(project), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["parameters"]["status"] == "optimal"
    assert [row["rank"] for row in told["sites"]] == [1, 2, 3]
    assert out.read_text(encoding="utf-8-sig").count("street/") == 3
    assert main(["info", "-p", str(project), "--json"]) == 0
    assert "siting-01" in capsys.readouterr().out


def test_the_map_draws_sites_residents_and_candidates() -> None:
    """Each layer is drawn where it has rows, and its facts are in the reader's language."""
    drawn = {one["name"]: one for one in describe_siting(ask(k=1), "zh")}
    assert {name: one["count"] for name, one in drawn.items()} == {
        "siting_in": 1,
        "siting_newly": 1,
        "siting_sites": 1,
    }
    facts = drawn["siting_sites"]["facts"]
    assert "作用" in [column["label"] for column in facts["columns"]]
    assert any("新增覆盖 40 人" in str(told) for told in facts["rows"][0])
    english = json.dumps(describe_siting(ask(k=1), "en"), ensure_ascii=False)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--k", "many"], "1..10"),
        (["--weight", "dogs=2"], "elderly=2"),
        (["--candidates", "moon"], "streets:200"),
        (["--candidates", "streets:x"], "streets:200"),
        (["--exclude", "streets"], "--exclude"),
        (["--require", "nobody"], "nobody"),
        (["-o", "sites.exe"], ".gpkg"),
    ],
)
def test_the_command_says_in_one_line_what_it_cannot_use(
    words: list[str], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong option ends with code 2 and a sentence that names the right form."""
    assert main(["site", "cover", "-p", str(project), *words]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert len(printed.err.strip().splitlines()) == 1


def test_a_site_cannot_be_required_and_forbidden_at_once() -> None:
    """What is asked for and left out at once is refused by name."""
    with pytest.raises(UsageError, match="A is asked for and left out"):
        ask(require=("A",), forbid=("A",))


def test_a_budget_for_no_centre_says_what_the_cheapest_costs() -> None:
    """With 10 yuan nothing is chosen, the layer of sites stays empty, and a note tells why."""
    result = ask(problem="budget", budget_yuan=10.0)
    assert chosen(result) == []
    assert any("2,250,000" in note.en for note in result.notes)


@pytest.mark.parametrize(
    "wanted", [{"group": "residents_0_14"}, {"weights": {"residents_0_14": 2}}]
)
def test_nobody_is_sited_for_an_age_group_that_no_home_tells(wanted: dict) -> None:
    """Where homes do not tell an age group, asking for it is refused, not answered by chance."""
    with pytest.raises(UsageError, match="residents_0_14"):
        ask(**wanted)


@pytest.mark.parametrize("slope", [-0.1, float("nan")])
def test_a_steepest_slope_must_make_sense(slope: float) -> None:
    """A slope below 0, or none, is refused."""
    with pytest.raises(UsageError, match="steepest"):
        Surroundings(steepest=slope)
