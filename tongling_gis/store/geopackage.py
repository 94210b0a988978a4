"""A GeoPackage in SQLite's own terms: tables, coordinate systems, spatial index, labels.

Layout: OGC GeoPackage 1.3, with the extensions for spatial indexes and column labels.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from tongling_gis.store.stored import SQL_TYPES, FetchedTable, Field, StoredTable, kind_of
from tongling_gis.store.transactions import run_script

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyproj import CRS

    from tongling_gis.store.stored import Shapes

APPLICATION_ID = 0x47504B47
SPECIFICATION = 10300
KEY_COLUMN = "fid"
GEOMETRY_COLUMN = "geom"

_FIRST_FREE_SRS = 100_000
_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ','now')"

_SKELETON = f"""
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT ({_NOW}),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
  min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""
_UNDEFINED_SRS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", None),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
)
_SCHEMA_EXTENSION = "http://www.geopackage.org/spec121/#extension_schema"
_RTREE_EXTENSION = "http://www.geopackage.org/spec120/#extension_rtree"

# The specification's triggers keep the index right when QGIS edits the layer.
_RTREE = """
CREATE TRIGGER "rtree_{t}_{g}_insert" AFTER INSERT ON "{t}"
  WHEN (NEW."{g}" NOT NULL AND NOT ST_IsEmpty(NEW."{g}"))
BEGIN INSERT OR REPLACE INTO "rtree_{t}_{g}" VALUES (NEW."{k}", ST_MinX(NEW."{g}"),
  ST_MaxX(NEW."{g}"), ST_MinY(NEW."{g}"), ST_MaxY(NEW."{g}")); END;
CREATE TRIGGER "rtree_{t}_{g}_update1" AFTER UPDATE OF "{g}" ON "{t}"
  WHEN OLD."{k}" = NEW."{k}" AND (NEW."{g}" NOTNULL AND NOT ST_IsEmpty(NEW."{g}"))
BEGIN INSERT OR REPLACE INTO "rtree_{t}_{g}" VALUES (NEW."{k}", ST_MinX(NEW."{g}"),
  ST_MaxX(NEW."{g}"), ST_MinY(NEW."{g}"), ST_MaxY(NEW."{g}")); END;
CREATE TRIGGER "rtree_{t}_{g}_update2" AFTER UPDATE OF "{g}" ON "{t}"
  WHEN OLD."{k}" = NEW."{k}" AND (NEW."{g}" ISNULL OR ST_IsEmpty(NEW."{g}"))
BEGIN DELETE FROM "rtree_{t}_{g}" WHERE id = OLD."{k}"; END;
CREATE TRIGGER "rtree_{t}_{g}_update3" AFTER UPDATE ON "{t}"
  WHEN OLD."{k}" != NEW."{k}" AND (NEW."{g}" NOTNULL AND NOT ST_IsEmpty(NEW."{g}"))
BEGIN DELETE FROM "rtree_{t}_{g}" WHERE id = OLD."{k}";
  INSERT OR REPLACE INTO "rtree_{t}_{g}" VALUES (NEW."{k}", ST_MinX(NEW."{g}"),
  ST_MaxX(NEW."{g}"), ST_MinY(NEW."{g}"), ST_MaxY(NEW."{g}")); END;
CREATE TRIGGER "rtree_{t}_{g}_update4" AFTER UPDATE ON "{t}"
  WHEN OLD."{k}" != NEW."{k}" AND (NEW."{g}" ISNULL OR ST_IsEmpty(NEW."{g}"))
BEGIN DELETE FROM "rtree_{t}_{g}" WHERE id IN (OLD."{k}", NEW."{k}"); END;
CREATE TRIGGER "rtree_{t}_{g}_delete" AFTER DELETE ON "{t}" WHEN OLD."{g}" NOT NULL
BEGIN DELETE FROM "rtree_{t}_{g}" WHERE id = OLD."{k}"; END;
"""


def quoted(name: str) -> str:
    """Quote a table's or column's name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def lay_out(connection: sqlite3.Connection) -> None:
    """Make an empty database a GeoPackage without contents."""
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SPECIFICATION}")
    run_script(connection, _SKELETON)
    for row in _UNDEFINED_SRS:
        connection.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", row)
    for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        _declare(connection, (table, None, "gpkg_schema", _SCHEMA_EXTENSION, "read-write"))
    from pyproj import CRS

    srs_id_of(connection, CRS.from_epsg(4326))


def _declare(connection: sqlite3.Connection, extension: tuple[str | None, ...]) -> None:
    connection.execute("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", extension)


def is_geopackage(connection: sqlite3.Connection) -> bool:
    """Tell a GeoPackage from another SQLite database."""
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    return bool(found == APPLICATION_ID)


def srs_id_of(connection: sqlite3.Connection, crs: CRS) -> int:
    """Find the file's number for a CRS, adding it where it is new."""
    definition = crs.to_wkt("WKT1_GDAL")
    epsg = crs.to_epsg()
    known = connection.execute(
        "SELECT srs_id FROM gpkg_spatial_ref_sys WHERE srs_id = ? OR definition = ?",
        (epsg, definition),
    ).fetchone()
    if known:
        return int(known[0])
    (highest,) = connection.execute("SELECT MAX(srs_id) FROM gpkg_spatial_ref_sys").fetchone()
    number = epsg or max(_FIRST_FREE_SRS, highest + 1)
    owner = "EPSG" if epsg else "NONE"
    connection.execute(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
        (crs.name, number, owner, number, definition, None),
    )
    return number


def crs_of(connection: sqlite3.Connection, srs_id: int) -> CRS | None:
    """Read the CRS behind the file's number; None where it is undefined."""
    from pyproj import CRS

    owner, number, definition = connection.execute(
        "SELECT organization, organization_coordsys_id, definition"
        " FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if definition == "undefined":
        return None
    return CRS.from_epsg(number) if owner.upper() == "EPSG" else CRS.from_wkt(definition)


def table_names(connection: sqlite3.Connection) -> list[str]:
    """List the tables that the GeoPackage declares."""
    found = connection.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")
    return [name for (name,) in found]


def count_rows(connection: sqlite3.Connection, name: str) -> int:
    """Count a table's rows."""
    (count,) = connection.execute(f"SELECT COUNT(*) FROM {quoted(name)}").fetchone()
    return int(count)


def drop_table(connection: sqlite3.Connection, name: str) -> None:
    """Remove a table, its index and everything said of it; nothing happens where it is not."""
    connection.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
    connection.execute(f"DROP TABLE IF EXISTS {quoted(f'rtree_{name}_{GEOMETRY_COLUMN}')}")
    for record in ("gpkg_geometry_columns", "gpkg_extensions", "gpkg_data_columns"):
        connection.execute(f"DELETE FROM {record} WHERE table_name = ?", (name,))
    connection.execute(
        "DELETE FROM gpkg_data_column_constraints WHERE constraint_name LIKE ? ESCAPE '\\'",
        (_like(name) + ".%",),
    )
    connection.execute("DELETE FROM gpkg_contents WHERE table_name = ?", (name,))


def _like(name: str) -> str:
    return name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")


def put_table(connection: sqlite3.Connection, table: StoredTable) -> None:
    """Write a whole table in place of what has its name."""
    drop_table(connection, table.name)
    columns = [f"{KEY_COLUMN} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    if table.shapes:
        columns.append(f"{GEOMETRY_COLUMN} {table.shapes.type_name}")
    columns += [_column_sql(field) for field in table.fields]
    connection.execute(f"CREATE TABLE {quoted(table.name)} ({', '.join(columns)})")
    stacked = [table.shapes.blobs, *table.cells] if table.shapes else table.cells
    places = ", ".join("?" * (len(stacked) + 1))
    connection.executemany(
        f"INSERT INTO {quoted(table.name)} VALUES ({places})",
        ((fid, *row) for fid, row in enumerate(zip(*stacked, strict=True), start=1)),
    )
    for field in table.fields:
        if field.indexed:
            index = quoted(f"index_{table.name}_{field.name}")
            where = f"{quoted(table.name)} ({quoted(field.name)})"
            connection.execute(f"CREATE INDEX {index} ON {where}")
    _register(connection, table)
    label_columns(connection, table.name, table.fields)


def register_plain(
    connection: sqlite3.Connection, name: str, label: str, columns: Mapping[str, str]
) -> None:
    """Make a table without shapes known, so that QGIS lists it with its headings."""
    fields = tuple(Field(column, "text", heading) for column, heading in columns.items())
    _register(connection, StoredTable(name, label, "", fields, []))
    label_columns(connection, name, fields)


def place_empty_layers(connection: sqlite3.Connection, srs_id: int) -> None:
    """Give the layers that were empty before any CRS was known the one now known."""
    undefined = "SELECT table_name FROM gpkg_geometry_columns WHERE srs_id = 0"
    connection.execute(
        f"UPDATE gpkg_contents SET srs_id = ? WHERE table_name IN ({undefined})", (srs_id,)
    )
    connection.execute("UPDATE gpkg_geometry_columns SET srs_id = ? WHERE srs_id = 0", (srs_id,))


def _column_sql(field: Field) -> str:
    return f"{quoted(field.name)} {SQL_TYPES[field.kind]}{' NOT NULL UNIQUE' * field.is_key}"


def _register(connection: sqlite3.Connection, table: StoredTable) -> None:
    shapes = table.shapes
    taken = "SELECT 1 FROM gpkg_contents WHERE identifier = ?"
    label = table.label
    if connection.execute(taken, (label,)).fetchone():
        label = f"{label}({table.name})"
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            table.name,
            "features" if shapes else "attributes",
            label,
            table.note,
            shapes.srs_id if shapes else 0,
        ),
    )
    if shapes:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, ?, 0)",
            (table.name, GEOMETRY_COLUMN, shapes.type_name, shapes.srs_id, 2 * shapes.has_z),
        )
        _index_shapes(connection, table.name, shapes)


def _index_shapes(connection: sqlite3.Connection, name: str, shapes: Shapes) -> None:
    index = f"rtree_{name}_{GEOMETRY_COLUMN}"
    connection.execute(
        f"CREATE VIRTUAL TABLE {quoted(index)} USING rtree(id, minx, maxx, miny, maxy)"
    )
    filled = [
        (fid, west, east, south, north)
        for fid, (west, south, east, north) in enumerate(shapes.bounds, start=1)
        if west == west  # noqa: PLR0124 - NaN marks a row without a shape
    ]
    connection.executemany(f"INSERT INTO {quoted(index)} VALUES (?, ?, ?, ?, ?)", filled)
    names = {"t": name.replace('"', '""'), "g": GEOMETRY_COLUMN, "k": KEY_COLUMN}
    run_script(connection, _RTREE.format(**names))
    _declare(
        connection, (name, GEOMETRY_COLUMN, "gpkg_rtree_index", _RTREE_EXTENSION, "write-only")
    )
    if filled:
        _fids, west, east, south, north = zip(*filled, strict=True)
        connection.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?"
            " WHERE table_name = ?",
            (min(west), min(south), max(east), max(north), name),
        )


def label_columns(connection: sqlite3.Connection, table: str, fields: Iterable[Field]) -> None:
    """Keep what users call each column, and what its codes mean."""
    used: set[str] = set()
    for field in fields:
        label = field.label or field.name
        unique = f"{label}({field.name})" if label in used else label
        used.add(unique)
        constraint = f"{table}.{field.name}" if field.choices else None
        connection.execute(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)",
            (table, field.name, unique, label, field.note, constraint),
        )
        for code, meaning in (field.choices or {}).items():
            connection.execute(
                "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type,"
                " value, description) VALUES (?, 'enum', ?, ?)",
                (constraint, code, meaning),
            )


def fetch_table(connection: sqlite3.Connection, name: str) -> FetchedTable:
    """Read a whole table in the order in which it was written."""
    geometry = connection.execute(
        "SELECT column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns"
        " WHERE table_name = ?",
        (name,),
    ).fetchone()
    shape_column, type_name, srs_id = geometry or (None, "", 0)
    info = connection.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchall()
    if not info:
        raise sqlite3.OperationalError(f"no such table: {name}")  # noqa: EM102, TRY003 - as SQLite
    kinds = {
        column: kind_of(sql_type)
        for column, sql_type, primary in info
        if not primary and column != shape_column
    }
    wanted = [*([shape_column] if shape_column else []), *kinds]
    rows = connection.execute(
        f"SELECT {', '.join(map(quoted, wanted))} FROM {quoted(name)} ORDER BY rowid"
    ).fetchall()
    columns: list[tuple[Any, ...]]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(wanted)
    blobs = columns.pop(0) if shape_column else None
    return FetchedTable(kinds, columns, blobs, type_name, srs_id)


def read_fields(connection: sqlite3.Connection, table: str) -> tuple[Field, ...]:
    """Read the columns of a table with what is said of them."""
    said = {
        column: (title, note or "", constraint)
        for column, title, note, constraint in connection.execute(
            "SELECT column_name, title, description, constraint_name FROM gpkg_data_columns"
            " WHERE table_name = ?",
            (table,),
        )
    }
    info = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
    fields = []
    for name, sql_type in info:
        if name not in {KEY_COLUMN, GEOMETRY_COLUMN}:
            title, note, constraint = said.get(name, (name, "", None))
            choices = _choices(connection, constraint) if constraint else None
            fields.append(Field(name, kind_of(sql_type), title, note, choices=choices))
    return tuple(fields)


def _choices(connection: sqlite3.Connection, constraint: str) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT value, description FROM gpkg_data_column_constraints"
            " WHERE constraint_name = ? ORDER BY rowid",
            (constraint,),
        )
    )
