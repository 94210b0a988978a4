"""Make, open and describe projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongling_gis.schema import LAYERS, RECORDS
from tongling_gis.studies.staleness import find_stale

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tongling_gis.store import Workspace
    from tongling_gis.text import Text


def create_project(folder: Path, name: str | None = None, *, invented: bool = False) -> Workspace:
    """Make a new, empty project folder.

    Raises:
        WorkspaceError: If there is a project in it already or it cannot be written.
    """
    from tongling_gis.store import Workspace

    return Workspace.create(folder, name=name or folder.resolve().name, invented=invented)


def open_project(folder: Path) -> Workspace:
    """Open a project folder.

    Raises:
        MissingFileError: If there is no project in it.
    """
    from tongling_gis.store import Workspace

    return Workspace.open(folder)


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a project holds: rows by table, results and those out of date, sources, CRS."""

    name: str
    folder: Path
    crs: str
    invented: bool
    data_date: str
    rows: Mapping[str, int]
    results: tuple[tuple[str, Text], ...]
    sources: tuple[Text, ...]
    stale: tuple[Text, ...]


def describe_project(workspace: Workspace) -> ProjectFacts:
    """Say what a project holds."""
    names = [name for name in (*LAYERS, *RECORDS) if workspace.has(name)]
    return ProjectFacts(
        name=workspace.name,
        folder=workspace.folder,
        crs=workspace.crs.name if workspace.crs is not None else "",
        invented=workspace.invented,
        data_date=workspace.data_date(),
        rows={name: workspace.count(name) for name in names},
        results=tuple((one.name, one.stamp) for one in workspace.results()),
        sources=workspace.sources(),
        stale=tuple(find_stale(workspace)),
    )
