"""Base maps from the web that a map may offer besides its own streets: off until asked for.

A page loads nothing from outside unless it was drawn with base maps, and then only from their
hosts. None of them is needed: where one does not answer, the page's own streets come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongling_gis.text import Lang

Json: TypeAlias = "dict[str, Any]"


@dataclass(frozen=True, slots=True)
class BaseMap:
    """Tiles of one look of one provider.

    Attributes:
        provider: Who offers them, as asked for with ``--base-maps``.
        label: How it is called on the page.
        urls: Addresses of tiles, from the bottom to the top, with {s}, {z}, {x}, {y}, {key}.
        credit: Whose they are.
        subdomains: What {s} stands for, a character each.
        shifted: Whether the tiles are in GCJ-02, so that the page must shift them back.
        keyed: Whether the reader must type a key.
        max_zoom: Largest zoom of which there are tiles.
    """

    provider: str
    label: Text
    urls: tuple[str, ...]
    credit: str
    subdomains: str = ""
    shifted: bool = False
    keyed: bool = False
    max_zoom: int = 18


def _tianditu(*layers: str) -> tuple[str, ...]:
    return tuple(
        f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile"
        f"&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
        for layer in layers
    )


_GAODE = "&x={x}&y={y}&z={z}"

BASE_MAPS: tuple[BaseMap, ...] = (
    BaseMap(
        "tianditu",
        Text("天地图（地图）", "Tianditu (map)"),
        _tianditu("vec", "cva"),
        "© 国家地理信息公共服务平台 天地图",
        "01234567",
        keyed=True,
    ),
    BaseMap(
        "tianditu",
        Text("天地图（影像）", "Tianditu (imagery)"),
        _tianditu("img", "cia"),
        "© 国家地理信息公共服务平台 天地图",
        "01234567",
        keyed=True,
    ),
    BaseMap(
        "gaode",
        Text("高德（地图）", "Gaode (map)"),
        (
            "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8"
            + _GAODE,
        ),
        "© 高德地图",
        "1234",
        shifted=True,
    ),
    BaseMap(
        "gaode",
        Text("高德（影像）", "Gaode (imagery)"),
        ("https://webst0{s}.is.autonavi.com/appmaptile?style=6" + _GAODE,),
        "© 高德地图",
        "1234",
        shifted=True,
    ),
    BaseMap(
        "osm",
        Text("OpenStreetMap", "OpenStreetMap"),
        ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
        "© OpenStreetMap contributors",
        max_zoom=19,
    ),
)

PROVIDERS: tuple[str, ...] = tuple(dict.fromkeys(one.provider for one in BASE_MAPS))


def choose_base_maps(providers: Iterable[str]) -> tuple[BaseMap, ...]:
    """Give the base maps of some providers.

    Raises:
        UsageError: If a provider is not known.
    """
    wanted = tuple(providers)
    for provider in wanted:
        if provider not in PROVIDERS:
            known = "、".join(PROVIDERS)
            raise UsageError(
                Text(
                    f"没有名为 {provider} 的底图，可选：{known}。",
                    f"There is no base map {provider!r}; there are {', '.join(PROVIDERS)}.",
                )
            )
    return tuple(one for one in BASE_MAPS if one.provider in wanted)


def describe_base_maps(base_maps: Iterable[BaseMap], lang: Lang) -> list[Json]:
    """Describe base maps for the page."""
    return [
        {
            "provider": one.provider,
            "label": one.label.in_lang(lang),
            "urls": list(one.urls),
            "credit": one.credit,
            "subdomains": one.subdomains,
            "shifted": one.shifted,
            "keyed": one.keyed,
            "maxZoom": one.max_zoom,
        }
        for one in base_maps
    ]


def tile_hosts(base_maps: Iterable[BaseMap]) -> list[str]:
    """List the origins that the page may load pictures from, each once.

    >>> tile_hosts(choose_base_maps(["osm"]))
    ['https://tile.openstreetmap.org']
    """
    origins = []
    for one in base_maps:
        for url in one.urls:
            parts = urlsplit(url)
            hosts = [parts.netloc.replace("{s}", letter) for letter in one.subdomains or " "]
            origins += [f"{parts.scheme}://{host}" for host in hosts]
    return list(dict.fromkeys(origins))
