"""Rules as data: the catalogue, a project's own over it, and what they say of small towns."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from enclosure_cases import (
    Variant,
    lay_in,
    list_layers,
    prepare_layers,
    prepare_town,
    read_variants,
)
from shapely import affinity
from towns import ORIGIN

from tongling_gis.assessment import Verdict
from tongling_gis.enclosure.checking import Check, judge_enclosure
from tongling_gis.enclosure.enclosing import Enclosure
from tongling_gis.enclosure.forms import FORMS, QUESTIONS, fill_form, read_answers
from tongling_gis.enclosure.judging import MISSES, compare, judge
from tongling_gis.enclosure.measures import MEASURES
from tongling_gis.enclosure.model import Item, Measured, Offer
from tongling_gis.enclosure.offers import number_offers
from tongling_gis.enclosure.rules import CONFIDENCES, SEVERITIES, Severity, read_rules
from tongling_gis.errors import SchemaError, TonglingError, UnreadableFileError
from tongling_gis.schema import UNITS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

VARIANTS = read_variants()
NO_RULE = {"engine_route_m", "hydrant_hose_m"}
"""Measures that stand beside others and are of no rule."""
WAYS = ("LEG-03a", "LEG-03b", "LEG-09", "FIR-01", "STA-01", "EVA-05a", "RCH-01", "TRD-05")
"""Rules on the ways of engines and of people."""
HARD_TO_SHOW = {
    "pass": {
        *("FIR-10a", "FIR-10b", "FIR-14a", "FIR-14b", "HYD-04", "HYD-05", "PLN-02b", "PLN-13"),
        *("RCH-04d", "RCH-05"),
    },
    "fail": {"EVA-03", "FIR-14b", "PLN-02b", "PLN-11b", "TRD-03"},
    "unknown": {
        *("FIR-09", "FIR-10a", "FIR-10b", "FIR-11", "FIR-12", "LEG-03b", "PLN-01", "PLN-02b"),
        *("PLN-03", "PLN-05a", "PLN-05b", "PLN-06", "PLN-07a", "PLN-08a", "PLN-11a", "PLN-12a"),
        *("PLN-13", "RCH-05", "TRD-03"),
    },
}
"""Rules without a town here that keeps them, breaks them or leaves them open."""


@cache
def check_of(name: str) -> Check:
    """Check one variant, once."""
    variant = next(one for one in VARIANTS if one.name == name)
    enclosure = lay_in(variant, prepare_town(variant.town))
    return judge_enclosure(enclosure, read_rules(variant.rules))


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda one: one.name)
def test_a_town_keeps_and_breaks_the_rules_that_its_file_says(variant: Variant) -> None:
    """Every verdict that a case names is the one that the rules give."""
    found = {one.rule: one for one in check_of(variant.name).findings}
    wrong = {
        rule: (found[rule].verdict.value, found[rule].reason.zh)
        for rule, expected in variant.expect.items()
        if found[rule].verdict.value != expected
    }
    assert wrong == {}


def test_every_rule_passes_fails_and_is_unknown_somewhere() -> None:
    """The cases hold a pass, a fail and an unknown of each rule but those listed above."""
    judged = {rule.rule_id for rule in read_rules().rules.values() if rule.off is None}
    for verdict, excused in HARD_TO_SHOW.items():
        shown = {
            rule for one in VARIANTS for rule, expected in one.expect.items() if expected == verdict
        }
        assert judged - shown - excused == set(), verdict


@pytest.mark.parametrize(("degrees", "shift_m"), [(0.0, 1234.5), (30.0, -987.25)])
@pytest.mark.parametrize("name", ["block: all is well", "block: no gate at all"])
def test_where_and_how_a_town_lies_changes_no_verdict(
    name: str, degrees: float, shift_m: float
) -> None:
    """Everything moved and turned together gives every rule the same verdict."""
    variant = next(one for one in VARIANTS if one.name == name)

    def moved(shape: BaseGeometry) -> BaseGeometry:
        turned = affinity.rotate(shape, degrees, origin=ORIGIN)
        return affinity.translate(turned, shift_m, 0.5 * shift_m)

    layers = {
        key: one.set_geometry(one.geometry.map(moved))
        for key, one in list_layers(variant.town).items()
    }
    case = lay_in(variant, check_of(name).enclosure.surroundings).case
    gates = tuple(replace(gate, point=moved(gate.point)) for gate in case.gates)
    case = replace(case, boundary=moved(case.boundary), gates=gates)
    found = judge_enclosure(Enclosure(prepare_layers(layers), case), read_rules())
    assert {one.rule: one.verdict for one in found.findings} == {
        one.rule: one.verdict for one in check_of(name).findings
    }


def test_one_more_gate_makes_no_way_in_or_out_worse() -> None:
    """Gate by gate, no rule on ways of engines and of people falls back."""
    better = [Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS]
    whole = check_of("block: all is well").enclosure
    before = dict.fromkeys(WAYS, 0)
    for count in range(len(whole.case.gates) + 1):
        case = replace(whole.case, gates=whole.case.gates[:count])
        found = judge_enclosure(Enclosure(whole.surroundings, case), read_rules()).findings
        now = {one.rule: better.index(one.verdict) for one in found if one.rule in WAYS}
        assert all(now[rule] >= before[rule] for rule in WAYS), (count, before, now)
        before = now


def test_a_finding_says_its_number_limit_clause_and_what_to_do() -> None:
    """What fails or is unknown has a reason in both languages, a clause and advice."""
    for variant in VARIANTS:
        for one in check_of(variant.name).findings:
            assert one.reason.zh
            assert one.reason.en
            assert one.clause
            if one.verdict in {Verdict.FAIL, Verdict.UNKNOWN}:
                assert one.advice is not None
                assert one.advice.zh


def test_rules_measures_forms_units_and_words_belong_together() -> None:
    """Every rule names what is there, every measure is of some rule, every word is there."""
    rules = read_rules().rules.values()
    used = {rule.measure for rule in rules if rule.measure}
    assert used - set(MEASURES) == set()
    assert set(MEASURES) - used == NO_RULE
    assert {rule.form for rule in rules if rule.form} == set(FORMS)
    assert {rule.unit for rule in rules if rule.unit} <= set(UNITS)
    assert set(SEVERITIES) == set(MISSES) == set(Severity)
    for rule in rules:
        assert rule.title.zh != rule.title.en
        assert rule.advice.en
        assert rule.confidence in CONFIDENCES


def test_the_traps_of_the_norms_are_kept() -> None:
    """4.0 m is GB 50016's; 10 % binds, 8 % advises; a captured hydrant is a breach of law."""
    rules = read_rules().rules
    assert rules["FIR-03a"].standard == "GB 50016-2014"
    assert rules["FIR-03a"].severity is Severity.STANDARD
    assert (rules["FIR-05a"].severity, rules["FIR-05b"].severity) == ("M", "A")
    assert rules["LEG-04"].severity is Severity.LAW
    assert rules["PLN-13"].severity.advises
    assert rules["PLN-07c"].definition
    assert all(r.new_build for r in rules.values() if r.standard == "GB 50352-2019")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rules.PLN-03]\nlimit = 'wide'", "PLN-03"),
        ("[rules.PLN-03]\nmeasure = 'gate_colour'", "gate_colour"),
        ("[rules.PLN-03]\nunit = 'mile'", "mile"),
        ("[rules.PLN-03]\nunit = 's'", "PLN-03"),
        ("[rules.PLN-03]\nseverity = 'X'", "PLN-03"),
        ("[rules.PLN-03]\nin_force = 'last year'", "last year"),
        ("[rules.PLN-03]\ncolour = 'red'", "colour"),
        ("[rules.PLN-03]\nlimit = [1, 2]", "PLN-03"),
        ("[rules.PLN-03]\nlimit = 1\n[rules.PLN-03]\nlimit = 2", "PLN-03"),
        ("[rules.NEW-1]\ntitle_zh = '新'", "NEW-1"),
        ("[rule.PLN-03]\nlimit = 1", "rule"),
        ("rules = 3", "rules"),
    ],
)
def test_a_slip_in_the_rules_is_one_sentence_with_file_and_rule(text: str, said: str) -> None:
    """Loading names the file and what is wrong, in both languages."""
    with pytest.raises((SchemaError, UnreadableFileError)) as slip:
        read_rules(text, file="rules.toml")
    for words in (slip.value.text.zh, slip.value.text.en):
        assert "rules.toml" in words
        assert said in words


def test_a_project_changes_limits_switches_off_and_on_and_adds() -> None:
    """What is changed is kept with the rules and said line by line."""
    overlay = """
    [rules.PLN-03]
    limit = 150
    [rules.FIR-07]
    off_zh = "不作要求"
    [rules.ACC-01b]
    on = true
    [rules.TL-01]
    title_zh = "本地门宽"
    severity = "N"
    standard = "本地做法"
    measure = "fire_gate_width_m"
    comparison = "at_least"
    limit = 4.5
    unit = "m"
    """
    rules = read_rules(overlay)
    assert rules.rule("PLN-03").limit == 150
    assert rules.rule("FIR-07").off == Text("不作要求", "不作要求")
    assert rules.rule("ACC-01b").off is None
    assert rules.rule("TL-01").limit == 4.5
    assert [one.zh.split("：")[0] for one in rules.changes] == [
        *("PLN-03", "FIR-07", "ACC-01b", "TL-01")
    ]
    assert read_rules().changes == ()
    assert read_rules().rule("PLN-03").limit == 200


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (3.8, 0.5, "unknown"),
        (3.8, 0.1, "fail"),
        (4.0, 0.0, "pass"),
        (4.2, 0.1, "pass"),
        (4.2, 0.2, "unknown"),
        (3.999_999, 0.0, "pass"),
    ],
)
def test_a_number_within_its_error_of_the_limit_is_unknown(
    value: float, error: float, expected: str
) -> None:
    """3.8 m give or take 0.5 m against 4.0 m cannot be told; limits are inclusive."""
    assert compare(read_rules().rule("FIR-03b"), value, error).value == expected


def test_nothing_of_what_may_not_be_passes_whatever_its_error() -> None:
    """No road enclosed is none, though the line is drawn by hand."""
    rule = read_rules().rule("LEG-01a")
    assert compare(rule, 0.0, 0.5) is Verdict.PASS
    assert compare(rule, 0.4, 0.5) is Verdict.UNKNOWN
    assert compare(rule, 9.0, 0.5) is Verdict.FAIL


def test_the_worst_object_decides_and_is_named() -> None:
    """A fail outweighs an unknown, an unknown a pass; counts and the worst name are said."""
    rule = read_rules().rule("FIR-03b")
    missing = Text("没有净宽：请补填。", "No width: fill it in.")
    north = Item(Text("北门", "north gate"), 5.0)
    east = Item(Text("东门", "east gate"), None, missing=missing)
    south = Item(Text("南门", "south gate"), 3.0)
    passing, unknown, failing = (
        judge(rule, Measured(items=items))
        for items in ((north,), (north, east), (north, east, south))
    )
    assert [one.finding.verdict.value for one in (passing, unknown, failing)] == [
        *("pass", "unknown", "fail")
    ]
    assert "南门 3 米" in failing.finding.reason.zh
    assert "1 项符合，1 项不符合，1 项无法判定" in failing.finding.reason.zh
    assert unknown.missing == Text("没有净宽", "No width")


def test_what_people_saw_counts_where_the_data_are_silent_only() -> None:
    """An answer settles an unknown and changes nothing that the data tell."""
    rule = read_rules().rule("FIR-03b")
    silent = Measured(missing=Text("无", "none"))
    assert judge(rule, silent, True).finding.verdict is Verdict.PASS  # noqa: FBT003 - an answer
    assert judge(rule, silent, 3.5).finding.verdict is Verdict.FAIL
    assert judge(rule, Measured(3.0), True).finding.verdict is Verdict.FAIL  # noqa: FBT003


def test_a_mend_is_offered_for_what_is_amiss_only() -> None:
    """Objects that pass offer nothing, and the same change is offered once."""
    rule = read_rules().rule("FIR-03b")
    wider = Offer("widen_gate", Text("加宽", "Widen"))
    narrow = Item(Text("门", "gate"), 3.0, offer=wider)
    wide = Item(Text("门", "gate"), 5.0, offer=Offer("x", Text("无用", "useless")))
    assert list(number_offers(judge(rule, Measured(items=(narrow, narrow, wide))))) == ["FIR-03b-1"]
    assert number_offers(judge(rule, Measured(items=(wide,)))) == {}


def test_a_vote_of_more_than_there_are_is_no_vote() -> None:
    """Parts above their whole leave the vote unknown; two thirds exactly are enough."""
    votes = {
        "LEG-07.owners": 3,
        "LEG-07.owners_voting": 2,
        "LEG-07.area_m2": 300,
        "LEG-07.area_voting_m2": 200,
    }
    rule, form = read_rules().rule("LEG-07a"), FORMS["vote_turnout"]
    assert judge(rule, fill_form(form, votes)).finding.verdict is Verdict.PASS
    wrong = fill_form(form, {**votes, "LEG-07.owners_voting": 4})
    assert judge(rule, wrong).finding.verdict is Verdict.UNKNOWN


def test_answers_to_no_question_are_refused() -> None:
    """A slip in the file of answers names the file and the key."""
    rules = read_rules().rules
    assert read_answers("LEG-05 = true\n[LEG-07]\nowners = 3", file="a.toml", rules=rules) == {
        "LEG-05": True,
        "LEG-07.owners": 3,
    }
    for text in ("LEG-99 = true", "LEG-05 = 3", "[LEG-07]\nowners = true", "LEG-05 ="):
        with pytest.raises(TonglingError, match=r"a\.toml"):
            read_answers(text, file="a.toml", rules=rules)
    assert all(one.label.zh != one.label.en for one in QUESTIONS.values())
