"""Bring files and online data into a project, and look at them before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tongling_gis.errors import InputError, MissingFileError, UnreadableFileError, UsageError
from tongling_gis.schema import TABLES
from tongling_gis.studies.arrivals import link_to_compounds, tell_arrival
from tongling_gis.studies.workbooks import WORKBOOKS, import_workbook
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tongling_gis.importers.doctor import Symptom
    from tongling_gis.importers.report import Imported, ImportReport
    from tongling_gis.store import Workspace

_OSM_ENDINGS = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf", ".osm.xml")
_GRAPH_ENDINGS = (".graphml", ".graphml.gz")
_ELEVATION = ("elevation", "dem", "高程")
_TABLE_ENDINGS = (".xlsx", ".xlsm", ".csv", ".txt", ".tsv")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read.

    Attributes:
        layer: Which layer or table it is; found by the file's name where it is "".
        crs: Declared coordinate system; "" where the file itself says it.
        encoding: Text encoding; found where it is "".
        part: Sheet of a workbook or layer of a container; "" for the only one.
        where: Filter such as ``schools>0``; "" for every row.
        overwrite: Replace heights that street nodes already have, from an elevation raster.
        append: Add to the layer (rows with the same key are updated) instead of replacing it.
        keep_good: Take the rows of a workbook that are right though others are wrong.
    """

    layer: str = ""
    crs: str = ""
    encoding: str = ""
    part: str = ""
    where: str = ""
    append: bool = False
    keep_good: bool = False
    overwrite: bool = False


def _ends_with(path: Path, endings: Iterable[str]) -> bool:
    return path.name.lower().endswith(tuple(endings))


def _find_table(name: str) -> str:
    plain = name.strip().lower()
    for table in TABLES.values():
        if plain in {table.name, table.label.zh, table.label.en.lower()}:
            return table.name
    return ""


def _layer_of(path: Path, options: ImportOptions) -> str:
    if found := _find_table(options.layer or path.name.split(".")[0]):
        return found
    known = ", ".join(TABLES)
    if options.layer:
        raise UsageError(
            Text(
                f"没有名为“{options.layer}”的图层或表；可选：{known}。",
                f"There is no layer or table {options.layer!r}; choose one of {known}.",
            )
        )
    raise UsageError(
        Text(
            f"看不出“{path.name}”是哪一种数据：请用 --as 指明，可选：{known}。",
            f"Cannot tell what {path.name} holds: say so with --as, one of {known}.",
        )
    )


def _only_known(names: list[str]) -> str:
    """Give the one table that a container's layers are named after, "" where it is not one."""
    known = {table for table in map(_find_table, names) if table}
    return known.pop() if len(known) == 1 else ""


def _read_file(path: Path, options: ImportOptions, progress: Progress) -> Imported:
    if _ends_with(path, _OSM_ENDINGS):
        from tongling_gis.importers.osm import read_osm

        return read_osm(path, progress=progress)
    if _ends_with(path, _GRAPH_ENDINGS):
        from tongling_gis.importers.graphml import read_graphml

        return read_graphml(path)
    return _read_tabular(path, options)


def _read_tabular(path: Path, options: ImportOptions) -> Imported:
    from tongling_gis.importers import tables, vector

    if path.is_file() and not path.stat().st_size:
        raise UnreadableFileError(
            Text(
                f"“{path.name}”是空文件：请重新导出或下载。",
                f"{path.name} is an empty file: export or download it again.",
            )
        )
    if not options.layer and not _ends_with(path, _TABLE_ENDINGS) and not _find_table(path.stem):
        options = replace(options, layer=_only_known(vector.list_layers(path)))
    layer = _layer_of(path, options)
    if _ends_with(path, _TABLE_ENDINGS):
        return tables.read_table(
            path,
            layer,
            crs=options.crs or None,
            sheet=options.part or None,
            encoding=options.encoding or None,
            where=options.where or None,
        )
    return vector.read_vector(
        path,
        layer,
        crs=options.crs or None,
        encoding=options.encoding or None,
        source_layer=options.part or None,
        where=options.where or None,
    )


def import_file(
    workspace: Workspace,
    path: Path,
    options: ImportOptions = ImportOptions(),
    *,
    progress: Progress = silent,
) -> ImportReport:
    """Read one file and put what is right in it into the project, all at once.

    A workbook of records is taken whole or not at all, unless ``keep_good`` is asked for.

    Raises:
        MissingFileError: If there is no such file.
        InputError: If nothing in it can be used.
    """
    if not path.exists():
        raise MissingFileError(
            Text(f"找不到文件“{path}”：请检查路径。", f"There is no file {path}: check the path.")
        )
    if path.is_dir() and path.suffix.lower() != ".gdb":
        raise UsageError(
            Text(
                f"“{path.resolve()}”是文件夹：请写文件名，可一次写多个。",
                f"{path.resolve()} is a folder: name files, several at once if you like.",
            )
        )
    if _is_raster(path, options):
        return _import_elevation(workspace, path, options)
    if _ends_with(path, WORKBOOKS) and not options.layer:
        return import_workbook(
            workspace,
            path,
            crs=options.crs,
            append=options.append,
            keep_good=options.keep_good,
        )
    imported = _read_file(path, options, progress)
    if not any(len(rows) for rows in imported.layers.values()):
        raise InputError(
            Text(
                f"“{path.name}”里没有一行可用的数据；用 tongling-gis doctor 查看原因。",
                f"{path.name} holds no row that can be used; tongling-gis doctor says why.",
            )
        )
    told = tell_arrival(workspace, imported, path, crs=options.crs, append=options.append)
    workspace.add(told, append=options.append)
    link_to_compounds(workspace)
    return told.report


def _is_raster(path: Path, options: ImportOptions) -> bool:
    """Tell an elevation raster by what it is declared to be, or by its ending.

    Raises:
        UsageError: If a raster is declared to be anything else.
    """
    from tongling_gis.importers.raster import RASTER_ENDINGS

    if options.layer.strip().lower() in _ELEVATION:
        return True
    if not _ends_with(path, RASTER_ENDINGS):
        return False
    if options.layer:
        raise UsageError(
            Text(
                f"栅格只能作为高程导入：请写 --as elevation，而不是 {options.layer}。",
                f"A raster is imported as elevation only: write --as elevation, not "
                f"{options.layer}.",
            )
        )
    return True


def _import_elevation(workspace: Workspace, path: Path, options: ImportOptions) -> ImportReport:
    """Give the project's street nodes heights from a raster."""
    from tongling_gis.importers.raster import read_elevation

    if not (workspace.has("street_nodes") and workspace.has("streets")):
        raise MissingFileError(
            Text(
                "项目里还没有带节点的街道：请先导入 OSM 街道，再导入高程。",
                "The project has no streets with nodes yet: import OSM streets first, then the "
                "elevation.",
            )
        )
    imported = read_elevation(
        path,
        workspace.read("street_nodes"),
        workspace.read("streets"),
        crs=options.crs or None,
        overwrite=options.overwrite,
    )
    workspace.add(imported, append=True)
    return imported.report


def fetch_place(
    workspace: Workspace,
    place: str = "",
    *,
    bbox: tuple[float, float, float, float] | None = None,
    overpass_url: str = "",
    nominatim_url: str = "",
    progress: Progress = silent,
) -> ImportReport:
    """Download OpenStreetMap data of a place or a (west, south, east, north) box.

    Raises:
        DownloadError: If the online source does not answer.
    """
    from tongling_gis.importers.fetch import fetch_osm

    imported = fetch_osm(
        place or None,
        bbox=bbox,
        overpass_url=overpass_url or None,
        nominatim_url=nominatim_url or None,
        progress=progress,
    )
    workspace.add(imported)
    link_to_compounds(workspace)
    return imported.report


def examine_file(path: Path, *, crs: str = "", workspace: Workspace | None = None) -> list[Symptom]:
    """Look at a file before anything is analysed, against a project's streets and keys."""
    from tongling_gis.importers.doctor import examine

    if not path.exists():
        raise MissingFileError(
            Text(f"找不到文件“{path}”：请检查路径。", f"There is no file {path}: check the path.")
        )
    if _is_raster(path, ImportOptions()):
        return _examine_elevation(path, crs, workspace)
    streets, keys = None, {}
    if workspace is not None:
        streets = workspace.read("streets") if workspace.has("streets") else None
        keys = {
            name: set(workspace.read(name)[TABLES[name].key].astype(str))
            for name in TABLES
            if workspace.has(name)
        }
    return examine(path, crs=crs or None, streets=streets, keys=keys)


def _examine_elevation(path: Path, crs: str, workspace: Workspace | None) -> list[Symptom]:
    """Say what an elevation raster would give the project's street nodes."""
    from tongling_gis.importers.raster import read_elevation
    from tongling_gis.importers.symptoms import Symptom

    advice = Text(
        "用 tongling-gis import 以 --as elevation 导入。",
        "Import it with tongling-gis import --as elevation.",
    )
    if workspace is None or not (workspace.has("street_nodes") and workspace.has("streets")):
        alone = Text(
            "高程栅格要对照项目里带节点的街道检查：请用 -p 指明项目。",
            "An elevation raster is examined against a project's streets: name the project "
            "with -p.",
        )
        return [Symptom("elevation", "", alone, advice, "note")]
    nodes, streets = workspace.read("street_nodes"), workspace.read("streets")
    try:
        imported = read_elevation(path, nodes, streets, crs=crs or None)
    except InputError as error:
        mend = Text("改正后再导入。", "Mend it before the import.")
        return [Symptom("elevation", "", error.text, mend, "error")]
    return [Symptom("elevation", "", said, advice, "note") for said in imported.report.warnings]
