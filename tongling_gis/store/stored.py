"""What goes into a project's file and comes out of it: columns, cells, shapes as binaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongling_gis.schema import Kind

Cell: TypeAlias = str | int | float | bytes | None
"""What SQLite holds in one place of a table."""

SQL_TYPES: dict[Kind, str] = {
    "text": "TEXT",
    "integer": "INTEGER",
    "number": "REAL",
    "boolean": "BOOLEAN",
    "date": "DATE",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a stored table."""

    name: str
    kind: Kind
    label: str = ""
    note: str = ""
    is_key: bool = False
    indexed: bool = False
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Shapes:
    """The geometry of a stored table: GeoPackage type, CRS number, binaries and their bounds."""

    type_name: str
    srs_id: int
    blobs: list[bytes | None]
    bounds: list[tuple[float, float, float, float]]
    """(west, south, east, north) of each; NaN where there is nothing."""
    has_z: bool = False


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table as it goes into the file: ``cells`` holds one list for each field."""

    name: str
    label: str
    note: str
    fields: tuple[Field, ...]
    cells: list[list[Cell]]
    shapes: Shapes | None = None


@dataclass(frozen=True, slots=True)
class FetchedTable:
    """A table as it came out of the file: ``kinds`` and ``cells`` by column, shapes apart."""

    kinds: dict[str, Kind]
    cells: list[tuple[Cell, ...]]
    blobs: tuple[bytes | None, ...] | None = None
    type_name: str = ""
    srs_id: int = 0


def kind_of(sql_type: str) -> Kind:
    """Tell what kind of values a column declares, also where QGIS or GDAL made it."""
    plain = sql_type.upper().split("(")[0]
    if "INT" in plain:
        return "integer"
    if plain in {"REAL", "DOUBLE", "FLOAT"}:
        return "number"
    return {"BOOLEAN": "boolean", "DATE": "date"}.get(plain, "text")  # type: ignore[return-value]
