"""Results that are older than the data they were measured on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.assessment import Assessment
    from tongling_gis.store import Workspace


def mark_stale(workspace: Workspace, result: Assessment | None) -> Assessment | None:
    """Say in a result's stamp and notes where its data have changed since; else leave it."""
    if result is None:
        return None
    changed = [
        name
        for name, fingerprint in result.provenance.inputs.items()
        if _fingerprint_now(workspace, name) != fingerprint
    ]
    if not changed:
        return result
    labels = [TABLES[name].label if name in TABLES else Text.same(name) for name in changed]
    told = Text(
        f"结果早于现在的数据（{'、'.join(one.zh for one in labels)}已更新），请重新计算",
        f"Older than the data now ({', '.join(one.en.lower() for one in labels)} changed since): "
        "measure again",
    )
    stamp = Text(f"⚠ {told.zh} · {result.stamp.zh}", f"⚠ {told.en} · {result.stamp.en}")
    return replace(result, stamp=stamp, notes=(told, *result.notes))


def _fingerprint_now(workspace: Workspace, name: str) -> str:
    """Give the fingerprint of a layer, or of a file beside it such as ``rules.toml``, now."""
    from tongling_gis.importers.report import fingerprint_file

    if name in TABLES:
        return workspace.fingerprint(name) if workspace.has(name) else ""
    path = workspace.folder / name
    return fingerprint_file(path) if path.is_file() else ""


def find_stale(workspace: Workspace) -> list[Text]:
    """List the newest result of each kind that is older than its data, as its stamp says it."""
    kinds = dict.fromkeys(one.kind for one in workspace.results())
    newest = [workspace.latest(kind) for kind in kinds]
    marked = [(one, mark_stale(workspace, one)) for one in newest]
    return [
        Text(f"{now.kind}：{now.notes[0].zh}", f"{now.kind}: {now.notes[0].en}")
        for one, now in marked
        if now is not None and now is not one
    ]
