"""Headings as users write them, matched to the schema's columns.

A heading is known by the column's name, its Chinese or English label or an alias, with or
without a unit in brackets; full-width forms, blanks and the case of letters do not count.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tongling_gis.importers.units import unit_factor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tongling_gis.schema import Column, Table

_DASHES = re.compile("[–—−~～至]")
_LEFT_OUT = re.compile(r"[\s_\u200b\ufeff*:]+")
_BRACKETS = re.compile(
    r"(?P<stem>.+?)[(\[【〔](?P<inside>[^()\[\]【】〔〕]*(?:\([^()]*\))?[^()\[\]【】〔〕]*)[)\]】〕]"
)
_AFTER_SIGN = re.compile(r"(?P<stem>[^/]+?)[/:,](?P<inside>.+)")
_AFTER_UNDERSCORE = re.compile(r"(?P<stem>.+)_(?P<inside>[^_]+)")
_SHEET_ENDING = re.compile(
    r"(信息|登记|汇总|统计|记录|明细|基本情况)*(一览表|台账|清单|名单|名录|表|册|库)?[-\d()年季度月第q.]*"
)
_REMARKS = frozenset({"必填", "选填", "可选", "required", "optional"})
_DBF_BYTES = 10
_SHORTEST_STEM = 3


@dataclass(frozen=True)
class Matching:
    """Which heading is which column.

    Attributes:
        columns: Column's name -> heading in the file.
        factors: Column's name -> what its numbers are multiplied by, where the heading's
            unit is another than the schema's.
        unknown: Headings that are no column's.
    """

    columns: Mapping[str, str]
    factors: Mapping[str, float]
    unknown: tuple[str, ...]


def normalise(heading: object) -> str:
    """Strip a heading of what does not tell headings apart.

    >>> normalise(" 居民数（0–14 岁）* ")
    '居民数(0-14岁)'
    """
    return _normalise(str(heading))


@lru_cache(maxsize=8192)
def _normalise(heading: str) -> str:
    text = unicodedata.normalize("NFKC", heading).casefold()
    return _LEFT_OUT.sub("", _DASHES.sub("-", text))


def tell_apart(headings: Iterable[str]) -> list[str]:
    """Number headings that stand more than once.

    >>> tell_apart(["电话", "名称", "电话"])
    ['电话', '名称', '电话 #2']
    """
    told: list[str] = []
    for heading in headings:
        times = sum(one == heading or one.startswith(f"{heading} #") for one in told)
        told.append(f"{heading} #{times + 1}" if times else heading)
    return told


def match_headings(table: Table, headings: Sequence[str], *, cut_short: bool = False) -> Matching:
    """Match a file's headings to a table's columns; each to one at most.

    Args:
        table: The schema's table.
        headings: As they stand in the file.
        cut_short: Whether a DBF may have cut them to ten bytes.
    """
    found: dict[str, tuple[int, str, float]] = {}
    for heading in headings:
        for rank, column, factor in _claims(table, heading, cut_short=cut_short):
            if column.name not in found or rank < found[column.name][0]:
                found[column.name] = (rank, heading, factor)
    columns: dict[str, str] = {}
    for name, (_, heading, _) in sorted(found.items(), key=lambda item: item[1][0]):
        if heading not in columns.values():
            columns[name] = heading
    taken = set(columns.values())
    return Matching(
        columns={name: columns[name] for name in table.names if name in columns},
        factors={name: found[name][2] for name in columns if found[name][2] != 1.0},
        unknown=tuple(heading for heading in headings if heading not in taken),
    )


def _claims(table: Table, heading: str, *, cut_short: bool) -> Iterator[tuple[int, Column, float]]:
    """Give every column a heading may be: (rank, column, factor), the best rank the lowest."""
    whole = normalise(heading)
    cut = cut_short and heading.endswith("_")
    for column in table.columns:
        names = _names(column)
        if whole in names and not cut:
            yield names.index(whole), column, 1.0
            continue
        for stem, unit in _split_unit(heading):
            factor = 1.0 if unit in _REMARKS else unit_factor(unit, column.unit)
            if factor is not None and stem in names:
                yield len(names) + names.index(stem), column, factor
    if cut_short:
        yield from _cut_claims(table, heading)


def _names(column: Column) -> list[str]:
    return [
        normalise(name) for name in (column.name, column.label.zh, column.label.en, *column.aliases)
    ]


def _split_unit(heading: str) -> Iterator[tuple[str, str]]:
    """Split "建筑面积（m²）", "建筑面积/㎡" and "floor_area_m2" into stem and unit."""
    text = unicodedata.normalize("NFKC", heading).strip().strip("*").strip()
    for pattern in (_BRACKETS, _AFTER_SIGN, _AFTER_UNDERSCORE):
        found = pattern.fullmatch(text)
        if found is not None:
            yield normalise(found["stem"]), found["inside"].strip().casefold()


def _cut_claims(table: Table, heading: str) -> Iterator[tuple[int, Column, float]]:
    """Give the one column whose name or label a DBF's ten bytes cut to this heading."""
    sizes = {len(heading.encode(codec, "replace")) for codec in ("utf-8", "gb18030")}
    stem = normalise(heading)
    if len(stem) < _SHORTEST_STEM or not any(
        _DBF_BYTES - 2 <= size <= _DBF_BYTES for size in sizes
    ):
        return
    begun = [
        column for column in table.columns if any(name.startswith(stem) for name in _names(column))
    ]
    if len(begun) == 1:
        yield 100, begun[0], 1.0


def name_matches(name: str, table: Table) -> bool:
    """Tell whether a sheet's or file's name is a table's, as 小区台账2026 is that of 小区."""
    plain_name = normalise(name)
    return any(
        plain_name == normalise(own)
        or (
            plain_name.startswith(normalise(own))
            and _SHEET_ENDING.fullmatch(plain_name[len(normalise(own)) :]) is not None
        )
        for own in (table.name, table.label.zh, table.label.en)
    )
