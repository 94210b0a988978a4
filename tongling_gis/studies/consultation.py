"""Ask residents about a draft: the page for them, their remarks, and the planner's answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tongling_gis.errors import UsageError
from tongling_gis.studies.drafts import load_draft
from tongling_gis.studies.inputs import optional_layer
from tongling_gis.text import Text, name_in_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from tongling_gis.enclosure.drafts import Draft
    from tongling_gis.enclosure.model import Gate
    from tongling_gis.store import Workspace
    from tongling_gis.text import Lang

_CONTEXT = ("streets", "buildings", "water", "green")
_NO_LONGER_MIN = 0.05
"""A longer walk than this reads as more than 0.0 minutes."""
_FOR_WHOM = {
    "vehicle": Text("车辆和行人", "vehicles and people"),
    "pedestrian": Text("行人", "people on foot"),
    "fire_only": Text("仅消防车", "fire engines only"),
}


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of files of remarks.

    Attributes:
        received: How many remarks were taken.
        left_out: Why each of the others was not.
    """

    received: int
    left_out: tuple[Text, ...]


def draw_consultation_page(
    workspace: Workspace, draft_id: str, out: Path | None = None, *, lang: Lang = "zh"
) -> Path:
    """Draw the page on which residents leave remarks on a draft, remarks so far among it.

    Raises:
        MissingFileError: If the project has no drafts.
        UsageError: If there is none of that number.
    """
    import geopandas as gpd

    from tongling_gis.mapping.consultation import draw_consultation

    draft = load_draft(workspace, draft_id)
    case = draft.case
    crs = case.crs
    told = [describe_gate(gate, number) for number, gate in enumerate(case.gates, start=1)]
    gates = gpd.GeoDataFrame(
        {"label_zh": [one.zh for one in told], "label_en": [one.en for one in told]},
        geometry=[gate.point for gate in case.gates],
        crs=crs,
    )
    layers = {name: workspace.read(name) for name in _CONTEXT if workspace.has(name)}
    ending = "" if lang == "zh" else f"-{lang}"
    path = out or workspace.maps / f"consultation-{name_in_files(draft_id)}{ending}.html"
    sources = [
        *workspace.sources(),
        Text(f"方案 {draft_id}，{case.date}", f"Draft {draft_id}, {case.date}"),
    ]
    return draw_consultation(
        path,
        draft_id=draft_id,
        title=case.name or draft_id,
        boundary=gpd.GeoSeries([case.boundary], crs=crs),
        gates=gates,
        layers=layers,
        explanation=_explain(draft),
        remarks=_of_draft(workspace, draft_id),
        foot=Text(
            " · ".join(dict.fromkeys(one.zh for one in sources)),
            " · ".join(dict.fromkeys(one.en for one in sources)),
        ),
        invented=workspace.invented,
        lang=lang,
    )


def _explain(draft: Draft) -> list[Text]:
    """Say in plain words what is proposed, and what the check found of people's walks."""
    case = draft.case
    area_ha, gates = case.boundary.area / 1e4, len(case.gates)
    passed = (
        Text(
            f"设出入口 {gates} 处；围合后只能从这些出入口进出。",
            f"with {gates} gate{'s' if gates > 1 else ''}; people and vehicles would pass by "
            f"{'these' if gates > 1 else 'it'} alone.",
        )
        if gates
        else Text(
            "出入口位置尚未确定，请告诉我们应设在哪里。",
            "with gates still to be settled: please tell us where they should be.",
        )
    )
    said = [
        Text(
            "拟沿图上虚线设置围墙或围栏，范围约 {area_ha:.1f} 公顷，{passed}",
            "A wall or fence is proposed along the dashed line, around {area_ha:.1f} ha, {passed}",
        ).fill(area_ha=area_ha, passed=passed),
        *_tell_effects(draft),
        Text(
            "请看看您平时走的路是否还走得通、出入口位置和开放时间是否合适。",
            "Please see whether the ways you take stay open, and whether the gates' places and "
            "hours suit you.",
        ),
        Text(
            "这是征求意见的草案，尚未批准。",
            "This is a draft for consultation; nothing is approved.",
        )
        if draft.status != "approved"
        else Text("本方案已批准。", "This draft is approved."),
    ]
    return [Text.same(case.note), *said] if case.note else said


def _tell_effects(draft: Draft) -> list[Text]:
    """Say what the check of the draft measured of ways shut and of detours."""
    said = []
    shut = draft.verdicts.get("PLN-08a")
    if shut is not None and shut.measured is not None:
        count = round(shut.measured)
        said.append(
            Text(
                f"现有道路和步道中有 {count} 处在边界上被阻断。",
                f"{count} of today's ways would be shut at the line.",
            )
            if count
            else Text("现有道路和步道在边界上都留有出入口。", "Each of today's ways keeps a gate.")
        )
    detour = draft.verdicts.get("RCH-04b")
    if detour is not None and detour.measured is not None:
        said.append(
            Text(
                "围合内 95% 的居民到邻里中心的步行时间不变。",
                "For 95 % of the residents inside the walk to a centre stays as it is.",
            )
            if detour.measured < _NO_LONGER_MIN
            else Text(
                f"围合内 95% 的居民到邻里中心的步行时间增加不超过 {detour.measured:.1f} 分钟。",
                f"For 95 % of the residents inside the walk to a centre grows by "
                f"{detour.measured:.1f} minutes at most.",
            )
        )
    return said


def describe_gate(gate: Gate, number: int) -> Text:
    """Say in plain words who passes a gate, how wide it is and when it is open."""
    whom = _FOR_WHOM[gate.kind.value]
    name = Text.same(gate.name) if gate.name else Text(f"{number} 号门", f"Gate {number}")
    width = (
        Text(f"净宽 {gate.width_m:g} 米", f"{gate.width_m:g} m wide")
        if gate.width_m is not None
        else Text("宽度待定", "width to be settled")
    )
    hours = (
        Text.same(gate.opening_hours)
        if gate.opening_hours
        else Text("开放时间待定", "hours to be settled")
    )
    words = Text("{name}：供{whom}通行，{width}，{hours}", "{name}: for {whom}, {width}, {hours}")
    return words.fill(name=name, whom=whom, width=width, hours=hours)


def _of_draft(workspace: Workspace, draft_id: str) -> gpd.GeoDataFrame | None:
    remarks = optional_layer(workspace, "remarks")
    return None if remarks is None else remarks[remarks["draft_id"] == draft_id]


def receive_remarks(workspace: Workspace, paths: Sequence[Path]) -> Intake:
    """Take files of remarks into the project, all that can be taken, or none where one is bad.

    Raises:
        MissingFileError: If a file is missing, or the project has no drafts.
        UnreadableFileError: If a file is none of a consultation page.
        SchemaError: If a file is about no draft of the project or holds too many remarks.
    """
    import pandas as pd

    from tongling_gis.importers.remarks import read_remarks

    drafts = workspace.read("enclosure_drafts").to_crs("EPSG:4326")
    boundaries = dict(zip(drafts["draft_id"].astype(str), drafts.geometry, strict=True))
    have = optional_layer(workspace, "remarks")
    known = set() if have is None else set(have["remark_id"].astype(str))
    tables, left_out = [], []
    for path in paths:
        found = read_remarks(path, drafts=boundaries, known=known)
        known |= set(found.remarks["remark_id"]) if len(found.remarks) else set()
        words = Text("{file} {why}", "{file} {why}")
        left_out += [words.fill(file=path.name, why=why) for why in found.left_out]
        if len(found.remarks):
            tables.append(found.remarks)
    if tables:
        rows = pd.concat(tables, ignore_index=True)
        rows["received_on"] = date.today().isoformat()  # noqa: DTZ011 - the planner's calendar
        workspace.write({"remarks": rows}, replace=False)
    return Intake(sum(len(one) for one in tables), tuple(left_out))


def list_remarks(workspace: Workspace, draft_id: str = "") -> gpd.GeoDataFrame | None:
    """Give the remarks on a draft, or all; None where there are none."""
    remarks = optional_layer(workspace, "remarks")
    if remarks is None or not draft_id:
        return remarks
    return remarks[remarks["draft_id"] == draft_id]


def answer_remark(
    workspace: Workspace, remark_id: str, *, answer: str = "", by: str = "", hide: bool = False
) -> None:
    """Keep the planner's answer to a remark, or take it off the public page.

    Raises:
        UsageError: If there is no such remark, or an answer lacks a name.
    """
    remarks = optional_layer(workspace, "remarks")
    rows = None if remarks is None else remarks[remarks["remark_id"].astype(str) == remark_id]
    if rows is None or rows.empty:
        raise UsageError(
            Text(
                f"没有编号为“{remark_id}”的意见：用 consult list 查看编号。",
                f"There is no remark {remark_id!r}: see consult list.",
            )
        )
    if not hide and not (answer and by):
        raise UsageError(
            Text("答复须有内容和答复人（--by）。", "An answer needs words and a name (--by).")
        )
    today = date.today().isoformat()  # noqa: DTZ011 - the planner's calendar
    changed = (
        rows.assign(status="hidden")
        if hide
        else rows.assign(status="answered", answer=answer, answered_by=by, answered_on=today)
    )
    workspace.write({"remarks": changed}, replace=False)
