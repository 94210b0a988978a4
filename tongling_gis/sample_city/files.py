"""Writing the city as a user would bring it: OpenStreetMap, shapefile, Excel, CSV, GeoJSON."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from tongling_gis.crs import WGS84, wgs84_to_gcj02
from tongling_gis.sample_city.osm_file import NOTE, write_osm
from tongling_gis.schema import TABLES
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    import geopandas as gpd

    from tongling_gis.sample_city.city import SampleCity
    from tongling_gis.schema import Column

TITLE = "示例数据（虚构）"
_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - a zip file knows no zones
_DBF_BYTES = 10
_DECIMALS = 7
_NOTE_FIELD = "数据说明"


def _cell(value: Any, column: Column) -> Any:  # noqa: ANN401 - whatever a cell holds
    """Write a value as a user would: labels for codes, 是 and 否, nothing for missing."""
    if value is None or pd.isna(value):
        return None
    if column.choices:
        return column.choices[value].zh
    if column.kind == "boolean":
        return "是" if value else "否"
    if column.kind in ("integer", "number"):
        number = float(value)
        return int(number) if number == int(number) else number
    return str(value)


def _filled(rows: pd.DataFrame, name: str) -> list[Column]:
    """List the columns of a table that hold anything, but for the JSON of other tags."""
    return [
        one for one in TABLES[name].columns if one.name != "tags" and rows[one.name].notna().any()
    ]


def _body(rows: pd.DataFrame, columns: Iterable[Column]) -> list[list[Any]]:
    table = [[_cell(value, one) for value in rows[one.name]] for one in columns]
    return [list(row) for row in zip(*table, strict=True)]


def _degrees(layer: gpd.GeoDataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.round(shapely.get_coordinates(layer.to_crs(WGS84).geometry.to_numpy()), _DECIMALS)


def _write_workbook(
    path: Path, sheets: Mapping[str, tuple[list[str], list[list[Any]]]], *, title: str
) -> None:
    """Write sheets with a title line above the headings, the same bytes each time."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill

    book = Workbook()
    book.properties.title = book.properties.description = title
    book.properties.creator = "tongling_gis"
    book.properties.created = _DAY
    book.remove(book.active)  # type: ignore[arg-type]
    for name, (headings, body) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append([title])
        sheet.append(headings)
        for row in body:
            sheet.append(row)
        sheet["A1"].font = Font(bold=True, color="C00000")
        for cell in sheet[2]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="DDEBF7")
        sheet.freeze_panes = "A3"
        for at, heading in enumerate(headings, start=1):
            sheet.column_dimensions[sheet.cell(2, at).column_letter].width = 6 + 2 * len(heading)
    stream = BytesIO()
    book.save(stream)
    path.write_bytes(_undated(stream.getvalue()))


def _undated(book: bytes) -> bytes:
    """Take the moment of writing out of a workbook."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(book)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                stamp = _DAY.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name, _DAY.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return stream.getvalue()


def _write_centres(city: SampleCity, path: Path) -> None:
    rows = city.layers["centres"]
    columns = _filled(rows, "centres")
    headings = [*(one.label.zh for one in columns), "经度(WGS84)", "纬度(WGS84)"]
    body = [
        row + place.tolist()
        for row, place in zip(_body(rows, columns), _degrees(rows), strict=True)
    ]
    _write_workbook(path, {TABLES["centres"].label.zh: (headings, body)}, title=TITLE)


def _write_records(city: SampleCity, path: Path) -> None:
    sheets = {}
    for name, rows in city.records.items():
        columns = _filled(rows, name)
        sheets[TABLES[name].label.zh] = ([one.label.zh for one in columns], _body(rows, columns))
    _write_workbook(path, sheets, title=TITLE)


def _write_hydrants(city: SampleCity, path: Path) -> None:
    """Write hydrants as CSV in GCJ-02, as they come from a survey on a Chinese map."""
    rows = city.layers["hydrants"]
    columns = _filled(rows, "hydrants")
    lon, lat = wgs84_to_gcj02(*_degrees(rows).T)
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        [*(one.label.zh for one in columns), "经度(GCJ-02)", "纬度(GCJ-02)", _NOTE_FIELD]
    )
    for row, x, y in zip(_body(rows, columns), lon, lat, strict=True):
        writer.writerow([*row, f"{x:.7f}", f"{y:.7f}", TITLE])
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def _field(column: Column) -> str:
    """Find a heading for a column that a shapefile's ten bytes hold."""
    for heading in (column.label.zh, *column.aliases):
        if len(heading.encode("gbk")) <= _DBF_BYTES:
            return heading
    raise ValueError(column.name)


def _write_compounds(city: SampleCity, path: Path) -> None:
    """Write compounds as a GBK shapefile with no ``.cpg``, as offices hand them on."""
    import geopandas as gpd

    rows = city.layers["compounds"]
    columns = _filled(rows, "compounds")
    fields = {_field(one): [_cell(value, one) for value in rows[one.name]] for one in columns}
    fields[_NOTE_FIELD] = [TITLE] * len(rows)
    table = gpd.GeoDataFrame(fields, geometry=rows.geometry.to_numpy(), crs=rows.crs)
    for old in path.parent.glob(f"{path.stem}.*"):
        if old.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            old.unlink()
    table.to_file(
        path,
        engine="pyogrio",
        driver="ESRI Shapefile",
        encoding="GBK",
        layer_options={"RESIZE": "YES", "DBF_DATE_LAST_UPDATE": f"{_DAY:%Y-%m-%d}"},
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)


def _write_study_area(city: SampleCity, path: Path) -> None:
    row = city.layers["study_area"].to_crs(WGS84).iloc[0]
    ring = np.round(shapely.get_coordinates(row.geometry.exterior), _DECIMALS).tolist()
    feature = {
        "type": "Feature",
        "properties": {"范围编号": row["area_id"], "名称": row["name"], _NOTE_FIELD: TITLE},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    collection = {"type": "FeatureCollection", "name": TITLE, "note": NOTE, "features": [feature]}
    path.write_text(json.dumps(collection, ensure_ascii=False) + "\n", encoding="utf-8")


_WRITERS = {
    "study_area.geojson": _write_study_area,
    "streets.osm.pbf": write_osm,
    "compounds.shp": _write_compounds,
    "centres.xlsx": _write_centres,
    "records.xlsx": _write_records,
    "hydrants.csv": _write_hydrants,
}
"""File name -> what writes it."""


def write_city(
    city: SampleCity, folder: str | PathLike[str], *, progress: Progress = silent
) -> list[Path]:
    """Write the city as a user would bring it, every file labelled as invented.

    Args:
        city: What to write.
        folder: Where to; made if it is not there.
        progress: Told which file is being written.

    Returns:
        The files written, a shapefile's parts among them.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for turn, (name, write) in enumerate(_WRITERS.items()):
        progress(Text(f"写出 {name}", f"Writing {name}"), turn / len(_WRITERS))
        write(city, target / name)
        parts = (".shp", ".shx", ".dbf", ".prj") if name.endswith(".shp") else ("",)
        written += [(target / name).with_suffix(end) if end else target / name for end in parts]
    progress(Text("完成", "Done"), 1.0)
    return written
