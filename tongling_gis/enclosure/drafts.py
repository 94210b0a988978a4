"""Drafts: a case as it is kept, with what the rules said of it then; and two of them compared."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tongling_gis.assessment import Verdict
from tongling_gis.enclosure.checking import Override
from tongling_gis.enclosure.layers import lay_out_gates
from tongling_gis.enclosure.model import Case, Gate, GateKind
from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from tongling_gis.assessment import Finding


@dataclass(frozen=True, slots=True)
class Stood:
    """What a rule said of a draft when it was kept."""

    verdict: Verdict
    measured: float | None = None
    limit: float | None = None
    unit: str = ""
    severity: str = ""
    overridden: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One version of a case, never changed once it is kept.

    Attributes:
        draft_id: Its number.
        case: The boundary with its gates.
        version: 1 for the first.
        previous_id: The draft that it was made from, "" for none.
        status: "draft", "approved", ...
        summary: What the rules said of it in one line, then.
        verdicts: What each rule said of it, then.
        overrides: Findings that a planner let pass, then.
    """

    draft_id: str
    case: Case
    version: int = 1
    previous_id: str = ""
    status: str = "draft"
    summary: str = ""
    verdicts: Mapping[str, Stood] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()


def record_verdicts(findings: Sequence[Finding]) -> dict[str, Stood]:
    """Take down what each rule says, to be kept with a draft."""
    return {
        one.rule: Stood(
            one.verdict,
            one.measured,
            one.limit,
            one.unit,
            one.severity,
            one.overridden.zh if one.overridden else "",
        )
        for one in findings
    }


def lay_out_draft(draft: Draft) -> dict[str, pd.DataFrame]:
    """Lay a draft out as rows of ``enclosure_drafts`` and, where it has gates, ``draft_gates``."""
    import geopandas as gpd

    case = draft.case
    row = {
        "draft_id": draft.draft_id,
        "name": case.name,
        "compound_id": case.compound_id or None,
        "version": draft.version,
        "previous_id": draft.previous_id or None,
        "origin": case.origin,
        "author": case.author or None,
        "date": case.date or None,
        "status": draft.status,
        "note": case.note or None,
        "line_error_m": case.line_error_m,
        "summary": draft.summary,
        "verdicts": _to_json({rule: _stood_json(one) for rule, one in draft.verdicts.items()}),
        "answers": _to_json(dict(case.answers)),
        "overrides": _to_json(
            [[one.rule, one.by, one.reason, one.date] for one in draft.overrides]
        ),
    }
    tables: dict[str, pd.DataFrame] = {
        "enclosure_drafts": gpd.GeoDataFrame([row], geometry=[case.boundary], crs=case.crs)
    }
    if case.gates:
        gates = lay_out_gates(case)
        gates.insert(0, "draft_id", draft.draft_id)
        gates.insert(0, "draft_gate_id", draft.draft_id + "/" + gates["gate_id"].astype(str))
        for name in ("opening_hours", "control", "closure"):
            gates[name] = gates[name].astype(object).where(gates[name] != "", None)
        tables["draft_gates"] = gates
    return tables


def read_draft(drafts: gpd.GeoDataFrame, gates: gpd.GeoDataFrame | None, draft_id: str) -> Draft:
    """Read a draft as it was kept.

    Raises:
        UsageError: If there is none of that number.
    """
    found = drafts[drafts["draft_id"].astype(str) == draft_id]
    if found.empty:
        known = sorted(drafts["draft_id"].astype(str))
        raise UsageError(
            Text(
                f"没有方案“{draft_id}”；现有：{'、'.join(known) or '无'}。",
                f"There is no draft {draft_id!r}; there are: {', '.join(known) or 'none'}.",
            )
        )
    row = found.iloc[0]
    own = None if gates is None else gates[gates["draft_id"].astype(str) == draft_id]
    return Draft(
        draft_id=draft_id,
        case=_read_case(row, own, drafts.crs),
        version=int(_number(row, "version") or 1),
        previous_id=_word(row, "previous_id"),
        status=_word(row, "status") or "draft",
        summary=_word(row, "summary"),
        verdicts={rule: _stood(one) for rule, one in _from_json(row, "verdicts", {}).items()},
        overrides=tuple(Override(*one) for one in _from_json(row, "overrides", [])),
    )


def _read_case(row: pd.Series[Any], gates: gpd.GeoDataFrame | None, crs: CRS) -> Case:
    rows = [] if gates is None else [gate for _, gate in gates.iterrows()]
    error = _number(row, "line_error_m")
    return Case(
        case_id=str(row["draft_id"]),
        name=_word(row, "name"),
        boundary=row["geometry"],
        crs=crs,
        gates=tuple(_read_gate(gate) for gate in rows),
        compound_id=_word(row, "compound_id"),
        origin=_word(row, "origin") or "drawn",
        author=_word(row, "author"),
        date=_word(row, "date"),
        note=_word(row, "note"),
        line_error_m=0.5 if error is None else error,
        answers=_from_json(row, "answers", {}),
    )


def _read_gate(row: pd.Series[Any]) -> Gate:
    open_above = _flag(row, "open_above")
    return Gate(
        gate_id=str(row["gate_id"]),
        point=row["geometry"],
        kind=GateKind(_word(row, "kind") or "pedestrian"),
        name=_word(row, "name"),
        width_m=_number(row, "width_m"),
        height_m=math.inf if open_above else _number(row, "height_m"),
        error_m=_number(row, "error_m") or 0.0,
        opening_hours=_word(row, "opening_hours"),
        control=_word(row, "control"),
        closure=_word(row, "closure"),
        marked=_flag(row, "marked"),
        wheelchair_lane_m=_number(row, "wheelchair_lane_m"),
        slope=_number(row, "slope"),
        is_new=_flag(row, "is_new") is not False,
    )


def _cell(row: pd.Series[Any], name: str) -> Any:  # noqa: ANN401 - a cell
    import pandas as pd

    value = row.get(name)
    return None if value is None or bool(pd.isna(value)) else value


def _word(row: pd.Series[Any], name: str) -> str:
    value = _cell(row, name)
    return "" if value is None else str(value)


def _number(row: pd.Series[Any], name: str) -> float | None:
    value = _cell(row, name)
    return None if value is None else float(value)


def _flag(row: pd.Series[Any], name: str) -> bool | None:
    value = _cell(row, name)
    return None if value is None else bool(value)


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda number: number.item())


def _from_json(row: pd.Series[Any], name: str, default: Any) -> Any:  # noqa: ANN401 - JSON
    text = _word(row, name)
    return json.loads(text) if text else default


def _stood_json(one: Stood) -> list[Any]:
    measured = one.measured
    known = measured is None or math.isfinite(measured)
    number = measured if known else None
    return [one.verdict.value, number, one.limit, one.unit, one.severity, one.overridden]


def _stood(found: list[Any]) -> Stood:
    return Stood(Verdict(found[0]), *found[1:])


@dataclass(frozen=True, slots=True)
class DraftChanges:
    """What differs between two drafts.

    Attributes:
        line: What differs of the boundary.
        gates: What differs of the gates.
        verdicts: Rule -> what it said of the first and of the second, where these differ.
        numbers: The same where the verdict stayed and the number measured changed.
        overrides: Rule -> what it was let pass with in the first and in the second, "" for not,
            where these differ.
    """

    line: tuple[Text, ...]
    gates: tuple[Text, ...]
    verdicts: Mapping[str, tuple[Stood, Stood]]
    numbers: Mapping[str, tuple[Stood, Stood]] = field(default_factory=dict)
    overrides: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_SAME_SHARE = 0.005
_NOT_CHECKED = Stood(Verdict.UNKNOWN)


def compare_drafts(before: Draft, after: Draft) -> DraftChanges:
    """Say what differs between two drafts: line, gates, and the rules' verdicts then."""
    rules = dict.fromkeys([*before.verdicts, *after.verdicts])
    pairs = {
        rule: (before.verdicts.get(rule, _NOT_CHECKED), after.verdicts.get(rule, _NOT_CHECKED))
        for rule in rules
    }
    changed = {rule: pair for rule, pair in pairs.items() if pair[0].verdict != pair[1].verdict}
    numbers = {
        rule: pair
        for rule, pair in pairs.items()
        if rule not in changed and _is_other(pair[0].measured, pair[1].measured)
    }
    return DraftChanges(
        tuple(_compare_lines(before.case, after.case)),
        tuple(_compare_gates(before.case.gates, after.case.gates)),
        changed,
        numbers,
        {
            rule: (old.overridden, new.overridden)
            for rule, (old, new) in pairs.items()
            if old.overridden != new.overridden
        },
    )


def _is_other(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return False
    return abs(new - old) > _SAME_SHARE * max(abs(old), abs(new))


_SAME_M = 0.01


def _compare_lines(before: Case, after: Case) -> list[Text]:
    old, new = before.boundary, after.boundary
    moved = new.boundary.difference(old.boundary.buffer(_SAME_M)).length
    gone = old.boundary.difference(new.boundary.buffer(_SAME_M)).length
    if moved <= _SAME_M and gone <= _SAME_M:
        return []
    added, lost = new.difference(old).area, old.difference(new).area
    return [
        Text(
            f"面积 {old.area:.0f} → {new.area:.0f} 平方米（新划入 {added:.0f}，划出 {lost:.0f}）",
            f"area {old.area:.0f} → {new.area:.0f} m² ({added:.0f} taken in, {lost:.0f} given up)",
        ),
        Text(
            f"边界新线 {moved:.0f} 米，废弃 {gone:.0f} 米",
            f"{moved:.0f} m of new line, {gone:.0f} m given up",
        ),
    ]


def _compare_gates(before: Sequence[Gate], after: Sequence[Gate]) -> list[Text]:
    old, new = ({gate.gate_id: gate for gate in gates} for gates in (before, after))
    said = [
        Text(f"新增 {name_gate(new[i])}", f"added {name_gate(new[i])}") for i in new if i not in old
    ]
    said += [
        Text(f"取消 {name_gate(old[i])}", f"removed {name_gate(old[i])}")
        for i in old
        if i not in new
    ]
    for i in new:
        if i in old and (differences := _differences(old[i], new[i])):
            what = "；".join(differences)
            said.append(
                Text(f"改动 {name_gate(new[i])}：{what}", f"changed {name_gate(new[i])}: {what}")
            )
    return said


def name_gate(gate: Gate) -> str:
    """Name a gate by its name, else by its number."""
    return gate.name or gate.gate_id


_COMPARED = (
    *("kind", "name", "width_m", "height_m", "opening_hours", "control", "closure"),
    *("marked", "wheelchair_lane_m", "slope"),
)


def _differences(old: Gate, new: Gate) -> list[str]:
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in _COMPARED]
    said = [f"{name} {_show(a)} → {_show(b)}" for name, a, b in pairs if a != b]
    moved = float(old.point.distance(new.point))
    return [*said, f"{moved:.1f} m"] if moved > _SAME_M else said


def _show(value: object) -> str:
    return "-" if value is None or value == "" else str(value)
