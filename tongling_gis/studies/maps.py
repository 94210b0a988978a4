"""Draw a project's maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from tongling_gis import __version__
from tongling_gis.assessment import Provenance
from tongling_gis.errors import UsageError
from tongling_gis.schema import LAYERS, RECORDS
from tongling_gis.studies.staleness import mark_stale
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tongling_gis.assessment import Assessment
    from tongling_gis.store import Workspace


_ONE_EACH = ("coverage", "isochrones")
_BY_SUBJECT = "enclosure"
_FURTHER = {
    "comparison": 4,
    "hours": 1,
    "enclosure": 12,
    "siting": 1,
    "gates_proposal": 1,
    "openings": 1,
    "boundaries_proposal": 1,
}
"""Kinds of results that a map draws besides coverage and isochrones -> how many, the newest."""


@dataclass(frozen=True, slots=True)
class EmbeddedMap:
    """A small map for a frame, and the HTML that puts it into a page."""

    path: Path
    snippet: str


def draw_embedded_map(workspace: Workspace, full: Path, *, lang: str = "zh") -> EmbeddedMap:
    """Draw the small version of a map beside it, for an iframe, leading to the full one."""
    from tongling_gis.mapping.embedding import write_snippet

    ending = "-embed" if lang == "en" else "-嵌入"
    path = full.with_name(f"{full.stem}{ending}{full.suffix}")
    draw_project_map(workspace, path, lang=lang, full_map=quote(full.name))
    return EmbeddedMap(path, write_snippet(path.name, workspace.name))


def draw_project_map(
    workspace: Workspace,
    out: Path | None = None,
    *,
    lang: str = "zh",
    base_maps: Sequence[str] = (),
    full_map: str = "",
    results: Sequence[str] = (),
    progress: Progress = silent,
) -> Path:
    """Draw the project's interactive map with its newest results.

    Args:
        workspace: The project.
        out: The file; by default in its folder ``maps``.
        lang: Language of the page.
        base_maps: Base maps from the web that the page offers: tianditu, gaode, osm.
        full_map: For a small version to stand in a frame: address of the full map.
        results: Names of saved results to draw instead of the newest of their kinds.
        progress: Told what is being done.

    Raises:
        UsageError: If a base map is not known.
        MissingFileError: If the project has no result of a name.
    """
    from tongling_gis.mapping.interactive import draw_map

    progress(Text("绘制地图", "Drawing the map"), 0.0)
    drawn = _choose_results(workspace, results)
    coverage, isochrones = (drawn[kind][-1] if drawn[kind] else None for kind in _ONE_EACH)
    further = [one for kind in _FURTHER for one in drawn[kind]]
    layers = {name: workspace.read(name) for name in LAYERS if workspace.has(name)}
    if "centres" not in layers and coverage is not None:
        layers["centres"] = coverage.layers["centres"]
    path = draw_map(
        out or workspace.maps / f"{'map' if lang == 'en' else '地图'}.html",
        layers=layers,
        records={name: workspace.read(name) for name in RECORDS if workspace.has(name)},
        coverage=coverage,
        isochrones=isochrones,
        title=Text.same(workspace.name),
        lang="en" if lang == "en" else "zh",
        provenance=Provenance(
            engine_version=__version__,
            data_date=workspace.data_date(),
            sources=workspace.sources(),
            invented=workspace.invented,
        ),
        base_maps=base_maps,
        full_map=full_map,
        further=[] if full_map else further,
    )
    progress(Text("完成", "Done"), 1.0)
    return path


def _choose_results(workspace: Workspace, asked: Sequence[str]) -> dict[str, list[Assessment]]:
    """Read the results to draw by kind, the newest last: those asked for, else the newest."""
    kinds = dict.fromkeys(_ONE_EACH, 1) | _FURTHER
    found: dict[str, list[Assessment]] = {kind: [] for kind in kinds}
    for name in asked:
        result = _load(workspace, name)
        if result.kind not in kinds:
            raise UsageError(
                Text(
                    f"地图画不了“{name}”：可画的结果有 {'、'.join(kinds)}。",
                    f"The map cannot draw {name}: it draws results of {', '.join(kinds)}.",
                )
            )
        found[result.kind].append(result)
    for kind, count in kinds.items():
        if not found[kind]:
            found[kind] = [_load(workspace, name) for name in _newest(workspace, kind)[-count:]]
    return found


def _newest(workspace: Workspace, kind: str) -> list[str]:
    """Name the results of a kind, of checks the last of each subject, the newest last."""
    names = {
        one.subject if kind == _BY_SUBJECT else one.name: one.name
        for one in workspace.results()
        if one.kind == kind
    }
    return list(names.values())


def _load(workspace: Workspace, name: str) -> Assessment:
    result = workspace.load(name)
    return mark_stale(workspace, result) or result
