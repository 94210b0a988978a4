"""Rules that people answer: permits, the owners' vote, checklists and surveys.

Answers are keyed by rule, such as ``LEG-05``, or by rule and question, such as ``LEG-07.owners``.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tongling_gis.enclosure.model import Measured
from tongling_gis.errors import SchemaError, UnreadableFileError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tongling_gis.enclosure.model import Answer, Answers

    Kind: TypeAlias = Literal["yes_no", "number", "text"]

MAJOR, ORDINARY = "major", "ordinary"
_KINDS: dict[str, Text] = {
    "yes_no": Text("true 或 false", "true or false"),
    "number": Text("不小于 0 的数", "a number from 0"),
    "text": Text("文字", "a text"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``key`` names its answer."""

    key: str
    label: Text
    kind: Kind = "yes_no"


@dataclass(frozen=True, slots=True)
class Form:
    """Questions of one rule, and what the answers come to; ``needed`` of them must be answered."""

    unit: str
    needed: tuple[Question, ...]
    measure: Callable[[Answers], Measured]
    optional: tuple[Question, ...] = ()


def fill_form(form: Form, answers: Answers) -> Measured:
    """Say what the answers to a form come to; unknown where one that is needed is not given."""
    open_ones = [one for one in form.needed if one.key not in answers]
    if open_ones:
        asked = Text(
            "；".join(f"{one.label.zh}（{one.key}）" for one in open_ones),
            "; ".join(f"{one.label.en} ({one.key})" for one in open_ones),
        )
        return Measured(
            missing=Text("待答复：{asked}", "to be answered: {asked}").fill(asked=asked)
        )
    return form.measure(answers)


def _yes(key: str, label: Text, *optional: Question) -> Form:
    """Make a form of one question that is answered by yes or no."""

    def measure(answers: Answers) -> Measured:
        return Measured(float(bool(answers[key])))

    return Form("yes_no", (Question(key, label),), measure, optional)


def _seconds(key: str, label: Text) -> Form:
    def measure(answers: Answers) -> Measured:
        return Measured(float(answers[key]))

    return Form("s", (Question(key, label, "number"),), measure)


_OWNERS = Question("LEG-07.owners", Text("业主总人数", "owners in all"), "number")
_VOTING = Question("LEG-07.owners_voting", Text("参与表决人数", "owners voting"), "number")
_AGREEING = Question("LEG-07.owners_agreeing", Text("同意人数", "owners agreeing"), "number")
_AREA = Question("LEG-07.area_m2", Text("专有部分总面积", "area in all"), "number")
_AREA_VOTING = Question(
    "LEG-07.area_voting_m2", Text("参与表决面积", "area of those voting"), "number"
)
_AREA_AGREEING = Question(
    "LEG-07.area_agreeing_m2", Text("同意面积", "area of those agreeing"), "number"
)
_MATTER = Question(
    "LEG-07.matter",
    Text(
        "事项性质：major（第六至八项）或 ordinary（其他）",
        "the matter: major (items 6-8) or ordinary",
    ),
    "text",
)
_LEGAL_QUESTION = Text(
    "按一般事项已过半数，按第（六）至（八）项未达四分之三；围合属于哪一类须由法律意见确定"
    "（LEG-07.matter）",
    "more than half, less than three quarters agree; which it needs is a legal question "
    "(LEG-07.matter)",
)


def _share(answers: Answers, parts: tuple[Question, Question], what: Text) -> tuple[float, Text]:
    part, whole = (float(answers[one.key]) for one in parts)
    share = 100.0 * part / whole if whole else 0.0
    return share, Text("{what} {share:.1f}%", "{what} {share:.1f} %").fill(what=what, share=share)


def _least_share(
    answers: Answers, owners: tuple[Question, Question], area: tuple[Question, Question]
) -> Measured:
    """Give the lesser of the shares by owners and by area; unknown where a part is too large."""
    for part, whole in (owners, area):
        if float(answers[part.key]) > float(answers[whole.key]):
            return Measured(missing=_TOO_LARGE.fill(part=part.label, whole=whole.label))
    by_owners, owners_said = _share(answers, owners, Text("按人数", "by owners"))
    by_area, area_said = _share(answers, area, Text("按面积", "by area"))
    note = Text(f"{owners_said.zh}，{area_said.zh}", f"{owners_said.en}, {area_said.en}")
    return Measured(min(by_owners, by_area), note=note)


_TOO_LARGE = Text("答复有误：{part}大于{whole}", "the answers cannot be: {part} exceed {whole}")


def _measure_turnout(answers: Answers) -> Measured:
    return _least_share(answers, (_VOTING, _OWNERS), (_AREA_VOTING, _AREA))


def _measure_agreement(answers: Answers) -> Measured:
    return _least_share(answers, (_AGREEING, _VOTING), (_AREA_AGREEING, _AREA_VOTING))


def _measure_major(answers: Answers) -> Measured:
    """Leave open what half but not three quarters carry, until the matter is said."""
    found = _measure_agreement(answers)
    matter = answers.get(_MATTER.key, "")
    if matter == ORDINARY:
        why = Text("已说明属一般事项", "said to be an ordinary matter")
        return Measured(not_applicable=why, note=found.note)
    undecided = found.value is not None and 50.0 < found.value < 75.0  # noqa: PLR2004 - 278
    if undecided and matter != MAJOR:
        return Measured(found.value, missing=_LEGAL_QUESTION, note=found.note)
    return found


_CHECKLIST = (
    Question(
        "LEG-08.shared_facilities", Text("已考虑共用设施设备", "shared facilities considered")
    ),
    Question("LEG-08.building_scale", Text("已考虑建筑物规模", "scale of buildings considered")),
    Question(
        "LEG-08.community_building", Text("已考虑社区建设", "building of community considered")
    ),
    Question("LEG-08.one_assembly", Text("区域内只设一个业主大会", "one owners' assembly")),
)


def _measure_checklist(answers: Answers) -> Measured:
    without = [one for one in _CHECKLIST if not answers[one.key]]
    if not without:
        return Measured(1.0)
    names = Text(
        "、".join(one.label.zh for one in without), ", ".join(one.label.en for one in without)
    )
    return Measured(0.0, note=Text("未满足：{names}", "not so: {names}").fill(names=names))


FORMS: dict[str, Form] = {
    "permit": _yes(
        "LEG-05",
        Text("已取得规划许可或书面意见", "planning permit or written opinion obtained"),
        Question("LEG-05.number", Text("文号", "its number"), "text"),
        Question("LEG-05.date", Text("日期", "its date"), "text"),
    ),
    "vote_turnout": Form("%", (_OWNERS, _VOTING, _AREA, _AREA_VOTING), _measure_turnout),
    "vote_ordinary": Form(
        "%", (_VOTING, _AGREEING, _AREA_VOTING, _AREA_AGREEING), _measure_agreement
    ),
    "vote_major": Form(
        "%", (_VOTING, _AGREEING, _AREA_VOTING, _AREA_AGREEING), _measure_major, (_MATTER,)
    ),
    "area_checklist": Form("yes_no", _CHECKLIST, _measure_checklist),
    "turning_proved": _yes(
        "FIR-06a", Text("消防车转弯已经核实", "turning proved for fire engines")
    ),
    "lane_marking": _yes(
        "FIR-16", Text("消防车通道标线齐全", "fire lanes marked as the notice asks")
    ),
    "water_confirmed": _yes(
        "HYD-07", Text("消防救援机构确认可安全取水", "fire brigade confirms safe drawing of water")
    ),
    "signal_wait": _seconds(
        "RCH-06a", Text("门前过街信号最长等候（秒）", "longest wait at the gate's signals, s")
    ),
    "signal_wait_island": _seconds(
        "RCH-06b", Text("设安全岛过街总等候（秒）", "wait with an island in all, s")
    ),
}
"""Every form by its name, as rules name it."""

_LANES_SURVEYED = Question(
    "lanes_surveyed",
    Text("围合内的车道在数据中已画全", "all lanes inside are drawn in the data"),
)
QUESTIONS: dict[str, Question] = {
    one.key: one
    for questions in (
        *((*form.needed, *form.optional) for form in FORMS.values()),
        (_LANES_SURVEYED,),
    )
    for one in questions
}
"""Every question by its key; the last is of no rule, and measures of lanes ask for it."""


def read_answers(text: str, *, file: str, rules: Collection[str]) -> dict[str, Answer]:
    """Read answers from TOML: ``LEG-05 = true``, or ``owners = 320`` under ``[LEG-07]``.

    A rule on a measure may be answered too, by true or false (it holds or not, seen on site) or
    by the number measured there; that counts where the data do not tell.

    Args:
        text: The TOML text.
        file: Its name, for errors.
        rules: Ids of the rules that may be answered.

    Raises:
        UnreadableFileError: If it is no TOML.
        SchemaError: If an answer is to no question, or of the wrong kind.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFileError(
            Text(f"{file} 不是正确的 TOML：{error}。", f"{file} is not correct TOML: {error}.")
        ) from error
    given = _flat(tables)
    for key, value in given.items():
        _check_answer(key, value, file, rules)
    return given


def _flat(tables: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in tables.items():
        key = f"{above}.{name}" if above else name
        found |= _flat(value, key) if isinstance(value, dict) else {key: value}
    return found


def _check_answer(key: str, value: object, file: str, rules: Collection[str]) -> None:
    question = QUESTIONS.get(key)
    if question is None and key not in rules:
        known = "、".join(QUESTIONS)
        raise SchemaError(
            Text(
                f"{file}：没有要答复的“{key}”；可用规则编号，或 {known}。",
                f"{file}: {key!r} is nothing to be answered; write a rule's id, or one of "
                f"{', '.join(QUESTIONS)}.",
            )
        )
    kinds: tuple[Kind, ...] = (question.kind,) if question else ("yes_no", "number")
    if not any(_fits(value, kind) for kind in kinds):
        zh = " 或 ".join(_KINDS[kind].zh for kind in kinds)
        en = " or ".join(_KINDS[kind].en for kind in kinds)
        raise SchemaError(
            Text(
                f"{file}：“{key}”不能是 {value!r}，须为{zh}。",
                f"{file}: {key} cannot be {value!r}: it is {en}.",
            )
        )
    if key == _MATTER.key and value not in {MAJOR, ORDINARY}:
        raise SchemaError(
            Text(f"{file}：{key} 须为 major 或 ordinary。", f"{file}: {key} is major or ordinary.")
        )


def _fits(value: object, kind: Kind) -> bool:
    if kind == "yes_no":
        return isinstance(value, bool)
    if kind == "text":
        return isinstance(value, str)
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and 0 <= value < math.inf  # type: ignore[operator]
