"""Tables of pandas and geopandas to the cells of a GeoPackage, and back without loss."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, SupportsFloat, SupportsInt

import numpy as np
import pandas as pd

from tongling_gis.errors import SchemaError, WorkspaceError
from tongling_gis.store.geopackage import GEOMETRY_COLUMN, KEY_COLUMN
from tongling_gis.store.shapes import read_blobs
from tongling_gis.store.stored import Cell, FetchedTable, Field
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    from pyproj import CRS

    from tongling_gis.schema import Column, Kind, Table

_TEXT_DTYPE = "str" if int(pd.__version__.split(".")[0]) > 2 else "object"  # noqa: PLR2004
_DTYPES: dict[Kind, str] = {
    "text": _TEXT_DTYPE,
    "date": _TEXT_DTYPE,
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
}
_KINDS_INFERRED: dict[str, Kind] = {
    "string": "text",
    "empty": "text",
    "datetime": "text",
    "datetime64": "text",
    "boolean": "boolean",
    "integer": "integer",
    "floating": "number",
    "mixed-integer-float": "number",
    "date": "date",
}
_KIND_LABELS: dict[Kind, Text] = {
    "text": Text("文字", "text"),
    "integer": Text("整数", "a whole number"),
    "number": Text("数字", "a number"),
    "boolean": Text("是或否", "true or false"),
    "date": Text("日期（如 2025-03-31）", "a date such as 2025-03-31"),
}
_INT64 = range(-(2**63), 2**63)


def without_geometry(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out the column of shapes, where there is one."""
    return pd.DataFrame(rows).drop(columns=rows.geometry.name) if has_geometry(rows) else rows


def has_geometry(rows: pd.DataFrame) -> bool:
    """Tell a layer from a plain table."""
    return getattr(rows, "_geometry_column_name", None) in rows.columns


def fields_of(
    rows: pd.DataFrame,
    layer: str,
    table: Table | None = None,
    heading: Callable[[str], str] = str,
) -> tuple[Field, ...]:
    """Describe the columns to store: all the schema declares, then any further ones.

    ``heading`` names the further ones.

    Raises:
        SchemaError: If a column's name or values cannot be stored.
    """
    declared = () if table is None else tuple(_declared_field(c, table) for c in table.columns)
    known = {field.name for field in declared}
    further = [name for name in rows.columns if name not in known]
    taken = {KEY_COLUMN, GEOMETRY_COLUMN, *(name.lower() for name in known)}
    for name in further:
        if not isinstance(name, str) or not name or "\0" in name or name.lower() in taken:
            raise SchemaError(
                Text(
                    f"“{layer}”的列名 {name!r} 不能使用（重名或保留）：请改名。",
                    f"Column {name!r} of {layer!r} is doubled or reserved: rename it.",
                )
            )
        taken.add(name.lower())
    added = (Field(n, _kind_of_values(rows[n], layer), heading(n)) for n in further)
    return (*declared, *added)


def _declared_field(column: Column, table: Table) -> Field:
    unit = f"单位：{column.unit}" if column.unit else ""
    link = f"关联：{column.refers_to}" if column.refers_to else ""
    return Field(
        column.name,
        column.kind,
        label=column.label.zh,
        note="；".join(filter(None, (column.label.en, unit, link))),
        is_key=column.name == table.key,
        indexed=bool(column.refers_to),
        choices={code: label.zh for code, label in column.choices.items()},
    )


def _kind_of_values(values: pd.Series[Any], layer: str) -> Kind:
    dtype = values.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(dtype):
        return "integer"
    if pd.api.types.is_float_dtype(dtype):
        return "number"
    kind = _KINDS_INFERRED.get(pd.api.types.infer_dtype(values.astype(object), skipna=True))
    if kind is None:
        raise SchemaError(
            Text(
                f"“{layer}”的“{values.name}”列混有不同类型的值，无法保存：请统一类型。",
                f"Column {values.name!r} of {layer!r} mixes kinds of values "
                "and cannot be stored: make them one kind.",
            )
        )
    return kind


def cells_of(rows: pd.DataFrame, fields: tuple[Field, ...], layer: str) -> list[list[Cell]]:
    """Turn each field's column into cells; a column that is not there is all missing.

    Raises:
        SchemaError: If a value is not of the field's kind, a key is missing or doubled.
    """
    nothing: list[Cell] = [None] * len(rows)
    cells = [
        _column_cells(rows[field.name], field, layer) if field.name in rows.columns else nothing
        for field in fields
    ]
    for field, column in zip(fields, cells, strict=True):
        if field.is_key:
            _check_keys(column, field, layer)
    return cells


def _column_cells(values: pd.Series[Any], field: Field, layer: str) -> list[Cell]:
    missing = values.isna().to_numpy()
    plain = values.astype(object).to_numpy()
    if _holds_only(values, field.kind):
        return [None if gone else value for value, gone in zip(plain, missing, strict=True)]
    convert = _CONVERTERS[field.kind]
    cells: list[Cell] = []
    for row, (value, gone) in enumerate(zip(plain, missing, strict=True), start=1):
        try:
            cells.append(None if gone else convert(value))
        except (TypeError, ValueError) as error:
            kind = _KIND_LABELS[field.kind]
            raise SchemaError(
                Text(
                    f"“{layer}”第 {row} 行“{field.label or field.name}”的值 {value!r} "
                    f"不是{kind.zh}：请先改正。",
                    f"Row {row}, column {field.name!r} of {layer!r}: "
                    f"{value!r} is not {kind.en}; correct it first.",
                )
            ) from error
    return cells


def _holds_only(values: pd.Series[Any], kind: Kind) -> bool:
    """Tell whether a column's type admits nothing but values of one kind."""
    dtype, types = values.dtype, pd.api.types
    if kind == "text":
        return isinstance(dtype, pd.StringDtype)
    if kind == "boolean":
        return types.is_bool_dtype(dtype)
    if kind == "integer":
        return types.is_signed_integer_dtype(dtype)
    return kind == "number" and types.is_float_dtype(dtype)


def _to_text(value: object) -> str:
    if isinstance(value, date):  # a datetime is one as well
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    raise TypeError


def _to_integer(value: SupportsInt) -> int:
    if isinstance(value, (bool, np.bool_, str)) or int(value) != value:
        raise TypeError
    if int(value) not in _INT64:
        raise ValueError
    return int(value)


def _to_number(value: SupportsFloat) -> float:
    if isinstance(value, (bool, np.bool_, str)):
        raise TypeError
    return float(value)


def _to_boolean(value: object) -> int:
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    raise TypeError


def _to_date(value: object) -> str:
    if isinstance(value, str):
        return date.fromisoformat(value).isoformat()
    if isinstance(value, datetime):
        if value.time() != datetime.min.time():
            raise ValueError
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError


_CONVERTERS: dict[Kind, Callable[[Any], Cell]] = {
    "text": _to_text,
    "integer": _to_integer,
    "number": _to_number,
    "boolean": _to_boolean,
    "date": _to_date,
}


def _check_keys(keys: Sequence[Cell], field: Field, layer: str) -> None:
    first_row: dict[Cell, int] = {}
    for row, key in enumerate(keys, start=1):
        if key is None or key in first_row:
            zh = "缺失" if key is None else f"{key!r} 与第 {first_row[key]} 行重复"
            en = "missing" if key is None else f"{key!r} is also in row {first_row[key]}"
            raise SchemaError(
                Text(
                    f"“{layer}”第 {row} 行的编号“{field.label or field.name}”{zh}：请先改正。",
                    f"Row {row} of {layer!r}: the key {field.name!r} is {en}; correct it first."
                    if key is None
                    else f"Row {row} of {layer!r}: the key {field.name!r} {en}; correct it first.",
                )
            )
        first_row[key] = row


def frame_of(
    fetched: FetchedTable, layer: str, *, crs: CRS | None, table: Table | None = None
) -> gpd.GeoDataFrame:
    """Make a table again: text as str, integers Int64, numbers float64, flags boolean.

    Columns that the schema declares and the file lacks come as all missing. A table without
    shapes comes as a plain DataFrame.

    Raises:
        WorkspaceError: If a cell was given another kind of value behind our back.
    """
    kinds = dict(fetched.kinds)
    cells = dict(zip(fetched.kinds, fetched.cells, strict=True))
    if table is not None:
        kinds = {column.name: column.kind for column in table.columns} | {
            name: kind for name, kind in kinds.items() if name not in table.names
        }
    count = len(fetched.blobs) if fetched.blobs is not None else max(map(len, cells.values()))
    columns = {
        name: _column_of(cells.get(name, (None,) * count), kind, f"{layer}.{name}")
        for name, kind in kinds.items()
    }
    rows = pd.DataFrame(columns, index=pd.RangeIndex(count))
    if fetched.blobs is None:
        return rows
    import geopandas as gpd

    return gpd.GeoDataFrame(rows, geometry=read_blobs(fetched.blobs, layer), crs=crs)


def _column_of(cells: Sequence[Cell], kind: Kind, where: str) -> pd.Series[Any]:
    try:
        if kind == "boolean":
            cells = [None if cell is None else bool(cell) for cell in cells]
        if kind == "number":
            cells = [math.nan if cell is None else cell for cell in cells]
        return pd.Series(list(cells), dtype=_DTYPES[kind])
    except (TypeError, ValueError) as error:
        raise WorkspaceError(
            Text(
                f"{where} 里有不是{_KIND_LABELS[kind].zh}的值：请在 QGIS 里改正。",
                f"{where} holds a value that is not {_KIND_LABELS[kind].en}: correct it in QGIS.",
            )
        ) from error
