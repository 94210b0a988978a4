"""A siting result as layers of the map: chosen sites, whom they newly cover, candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tongling_gis.mapping.shapes import encode_points
from tongling_gis.schema.layers import ORIGINS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd

    from tongling_gis.assessment import Assessment
    from tongling_gis.text import Lang

    Row: TypeAlias = dict[str, Any]

Json: TypeAlias = "dict[str, Any]"

_LOOKS: dict[str, tuple[Text, Json]] = {
    "siting_out": (
        Text("选址：排除的候选地点", "Siting: candidates left out"),
        {"symbol": "cross", "fill": "#8a949f", "size": 3.5, "fromZoom": 12, "shown": False},
    ),
    "siting_in": (
        Text("选址：其他候选地点", "Siting: other candidates"),
        {"symbol": "triangle", "fill": "#b7a5c4", "size": 3.5, "fromZoom": 12, "shown": False},
    ),
    "siting_newly": (
        Text("选址：新增覆盖的居民", "Siting: residents newly covered"),
        {"symbol": "circle", "fill": "#1b9e77", "size": 4.0, "fromZoom": 0, "shown": True},
    ),
    "siting_lost": (
        Text("选址：不再覆盖的居民", "Siting: residents no longer covered"),
        {"symbol": "diamond", "fill": "#b3006b", "size": 4.0, "fromZoom": 0, "shown": True},
    ),
    "siting_conflict": (
        Text("选址：任何地点都到不了的居民", "Siting: residents whom no site reaches"),
        {"symbol": "cross", "fill": "#6a2010", "size": 4.5, "fromZoom": 0, "shown": True},
    ),
    "siting_sites": (
        Text("选址：选定地点", "Siting: chosen sites"),
        {"symbol": "diamond", "fill": "#00513d", "size": 13.0, "fromZoom": 0, "shown": True},
    ),
}
"""How each layer reads and looks, from the bottom to the top; greens for what is gained."""

_SITE = Text("地点", "Site")
_STORY = Text("作用", "What it does")
_REASON = Text("可选与否", "In or out")
_BEFORE = Text("现状步行", "Walk today")
_AFTER = Text("方案步行", "Walk by the plan")
_PEOPLE = Text("居民数", "Residents")
_ORIGIN = Text("建设方式", "How it comes about")
_STEADY = Text("稳健性", "Steadiness")
_NO_WAY = Text("无路可达", "no way")


def describe_siting(result: Assessment, lang: Lang) -> list[Json]:
    """Describe the layers of a siting result, from the bottom to the top."""
    return [
        _describe(name, rows, facts, lang)
        for name, rows, facts in _list_layers(result)
        if len(rows)
    ]


def _list_layers(
    result: Assessment,
) -> Iterator[tuple[str, gpd.GeoDataFrame, Callable[[Row, Lang], Json]]]:
    candidates, homes = result.layers["candidates"], result.layers["residents"]
    usable = candidates["usable"].astype(bool)
    yield "siting_out", candidates[~usable], _candidate_facts
    yield "siting_in", candidates[usable & ~candidates["chosen"].astype(bool)], _candidate_facts
    for change in ("newly", "lost"):
        yield f"siting_{change}", homes[homes["change"] == change], _home_facts
    if "conflict" in result.layers:
        yield "siting_conflict", result.layers["conflict"], _home_facts
    if "sites" in result.layers:
        yield "siting_sites", _with_steadiness(result), _site_facts


def _with_steadiness(result: Assessment) -> gpd.GeoDataFrame:
    sites = result.layers["sites"].copy()
    if "robustness" in result.layers:
        table = result.layers["robustness"].set_index("site_id")
        sites["share_near"] = sites["site_id"].map(table["share_near"])
    return sites


def _describe(
    name: str, rows: gpd.GeoDataFrame, facts: Callable[[Row, Lang], Json], lang: Lang
) -> Json:
    label, look = _LOOKS[name]
    told = [facts(row, lang) for row in rows.drop(columns="geometry").to_dict("records")]
    columns = list(dict.fromkeys(key for one in told for key in one))
    return {
        "name": name,
        "label": label.in_lang(lang),
        "look": {"group": "results", "stroke": "#ffffff", "dash": False, **look},
        "count": len(rows),
        "shapeless": 0,
        "shapes": encode_points(rows),
        "facts": {
            "columns": [{"name": one, "label": one, "kind": "text"} for one in columns],
            "rows": [[one.get(column) for column in columns] for one in told],
        },
    }


def _site_facts(row: Row, lang: Lang) -> Json:
    name = f"{row['rank']}. {row['name'] or row['site_id']}"
    facts = {_SITE.in_lang(lang): name, _STORY.in_lang(lang): row[f"story_{lang}"]}
    share = row.get("share_near")
    if share is not None and share == share:  # noqa: PLR0124 - not NaN
        told = Text(
            f"需求和步行上下浮动时，{share:.0%} 的情形仍选此处或附近",
            f"chosen here or near in {share:.0%} of changes of demand and walks",
        )
        facts[_STEADY.in_lang(lang)] = told.in_lang(lang)
    return facts


def _candidate_facts(row: Row, lang: Lang) -> Json:
    origin = ORIGINS.get(row["origin"])
    facts = {
        _SITE.in_lang(lang): f"{row['name']} ({row['site_id']})" if row["name"] else row["site_id"],
        _REASON.in_lang(lang): row[f"reason_{lang}"],
    }
    return facts | ({_ORIGIN.in_lang(lang): origin.in_lang(lang)} if origin else {})


def _home_facts(row: Row, lang: Lang) -> Json:
    facts = {
        _BEFORE.in_lang(lang): _minutes(row["walk_before_s"], lang),
        _AFTER.in_lang(lang): _minutes(row["walk_after_s"], lang),
    }
    people = row.get("residents")
    if people is not None and people == people:  # noqa: PLR0124 - not NaN
        facts[_PEOPLE.in_lang(lang)] = f"{people:.0f}"
    return facts


def _minutes(walk_s: float, lang: Lang) -> str:
    if walk_s != walk_s:  # noqa: PLR0124 - NaN
        return _NO_WAY.in_lang(lang)
    return Text(f"{walk_s / 60:.1f} 分钟", f"{walk_s / 60:.1f} min").in_lang(lang)
