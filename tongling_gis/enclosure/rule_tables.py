"""Rules read from TOML, key by key, each checked: a slip is one sentence naming file and rule."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, NamedTuple, NoReturn, TypeAlias

from tongling_gis.errors import SchemaError, UnreadableFileError
from tongling_gis.schema import UNITS
from tongling_gis.text import Text

UNKNOWN_DATE = "unknown"
_Check: TypeAlias = Callable[[Any], Any]


class Slip(NamedTuple):
    """Where a rule stands, for errors."""

    file: str
    rule: str

    def refuse(self, key: str, zh: str, en: str) -> NoReturn:
        """Say in one sentence what of the rule cannot be used."""
        raise SchemaError(
            Text(
                f"{self.file}：规则“{self.rule}”的 {key} {zh}。",
                f"{self.file}: {key} of the rule {self.rule!r} {en}.",
            )
        )


class _Kind(NamedTuple):
    """What a value must be: said in words, and read, or refused with None."""

    words: Text
    read: _Check


def parse_document(text: str, file: str) -> dict[str, Any]:
    """Parse a TOML text of rules into its parts: ``rules``, ``standards`` and ``date``.

    Raises:
        UnreadableFileError: If it is no TOML, or has a rule twice.
        SchemaError: If it has any other part.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFileError(
            Text(
                f"{file} 不是正确的 TOML，或有重复的规则：{error}。",
                f"{file} is not correct TOML, or has a rule twice: {error}.",
            )
        ) from error
    parts = {"rules": {}, "standards": {}, "date": None} | document
    for name, part in document.items():
        fits = isinstance(part, date if name == "date" else dict)
        if name not in {"rules", "standards", "date"} or not fits:
            raise SchemaError(
                Text(
                    f"{file}：不认识“{name}”；规则写作 [rules.编号]，标准写作 [standards]。",
                    f"{file}: {name!r} is not known; write rules as [rules.ID], "
                    "standards under [standards].",
                )
            )
    return parts


def read_standard(name: str, table: object, file: str) -> date | None:
    """Read since when a standard has been in force; None where that is not established."""
    given = table.get("in_force") if isinstance(table, dict) else None
    value = _read_date(given)
    if value is None:
        raise SchemaError(
            Text(
                f'{file}：标准“{name}”的 in_force 须为日期或 "{UNKNOWN_DATE}"，不能是 {given!r}。',
                f"{file}: in_force of the standard {name!r} is a date or "
                f'"{UNKNOWN_DATE}", not {given!r}.',
            )
        )
    return None if value == UNKNOWN_DATE else value


def _read_date(value: object) -> Any:  # noqa: ANN401 - a date, a word, or None
    return value if isinstance(value, date) or value == UNKNOWN_DATE else None


def _read_limit(value: object) -> tuple[float, float | None] | None:
    pair: list[Any] = value if isinstance(value, list) else [value]
    if not all(_is_number(one) for one in pair) or len(pair) not in {1, 2}:
        return None
    if len(pair) == 1:
        return float(pair[0]), None
    low, high = float(pair[0]), float(pair[1])
    return (low, high) if low < high else None


def _is_number(value: object) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and math.isfinite(value)  # type: ignore[arg-type]


def _one_of(choices: frozenset[str]) -> _Kind:
    names = sorted(choices)
    return _Kind(
        Text("、".join(names) + " 之一", "one of " + ", ".join(names)),
        lambda value: value if isinstance(value, str) and value in choices else None,
    )


_LABEL = _Kind(
    Text("不为空的文字", "a text"),
    lambda value: value if isinstance(value, str) and value else None,
)
_FLAG = _Kind(
    Text("true 或 false", "true or false"), lambda value: value if isinstance(value, bool) else None
)


@cache
def _kinds(standards: frozenset[str]) -> dict[str, _Kind]:
    from tongling_gis.enclosure.forms import FORMS
    from tongling_gis.enclosure.measures import MEASURES

    texts = ("title_zh", "title_en", "clause", "advice_zh", "advice_en", "off_zh", "off_en")
    return {
        **dict.fromkeys((*texts, "source"), _LABEL),
        "measure": _one_of(frozenset(MEASURES)),
        "form": _one_of(frozenset(FORMS)),
        "comparison": _one_of(frozenset({"at_most", "at_least", "more_than", "between"})),
        "limit": _Kind(Text("一个数，或 [下限, 上限]", "a number, or [low, high]"), _read_limit),
        "unit": _one_of(frozenset(UNITS)),
        "severity": _one_of(frozenset("LMSAPN")),
        "standard": _one_of(standards),
        "confidence": _one_of(frozenset({"V1", "V2", "Mem"})),
        "in_force": _Kind(
            Text(f"日期（如 2026-01-01）或 {UNKNOWN_DATE}", f"a date, or {UNKNOWN_DATE}"),
            _read_date,
        ),
        "applies": _one_of(frozenset({"all", "new_build"})),
        "definition": _FLAG,
        "on": _FLAG,
    }


def read_rule_keys(table: object, slip: Slip, standards: frozenset[str]) -> dict[str, Any]:
    """Read the keys of one rule.

    Args:
        table: The rule's TOML table.
        slip: Where it stands.
        standards: Standards that it may name.

    Raises:
        SchemaError: If a key is unknown or its value cannot be used.
    """
    if not isinstance(table, dict):
        slip.refuse("内容", "须为一个表", "must be a table")
    kinds, values = _kinds(standards), {}
    for key, value in table.items():
        if key not in kinds:
            slip.refuse(
                key,
                f"不认识，可用的有：{'、'.join(kinds)}",
                f"is not known; there are {', '.join(kinds)}",
            )
        values[key] = kinds[key].read(value)
        if values[key] is None:
            words = kinds[key].words
            slip.refuse(
                key, f"不能是 {value!r}，须为{words.zh}", f"cannot be {value!r}: it is {words.en}"
            )
    if "in_force" in values and values["in_force"] == UNKNOWN_DATE:
        values["in_force"] = None
    return values
