"""Draw a result on a sheet: one entry for each kind of result."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tongling_gis.errors import UsageError
from tongling_gis.mapping.figures import comparisons, coverage, enclosures, gaps, isochrones, siting
from tongling_gis.mapping.figures.frames import open_window
from tongling_gis.mapping.figures.sheet import SHEETS, Sheet, SheetText, open_page
from tongling_gis.mapping.figures.typesetting import png_bytes, save_figure, typeset
from tongling_gis.text import LANGS, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from tongling_gis.assessment import Assessment
    from tongling_gis.mapping.figures.frames import Bounds
    from tongling_gis.mapping.figures.keys import KeyEntry
    from tongling_gis.mapping.figures.sheet import KeyPlace, Page
    from tongling_gis.text import Lang

ENDINGS = (".png", ".svg", ".pdf")


class FigureWords(NamedTuple):
    """Language of a figure, its title ("" for the usual one), and its day (ISO, "" for none)."""

    lang: Lang = "zh"
    title: str = ""
    day: str = ""


class FigureKind(NamedTuple):
    """How one kind of result is drawn.

    Attributes:
        title: Its title; ``{subject}`` is what was assessed.
        key: Lists the key.
        lead: Says the result in one sentence.
        draw: Draws the map on an open page.
        bounds: Gives the map's window in metres.
    """

    title: Text
    key: Callable[[Assessment], Sequence[KeyEntry]]
    lead: Callable[[Assessment], Text]
    draw: Callable[[Page, Assessment, Mapping[str, gpd.GeoDataFrame]], None]
    bounds: Callable[[Assessment], Bounds]


def _of_layer(name: str) -> Callable[[Assessment], Bounds]:
    def bounds(assessment: Assessment) -> Bounds:
        west, south, east, north = assessment.layers[name].total_bounds.tolist()
        return west, south, east, north

    return bounds


FIGURES: dict[str, FigureKind] = {
    "coverage": FigureKind(
        Text("{subject}邻里中心步行覆盖图", "{subject}: walks to neighbourhood centres"),
        coverage.coverage_key,
        coverage.lead_of_coverage,
        coverage.draw_coverage,
        _of_layer("residents"),
    ),
    "isochrones": FigureKind(
        Text("{subject}邻里中心步行等时圈", "{subject}: areas within a walk of centres"),
        isochrones.isochrones_key,
        isochrones.lead_of_isochrones,
        isochrones.draw_isochrones,
        _of_layer("dissolved"),
    ),
    "comparison": FigureKind(
        Text("{subject}方案前后对比图", "{subject}: before and after"),
        comparisons.comparison_key,
        comparisons.lead_of_comparison,
        comparisons.draw_comparison,
        _of_layer("residents"),
    ),
    "enclosure": FigureKind(
        Text("{subject}围合检查图", "{subject}: enclosure check"),
        enclosures.enclosure_key,
        enclosures.lead_of_enclosure,
        enclosures.draw_enclosure,
        enclosures.enclosure_bounds,
    ),
    "gates_proposal": FigureKind(
        Text("{subject}图", "{subject}"),
        enclosures.enclosure_key,
        enclosures.lead_of_enclosure,
        enclosures.draw_enclosure,
        enclosures.enclosure_bounds,
    ),
    "access": FigureKind(
        Text("{subject}服务盲区图", "{subject}: gaps in service"),
        gaps.gaps_key,
        gaps.lead_of_gaps,
        gaps.draw_gaps,
        _of_layer("residents"),
    ),
    "siting": FigureKind(
        Text("{subject}邻里中心选址图", "{subject}: sites for neighbourhood centres"),
        siting.siting_key,
        siting.lead_of_siting,
        siting.draw_siting,
        _of_layer("residents"),
    ),
}
"""Every kind of result that can be drawn as a map."""


def draw_figure(
    assessment: Assessment,
    layers: Mapping[str, gpd.GeoDataFrame],
    path: Path,
    *,
    sheet: str = "A4",
    words: FigureWords | None = None,
) -> Path:
    """Draw a result as a map on a sheet.

    Args:
        assessment: The result, of one of the kinds in ``FIGURES``.
        layers: The project's layers by name, for the base map, in the result's CRS.
        path: The file, ending in .png (300 dpi), .svg or .pdf.
        sheet: Name of the sheet, one of ``SHEETS``.
        words: Language, title and day; None for the usual ones in Chinese.

    Raises:
        UsageError: If the kind of result, the sheet or the file's ending is not known.
    """
    kind = _kind_of(assessment)
    check_file(sheet, path)
    own = words or FigureWords()
    named = Text.same(own.title) if own.title else kind.title.fill(subject=assessment.subject)
    said = SheetText(
        named,
        kind.lead(assessment),
        kind.key(assessment),
        foot=describe_foot(assessment, own.day),
        invented=assessment.provenance.invented,
    )
    with typeset(SHEETS[sheet].text_pt):
        page = open_page(SHEETS[sheet], said, own.lang)
        open_window(page, kind.bounds(assessment))
        kind.draw(page, assessment, layers)
        save_figure(page.figure, path)
    return path


def draw_figure_png(
    assessment: Assessment,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    width_mm: float = 160.0,
    height_mm: float = 130.0,
    lang: Lang = "zh",
    key: KeyPlace = "below",
) -> bytes:
    """Draw a result as a map with its key alone, for a page that has its own caption.

    Args:
        assessment: As ``draw_figure`` takes it.
        layers: As ``draw_figure`` takes them.
        width_mm: Its width on the page, for which its type is made.
        height_mm: Its height, the key included.
        lang: Language of the words.
        key: Where the key stands: "below", "right" or "none".

    Returns:
        A PNG file at 300 dpi.

    Raises:
        UsageError: If no map is drawn of this kind of result.
    """
    kind = _kind_of(assessment)
    sheet = Sheet(width_mm, height_mm, text_pt=8.5, margin_mm=0.4)
    with typeset(sheet.text_pt):
        page = open_page(sheet, SheetText(key=kind.key(assessment)), lang, key_at=key)
        open_window(page, kind.bounds(assessment), invented=assessment.provenance.invented)
        kind.draw(page, assessment, layers)
        return png_bytes(page.figure)


def _kind_of(assessment: Assessment) -> FigureKind:
    if assessment.kind not in FIGURES:
        known = "、".join(FIGURES)
        raise UsageError(
            Text(
                f"“{assessment.kind}”类结果不能绘成地图；可用：{known}。",
                f"A result of kind {assessment.kind!r} is drawn as no map; there are "
                f"{', '.join(FIGURES)}.",
            )
        )
    return FIGURES[assessment.kind]


def check_file(sheet: str, path: Path) -> None:
    """Check the name of a sheet and the ending of a file.

    Raises:
        UsageError: If one of them is not known.
    """
    if sheet not in SHEETS:
        raise UsageError(
            Text(
                f"没有“{sheet}”这种图幅；可用：{'、'.join(SHEETS)}。",
                f"There is no sheet {sheet!r}; choose one of {', '.join(SHEETS)}.",
            )
        )
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(
            Text(
                f"不能写成“{path.suffix or path.name}”：文件名请以 {'、'.join(ENDINGS)} 结尾。",
                f"Cannot write {path.suffix or path.name!r}: end the name in {', '.join(ENDINGS)}.",
            )
        )


def describe_foot(assessment: Assessment, day: str) -> list[Text]:
    """Say what a figure depends on: stamp, sources, CRS and day."""
    parts = [_sources(assessment)]
    if stand_in := assessment.parameters.get("centres_from"):
        parts.append(Text(f"以 {stand_in} 代替邻里中心", f"{stand_in} stands in for centres"))
    crs = next((layer.crs for layer in assessment.layers.values() if hasattr(layer, "crs")), None)
    if crs is not None:
        code = crs.to_epsg()
        name = f"EPSG:{code} {crs.name}" if code else crs.name
        parts.append(Text(f"坐标系：{name}", f"CRS: {name}"))
    if day:
        parts.append(Text(f"制图日期：{day}", f"Drawn on {day}"))
    second = Text("　".join(one.zh for one in parts), "   ".join(one.en for one in parts))
    return [assessment.stamp, second]


def _sources(assessment: Assessment) -> Text:
    """Name each source once in each language."""
    said = assessment.provenance.sources
    zh, en = (dict.fromkeys(one.in_lang(lang) for one in said) for lang in LANGS)
    return Text(
        "数据来源：" + ("；".join(filter(None, zh)) or "未注明"),
        "Sources: " + ("; ".join(filter(None, en)) or "not stated"),
    )
