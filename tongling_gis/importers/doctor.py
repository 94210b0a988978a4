"""A look at a file before anything is analysed: what is wrong with it, and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tongling_gis.crs import WGS84, read_crs
from tongling_gis.errors import TonglingError
from tongling_gis.importers.cells import is_missing, plain
from tongling_gis.importers.doctor_datum import examine_datum
from tongling_gis.importers.doctor_places import examine_places
from tongling_gis.importers.doctor_rows import examine_rows, examine_text
from tongling_gis.importers.headings import match_headings, name_matches
from tongling_gis.importers.opened import Opened, find_table, say_file
from tongling_gis.importers.places import Datum
from tongling_gis.importers.report import label_of
from tongling_gis.importers.symptoms import Severity, Symptom
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import geopandas as gpd

    from tongling_gis.importers.grids import Grid
    from tongling_gis.importers.report import Imported
    from tongling_gis.schema import Table

__all__ = ["Severity", "Symptom", "examine"]

_OSM: Final = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf")
_GRAPHS: Final = (".graphml", ".graphml.gz")
_TABLES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods")
_MOST_LAYERS: Final = 40
_FEWEST_HEADINGS: Final = 2

_MEND = Text("请按上面的说明处理后再试", "Do as it says and try again")
_EMPTY = Text("文件里没有数据", "There is nothing in the file")
_ASK_AGAIN = Text("请核对是否选错了文件", "See whether it is the right file")
_WHICH = Text("看不出是哪一种数据", "It cannot be told what it holds")
_SAY = Text("导入时用 --as 指明，如 --as compounds", "Say so on import, as in --as compounds")
_NO_STREETS = Text("文件中没有街道", "There are no streets in the file")
_MORE_TAGS = Text(
    "请确认下载时包含 highway 标签的道路", "See that ways with the tag highway are in the download"
)
_ROWS = Text(
    "{layer}：{refused} 行会被拒绝，{repaired} 行会被修复",
    "{layer}: {refused} rows will be refused and {repaired} repaired",
)
_SAID = Text("导入时照此处理", "The import does so")


def examine(
    path: str | PathLike[str],
    *,
    crs: str | None = None,
    streets: gpd.GeoDataFrame | None = None,
    keys: Mapping[str, set[str]] | None = None,
    layer: str | None = None,
    encoding: str | None = None,
) -> list[Symptom]:
    """Look at a file and say what is wrong with it; a bad file is a symptom, not an error.

    Args:
        path: Any file that the importers read.
        crs: What the user declares of its coordinates.
        streets: Streets that are right in place, to measure a shift against.
        keys: Table -> keys that links may lead to, such as those of a project.
        layer: What it is to become, where its name and headings do not tell.
        encoding: What the user declares of its text.

    Returns:
        What was found, errors first; nothing where all is well.
    """
    file = Path(path)
    try:
        table = find_table(layer) if layer else None
        found = _examine(file, _Request(crs, streets, keys or {}, table, encoding))
    except TonglingError as error:
        found = [Symptom("unreadable", "", error.text, _MEND, "error")]
    rank = {"error": 0, "warning": 1, "note": 2}
    return sorted(found, key=lambda symptom: rank[symptom.severity])


class _Request(NamedTuple):
    """What the doctor is told beside the file."""

    crs: str | None
    streets: gpd.GeoDataFrame | None
    keys: Mapping[str, set[str]]
    table: Table | None
    encoding: str | None


def _examine(file: Path, request: _Request) -> list[Symptom]:
    name = file.name.lower()
    if name.endswith(_OSM):
        return _examine_osm(file, request)
    if name.endswith(_GRAPHS):
        from tongling_gis.importers.graphml import read_graphml

        return _examine_imported(read_graphml(file), file, request)
    if name.endswith(_TABLES):
        return _examine_grids(file, request)
    return _examine_layers(file, request)


def _examine_osm(file: Path, request: _Request) -> list[Symptom]:
    from tongling_gis.importers.osm import read_osm

    imported = read_osm(file)
    found = _examine_imported(imported, file, request)
    if "streets" not in imported.layers:
        found.append(Symptom("no_streets", "", _NO_STREETS, _MORE_TAGS))
    return found


def _examine_imported(imported: Imported, file: Path, request: _Request) -> list[Symptom]:
    """Say what a reader's report says, and lay its layers over the streets."""
    report = imported.report
    found = [Symptom("said", "", word, _SAID, "note") for word in report.warnings]
    for name, count in report.counts.items():
        if count.refused or count.repaired:
            what = _ROWS.fill(layer=label_of(name), refused=count.refused, repaired=count.repaired)
            found.append(
                Symptom("rows_noted", name, what, _SAID, "warning", count.refused + count.repaired)
            )
    if request.streets is None:
        return found
    for name in ("buildings", "streets"):
        if name in imported.layers:
            rows = imported.layers[name]
            opened = Opened(say_file(file.name, name), rows[[]], [], part=name)
            found += examine_datum(
                opened,
                Datum(read_crs(WGS84), WGS84),
                rows["geometry"].to_numpy(),
                path=file,
                declared=True,
                streets=request.streets,
            )
            break
    return found


def _examine_layers(file: Path, request: _Request) -> list[Symptom]:
    """Look at every layer of a file of shapes."""
    from tongling_gis.importers.vector import list_layers, open_vector

    layers = list_layers(file)
    found = [] if layers else [Symptom("empty", "", _EMPTY, _ASK_AGAIN, "error")]
    for name in layers[:_MOST_LAYERS]:
        opened = open_vector(file, encoding=request.encoding, source_layer=name)
        part = name if len(layers) > 1 else ""
        table = request.table or _guess_layer(opened, name, file)
        found += _look(replace(opened, part=part), table, file, request)
    return found


def _examine_grids(file: Path, request: _Request) -> list[Symptom]:
    """Look at every sheet of a workbook, or at a CSV file."""
    from tongling_gis.importers.grids import read_grids

    grids = read_grids(file, encoding=request.encoding)
    if not grids or not any(grid.cells for grid in grids):
        return [Symptom("empty", "", _EMPTY, _ASK_AGAIN, "error")]
    opened: list[tuple[Opened, Table | None]] = []
    found: list[Symptom] = []
    for grid in grids:
        part = grid.name if len(grids) > 1 else ""
        table = request.table or _guess_sheet(grid, file, alone=len(grids) == 1)
        try:
            sheet = _open_grid(grid, table, say_file(file.name, part), request.crs)
        except TonglingError as error:
            found.append(Symptom("no_headings", part, error.text, _MEND, "error"))
            continue
        opened.append((replace(sheet, part=part), table))
    known = _gather_keys(opened, request.keys)
    for sheet, table in opened:
        found += _look(sheet, table, file, request._replace(keys=known))
    return found


def _look(opened: Opened, table: Table | None, file: Path, request: _Request) -> list[Symptom]:
    """Look at one layer or sheet."""
    if not len(opened.rows):
        return [Symptom("empty", opened.part, _EMPTY, _ASK_AGAIN, "warning")]
    is_table = file.name.lower().endswith(_TABLES)
    said = bool(request.encoding) or file.with_suffix(".cpg").exists() or opened.encoding == "UTF-8"
    found = [] if table else [Symptom("unknown_kind", opened.part, _WHICH, _SAY, "note")]
    found += examine_text(opened, said=said)
    if table is None or table.shape:
        explicit = is_table and opened.label is not None
        found += examine_places(
            opened,
            table,
            path=file,
            crs=request.crs,
            explicit=explicit,
            streets=request.streets,
        )
    return found + examine_rows(opened, table, keys=request.keys)


def _guess_layer(opened: Opened, name: str, file: Path) -> Table | None:
    """Guess what a layer is from its name, its file's name or its headings."""
    for table in TABLES.values():
        if name_matches(name, table) or name_matches(file.stem.split(".")[0], table):
            return table
    headings = [str(heading) for heading in opened.rows.columns]
    return _guess(
        {
            table.name: len(match_headings(table, headings, cut_short=opened.cut_short).columns)
            for table in TABLES.values()
            if table.shape
        }
    )


def _guess_sheet(grid: Grid, file: Path, *, alone: bool) -> Table | None:
    """Guess what a sheet is from its name, its file's name or its headings."""
    from tongling_gis.importers.sheets import find_header
    from tongling_gis.importers.tables import match_sheet

    named = match_sheet(grid, file.stem.split(".")[0], alone=alone)
    if named is not None:
        return named
    headers = {name: find_header(grid, table) for name, table in TABLES.items()}
    return _guess({name: header.known for name, header in headers.items() if header})


def _guess(known: dict[str, int]) -> Table | None:
    """Choose the table with the most known headings, where one has the most."""
    most = max(known.values(), default=0)
    best = [name for name, count in known.items() if count == most]
    return TABLES[best[0]] if most >= _FEWEST_HEADINGS and len(best) == 1 else None


def _open_grid(grid: Grid, table: Table | None, where: Text, crs: str | None) -> Opened:
    """Open a sheet; one of which nothing is known as places of any kind."""
    from tongling_gis.importers.sheets import open_sheet

    return open_sheet(grid, table or TABLES["amenities"], where=where, crs=crs)


def _gather_keys(
    opened: list[tuple[Opened, Table | None]], keys: Mapping[str, set[str]]
) -> dict[str, set[str]]:
    """Put the keys of a workbook's own sheets beside those given."""
    gathered = {name: set(known) for name, known in keys.items()}
    for sheet, table in opened:
        if table is None or (table.shape and sheet.shapes is None):
            continue
        heading = match_headings(table, [str(h) for h in sheet.rows.columns]).columns.get(table.key)
        if heading is not None:
            cells = sheet.rows[heading].tolist()
            own = {plain(cell) for cell in cells if not is_missing(cell)}
            gathered[table.name] = gathered.get(table.name, set()) | own
    return gathered
