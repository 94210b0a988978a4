"""Layers from GeoPackage, GeoJSON, shapefile (also zipped), DXF and whatever else GDAL opens."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tongling_gis.errors import MissingFileError, SchemaError, UnreadableFileError
from tongling_gis.importers.archives import unpack
from tongling_gis.importers.checks import list_shown, name_rows
from tongling_gis.importers.encodings import GBK, LATIN, UTF8, is_encoding
from tongling_gis.importers.headings import name_matches
from tongling_gis.importers.layer_text import (
    as_utf8,
    decode_columns,
    list_texts,
    mend_drawing,
)
from tongling_gis.importers.opened import (
    Opened,
    calls_itself_invented,
    find_table,
    say_file,
    take_layer,
)
from tongling_gis.importers.osm_tags import INVENTED
from tongling_gis.importers.report import Imported, ImportReport, fingerprint_file
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from tongling_gis.schema import Table

_SHAPEFILE, _DXF, _ZIP = ".shp", ".dxf", ".zip"
_GEOJSON: Final = frozenset({".geojson", ".json"})
_SIDECARS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_CAD_LAYER = "Layer"
_FURNITURE: Final = frozenset({"layer_styles", "qgis_projects"})
_HEAD_BYTES: Final = 4096
_CPG_MARKS: Final = {
    UTF8: ("utf8", "65001"),
    GBK: ("gbk", "gb2312", "gb18030", "936"),
    LATIN: ("8859", "1252", "latin", "ansi"),
}

_MISSING = Text("找不到文件“{path}”：请检查路径。", "There is no file {path!r}: check the path.")
_NO_KNOWN_FORMAT = Text("内容不是可识别的格式", "its contents are of no known format")
_UNREADABLE = Text(
    "文件“{name}”打不开：{reason}。请确认文件完整，格式与扩展名一致。",
    "Cannot open the file {name!r}: {reason}. See that it is whole and what its ending says.",
)
_NO_SIDECAR = Text(
    "Shapefile“{name}”缺少{missing}：请把同名的 .shp、.shx、.dbf、.prj 一起提供",
    "The shapefile {name!r} lacks {missing}: bring its .shp, .shx, .dbf and .prj together",
)
_NO_TABLE = Text(
    "缺少 .dbf，只有图形没有属性", "Its .dbf is missing: there are shapes but no attributes"
)
_WHICH = Text(
    "文件“{name}”有多个图层，请用 --part 指定一个：{layers}。",
    "The file {name!r} has several layers, name one with --part: {layers}.",
)
_NO_SUCH = Text(
    "文件“{name}”中没有图层“{layer}”，有：{layers}。",
    "The file {name!r} has no layer {layer!r}; it has: {layers}.",
)
_FOUND_ENCODING = Text(
    "没有 .cpg，按内容判断文字编码为 {encoding}；如有乱码，请用 --encoding 指定",
    "There is no .cpg: the text was found to be {encoding}; if it reads wrong, give --encoding",
)
_WRONG_CPG = Text(
    ".cpg 写的是 {said}，文字实际是 {encoding}，已按实际解码",
    "The .cpg says {said}, the text is {encoding} and read so",
)
_MIXED = Text(
    "文件中混有 {encoding} 编码的文字，已逐值解码",
    "Text in {encoding} stands in one file: each value was decoded on its own",
)


def read_vector(
    path: str | PathLike[str],
    layer: str,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    source_layer: str | None = None,
    where: str | None = None,
) -> Imported:
    """Read one layer from a file of shapes.

    Args:
        path: GeoPackage, GeoJSON, shapefile (also zipped), DXF, ...
        layer: What it becomes, a key of ``schema.TABLES``.
        crs: What its coordinates are in, above what the file says: "GCJ-02", "EPSG:4527", ...
        encoding: What its text is in, above what is found.
        source_layer: Which of its layers, or which layer of a drawing; not needed where one of
            them bears the name of ``layer``.
        where: A filter such as "floors>3".

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is damaged or of a kind that nothing opens.
        CrsError: If its coordinate system is unknown or cannot be.
        SchemaError: If required columns are missing, or it has several layers.
    """
    table = find_table(layer)
    source_layer = source_layer or _find_namesake(path, table)
    opened = open_vector(path, encoding=encoding, source_layer=source_layer)
    taken = take_layer(opened, table, crs=crs, where=where)
    report = ImportReport(
        source=Path(path).name,
        fingerprint=fingerprint_path(path),
        counts={table.name: taken.count},
        notes=tuple(taken.notes),
        warnings=tuple(taken.warnings),
        declared_crs=taken.datum,
        encoding=opened.encoding,
    )
    source = INVENTED if opened.invented else Text("", "")
    return Imported({table.name: taken.rows}, report, source, invented=opened.invented)


def open_vector(
    path: str | PathLike[str], *, encoding: str | None = None, source_layer: str | None = None
) -> Opened:
    """Open one layer of a file of shapes, as it stands there.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is damaged or of a kind that nothing opens.
        SchemaError: If it has several layers and none is named.
    """
    file = Path(path)
    if not file.exists():
        raise MissingFileError(_MISSING.fill(path=str(path)))
    if file.suffix.lower() != _ZIP:
        return _open_file(file, file.name, encoding, source_layer)
    with unpack(file) as members:
        name = _choose(file.name, list(members), source_layer if len(members) > 1 else None)
        inner = None if len(members) > 1 else source_layer
        return _open_file(members[name], f"{file.name}/{name}", encoding, inner)


def list_layers(path: str | PathLike[str]) -> list[str]:
    """List a file's layers; of a drawing, its CAD layers; of an archive, its files.

    Raises:
        UnreadableFileError: If it is damaged or of a kind that nothing opens.
    """
    file = Path(path)
    if file.suffix.lower() == _ZIP:
        with unpack(file) as members:
            return list(members)
    if file.suffix.lower() == _DXF:
        return _cad_layers(mend_drawing(_read(file, file.name, None, None)[0]))
    import pyogrio

    with _gdal_errors(file.name), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said again when the layer is read
        names = [str(name) for name, _ in pyogrio.list_layers(file)]
    return [name for name in names if name not in _FURNITURE]


def fingerprint_path(path: str | PathLike[str]) -> str:
    """Compute the SHA-256 of a file; of a shapefile or a folder, that of all its parts."""
    import hashlib

    file = Path(path)
    if file.is_dir():
        parts = sorted(one for one in file.rglob("*") if one.is_file())
    elif file.suffix.lower() == _SHAPEFILE:
        parts = [place for ending in _SIDECARS if (place := _sidecar(file, ending)) is not None]
    else:
        return fingerprint_file(file)
    return hashlib.sha256("".join(map(fingerprint_file, parts)).encode()).hexdigest()


def _open_file(file: Path, name: str, encoding: str | None, source_layer: str | None) -> Opened:
    ending = file.suffix.lower()
    if ending == _SHAPEFILE:
        return _open_shapefile(file, name, encoding)
    if ending == _DXF:
        return _open_drawing(file, name, source_layer)
    if ending in _GEOJSON:
        return _open_geojson(file, name)
    chosen = _choose(name, list_layers(file), source_layer)
    table, said = _read(file, name, chosen, None)
    opened = _open(table, say_file(name, chosen if source_layer else ""), said)
    return replace(opened, invented=opened.invented or calls_itself_invented(name, chosen))


def _open_geojson(file: Path, name: str) -> Opened:
    raw = as_utf8(file.read_bytes())
    table, said = _read(raw, name, None, None)
    opened = _open(table, say_file(name), said, encoding="UTF-8")
    head = raw[:_HEAD_BYTES].decode("utf-8", "replace")
    return replace(opened, invented=opened.invented or calls_itself_invented(name, head))


def _open_shapefile(file: Path, name: str, encoding: str | None) -> Opened:
    lost = [ending for ending in (".shp", ".shx") if _sidecar(file, ending) is None]
    if lost:
        reason = _NO_SIDECAR.fill(name=name, missing="、".join(lost))
        raise UnreadableFileError(Text(f"{reason.zh}。", f"{reason.en}."))
    table, said = _read(file, name, None, "ISO-8859-1")
    cpg = _sidecar(file, ".cpg")
    written = cpg.read_text("ascii", "replace").strip() if cpg else ""
    claimed = _claimed(written)
    foreign = written if not claimed and is_encoding(written) else None
    hint = claimed if claimed in {UTF8, GBK} else None
    columns = decode_columns(table, declared=encoding or foreign, hint=hint)
    if _sidecar(file, ".dbf") is None:
        said.append(_NO_TABLE)
    opened = _open(columns.rows, say_file(name), said, encoding=columns.encoding)
    return replace(
        opened,
        cut_short=True,
        strays=columns.strays,
        about_text=tuple(_say_encoding(columns.encoding, written, declared=bool(encoding))),
        repaired=columns.repaired,
    )


def _open_drawing(file: Path, name: str, source_layer: str | None) -> Opened:
    table, said = _read(file, name, None, None)
    table = mend_drawing(table)
    chosen = _choose(name, _cad_layers(table), source_layer)
    taken = table[table[_CAD_LAYER] == chosen].reset_index(drop=True)
    return _open(taken.dropna(axis="columns", how="all"), say_file(name, chosen), said)


def _open(table: pd.DataFrame, where: Text, said: Sequence[Text], *, encoding: str = "") -> Opened:
    """Part a table into its cells and shapes."""
    import pandas as pd

    crs: Any = getattr(table, "crs", None)
    rows = pd.DataFrame(table)
    shapes = rows.pop("geometry").to_numpy() if "geometry" in rows else None
    return Opened(
        where=where,
        rows=rows,
        row_names=name_rows(len(rows)),
        shapes=shapes,
        label=_label(crs),
        encoding=encoding,
        loose_axes=True,
        invented=calls_itself_invented(*list_texts(rows)),
        warnings=tuple(said),
    )


def _label(crs: CRS | None) -> CRS | None:
    """Take a file's label, unless it says only that nothing is known."""
    if crs is None or crs.is_engineering or "undefined" in crs.name.lower():
        return None
    return crs


def _read(
    source: Path | bytes, name: str, layer: str | None, encoding: str | None
) -> tuple[gpd.GeoDataFrame, list[Text]]:
    """Read a layer, with what GDAL has to say of it."""
    import pyogrio

    with _gdal_errors(name), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = pyogrio.read_dataframe(source, layer=layer, encoding=encoding, on_invalid="warn")
    said = dict.fromkeys(str(one.message) for one in caught)
    return table, [Text.same(f"GDAL: {message}") for message in said]


@contextmanager
def _gdal_errors(name: str) -> Iterator[None]:
    """Say GDAL's errors as ours."""
    try:
        yield
    except Exception as error:  # besides its own, GDAL's binding raises what comes
        said = str(error).split(";")[0].strip().rstrip(".")
        reason = _NO_KNOWN_FORMAT if "/vsimem/" in said else Text.same(said)
        raise UnreadableFileError(_UNREADABLE.fill(name=name, reason=reason)) from error


def _find_namesake(path: str | PathLike[str], table: Table) -> str | None:
    """Find the one of several layers that bears the name of what is wanted."""
    layers = list_layers(path) if Path(path).exists() else []
    same = [name for name in layers if name_matches(name, table)]
    return same[0] if len(layers) > 1 and len(same) == 1 else None


def _choose(name: str, layers: list[str], wanted: str | None) -> str:
    """Choose the layer that is named, or the only one."""
    listed = list_shown(layers, shown=30)
    if wanted is not None:
        if wanted in layers:
            return wanted
        raise SchemaError(_NO_SUCH.fill(name=name, layer=wanted, layers=listed))
    if len(layers) > 1:
        raise SchemaError(_WHICH.fill(name=name, layers=listed))
    return layers[0] if layers else ""


def _sidecar(file: Path, ending: str) -> Path | None:
    """Find a part of a shapefile, whatever the case of its ending."""
    for place in (file.with_suffix(ending), file.with_suffix(ending.upper())):
        if place.exists():
            return place
    return None


def _claimed(cpg: str) -> str:
    """Name the encoding that a .cpg claims, of those that values are told apart by; or ""."""
    plain = cpg.lower().replace("-", "").replace("_", "")
    for encoding, marks in _CPG_MARKS.items():
        if any(mark in plain for mark in marks):
            return encoding
    return ""


def _say_encoding(found: str, cpg: str, *, declared: bool) -> list[Text]:
    if found == "ASCII" or declared:
        return [_MIXED.fill(encoding=found)] if "+" in found else []
    if "+" in found:
        return [_MIXED.fill(encoding=found)]
    if not cpg:
        return [_FOUND_ENCODING.fill(encoding=found)]
    claimed = _claimed(cpg)
    return [] if claimed in {found, ""} else [_WRONG_CPG.fill(said=cpg, encoding=found)]


def _cad_layers(table: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(table[_CAD_LAYER].dropna().astype(str)))
