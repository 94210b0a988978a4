"""Where new centres do most good in a project, solved and kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tongling_gis.catalogue import read_standards
from tongling_gis.errors import UsageError
from tongling_gis.schema import LAYERS, TABLES
from tongling_gis.studies.inputs import (
    optional_layer,
    project_centres,
    project_network,
    project_provenance,
    project_residents,
    require_layer,
)
from tongling_gis.studies.profiles import describe_origin
from tongling_gis.studies.reach import ReachOptions
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    import geopandas as gpd

    from tongling_gis.assessment import Assessment
    from tongling_gis.network import Network
    from tongling_gis.siting.geography import SitingQuestion, Surroundings
    from tongling_gis.store import Workspace


@dataclass(frozen=True, slots=True)
class SitingOptions:
    """What siting is asked with, besides the question.

    Attributes:
        reach: Profile, speed, moment, and where centres and residents come from; its minutes
            do not count, the question has its own.
        candidates: Where candidate sites come from, one or more of "buildings" (public and
            vacant ones), "stations" (community service stations), "streets:200" (points so many
            metres apart), ``key=value`` of amenities, or the name of a layer. None for the
            layer of candidate sites where there is one, else buildings and streets.
        exclude: Layers in whose areas no site may be, such as "green".
        steepest: Steepest street beside which a centre may stand, rise over run; None for the
            catalogue's.
    """

    reach: ReachOptions = field(default_factory=ReachOptions)
    candidates: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    steepest: float | None = None


def study_siting(
    workspace: Workspace,
    asked: SitingQuestion,
    options: SitingOptions | None = None,
    *,
    progress: Progress = silent,
) -> Assessment:
    """Choose where centres do most good, and keep the result in the project.

    Raises:
        MissingFileError: If streets, residents or a layer named are missing.
        UsageError: If candidates cannot be taken from where it is said, or a site asked for is
            not known or out.
        InputError: If no candidate is left.
    """
    from tongling_gis.siting.geography import choose_sites

    given = options or SitingOptions()
    around = _surroundings(workspace, given)
    progress(Text("建立步行网络", "Building the walking network"), 0.0)
    network = project_network(workspace)
    residents, notes = project_residents(workspace, given.reach.residents_from)
    stand_in = given.reach.centres_from
    centres = None
    if stand_in or workspace.has("centres"):
        centres = project_centres(workspace, stand_in)
    result = choose_sites(
        network,
        residents,
        centres,
        read_candidates(workspace, network, given.candidates),
        asked=replace(asked, effort=replace(asked.effort, progress=progress)),
        profile=given.reach.walk_profile(workspace),
        around=around,
        compounds=optional_layer(workspace, "compounds"),
        provenance=project_provenance(workspace),
    )
    whole = replace(
        result,
        subject=workspace.name,
        parameters={
            **result.parameters,
            "candidates": list(given.candidates),
            "exclude": list(given.exclude),
            "centres_from": stand_in,
            "residents_from": given.reach.residents_from,
        },
        notes=(
            *_say_centres(centres, stand_in),
            *result.notes,
            *notes,
            *describe_origin(workspace, given.reach.profile),
        ),
    )
    progress(Text("保存结果", "Saving the result"), 0.95)
    workspace.save(whole)
    progress(Text("完成", "Done"), 1.0)
    return whole


def _say_centres(centres: gpd.GeoDataFrame | None, stand_in: str) -> tuple[Text, ...]:
    if stand_in:
        return (
            Text(
                f"以 {stand_in} 的设施代替邻里中心。",
                f"Amenities {stand_in} stand in for neighbourhood centres.",
            ),
        )
    if centres is None:
        return (Text("项目里没有现有中心。", "The project has no centres yet."),)
    return ()


def _surroundings(workspace: Workspace, given: SitingOptions) -> Surroundings:
    from tongling_gis.siting.geography import Surroundings

    advice = Text("请检查 --exclude 的图层名。", "check the name given to --exclude.")
    for name in given.exclude:
        if name not in LAYERS or TABLES[name].shape != "Polygon":
            raise UsageError(
                Text(
                    f"--exclude 只能用面图层，{name} 不是。",
                    f"--exclude takes layers of areas, which {name} is not.",
                )
            )
    steepest = read_standards().siting.steepest if given.steepest is None else given.steepest
    return Surroundings(
        study_area=optional_layer(workspace, "study_area"),
        water=optional_layer(workspace, "water"),
        buildings=optional_layer(workspace, "buildings"),
        excluded={name: require_layer(workspace, name, advice) for name in given.exclude},
        steepest=steepest,
    )


def read_candidates(
    workspace: Workspace, network: Network, sources: tuple[str, ...]
) -> gpd.GeoDataFrame:
    """Gather candidate sites from where it is said.

    Raises:
        MissingFileError: If a layer is missing.
        UsageError: If a source is none, or gives no site.
    """
    from tongling_gis.siting.geography import join_candidates

    spacing = f"streets:{read_standards().siting.street_spacing_m:g}"
    if not sources:
        own = "candidate_sites" if workspace.has("candidate_sites") else ""
        sources = (own,) if own else ("buildings", spacing)
        if not own and not workspace.has("buildings"):
            sources = (spacing,)
    parts = [_read_source(workspace, network, source, spacing) for source in sources]
    found = [part for part in parts if len(part)]
    if not found:
        raise UsageError(
            Text(
                f"{'、'.join(sources)} 里没有候选地点：请换一种来源，如 streets:200。",
                f"There is no candidate site in {', '.join(sources)}: "
                "take them from elsewhere, such as streets:200.",
            )
        )
    return join_candidates(found)


def _read_source(
    workspace: Workspace, network: Network, source: str, spacing: str
) -> gpd.GeoDataFrame:
    from tongling_gis.siting import geography

    advice = Text(
        "候选地点要用到它，请先导入或换一种来源。",
        "candidate sites are to come from it: import it first, or take them from elsewhere.",
    )
    if source == "buildings":
        return geography.candidates_from_buildings(require_layer(workspace, source, advice))
    if source == "streets" or source.startswith("streets:"):
        said = (spacing if source == "streets" else source).partition(":")[2]
        return geography.candidates_along_streets(network, _metres(said))
    if source == "stations" or "=" in source:
        kinds = geography.STATIONS if source == "stations" else (source,)
        amenities = require_layer(workspace, "amenities", advice)
        return geography.candidates_from_amenities(amenities, kinds)
    if source not in LAYERS:
        raise UsageError(
            Text(
                f"候选来源“{source}”不认识：可写 buildings、stations、streets:200、"
                "amenity=… 或图层名。",
                f"Candidates cannot come from {source!r}: write buildings, stations, streets:200, "
                "amenity=... or the name of a layer.",
            )
        )
    layer = require_layer(workspace, source, advice)
    return geography.candidates_from_layer(layer, TABLES[source].key, source="layer")


def _metres(said: str) -> float:
    try:
        return float(said)
    except ValueError as error:
        raise UsageError(
            Text(
                f"候选点间距“{said}”不是数：如 streets:200。",
                f"The spacing {said!r} is no number: write it as streets:200.",
            )
        ) from error
