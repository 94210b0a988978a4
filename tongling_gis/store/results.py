"""Results kept with all that is needed to read them again: parameters, provenance, stamp."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tongling_gis.assessment import Assessment, Finding, Indicator, Mend, Provenance, Verdict
from tongling_gis.store.result_styles import head_column
from tongling_gis.store.styles import result_label
from tongling_gis.text import Text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

TABLE = "assessments"
CREATE = f"""
CREATE TABLE {TABLE} (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  subject TEXT NOT NULL, created TEXT NOT NULL, parameters TEXT NOT NULL,
  indicators TEXT NOT NULL, findings TEXT NOT NULL, provenance TEXT NOT NULL,
  stamp_zh TEXT NOT NULL, stamp_en TEXT NOT NULL, notes TEXT NOT NULL, layers TEXT NOT NULL);
"""
LABELS = {
    "name": "结果名称",
    "kind": "类型",
    "subject": "对象",
    "created": "生成时间",
    "parameters": "参数(JSON)",
    "indicators": "指标(JSON)",
    "findings": "规则结论(JSON)",
    "provenance": "数据出处(JSON)",
    "stamp_zh": "说明",
    "stamp_en": "说明(英文)",
    "notes": "注意事项(JSON)",
    "layers": "图层(JSON)",
}
_COLUMNS = tuple(LABELS)
_PREFIX = "result_"


@dataclass(frozen=True, slots=True)
class SavedResult:
    """One saved result, without its numbers."""

    name: str
    kind: str
    subject: str
    created: str
    stamp: Text


@dataclass(frozen=True, slots=True)
class ResultLayer:
    """One layer of a saved result."""

    result: str
    layer: str

    @property
    def table(self) -> str:
        """The table that holds it."""
        return f"{_PREFIX}{self.result}_{self.layer}"

    @property
    def label(self) -> str:
        """How QGIS lists it."""
        return result_label(self.result, self.layer)

    def heading(self, column: str) -> str:
        """Give a column's heading."""
        return head_column(self.layer, column)


def is_result_table(table: str) -> bool:
    """Tell a result's layer from the project's own tables."""
    return table.startswith(_PREFIX)


def list_results(connection: sqlite3.Connection) -> list[SavedResult]:
    """List what was saved, oldest first."""
    found = connection.execute(
        f"SELECT name, kind, subject, created, stamp_zh, stamp_en FROM {TABLE} ORDER BY id"
    )
    return [
        SavedResult(name, kind, subject, created, Text(zh, en))
        for name, kind, subject, created, zh, en in found
    ]


def list_layers(connection: sqlite3.Connection) -> list[tuple[SavedResult, list[ResultLayer]]]:
    """List every result with its layers, oldest first."""
    layers = dict(connection.execute(f"SELECT name, layers FROM {TABLE}"))
    return [
        (saved, [ResultLayer(saved.name, layer) for layer in json.loads(layers[saved.name])])
        for saved in list_results(connection)
    ]


def next_name(connection: sqlite3.Connection, kind: str) -> str:
    """Number a new result of a kind: "coverage-01", "coverage-02", ..."""
    same = [one.name for one in list_results(connection) if one.kind == kind]
    return f"{kind}-{max((int(name.rpartition('-')[2]) for name in same), default=0) + 1:02d}"


def insert(connection: sqlite3.Connection, name: str, created: str, result: Assessment) -> None:
    """Write everything of a result but its layers' rows."""
    cells = {
        "name": name,
        "kind": result.kind,
        "subject": result.subject,
        "created": created,
        "parameters": _json(dict(result.parameters)),
        "indicators": _json([_indicator_json(one) for one in result.indicators]),
        "findings": _json([_finding_json(one) for one in result.findings]),
        "provenance": _json(_provenance_json(result.provenance)),
        "stamp_zh": result.stamp.zh,
        "stamp_en": result.stamp.en,
        "notes": _json([_text_json(note) for note in result.notes]),
        "layers": _json({layer: _dtypes(rows) for layer, rows in result.layers.items()}),
    }
    places = ", ".join("?" * len(cells))
    connection.execute(
        f"INSERT INTO {TABLE} ({', '.join(cells)}) VALUES ({places})", tuple(cells.values())
    )


def _dtypes(rows: gpd.GeoDataFrame) -> dict[str, str]:
    return {name: str(dtype) for name, dtype in rows.dtypes.items()}


def fetch(connection: sqlite3.Connection, name: str) -> dict[str, Any] | None:
    """Read the row of a result by name, JSON decoded; None where there is none."""
    row = connection.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM {TABLE} WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        return None
    found = dict(zip(_COLUMNS, row, strict=True))
    decoded = ("parameters", "indicators", "findings", "provenance", "notes", "layers")
    return found | {column: json.loads(found[column]) for column in decoded}


def rebuild(row: Mapping[str, Any], layers: Mapping[str, gpd.GeoDataFrame]) -> Assessment:
    """Make the result again from its row and its layers."""
    return Assessment(
        kind=row["kind"],
        subject=row["subject"],
        parameters=row["parameters"],
        layers={name: _retyped(layers[name], dtypes) for name, dtypes in row["layers"].items()},
        indicators=tuple(_indicator(one) for one in row["indicators"]),
        provenance=_provenance(row["provenance"]),
        stamp=Text(row["stamp_zh"], row["stamp_en"]),
        findings=tuple(_finding(one) for one in row["findings"]),
        notes=tuple(Text(*note) for note in row["notes"]),
    )


def _retyped(rows: gpd.GeoDataFrame, dtypes: Mapping[str, str]) -> gpd.GeoDataFrame:
    wanted = {name: dtype for name, dtype in dtypes.items() if dtype != "geometry"}
    return rows.astype(wanted)


def _json(value: object) -> str:
    # NumPy's numbers say what they are in Python by ``item``.
    return json.dumps(value, ensure_ascii=False, default=lambda number: number.item())


def _text_json(text: Text) -> list[str]:
    return [text.zh, text.en]


def _indicator_json(one: Indicator) -> list[object]:
    return [one.name, _text_json(one.label), one.value, one.unit, one.group, one.limit_minutes]


def _indicator(found: list[Any]) -> Indicator:
    name, label, *rest = found
    return Indicator(name, Text(*label), *rest)


def _finding_json(one: Finding) -> dict[str, object]:
    import shapely

    return {
        "rule": one.rule,
        "verdict": one.verdict.value,
        "reason": _text_json(one.reason),
        "measured": one.measured,
        "limit": one.limit,
        "unit": one.unit,
        "clause": one.clause,
        "where": None if one.where is None else shapely.to_wkb(one.where, hex=True),
        "advice": None if one.advice is None else _text_json(one.advice),
        "title": None if one.title is None else _text_json(one.title),
        "severity": one.severity,
        "confidence": one.confidence,
        "overridden": None if one.overridden is None else _text_json(one.overridden),
        "note": None if one.note is None else _text_json(one.note),
        "mends": [[mend.offer_id, _text_json(mend.label)] for mend in one.mends],
    }


def _finding(found: Mapping[str, Any]) -> Finding:
    import shapely

    where = found["where"]
    return Finding(
        rule=found["rule"],
        verdict=Verdict(found["verdict"]),
        reason=Text(*found["reason"]),
        measured=found["measured"],
        limit=found["limit"],
        unit=found["unit"],
        clause=found["clause"],
        where=None if where is None else shapely.from_wkb(where),
        advice=_text(found["advice"]),
        title=_text(found.get("title")),
        severity=found.get("severity", ""),
        confidence=found.get("confidence", ""),
        overridden=_text(found.get("overridden")),
        note=_text(found.get("note")),
        mends=tuple(Mend(offer, Text(*label)) for offer, label in found.get("mends", ())),
    )


def _text(found: list[str] | None) -> Text | None:
    return None if found is None else Text(*found)


def _provenance_json(one: Provenance) -> dict[str, object]:
    return {
        "engine_version": one.engine_version,
        "data_date": one.data_date,
        "catalogue_date": one.catalogue_date,
        "inputs": dict(one.inputs),
        "sources": [_text_json(source) for source in one.sources],
        "invented": one.invented,
    }


def _provenance(found: Mapping[str, Any]) -> Provenance:
    sources: Iterable[list[str]] = found["sources"]
    return Provenance(
        engine_version=found["engine_version"],
        data_date=found["data_date"],
        catalogue_date=found["catalogue_date"],
        inputs=found["inputs"],
        sources=tuple(Text(*source) for source in sources),
        invented=found["invented"],
    )
