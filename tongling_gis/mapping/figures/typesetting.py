"""The type of figures, and the files they are written to.

Text is in Noto Sans SC, which comes with the program, so that Chinese is right on every machine.
Nothing is set for good: matplotlib is as it was before once a figure is drawn.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font

DPI = 300
_MEASURED_PT = 200.0
MM_PER_PT = 25.4 / 72
INK, QUIET, FRAME, GRID = "#1f2328", "#57606a", "#8c959f", "#e3e0da"
_WORD = re.compile(r"\s+|[^\s\u2e80-\uffef]+|.")
_NEVER_FIRST = frozenset("，。；：、！？）》”’％%,.;:!?)")


@cache
def _font_file() -> str:
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("zhplot")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf")


@cache
def _font_name() -> str:
    """Make the font known and give its name."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(_font_file())
    return font_manager.FontProperties(fname=_font_file()).get_name()


@cache
def _font() -> FT2Font:
    from matplotlib.font_manager import get_font

    return get_font(_font_file())


@contextmanager
def typeset(text_pt: float) -> Iterator[None]:
    """Set type, lines and files as figures have them, and put back what was before."""
    import matplotlib as mpl

    settings: Any = {
        "font.family": [_font_name()],
        "font.size": text_pt,
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


def width_mm(words: str, size_pt: float) -> float:
    """Measure one line of words."""
    font = _font()
    font.set_size(_MEASURED_PT, 72)  # so large that rounding to pixels does not count
    font.set_text(words, 0.0)
    return float(font.get_width_height()[0]) / 64 * MM_PER_PT * size_pt / _MEASURED_PT


def wrap(words: str, size_pt: float, room_mm: float) -> list[str]:
    """Break words into lines that fit; Chinese between any two letters, other words at spaces.

    Marks that close a phrase never begin a line; a single word wider than the room stays whole.
    """
    lines = [""]
    for part in _WORD.findall(words):
        longer = lines[-1] + part
        fits = width_mm(longer.rstrip(), size_pt) <= room_mm
        if fits or not lines[-1] or part[0] in _NEVER_FIRST:
            lines[-1] = longer
        else:
            lines.append(part.lstrip())
    return [line.rstrip() for line in lines]


def new_figure(wide_mm: float, high_mm: float) -> Figure:
    """Give an empty white figure of a size, drawn without any screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide_mm / 25.4, high_mm / 25.4), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as PNG at 300 dpi, SVG or PDF, by its name's ending.

    The file appears whole or not at all, and is the same each time.
    """
    from pathlib import Path as Place
    from tempfile import NamedTemporaryFile

    path.parent.mkdir(parents=True, exist_ok=True)
    ending = path.suffix.lower().lstrip(".")
    with NamedTemporaryFile(dir=path.parent, suffix=path.suffix, delete=False) as part:
        try:
            figure.savefig(part, format=ending, dpi=DPI, metadata=_about(ending))
        except BaseException:
            Place(part.name).unlink()
            raise
    Place(part.name).chmod(0o644)
    Place(part.name).replace(path)


def _about(ending: str) -> dict[str, Any]:
    """Give the file's own data, without the time, which would make every file another."""
    if ending == "png":
        return {"Software": None}
    return {"Creator": "tongling_gis", ("CreationDate" if ending == "pdf" else "Date"): None}


def png_bytes(figure: Figure) -> bytes:
    """Give a figure as a PNG file at 300 dpi."""
    into = BytesIO()
    figure.savefig(into, format="png", dpi=DPI, metadata=_about("png"))
    return into.getvalue()
