"""Coordinates looked at before they are believed: system, zone, axes, zeros, strays, shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tongling_gis.crs import WGS84
from tongling_gis.errors import CrsError
from tongling_gis.importers.checks import list_shown
from tongling_gis.importers.doctor_datum import examine_datum
from tongling_gis.importers.opened import (
    centres_of,
    exchange,
    is_north_first,
    judge_places,
    list_far,
)
from tongling_gis.importers.places import (
    Datum,
    bring_to_wgs84,
    choose_datum,
    find_readings,
    hint_for,
    is_possible,
    middle,
)
from tongling_gis.importers.shapes import fit_shapes
from tongling_gis.importers.symptoms import Symptom
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.importers.opened import Opened
    from tongling_gis.importers.places import Reading
    from tongling_gis.schema import Table

_NEAR_KM: Final = 20.0
_DEGREE_KM: Final = 111.3
_SEARCH_DEG: Final = 0.25

_DECLARE = Text(
    "请向数据提供者核实坐标系，导入时用 --crs 声明。{hint}",
    "Ask for the coordinate system, and declare it with --crs on import. {hint}",
)
_UNDECLARED = Text(
    "没有说明坐标系（坐标如 {x:.10g}，{y:.10g}）",
    "The coordinate system is not said (coordinates such as {x:.10g}, {y:.10g})",
)
_IMPOSSIBLE = Text(
    "坐标（如 {x:.10g}，{y:.10g}）不可能是 {crs}",
    "Coordinates such as {x:.10g}, {y:.10g} cannot be {crs}",
)
_ZONE = Text(
    "东坐标 {x:.10g} 带有带号 {zone}，与 {crs} 不符",
    "The eastings, such as {x:.10g}, carry the zone prefix {zone}, which {crs} has not",
)
_USE = Text("导入时用 --crs {crs} 声明", "Declare --crs {crs} on import")
_EXCHANGED = Text(
    "x 与 y 对调：第一个坐标（如 {x:.10g}）是北坐标或纬度",
    "The axes are exchanged: the first coordinate, such as {x:.10g}, is the northing or latitude",
)
_WILL_EXCHANGE = Text(
    "导入时会对调读取，并在报告中说明", "The import reads them exchanged, and says so in its report"
)
_EXCHANGE = Text(
    "请改正列名，或在 QGIS 中用“交换 X 和 Y 坐标”处理后再导入",
    "Put the headings right, or use 'Swap X and Y coordinates' in QGIS before the import",
)
_WRONG_ZONE = Text(
    "按 {crs} 读，位置距项目的街道 {km:.0f} 千米；按{reading}，就在街道范围内",
    "Read as {crs}, the places lie {km:.0f} km from the project's streets; among them, read as"
    " {reading}",
)
_AWAY = Text(
    "位置距项目的街道 {km:.0f} 千米", "The places lie {km:.0f} km from the project's streets"
)
_OTHER_CITY = Text(
    "请核实坐标系，或确认文件与项目是同一个城市",
    "Check the coordinate system, and that file and project are of the same city",
)
_BAD_PLACES = Text("{reason}（{rows}）", "{reason} ({rows})")
_REFUSE = Text(
    "导入时会拒绝这些行，请补正坐标", "The import refuses these rows: mend the coordinates"
)
_FAR = Text("远离其他行：{rows}", "Far from all the others: {rows}")
_LOOK = Text("请核对这些行的坐标", "Check the coordinates of these rows")
_WILL_MEND = Text("导入时会照此处理并逐行记录", "The import does so and notes each row")
_SAME_PLACE = Text("与另一行的图形完全相同：{rows}", "The same shape as another row: {rows}")
_MERGE = Text("若是重复记录请删去一行", "If they are one thing twice, delete one")
_NO_PLACE = Text("没有坐标列", "It has no columns of coordinates")
_ADD_PLACE = Text(
    "点图层请加“经度、纬度”两列并写明坐标系；面和线请用 Shapefile、GeoPackage 或 WKT 列",
    "For points add two columns such as 经度 and 纬度 and say their system; for lines and areas use"
    " a shapefile, GeoPackage or WKT column",
)


def examine_places(
    opened: Opened,
    table: Table | None,
    *,
    path: Path,
    crs: str | None,
    explicit: bool,
    streets: gpd.GeoDataFrame | None,
) -> list[Symptom]:
    """Look at a layer's or sheet's coordinates.

    Args:
        opened: The layer or sheet.
        table: What it is taken for; None where that is not known.
        path: Where the file lies.
        crs: What the user declares.
        explicit: Whether its headings say the system.
        streets: Streets that are right in place, where there are any.
    """
    if opened.shapes is None:
        wanted = table is not None and table.shape
        return [_symptom(opened, "no_coordinates", _NO_PLACE, _ADD_PLACE)] if wanted else []
    found, settled = _settle(opened, crs, streets)
    if settled is None:
        return found
    opened, datum = settled
    assert opened.shapes is not None
    found += _find_bad_places(opened, datum)
    found += _find_bad_shapes(opened, table)
    shapes = opened.shapes if datum.is_geographic else _in_degrees(opened, datum)
    declared = bool(crs) or explicit
    found += examine_datum(opened, datum, shapes, path=path, declared=declared, streets=streets)
    return found


def _settle(
    opened: Opened, crs: str | None, streets: gpd.GeoDataFrame | None
) -> tuple[list[Symptom], tuple[Opened, Datum] | None]:
    """Settle what the coordinates are in, with what is wrong about it."""
    assert opened.shapes is not None
    centres = centres_of(opened.shapes)
    x, y = middle(centres)
    if not np.isfinite([x, y]).all():
        return [], None
    near = None if streets is None else _middle_of(streets)
    readings = find_readings(x, y, near=near, within_deg=_SEARCH_DEG) if near else []
    readings = readings or find_readings(x, y)
    try:
        datum = choose_datum(opened.label, crs, where=opened.where, xy=centres)
    except CrsError:
        what = _UNDECLARED.fill(x=x, y=y)
        found = [_symptom(opened, "crs_undeclared", what, _declare(readings, centres), "error")]
        return found, _take_reading(opened, readings)
    found = [_symptom(opened, "crs_label", word, _use(datum), "note") for word in datum.warnings]
    if is_north_first(datum, centres):
        remedy = _WILL_EXCHANGE if opened.loose_axes else _EXCHANGE
        severity = "warning" if opened.loose_axes else "error"
        what = _EXCHANGED.fill(x=x)
        found.append(Symptom("swapped_axes", opened.part, what, remedy, severity))  # type: ignore[arg-type]
        return found, (replace(opened, shapes=exchange(opened.shapes)), datum)
    if not is_possible(datum, x, y):
        found.append(_say_impossible(opened, datum, readings, centres))
        return found, _take_reading(opened, readings)
    if near is not None:
        found += _compare_with_streets(opened, datum, (x, y), near, readings)
    return found, (opened, datum)


def _take_reading(opened: Opened, readings: list[Reading]) -> tuple[Opened, Datum] | None:
    """Go on with the only way that makes sense of the coordinates."""
    from pyproj import CRS

    if len(readings) != 1 or opened.shapes is None:
        return None
    shapes = exchange(opened.shapes) if readings[0].swapped else opened.shapes
    return replace(opened, shapes=shapes), Datum(
        CRS.from_user_input(readings[0].crs), readings[0].crs
    )


def _declare(readings: list[Reading], centres: NDArray[np.float64]) -> Text:
    if len(readings) == 1 and readings[0].crs != WGS84:
        said = readings[0].say()
        hint = Text(f"很可能是 {said.zh}", f"It is probably {said.en}")
        return _DECLARE.fill(hint=hint)
    return _DECLARE.fill(hint=hint_for(centres))


def _use(datum: Datum) -> Text:
    return Text(f"按 {datum.name} 读取", f"It is read as {datum.name}")


def _say_impossible(
    opened: Opened, datum: Datum, readings: list[Reading], centres: NDArray[np.float64]
) -> Symptom:
    x, y = middle(centres)
    prefixed = [one for one in readings if one.crs != WGS84 and not one.swapped]
    zone = int(x // 1_000_000)
    if prefixed and zone:
        what = _ZONE.fill(x=x, zone=zone, crs=datum.name)
        return _symptom(opened, "zone_prefix", what, _USE.fill(crs=prefixed[0].crs), "error")
    what = _IMPOSSIBLE.fill(x=x, y=y, crs=datum.name)
    return _symptom(opened, "crs_impossible", what, _declare(readings, centres), "error")


def _compare_with_streets(
    opened: Opened,
    datum: Datum,
    xy: tuple[float, float],
    near: tuple[float, float],
    readings: list[Reading],
) -> list[Symptom]:
    """Look whether the places lie where the streets are, or would in another zone."""
    place = xy if datum.is_geographic else _project(datum, xy)
    away = np.hypot((place[0] - near[0]) * np.cos(np.radians(near[1])), place[1] - near[1])
    km = float(away) * _DEGREE_KM
    if km <= _NEAR_KM + _SEARCH_DEG * _DEGREE_KM:
        return []
    fitting = [
        one
        for one in readings
        if abs(one.lon - near[0]) <= _SEARCH_DEG and abs(one.lat - near[1]) <= _SEARCH_DEG
    ]
    if not fitting:
        return [_symptom(opened, "far_from_streets", _AWAY.fill(km=km), _OTHER_CITY)]
    what = _WRONG_ZONE.fill(crs=datum.name, km=km, reading=fitting[0].say())
    return [_symptom(opened, "wrong_zone", what, _USE.fill(crs=fitting[0].crs), "error")]


def _project(datum: Datum, xy: tuple[float, float]) -> tuple[float, float]:
    from tongling_gis.importers.places import project_back

    assert not isinstance(datum.crs, str)
    return project_back(datum.crs, *xy) or (np.nan, np.nan)


def _middle_of(streets: gpd.GeoDataFrame) -> tuple[float, float] | None:
    if not len(streets) or streets.crs is None:
        return None
    west, south, east, north = streets.to_crs(WGS84).total_bounds
    return float((west + east) / 2.0), float((south + north) / 2.0)


def _find_bad_places(opened: Opened, datum: Datum) -> list[Symptom]:
    assert opened.shapes is not None
    centres = centres_of(opened.shapes)
    found = _group(
        opened, {**(opened.faults or {}), **judge_places(datum, centres)}, "bad_coordinates"
    )
    far = list_far(datum, centres)
    if far:
        names = list_shown([opened.row_names[k] for k in far])
        found.append(
            Symptom(
                "outlying_coordinates",
                opened.part,
                _FAR.fill(rows=names),
                _LOOK,
                "warning",
                len(far),
            )
        )
    return found


def _group(opened: Opened, faults: dict[int, Text], kind: str) -> list[Symptom]:
    """Say faults of one kind together."""
    rows: dict[str, list[int]] = {}
    for k, reason in faults.items():
        rows.setdefault(_kind_of(reason), []).append(k)
    return [
        Symptom(
            kind,
            opened.part,
            _BAD_PLACES.fill(
                reason=faults[every[0]], rows=list_shown([opened.row_names[k] for k in every])
            ),
            _REFUSE,
            "warning",
            len(every),
        )
        for every in rows.values()
    ]


def _kind_of(reason: Text) -> str:
    """Tell reasons apart by their words, not their numbers."""
    return "".join(letter for letter in reason.en if letter.isalpha() or letter == " ")


def _find_bad_shapes(opened: Opened, table: Table | None) -> list[Symptom]:
    import shapely

    assert opened.shapes is not None
    found = []
    if table is not None and table.shape:
        fitted = fit_shapes(opened.shapes, table.shape)
        known = opened.faults or {}
        refused = {k: reason for k, reason in fitted.refused if k not in known}
        found += _group(opened, refused, "shapes_refused")
        mended = dict(fitted.repaired)
        found += [
            replace(one, remedy=_WILL_MEND, severity="note")
            for one in _group(opened, mended, "shapes_mended")
        ]
    kept = np.flatnonzero(~(shapely.is_missing(opened.shapes) | shapely.is_empty(opened.shapes)))
    first: dict[bytes, int] = {}
    again = []
    for k, raw in zip(kept.tolist(), shapely.to_wkb(opened.shapes[kept]), strict=True):
        if first.setdefault(raw, k) != k:
            again.append(k)
    if again:
        names = list_shown([opened.row_names[k] for k in again])
        what = _SAME_PLACE.fill(rows=names)
        found.append(Symptom("duplicate_shapes", opened.part, what, _MERGE, "warning", len(again)))
    return found


def _in_degrees(opened: Opened, datum: Datum) -> NDArray[np.object_]:
    import geopandas as gpd

    layer = gpd.GeoDataFrame(geometry=gpd.GeoSeries(opened.shapes))
    moved = bring_to_wgs84(layer, datum, where=opened.where)
    return np.asarray(moved.geometry.to_numpy(), dtype=object)


def _symptom(
    opened: Opened, kind: str, what: Text, remedy: Text, severity: str = "warning"
) -> Symptom:
    count = len(opened.rows)
    return Symptom(kind, opened.part, what, remedy, severity, count)  # type: ignore[arg-type]
