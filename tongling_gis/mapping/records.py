"""The records of a map as one JSON value: tables with labels, in one language."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from tongling_gis.mapping.pinyin import spell_names
from tongling_gis.mapping.titles import title_unnamed
from tongling_gis.mapping.words import UNITS, describe_hours
from tongling_gis.schema import RECORDS, TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.schema import Column, Table
    from tongling_gis.text import Lang

Json: TypeAlias = "dict[str, Any]"

PLACES = ("centres", "compounds")
"""Layers whose rows have a record card."""

SEARCHED = (*PLACES, "companies", "alliances")
"""Tables whose rows are found by name, in Chinese or in pinyin."""

_DRAFTS, _APPROVALS = "enclosure_drafts", "enclosure_approvals"

_CODE = "(JSON)"  # ends the labels of columns that are for programs


def describe_records(
    layers: Mapping[str, gpd.GeoDataFrame], records: Mapping[str, pd.DataFrame], lang: Lang
) -> dict[str, Json]:
    """Describe centres, compounds, drafts of enclosures and every record table that is there.

    Returns:
        Table name -> its label, key, columns with labels and units, and rows as lists.
        Columns in which every value is missing are left out. Tables that are searched also
        have ``spelt``, the names in pinyin and its initials; those on the map ``titles``,
        what places without a name are called.
    """
    given = {name: layers[name] for name in PLACES if name in layers}
    given |= {name: records[name] for name in RECORDS if name in records}
    described = {name: describe_table(TABLES[name], rows, lang) for name, rows in given.items()}
    if _DRAFTS in layers:
        described |= _describe_drafts(layers[_DRAFTS], records.get(_APPROVALS), lang)
    for name in SEARCHED:
        if name in given and "name" in given[name]:
            described[name]["spelt"] = spell_names(list(given[name]["name"]))
    for name in PLACES:
        if name in given:
            titles = title_unnamed(name, layers[name], layers.get("streets"), lang)
            if any(titles):
                described[name]["titles"] = titles
    return described


def _describe_drafts(
    drafts: gpd.GeoDataFrame, approvals: pd.DataFrame | None, lang: Lang
) -> dict[str, Json]:
    """Describe drafts of enclosures, and approvals with the compound that their draft is of."""
    told = {_DRAFTS: describe_table(TABLES[_DRAFTS], drafts, lang)}
    if approvals is not None and "compound_id" in drafts:
        of_compound = TABLES[_DRAFTS].column("compound_id")
        table = TABLES[_APPROVALS]
        rows = approvals.merge(drafts[["draft_id", "compound_id"]], how="left", on="draft_id")
        columns = (*table.columns, of_compound)
        told[_APPROVALS] = describe_table(replace(table, columns=columns), rows, lang)
    return told


def describe_table(table: Table, rows: pd.DataFrame, lang: Lang) -> Json:
    """Describe one table: label, key, columns and rows, missing values as null."""
    columns = [
        column
        for column in table.columns
        if column.name in rows.columns
        and not column.label.en.endswith(_CODE)
        and (column.name == table.key or bool(rows[column.name].notna().any()))
    ]
    values = [_column_values(rows[column.name], lang) for column in columns]
    return {
        "label": table.label.in_lang(lang),
        "key": table.key,
        "columns": [_describe_column(column, lang) for column in columns],
        "rows": [list(row) for row in zip(*values, strict=True)],
    }


def _column_values(cells: pd.Series[Any], lang: Lang) -> list[str | int | float | bool | None]:
    values = [plain_value(cell) for cell in cells]
    if cells.name != "opening_hours":
        return values
    return [describe_hours(value, lang) if isinstance(value, str) else value for value in values]


def _describe_column(column: Column, lang: Lang) -> Json:
    described: Json = {
        "name": column.name,
        "label": column.label.in_lang(lang),
        "kind": column.kind,
    }
    if column.unit:
        unit = UNITS.get(column.unit)
        described["unit"] = column.unit if unit is None else unit.in_lang(lang)
    if column.refers_to:
        described["refers"] = column.refers_to
    if column.choices:
        described["choices"] = {name: text.in_lang(lang) for name, text in column.choices.items()}
    return described


def plain_value(value: object) -> str | int | float | bool | None:
    """Turn a cell into what JSON holds: text, number, boolean or null where it is missing.

    >>> plain_value(float("nan")), plain_value(2.0), plain_value("2024-01-05")
    (None, 2, '2024-01-05')
    """
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    return str(value)
