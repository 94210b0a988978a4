"""Candidate sites: existing buildings, facilities, a layer of one's own, points along streets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.catalogue import read_standards
from tongling_gis.errors import InputError, SchemaError, UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.network import Network

    Floats = NDArray[np.float64]

COLUMNS = ("site_id", "name", "source", "origin", "floor_area_m2", "cost_yuan", "walk_reason")
"""Columns of candidate sites; ``origin`` is how a centre would come about there."""

PUBLIC_USES = frozenset(
    {"public", "civic", "government", "community_centre", "townhall", "community", "公共", "社区"}
)
VACANT_USES = frozenset({"vacant", "disused", "abandoned", "empty", "闲置", "空置"})
_VACANT_TAGS = ('"disused"', '"abandoned"', '"vacant"', '"闲置"')
STATIONS = (
    "amenity=community_centre",
    "amenity=social_facility",
    "amenity=townhall",
    "amenity=social_centre",
    "office=government",
)
"""Kinds of amenities that are community service stations, or house them."""


def candidates_from_buildings(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the public and the vacant buildings, each as a point inside it.

    A building offers its floor area (footprint times floors), at most that of a usual centre.
    """
    import pandas as pd

    use = buildings["use"].fillna("").astype(str)
    vacant = use.isin(VACANT_USES)
    if "tags" in buildings:
        tags = buildings["tags"].fillna("").astype(str)
        vacant |= tags.map(lambda said: any(tag in said for tag in _VACANT_TAGS))
    chosen = buildings[use.isin(PUBLIC_USES) | vacant]
    known = chosen["floors"] if "floors" in chosen else pd.Series(1, index=chosen.index)
    floors = pd.to_numeric(known).astype("Float64").fillna(1.0).to_numpy(dtype=float)
    area_m2 = chosen.geometry.area.to_numpy() * np.maximum(floors, 1.0)
    return _make(
        chosen,
        chosen["building_id"],
        source="buildings",
        origin="converted",
        floor_area_m2=np.minimum(area_m2, read_standards().siting.floor_area_m2),
    )


def candidates_from_amenities(
    amenities: gpd.GeoDataFrame, kinds: Sequence[str]
) -> gpd.GeoDataFrame:
    """Take the amenities of some kinds, such as ``amenity=community_centre``.

    Raises:
        UsageError: If there is none of them.
    """
    kind = amenities["kind"].fillna("").astype(str)
    chosen = amenities[kind.isin(list(kinds))]
    if chosen.empty:
        usual = [one for one in kind.value_counts().index[:8] if one]
        raise UsageError(
            Text(
                f"数据里没有 {'、'.join(kinds)} 的设施；较多的有：{'、'.join(usual)}。",
                f"No amenity here is {', '.join(kinds)}; frequent ones are {', '.join(usual)}.",
            )
        )
    return _make(chosen, chosen["amenity_id"], source="amenities", origin="converted")


def candidates_from_layer(
    layer: gpd.GeoDataFrame, key: str, *, source: str = "layer"
) -> gpd.GeoDataFrame:
    """Take every row of a layer; its ``origin``, ``floor_area_m2`` and ``cost_yuan`` hold.

    Raises:
        SchemaError: If the key column is not there.
    """
    if key not in layer:
        raise SchemaError(
            Text(
                f"候选地点图层没有编号列 {key}：请补上。",
                f"The layer of candidate sites has no column {key!r}: add it.",
            )
        )
    return _make(layer, layer[key], source=source, origin="new")


def candidates_along_streets(network: Network, spacing_m: float) -> gpd.GeoDataFrame:
    """Put points along the streets, about so far apart, none nearer than half of that.

    Those on streets where nobody walks, on bridges and in tunnels are made too, for the table
    to say that they are out; ``walk_reason`` says why.

    Raises:
        UsageError: If the spacing is below 20 m.
    """
    import geopandas as gpd

    if not spacing_m >= 20.0:  # noqa: PLR2004 - as the docstring says
        raise UsageError(
            Text(
                f"候选点间距 {spacing_m:g} 米太小：请写 20 米或以上。",
                f"A spacing of {spacing_m:g} m is too small: give 20 m or more.",
            )
        )
    edge, at_m = _steps(network.edges["length_m"].to_numpy(dtype=float), spacing_m)
    import shapely

    points = shapely.line_interpolate_point(network.geometry[edge], at_m)
    kept = _thin(shapely.get_coordinates(points), spacing_m / 2.0)
    edge, points = edge[kept], points[kept]
    streets = network.edges.iloc[edge].reset_index(drop=True)
    made = gpd.GeoDataFrame(streets, geometry=points, crs=network.crs)
    numbers = np.array([f"street/{number}" for number in range(1, len(made) + 1)])
    made["walk_reason"] = np.where(
        network.edges["walkable"].to_numpy()[edge], _built(streets), "walk"
    )
    return _make(made, numbers, source="streets", origin="new")


def _steps(length_m: Floats, spacing_m: float) -> tuple[NDArray[np.int64], Floats]:
    """Give edge and metres along it of points on all edges, those of the longest first."""
    order = np.argsort(-length_m, kind="stable")
    count = np.maximum(1, np.rint(length_m[order] / spacing_m)).astype(np.int64)
    edge = np.repeat(order, count)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    at_m: Floats = (number + 0.5) * length_m[edge] / np.repeat(count, count)
    return edge, at_m


def _thin(xy: Floats, least_m: float) -> NDArray[np.int64]:
    """Keep points, the first ones first, that are no nearer than so far to one kept."""
    from scipy.spatial import cKDTree

    near = cKDTree(xy).query_ball_point(xy, least_m * (1.0 - 1e-9))
    free = np.ones(len(xy), dtype=bool)
    kept = []
    for row in range(len(xy)):
        if free[row]:
            kept.append(row)
            free[near[row]] = False
    return np.asarray(kept, dtype=np.int64)


def _built(streets: pd.DataFrame) -> NDArray[np.object_]:
    """Name what a street is on or in, where nothing can be built beside it."""
    found = np.full(len(streets), "", dtype=object)
    for column in ("bridge", "tunnel"):
        if column in streets:
            said = streets[column].fillna("").astype(str)
            found[(~said.isin(["", "no"])).to_numpy()] = column
    return found


def _make(
    rows: gpd.GeoDataFrame,
    ids: Any,  # noqa: ANN401 - a series or an array
    *,
    source: str,
    origin: str,
    floor_area_m2: Floats | None = None,
) -> gpd.GeoDataFrame:
    import geopandas as gpd

    made = gpd.GeoDataFrame(
        {"site_id": np.asarray(ids).astype(str)},
        geometry=rows.geometry.representative_point().to_numpy(),
        crs=rows.crs,
    )
    made["name"] = _own(rows, "name", "").astype(str)
    made["source"] = source
    made["origin"] = _own(rows, "origin", origin).astype(str)
    usual = read_standards().siting.floor_area_m2
    area = _numbers(rows, "floor_area_m2") if floor_area_m2 is None else floor_area_m2
    made["floor_area_m2"] = np.where(np.isfinite(area), area, usual)
    made["cost_yuan"] = _costs(made, _numbers(rows, "cost_yuan"))
    made["walk_reason"] = _own(rows, "walk_reason", "").astype(str)
    return made[[*COLUMNS, "geometry"]]


def _own(rows: pd.DataFrame, column: str, otherwise: str) -> NDArray[np.object_]:
    if column not in rows:
        return np.full(len(rows), otherwise, dtype=object)
    return rows[column].astype("object").where(rows[column].notna(), otherwise).to_numpy()


def _numbers(rows: pd.DataFrame, column: str) -> Floats:
    import pandas as pd

    if column not in rows:
        return np.full(len(rows), np.nan)
    return np.asarray(
        pd.to_numeric(rows[column]).astype("Float64").to_numpy(float, na_value=np.nan)
    )


def _costs(made: pd.DataFrame, own: Floats) -> Floats:
    rates = read_standards().siting.cost_yuan_m2
    unknown = sorted(set(made["origin"]) - set(rates))
    if unknown:
        raise InputError(
            Text(
                f"候选地点的建设方式“{unknown[0]}”不认识，可用：{'、'.join(rates)}。",
                f"Candidate sites come about as {unknown[0]!r}, which is not known: "
                f"use one of {', '.join(rates)}.",
            )
        )
    rate = made["origin"].map(rates).to_numpy(dtype=float)
    return np.where(np.isfinite(own), own, rate * made["floor_area_m2"].to_numpy())


def join_candidates(parts: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put candidate sites of several sources into one table.

    Raises:
        SchemaError: If two sites have the same id.
    """
    import pandas as pd

    joined = pd.concat([one.to_crs(parts[0].crs) for one in parts], ignore_index=True)
    twice = joined["site_id"].duplicated()
    if twice.any():
        one = joined["site_id"][twice].iloc[0]
        raise SchemaError(
            Text(
                f"候选地点编号 {one} 重复：每个地点须有唯一编号。",
                f"Two candidate sites are called {one}: give each an id of its own.",
            )
        )
    return joined
