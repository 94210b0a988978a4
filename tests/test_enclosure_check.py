"""Checks of enclosures in a project: results, offers, drafts, approvals, and the command line."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from enclosure_cases import lay_in, list_layers, prepare_town, read_variants
from towns import CRS, place

from tongling_gis import studies
from tongling_gis.assessment import Provenance, Verdict
from tongling_gis.cli import main
from tongling_gis.enclosure.checking import Override, check_enclosure, judge_enclosure
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.offers import accept_offer
from tongling_gis.enclosure.rules import read_rules
from tongling_gis.enclosure.verdicts import find_blocking, judge_overall, summarise
from tongling_gis.errors import UsageError
from tongling_gis.studies.drafts import load_draft

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.enclosure.checking import Check
    from tongling_gis.enclosure.surroundings import Surroundings
    from tongling_gis.store import Workspace

WHOLE = next(one for one in read_variants() if one.name == "block: all is well")
FEW_STREETS = {**WHOLE.town["grid"], "x": [-240, 0, 240, 480], "y": [-170, 0, 170, 340]}
BLOCK = replace(WHOLE, town={**WHOLE.town, "grid": FEW_STREETS})
NOWHERE = Provenance("0", "2026-01-01")


@pytest.fixture(scope="module")
def town() -> Surroundings:
    """The town of the cases, prepared once."""
    return prepare_town(BLOCK.town)


def gates_where(**facts) -> list[dict[str, Any]]:
    """The case's gates, the southern one with other facts."""
    first, *rest = BLOCK.case["gates"]
    return [{**first, **facts}, *rest]


def check(town: Surroundings, *, overrides: tuple[Override, ...] = (), **case) -> Check:
    """Check the block's case with some of it changed."""
    variant = replace(BLOCK, case={**BLOCK.case, **case})
    return judge_enclosure(lay_in(variant, town), read_rules(), overrides=overrides)


def test_the_verdict_over_all_never_passes_over_an_unknown_law(town: Surroundings) -> None:
    """All kept is a pass; one law unanswered is unknown; one broken fails whatever else."""
    assert judge_overall(check(town).findings) is Verdict.PASS
    silent = replace(BLOCK, answers={k: v for k, v in BLOCK.answers.items() if k != "LEG-05"})
    unknown = judge_enclosure(lay_in(silent, town), read_rules())
    assert judge_overall(unknown.findings) is Verdict.UNKNOWN
    broken = check(town, gates=gates_where(closure="fixed_post"))
    assert [one.rule for one in find_blocking(broken.findings)] == ["FIR-15a"]
    assert judge_overall(broken.findings) is Verdict.FAIL


def test_the_summary_counts_every_rule_once(town: Surroundings) -> None:
    """Pass, fail, gap, advice and unknown add up; what does not apply is left out."""
    whole = check(town, gates=gates_where(width_m=None))
    said = summarise(whole.judged)
    counted = sum(one.finding.verdict is not Verdict.NOT_APPLICABLE for one in whole.judged)
    unknown = sum(one.finding.verdict is Verdict.UNKNOWN for one in whole.judged)
    assert said.en.startswith(f"{counted - unknown} checked: ")
    assert f"{unknown} cannot be checked" in said.en
    assert f"{unknown} 项无法判定" in said.zh


def test_an_override_lets_a_breach_pass_and_shows(town: Surroundings) -> None:
    """A breach with a reason and a name blocks no more; without either it is refused."""
    let = Override("FIR-15a", "王工", "桩可拔出", "2026-03-01")
    found = check(town, gates=gates_where(closure="fixed_post"), overrides=(let,))
    finding = next(one for one in found.findings if one.rule == "FIR-15a")
    assert finding.verdict is Verdict.FAIL
    assert finding.overridden is not None
    assert "王工" in finding.overridden.zh
    assert find_blocking(found.findings) == []
    for wrong in (
        Override("FIR-15a", "", "x"),
        Override("FIR-15a", "x", " "),
        Override("X", "a", "b"),
    ):
        with pytest.raises(UsageError):
            check(town, overrides=(wrong,))


def test_an_accepted_offer_mends_what_it_was_offered_for(town: Surroundings) -> None:
    """Taking the fixed posts away makes the same rule pass, checked anew on the whole case."""
    broken = check(town, gates=gates_where(closure="fixed_post"))
    offer = next(one for key, one in broken.offers.items() if key.startswith("FIR-15a"))
    case = accept_offer(broken.enclosure.case, offer)
    mended = judge_enclosure(Enclosure(town, case), read_rules())
    verdicts = {one.rule: one.verdict for one in mended.findings}
    assert verdicts["FIR-15a"] is Verdict.PASS
    assert len(case.gates) == len(broken.enclosure.case.gates)


def test_a_result_holds_what_maps_and_reports_show(town: Surroundings) -> None:
    """Every finding has its row, places lie in the CRS, and the numbers agree."""
    enclosure = lay_in(replace(BLOCK, case={**BLOCK.case, "gates": gates_where(width_m=3)}), town)
    result = check_enclosure(enclosure, read_rules(), provenance=NOWHERE)
    assert result.kind == "enclosure"
    assert set(result.layers) == {
        *("boundary", "gates", "findings", "offers", "walks", "crossings")
    }
    assert set(result.layers["findings"]["rule"]) == {one.rule for one in result.findings}
    assert all(layer.crs == CRS for layer in result.layers.values())
    assert len(result.layers["gates"]) == 4
    assert result.parameters["overall"] == judge_overall(result.findings).value
    failed = sum(one.verdict is Verdict.FAIL for one in result.findings)
    counted = sum(
        result.indicator(f"rules_{name}").value or 0 for name in ("fail", "gap", "advice")
    )
    assert counted == failed


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The block's town as a project."""
    folder = tmp_path_factory.mktemp("block") / "town"
    studies.create_project(folder, "小城").write(list_layers(BLOCK.town))
    return folder


@pytest.fixture
def project(ready: Path, tmp_path: Path) -> Workspace:
    """A copy of the project to write into."""
    shutil.copytree(ready, tmp_path / "town")
    return studies.open_project(tmp_path / "town")


@pytest.fixture
def boundary(tmp_path: Path) -> Path:
    """The block's boundary with its gates, as the map page writes it."""
    west, south, east, north = BLOCK.case["box"]
    area = shapely.box(*place(west, south), *place(east, north))
    gates = BLOCK.case["gates"]
    rows = gpd.GeoDataFrame(
        {
            "role": ["boundary", *("gate" for _ in gates)],
            "name": ["一村围合", *(gate["name"] for gate in gates)],
            "kind": [None, *(gate["kind"] for gate in gates)],
            "width_m": [None, *(gate["width_m"] for gate in gates)],
            "gate_id": [None, *(f"g{n}" for n in range(len(gates)))],
            "closure": [None, "fixed_post", *(gate["closure"] for gate in gates[1:])],
            "compound_id": ["C1", *(None for _ in gates)],
        },
        geometry=[area, *(shapely.Point(place(*gate["at"])) for gate in gates)],
        crs=CRS,
    )
    path = tmp_path / "boundary.geojson"
    rows.to_crs(4326).to_file(path, driver="GeoJSON")
    return path


def answer(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    """Run a command for machines."""
    capsys.readouterr()
    assert main(["enclosure", *words, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_draft_is_kept_changed_compared_and_approved(
    project: Workspace, boundary: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the drawn file to an approval: versions are added, none is overwritten."""
    where = ("-p", str(project.folder))
    by = ("--save-draft", "--author", "王工", "--date", "2026-03-01")
    answers = tmp_path / "answers.toml"
    answers.write_text("LEG-05 = true\n", encoding="utf-8")
    first = answer(capsys, "check", str(boundary), *where, *by, "--answers", str(answers), code=7)
    kept = project.read("enclosure_drafts"), project.read("draft_gates")
    offer = next(one for f in first["findings"] for one in f["offers"] if f["rule"] == "FIR-15a")
    override = "FIR-15b=标识已订购"
    second = answer(
        capsys,
        *("check", "--draft", first["draft"], *where, *by),
        *("--accept", offer["offer"], "--override", override),
    )
    assert (first["draft"], second["draft"]) == ("C1-v1", "C1-v2")
    drafts, gates = project.read("enclosure_drafts"), project.read("draft_gates")
    assert list(drafts["previous_id"].fillna("")) == ["", "C1-v1"]
    for before, now in zip(kept, (drafts, gates), strict=True):
        assert now.iloc[: len(before)].to_json() == before.to_json()
    changes = answer(capsys, "compare", "C1-v1", "C1-v2", *where)
    assert changes["verdicts"]["FIR-15a"] == {"before": "fail", "after": "pass"}
    approved = answer(capsys, "approve", "C1-v2", "--by", "李主任", *where)
    assert "FIR-15b" in approved["overridden"]
    assert "LEG-07a" in approved["unsettled"]
    assert "LEG-05" not in approved["unsettled"]
    record = project.read("enclosure_approvals").iloc[0]
    assert (record["draft_id"], record["approver"]) == ("C1-v2", "李主任")
    states = [one["status"] for one in answer(capsys, "list", *where)["drafts"]]
    assert states == ["draft", "approved"]
    answer(capsys, "approve", "C1-v2", "--by", "李主任", *where, code=2)


def test_what_was_let_pass_stands_on_in_the_next_version_until_it_is_withdrawn(
    project: Workspace, boundary: Path
) -> None:
    """An override keeps its name, day and reason; compared, its withdrawal shows; notes do not."""

    def keep(**facts: Any) -> studies.EnclosureStudy:
        options = studies.EnclosureOptions(save_draft=True, **facts)
        return studies.study_enclosure(project, options)

    let = (("FIR-15a", "月底拆除石墩"), ("TRD-03", "不必"))
    first = keep(path=boundary, author="王工", note="首版", date="2026-03-01", overrides=let)
    assert any("TRD-03" in note.zh for note in first.assessment.notes)
    second = keep(draft_id=first.draft_id, author="李工", date="2026-03-02")
    kept = load_draft(project, second.draft_id)
    assert [(one.rule, one.by, one.date) for one in kept.overrides] == [
        ("FIR-15a", "王工", "2026-03-01")
    ]
    assert not kept.case.note
    third = keep(draft_id=second.draft_id, author="李工", withdraw=("FIR-15a",))
    changes = studies.compare_drafts(project, second.draft_id, third.draft_id)
    assert "月底拆除石墩" in changes.overrides["FIR-15a"][0]
    assert changes.overrides["FIR-15a"][1] == ""
    with pytest.raises(UsageError, match="FIR-15a"):
        keep(draft_id=third.draft_id, author="李工", withdraw=("FIR-15a",))


def test_a_gate_where_no_street_is_drawn_is_told(town: Surroundings) -> None:
    """The planner learns at once that nobody is led through it."""
    gates = [{"at": [60, 10], "kind": "vehicle", "name": "新门"}, *gates_where()]
    variant = replace(BLOCK, case={**BLOCK.case, "gates": gates})
    found = check_enclosure(lay_in(variant, town), read_rules(), provenance=NOWHERE)
    assert any("新门" in note.zh and "没有画出" in note.zh for note in found.notes)


@pytest.mark.parametrize("facts", [{"date": "2026-13-01"}, {"tolerance_m": 500.0}])
def test_a_day_that_is_none_and_a_tolerance_that_redraws_are_refused(
    project: Workspace, boundary: Path, facts: dict[str, Any]
) -> None:
    """Neither a typing slip in a date nor a tolerance of a block's size is taken."""
    with pytest.raises(UsageError):
        studies.study_enclosure(project, studies.EnclosureOptions(path=boundary, **facts))


def test_a_draft_that_breaks_the_law_is_not_approved(
    project: Workspace, boundary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check ends with code 7, and so does an approval, naming the rules in the way."""
    (project.folder / "a.toml").write_text("LEG-05 = false\n", encoding="utf-8")
    where = ("-p", str(project.folder))
    words = ("check", str(boundary), *where, "--save-draft", "--author", "王工")
    found = answer(capsys, *words, "--answers", str(project.folder / "a.toml"), code=7)
    assert found["overall"]["verdict"] == "fail"
    refused = answer(capsys, "approve", found["draft"], "--by", "李主任", *where, code=7)
    assert "LEG-05" in refused["error"]["zh"]
    assert not project.has("enclosure_approvals")


def test_a_kept_draft_gives_the_same_case_and_verdicts_again(
    project: Workspace, boundary: Path
) -> None:
    """Reading a draft back and checking it again says the same of every rule."""
    options = studies.EnclosureOptions(path=boundary, save_draft=True, author="王工")
    first = studies.study_enclosure(project, options)
    again = studies.study_enclosure(project, studies.EnclosureOptions(draft_id=first.draft_id))
    assert again.check.enclosure.case.boundary.equals(first.check.enclosure.case.boundary)
    assert [one.verdict for one in again.check.findings] == [
        one.verdict for one in first.check.findings
    ]
    loaded = project.load(first.result)
    assert [one.mends for one in loaded.findings] == [one.mends for one in first.check.findings]


def test_a_compound_is_checked_by_its_own_line_and_local_rules_show(
    project: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text for people names the verdict over all, clauses, what is missing and local rules."""
    (project.folder / "rules.toml").write_text("[rules.PLN-03]\nlimit = 90\n", encoding="utf-8")
    where = ("-p", str(project.folder))
    main(["enclosure", "check", "--compound", "C1", "--gates-from", "streets", *where])
    said = capsys.readouterr().out
    for words in ("总体：", "无法判定", "依据：", "PLN-03：限值 200 → 90", "建议："):
        assert words in said
    assert studies.find_stale(project) == []
    (project.folder / "rules.toml").write_text("[rules.PLN-03]\nlimit = 80\n", encoding="utf-8")
    assert "rules.toml" in studies.find_stale(project)[0].zh
    assert main(["enclosure", "rules", "PLN-03", *where]) == 0
    assert "本项目改动" in capsys.readouterr().out
    assert (
        main(["enclosure", "rules", "FIR", "--lang", "en", "-p", str(project.folder.parent)]) == 0
    )
    assert "FIR-03a [S]" in capsys.readouterr().out


def test_gates_nobody_knows_leave_ways_in_and_out_unknown(project: Workspace) -> None:
    """A compound without a known gate is not said to be shut off."""
    plain = list_layers({**BLOCK.town, "streets": []})
    project.write({"streets": plain["streets"], "street_nodes": plain["street_nodes"]})
    study = studies.study_enclosure(project, studies.EnclosureOptions(compound_id="C1"))
    verdicts = {one.rule: one.verdict for one in study.check.findings}
    assert study.check.enclosure.case.gates == ()
    assert verdicts["RCH-01"] is Verdict.UNKNOWN
    assert verdicts["PLN-01"] is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("check", "--compound", "C1", "--draft", "C1-v1"),
        ("check", "--compound", "C1", "--save-draft"),
        ("check", "--compound", "C1", "--override", "FIR-08"),
        ("check", "--draft", "C9-v1"),
        ("compare", "a", "b"),
        ("approve", "a", "--by", "x"),
        ("check", "nowhere.geojson"),
        ("check", "--compound", "C404"),
        ("rules", "XYZ-1"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    words: tuple[str, ...], ready: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong call ends with a code of its own and one line, and writes nothing."""
    assert main(["enclosure", *words, "-p", str(ready)]) in {2, 3, 4}
    said = capsys.readouterr().err
    assert said.strip().splitlines()[-1].startswith("错误：")
    assert "Traceback" not in said
