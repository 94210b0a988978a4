"""Draw a project's maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from tongling_gis import __version__
from tongling_gis.assessment import Provenance
from tongling_gis.schema import LAYERS, RECORDS
from tongling_gis.studies.staleness import mark_stale
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tongling_gis.assessment import Assessment
    from tongling_gis.store import Workspace


_FURTHER = {"comparison": 4, "hours": 1, "enclosure": 12}
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
    progress: Progress = silent,
) -> Path:
    """Draw the project's interactive map with its newest results.

    Args:
        workspace: The project.
        out: The file; by default in its folder ``maps``.
        lang: Language of the page.
        base_maps: Base maps from the web that the page offers: tianditu, gaode, osm.
        full_map: For a small version to stand in a frame: address of the full map.
        progress: Told what is being done.

    Raises:
        UsageError: If a base map is not known.
    """
    from tongling_gis.mapping.interactive import draw_map

    progress(Text("绘制地图", "Drawing the map"), 0.0)
    coverage, isochrones = (
        mark_stale(workspace, workspace.latest(kind)) for kind in ("coverage", "isochrones")
    )
    further = [one for kind in _FURTHER for one in _newest(workspace, kind, _FURTHER[kind])]
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


def _newest(workspace: Workspace, kind: str, count: int) -> list[Assessment]:
    """Read the newest results of a kind, the newest last."""
    names = [one.name for one in workspace.results() if one.kind == kind][-count:]
    found = (mark_stale(workspace, workspace.load(name)) for name in names)
    return [one for one in found if one is not None]
