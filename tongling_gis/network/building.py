"""From a layer of streets to a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
import shapely

from tongling_gis.errors import CrsError, NetworkError
from tongling_gis.network.model import Network
from tongling_gis.network.noding import node_streets
from tongling_gis.network.severing import no_cuts
from tongling_gis.network.walkability import decide_walkable
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]
    Lines: TypeAlias = NDArray[np.object_]

_ENDS = ["from_node", "to_node"]
_APART_M = 10.0


def build_network(
    streets: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame | None = None,
    *,
    barriers: gpd.GeoDataFrame | None = None,
    gates: gpd.GeoDataFrame | None = None,
    gate_reach_m: float = 3.0,
    private_ways: bool = True,
) -> Network:
    """Build the walking network from streets in a projected CRS in metres.

    Streets with ``from_node`` and ``to_node`` join at nodes of one number and nowhere else, as
    OpenStreetMap means it. Streets without are noded first: see ``noding.node_streets``.
    Lengths are those of the lines on the CRS's plane (a 3-degree zone is true to 0.02 %, UTM to
    0.1 %), or of a column ``length_m`` where there is one.

    Args:
        streets: The ``streets`` layer.
        nodes: The ``street_nodes`` layer, for elevations, crossings and gates on the street.
        barriers: The ``barriers`` layer: walls and fences that sever the streets they cross.
        gates: The ``gates`` layer: points where a barrier lets people through.
        gate_reach_m: Farthest that a gate may lie from the crossing it opens.
        private_ways: Whether streets tagged access=private are walked.

    Raises:
        CrsError: If a layer has no CRS, or the streets' is not projected in metres.
        NetworkError: If there are no streets, they share ids, or have unusable shapes, lengths
            or nodes.
    """
    _check_crs(streets, nodes, barriers, gates)
    _check_ids(streets)
    rows = _with_nodes(_as_lines(streets))
    geometry = np.array(rows.geometry.to_numpy(dtype=object))
    geometry.flags.writeable = False
    edges = pd.DataFrame(rows.drop(columns=rows.geometry.name)).reset_index(drop=True)
    table, ends = _list_nodes(edges, geometry, nodes)
    edges["from_node"], edges["to_node"] = ends[:, 0].astype(np.int32), ends[:, 1].astype(np.int32)
    edges["length_m"] = read_lengths(edges, geometry)
    edges["walk_reason"] = decide_walkable(edges, private_ways=private_ways).astype(str)
    edges["walkable"] = edges["walk_reason"].to_numpy() == ""
    edges = edges.assign(**number_pieces(len(edges)))
    network = Network(streets.crs, table, edges, geometry, no_cuts())
    return network.cut_by(barriers, gates, gate_reach_m=gate_reach_m)


def number_pieces(count: int) -> dict[str, NDArray[Any]]:
    """Give the columns of edges that are whole streets, as in a network before any barrier."""
    return {
        "uncut_edge": np.arange(count, dtype=np.int32),
        "piece": np.zeros(count, dtype=np.int32),
        "start_m": np.zeros(count),
    }


def read_lengths(edges: pd.DataFrame, geometry: Lines) -> Floats:
    """Give each edge's length: as its ``length_m`` says, else of its line.

    Raises:
        NetworkError: If one is negative or not a number.
    """
    drawn_m = np.asarray(shapely.length(geometry))
    if "length_m" not in edges:
        return drawn_m
    given = pd.to_numeric(edges["length_m"], errors="coerce")
    length_m = given.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(length_m) & (length_m >= 0.0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise NetworkError(
            Text(
                f"路段 {name_edge(edges, row)} 的长度 {edges['length_m'].iloc[row]} 不可用："
                "须为不小于 0 的米数，或去掉 length_m 列。",
                f"Street {name_edge(edges, row)} has the length {edges['length_m'].iloc[row]}: "
                "it must be a number of metres, 0 or more; or leave the column length_m out.",
            )
        )
    return length_m


def name_edge(edges: pd.DataFrame, row: int) -> str:
    """Name an edge to the user: by its street's id, else by its place in the list."""
    return str(edges["street_id"].iloc[row]) if "street_id" in edges else f"#{row + 1}"


def check_metric(crs: CRS | None, what: Text) -> CRS:
    """Check that a CRS is projected and in metres, and give it back.

    Raises:
        CrsError: If it is not.
    """
    if crs is None:
        raise CrsError(
            Text("{what}没有坐标系：请先声明。", "{what} has no CRS: declare it first.").fill(
                what=what
            )
        )
    if crs.is_projected and all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2]):
        return crs
    raise CrsError(
        Text(
            "{what}的坐标系 {name} 不以米为单位：请先投影，例如 EPSG:4548。",
            "{what} is in {name}, which is not in metres: project it first, to EPSG:4548 say.",
        ).fill(what=what, name=crs.name)
    )


def _check_ids(streets: gpd.GeoDataFrame) -> None:
    if "street_id" not in streets:
        return
    ids = streets["street_id"]
    again = (ids.duplicated() & ids.notna()).to_numpy()
    if again.any():
        raise NetworkError(
            Text(
                f"有几条路段的编号都是 {ids[again].iloc[0]}：请给每条路段各自的编号。",
                f"Several streets have the id {ids[again].iloc[0]}: give each its own.",
            )
        )


def _check_crs(streets: gpd.GeoDataFrame, *others: gpd.GeoDataFrame | None) -> None:
    check_metric(streets.crs, Text("街道图层", "The layer of streets"))
    names = ("street_nodes", "barriers", "gates")
    for name, layer in zip(names, others, strict=True):
        if layer is not None and len(layer) and layer.crs is None:
            raise CrsError(
                Text(
                    f"图层 {name} 没有坐标系：请先声明。",
                    f"The layer {name} has no CRS: declare it first.",
                )
            )


def _as_lines(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Check that every street has a usable line; take off heights and needless multi-parts."""
    if not len(streets):
        raise NetworkError(
            Text("街道图层是空的：请先导入街道。", "There are no streets: import some first.")
        )
    shapes = np.array(streets.geometry.to_numpy(dtype=object))
    multi = shapely.get_type_id(shapes) == shapely.GeometryType.MULTILINESTRING
    single = multi & (shapely.get_num_geometries(shapes) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    wrong = ~np.isin(
        shapely.get_type_id(shapes),
        [shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING],
    )
    wrong |= shapely.is_empty(shapes) | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if wrong.any():
        name = name_edge(streets, int(np.argmax(wrong)))
        raise NetworkError(
            Text(
                f"{wrong.sum()} 个路段没有可用的线（第一个是 {name}）：请补画或删除。",
                f"{wrong.sum()} streets have no usable line (the first is {name}): "
                "draw them or remove them.",
            )
        )
    named = streets if streets.geometry.name == "geometry" else streets.rename_geometry("geometry")
    flat = shapely.force_2d(shapes) if shapely.has_z(shapes).any() else shapes
    return named.set_geometry(flat, crs=streets.crs)


def _with_nodes(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the streets' node numbers, or number them where there are none."""
    known = [streets[name].notna() for name in _ENDS if name in streets]
    if not any(column.any() for column in known):
        return node_streets(streets)
    lost = ~known[0] if len(known) == 1 else ~(known[0] & known[1])
    multi = streets.geometry.geom_type.to_numpy() == "MultiLineString"
    wrong = np.flatnonzero(lost.to_numpy() | multi | (len(known) == 1))
    if len(wrong):
        name = name_edge(streets, int(wrong[0]))
        raise NetworkError(
            Text(
                f"{len(wrong)} 个路段缺少 from_node 或 to_node，或由多条线组成"
                f"（第一个是 {name}）：请补全，或去掉这两列，由程序按线的端点连接。",
                f"{len(wrong)} streets lack from_node or to_node, or are of several lines (the "
                f"first is {name}): complete them, or leave both columns out and have the lines "
                "joined by their ends.",
            )
        )
    return streets


def _list_nodes(
    edges: pd.DataFrame, geometry: Lines, nodes: gpd.GeoDataFrame | None
) -> tuple[pd.DataFrame, Ints]:
    """List the nodes that streets meet, and each street's ends as rows of the list."""
    ends = edges[_ENDS].to_numpy(dtype=np.int64)
    xy = _tips(geometry)
    node_id, first, row = np.unique(ends.ravel(), return_index=True, return_inverse=True)
    apart_m = np.hypot(*(xy - xy[first][row]).T)
    if apart_m.max() > _APART_M:
        worst = int(apart_m.argmax())
        raise NetworkError(
            Text(
                f"节点 {ends.ravel()[worst]} 出现在相距 {apart_m[worst]:.0f} m 的两处"
                f"（路段 {name_edge(edges, worst // 2)}）：图层是否被裁切过？"
                "请去掉 from_node 和 to_node 两列，由程序按线的端点连接。",
                f"Node {ends.ravel()[worst]} is in two places {apart_m[worst]:.0f} m apart "
                f"(street {name_edge(edges, worst // 2)}): was the layer clipped? Leave from_node "
                "and to_node out and have the lines joined by their ends.",
            )
        )
    table = pd.DataFrame({"node_id": node_id, "x_m": xy[first, 0], "y_m": xy[first, 1]})
    return _with_facts(table, nodes), row.reshape(-1, 2)


def _tips(geometry: Lines) -> Floats:
    """Give the coordinates of each line's start and end, one after the other, (2m, 2)."""
    corners = shapely.get_coordinates(geometry)
    last = np.cumsum(shapely.get_num_points(geometry)) - 1
    first = np.concatenate([[0], last[:-1] + 1])
    return np.asarray(corners[np.column_stack([first, last]).ravel()])


def _with_facts(table: pd.DataFrame, nodes: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Add what the layer of nodes knows of them."""
    if nodes is not None and len(nodes):
        facts = pd.DataFrame(nodes.drop(columns=nodes.geometry.name))
        facts = facts.astype({"node_id": "int64"}).drop_duplicates("node_id")
        table = table.merge(facts, on="node_id", how="left", validate="one_to_one")
    known = table["elevation_m"] if "elevation_m" in table else pd.Series(np.nan, table.index)
    elevation_m = pd.to_numeric(known, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    others = [name for name in table if name not in {"node_id", "x_m", "y_m", "elevation_m"}]
    table = table[["node_id", "x_m", "y_m", *others]]
    table.insert(3, "elevation_m", elevation_m)
    return table
