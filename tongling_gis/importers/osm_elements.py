"""An OpenStreetMap file's nodes, ways and relations, as arrays and small tuples.

Reading is the only thing done here: what becomes of the elements is the business of
``osm_streets`` and ``osm_features``. The format is told from the file's content, not its name.
"""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.errors import MissingFileError, UnreadableFileError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely import Point

    from tongling_gis.text import Progress

Tags: TypeAlias = dict[str, str]

_HEAD_BYTES = 8192
_TELL_EVERY = 50_000
_READ_SHARE = 0.6
_PER_DEGREE = 1e7
_EMPTY = Text("文件是空的", "the file is empty")
_NO_OSM = Text("没有 <osm> 元素", "no <osm> element")
_READING = Text("读取 OpenStreetMap 文件", "Reading the OpenStreetMap file")


class Way(NamedTuple):
    """A way: its tags and the ids of its nodes in order."""

    osm_id: int
    tags: Tags
    refs: list[int]


class Member(NamedTuple):
    """A relation's member: "n", "w" or "r", its id, and its role."""

    kind: str
    ref: int
    role: str


class Relation(NamedTuple):
    """A relation: its tags and members."""

    osm_id: int
    tags: Tags
    members: list[Member]


@dataclass(frozen=True, eq=False)
class Elements:
    """Everything in a file.

    Attributes:
        node_id: Ids, ascending, int64[n].
        lon: Degrees WGS 84, float64[n]; NaN where the file gives no usable place.
        lat: Degrees WGS 84, float64[n].
        node_tags: Node id -> tags, of those that have any.
        ways: Way id -> way.
        relations: Relation id -> relation.
        header: What the file says of itself: generator, copyright, attribution, ...
        newest: ISO date of the newest element or of the replication, "" where unknown.
        duplicates: How many elements came twice; the last one stands.
    """

    node_id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    node_tags: dict[int, Tags]
    ways: dict[int, Way]
    relations: dict[int, Relation]
    header: dict[str, str]
    newest: str
    duplicates: int = 0

    def positions(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Find nodes' positions by id; -1 where the file does not place the node."""
        if not len(self.node_id):
            return np.full(len(ids), -1, dtype=np.int64)
        guess = np.searchsorted(self.node_id, ids)
        guess[guess == len(self.node_id)] = 0
        found = (self.node_id[guess] == ids) & ~np.isnan(self.lon[guess])
        return np.where(found, guess, -1)

    def tagged_points(self) -> dict[int, Point | None]:
        """Give each tagged node's point; None where the file does not place it."""
        import shapely

        ids = np.fromiter(self.node_tags, np.int64, len(self.node_tags))
        places = self.positions(ids)
        points = np.asarray(shapely.points(self.lon[places], self.lat[places]), dtype=object)
        points[places < 0] = None
        return dict(zip(ids.tolist(), points, strict=True))


@dataclass
class _Collector:
    """What has been read so far."""

    node_id: array[int] = field(default_factory=lambda: array("q"))
    x: array[int] = field(default_factory=lambda: array("i"))
    y: array[int] = field(default_factory=lambda: array("i"))
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: dict[int, Way] = field(default_factory=dict)
    relations: dict[int, Relation] = field(default_factory=dict)
    newest: datetime | None = None
    seen: int = 0

    def take_node(self, node: Any) -> None:  # noqa: ANN401 - osmium ships no usable types
        place = node.location
        self.node_id.append(node.id)
        self.x.append(place.x)
        self.y.append(place.y)
        if len(node.tags):
            self.node_tags[node.id] = dict(node.tags)
        else:
            self.node_tags.pop(node.id, None)

    def take_way(self, way: Any) -> None:  # noqa: ANN401
        self.ways[way.id] = Way(way.id, dict(way.tags), [node.ref for node in way.nodes])

    def take_relation(self, relation: Any) -> None:  # noqa: ANN401
        members = [Member(one.type, one.ref, one.role) for one in relation.members]
        self.relations[relation.id] = Relation(relation.id, dict(relation.tags), members)


def read_elements(path: Path, progress: Progress) -> Elements:
    """Read a whole .osm, .osm.gz, .osm.bz2 or .osm.pbf file.

    Raises:
        MissingFileError: If it is not there.
        UnreadableFileError: If it is empty, truncated or of another format.
    """
    import osmium

    head, osm_format = _look(path)
    collected = _Collector()
    file = osmium.io.File(str(path), osm_format)
    takers: dict[str, Callable[[Any], None]] = {
        "n": collected.take_node,
        "w": collected.take_way,
        "r": collected.take_relation,
    }
    try:
        processor = osmium.FileProcessor(file)
        header = _header(head, processor.header)
        for element in processor:
            _take(element, takers, collected, progress)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise _unreadable(path, Text.same(str(error))) from error
    if not collected.seen:
        raise UnreadableFileError(
            Text(
                f"“{path.name}”里没有任何 OpenStreetMap 要素：请重新下载。",
                f"{path.name!r} holds no OpenStreetMap element at all: download it again.",
            )
        )
    return _arranged(collected, header)


def _take(
    element: Any,  # noqa: ANN401
    takers: dict[str, Callable[[Any], None]],
    collected: _Collector,
    progress: Progress,
) -> None:
    if element.deleted or not element.visible:
        return
    taker = takers.get(element.type_str())
    if taker is None:
        return
    taker(element)
    collected.seen += 1
    stamp = element.timestamp
    if collected.newest is None or stamp > collected.newest:
        collected.newest = stamp
    if collected.seen % _TELL_EVERY == 0:
        progress(_READING, _READ_SHARE * (1.0 - 1.0 / (1.0 + collected.seen / 500_000)))


def _look(path: Path) -> tuple[str, str]:
    """Give the file's first characters (XML only) and its format as osmium names it."""
    try:
        with path.open("rb") as file:
            first = file.read(_HEAD_BYTES)
    except OSError as error:
        raise MissingFileError(
            Text(
                f"打不开文件“{path}”：请检查路径和权限。",
                f"Cannot open {str(path)!r}: check the path and its permissions.",
            )
        ) from error
    if first[4:].startswith(b"\x0a\x09OSMHeader"):
        return "", "pbf"
    opener, suffix = (
        (gzip.open, ".gz")
        if first.startswith(b"\x1f\x8b")
        else (bz2.open, ".bz2")
        if first.startswith(b"BZh")
        else (open, "")
    )
    try:
        with opener(path, "rb") as file:
            text = file.read(_HEAD_BYTES).decode("utf-8", errors="replace")
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, Text.same(str(error))) from error
    if not re.search(r"<osm[\s>]", text):
        raise _unreadable(path, _NO_OSM if first else _EMPTY)
    return text, "osm" + suffix


def _unreadable(path: Path, why: Text) -> UnreadableFileError:
    return UnreadableFileError(
        Text(
            f"“{path.name}”不是完整的 OpenStreetMap 文件（{why.zh}）："
            "请重新下载，格式为 .osm、.osm.gz、.osm.bz2 或 .osm.pbf。",
            f"{path.name!r} is not a whole OpenStreetMap file ({why.en}): "
            "download it again as .osm, .osm.gz, .osm.bz2 or .osm.pbf.",
        )
    )


def _header(head: str, header: Any) -> dict[str, str]:  # noqa: ANN401
    keys = ("generator", "osmosis_replication_timestamp", "timestamp")
    found = {key: header.get(key, "") for key in keys}
    root = re.search(r"<osm\b[^>]*>", head)
    if root:
        found |= dict(re.findall(r'([\w.:]+)\s*=\s*["\']([^"\']*)["\']', root.group()))
    base = re.search(r'osm_base\s*=\s*["\']([^"\']+)["\']', head)
    if base:
        found["osmosis_replication_timestamp"] = base.group(1)
    return {key: text for key, text in found.items() if text}


def _arranged(collected: _Collector, header: dict[str, str]) -> Elements:
    ids = np.frombuffer(collected.node_id, dtype=np.int64)
    x = np.frombuffer(collected.x, dtype=np.int32)
    y = np.frombuffer(collected.y, dtype=np.int32)
    order = np.argsort(ids, kind="stable")
    last = np.append(np.diff(ids[order]) != 0, np.ones(min(len(ids), 1), dtype=bool))
    kept = order[last]
    lon, lat = x[kept] / _PER_DEGREE, y[kept] / _PER_DEGREE
    placed = (np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0)  # noqa: PLR2004 - degrees
    count = len(kept) + len(collected.ways) + len(collected.relations)
    return Elements(
        node_id=ids[kept],
        lon=np.where(placed, lon, np.nan),
        lat=np.where(placed, lat, np.nan),
        node_tags=collected.node_tags,
        ways=collected.ways,
        relations=collected.relations,
        header=header,
        newest=_newest(header, collected.newest),
        duplicates=collected.seen - count,
    )


def _newest(header: dict[str, str], stamp: datetime | None) -> str:
    said = header.get("osmosis_replication_timestamp", "")
    if re.match(r"\d{4}-\d{2}-\d{2}", said):
        return said[:10]
    return stamp.date().isoformat() if stamp is not None and stamp.year > 1970 else ""  # noqa: PLR2004
