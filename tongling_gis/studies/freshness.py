"""Results that a report stands on: the newest that still holds, else measured anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.studies.reach import (
    ReachOptions,
    study_access,
    study_coverage,
    study_isochrones,
)
from tongling_gis.studies.staleness import mark_stale

if TYPE_CHECKING:
    from tongling_gis.assessment import Assessment
    from tongling_gis.store import Workspace
    from tongling_gis.text import Progress

_QUESTION = (
    *("profile", "speed_m_s", "flat", "at", "minutes", "snap_limit_m"),
    *("centres_from", "residents_from"),
)


def find_coverage(workspace: Workspace, progress: Progress) -> Assessment:
    """Give the newest coverage; measure it anew where there is none or its data have changed.

    Raises:
        MissingFileError: If streets, centres or residents are missing.
    """
    last = workspace.latest("coverage")
    if last is not None and mark_stale(workspace, last) is last:
        return last
    options = None if last is None else asked_before(workspace, last)
    return study_coverage(workspace, options, progress=progress)


def find_access(workspace: Workspace, coverage: Assessment, progress: Progress) -> Assessment:
    """Give the newest access that was asked as a coverage was; measure it where there is none."""
    last = _matching(workspace, "access", coverage)
    if last is not None:
        return last
    return study_access(workspace, asked_before(workspace, coverage), progress=progress)


def find_isochrones(workspace: Workspace, coverage: Assessment, progress: Progress) -> Assessment:
    """Give the newest isochrones asked as a coverage was; measure them where there are none."""
    last = _matching(workspace, "isochrones", coverage)
    if last is not None:
        return last
    return study_isochrones(workspace, asked_before(workspace, coverage), progress=progress)


def _matching(workspace: Workspace, kind: str, coverage: Assessment) -> Assessment | None:
    last = workspace.latest(kind)
    if last is None or mark_stale(workspace, last) is not last:
        return None
    same = all(last.parameters.get(one) == coverage.parameters.get(one) for one in _QUESTION)
    return last if same else None


def asked_before(workspace: Workspace, result: Assessment) -> ReachOptions:
    """Give the options with which a result was measured."""
    given: dict[str, Any] = dict(result.parameters)
    options = ReachOptions(
        profile=given["profile"],
        flat=bool(given.get("flat")),
        at=given.get("at") or "",
        minutes=tuple(given["minutes"]),
        snap_limit_m=given.get("snap_limit_m"),
        centres_from=given.get("centres_from") or "",
        residents_from=given.get("residents_from") or "",
    )
    usual = options.walk_profile(workspace).speed_m_s
    if given.get("speed_m_s") in {None, usual}:
        return options
    from dataclasses import replace

    return replace(options, speed_m_s=given["speed_m_s"])
