"""Draw a project's maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis import __version__
from tongling_gis.assessment import Provenance
from tongling_gis.schema import LAYERS, RECORDS
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.store import Workspace


def draw_project_map(
    workspace: Workspace,
    out: Path | None = None,
    *,
    lang: str = "zh",
    progress: Progress = silent,
) -> Path:
    """Draw the project's interactive map with its newest results."""
    from tongling_gis.mapping.interactive import draw_map

    progress(Text("绘制地图", "Drawing the map"), 0.0)
    coverage, isochrones = workspace.latest("coverage"), workspace.latest("isochrones")
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
    )
    progress(Text("完成", "Done"), 1.0)
    return path
