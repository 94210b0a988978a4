"""Streets, walls, buildings and facilities fetched online, by a place's name or a box."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from tongling_gis.crs import WGS84, metric_crs
from tongling_gis.errors import DownloadError, UsageError
from tongling_gis.importers.layers import build_layer
from tongling_gis.importers.osm import read_osm
from tongling_gis.importers.overpass import (
    NOMINATIM_URL,
    OVERPASS_URL,
    Servers,
    download_area,
    find_place,
    probe,
    write_extract,
)
from tongling_gis.importers.report import LayerCount
from tongling_gis.text import Text, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.importers.report import Imported
    from tongling_gis.text import Progress

Shape = TypeVar("Shape", bound="BaseGeometry")
Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees WGS 84."""

MARGIN_M = 1_200.0
"""How far beyond the area data are fetched: 15 minutes' walk at 1.33 m/s, for its edges."""

TILE_M = 15_000.0
"""Widest area asked for at once; larger ones are asked for in tiles."""

_SIMPLIFY_M = 20.0
_ASKING = Text("询问 {place} 的范围", "Asking where {place} is")
_FETCHING = Text("下载第 {number}/{count} 块", "Downloading part {number} of {count}")


def fetch_osm(
    place: str | None = None,
    *,
    bbox: Box | None = None,
    overpass_url: str | None = None,
    nominatim_url: str | None = None,
    margin_m: float = MARGIN_M,
    progress: Progress = silent,
) -> Imported:
    """Download OpenStreetMap data of a place or a box; the layers are those of ``read_osm``.

    The area asked for becomes the layer ``study_area``. Data are fetched ``margin_m`` beyond it,
    because people near its edge walk across it; ways that reach out of that are whole.

    Args:
        place: Name of a place whose area OpenStreetMap knows, such as "铜陵市"; or
        bbox: West, south, east, north in degrees WGS 84.
        overpass_url: Base address of an Overpass API other than the public one.
        nominatim_url: Base address of a Nominatim other than the public one.
        margin_m: How far beyond the area to fetch.
        progress: Told how far the download is.

    Raises:
        UsageError: If neither or both of place and box are given, or the box is none.
        DownloadError: If a server cannot be reached, or does not answer in full.
    """
    servers = Servers(overpass_url or OVERPASS_URL, nominatim_url or NOMINATIM_URL)
    if (place is None) == (bbox is None):
        raise UsageError(
            Text(
                "请给出地名或范围（西、南、东、北），二者取一。",
                "Give either a place's name or a box of west, south, east and north.",
            )
        )
    if place is not None:
        progress(_ASKING.fill(place=place), 0.0)
        name, area = place, find_place(place, servers).union_all()
    else:
        assert bbox is not None
        name, area = ", ".join(f"{one:g}" for one in bbox), _box(bbox)
    with tempfile.TemporaryDirectory() as folder:
        extract = Path(folder) / "extract.osm.pbf"
        _download(cut_tiles(area, margin_m), servers, extract, progress)
        imported = read_osm(extract, progress=lambda what, share: progress(what, 0.8 + share / 5))
    return _with_study_area(imported, name, area, servers)


def _box(bbox: Box) -> Polygon:
    import shapely

    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004 - degrees
        raise UsageError(
            Text(
                f"范围 {bbox} 不对：请按 西、南、东、北 的顺序写经纬度，如 117.7 30.9 117.9 31.0。",
                f"The box {bbox} is none: write west, south, east, north in degrees, "
                "such as 117.7 30.9 117.9 31.0.",
            )
        )
    return shapely.box(west, south, east, north)


def _turn(shape: Shape, source: CRS, target: CRS) -> Shape:
    import shapely
    from pyproj import Transformer

    turn = Transformer.from_crs(source, target, always_xy=True)

    def turned(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(turn.transform(points[:, 0], points[:, 1]))

    return shapely.transform(shape, turned)


def cut_tiles(area: BaseGeometry, margin_m: float) -> list[Polygon]:
    """Widen an area (degrees) and cut it into parts that a server answers at once.

    >>> import shapely
    >>> len(cut_tiles(shapely.box(117.7, 30.9, 117.8, 31.0), 1000.0))
    1
    """
    import shapely
    from pyproj import CRS

    degrees = CRS.from_user_input(WGS84)
    metric = metric_crs(area.centroid.x, area.centroid.y)
    wide = _turn(area, degrees, metric).buffer(margin_m + _SIMPLIFY_M).simplify(_SIMPLIFY_M)
    west, south, east, north = wide.bounds
    across, up = (max(ceil(side / TILE_M), 1) for side in (east - west, north - south))
    x_m, y_m = np.linspace(west, east, across + 1), np.linspace(south, north, up + 1)
    cells = [
        wide.intersection(shapely.box(x_m[i], y_m[j], x_m[i + 1], y_m[j + 1]))
        for i in range(across)
        for j in range(up)
    ]
    parts = shapely.get_parts(shapely.get_parts(cells))
    return [_turn(part, metric, degrees) for part in parts if isinstance(part, shapely.Polygon)]


def _download(tiles: list[Polygon], servers: Servers, extract: Path, progress: Progress) -> None:
    """Download every tile into one file."""
    servers = probe(servers)
    answers = []
    for number, tile in enumerate(tiles, start=1):
        progress(_FETCHING.fill(number=number, count=len(tiles)), 0.8 * (number - 1) / len(tiles))
        answers.append(download_area(tile, servers))
    if not write_extract(answers, extract):
        raise DownloadError(
            Text(
                "这个范围内没有 OpenStreetMap 数据：请检查经纬度的顺序（西、南、东、北）。",
                "There are no OpenStreetMap data in this area: "
                "check the order of its degrees (west, south, east, north).",
            )
        )


def _with_study_area(
    imported: Imported, name: str, area: BaseGeometry, servers: Servers
) -> Imported:
    study_area = build_layer("study_area", {"area_id": ["1"], "name": [name]}, [area])
    report = replace(
        imported.report,
        source=f"{servers.overpass_url} ({name})",
        counts={"study_area": LayerCount(1, 1), **imported.report.counts},
    )
    return replace(imported, layers={"study_area": study_area, **imported.layers}, report=report)
