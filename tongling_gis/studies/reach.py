"""Coverage, access, opening hours and isochrones of a project, measured and kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tongling_gis.catalogue import choose_profile, read_standards
from tongling_gis.errors import UsageError
from tongling_gis.studies.inputs import (
    optional_layer,
    project_centres,
    project_graph,
    project_provenance,
    project_residents,
)
from tongling_gis.studies.profiles import describe_origin, project_profiles
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from tongling_gis.assessment import Assessment, Parameter
    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.hours import Moment
    from tongling_gis.routing import WalkGraph
    from tongling_gis.store import Workspace


@dataclass(frozen=True, slots=True)
class ReachOptions:
    """What reachability is measured with.

    Attributes:
        profile: Walking profile by name, the catalogue's or the project's own.
        flat: Whether slopes, steps and waits at crossings are left out, as peers leave them.
        at: Moment at which gates must be open, such as "周二 19:30"; "" for whenever.
        speed_m_s: Speed that overrides the profile's; None to keep it.
        minutes: Time limits, each inclusive.
        snap_limit_m: Farthest that a place may lie from its street; None for the catalogue's.
        centres_from: ``key=value`` of amenities that stand in for centres; "" for the centres.
        residents_from: "residents", "buildings" or "" for whichever the project has.
    """

    profile: str = "adult"
    flat: bool = False
    at: str = ""
    speed_m_s: float | None = None
    minutes: tuple[float, ...] = field(default_factory=lambda: read_standards().reach_minutes)
    snap_limit_m: float | None = None
    centres_from: str = ""
    residents_from: str = ""

    def walk_profile(self, workspace: Workspace) -> WalkProfile:
        """The profile with the speed that is asked for.

        Raises:
            UsageError: If the profile is unknown or the speed is not between 0.1 and 10 m/s.
            SchemaError: If the project's own profiles cannot be used.
        """
        chosen = choose_profile(project_profiles(workspace), self.profile)
        chosen = chosen.flat() if self.flat else chosen
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
        return chosen.at_speed(self.speed_m_s, "set by the user")

    def moment(self) -> Moment | None:
        """The moment that is asked about; None for whenever.

        Raises:
            UsageError: If it cannot be read.
        """
        from tongling_gis.hours import read_moment

        return read_moment(self.at) if self.at else None

    def snap_m(self) -> float:
        """The snapping limit that holds."""
        return read_standards().snap_limit_m if self.snap_limit_m is None else self.snap_limit_m


@dataclass(frozen=True, eq=False)
class _Inputs:
    """What the studies of reach take from a project."""

    graph: WalkGraph
    residents: gpd.GeoDataFrame
    centres: gpd.GeoDataFrame
    study_area: gpd.GeoDataFrame | None
    notes: tuple[Text, ...]


def asked_graph(workspace: Workspace, asked: ReachOptions, progress: Progress) -> WalkGraph:
    """Build the project's network as the walker asked about meets it, and weigh it."""
    return project_graph(workspace, asked.walk_profile(workspace), progress, at=asked.moment())


def _gather(workspace: Workspace, asked: ReachOptions, progress: Progress) -> _Inputs:
    graph = asked_graph(workspace, asked, progress)
    residents, notes = project_residents(workspace, asked.residents_from)
    centres = project_centres(workspace, asked.centres_from)
    progress(Text("计算步行时间", "Measuring walks"), 0.5)
    return _Inputs(graph, residents, centres, optional_layer(workspace, "study_area"), notes)


def study_coverage(
    workspace: Workspace, options: ReachOptions | None = None, *, progress: Progress = silent
) -> Assessment:
    """Measure who reaches a centre within the limits, and keep the result in the project.

    Raises:
        MissingFileError: If streets, centres or residents are missing.
    """
    from tongling_gis.reachability import measure_coverage

    asked = options or ReachOptions()
    given = _gather(workspace, asked, progress)
    coverage = measure_coverage(
        given.graph.network,
        given.residents,
        given.centres,
        profile=given.graph.profile,
        minutes=asked.minutes,
        snap_limit_m=asked.snap_m(),
        study_area=given.study_area,
        provenance=project_provenance(workspace),
    )
    return _keep(workspace, coverage, asked, given.notes, progress)


def study_access(
    workspace: Workspace, options: ReachOptions | None = None, *, progress: Progress = silent
) -> Assessment:
    """Measure choice, backup, inequality, gaps and load, and keep the result in the project.

    Raises:
        MissingFileError: If streets, centres or residents are missing.
    """
    from tongling_gis.access import measure_access

    asked = options or ReachOptions()
    given = _gather(workspace, asked, progress)
    access = measure_access(
        given.graph,
        given.residents,
        given.centres,
        minutes=asked.minutes,
        snap_limit_m=asked.snap_m(),
        study_area=given.study_area,
        provenance=project_provenance(workspace),
    )
    return _keep(workspace, access, asked, given.notes, progress)


def study_hours(
    workspace: Workspace,
    at: str,
    options: ReachOptions | None = None,
    *,
    progress: Progress = silent,
) -> Assessment:
    """Measure who reaches a centre that is open at a moment, such as "周二 19:30".

    Raises:
        UsageError: If the moment cannot be read.
        MissingFileError: If streets, centres or residents are missing.
    """
    from tongling_gis.access import measure_hours
    from tongling_gis.hours import read_moment

    moment = read_moment(at)
    asked = replace(options or ReachOptions(), at=at)
    given = _gather(workspace, asked, progress)
    hours = measure_hours(
        given.graph,
        given.residents,
        given.centres,
        at=moment,
        minutes=asked.minutes,
        snap_limit_m=asked.snap_m(),
        study_area=given.study_area,
        provenance=project_provenance(workspace),
    )
    return _keep(workspace, hours, asked, given.notes, progress)


def study_isochrones(
    workspace: Workspace,
    options: ReachOptions | None = None,
    *,
    exact: bool = False,
    lines: bool = False,
    points: bool = False,
    progress: Progress = silent,
) -> Assessment:
    """Measure the area within the limits of each centre, and keep the result in the project.

    Args:
        workspace: The project.
        options: What is asked.
        exact: Whether areas are united from buffers: slower, without a grid.
        lines: Whether the parts of streets reached are a layer too (``reached_streets``).
        points: Whether the junctions reached are one, with their seconds (``reached_nodes``).
        progress: Told how far it has come.

    Raises:
        MissingFileError: If streets or centres are missing.
    """
    from tongling_gis.isochrones import IsochroneOptions, choose_engine, measure_isochrones

    asked = options or ReachOptions()
    graph = asked_graph(workspace, asked, progress)
    centres = project_centres(workspace, asked.centres_from)
    engine = choose_engine(graph, len(centres), progress=progress)
    progress(Text("绘制等时圈", "Drawing isochrones"), 0.5)
    isochrones = measure_isochrones(
        graph,
        centres,
        options=IsochroneOptions(street_lines=lines, junctions=points, engine=engine),
        minutes=asked.minutes,
        snap_limit_m=asked.snap_m(),
        exact=exact,
        provenance=project_provenance(workspace),
    )
    return _keep(workspace, isochrones, asked, (), progress)


def _keep(
    workspace: Workspace,
    result: Assessment,
    asked: ReachOptions,
    notes: Sequence[Text],
    progress: Progress,
) -> Assessment:
    chosen: dict[str, Parameter] = {
        "centres_from": asked.centres_from,
        "residents_from": asked.residents_from,
        "flat": asked.flat,
        "at": asked.at,
    }
    stand_in = Text(
        f"以 {asked.centres_from} 的设施代替邻里中心。",
        f"Amenities {asked.centres_from} stand in for neighbourhood centres.",
    )
    whole = replace(
        result,
        subject=workspace.name,
        parameters={**result.parameters, **chosen},
        stamp=_stamped(result, asked),
        notes=(
            *([stand_in] if asked.centres_from else []),
            *result.notes,
            *notes,
            *describe_origin(workspace, asked.profile),
        ),
    )
    progress(Text("保存结果", "Saving the result"), 0.9)
    last = workspace.latest(whole.kind)
    if last is None or not _says_the_same(last, whole):
        workspace.save(whole)
    progress(Text("完成", "Done"), 1.0)
    return whole


def _stamped(result: Assessment, asked: ReachOptions) -> Text:
    """Put the moment before the stamp of a result that does not say it itself."""
    moment = asked.moment()
    if moment is None or result.kind == "hours":
        return result.stamp
    return Text("{at} · {stamp}", "{at} · {stamp}").fill(at=moment.label, stamp=result.stamp)


def _says_the_same(one: Assessment, other: Assessment) -> bool:
    """Tell a result from one asked of the same data in the same way."""
    return (one.parameters, one.provenance) == (other.parameters, other.provenance)
