"""What places without a name are called: a number, and the street that they are on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from tongling_gis.text import Lang

_NEAR_M = 200.0
_NUMBERED = Text("未命名{what} {number}", "Unnamed {what} {number}")
_AT = Text("{title}（{place}）", "{title} ({place})")
_BY = Text("{street}附近", "near {street}")
_SINGULAR = {
    "compounds": Text("小区", "compound"),
    "centres": Text("邻里中心", "centre"),
}


def title_unnamed(
    table: str, places: gpd.GeoDataFrame, streets: gpd.GeoDataFrame | None, lang: Lang
) -> list[str | None]:
    """Title the places that have no name; None for one that has.

    They are numbered in their order, with the address where one is recorded, else the street
    with a name nearest to them within 200 m.

    Args:
        table: The table of the schema.
        places: Its rows.
        streets: The streets of the map, in any CRS.
        lang: Language of the titles.
    """
    names = (
        places["name"].fillna("").astype(str).str.strip()
        if "name" in places
        else np.full(len(places), "")
    )
    unnamed = np.flatnonzero(np.asarray(names == ""))
    titles: list[str | None] = [None] * len(places)
    if not len(unnamed):
        return titles
    rows = places.iloc[unnamed]
    written, nearest = _addresses(rows), _nearest_streets(rows, streets)
    what = _SINGULAR.get(table, TABLES[table].label)
    for number, (row, address, street) in enumerate(
        zip(unnamed.tolist(), written, nearest, strict=True), 1
    ):
        title = _NUMBERED.fill(what=what, number=number)
        place = Text.same(address) if address else _BY.fill(street=street) if street else None
        titles[row] = (_AT.fill(title=title, place=place) if place else title).in_lang(lang)
    return titles


def _addresses(rows: gpd.GeoDataFrame) -> list[str]:
    """Give each row's address: its own column, or OpenStreetMap's tags."""
    own = rows["address"] if "address" in rows else [None] * len(rows)
    tags = rows["tags"] if "tags" in rows else [None] * len(rows)
    return [
        text if isinstance(text, str) and text else _tagged(tag)
        for text, tag in zip(own, tags, strict=True)
    ]


def _tagged(tags: object) -> str:
    try:
        known = json.loads(tags) if isinstance(tags, str) and "addr:" in tags else {}
    except ValueError:
        return ""
    street, house = known.get("addr:street", ""), known.get("addr:housenumber", "")
    return f"{street}{house}" if street else ""


def _nearest_streets(rows: gpd.GeoDataFrame, streets: gpd.GeoDataFrame | None) -> list[str]:
    """Give the name of the nearest street with one, "" where none is near."""
    import shapely

    found = [""] * len(rows)
    if streets is None or "name" not in streets or not streets.crs.is_projected:
        return found
    named = streets[streets["name"].notna() & (streets["name"] != "")]
    placed = np.flatnonzero(np.asarray(~(rows.geometry.isna() | rows.geometry.is_empty)))
    if not len(named) or not len(placed):
        return found
    shapes = rows.geometry.iloc[placed].to_crs(named.crs).to_numpy()
    tree = shapely.STRtree(named.geometry.to_numpy())
    place, street = tree.query_nearest(shapes, max_distance=_NEAR_M, all_matches=False)
    names = named["name"].tolist()
    for one, other in zip(placed[place].tolist(), street.tolist(), strict=True):
        found[one] = str(names[other])
    return found
