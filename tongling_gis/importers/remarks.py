"""What residents wrote on a consultation page: read, checked, and limited against spam.

A file is what the page downloads: a GeoJSON FeatureCollection whose points are remarks, see
``docs/consultation-file.md``. Everything in it is somebody's words: control characters are
taken out, lengths and numbers limited, and every remark that is left out is counted with why.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from tongling_gis.errors import MissingFileError, SchemaError, UnreadableFileError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

MOST_REMARKS = 30
MOST_CHARACTERS = {"text": 500, "name": 40, "contact": 80}
"""How many remarks a file may hold, and how long each of their texts may be."""
FARTHEST_DEGREES = 0.05
"""How far from the draft a remark may lie, about 5 km."""
_LARGEST_BYTES = 1_000_000
_ID = re.compile(r"[0-9a-f]{8,40}")


@dataclass(frozen=True, slots=True)
class Received:
    """What a file holds.

    Attributes:
        draft_id: The draft that it is about.
        remarks: Rows of the layer ``remarks`` in EPSG:4326.
        left_out: Why each remark that is not among them was left out.
    """

    draft_id: str
    remarks: gpd.GeoDataFrame
    left_out: tuple[Text, ...]


def read_remarks(
    path: Path, *, drafts: Mapping[str, BaseGeometry], known: Collection[str] = ()
) -> Received:
    """Read a file of remarks.

    Args:
        path: What a consultation page downloaded.
        drafts: Boundaries of the project's drafts in EPSG:4326, by number.
        known: Numbers of remarks that the project has already.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is no file of remarks, or larger than any page writes.
        SchemaError: If it is about no draft of the project, or holds too many remarks.
    """
    collection = _open(path)
    about = collection.get("consultation")
    draft_id = str(about.get("draft_id", "")) if isinstance(about, dict) else ""
    if draft_id not in drafts:
        raise SchemaError(
            Text(
                f"“{path.name}”是关于方案“{draft_id}”的意见，本项目没有这个方案：请核对项目。",
                f"{path.name} is about the draft {draft_id!r}, which this project has not.",
            )
        )
    features = collection["features"]
    if len(features) > MOST_REMARKS:
        raise SchemaError(
            Text(
                f"“{path.name}”有 {len(features)} 条意见，一份文件最多 {MOST_REMARKS} 条："
                "请核实来源。",
                f"{path.name} holds {len(features)} remarks, a file at most {MOST_REMARKS}: ask "
                "where it comes from.",
            )
        )
    return _gather(features, draft_id, drafts[draft_id], set(known))


def _open(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise MissingFileError(
            Text(f"找不到文件“{path}”：请检查路径。", f"There is no file {path}: check the path.")
        )
    wrong = UnreadableFileError(
        Text(
            f"“{path.name}”不是意见征询网页下载的文件：请居民重新下载后发来。",
            f"{path.name} is not what a consultation page downloads: ask for it anew.",
        )
    )
    if path.stat().st_size > _LARGEST_BYTES:
        raise wrong
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        raise wrong
    return collection


def _gather(
    features: list[Any], draft_id: str, boundary: BaseGeometry, known: set[str]
) -> Received:
    import geopandas as gpd

    rows, points, left_out = [], [], []
    for number, feature in enumerate(features, start=1):
        found = _read_one(feature, draft_id, boundary, known)
        if isinstance(found, Text):
            words = Text("第 {number} 条：{why}", "remark {number}: {why}")
            left_out.append(words.fill(number=number, why=found))
            continue
        row, point = found
        known.add(row["remark_id"])
        rows.append(row)
        points.append(point)
    layer = gpd.GeoDataFrame(rows, geometry=points, crs="EPSG:4326")
    return Received(draft_id, layer, tuple(left_out))


def _read_one(
    feature: object, draft_id: str, boundary: BaseGeometry, known: set[str]
) -> tuple[dict[str, Any], shapely.Point | None] | Text:
    """Read one remark, or say why it is left out."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return Text("不是一条意见", "no remark")
    properties = feature["properties"]
    texts = {name: _clean(properties.get(name), most) for name, most in MOST_CHARACTERS.items()}
    if not texts["text"]:
        return Text("没有内容", "it says nothing")
    point = _read_point(feature.get("geometry"))
    if isinstance(point, Text):
        return point
    if point is not None and not boundary.distance(point) <= FARTHEST_DEGREES:
        return Text("位置远离方案范围", "it lies far from the draft")
    remark_id = str(properties.get("remark_id", ""))
    if not _ID.fullmatch(remark_id):
        seed = json.dumps([draft_id, texts["text"], texts["name"], point.wkt if point else ""])
        remark_id = hashlib.sha256(seed.encode()).hexdigest()[:16]
    if remark_id in known:
        return Text("已经收到过", "received before")
    row = {
        "remark_id": remark_id,
        "draft_id": draft_id,
        **{name: value or None for name, value in texts.items()},
        "made_at": _clean(properties.get("made_at"), 25) or None,
        "status": "new",
    }
    return row, point


def _read_point(geometry: Any) -> shapely.Point | Text | None:  # noqa: ANN401 - JSON
    if geometry is None:
        return None
    try:
        lon, lat = (float(one) for one in geometry["coordinates"][:2])
    except (KeyError, TypeError, ValueError):
        return Text("位置不可读", "its place cannot be read")
    point = shapely.Point(lon, lat)
    return point if point.is_valid else Text("位置不可读", "its place cannot be read")


def _clean(value: object, most: int) -> str:
    """Give a text without control and direction characters, and no longer than it may be."""
    if not isinstance(value, str):
        return ""
    kept = "".join(
        one for one in value if one == "\n" or unicodedata.category(one) not in {"Cc", "Cf", "Cs"}
    )
    return kept.strip()[:most]
