"""What every reader of files and tables does once the file is open: place, fit, check, report."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tongling_gis.errors import SchemaError, UsageError
from tongling_gis.importers.checks import check_rows, list_shown
from tongling_gis.importers.filters import find_rows
from tongling_gis.importers.headings import match_headings, normalise
from tongling_gis.importers.ids import give_ids, tell_parts_apart
from tongling_gis.importers.places import (
    bring_to_wgs84,
    check_possible,
    choose_datum,
    is_possible,
    middle,
)
from tongling_gis.importers.report import LayerCount, RowNote
from tongling_gis.importers.shapes import fit_shapes
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from tongling_gis.crs import ShiftedDatum
    from tongling_gis.importers.checks import Checked
    from tongling_gis.importers.places import Datum
    from tongling_gis.importers.shapes import Fitted
    from tongling_gis.schema import Table

INVENTED_MARKS: Final = ("示例数据", "虚构", "invented sample", "sample data")
_FAR_DEG, _FAR_M = 3.0, 300_000.0

_NO_SHAPES = Text(
    "{where}没有坐标，不能作为图层“{layer}”：点图层需要“经度、纬度”或“东坐标、北坐标”两列，"
    "其他图层需要 WKT 列，或改用 Shapefile、GeoPackage。",
    "{where} has no coordinates and cannot be the layer {layer}: points need two columns such as"
    " 经度 and 纬度 (lon, lat), other layers a WKT column, or use a shapefile or GeoPackage.",
)
_IGNORED_SHAPES = Text(
    "“{layer}”是记录表，图形未导入", "{layer} is a record table: the shapes are left out"
)
_NO_HEIGHTS = Text("{count} 个图形的高程未导入", "The heights of {count} shapes are left out")
_FILTERED = Text(
    "按条件“{where}”筛选：{out} 行不符合，未导入",
    "By the filter {where!r}, {out} rows are left out",
)
_ZERO = Text("坐标为 0，0，是空值", "its coordinates are 0, 0, which stands for nothing")
_SWAPPED = Text(
    "坐标 {x:.6g}，{y:.6g} 的两个数对调了", "its coordinates {x:.6g}, {y:.6g} are exchanged"
)
_OFF_GLOBE = Text(
    "坐标 {x:.6g}，{y:.6g} 超出经纬度范围",
    "its coordinates {x:.6g}, {y:.6g} are beyond the range of degrees",
)
_NOWHERE = Text(
    "坐标换算不到经纬度，超出坐标系的范围",
    "its coordinates lead to no longitude and latitude: they are beyond their system's range",
)
_FAR = Text(
    "{count} 行远离其他行，请核对坐标：{rows}",
    "Rows far from the others ({count}), check their coordinates: {rows}",
)
_NORTH_FIRST = Text(
    "{where}的第一个坐标是北坐标或纬度（测量习惯 X 为北），已对调读取",
    "{where}: the first coordinate is the northing or latitude, as surveyors write it; the two"
    " are read exchanged",
)
_UNKNOWN_LAYER = Text(
    "没有名为“{layer}”的图层或记录表，可用：{names}。",
    "There is no layer or record table {layer!r}; there are: {names}.",
)


@dataclass(frozen=True, eq=False)
class Opened:
    """One layer of a file, or one sheet, as it stands there.

    Attributes:
        where: How messages name it.
        rows: Its cells, headings as written, without shapes.
        row_names: How a user finds each row.
        shapes: One shape a row, in the file's own coordinates; None where it holds none.
        faults: Position of a row without a shape -> why it has none.
        label: Coordinate system that the file says it is in.
        encoding: What its text was read in, "" where the format fixes it.
        strays: How many of its values are in another encoding than most.
        cut_short: Whether headings may be cut to ten bytes.
        loose_axes: Whether it leaves open which coordinate is north.
        invented: Whether it calls itself invented sample data.
        warnings: What concerns it as a whole.
        about_text: What is to be said of its encoding.
        repaired: (position, heading, what was done) of cells mended in reading.
        refused: (row name, reason) of lines that are no rows, such as totals.
        part: Its sheet or layer, "" where the file has one only.
    """

    where: Text
    rows: pd.DataFrame
    row_names: list[str]
    shapes: NDArray[np.object_] | None = None
    faults: Mapping[int, Text] | None = None
    label: CRS | ShiftedDatum | None = None
    encoding: str = ""
    strays: int = 0
    cut_short: bool = False
    loose_axes: bool = False
    invented: bool = False
    warnings: tuple[Text, ...] = ()
    about_text: tuple[Text, ...] = ()
    repaired: tuple[tuple[int, str, Text], ...] = ()
    refused: tuple[tuple[str, Text], ...] = ()
    part: str = ""

    def choose(self, positions: NDArray[np.intp]) -> Opened:
        """Keep some of the rows only."""
        new = {int(old): k for k, old in enumerate(positions)}
        return replace(
            self,
            rows=self.rows.iloc[positions].reset_index(drop=True),
            row_names=[self.row_names[k] for k in positions],
            shapes=None if self.shapes is None else self.shapes[positions],
            faults={new[k]: word for k, word in (self.faults or {}).items() if k in new},
            repaired=tuple((new[k], name, word) for k, name, word in self.repaired if k in new),
        )


@dataclass(frozen=True, eq=False)
class Taken:
    """One layer taken from a file: its rows in EPSG:4326 and how they fared."""

    rows: pd.DataFrame
    count: LayerCount
    notes: list[RowNote]
    warnings: list[Text]
    datum: str


def take_layer(
    opened: Opened, table: Table, *, crs: str | None = None, where: str | None = None
) -> Taken:
    """Take an open file as one layer or record table of the schema.

    Args:
        opened: The file or sheet.
        table: The schema's table.
        crs: What the user declares of its coordinates.
        where: A filter such as "schools>0".

    Raises:
        UsageError: If the filter cannot be read.
        CrsError: If its coordinate system is neither labelled nor declared, or cannot be.
        SchemaError: If it lacks required columns, or coordinates.
    """
    warnings = [*opened.about_text, *opened.warnings]
    if where:
        chosen = find_rows(opened.rows, where)
        warnings.append(_FILTERED.fill(where=where, out=len(opened.rows) - len(chosen)))
        opened = opened.choose(chosen)
    notes = [RowNote(table.name, row, "", reason, "refused") for row, reason in opened.refused]
    notes += [
        RowNote(table.name, opened.row_names[k], heading, reason, "repaired")
        for k, heading, reason in opened.repaired
    ]
    if table.shape:
        rows, origins, datum = _place(opened, table, crs, notes, warnings)
    else:
        if opened.shapes is not None:
            warnings.append(_IGNORED_SHAPES.fill(layer=table.label))
        rows, origins, datum = opened.rows, np.arange(len(opened.rows)), ""
    checked = _check(opened, table, rows, origins, warnings)
    notes += checked.notes
    count = _count(opened, notes, origins[checked.kept])
    return Taken(checked.rows, count, _settle(notes), [*warnings, *checked.warnings], datum)


def find_table(layer: str) -> Table:
    """Find a layer or record table by its name or label.

    Raises:
        UsageError: If there is none.
    """
    for table in TABLES.values():
        if normalise(layer) in {normalise(n) for n in (table.name, table.label.zh, table.label.en)}:
            return table
    names = list_shown([f"{t.name}（{t.label.zh}）" for t in TABLES.values()], shown=len(TABLES))
    raise UsageError(_UNKNOWN_LAYER.fill(layer=layer, names=names))


def calls_itself_invented(*texts: object) -> bool:
    """Tell whether any of the texts says that the data are invented."""
    said = " ".join(str(text) for text in texts if text is not None).casefold()
    return any(mark in said for mark in INVENTED_MARKS)


def _place(
    opened: Opened, table: Table, crs: str | None, notes: list[RowNote], warnings: list[Text]
) -> tuple[pd.DataFrame, NDArray[np.intp], str]:
    """Bring the shapes to EPSG:4326; rows without a usable one are refused."""
    if opened.shapes is None:
        raise SchemaError(_NO_SHAPES.fill(where=opened.where, layer=table.label))
    centres = centres_of(opened.shapes)
    datum = choose_datum(opened.label, crs, where=opened.where, xy=centres)
    warnings += datum.warnings
    shapes = opened.shapes
    if opened.loose_axes and is_north_first(datum, centres):
        shapes, centres = exchange(shapes), centres[:, ::-1]
        warnings.append(_NORTH_FIRST.fill(where=opened.where))
    check_possible(datum, centres, where=opened.where)
    wrong = judge_places(datum, centres)
    far = [opened.row_names[k] for k in list_far(datum, centres) if k not in wrong]
    if far:
        warnings.append(_FAR.fill(count=len(far), rows=list_shown(far)))
    shapes = shapes.copy()
    shapes[list(wrong)] = None
    fitted = fit_shapes(shapes, table.shape)
    faults = {**(opened.faults or {}), **wrong}
    for k, reason in fitted.refused:
        notes.append(RowNote(table.name, opened.row_names[k], "", faults.get(k, reason), "refused"))
    for k, reason in fitted.repaired:
        notes.append(RowNote(table.name, opened.row_names[k], "", reason, "repaired"))
    placed = _lay_out(opened, table, fitted, datum, warnings)
    found = np.isfinite(centres_of(placed["geometry"].to_numpy())).all(axis=1)
    kept, lost = np.flatnonzero(found), np.flatnonzero(~found)
    notes += [
        RowNote(table.name, opened.row_names[k], "", _NOWHERE, "refused") for k in fitted.rows[lost]
    ]
    return placed.iloc[kept].reset_index(drop=True), fitted.rows[kept], datum.name


def _lay_out(
    opened: Opened, table: Table, fitted: Fitted, datum: Datum, warnings: list[Text]
) -> pd.DataFrame:
    """Put rows beside their shapes in EPSG:4326, with a height where the layer has one."""
    import geopandas as gpd

    rows = opened.rows.iloc[fitted.rows].reset_index(drop=True)
    rows = rows.rename(columns={"geometry": "geometry (text)"})
    placed: gpd.GeoDataFrame = gpd.GeoDataFrame(
        rows, geometry=gpd.GeoSeries(fitted.shapes, index=rows.index), crs=None
    )
    high = np.isfinite(fitted.heights)
    if "elevation_m" in table.names:
        found = match_headings(table, [str(c) for c in rows.columns]).columns
        if "elevation_m" not in found and high.any():
            placed["elevation_m"] = fitted.heights
    elif high.any() and (fitted.heights[high] != 0.0).any():
        warnings.append(_NO_HEIGHTS.fill(count=int(high.sum())))
    moved: pd.DataFrame = bring_to_wgs84(placed, datum, where=opened.where)
    return moved


def _check(
    opened: Opened,
    table: Table,
    rows: pd.DataFrame,
    origins: NDArray[np.intp],
    warnings: list[Text],
) -> Checked:
    """Check rows against the schema, with ids made where the file has none."""
    headings = [str(heading) for heading in rows.columns if heading != "geometry"]
    matching = match_headings(table, headings, cut_short=opened.cut_short)
    if table.key not in matching.columns and table.shape:
        rows, word = give_ids(table, rows, headings)
        warnings.append(word)
        headings = [str(heading) for heading in rows.columns if heading != "geometry"]
        matching = match_headings(table, headings, cut_short=opened.cut_short)
    elif table.key in matching.columns:
        rows = tell_parts_apart(rows, matching.columns[table.key], origins)
    names = [opened.row_names[k] for k in origins]
    return check_rows(table, rows, row_names=names, matching=matching, where=opened.where)


def centres_of(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Find the middle of each shape's extent, (n, 2); NaN where there is none."""
    import shapely

    extents = shapely.bounds(shapes)
    return np.asarray((extents[:, :2] + extents[:, 2:]) / 2.0)


def is_north_first(datum: Datum, centres: NDArray[np.float64]) -> bool:
    """Tell whether coordinates make sense only with the two exchanged."""
    x, y = middle(centres)
    return not is_possible(datum, x, y) and is_possible(datum, y, x)


def exchange(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Exchange the first coordinate and the second."""
    import shapely

    exchanged: NDArray[np.object_] = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    return exchanged


def judge_places(datum: Datum, centres: NDArray[np.float64]) -> dict[int, Text]:
    """Find the positions of rows whose coordinates are zeros, exchanged or off the globe."""
    wrong = {}
    mid_x, mid_y = middle(centres)
    far = _FAR_DEG if datum.is_geographic else _FAR_M
    for k, (x, y) in enumerate(centres):
        if x == 0.0 and y == 0.0:
            wrong[k] = _ZERO
        elif np.hypot(x - mid_x, y - mid_y) > far >= np.hypot(y - mid_x, x - mid_y):
            wrong[k] = _SWAPPED.fill(x=x, y=y)
        elif datum.is_geographic and (abs(x) > 180.0 or abs(y) > 90.0):  # noqa: PLR2004 - degrees
            wrong[k] = _OFF_GLOBE.fill(x=x, y=y)
    return wrong


def list_far(datum: Datum, centres: NDArray[np.float64]) -> list[int]:
    """List the positions of rows that lie far from all the others."""
    far = _FAR_DEG if datum.is_geographic else _FAR_M
    away = np.hypot(*(centres - middle(centres)).T)
    return [int(k) for k in np.flatnonzero(np.isfinite(away) & (away > far))]


def _count(opened: Opened, notes: list[RowNote], kept: NDArray[np.intp]) -> LayerCount:
    """Count the file's own rows, each once however many parts it was split in."""
    names = {opened.row_names[k] for k in kept}
    repaired = {note.row for note in notes if note.action == "repaired"} & names
    read = len(opened.rows) + len(opened.refused)
    return LayerCount(read, len(names), len(repaired), read - len(names))


def _settle(notes: list[RowNote]) -> list[RowNote]:
    """Leave out what was mended in rows that were refused in the end; by row."""
    gone = {note.row for note in notes if note.action == "refused"}
    kept = [note for note in notes if note.action == "refused" or note.row not in gone]
    return sorted(kept, key=lambda note: _row_number(note.row))


def _row_number(row: str) -> tuple[int, str]:
    digits = re.search(r"\d+", row)
    return (int(digits[0]) if digits else 0, row)


def say_file(name: str, part: str = "") -> Text:
    """Name a file, and its sheet or layer, as messages do."""
    if not part:
        return Text(f"文件“{name}”", f"File {name!r}")
    return Text(f"文件“{name}”的“{part}”", f"File {name!r}, {part!r}")
