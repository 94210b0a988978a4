"""Cases from what people bring: the map page's boundary file, areas of CAD and GIS files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import shapely

from tongling_gis.enclosure.drawing import check_area
from tongling_gis.enclosure.model import (
    GATE_CLOSURES,
    GATE_CONTROLS,
    GATE_KINDS,
    Case,
    Gate,
    GateKind,
)
from tongling_gis.enclosure.snapping import GATE_REACH_M, TOLERANCE_M, place_gates, snap_area
from tongling_gis.errors import CrsError, InputError, SchemaError
from tongling_gis.hours import read_hours
from tongling_gis.schema.layers import DRAFT_ORIGINS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.enclosure.surroundings import Surroundings

NO_GATES = Text(
    "边界上没有任何出入口：按此围合，里面的人无路可出；请补上出入口",
    "there is no gate at all: enclosed so, nobody inside has a way out; add the gates",
)
_WIDEST_M = 50.0
_FARTHEST_M = 1000.0
_AREAS = ("Polygon", "MultiPolygon")
_LINES = ("LineString", "LinearRing", "MultiLineString")


class Reading(NamedTuple):
    """A case, and what was done to what was given.

    Attributes:
        case: The case.
        notes: What was mended and moved, and what was left out.
    """

    case: Case
    notes: tuple[Text, ...]


class Facts(NamedTuple):
    """What is known of a case beside its shapes; "" where nothing is said.

    What is said here goes before what the file says.

    Attributes:
        case_id: Its number.
        name: Its name.
        compound_id: The compound it is of.
        origin: Where the line came from: a key of ``DRAFT_ORIGINS``.
        author: Who drew it.
        date: When (ISO).
        note: What they say of it.
    """

    case_id: str = ""
    name: str = ""
    compound_id: str = ""
    origin: str = ""
    author: str = ""
    date: str = ""
    note: str = ""


def read_case(
    surroundings: Surroundings,
    layer: gpd.GeoDataFrame,
    *,
    gates: gpd.GeoDataFrame | None = None,
    area: str = "",
    facts: Facts = Facts(),  # noqa: B008 - frozen
    tolerance_m: float = TOLERANCE_M,
    gate_limit_m: float = GATE_REACH_M,
) -> Reading:
    """Read a case from the rows of a file, whatever format it had.

    Args:
        surroundings: The city, onto whose lines the boundary is snapped.
        layer: Rows of a boundary file (see docs/boundary-file.md: ``role`` says which row is
            the boundary and which are gates), or any areas or closed lines, and points as gates.
        gates: More gates: points with ``gate_id``, ``kind``, ``width_m``, ``height_m``,
            ``opening_hours``, ``control``, ``closure`` ...; all but the place may be missing.
        area: Which area, where there are several: its ``draft_id``, ``compound_id`` or
            ``name``; "*" for all of them as parts of one case.
        facts: What the case is called and who drew it.
        tolerance_m: Farthest that the line is moved to walls, plot lines and edges of streets;
            0 switches it off.
        gate_limit_m: Farthest that a gate may lie from the line.

    Raises:
        CrsError: If a layer has no CRS.
        SchemaError: If a gate's kind, width or height cannot be used.
        GeometryError: If the area crosses itself, is empty or none.
        InputError: If there is no area, or several and it is not said which; or a gate is too
            far from the boundary.
    """
    crs = surroundings.crs
    rows = _in_crs(layer, crs)
    areas, points = _split(rows)
    chosen = _choose(areas, area)
    found = _facts(chosen.iloc[0], facts)
    named = Text(f"边界“{found.name}”", f"The boundary {found.name!r}")
    whole = shapely.GeometryCollection(list(shapely.get_parts(chosen.geometry.to_numpy())))
    drawn = check_area(whole, crs, named=named)
    _check_near(surroundings, drawn.area, named)
    snapped = snap_area(surroundings, drawn.area, tolerance_m=tolerance_m)
    asked = [read_gates(points), read_gates(_in_crs(gates, crs)) if gates is not None else []]
    placed, moved = place_gates(
        surroundings, snapped.area, number_gates([*asked[0], *asked[1]]), limit_m=gate_limit_m
    )
    case = Case(boundary=snapped.area, crs=crs, gates=placed, **found._asdict())
    notes = (*drawn.notes, *snapped.notes, *moved, *_unread_hours(placed))
    return Reading(case, notes if placed else (*notes, NO_GATES))


def _check_near(surroundings: Surroundings, area: BaseGeometry, named: Text) -> None:
    """Refuse a boundary nowhere near the streets: it would pass rules that see nothing there."""
    away_m = surroundings.street_tree.query_nearest(area, return_distance=True)[1]
    if len(away_m) and away_m.min() > _FARTHEST_M:
        away_km = away_m.min() / 1000
        raise InputError(
            Text(
                f"{named.zh}离项目里最近的街道 {away_km:.1f} 公里："
                "请核对坐标系，或是否选对了项目。",
                f"{named.en} lies {away_km:.1f} km from the nearest street of the project: check "
                "the coordinates, and that it is the right project.",
            )
        )


def _in_crs(layer: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    if layer.crs is None:
        raise CrsError(
            Text(
                "边界文件没有坐标系：请用 --crs 声明。",
                "The boundary's file has no CRS: declare it with --crs.",
            )
        )
    return layer.to_crs(crs).reset_index(drop=True)


def _split(rows: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give the rows that are areas, and those that are gates."""
    kinds = rows.geometry.geom_type
    is_area, is_gate = kinds.isin(_AREAS), kinds == "Point"
    if "role" in rows:
        is_area = (is_area | kinds.isin(_LINES)) & (rows["role"] == "boundary")
        is_gate &= rows["role"] == "gate"
    elif not is_area.any():
        is_area = kinds.isin(_LINES)
    if not is_area.any():
        raise InputError(
            Text(
                "文件里没有可作边界的面或闭合线：请画一个面。",
                "There is no area or closed line in the file: draw one.",
            )
        )
    return rows[is_area], rows[is_gate]


def _choose(areas: gpd.GeoDataFrame, asked: str) -> gpd.GeoDataFrame:
    """Choose the area that is asked for."""
    if asked == "*" or (len(areas) == 1 and not asked):
        return areas
    columns = [name for name in ("draft_id", "compound_id", "name") if name in areas]
    if asked:
        for name in columns:
            hit = areas[name].astype("str") == asked
            if hit.fillna(value=False).any():
                return areas[hit.fillna(value=False)]
    known = [_say(areas.iloc[row], *columns) or f"#{row + 1}" for row in range(len(areas))]
    listed = "、".join(known[:8])
    raise InputError(
        Text(
            f"文件里有 {len(areas)} 个面（{listed}），请说明用哪一个；全部作为一个方案写 *。",
            f"There are {len(areas)} areas in the file ({', '.join(known[:8])}): "
            "say which, or * for all of them as one case.",
        )
    )


def _say(row: pd.Series[Any], *columns: str) -> str:
    """Give the first of some cells that says anything."""
    cells = [row.get(name) for name in columns]
    texts = [str(one).strip() for one in cells if one is not None and not pd.isna(one)]
    return next((text for text in texts if text), "")


def _facts(row: pd.Series[Any], facts: Facts) -> Facts:
    """Fill up what is said of a case with what the file says."""
    origin = facts.origin or _say(row, "origin")
    own = {
        "case_id": facts.case_id or _say(row, "draft_id", "compound_id") or "case",
        "name": facts.name or _say(row, "name", "title", "draft_id", "compound_id") or "围合方案",
        "origin": origin if origin in DRAFT_ORIGINS else "uploaded",
    }
    rest = ("compound_id", "author", "date", "note")
    return Facts(**own, **{name: getattr(facts, name) or _say(row, name) for name in rest})


def read_gates(layer: gpd.GeoDataFrame) -> list[Gate]:
    """Read gates as people write them down; what is not said of one is unknown.

    A gate whose ``kind`` is not said is taken for one for people on foot, the least it can be.

    Raises:
        SchemaError: If a kind is not known, or a width or height is no number of metres.
    """
    return [_read_gate(layer.iloc[row], row) for row in range(len(layer))]


def _read_gate(row: pd.Series[Any], number: int) -> Gate:
    gate_id = _say(row, "gate_id") or f"{number + 1}"
    kind = _one_of(row, "kind", GATE_KINDS, gate_id) or "pedestrian"
    is_new = row.get("is_new")
    marked = row.get("marked")
    return Gate(
        gate_id,
        shapely.Point(row["geometry"].x, row["geometry"].y),
        GateKind(kind),
        name=_say(row, "name"),
        width_m=_metres(row, "width_m", gate_id),
        height_m=_metres(row, "height_m", gate_id),
        error_m=_metres(row, "error_m", gate_id, least=0.0) or 0.0,
        opening_hours=_say(row, "opening_hours"),
        control=_one_of(row, "control", GATE_CONTROLS, gate_id),
        closure=_one_of(row, "closure", GATE_CLOSURES, gate_id),
        marked=None if marked is None or pd.isna(marked) else bool(marked),
        wheelchair_lane_m=_metres(row, "wheelchair_lane_m", gate_id),
        slope=_metres(row, "slope", gate_id, least=0.0),
        is_new=True if is_new is None or pd.isna(is_new) else bool(is_new),
    )


def _one_of(row: pd.Series[Any], name: str, known: Mapping[str, Text], gate_id: str) -> str:
    """Give a cell that must be one of some words, which may be written in Chinese; "" unsaid."""
    said = _say(row, name)
    for key, label in known.items():
        if said in {key, label.zh, label.en}:
            return key
    if not said:
        return ""
    words = "、".join(known)
    raise SchemaError(
        Text(
            f"出入口“{gate_id}”的 {name} 为“{said}”：须为 {words} 之一，或留空。",
            f"Gate {gate_id!r} has the {name} {said!r}: give one of {', '.join(known)}, or none.",
        )
    )


def _metres(row: pd.Series[Any], name: str, gate_id: str, *, least: float = 0.1) -> float | None:
    said = _say(row, name)
    if not said:
        return None
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if least <= value <= _WIDEST_M or (value == math.inf and name == "height_m"):
        return value
    raise SchemaError(
        Text(
            f"出入口“{gate_id}”的 {name} 为“{said}”：须为 {least:g} 到 {_WIDEST_M:g} 之间的数，"
            "不知道就留空。",
            f"Gate {gate_id!r} has the {name} {said!r}: give a number from {least:g} to "
            f"{_WIDEST_M:g}, or nothing where it is not known.",
        )
    )


def number_gates(gates: Sequence[Gate]) -> list[Gate]:
    """Give gates that have the same number others.

    Numbers stay where each is there once.
    """
    from dataclasses import replace

    taken: set[str] = set()
    numbered = []
    for gate in gates:
        own, more = gate.gate_id, 2
        while own in taken:
            own, more = f"{gate.gate_id}-{more}", more + 1
        taken.add(own)
        numbered.append(gate if own == gate.gate_id else replace(gate, gate_id=own))
    return numbered


def _unread_hours(gates: Sequence[Gate]) -> list[Text]:
    """Say which gates' hours cannot be read."""
    return [
        Text(
            f"出入口“{gate.name or gate.gate_id}”的开放时间“{gate.opening_hours}”读不懂，"
            "按未知处理",
            f"the hours {gate.opening_hours!r} of gate {gate.name or gate.gate_id!r} cannot be "
            "read and count as unknown",
        )
        for gate in gates
        if gate.opening_hours and not read_hours(gate.opening_hours).known
    ]


__all__ = ["Facts", "Reading", "number_gates", "read_case", "read_gates"]
