"""Figures for print: maps and charts on a sheet, as PNG, SVG or PDF.

``draw_figure`` and ``draw_chart`` write a file with title, key and sources; ``draw_figure_png``
and ``draw_chart_png`` give the picture alone, as PNG of a size in millimetres, for a report that
has captions of its own.
"""

from tongling_gis.mapping.figures.charts import CHART_FOR, CHARTS, draw_chart, draw_chart_png
from tongling_gis.mapping.figures.drawing import (
    ENDINGS,
    FIGURES,
    FigureWords,
    draw_figure,
    draw_figure_png,
)
from tongling_gis.mapping.figures.sheet import SHEETS

__all__ = [
    "CHARTS",
    "CHART_FOR",
    "ENDINGS",
    "FIGURES",
    "SHEETS",
    "FigureWords",
    "draw_chart",
    "draw_chart_png",
    "draw_figure",
    "draw_figure_png",
]
