"""The project on disk: layers, record tables, imports and results in one GeoPackage."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.errors import MissingFileError, SchemaError, WorkspaceError
from tongling_gis.schema import TABLES, Table
from tongling_gis.showing import html_table
from tongling_gis.store import geopackage, imports, layers, qgis, results, styles
from tongling_gis.store.transactions import reading, run_script, writing
from tongling_gis.text import Text

if TYPE_CHECKING:
    import os
    import sqlite3
    from collections.abc import Collection, Mapping

    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from tongling_gis.assessment import Assessment
    from tongling_gis.store.imports import Imported, ImportRecord, Origin
    from tongling_gis.store.results import SavedResult

FILE_NAME = "project.gpkg"
MAPS_FOLDER = "maps"
FORMAT = 1
"""Raised whenever an older program could no longer read the file."""

_CREATE = """
CREATE TABLE project (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  key TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
"""
_OWN_TABLES = {
    "project": (Text("项目信息", "Project"), {"key": "项目", "value": "内容"}),
    imports.TABLE: (Text("导入记录", "Imports"), imports.LABELS),
    results.TABLE: (Text("分析结果", "Results"), results.LABELS),
    qgis.STYLES_TABLE: (Text("图层样式", "Layer styles"), {}),
}


@dataclass(frozen=True, slots=True)
class Workspace:
    """A project in a folder: ``project.gpkg`` beside ``maps/``.

    Every write is one transaction: a crash leaves the old state or the new. Nothing is held
    open between calls. All layers are kept, and come back, in the project's own CRS in
    metres, which the first layers written decide.

    >>> import tempfile, pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = Workspace.create(Path(folder) / "铜陵", name="铜陵示例")
    ...     project.write({"companies": pd.DataFrame({"company_id": ["w1"], "name": ["安居"]})})
    ...     list(Workspace.open(project.folder).read("companies")["name"])
    ['安居']
    """

    folder: Path

    @property
    def path(self) -> Path:
        """The GeoPackage."""
        return self.folder / FILE_NAME

    @property
    def maps(self) -> Path:
        """The folder for what is drawn."""
        return self.folder / MAPS_FOLDER

    @classmethod
    def create(
        cls, folder: str | os.PathLike[str], *, name: str, invented: bool = False
    ) -> Workspace:
        """Make an empty project; the folder is made where it is missing.

        Raises:
            WorkspaceError: If a project is there already, or the folder cannot be written.
        """
        workspace = cls(Path(folder))
        try:
            workspace.maps.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                Text(
                    f"无法建立文件夹 {workspace.maps}：{error.strerror}。",
                    f"The folder {workspace.maps} cannot be made: {error.strerror}.",
                )
            ) from error
        with writing(workspace.path, create=True) as connection:
            if connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
                raise WorkspaceError(
                    Text(
                        f"{workspace.folder} 里已有项目：请打开它，或另选文件夹。",
                        f"There is a project in {workspace.folder} already: "
                        "open it, or choose another folder.",
                    )
                )
            geopackage.lay_out(connection)
            run_script(connection, _CREATE + imports.CREATE + results.CREATE + qgis.CREATE)
            for table, (label, columns) in _OWN_TABLES.items():
                geopackage.register_plain(connection, table, label.zh, columns)
            _put_values(
                connection,
                {
                    "name": name,
                    "format": str(FORMAT),
                    "created": imports.now(),
                    "invented": "true" if invented else "false",
                },
            )
        return workspace

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Workspace:
        """Open the project in a folder.

        Raises:
            MissingFileError: If there is none.
            WorkspaceError: If its file is damaged, something else or from a newer program.
        """
        workspace = cls(Path(folder))
        if not workspace.path.is_file() or not workspace.path.stat().st_size:
            raise MissingFileError(
                Text(
                    f"{workspace.folder} 里没有项目（{FILE_NAME}）："
                    "请检查路径，或先用 tongling-gis new 新建。",
                    f"There is no project ({FILE_NAME}) in {workspace.folder}: "
                    "check the path, or make one with tongling-gis new.",
                )
            )
        with reading(workspace.path) as connection:
            _check_format(connection, workspace.path)
        return workspace

    @property
    def name(self) -> str:
        """What the user calls the project."""
        return self._value("name")

    @property
    def crs(self) -> CRS | None:
        """The projected CRS in metres of every layer; None before the first is written."""
        with reading(self.path) as connection:
            return _crs(connection)

    @property
    def invented(self) -> bool:
        """Whether the project, or anything still in it, is invented sample data."""
        if self._value("invented") == "true":
            return True
        return any(one.origin.invented for one, _left in self._imports_alive())

    def layers(self) -> list[str]:
        """List the layers and record tables that are there, in the schema's order."""
        with reading(self.path) as connection:
            there = set(geopackage.table_names(connection))
        return [name for name in TABLES if name in there]

    def has(self, layer: str) -> bool:
        """Tell whether a layer or record table is there."""
        return layer in self.layers()

    def read(self, layer: str) -> gpd.GeoDataFrame:
        """Read a layer in the project's CRS, or a record table (as a plain DataFrame).

        The columns are the schema's, then any further ones: text as str, integers as Int64,
        numbers as float64 (NaN is unknown), flags as boolean, dates as ISO text.

        Raises:
            MissingFileError: If it is not there.
        """
        with reading(self.path) as connection:
            _check_there(connection, layer, self.folder)
            return layers.read_layer(connection, layer, TABLES[layer])

    def count(self, layer: str) -> int:
        """Count the rows of a layer or record table.

        Raises:
            MissingFileError: If it is not there.
        """
        with reading(self.path) as connection:
            _check_there(connection, layer, self.folder)
            return geopackage.count_rows(connection, layer)

    def write(
        self,
        tables: Mapping[str, pd.DataFrame],
        *,
        origin: Origin | None = None,
        replace: bool = True,
        changed: Collection[str] = (),
    ) -> None:
        """Write layers and record tables, all of them or none.

        Args:
            tables: Schema name -> rows; layers are brought to the project's CRS.
            origin: Where they come from, to be remembered among the imports.
            replace: Whether the rows stand instead of those there; otherwise they are added,
                and stand instead of those with the same key.
            changed: Those among the tables that are whole, but hold rows that were there:
                what these came from is remembered beside the origin.

        Raises:
            SchemaError: If a name, column, key or value is none the schema allows.
            GeometryError: If a shape is of the wrong kind or has no place in the CRS.
            CrsError: If a layer does not say its CRS.
            WorkspaceError: If the file cannot be written.
        """
        known = {name: _known_table(name) for name in tables}
        with writing(self.path) as connection:
            crs = _settled_crs(connection, tables)
            there = set() if replace else set(geopackage.table_names(connection))
            for name, rows in tables.items():
                table = known[name]
                whole = rows
                if name in there:
                    whole = layers.merged(layers.read_layer(connection, name, table), rows, table)
                layers.write_layer(connection, name, whole, table=table, crs=crs)
                qgis.put_style(connection, name, styles.look_of(name))
            if origin is not None:
                new = [name for name in tables if name not in changed]
                for names, replaced in ((new, replace), (list(changed), False)):
                    if names:
                        imports.record(connection, origin, names, replaced=replaced)
        self._show_in_qgis()

    def add(self, imported: Imported, *, append: bool = False) -> None:
        """Write what an importer read, with its report, as ``write`` does."""
        self.write(imported.layers, origin=imports.origin_of(imported), replace=not append)

    def _repr_html_(self) -> str:
        """Show in a notebook what the project has: its layers with their rows, its results."""
        tables = [(TABLES[name].label, name) for name in self.layers() if name in TABLES]
        saved = [("结果", one.name, one.subject) for one in self.results()]
        rows = [*((label.zh, name, f"{self.count(name):,}") for label, name in tables), *saved]
        marks = ["示例数据（虚构） Invented sample data"] if self.invented else []
        return html_table(self.name, rows, below=[*marks, *([self.crs.name] if self.crs else [])])

    def fingerprint(self, layer: str) -> str:
        """Give the SHA-256 of a layer's columns and rows, in their order.

        Raises:
            MissingFileError: If it is not there.
        """
        digest = hashlib.sha256()
        with reading(self.path) as connection:
            _check_there(connection, layer, self.folder)
            fetched = geopackage.fetch_table(connection, layer)
        digest.update(repr((fetched.kinds, fetched.cells)).encode())
        for blob in fetched.blobs or ():
            digest.update(blob or b"-")
        return digest.hexdigest()

    def imports(self) -> list[ImportRecord]:
        """List what was brought in, oldest first, with each import's report."""
        with reading(self.path) as connection:
            return imports.read_records(connection)

    def sources(self) -> tuple[Text, ...]:
        """Name whom the layers now in the project are by, as every map must say."""
        named = [one.origin.source for one, _left in self._imports_alive()]
        return tuple(dict.fromkeys(source for source in named if source.zh or source.en))

    def data_date(self) -> str:
        """Give the date of the newest street data (ISO), "" where it is unknown."""
        dates = [
            one.origin.data_date for one, layers in self._imports_alive() if "streets" in layers
        ]
        return max(dates, default="")

    def save(self, assessment: Assessment) -> str:
        """Keep a result beside the earlier ones; its name, such as "coverage-01", is given."""
        with writing(self.path) as connection:
            name = results.next_name(connection, assessment.kind)
            results.insert(connection, name, imports.now(), assessment)
            for layer, rows in assessment.layers.items():
                kept = results.ResultLayer(name, layer)
                layers.write_layer(connection, kept.table, rows, result=kept)
                qgis.put_style(connection, kept.table, qgis.look_stored(connection, kept.table))
        self._show_in_qgis()
        return name

    def results(self) -> list[SavedResult]:
        """List the saved results, oldest first."""
        with reading(self.path) as connection:
            return results.list_results(connection)

    def load(self, name: str) -> Assessment:
        """Read a saved result again.

        Raises:
            MissingFileError: If there is none of that name.
        """
        with reading(self.path) as connection:
            row = results.fetch(connection, name)
            if row is None:
                raise MissingFileError(
                    Text(
                        f"项目 {self.folder} 里没有名为“{name}”的结果。",
                        f"There is no result {name!r} in the project {self.folder}.",
                    )
                )
            found = {
                layer: layers.read_layer(connection, results.ResultLayer(name, layer).table)
                for layer in row["layers"]
            }
        return results.rebuild(row, found)

    def latest(self, kind: str) -> Assessment | None:
        """Read the newest result of a kind; None where there is none."""
        names = [one.name for one in self.results() if one.kind == kind]
        return self.load(names[-1]) if names else None

    def _value(self, key: str) -> str:
        with reading(self.path) as connection:
            return _value(connection, key)

    def _show_in_qgis(self) -> None:
        invented = "示例数据" if self.invented else ""
        title = f"{self.name}（{invented}）" if invented else self.name
        credit = "；".join(filter(None, [invented, *(source.zh for source in self.sources())]))
        # The data are safe by now: where another program or the folder is in the way, the
        # next write makes the project.
        with suppress(WorkspaceError, OSError), writing(self.path) as connection:
            path, crs = self.folder / qgis.PROJECT_FILE, _crs(connection)
            qgis.write_project(connection, path, crs, title=title, credit=credit)

    def _imports_alive(self) -> list[tuple[ImportRecord, set[str]]]:
        return imports.still_there(self.imports())


def _check_format(connection: sqlite3.Connection, path: Path) -> None:
    ours = "SELECT 1 FROM pragma_table_info('project') WHERE name = 'key'"
    if not geopackage.is_geopackage(connection) or not connection.execute(ours).fetchone():
        raise WorkspaceError(
            Text(
                f"{path} 不是本程序的项目：请另选文件夹，或新建项目后导入它。",
                f"{path} is no project of this program: "
                "choose another folder, or make a project and import it.",
            )
        )
    if int(_value(connection, "format") or 0) > FORMAT:
        raise WorkspaceError(
            Text(
                f"{path} 由更新版本的程序建立：请升级 tongling-gis。",
                f"{path} was made by a newer version: upgrade tongling-gis.",
            )
        )


def _value(connection: sqlite3.Connection, key: str) -> str:
    found = connection.execute("SELECT value FROM project WHERE key = ?", (key,)).fetchone()
    return str(found[0]) if found else ""


def _put_values(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    connection.executemany(
        "INSERT INTO project (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        values.items(),
    )


def _crs(connection: sqlite3.Connection) -> CRS | None:
    declared = _value(connection, "crs")
    if not declared:
        return None
    from pyproj import CRS

    return CRS.from_user_input(declared)


def _settled_crs(connection: sqlite3.Connection, tables: Mapping[str, pd.DataFrame]) -> CRS | None:
    """Give the project's CRS, choosing and keeping it at the first layer that has a place."""
    crs = _crs(connection)
    if crs is None and (crs := layers.choose_crs(tables)) is not None:
        _put_values(connection, {"crs": f"EPSG:{crs.to_epsg()}"})
        geopackage.place_empty_layers(connection, geopackage.srs_id_of(connection, crs))
    return crs


def _known_table(name: str) -> Table:
    if name in TABLES:
        return TABLES[name]
    raise SchemaError(
        Text(
            f"没有名为“{name}”的图层或表；可选：{'、'.join(TABLES)}。",
            f"There is no layer or table {name!r}; choose one of {', '.join(TABLES)}.",
        )
    )


def _check_there(connection: sqlite3.Connection, layer: str, folder: Path) -> None:
    if layer not in TABLES or layer not in geopackage.table_names(connection):
        label = TABLES[layer].label if layer in TABLES else Text.same(layer)
        raise MissingFileError(
            Text(
                f"项目 {folder} 里没有“{label.zh}”（{layer}）：请先导入。",
                f"There is no layer {layer!r} in the project {folder}: import it first.",
            )
        )
