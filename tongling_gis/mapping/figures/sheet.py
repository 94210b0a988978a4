"""The sheet of a figure: paper, fonts, title, legend, scale bar, north arrow, sources.

A sheet is laid out in millimetres: the title on top, the map on the left, the key on the right
and one line of what the figure depends on below. Text is in Noto Sans SC, which comes with the
program, so that Chinese is right on every machine.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tongling_gis.mapping.layers import Symbol
    from tongling_gis.text import Lang

    Bounds: TypeAlias = tuple[float, float, float, float]

Colour: TypeAlias = str
SheetName: TypeAlias = Literal[
    "A4", "A4-portrait", "A3", "A3-portrait", "slide", "report", "report-tall"
]

DPI = 300
_MM = 1 / 25.4
_MARGIN_MM = 8.0
_TITLE_MM = 16.0
_FOOT_MM = 12.0
_KEY_MM = 62.0
_GAP_MM = 5.0
INK, QUIET, FRAME = "#1f2328", "#57606a", "#8c959f"
SCALE_STEPS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper or a slide: its size in millimetres, and its largest type in points.

    A bare one has no title and no foot, for the report in which it stands says them. The key is
    ``key_mm`` wide beside the map of a wide sheet, or high below that of a tall one, at 8 points.
    """

    width_mm: float
    height_mm: float
    title_pt: float = 15.0
    text_pt: float = 8.0
    bare: bool = False
    key_mm: float = _KEY_MM

    @property
    def margin_mm(self) -> float:
        """What is left free on each side."""
        return 1.0 if self.bare else _MARGIN_MM


SHEETS: dict[str, Sheet] = {
    "A4": Sheet(297, 210),
    "A4-portrait": Sheet(210, 297),
    "A3": Sheet(420, 297, 20.0, 10.0),
    "A3-portrait": Sheet(297, 420, 20.0, 10.0),
    "slide": Sheet(338.7, 190.5, 20.0, 10.5),
    "report": Sheet(160, 112, 11.0, 7.5, bare=True, key_mm=40.0),
    "report-tall": Sheet(160, 205, 11.0, 7.5, bare=True, key_mm=76.0),
}
"""Every sheet by name; a slide is 13.33 x 7.5 inches, 16:9; a report's is as wide as its text."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One line of the key: a symbol and what it stands for; a heading has no symbol."""

    label: Text
    symbol: Symbol | None = None
    fill: Colour = ""
    stroke: Colour = ""
    dash: bool = False


@dataclass(frozen=True, slots=True)
class SheetText:
    """The words on a sheet.

    Attributes:
        title: What is shown.
        lead: One sentence with the result's numbers.
        key: The key, from top to bottom.
        facts: (label, value) rows below the key.
        foot: What the figure depends on: stamp, sources, CRS, day.
        invented: Whether the data are invented, which stands across the sheet's corner.
    """

    title: Text
    lead: Text
    key: Sequence[KeyEntry] = ()
    facts: Sequence[tuple[Text, str]] = ()
    foot: Sequence[Text] = ()
    invented: bool = False


@cache
def _font_name() -> str:
    """Make the font known and give its name."""
    from importlib.util import find_spec
    from pathlib import Path

    from matplotlib import font_manager

    spec = find_spec("zhplot")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
    font_manager.fontManager.addfont(str(path))
    return font_manager.FontProperties(fname=str(path)).get_name()


@contextmanager
def typeset(sheet: Sheet) -> Iterator[None]:
    """Set type, lines and files as figures have them, and put back what was before."""
    import matplotlib as mpl

    settings: Any = {
        "font.family": [_font_name()],
        "font.size": sheet.text_pt,
        "axes.unicode_minus": False,
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": "tongling_gis",
        "axes.edgecolor": FRAME,
        "axes.linewidth": 0.6,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "hatch.linewidth": 0.5,
    }
    with mpl.rc_context(settings):
        yield


@dataclass(frozen=True, eq=False)
class Page:
    """A sheet that is being drawn on.

    Attributes:
        figure: The whole.
        frame: The axes of the map or chart.
        sheet: Its size and type.
        lang: Language of its words.
    """

    figure: Figure
    frame: Axes
    sheet: Sheet
    lang: Lang
    boxes: list[Any] = field(default_factory=list)

    def mm(self, length_mm: float, *, across: bool) -> float:
        """Give a length as a share of the sheet's width or height."""
        return length_mm / (self.sheet.width_mm if across else self.sheet.height_mm)


def open_page(sheet: Sheet, words: SheetText, lang: Lang) -> Page:
    """Lay out a sheet with its words, ready for a map or a chart in its frame."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(sheet.width_mm * _MM, sheet.height_mm * _MM), facecolor="white")
    FigureCanvasAgg(figure)
    wide = sheet.width_mm > sheet.height_mm
    foot_mm = 0.0 if sheet.bare else _FOOT_MM * sheet.text_pt / 8.0
    title_mm = 0.0 if sheet.bare else _TITLE_MM * sheet.title_pt / 15.0
    key_mm = (sheet.key_mm * sheet.text_pt / 8.0) if wide else 0.0
    under_mm = 0.0 if wide else sheet.key_mm * sheet.text_pt / 8.0
    width_mm = sheet.width_mm - 2 * sheet.margin_mm - (key_mm + _GAP_MM if wide else 0.0)
    height_mm = sheet.height_mm - 2 * sheet.margin_mm - title_mm - foot_mm - under_mm
    left_mm, bottom_mm = sheet.margin_mm, sheet.margin_mm + foot_mm + under_mm
    frame = figure.add_axes(
        (
            left_mm / sheet.width_mm,
            bottom_mm / sheet.height_mm,
            width_mm / sheet.width_mm,
            height_mm / sheet.height_mm,
        )
    )
    page = Page(figure, frame, sheet, lang)
    if words.invented:
        _mark_invented(page)
    if not sheet.bare:
        _write_title(page, words)
        _write_foot(page, words)
    key_left = left_mm + width_mm + _GAP_MM if wide else left_mm
    key_top = bottom_mm + height_mm if wide else bottom_mm - _GAP_MM
    _write_key(page, words, key_left, key_top)
    return page


def _write_title(page: Page, words: SheetText) -> None:
    sheet = page.sheet
    left = _MARGIN_MM / sheet.width_mm
    top = 1 - _MARGIN_MM / sheet.height_mm
    page.figure.text(
        left, top, words.title.in_lang(page.lang), size=sheet.title_pt, va="top", ha="left"
    )
    below = top - page.mm(sheet.title_pt * 0.3528 * 1.55, across=False)
    page.figure.text(
        left,
        below,
        words.lead.in_lang(page.lang),
        size=sheet.text_pt * 1.1,
        va="top",
        ha="left",
        color=QUIET,
    )


def _mark_invented(page: Page) -> None:
    """Say in the sheet's corner, or in the map's where it is bare, that the data are invented."""
    sheet = page.sheet
    inset_mm = sheet.margin_mm + (2.5 if sheet.bare else 0.0)
    across = page.mm(inset_mm, across=True)
    page.figure.text(
        across if sheet.bare else 1 - across,
        1 - page.mm(inset_mm, across=False),
        Text("示例数据（虚构）", "Invented sample data").in_lang(page.lang),
        size=sheet.text_pt * (1.0 if sheet.bare else 1.2),
        va="top",
        ha="left" if sheet.bare else "right",
        color="#a3211b",
        bbox={"boxstyle": "round,pad=0.35", "fc": "white", "ec": "#a3211b", "lw": 0.8},
    )


def _write_key(page: Page, words: SheetText, left_mm: float, top_mm: float) -> None:
    """Write the key and the facts below it."""
    sheet = page.sheet
    line_mm = sheet.text_pt * 0.3528 * 1.85
    y_mm = top_mm
    for entry in words.key:
        if y_mm - line_mm < sheet.margin_mm and sheet.bare:
            left_mm, y_mm = left_mm + sheet.width_mm / 2, top_mm
        if entry.symbol is None:
            y_mm -= line_mm * (0.4 if y_mm < top_mm else 0.0)
            _put(page, entry.label.in_lang(page.lang), left_mm, y_mm - line_mm / 2, bold=True)
        else:
            _draw_key_symbol(page, entry, left_mm + 3.2, y_mm - line_mm / 2)
            _put(page, entry.label.in_lang(page.lang), left_mm + 8.5, y_mm - line_mm / 2)
        y_mm -= line_mm
    y_mm -= line_mm * 0.5
    right_mm = min(left_mm + 62.0 * sheet.text_pt / 8.0, sheet.width_mm - sheet.margin_mm)
    for label, value in words.facts:
        _put(page, label.in_lang(page.lang), left_mm, y_mm - line_mm / 2, colour=QUIET)
        _put(page, value, right_mm, y_mm - line_mm / 2, align="right")
        y_mm -= line_mm


def _put(
    page: Page,
    words: str,
    x_mm: float,
    y_mm: float,
    *,
    bold: bool = False,
    colour: Colour = INK,
    align: str = "left",
) -> None:
    size = page.sheet.text_pt * (1.1 if bold else 1.0)
    page.figure.text(
        page.mm(x_mm, across=True),
        page.mm(y_mm, across=False),
        words,
        size=size,
        va="center",
        ha=align,
        color=colour,
    )


def _draw_key_symbol(page: Page, entry: KeyEntry, x_mm: float, y_mm: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    x, y = page.mm(x_mm, across=True), page.mm(y_mm, across=False)
    style = (0, (3, 1.6)) if entry.dash else "solid"
    if entry.symbol == "area":
        width, height = page.mm(5.6, across=True), page.mm(3.0, across=False)
        page.figure.add_artist(
            Rectangle(
                (x - width / 2, y - height / 2),
                width,
                height,
                facecolor=entry.fill or "none",
                edgecolor=entry.stroke or entry.fill or QUIET,
                linewidth=0.9,
                linestyle=style,
                transform=page.figure.transFigure,
            )
        )
        return
    if entry.symbol == "line":
        half = page.mm(2.8, across=True)
        line = Line2D([x - half, x + half], [y, y], color=entry.stroke, lw=1.6, ls=style)
    else:
        line = Line2D(
            [x],
            [y],
            marker=MARKERS[entry.symbol or "circle"],
            markersize=5.5,
            markerfacecolor=entry.fill or "none",
            markeredgecolor=entry.stroke or entry.fill,
            markeredgewidth=0.8,
            ls="none",
        )
    line.set_transform(page.figure.transFigure)
    page.figure.add_artist(line)


MARKERS: dict[str, str] = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle": "^",
    "cross": "X",
    "ring": "o",
    "star": "*",
    "area": "s",
    "line": "_",
}
"""matplotlib's marker of each symbol."""


def _write_foot(page: Page, words: SheetText) -> None:
    sheet = page.sheet
    line_mm = sheet.text_pt * 0.3528 * 1.35
    y_mm = _MARGIN_MM + line_mm * (len(words.foot) - 0.5)
    for line in words.foot:
        page.figure.text(
            page.mm(_MARGIN_MM, across=True),
            page.mm(y_mm, across=False),
            line.in_lang(page.lang),
            size=sheet.text_pt * 0.85,
            va="center",
            ha="left",
            color=QUIET,
        )
        y_mm -= line_mm


def fit_map(page: Page, bounds: Bounds) -> None:
    """Set the map's window around some bounds in metres, filling the frame at one scale."""
    frame = page.frame
    west, south, east, north = bounds
    box = frame.get_position()
    wide_mm = box.width * page.sheet.width_mm
    high_mm = box.height * page.sheet.height_mm
    scale = max((east - west) / wide_mm, (north - south) / high_mm, 1e-3) * 1.04
    x_m, y_m = (west + east) / 2, (south + north) / 2
    frame.set_xlim(x_m - scale * wide_mm / 2, x_m + scale * wide_mm / 2)
    frame.set_ylim(y_m - scale * high_mm / 2, y_m + scale * high_mm / 2)
    frame.set_aspect("equal", adjustable="box")
    frame.set_xticks([])
    frame.set_yticks([])
    frame.set_facecolor("#f4f1ec")


def draw_scale_bar(page: Page) -> None:
    """Draw a scale bar of a round length, in the map's lower left corner."""
    from matplotlib.patches import Rectangle

    frame = page.frame
    west, east = frame.get_xlim()
    south, north = frame.get_ylim()
    span_m = east - west
    length_m = max((step for step in SCALE_STEPS_M if step <= span_m / 4), default=span_m / 4)
    x, y = west + span_m * 0.025, south + (north - south) * 0.03
    height = (north - south) * 0.008
    pad = span_m * 0.012
    frame.add_patch(
        Rectangle(
            (x - pad, y - height * 1.6),
            length_m + 2.8 * pad,
            height * 7.2,
            facecolor="white",
            alpha=0.85,
            edgecolor="none",
            zorder=49,
        )
    )
    for part, colour in ((0.0, INK), (0.5, "white")):
        frame.add_patch(
            Rectangle(
                (x + length_m * part, y),
                length_m / 2,
                height,
                facecolor=colour,
                edgecolor=INK,
                linewidth=0.6,
                zorder=50,
            )
        )
    label = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"  # noqa: PLR2004
    for at_m, words in ((0.0, "0"), (length_m, label)):
        frame.text(
            x + at_m,
            y + height * 1.8,
            words,
            ha="center",
            va="bottom",
            size=page.sheet.text_pt * 0.9,
            zorder=50,
        )


def draw_north_arrow(page: Page) -> None:
    """Draw an arrow to grid north in the map's upper right corner."""
    word = Text("北", "N").in_lang(page.lang)
    frame = page.frame
    frame.text(
        0.97,
        0.965,
        word,
        transform=frame.transAxes,
        ha="center",
        va="center",
        size=9.0 * page.sheet.text_pt / 8.0,
        zorder=50,
    )
    frame.annotate(
        "",
        xy=(0.97, 0.95),
        xytext=(0.97, 0.885),
        xycoords="axes fraction",
        arrowprops={"arrowstyle": "-|>", "lw": 1.4, "color": INK, "mutation_scale": 13},
        zorder=50,
    )


def save_page(page: Page, path: Path) -> None:
    """Write a sheet as PNG at 300 dpi, SVG or PDF, by its name's ending; atomically."""
    from pathlib import Path as Place
    from tempfile import NamedTemporaryFile

    ending = path.suffix.lower().lstrip(".")
    metadata: dict[str, Any] = {"Creator": "tongling_gis"} if ending != "png" else {}
    if ending == "pdf":
        metadata["CreationDate"] = None
    if ending == "svg":
        metadata["Date"] = None
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=path.suffix, delete=False) as part:
        page.figure.savefig(part, format=ending, dpi=DPI, metadata=metadata)
    Place(part.name).replace(path)
