"""Proposals as layers of the map: walls to open, compounds not to close, candidate areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tongling_gis.mapping.shapes import encode_points, encode_shapes
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd

    from tongling_gis.assessment import Assessment
    from tongling_gis.text import Lang

    Row: TypeAlias = dict[str, Any]

Json: TypeAlias = "dict[str, Any]"

_DEAREST = 10
_AREA = {"group": "results", "symbol": "area", "size": 1.6, "fromZoom": 0, "shown": True}
_LOOKS: dict[str, tuple[Text, Json]] = {
    "proposed_areas": (
        Text("建议管理区（推荐方案）", "Areas suggested"),
        {**_AREA, "fill": "#8fbf9f", "stroke": "#00513d", "dash": False},
    ),
    "closings": (
        Text("最不宜封闭的小区", "Compounds not to close"),
        {**_AREA, "fill": "#e7a07a", "stroke": "#a8430b", "dash": True},
    ),
    "openings": (
        Text("建议打开的围墙（按次序）", "Walls to open, by rank"),
        {
            "group": "results",
            "symbol": "square",
            "fill": "#b3006b",
            "stroke": "#ffffff",
            "size": 13.0,
            "fromZoom": 0,
            "shown": True,
            "dash": False,
        },
    ),
}


def describe_proposals(results: Mapping[str, Sequence[Assessment]], lang: Lang) -> list[Json]:
    """Describe the newest openings and the newest divided quarter, from the bottom to the top.

    Args:
        results: Results by kind, the newest last.
        lang: Language of the page.
    """
    found: list[Json] = []
    for divided in results.get("boundaries_proposal", ())[-1:]:
        table = divided.layers["alternatives"]
        best = int(table["alternative"][table["best"].astype(bool)].iloc[0])
        areas = divided.layers["areas"]
        areas = areas[areas["alternative"] == best]
        found.append(_describe("proposed_areas", areas, _area_facts, lang))
    for opened in results.get("openings", ())[-1:]:
        closings = opened.layers["closings"].head(_DEAREST)
        found.append(_describe("closings", closings, _closing_facts, lang))
        found.append(_describe("openings", opened.layers["openings"], _opening_facts, lang))
    return [one for one in found if one["count"]]


def _describe(
    name: str, rows: gpd.GeoDataFrame, facts: Callable[[Row], dict[Text, str]], lang: Lang
) -> Json:
    label, look = _LOOKS[name]
    told = [
        {key.in_lang(lang): value for key, value in facts(row).items()}
        for row in rows.drop(columns="geometry").to_dict("records")
    ]
    columns = list(told[0]) if told else []
    return {
        "name": name,
        "label": label.in_lang(lang),
        "look": look,
        "count": len(rows),
        "shapeless": 0,
        "shapes": encode_shapes(rows) if look["symbol"] == "area" else encode_points(rows),
        "facts": {
            "columns": [{"name": one, "label": one, "kind": "text"} for one in columns],
            "rows": [[one[column] for column in columns] for one in told],
        },
    }


def _opening_facts(row: Row) -> dict[Text, str]:
    return {
        Text("位置", "Place"): f"{row['rank']}. {row['name_zh']} ({row['place_id']})",
        Text("节省步行（人·分钟）", "Saved (person-minutes)"): f"{row['minutes_saved']:,.0f}",
        Text("受益居民", "Residents who gain"): f"{row['residents_shorter']:,.0f}",
        Text("15 分钟圈新覆盖", "Newly within 15 minutes"): f"{row['newly_covered']:,.0f}",
    }


def _closing_facts(row: Row) -> dict[Text, str]:
    return {
        Text("小区", "Compound"): str(row["name"] or row["compound_id"]),
        Text("封闭后多走（人·分钟）", "Lost (person-minutes)"): f"{row['minutes_lost']:,.0f}",
        Text("受影响居民", "Residents who lose"): f"{row['residents_longer']:,.0f}",
        Text("离开 15 分钟圈", "No longer within 15 min"): f"{row['no_longer_covered']:,.0f}",
        Text("内有邻里中心", "Centres inside"): f"{row['centres_inside']}",
    }


def _area_facts(row: Row) -> dict[Text, str]:
    return {
        Text("片区", "Area"): str(row["area_id"]),
        Text("面积（公顷）", "Hectares"): f"{row['area_ha']:.2f}",
        Text("建筑", "Buildings"): f"{row['buildings']}",
        Text("新建围墙（米）", "New wall (m)"): f"{row['new_wall_m']:,.0f}",
        Text("不符合的规则", "Rules that fail"): str(row["failed_rules"] or "—"),
    }
