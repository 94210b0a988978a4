"""What a project knows of one enclosure: its newest check, drafts, approvals and remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.errors import MissingFileError, UsageError
from tongling_gis.studies.drafts import list_drafts
from tongling_gis.studies.enclosure import (
    EnclosureOptions,
    project_rules,
    study_enclosure,
)
from tongling_gis.studies.inputs import optional_layer
from tongling_gis.studies.staleness import mark_stale
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.enclosure.drafts import Draft
    from tongling_gis.report import DossierRecords
    from tongling_gis.store import Workspace
    from tongling_gis.text import Progress


def gather_dossier(
    workspace: Workspace, subject: str, progress: Progress
) -> tuple[Assessment, DossierRecords]:
    """Gather what a project knows of an enclosure; it is checked where no check still holds.

    Args:
        workspace: The project.
        subject: A compound's or draft's id, or a result's name; "" for the newest check.
        progress: Told what is being done.

    Raises:
        UsageError: If there is no compound, draft or result of that name.
        MissingFileError: If nothing is named and nothing was checked yet.
    """
    from tongling_gis.enclosure.checking import list_gaps
    from tongling_gis.report import DossierRecords

    drafts = list_drafts(workspace)
    check = _find_check(workspace, subject, drafts, progress)
    own = _drafts_of(check, drafts)
    ids = [one.draft_id for one in own]
    compound_id = str(check.parameters.get("compound_id") or "")
    shown = next((one for one in own if one.draft_id == _case_of(check)), None)
    return check, DossierRecords(
        answers=None if shown is None else shown.case.answers,
        drafts=own,
        approvals=_only(optional_layer(workspace, "enclosure_approvals"), draft_id=ids),
        remarks=_remarks(workspace, ids, compound_id),
        gaps=list_gaps(project_rules(workspace)),
    )


def _find_check(
    workspace: Workspace, subject: str, drafts: Sequence[Draft], progress: Progress
) -> Assessment:
    """Find the newest check of a compound or draft that still holds, else check it now."""
    saved = [one for one in workspace.results() if one.kind == "enclosure"]
    if not subject and saved:
        return workspace.load(saved[-1].name)
    if not subject:
        raise MissingFileError(
            Text(
                "还没有检查过围合：请写明小区编号，如 tongling-gis report enclosure C001。",
                "No enclosure was checked yet: name a compound, such as tongling-gis report "
                "enclosure C001.",
            )
        )
    if subject in {one.name for one in saved}:
        return workspace.load(subject)
    target = _target(workspace, subject, drafts)
    for one in reversed(saved):
        found = workspace.load(one.name)
        if _case_of(found) == target and mark_stale(workspace, found) is found:
            return found
    is_draft = target in {one.draft_id for one in drafts}
    options = (
        EnclosureOptions(draft_id=target) if is_draft else EnclosureOptions(compound_id=target)
    )
    return study_enclosure(workspace, options, progress=progress).assessment


def _target(workspace: Workspace, subject: str, drafts: Sequence[Draft]) -> str:
    """Choose a compound's newest draft, or the compound itself where it has none."""
    if subject in {one.draft_id for one in drafts}:
        return subject
    own = [one.draft_id for one in drafts if one.case.compound_id == subject]
    if own:
        return own[-1]
    compounds = optional_layer(workspace, "compounds")
    known = [] if compounds is None else compounds["compound_id"].astype(str).tolist()
    if subject in known:
        return subject
    have = "、".join([*[one.draft_id for one in drafts], *known][:8]) or "—"
    raise UsageError(
        Text(
            f"没有小区、方案或结果“{subject}”；有：{have} 等。",
            f"There is no compound, draft or result {subject!r}; there are: {have}, ...",
        )
    )


def _case_of(check: Assessment) -> str:
    return str(check.parameters.get("draft_id") or check.parameters.get("case_id") or "")


def _drafts_of(check: Assessment, drafts: Sequence[Draft]) -> list[Draft]:
    """List the drafts of a check's compound, or of its own line where it is of none."""
    compound_id = str(check.parameters.get("compound_id") or "")
    if compound_id:
        return [one for one in drafts if one.case.compound_id == compound_id]
    series = _case_of(check).rpartition("-v")[0] or _case_of(check)
    return [one for one in drafts if one.draft_id.rpartition("-v")[0] == series]


def _remarks(workspace: Workspace, ids: Sequence[str], compound_id: str) -> pd.DataFrame | None:
    """Read what residents said of the drafts or the compound."""
    remarks = optional_layer(workspace, "remarks")
    return _only(remarks, draft_id=ids, compound_id=[compound_id] if compound_id else [])


def _only(rows: pd.DataFrame | None, **keys: Sequence[str]) -> pd.DataFrame | None:
    """Keep the rows that hold one of the keys in one of the columns."""
    if rows is None:
        return None
    wanted = [rows[name].astype(str).isin(one) for name, one in keys.items() if name in rows]
    if not wanted:
        return rows.iloc[:0]
    return rows[wanted[0] | wanted[-1]]
