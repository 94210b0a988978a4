"""Which candidate sites are in, which are out, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tongling_gis.catalogue import read_standards
from tongling_gis.errors import CrsError, UsageError
from tongling_gis.network.slopes import measure_slopes
from tongling_gis.reachability.places import inside_area
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from tongling_gis.network import Attachment, Network

    Flags = NDArray[np.bool_]

IN = Text("可选", "A candidate")
OUT: Mapping[str, Text] = {
    "outside": Text("在研究范围外", "Outside the study area"),
    "water": Text("在水面上", "In water"),
    "industrial": Text("紧邻工业建筑", "Beside an industrial building"),
    "excluded": Text("在排除范围内", "In an area left out"),
    "walk": Text("所在道路不能步行（如高速公路）", "On a street where nobody walks"),
    "bridge": Text("在桥上", "On a bridge"),
    "tunnel": Text("在隧道里", "In a tunnel"),
    "no_street": Text("附近没有可步行的街道", "No walkable street near"),
    "island": Text("只通孤立的小路", "Only on an island of streets"),
    "steep": Text("街道坡度过陡", "Beside a street that is too steep"),
    "centre": Text("已有中心在此", "A centre stands there already"),
    "forbidden": Text("用户指定不选", "Left out as asked"),
}
"""Why a candidate is out, by code, in the order in which it is asked; the first counts."""

_CALLED_AFTER_M = 150.0


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What a candidate site is held against; each layer may be missing.

    Attributes:
        study_area: Areas to which sites are limited.
        water: Water, in which no centre stands.
        buildings: Buildings, of which industrial ones keep centres away.
        excluded: Areas left out, by the name of their layer.
        steepest: Steepest street, rise over run, beside which a centre may stand; streets
            without known heights are not judged.
    """

    study_area: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    excluded: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    steepest: float = field(default_factory=lambda: read_standards().siting.steepest)

    def __post_init__(self) -> None:
        """Refuse a slope that cannot be meant.

        Raises:
            UsageError: If the steepest slope is negative or not a number.
        """
        if not self.steepest >= 0.0:
            raise UsageError(
                Text(
                    f"坡度上限 {self.steepest:g} 不可用：须不小于 0，如 0.15。",
                    f"A steepest slope of {self.steepest:g} cannot be used: "
                    "give 0 or more, as 0.15.",
                )
            )


def judge_candidates(
    network: Network,
    candidates: gpd.GeoDataFrame,
    places: Attachment,
    around: Surroundings,
    *,
    centres: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Say of every candidate whether it is in or out, and why.

    Args:
        network: The streets.
        candidates: Sites as ``candidates_from_...`` make them, in the network's CRS.
        places: Where they meet the streets.
        around: What they are held against.
        centres: Today's centres; a candidate within a metre of one is out.

    Returns:
        The candidates with ``usable``, ``reason`` (a code of ``OUT``, "" where usable),
        ``reason_zh`` and ``reason_en``.

    Raises:
        CrsError: If a layer has no CRS.
    """
    points = candidates.geometry.to_numpy()
    network_rows = np.where(places.edge >= 0, places.edge, 0)
    joined = places.edge >= 0
    rise = np.abs(measure_slopes(network).rise[network_rows]) if len(network.edges) else np.nan
    walk = candidates["walk_reason"].to_numpy(dtype=object)
    found: dict[str, Flags] = {
        "outside": ~inside_area(candidates, around.study_area),
        "water": _inside(points, around.water, network.crs),
        "industrial": _near_industry(points, around.buildings, network.crs),
        **{code: walk == code for code in ("walk", "bridge", "tunnel")},
        "no_street": ~joined,
        "island": joined & network.on_island[network_rows] if len(network.edges) else ~joined,
        "steep": joined & (rise > around.steepest),
        "centre": _near(points, centres, network.crs, 1.0),
    }
    reason = np.full(len(points), "", dtype=object)
    named = np.full(len(points), "", dtype=object)
    for name, layer in around.excluded.items():
        named[_inside(points, layer, network.crs) & (named == "")] = name
    found["excluded"] = named != ""
    for code in OUT:
        if code in found:
            reason[found[code] & (reason == "")] = code
    return _tell(name_by_street(network, candidates), reason, named)


def name_by_street(network: Network, candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Call sites without a name after the nearest street that has one, within 150 m."""
    import shapely

    if "name" not in network.edges:
        return candidates
    streets = network.edges["name"].fillna("").astype(str).to_numpy(dtype=object)
    known = np.flatnonzero(streets != "")
    bare = np.flatnonzero((candidates["name"].fillna("") == "").to_numpy())
    tree = shapely.STRtree(network.geometry[known])
    site, item = tree.query_nearest(
        candidates.geometry.to_numpy(dtype=object)[bare],
        max_distance=_CALLED_AFTER_M,
        all_matches=False,
    )
    names = candidates["name"].fillna("").astype(str).to_numpy(dtype=object).copy()
    names[bare[site]] = streets[known[item]]
    return candidates.assign(name=names.astype(str))


def _tell(
    candidates: gpd.GeoDataFrame, reason: NDArray[np.object_], named: NDArray[np.object_]
) -> gpd.GeoDataFrame:
    judged = candidates.drop(columns="walk_reason")
    judged["usable"] = reason == ""
    judged["reason"] = reason.astype(str)
    for lang in ("zh", "en"):
        said = [IN if code == "" else OUT[code] for code in reason]
        words = [one.zh if lang == "zh" else one.en for one in said]
        judged[f"reason_{lang}"] = [
            _with_layer(word, layer, lang) if code == "excluded" else word
            for word, code, layer in zip(words, reason, named, strict=True)
        ]
    return judged[[*(name for name in judged if name != "geometry"), "geometry"]]


def _with_layer(word: str, layer: str, lang: str) -> str:
    return f"{word}（{layer}）" if lang == "zh" else f"{word} ({layer})"


def _placed(layer: gpd.GeoDataFrame | None, crs: CRS) -> NDArray[np.object_]:
    if layer is None or not len(layer):
        return np.empty(0, dtype=object)
    if layer.crs is None:
        raise CrsError(
            Text(
                "排除范围的图层没有坐标系：请先声明。",
                "A layer of areas to leave out has no CRS: declare it first.",
            )
        )
    shapes = layer.to_crs(crs).geometry.to_numpy()
    return np.asarray(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])


def _inside(points: NDArray[np.object_], layer: gpd.GeoDataFrame | None, crs: CRS) -> Flags:
    inside = np.zeros(len(points), dtype=bool)
    shapes = _placed(layer, crs)
    if len(shapes):
        inside[shapely.STRtree(shapes).query(points, "intersects")[0]] = True
    return inside


def _near(
    points: NDArray[np.object_], layer: gpd.GeoDataFrame | None, crs: CRS, far_m: float
) -> Flags:
    near = np.zeros(len(points), dtype=bool)
    shapes = _placed(layer, crs)
    if len(shapes):
        near[shapely.STRtree(shapes).query(points, "dwithin", distance=far_m)[0]] = True
    return near


def _near_industry(
    points: NDArray[np.object_], buildings: gpd.GeoDataFrame | None, crs: CRS
) -> Flags:
    if buildings is None or "use" not in buildings:
        return np.zeros(len(points), dtype=bool)
    works = buildings[buildings["use"].fillna("").astype(str).isin(["industrial", "工业"])]
    return _near(points, works, crs, read_standards().siting.industrial_m)
