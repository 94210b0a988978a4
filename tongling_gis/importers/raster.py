"""Heights of street nodes from an elevation raster: GeoTIFF, or whatever GDAL opens.

Heights are read between the four nearest cells' centres (bilinear), so that streets rise and
fall without the raster's stairs. A node is left without a height where the raster does not
reach, where a cell that counts has none, and on bridges and in tunnels, whose streets do not
follow the ground.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.crs import read_crs, wgs84_to_bd09, wgs84_to_gcj02
from tongling_gis.errors import CrsError, InputError, UnreadableFileError
from tongling_gis.importers.report import Imported, ImportReport, LayerCount, fingerprint_file
from tongling_gis.text import Text

if TYPE_CHECKING:
    from os import PathLike

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

RASTER_ENDINGS = (".tif", ".tiff", ".asc", ".img", ".hgt", ".dem", ".vrt")
"""Endings of the files that are read as rasters."""

_LOWEST_M, _HIGHEST_M = -500.0, 9000.0
_FOOT_M = 0.3048
_FEET = ("ft", "foot", "feet")
_MARGIN_CELLS = 2

_READ = Text(
    "{filled} 个道路节点由栅格（格距约 {cell:.0f} m，双线性内插）得到高程；{kept} 个保留原有高程。",
    "{filled} street nodes have their height from the raster (cells of about {cell:.0f} m, "
    "bilinear); {kept} keep the one they had.",
)
_OUTSIDE = Text(
    "{count} 个节点在栅格范围之外，高程未知。",
    "{count} nodes lie outside the raster and have no height.",
)
_NODATA = Text(
    "{count} 个节点处栅格没有数值，高程未知。",
    "At {count} nodes the raster has no value: their height is unknown.",
)
_RAISED = Text(
    "{count} 个节点在桥上或隧道内，不取地面高程。",
    "{count} nodes are on bridges or in tunnels and do not take the ground's height.",
)


@dataclass(frozen=True, eq=False)
class _Heights:
    """What a raster says at some points.

    Attributes:
        height_m: Metres, NaN where it says nothing.
        outside: Which points it does not reach.
        cell_m: Size of its cells, roughly.
    """

    height_m: Floats
    outside: Flags
    cell_m: float


def read_elevation(
    path: str | PathLike[str],
    nodes: gpd.GeoDataFrame,
    streets: pd.DataFrame,
    *,
    crs: str | None = None,
    overwrite: bool = False,
) -> Imported:
    """Read street nodes' heights from a raster.

    Args:
        path: The raster.
        nodes: The ``street_nodes`` layer; heights that it has are kept.
        streets: The ``streets`` layer, for bridges and tunnels.
        crs: The raster's coordinate system as declared; None where the file itself says it.
        overwrite: Whether heights that nodes have are replaced.

    Returns:
        The ``street_nodes`` layer with heights, in the CRS it came in.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is no raster.
        CrsError: If its coordinate system is neither declared nor in it.
        InputError: If it is an image, or reaches no node.
    """
    from rasterio.errors import RasterioError

    fingerprint = fingerprint_file(path)
    try:
        found = _sample(Path(path), nodes, crs)
    except RasterioError as error:
        raise UnreadableFileError(
            Text(
                f"“{Path(path).name}”不是可读的栅格：{error}。",
                f"{Path(path).name} is no raster that can be read: {error}.",
            )
        ) from error
    if found.outside.all():
        raise InputError(
            Text(
                f"“{Path(path).name}”与项目的街道不在一处：请检查它的范围和坐标系（--crs）。",
                f"{Path(path).name} does not reach any street of the project: "
                "check its extent and coordinate system (--crs).",
            )
        )
    layer, said = _fill(nodes, found, _find_raised(nodes, streets), overwrite=overwrite)
    report = ImportReport(
        source=Path(path).name,
        fingerprint=fingerprint,
        counts={"street_nodes": LayerCount(len(nodes), len(nodes))},
        warnings=said,
        declared_crs=crs or "",
    )
    return Imported({"street_nodes": layer}, report)


def _fill(
    nodes: gpd.GeoDataFrame, found: _Heights, raised: Flags, *, overwrite: bool
) -> tuple[gpd.GeoDataFrame, tuple[Text, ...]]:
    """Give nodes the heights found, and say how many have none and why."""
    old_m = nodes["elevation_m"].to_numpy(dtype=float, na_value=np.nan)
    kept = np.isfinite(old_m) & (raised | ~np.isfinite(found.height_m) | (not overwrite))
    filled = np.isfinite(found.height_m) & ~raised & ~kept
    layer = nodes.assign(elevation_m=np.where(filled, found.height_m, old_m))
    lacking = ~kept & ~filled
    counts = {
        _RAISED: lacking & raised,
        _OUTSIDE: lacking & ~raised & found.outside,
        _NODATA: lacking & ~raised & ~found.outside,
    }
    said = [_READ.fill(filled=int(filled.sum()), kept=int(kept.sum()), cell=found.cell_m)]
    said += [text.fill(count=int(one.sum())) for text, one in counts.items() if one.any()]
    return layer, tuple(said)


def _find_raised(nodes: gpd.GeoDataFrame, streets: pd.DataFrame) -> Flags:
    """Tell which nodes only bridges and tunnels meet."""
    off_ground = np.zeros(len(streets), dtype=bool)
    for name in ("bridge", "tunnel"):
        if name in streets:
            off_ground |= ~streets[name].fillna("no").isin(["", "no"]).to_numpy()
    ends = streets[["from_node", "to_node"]]
    on_ground, above = (
        ends[which].dropna().to_numpy(dtype=np.int64).ravel() for which in (~off_ground, off_ground)
    )
    own = nodes["node_id"].to_numpy(dtype=np.int64)
    return np.isin(own, above) & ~np.isin(own, on_ground)


def _sample(path: Path, nodes: gpd.GeoDataFrame, declared: str | None) -> _Heights:
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        raster = rasterio.open(path)
    with raster:
        _check(raster, path.name, declared)
        x, y = _bring_to(nodes, declared or raster.crs.to_wkt())
        back = ~raster.transform
        column, row = back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f
        reach = np.isfinite(column) & (column >= 0.0) & (column <= raster.width)
        outside = ~(reach & (row >= 0.0) & (row <= raster.height))
        height_m = np.full(len(nodes), np.nan)
        if not outside.all():
            height_m[~outside] = _read_cells(raster, column[~outside], row[~outside])
        return _Heights(height_m, outside, _cell_m(raster, float(np.median(y))))


def _check(raster: Any, name: str, declared: str | None) -> None:  # noqa: ANN401 - rasterio has no types
    if raster.crs is None and not declared:
        raise CrsError(
            Text(
                f"栅格“{name}”没有说明坐标系：请用 --crs 声明。",
                f"The raster {name!r} does not say its coordinate system: declare it with --crs.",
            )
        )
    if raster.count != 1:
        raise InputError(
            Text(
                f"“{name}”有 {raster.count} 个波段，不像高程栅格：请提供单波段的高程。",
                f"{name!r} has {raster.count} bands and is no elevation raster: bring one with "
                "a single band of heights.",
            )
        )


def _bring_to(nodes: gpd.GeoDataFrame, declared: str) -> tuple[Floats, Floats]:
    """Give the nodes' coordinates in the raster's system."""
    system = read_crs(declared)
    if not isinstance(system, str):
        moved = nodes.geometry.to_crs(system)
        return moved.x.to_numpy(), moved.y.to_numpy()
    shift = wgs84_to_gcj02 if system == "GCJ-02" else wgs84_to_bd09
    plain = nodes.geometry.to_crs("EPSG:4326")
    return shift(plain.x.to_numpy(), plain.y.to_numpy())


def _read_cells(raster: Any, column: Floats, row: Floats) -> Floats:  # noqa: ANN401 - rasterio has no types
    """Read heights between cells' centres, in metres; NaN where a cell that counts has none."""
    from rasterio.windows import Window

    x, y = np.clip(column - 0.5, 0.0, raster.width - 1), np.clip(row - 0.5, 0.0, raster.height - 1)
    left, top = (max(int(one.min()) - _MARGIN_CELLS, 0) for one in (x, y))
    right = min(int(x.max()) + _MARGIN_CELLS, raster.width)
    below = min(int(y.max()) + _MARGIN_CELLS, raster.height)
    window = Window(left, top, right - left, below - top)
    cells = raster.read(1, window=window, masked=True).astype(float).filled(np.nan)
    cells = cells * raster.scales[0] + raster.offsets[0]
    if str(raster.units[0] or "").lower().rstrip("s") in _FEET:
        cells *= _FOOT_M
    cells[(cells < _LOWEST_M) | (cells > _HIGHEST_M)] = np.nan
    return interpolate(cells, x - left, y - top)


def interpolate(cells: Floats, x: Floats, y: Floats) -> Floats:
    """Interpolate between cells' centres, which lie at whole numbers.

    A cell without a value makes those around it unknown, but for points that it has no part in.

    >>> cells = np.array([[0.0, 10.0], [np.nan, 30.0]])
    >>> interpolate(cells, np.array([0.5, 1.0, 0.5]), np.array([0.0, 0.5, 0.5])).tolist()
    [5.0, 20.0, nan]
    """
    column = np.clip(np.floor(x).astype(np.int64), 0, max(cells.shape[1] - 2, 0))
    row = np.clip(np.floor(y).astype(np.int64), 0, max(cells.shape[0] - 2, 0))
    height = np.zeros(len(x))
    for down in (0, 1):
        for right in (0, 1):
            weight = np.abs(1 - down - (y - row)) * np.abs(1 - right - (x - column))
            at = cells[
                np.minimum(row + down, cells.shape[0] - 1),
                np.minimum(column + right, cells.shape[1] - 1),
            ]
            height += np.where(weight > 0.0, at * weight, 0.0)
    return height


def _cell_m(raster: Any, northing: float) -> float:  # noqa: ANN401 - rasterio has no types
    size = float(abs(raster.transform.e))
    is_degrees = raster.crs is not None and raster.crs.is_geographic
    return size * 111_320.0 if is_degrees and abs(northing) <= 90.0 else size  # noqa: PLR2004
