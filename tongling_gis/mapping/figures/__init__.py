"""Figures for print: maps and charts on a sheet, as PNG, SVG or PDF."""

from tongling_gis.mapping.figures.drawing import ENDINGS, FIGURES, draw_figure
from tongling_gis.mapping.figures.sheet import SHEETS

__all__ = ["ENDINGS", "FIGURES", "SHEETS", "draw_figure"]
