"""Coverage and isochrones of a project, measured and kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tongling_gis import __version__
from tongling_gis.assessment import Provenance
from tongling_gis.catalogue import WalkProfile, read_standards
from tongling_gis.errors import UsageError
from tongling_gis.studies.inputs import (
    optional_layer,
    project_centres,
    project_network,
    project_residents,
)
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tongling_gis.assessment import Assessment
    from tongling_gis.routing import WalkGraph
    from tongling_gis.store import Workspace


@dataclass(frozen=True, slots=True)
class ReachOptions:
    """What reachability is measured with.

    Attributes:
        profile: Walking profile by name.
        speed_m_s: Speed that overrides the profile's; None to keep it.
        minutes: Time limits, each inclusive.
        snap_limit_m: Farthest that a place may lie from its street; None for the catalogue's.
        centres_from: ``key=value`` of amenities that stand in for centres; "" for the centres.
        residents_from: "residents", "buildings" or "" for whichever the project has.
    """

    profile: str = "adult"
    speed_m_s: float | None = None
    minutes: tuple[float, ...] = field(default_factory=lambda: read_standards().reach_minutes)
    snap_limit_m: float | None = None
    centres_from: str = ""
    residents_from: str = ""

    def walk_profile(self) -> WalkProfile:
        """The profile with the speed that is asked for.

        Raises:
            UsageError: If the profile is unknown or the speed is not between 0.1 and 10 m/s.
        """
        chosen = read_standards().profile(self.profile)
        if self.speed_m_s is None:
            return chosen
        if not 0.1 <= self.speed_m_s <= 10.0:  # noqa: PLR2004 - from crawling to sprinting
            raise UsageError(
                Text(
                    f"步行速度 {self.speed_m_s} m/s 不合理：请写 0.1 到 10 之间的数。",
                    f"A walking speed of {self.speed_m_s} m/s is not plausible: "
                    "give one from 0.1 to 10.",
                )
            )
        return WalkProfile(chosen.name, chosen.label, self.speed_m_s, "set by the user")

    def snap_m(self) -> float:
        """The snapping limit that holds."""
        return read_standards().snap_limit_m if self.snap_limit_m is None else self.snap_limit_m


def _provenance(workspace: Workspace, layers: Iterable[str]) -> Provenance:
    return Provenance(
        engine_version=__version__,
        data_date=workspace.data_date(),
        catalogue_date=read_standards().date.isoformat(),
        inputs={name: workspace.fingerprint(name) for name in layers if workspace.has(name)},
        sources=workspace.sources(),
        invented=workspace.invented,
    )


_INPUT_LAYERS = (
    "streets",
    "street_nodes",
    "barriers",
    "gates",
    "centres",
    "residents",
    "buildings",
    "amenities",
    "study_area",
)


def study_coverage(
    workspace: Workspace, options: ReachOptions | None = None, *, progress: Progress = silent
) -> Assessment:
    """Measure who reaches a centre within the limits, and keep the result in the project.

    Raises:
        MissingFileError: If streets, centres or residents are missing.
    """
    from tongling_gis.reachability import measure_coverage

    asked = options or ReachOptions()
    profile = asked.walk_profile()
    progress(Text("建立步行网络", "Building the walking network"), 0.0)
    network = project_network(workspace)
    centres = project_centres(workspace, asked.centres_from)
    residents, notes = project_residents(workspace, asked.residents_from)
    progress(Text("计算步行时间", "Measuring walks"), 0.5)
    coverage = measure_coverage(
        network,
        residents,
        centres,
        profile=profile,
        minutes=asked.minutes,
        snap_limit_m=asked.snap_m(),
        study_area=optional_layer(workspace, "study_area"),
        provenance=_provenance(workspace, _INPUT_LAYERS),
    )
    return _keep(workspace, coverage, asked, notes, progress)


def study_isochrones(
    workspace: Workspace,
    options: ReachOptions | None = None,
    *,
    exact: bool = False,
    progress: Progress = silent,
) -> Assessment:
    """Measure the area within the limits of each centre, and keep the result in the project.

    Raises:
        MissingFileError: If streets or centres are missing.
    """
    from tongling_gis.isochrones import measure_isochrones

    asked = options or ReachOptions()
    graph = _project_graph(workspace, asked, progress)
    progress(Text("绘制等时圈", "Drawing isochrones"), 0.5)
    isochrones = measure_isochrones(
        graph,
        project_centres(workspace, asked.centres_from),
        minutes=asked.minutes,
        snap_limit_m=asked.snap_m(),
        exact=exact,
        provenance=_provenance(workspace, _INPUT_LAYERS),
    )
    return _keep(workspace, isochrones, asked, (), progress)


def _project_graph(workspace: Workspace, asked: ReachOptions, progress: Progress) -> WalkGraph:
    from tongling_gis.routing import weigh

    profile = asked.walk_profile()
    progress(Text("建立步行网络", "Building the walking network"), 0.0)
    return weigh(project_network(workspace), profile)


def _keep(
    workspace: Workspace,
    result: Assessment,
    asked: ReachOptions,
    notes: Sequence[Text],
    progress: Progress,
) -> Assessment:
    from dataclasses import replace

    chosen = {"centres_from": asked.centres_from, "residents_from": asked.residents_from}
    whole = replace(
        result,
        subject=workspace.name,
        parameters={**result.parameters, **chosen},
        notes=(*result.notes, *notes),
    )
    progress(Text("保存结果", "Saving the result"), 0.9)
    workspace.save(whole)
    progress(Text("完成", "Done"), 1.0)
    return whole
