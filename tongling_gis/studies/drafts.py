"""Drafts of enclosures in a project: kept by version, compared, approved with a record."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tongling_gis.errors import RefusalError, UsageError
from tongling_gis.studies.inputs import optional_layer, require_layer
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from tongling_gis.enclosure.checking import Check
    from tongling_gis.enclosure.drafts import Draft, DraftChanges
    from tongling_gis.store import Workspace
    from tongling_gis.studies.enclosure import EnclosureOptions

_NO_DRAFTS = Text(
    "还没有保存过方案：请用 tongling-gis enclosure check … --save-draft 保存。",
    "no draft was kept yet: keep one with tongling-gis enclosure check ... --save-draft.",
)
_VERSION = re.compile(r"^(?P<series>.+)-v(?P<version>[0-9]+)$")


def load_draft(workspace: Workspace, draft_id: str) -> Draft:
    """Read a draft as it was kept.

    Raises:
        MissingFileError: If the project has no drafts.
        UsageError: If there is none of that number.
    """
    from tongling_gis.enclosure.drafts import read_draft

    drafts = require_layer(workspace, "enclosure_drafts", _NO_DRAFTS)
    return read_draft(drafts, optional_layer(workspace, "draft_gates"), draft_id)


def list_drafts(workspace: Workspace) -> list[Draft]:
    """List every draft, oldest first within its series."""
    from tongling_gis.enclosure.drafts import read_draft

    if not workspace.has("enclosure_drafts"):
        return []
    drafts = workspace.read("enclosure_drafts")
    gates = optional_layer(workspace, "draft_gates")
    found = [read_draft(drafts, gates, str(draft_id)) for draft_id in drafts["draft_id"]]
    return sorted(found, key=lambda one: (_series(one.draft_id), one.version))


def keep_draft(workspace: Workspace, check: Check, options: EnclosureOptions) -> str:
    """Keep a checked case as a new version; earlier ones stay as they are.

    Returns:
        Its number, such as ``C001-v2``.
    """
    from tongling_gis.enclosure.drafts import Draft, lay_out_draft, record_verdicts
    from tongling_gis.enclosure.verdicts import describe_overall, summarise

    case = check.enclosure.case
    series = _series(options.draft_id or case.case_id)
    before = [one for one in list_drafts(workspace) if _series(one.draft_id) == series]
    version = max((one.version for one in before), default=0) + 1
    draft_id = f"{series}-v{version}"
    draft = Draft(
        draft_id=draft_id,
        case=replace(case, case_id=draft_id),
        version=version,
        previous_id=options.draft_id or (before[-1].draft_id if before else ""),
        summary=f"{describe_overall(check.findings).zh}。{summarise(check.judged).zh}",
        verdicts=record_verdicts(check.findings),
        overrides=check.overrides,
    )
    workspace.write(lay_out_draft(draft), replace=False)
    return draft_id


def _series(draft_id: str) -> str:
    """Give the name that the versions of one draft share."""
    found = _VERSION.match(draft_id)
    return found["series"] if found else draft_id


def compare_drafts(workspace: Workspace, first: str, second: str) -> DraftChanges:
    """Say what differs between two drafts: line, gates, and the rules' verdicts then.

    Raises:
        MissingFileError: If the project has no drafts.
        UsageError: If one is not there.
    """
    from tongling_gis.enclosure import drafts

    return drafts.compare_drafts(load_draft(workspace, first), load_draft(workspace, second))


@dataclass(frozen=True, slots=True)
class Approval:
    """A draft approved.

    Attributes:
        approval_id: Number of the record.
        draft_id: The draft.
        approver: Who approved it.
        date: When (ISO).
        unsettled: Rules of law or mandatory codes that could not be told.
        overridden: Rules that were let pass.
    """

    approval_id: str
    draft_id: str
    approver: str
    date: str
    unsettled: tuple[str, ...]
    overridden: tuple[str, ...]


def approve_draft(
    workspace: Workspace, draft_id: str, *, by: str, note: str = "", date: str = ""
) -> Approval:
    """Approve a draft on the verdicts that it was kept with, and record it.

    The line, the gates and the verdicts stay as they were; only the draft's state is set.

    Raises:
        MissingFileError: If the project has no drafts.
        UsageError: If there is none of that number, it is approved already or nobody is named.
        RefusalError: If breaches of law or mandatory codes stand in its way.
    """
    from tongling_gis.enclosure.verdicts import find_standing
    from tongling_gis.studies.enclosure import check_day

    check_day(date)
    draft = load_draft(workspace, draft_id)
    if not by.strip():
        raise UsageError(Text("批准须写明姓名（--by）。", "An approval needs a name (--by)."))
    if draft.status == "approved":
        raise UsageError(
            Text(f"方案“{draft_id}”已经批准。", f"The draft {draft_id!r} is approved already.")
        )
    blocking = find_standing(draft.verdicts, "fail")
    if blocking:
        raise _refuse(draft_id, blocking)
    approval = Approval(
        approval_id=_next_approval(workspace),
        draft_id=draft_id,
        approver=by,
        date=date or datetime.now().astimezone().date().isoformat(),
        unsettled=tuple(find_standing(draft.verdicts, "unknown")),
        overridden=tuple(rule for rule, one in draft.verdicts.items() if one.overridden),
    )
    _record(workspace, approval, draft, note)
    return approval


def _refuse(draft_id: str, blocking: list[str]) -> RefusalError:
    named = ", ".join(blocking)
    return RefusalError(
        Text(
            f"方案“{draft_id}”不能批准：{named} 不符合法律法规或强制性要求。"
            "请修改方案，或写明理由破例（check --draft … --override 规则=理由）后重新保存。",
            f"The draft {draft_id!r} cannot be approved: it breaks {named} (law or mandatory "
            "codes). Change it, or keep it anew with --override RULE=REASON.",
        )
    )


def _next_approval(workspace: Workspace) -> str:
    known = workspace.read("enclosure_approvals") if workspace.has("enclosure_approvals") else None
    ids = set() if known is None else set(known["approval_id"].astype(str))
    number = len(ids) + 1
    while f"A{number:03d}" in ids:
        number += 1
    return f"A{number:03d}"


def _record(workspace: Workspace, approval: Approval, draft: Draft, note: str) -> None:
    """Write the record, and the draft's new state, in one transaction."""
    import pandas as pd

    told = [f"{rule}：{one.overridden}" for rule, one in draft.verdicts.items() if one.overridden]
    open_ones = f"尚无法判定：{', '.join(approval.unsettled)}" if approval.unsettled else ""
    record = pd.DataFrame(
        [
            {
                "approval_id": approval.approval_id,
                "draft_id": approval.draft_id,
                "date": approval.date,
                "approver": approval.approver,
                "decision": "approved",
                "overrides": "；".join(told) or None,
                "note": "；".join(part for part in (note, open_ones, draft.summary) if part),
            }
        ]
    )
    drafts: gpd.GeoDataFrame = workspace.read("enclosure_drafts")
    row = drafts[drafts["draft_id"].astype(str) == approval.draft_id].assign(status="approved")
    workspace.write({"enclosure_drafts": row, "enclosure_approvals": record}, replace=False)
