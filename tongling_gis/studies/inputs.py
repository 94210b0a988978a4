"""What an analysis takes from a project: the network, the centres, the residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis import __version__
from tongling_gis.assessment import Provenance
from tongling_gis.catalogue import read_standards
from tongling_gis.errors import MissingFileError, UsageError
from tongling_gis.schema import TABLES
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    import geopandas as gpd

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.hours import Moment
    from tongling_gis.network import Network
    from tongling_gis.routing import WalkGraph
    from tongling_gis.store import Workspace

_HOMES = frozenset(
    {
        *("apartments", "bungalow", "cabin", "detached", "dormitory", "farm", "house"),
        *("houseboat", "residential", "semidetached_house", "static_caravan", "terrace", "villa"),
    }
)
_UNKNOWN_USE = frozenset({"yes", ""})


def require_layer(workspace: Workspace, layer: str, advice: Text) -> gpd.GeoDataFrame:
    """Read a layer that must be there.

    Raises:
        MissingFileError: If the project does not have it; the advice says what to do.
    """
    if not workspace.has(layer):
        label = TABLES[layer].label
        raise MissingFileError(
            Text(
                f"项目里没有“{label.zh}”图层：{advice.zh}",
                f"The project has no layer {layer!r}: {advice.en}",
            )
        )
    return workspace.read(layer)


def optional_layer(workspace: Workspace, layer: str) -> gpd.GeoDataFrame | None:
    """Read a layer, or nothing where the project does not have it."""
    return workspace.read(layer) if workspace.has(layer) else None


def project_network(workspace: Workspace) -> Network:
    """Build the project's walking network from its streets, walls and gates.

    Raises:
        MissingFileError: If the project has no streets.
    """
    from tongling_gis.network import build_network

    streets = require_layer(
        workspace,
        "streets",
        Text(
            "请先用 tongling-gis import 导入街道数据。",
            "import streets with tongling-gis import first.",
        ),
    )
    return build_network(
        streets,
        optional_layer(workspace, "street_nodes"),
        barriers=optional_layer(workspace, "barriers"),
        gates=optional_layer(workspace, "gates"),
        gate_reach_m=read_standards().gate_reach_m,
    )


def project_graph(
    workspace: Workspace,
    profile: WalkProfile,
    progress: Progress = silent,
    *,
    at: Moment | None = None,
) -> WalkGraph:
    """Build the project's network and weigh it for one kind of walker, at one moment or none."""
    from tongling_gis.routing import weigh

    progress(Text("建立步行网络", "Building the walking network"), 0.0)
    return weigh(project_network(workspace).for_walker(profile, at), profile)


def project_centres(workspace: Workspace, centres_from: str = "") -> gpd.GeoDataFrame:
    """Read the project's centres, or the amenities that stand in for them.

    Raises:
        UsageError: If no amenity is of the kind asked for.
        MissingFileError: If the project has neither.
    """
    if not centres_from:
        return require_layer(
            workspace,
            "centres",
            Text(
                "请导入邻里中心，或用 --centres-from amenity=library 以某类设施代替。",
                "import centres, or let amenities stand in with --centres-from amenity=library.",
            ),
        )
    amenities = require_layer(
        workspace,
        "amenities",
        Text("请先导入带设施的 OSM 数据。", "import OSM data with amenities first."),
    )
    kinds = amenities["kind"].fillna("")
    chosen = amenities[kinds == centres_from]
    if chosen.empty:
        usual = kinds[kinds.str.startswith("amenity=")].value_counts().index[:8]
        raise UsageError(
            Text(
                f"数据里没有“{centres_from}”的设施；较多的有：{'、'.join(usual)}。",
                f"No amenity here is {centres_from!r}; frequent ones are {', '.join(usual)}.",
            )
        )
    named = chosen.rename(columns={"amenity_id": "centre_id"}).reset_index(drop=True)
    return named[["centre_id", "name", "geometry"]]


def project_residents(
    workspace: Workspace, residents_from: str = ""
) -> tuple[gpd.GeoDataFrame, tuple[Text, ...]]:
    """Read where people live, and say what was taken for homes.

    Residential points where the project has them, else buildings: those with residents, and
    where no building's residents are known those that are homes or of no stated use.

    Raises:
        UsageError: If ``residents_from`` is neither "residents" nor "buildings" nor "".
        MissingFileError: If the project has neither.
    """
    if residents_from not in {"", "residents", "buildings"}:
        raise UsageError(
            Text(
                f"居民来源“{residents_from}”不可用：请写 residents 或 buildings。",
                f"Residents cannot come from {residents_from!r}: write residents or buildings.",
            )
        )
    if residents_from != "buildings" and (residents_from or workspace.has("residents")):
        advice = Text("请先导入居民点。", "import residential points first.")
        return require_layer(workspace, "residents", advice), ()
    buildings = require_layer(
        workspace,
        "buildings",
        Text("请先导入建筑或居民点。", "import buildings or residential points first."),
    )
    return _homes(buildings)


def _homes(buildings: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[Text, ...]]:
    use = buildings["use"].fillna("")
    likely = use.isin(_HOMES) | use.isin(_UNKNOWN_USE)
    known = buildings["residents"].notna()
    homes = buildings[(buildings["residents"].fillna(0) > 0) | (~known & likely)]
    notes = []
    if unstated := int((~known & use.isin(_UNKNOWN_USE)).sum()):
        notes.append(
            Text(
                f"{unstated} 栋建筑未注明用途，按住宅计入。",
                f"{unstated} buildings state no use and are counted as homes.",
            )
        )
    points = homes.set_geometry(homes.geometry.representative_point())
    return points.rename(columns={"building_id": "resident_id"}).reset_index(drop=True), tuple(
        notes
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


def project_provenance(workspace: Workspace) -> Provenance:
    """Say where what an analysis takes from the project comes from."""
    return Provenance(
        engine_version=__version__,
        data_date=workspace.data_date(),
        catalogue_date=read_standards().date.isoformat(),
        inputs={name: workspace.fingerprint(name) for name in _INPUT_LAYERS if workspace.has(name)}
        | _own_profiles(workspace),
        sources=workspace.sources(),
        invented=workspace.invented,
    )


def _own_profiles(workspace: Workspace) -> dict[str, str]:
    """Give the fingerprint of the project's own profiles, where it has any."""
    from tongling_gis.importers.report import fingerprint_file
    from tongling_gis.studies.profiles import profiles_path

    path = profiles_path(workspace)
    return {path.name: fingerprint_file(path)} if path.is_file() else {}
