"""The consultation page: one file in which residents see a draft and say what they think of it."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

import shapely

from tongling_gis.mapping.layers import STREET_CLASSES, STYLES
from tongling_gis.mapping.page import (
    PICTURE,
    read_asset,
    read_library,
    safe_json,
    write_page,
    write_policy,
)
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from tongling_gis.text import Lang

CONTEXT_M = 350.0
_BASE = ("green", "water", "buildings")
_DECIMALS = 6

WORDS: dict[str, Text] = {
    "heading": Text("征求意见：", "Your opinion is asked: "),
    "what": Text("方案说明", "What is proposed"),
    "gates": Text("出入口", "Gates"),
    "how": Text("怎样提意见", "How to take part"),
    "steps": Text(
        "在地图上点一下要说的地方（也可不点），写下意见，点“加入”。写完后点“下载意见”，把文件发给社区；"
        "也可以“复制文字”直接发送。",
        "Click the place on the map (or none), write, and press 'Add'. Then press 'Download' and "
        "send the file to the community, or 'Copy as text'.",
    ),
    "text": Text("意见（必填，500 字以内）", "Remark (needed, up to 500 characters)"),
    "name": Text("称呼（可不填）", "Your name (optional)"),
    "contact": Text("联系方式（可不填，仅社区可见）", "Contact (optional, for the community only)"),
    "centre": Text("以地图中心为位置", "Take the map's centre as the place"),
    "noPlace": Text("不标位置", "No place"),
    "placeSet": Text("已标位置，可拖动图钉调整", "Place set; drag the pin to move it"),
    "placeUnset": Text("未标位置：请点地图", "No place yet: click the map"),
    "add": Text("加入", "Add"),
    "mine": Text("我的意见", "My remarks"),
    "none": Text("还没有写意见。", "Nothing yet."),
    "remove": Text("删除", "Delete"),
    "download": Text("下载意见", "Download"),
    "copy": Text("复制文字", "Copy as text"),
    "copied": Text("已复制，可粘贴到微信或短信", "Copied"),
    "full": Text("一份最多 30 条", "A file holds at most 30 remarks"),
    "others": Text("已收到的意见和答复", "Remarks received, and answers"),
    "answer": Text("答复：", "Answer: "),
    "boundary": Text("拟围合边界", "Proposed boundary"),
    "noScript": Text("请允许运行脚本后再打开本页。", "Allow scripts to open this page."),
    "invented": Text("示例数据（虚构）", "Invented sample data"),
    "map": Text("方案地图", "Map of the draft"),
    "file": Text("意见", "remarks"),
}


def draw_consultation(  # noqa: PLR0913 - the parts of a page, each by name
    path: Path,
    *,
    draft_id: str,
    title: str,
    boundary: gpd.GeoSeries,
    gates: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    explanation: Sequence[Text],
    remarks: gpd.GeoDataFrame | None = None,
    foot: Text = Text("", ""),  # noqa: B008 - a frozen text
    invented: bool = False,
    lang: Lang = "zh",
) -> Path:
    """Draw the page of a draft on which residents leave remarks.

    It opens with no network and no server; what a resident writes stays in their browser until
    they download it. See ``docs/consultation-file.md``.

    Args:
        path: The file to write.
        draft_id: The draft's number.
        title: What the page is called.
        boundary: The draft's boundary, in any CRS.
        gates: Its gates: geometry, ``label_zh`` and ``label_en``.
        layers: The project's layers by name; what is near the boundary is drawn.
        explanation: Plain sentences that say what is proposed.
        remarks: Remarks that may be shown, with their answers; None for none.
        foot: Sources and date.
        invented: Whether the data are invented.
        lang: Language of the page.
    """
    facts = {
        "draft": draft_id,
        "title": title,
        "lang": lang,
        "words": {name: words.in_lang(lang) for name, words in WORDS.items()},
        "explanation": [one.in_lang(lang) for one in explanation],
        "boundary": _features(boundary),
        "gates": _features(gates.geometry, gates[f"label_{lang}"].tolist()),
        "context": _describe_context(boundary, layers),
        "remarks": _describe_remarks(remarks),
        "foot": foot.in_lang(lang),
        "invented": invented,
    }
    write_page(path, _put_together(title, lang, facts))
    return path


def _put_together(title: str, lang: Lang, facts: Mapping[str, Any]) -> str:
    body = read_asset("consultation/page.html").replace(
        "<!-- no script -->", f"<noscript>{WORDS['noScript'].in_lang(lang)}</noscript>"
    )
    styles = read_asset("vendor/leaflet/leaflet.css")
    page = (
        f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n'
        '<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'
        f"<title>{html.escape(title)}</title>\n"
        f"<style>{PICTURE.sub('none', styles)}</style>\n"
        f"<style>{read_asset('consultation/page.css')}</style>\n"
        f"<script>{read_library('leaflet')}</script>\n</head>\n<body>\n{body}\n"
        f'<script type="application/json" id="facts">{safe_json(facts)}</script>\n'
        f'<script>(() => {{\n"use strict";\n{read_asset("consultation/page.js")}\n}})();</script>\n'
        "</body>\n</html>\n"
    )
    return page.replace("<head>", f"<head>\n{write_policy(page)}", 1)


def _features(shapes: gpd.GeoSeries, labels: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Give shapes as GeoJSON features in degrees."""
    degrees = shapely.set_precision(shapes.to_crs("EPSG:4326").to_numpy(), 10.0**-_DECIMALS)
    names = labels or [""] * len(degrees)
    return [
        {
            "type": "Feature",
            "properties": {"label": str(name)},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for shape, name in zip(degrees, names, strict=True)
        if shape is not None and not shape.is_empty
    ]


def _describe_context(
    boundary: gpd.GeoSeries, layers: Mapping[str, gpd.GeoDataFrame]
) -> list[dict[str, Any]]:
    """Describe what lies around the boundary, from the bottom to the top."""
    window = shapely.box(*shapely.buffer(shapely.union_all(boundary), CONTEXT_M).bounds)
    found = []
    for name in _BASE:
        if name in layers:
            style = STYLES[name]
            near = layers[name][layers[name].intersects(window)]
            found.append(
                {
                    "fill": style.fill,
                    "stroke": style.stroke,
                    "width": 1,
                    "features": _features(near.geometry.intersection(window)),
                }
            )
    if "streets" not in layers:
        return found
    streets = layers["streets"]
    near = streets[streets.intersects(window)]
    for one in STREET_CLASSES:
        chosen = near[near["highway"].isin(one.ways)]
        drawn = {
            "fill": "",
            "stroke": one.colour,
            "casing": one.casing,
            "width": one.width_px,
            "dash": one.dash,
            "features": _features(chosen.geometry, _names(chosen)),
        }
        found.append(drawn)
    return found


def _names(streets: gpd.GeoDataFrame) -> list[str]:
    if "name" not in streets:
        return [""] * len(streets)
    return [str(one) for one in streets["name"].fillna("").tolist()]


def _describe_remarks(remarks: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    """Give remarks without names and contacts: these are for the community alone."""
    if remarks is None:
        return []
    shown = remarks[remarks["status"] != "hidden"].to_crs("EPSG:4326")
    listed = []
    for text, answer, shape in zip(shown["text"], shown["answer"], shown.geometry, strict=True):
        has_place = shape is not None and not shape.is_empty
        place = [round(shape.y, _DECIMALS), round(shape.x, _DECIMALS)] if has_place else None
        listed.append(
            {"text": str(text), "answer": answer if isinstance(answer, str) else "", "at": place}
        )
    return listed
