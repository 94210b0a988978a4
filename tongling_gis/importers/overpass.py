"""Answers of the Overpass API, asked for through OSMnx and written as an OpenStreetMap file.

OSMnx is asked only to download (its ``cache_only_mode``): what the server answers, unchanged,
is what it leaves in its cache. So streets fetched online go the same way as streets in a file.
OSMnx's settings are the interpreter's own: they are put back, and one download runs at a time.
"""

from __future__ import annotations

import json
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

from tongling_gis.errors import DownloadError, UsageError
from tongling_gis.importers.osm_tags import AMENITY_KEYS, AREA_RULES, POINT_RULES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import geopandas as gpd
    from shapely import Polygon

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org/"

_ONE_AT_A_TIME = Lock()
_TIMEOUT_S = 180
_PROBE_S = 20.0
_STATUS_BYTES = 4096
_LANGUAGES = "zh-CN,zh;q=0.9,en;q=0.5"
_KEYS = ("highway", "barrier", "entrance", *AMENITY_KEYS)
_RULES = {**AREA_RULES, **POINT_RULES}
WANTED: dict[str, bool | str | list[str]] = dict.fromkeys(
    (*_KEYS, *(rule.key for rules in _RULES.values() for rule in rules)), True
)
"""Keys of the elements asked for."""


class Servers(NamedTuple):
    """Where to ask.

    Attributes:
        overpass_url: Base address of an Overpass API, without ``/interpreter``.
        nominatim_url: Base address of a Nominatim, without ``/search``.
        slots: Whether the Overpass API says on ``/status`` when it is free to answer.
    """

    overpass_url: str = OVERPASS_URL
    nominatim_url: str = NOMINATIM_URL
    slots: bool = True


def unreachable(address: str, why: object) -> DownloadError:
    """Make the error for a server that does not answer, or not with what was asked for."""
    return DownloadError(
        Text(
            f"从 {address} 下载失败（{why}）："
            "请在能上网的电脑上下载 OpenStreetMap 数据，再用 tongling-gis import 文件 导入。",
            f"Cannot download from {address} ({why}): download an OpenStreetMap extract on a "
            "computer that is online and bring it in with tongling-gis import FILE.",
        )
    )


@contextmanager
def _settings(servers: Servers, folder: str) -> Iterator[None]:
    """Set OSMnx up for one download, and put everything back."""
    from osmnx import settings

    wanted = {
        "overpass_url": servers.overpass_url,
        "nominatim_url": servers.nominatim_url,
        "http_accept_language": _LANGUAGES,
        "use_cache": True,
        "cache_folder": folder,
        "cache_only_mode": True,
        "doh_url_template": None,
        "overpass_rate_limit": servers.slots,
        "max_query_area_size": float("inf"),
        "overpass_settings": "[out:json][timeout:{timeout}]{maxsize}",
        "requests_timeout": _TIMEOUT_S,
    }
    with _ONE_AT_A_TIME:
        before = {name: getattr(settings, name) for name in wanted}
        resolver = socket.getaddrinfo  # OSMnx pins the server's address in it
        try:
            for name, value in wanted.items():
                setattr(settings, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(settings, name, value)
            socket.getaddrinfo = resolver


def probe(servers: Servers) -> Servers:
    """See whether the Overpass API can be reached at all, before OSMnx waits for it.

    Raises:
        UsageError: If its address is no web address.
        DownloadError: If nothing answers there.
    """
    address = servers.overpass_url.rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise UsageError(
            Text(
                f"“{address}”不是网址：请以 http:// 或 https:// 开头。",
                f"{address!r} is no web address: begin it with http:// or https://.",
            )
        )
    try:
        with urlopen(f"{address}/status", timeout=_PROBE_S) as answer:  # noqa: S310 - checked above
            status = answer.read(_STATUS_BYTES).decode("utf-8", errors="replace")
    except HTTPError:
        return servers._replace(slots=False)
    except OSError as error:
        raise unreachable(address, getattr(error, "reason", error)) from error
    return servers._replace(slots="slot" in status.lower() or "Rate limit" in status)


def find_place(place: str, servers: Servers) -> gpd.GeoDataFrame:
    """Find a place's area by name: one row with the geometry and Nominatim's attributes.

    Raises:
        DownloadError: If the server does not answer, or knows no area of that name.
    """
    from osmnx import geocoder

    try:
        with tempfile.TemporaryDirectory() as folder, _settings(servers, folder):
            return geocoder.geocode_to_gdf(place)
    except (ValueError, TypeError) as error:
        raise DownloadError(
            Text(
                f"{servers.nominatim_url} 找不到名为“{place}”的区域："
                "请换个写法，或用 --bbox 给出范围。",
                f"{servers.nominatim_url} knows no area named {place!r}: "
                "write it another way, or give its extent with --bbox.",
            )
        ) from error
    except OSError as error:
        raise unreachable(servers.nominatim_url, type(error).__name__) from error


def download_area(area: Polygon, servers: Servers) -> dict[str, Any]:
    """Download all wanted elements in one area (degrees): the Overpass API's own JSON.

    Raises:
        DownloadError: If the server does not answer, or not in full.
    """
    from osmnx import features

    with tempfile.TemporaryDirectory() as folder:
        try:
            with _settings(servers, folder):
                features.features_from_polygon(area, WANTED)
        except InterruptedError:
            pass  # cache_only_mode ends so
        except (OSError, ValueError) as error:
            raise unreachable(servers.overpass_url, type(error).__name__) from error
        answers = list(Path(folder).glob("*.json"))
        if len(answers) != 1:  # OSMnx keeps no answer that is an error or carries a remark
            raise DownloadError(
                Text(
                    f"{servers.overpass_url} 的回答不完整：请稍后再试，或把范围分小。",
                    f"{servers.overpass_url} did not answer in full: "
                    "try later, or ask for a smaller area.",
                )
            )
        answer: dict[str, Any] = json.loads(answers[0].read_text(encoding="utf-8"))
        return answer


def write_extract(answers: Iterable[dict[str, Any]], path: Path) -> int:
    """Write answers as one OpenStreetMap file, each element once; gives how many there are."""
    import osmium

    elements: dict[tuple[str, int], dict[str, Any]] = {}
    stamps = []
    for answer in answers:
        stamps.append(str(answer.get("osm3s", {}).get("timestamp_osm_base", "")))
        elements |= {(one["type"], one["id"]): one for one in answer["elements"]}
    header = osmium.io.Header()
    header.set("generator", "OpenStreetMap, Overpass API")
    header.set("osmosis_replication_timestamp", min(filter(None, stamps), default=""))
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for _, element in sorted(elements.items(), key=_file_order):
            _write(element, writer)
    return len(elements)


def _file_order(item: tuple[tuple[str, int], object]) -> tuple[int, int]:
    (kind, osm_id), _ = item
    return ("node", "way", "relation").index(kind), osm_id


def _write(element: dict[str, Any], writer: Any) -> None:  # noqa: ANN401 - osmium has no types
    from osmium.osm import mutable

    common = {"id": element["id"], "tags": element.get("tags", {})}
    if element["type"] == "node":
        writer.add_node(mutable.Node(location=(element["lon"], element["lat"]), **common))
    elif element["type"] == "way":
        writer.add_way(mutable.Way(nodes=element.get("nodes", []), **common))
    else:
        members = [(one["type"][0], one["ref"], one["role"]) for one in element.get("members", [])]
        writer.add_relation(mutable.Relation(members=members, **common))
