"""The rules about an enclosed compound: data with clauses, and a project's own changes to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tongling_gis.enclosure.rule_tables import Slip, parse_document, read_rule_keys, read_standard
from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Comparison: TypeAlias = Literal["at_most", "at_least", "more_than", "between"]
_FILE = "enclosure_rules.toml"


class Severity(StrEnum):
    """How strict a rule is, apart from what it says of a case."""

    LAW = "L"
    MANDATORY = "M"
    STANDARD = "S"
    SUGGESTED = "A"
    POLICY = "P"
    LOCAL = "N"

    @property
    def blocks(self) -> bool:
        """Whether a breach blocks approval; other misses only warn."""
        return self in {Severity.LAW, Severity.MANDATORY}

    @property
    def advises(self) -> bool:
        """Whether a miss is an advice, no offence."""
        return self in {Severity.SUGGESTED, Severity.POLICY, Severity.LOCAL}


SEVERITIES: dict[Severity, Text] = {
    Severity.LAW: Text("法律法规", "law or regulation"),
    Severity.MANDATORY: Text("强制性工程建设规范", "mandatory code"),
    Severity.STANDARD: Text("标准“应”条款", "a standard's 'shall'"),
    Severity.SUGGESTED: Text("标准“宜”条款", "a standard's 'should'"),
    Severity.POLICY: Text("政策导向", "policy"),
    Severity.LOCAL: Text("本地参数（非规范）", "local parameter, no norm"),
}
CONFIDENCES: dict[str, Text] = {
    "V1": Text("已读原文", "clause read"),
    "V2": Text("据他处引用", "seen quoted"),
    "Mem": Text("凭记忆，未核实", "from memory, unverified"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        rule_id: Its number, such as ``FIR-03a``.
        title: What it asks.
        severity: How strict it is.
        standard: Where it is written, as the Chinese name or number has it.
        clause: Which clause.
        in_force: First day in force, or of the edition that was read; None where unknown.
        confidence: How sure the reading is: a key of ``CONFIDENCES``.
        advice: What to do where it is missed.
        measure: Name of what is measured; "" where people answer or it is not judged.
        form: Name of the question that people answer, "" for none.
        comparison: How the number stands to the limit; limits are inclusive but ``more_than``.
        limit: The limit, the lower one of ``between``.
        upper: The upper limit of ``between``.
        unit: Unit of number and limit.
        new_build: Whether it is written for new building: a gap on an old compound.
        definition: Whether its numbers only define a term.
        off: Why it is not judged; None where it is.
        changed: What the project's own rules changed of it, such as "limit".
    """

    rule_id: str
    title: Text
    severity: Severity
    standard: str
    clause: str
    in_force: date | None
    confidence: str
    advice: Text
    measure: str = ""
    form: str = ""
    comparison: Comparison = "at_most"
    limit: float | None = None
    upper: float | None = None
    unit: str = ""
    new_build: bool = False
    definition: bool = False
    off: Text | None = None
    changed: tuple[str, ...] = ()

    @property
    def cited(self) -> str:
        """Where it is written, in one line."""
        return f"{self.standard} {self.clause}".strip()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force.

    Attributes:
        rules: Every rule by its id, in the catalogue's order.
        date: Day on which the catalogue was last changed.
        changes: What the project's own rules changed, one line a rule.
    """

    rules: Mapping[str, Rule]
    date: date
    changes: tuple[Text, ...] = ()

    def rule(self, rule_id: str) -> Rule:
        """Find one rule.

        Raises:
            UsageError: If there is none of that id.
        """
        if rule_id in self.rules:
            return self.rules[rule_id]
        raise UsageError(
            Text(
                f"没有规则“{rule_id}”：可用 tongling-gis enclosure rules 查看全部规则。",
                f"There is no rule {rule_id!r}: see tongling-gis enclosure rules.",
            )
        )


def read_rules(overlay: str = "", *, file: str = "rules.toml") -> Rules:
    r"""Read the catalogue's rules, and lay a project's own over them.

    A table ``[rules.ID]`` of the overlay changes the keys that it gives, switches the rule off
    with a reason (``off_zh``) or on (``on = true``), or adds a rule on a measure that is there.

    Args:
        overlay: The TOML text of the project's own rules, "" for none.
        file: Its name, for errors and for the report.

    Raises:
        UnreadableFileError: If it is no TOML, or has a rule twice.
        SchemaError: If a rule, key, measure, unit, severity or date cannot be used.

    >>> read_rules().rule("FIR-03b").cited
    'GB 50016-2014 7.1.8(1)；GB 51080-2015 4.4.2(3)'
    >>> stricter = read_rules("[rules.PLN-03]\nlimit = 150")
    >>> stricter.changes[0].zh
    'PLN-03：限值 200 → 150（rules.toml）'
    """
    if not overlay.strip():
        return _shipped()
    shipped = _shipped()
    document = parse_document(overlay, file)
    standards = {**_shipped_standards()} | _read_standards(document, file)
    rules, changes = dict(shipped.rules), []
    for rule_id, table in document["rules"].items():
        slip = Slip(file, rule_id)
        before = rules.get(rule_id)
        rules[rule_id] = _laid_over(before, table, slip, standards)
        changes.append(_describe_change(before, rules[rule_id], file))
    return Rules(rules, shipped.date, tuple(changes))


@cache
def _shipped() -> Rules:
    document = _shipped_document()
    standards = _shipped_standards()
    rules = {
        rule_id: _laid_over(None, table, Slip(_FILE, rule_id), standards)
        for rule_id, table in document["rules"].items()
    }
    own = {rule_id: replace(rule, changed=()) for rule_id, rule in rules.items()}
    return Rules(own, document["date"])


@cache
def _shipped_document() -> dict[str, Any]:
    text = files("tongling_gis.catalogue").joinpath(_FILE).read_text(encoding="utf-8")
    return parse_document(text, _FILE)


@cache
def _shipped_standards() -> dict[str, date | None]:
    return _read_standards(_shipped_document(), _FILE)


def _read_standards(document: Mapping[str, Any], file: str) -> dict[str, date | None]:
    return {name: read_standard(name, one, file) for name, one in document["standards"].items()}


def _laid_over(
    rule: Rule | None, table: object, slip: Slip, standards: Mapping[str, date | None]
) -> Rule:
    """Lay the keys of one table over a rule, or make a new one of them."""
    keys = read_rule_keys(table, slip, frozenset(standards))
    start = rule or _blank(keys, slip)
    changed = {name: keys[name] for name in _PLAIN if name in keys}
    if "limit" in keys:
        low, high = keys["limit"]
        changed |= {"limit": low, "upper": high}
    if "severity" in keys:
        changed["severity"] = Severity(keys["severity"])
    if "standard" in keys or "in_force" in keys:
        standard = keys.get("standard", start.standard)
        changed["in_force"] = keys.get("in_force", standards.get(standard, start.in_force))
    if "applies" in keys:
        changed["new_build"] = keys["applies"] == "new_build"
    for name in ("title", "advice"):
        changed[name] = _text_of(keys, name, getattr(start, name))
    changed["off"] = None if keys.get("on") else _off_text(keys, start.off)
    whole = replace(start, **changed, changed=tuple(keys))
    _check_whole(whole, slip)
    return whole


_PLAIN = ("measure", "form", "comparison", "unit", "standard", "clause", "confidence", "definition")


def _blank(keys: Mapping[str, Any], slip: Slip) -> Rule:
    for key in ("title_zh", "severity", "standard"):
        if key not in keys:
            slip.refuse(key, "缺少：新规则须给出", "is missing: a new rule must give it")
    empty = Text("", "")
    severity = Severity(keys["severity"])
    return Rule(slip.rule, empty, severity, keys["standard"], "", None, "V1", empty)


def _text_of(keys: Mapping[str, Any], name: str, before: Text) -> Text:
    zh = keys.get(f"{name}_zh", before.zh)
    return Text(zh, keys.get(f"{name}_en", zh if f"{name}_zh" in keys else before.en))


def _off_text(keys: Mapping[str, Any], before: Text | None) -> Text | None:
    if "off_zh" not in keys:
        return before
    return Text(keys["off_zh"], keys.get("off_en", keys["off_zh"]))


def _check_whole(rule: Rule, slip: Slip) -> None:
    """Refuse a rule whose parts do not fit each other."""
    if rule.measure and rule.form:
        slip.refuse("form", "不能与 measure 同用", "cannot stand beside measure")
    if rule.off is not None:
        return
    if not rule.measure and not rule.form:
        slip.refuse("measure", "缺少：须给出 measure 或 form", "is missing: give measure or form")
    if rule.limit is None:
        slip.refuse("limit", "缺少", "is missing")
    if (rule.comparison == "between") != (rule.upper is not None):
        slip.refuse(
            "limit",
            "与 comparison 不符：between 要 [下限, 上限]，其他要一个数",
            "does not fit comparison: between takes [low, high], the others one number",
        )
    _check_unit(rule, slip)


def _check_unit(rule: Rule, slip: Slip) -> None:
    from tongling_gis.enclosure.forms import FORMS
    from tongling_gis.enclosure.measures import MEASURES

    unit = MEASURES[rule.measure].unit if rule.measure else FORMS[rule.form].unit
    if unit != rule.unit:
        slip.refuse(
            "unit",
            f"“{rule.unit}”与 {rule.measure or rule.form} 不符，应为“{unit}”",
            f"{rule.unit!r} is not that of {rule.measure or rule.form}, which is {unit!r}",
        )


def _describe_change(before: Rule | None, after: Rule, file: str) -> Text:
    """Say in one line what the project's own rules changed of a rule."""
    if before is None:
        said = Text("新增（{what}）", "added ({what})").fill(what=after.title)
    elif after.off is not None and before.off is None:
        said = Text("停用：{why}", "switched off: {why}").fill(why=after.off)
    elif after.off is None and before.off is not None:
        said = Text("启用", "switched on")
    else:
        said = _describe_keys(before, after)
    return Text("{rule}：{said}（{file}）", "{rule}: {said} ({file})").fill(
        rule=after.rule_id, said=said, file=file
    )


def _describe_keys(before: Rule, after: Rule) -> Text:
    parts = []
    if (before.limit, before.upper) != (after.limit, after.upper):
        parts.append(
            Text("限值 {old} → {new}", "limit {old} → {new}").fill(
                old=_limits(before), new=_limits(after)
            )
        )
    if before.severity is not after.severity:
        parts.append(
            Text("严重程度 {old} → {new}", "severity {old} → {new}").fill(
                old=before.severity, new=after.severity
            )
        )
    told = {"limit", "severity"}
    others = [key for key in after.changed if key not in told]
    if others or not parts:
        names = ", ".join(others) or "-"
        parts.append(Text(f"改动 {names}", f"changed {names}"))
    return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))


def _limits(rule: Rule) -> str:
    low = f"{rule.limit:g}" if rule.limit is not None else "-"
    return low if rule.upper is None else f"{low}–{rule.upper:g}"
