"""Columns that several tables have, and short ways to declare one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tongling_gis.schema.model import Column
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.schema.model import Form


def key(name: str, zh: str, en: str, *aliases: str) -> Column:
    """Declare the column that tells rows apart."""
    note = Text(
        "每行一个，不能重复，不要改动：其他表用它关联到这一行。",
        "One a row, never twice, never changed: other tables link to the row by it.",
    )
    known = ("编号", "ID", "id", *aliases)
    return Column(name, Text(zh, en), required=True, aliases=known, note=note)


def text(name: str, zh: str, en: str, *aliases: str, required: bool = False) -> Column:
    """Declare a column of text."""
    return Column(name, Text(zh, en), aliases=aliases, required=required)


def count(name: str, zh: str, en: str, *aliases: str) -> Column:
    """Declare a column of whole numbers from 0."""
    return Column(name, Text(zh, en), "integer", minimum=0, aliases=aliases)


def number(name: str, zh: str, en: str, unit: str, *aliases: str) -> Column:
    """Declare a column of numbers from 0, with their unit."""
    return Column(name, Text(zh, en), "number", unit, minimum=0, aliases=aliases)


def flag(name: str, zh: str, en: str, *aliases: str) -> Column:
    """Declare a column of yes and no."""
    return Column(name, Text(zh, en), "boolean", aliases=aliases)


def day(name: str, zh: str, en: str, *aliases: str, required: bool = False) -> Column:
    """Declare a column of dates."""
    return Column(name, Text(zh, en), "date", aliases=aliases, required=required)


def period(name: str, zh: str, en: str, form: Form) -> Column:
    """Declare a column of quarters or months, which every row has."""
    return Column(name, Text(zh, en), required=True, form=form)


def link(name: str, zh: str, en: str, table: str, *aliases: str, required: bool = False) -> Column:
    """Declare a column that names a row of another table by its key."""
    return Column(name, Text(zh, en), refers_to=table, aliases=aliases, required=required)


def choice(name: str, zh: str, en: str, choices: dict[str, Text], *aliases: str) -> Column:
    """Declare a column with a few allowed values."""
    return Column(name, Text(zh, en), choices=choices, aliases=aliases)


def noted(column: Column, zh: str, en: str) -> Column:
    """Say of a column what to write in it."""
    return replace(column, note=Text(zh, en))


def score(name: str, label: Text) -> Column:
    """Declare a column of marks out of 100."""
    return Column(name, label, "number", minimum=0, maximum=100)


NAME = text("name", "名称", "Name", "名字")
COMMUNITY = text("community", "所属社区", "Community", "社区")
OSM_TAGS = text("tags", "其他标签(JSON)", "Other tags (JSON)")
LAYER_LEVEL = Column("layer", Text("层级", "Level"), "integer")

AGE_GROUPS: dict[str, Text] = {
    "residents_0_14": Text("0–14 岁", "Aged 0-14"),
    "residents_15_59": Text("15–59 岁", "Aged 15-59"),
    "residents_60_plus": Text("60 岁及以上", "Aged 60 and over"),
}
"""Columns of residents by age, in the groups of China's census, and how they read."""

RESIDENTS_BY_AGE = tuple(
    count(
        name,
        f"居民数({label.zh})",
        f"Residents, {label.en.lower()}",
        label.zh,
        label.zh.replace(" ", ""),
    )
    for name, label in AGE_GROUPS.items()
)
RESIDENTS = (
    count("residents", "居民数", "Residents", "人口", "居民", "population"),
    *RESIDENTS_BY_AGE,
)

FIVE_SERVICES: dict[str, Text] = {
    "cleaning": Text("保洁", "Cleaning"),
    "lighting": Text("保亮", "Lighting"),
    "greening": Text("保绿", "Greening"),
    "security": Text("保安", "Security"),
    "order": Text("保序", "Order"),
}
"""The five services of quasi-property management."""

STAR_DIMENSIONS: dict[str, Text] = {
    "image": Text("形象", "Image"),
    "management": Text("管理", "Management"),
    "service": Text("服务", "Service"),
    "governance": Text("治理", "Governance"),
    "brand": Text("品牌", "Brand"),
}
"""The five dimensions on which a neighbourhood centre is rated."""
