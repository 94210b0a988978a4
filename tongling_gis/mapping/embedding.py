"""The small version of a map that stands in a frame of another page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING
from urllib.parse import quote

from tongling_gis.mapping.layers import STREET_CLASSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

EMBED_HEIGHT_PX = 480
"""Height of the frame, which the outer page keeps."""

_LAYERS = ("study_area", "water", "green", "streets", "compounds", "centres")
_RECORDS = ("companies", "alliances")
_STREETS_FROM_ZOOM = 12


def choose_layers(layers: Mapping[str, gpd.GeoDataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Keep the layers of a small map: places, ground, and the streets that show from afar."""
    kept = {name: layers[name] for name in _LAYERS if name in layers}
    if "streets" in kept:
        ways = frozenset[str]().union(
            *(one.ways for one in STREET_CLASSES if one.from_zoom <= _STREETS_FROM_ZOOM)
        )
        kept["streets"] = kept["streets"][kept["streets"]["highway"].isin(ways)]
    return kept


def choose_records(records: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Keep the tables that cards name places' companies and alliances from."""
    return {name: records[name] for name in _RECORDS if name in records}


def write_snippet(address: str, title: str, *, height_px: int = EMBED_HEIGHT_PX) -> str:
    """Write the HTML that puts a small map into a page.

    >>> write_snippet("地图 嵌入.html", 'A "b"')[:50]
    '<iframe src="%E5%9C%B0%E5%9B%BE%20%E5%B5%8C%E5%85%'
    """
    return (
        f'<iframe src="{quote(address)}" title="{html.escape(title)}" width="100%" '
        f'height="{height_px}" style="border:0" loading="lazy"></iframe>'
    )
