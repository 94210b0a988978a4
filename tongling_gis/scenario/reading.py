"""Scenarios as people and programs write them: TOML or JSON, checked change by change.

A file has the keys ``name``, ``crs``, ``at`` (all optional) and ``changes``, a list of tables
each with its ``kind``. A point is ``at = [lon, lat]``, a line ``line = [[lon, lat], ...]``;
``geometry`` takes a GeoJSON geometry instead. A GeoJSON FeatureCollection will do too: its
features are the changes, their properties the keys.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from tongling_gis.errors import CrsError, SchemaError, UnreadableFileError
from tongling_gis.scenario.changes import KINDS, Change, Scenario
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

_OWN = ("name", "crs", "at", "changes")
_LON_LAT = 2


class _Where(NamedTuple):
    """Where in a file something is, for errors."""

    file: str
    number: int
    kind: str

    def error(self, what: Text) -> SchemaError:
        label = KINDS[self.kind].label if self.kind in KINDS else Text.same(self.kind)
        place = Text("（{label}）", " ({label})").fill(label=label) if self.kind else Text("", "")
        return SchemaError(
            Text(
                f"{self.file}：第 {self.number + 1} 项变更{place.zh}{what.zh}。",
                f"{self.file}: change {self.number + 1}{place.en} {what.en}.",
            )
        )


def parse_scenario(text: str | bytes, *, file: str) -> Scenario:
    """Read the text of a scenario file, JSON where its name ends so and TOML otherwise.

    Args:
        text: The file's text, or its bytes in UTF-8.
        file: Its name, for errors.

    Raises:
        UnreadableFileError: If it is neither, or not in UTF-8.
        SchemaError: If a change is of no known kind, or a key is unknown, missing or wrong.
        CrsError: If the coordinate system is not known.
    """
    import json
    import tomllib

    is_json = file.lower().endswith("json")
    try:
        words = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        document = json.loads(words) if is_json else tomllib.loads(words)
    except ValueError as error:
        what = "JSON" if is_json else "TOML"
        raise UnreadableFileError(
            Text(f"{file} 不是正确的 {what}：{error}。", f"{file} is not correct {what}: {error}.")
        ) from error
    return read_scenario(document, file=file)


def read_scenario(document: Mapping[str, Any], *, file: str = "scenario") -> Scenario:
    """Read a scenario from a document's values.

    Args:
        document: The keys and values of a file.
        file: Its name, for errors.

    Raises:
        SchemaError: If a change is of no known kind, or a key is unknown, missing or wrong.
        CrsError: If the coordinate system is not known.

    >>> read_scenario({"changes": [{"kind": "remove_centre", "centre_id": "C7"}]}).changes
    (RemoveCentre(centre_id='C7'),)
    """
    own = _plain_document(document, file)
    for name in ("name", "crs", "at"):
        if not isinstance(own.get(name, ""), str):
            raise SchemaError(Text(f"{file}：{name} 须为文字。", f"{file}: {name} must be a text."))
    crs = own.get("crs") or "WGS84"
    _check_crs(crs, file)
    return Scenario(
        changes=tuple(
            _read_change(entry, number, file) for number, entry in enumerate(own["changes"])
        ),
        name=own.get("name", ""),
        at=own.get("at", ""),
        crs=crs,
    )


def _plain_document(document: object, file: str) -> dict[str, Any]:
    """Give a document's own keys, with a FeatureCollection's features as its changes."""
    own = dict(document) if isinstance(document, dict) else {}
    if own.get("type") == "FeatureCollection":
        features = own.pop("features", None)
        del own["type"]
        own["changes"] = (
            [_feature(one) for one in features] if isinstance(features, list) else features
        )
    unknown = sorted(set(own) - set(_OWN))
    if unknown or not isinstance(own.get("changes"), list):
        what = unknown[0] if unknown else "changes"
        zh = "不认识" if unknown else "缺少或不是列表："
        en = "is not known" if unknown else "is missing or no list"
        raise SchemaError(
            Text(
                f"{file}：{zh}“{what}”；情景文件有 {'、'.join(_OWN)} 这几项。",
                f"{file}: {what!r} {en}; a scenario has {', '.join(_OWN)}.",
            )
        )
    return own


def _feature(feature: object) -> object:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return feature
    shape = feature.get("geometry")
    return {**feature["properties"], **({"geometry": shape} if shape else {})}


def _check_crs(crs: str, file: str) -> None:
    from tongling_gis.crs import read_crs

    try:
        read_crs(crs)
    except CrsError as error:
        raise CrsError(
            Text("{file}：{why}", "{file}: {why}").fill(file=file, why=error.text)
        ) from error


def _read_change(entry: object, number: int, file: str) -> Change:
    table = dict(entry) if isinstance(entry, dict) else {}
    kind = table.pop("kind", "")
    where = _Where(file, number, kind if isinstance(kind, str) else "")
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise where.error(
            Text(f"的 kind 须为以下之一：{known}", f"has no known kind: give one of {known}")
        )
    cls = KINDS[kind]
    columns = {one.name: one for one in fields(cls)}
    values = _take_shape(table, columns, where)
    for key, value in table.items():
        if key not in columns:
            known = ", ".join(columns)
            raise where.error(
                Text(f"不认识“{key}”，可用的有：{known}", f"knows no {key!r}, but {known}")
            )
        values[key] = _checked(key, value, str(columns[key].type), where)
    for name, one in columns.items():
        if one.default is MISSING and values.get(name, "") == "":
            raise where.error(Text(f"缺少 {name}", f"lacks {name}"))
    _require_target(values, columns, where)
    return cls(**values)


def _take_shape(table: dict[str, Any], columns: Mapping[str, Any], where: _Where) -> dict[str, Any]:
    """Take the place of a change off its table: ``at``, ``line`` or ``geometry``."""
    name = next((one for one in ("at", "line") if one in columns), "")
    given = [key for key in (name, "geometry") if key and key in table]
    if not given:
        return {}
    if len(given) > 1:
        raise where.error(
            Text(f"同时有 {name} 和 geometry", f"has both {name} and geometry: keep one")
        )
    raw = table.pop(given[0])
    shape = _read_geojson(raw, where) if given[0] == "geometry" else _read_xy(raw, name, where)
    kinds = ("Point",) if name == "at" else ("LineString", "Polygon")
    if shape.geom_type not in kinds or shape.is_empty:
        said = " / ".join(kinds)
        raise where.error(
            Text(f"的位置须为 {said}", f"must lie at a {said}, not a {shape.geom_type}")
        )
    return {name: shape}


def _read_xy(raw: object, name: str, where: _Where) -> BaseGeometry:
    import numpy as np
    import shapely

    try:
        xy = np.asarray(raw, dtype=float)
    except (TypeError, ValueError):
        xy = np.empty(0)
    if name == "at" and xy.shape == (_LON_LAT,) and np.isfinite(xy).all():
        return shapely.Point(xy)
    is_line = xy.ndim == _LON_LAT and len(xy) >= _LON_LAT and xy.shape[1] == _LON_LAT
    if name == "line" and is_line and np.isfinite(xy).all() and np.ptp(xy, axis=0).any():
        return shapely.LineString(xy)
    if name == "at":
        raise where.error(Text("的 at 须为 [经度, 纬度]", "needs at = [lon, lat]"))
    raise where.error(
        Text(
            "的 line 须为 [[经度, 纬度], ...]，至少两个不同的点",
            "needs line = [[lon, lat], ...] of two different points or more",
        )
    )


def _read_geojson(raw: object, where: _Where) -> BaseGeometry:
    import shapely
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    try:
        plain = shapely.force_2d(shape(raw if isinstance(raw, dict) else {}))
        if not shapely.is_empty(plain) and _is_finite(plain):
            return plain
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, ShapelyError):
        pass
    raise where.error(
        Text("的 geometry 不是可用的 GeoJSON 图形", "has a geometry that is no GeoJSON")
    )


def _is_finite(shape: BaseGeometry) -> bool:
    import numpy as np
    import shapely

    return bool(np.isfinite(shapely.get_coordinates(shape)).all())


def _checked(key: str, value: object, kind: str, where: _Where) -> object:
    """Check one value against its field's type; ids may be written as numbers or as text."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind.startswith("str"):
        if isinstance(value, str):
            return value.strip()
        if key.endswith("_id") and isinstance(value, int) and is_number:
            return str(value)
        raise where.error(Text(f"的 {key} 须为文字", f"has a {key} that is no text"))
    if kind.startswith("int"):
        if isinstance(value, int) and is_number:
            return value
        if key.endswith("_id") and isinstance(value, str) and value.strip().isdecimal():
            return int(value)
    if kind.startswith("float") and is_number and 0 < float(str(value)) < float("inf"):
        return float(str(value))
    raise where.error(Text(f"的 {key} 须为数（大于 0）", f"has a {key} that is no number above 0"))


def _require_target(values: Mapping[str, Any], columns: Mapping[str, Any], where: _Where) -> None:
    """Check that a street is named one way, and that a gate is named or placed."""
    if "street_id" in columns:
        given = [name for name in ("street_id", "osm_way_id") if values.get(name)]
        if len(given) != 1:
            raise where.error(
                Text(
                    "须写 street_id 或 osm_way_id 之一",
                    "needs street_id or osm_way_id, one of both",
                )
            )
    if "centre_id" in columns and "gate_id" in columns:
        given = [name for name in ("centre_id", "gate_id") if values.get(name)]
        if len(given) != 1 or not values.get("opening_hours"):
            raise where.error(
                Text(
                    "须写 opening_hours，以及 centre_id 或 gate_id 之一",
                    "needs opening_hours, and centre_id or gate_id, one of both",
                )
            )
    elif "gate_id" in columns and not values.get("gate_id") and values.get("at") is None:
        raise where.error(Text("须写 gate_id 或 at", "needs gate_id or at"))
