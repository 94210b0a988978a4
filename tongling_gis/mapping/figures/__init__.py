"""Figures for print: maps and charts on a sheet, as PNG, SVG or PDF."""

from tongling_gis.mapping.figures.drawing import ENDINGS, FIGURES, FigureWords, draw_figure
from tongling_gis.mapping.figures.sheet import SHEETS

__all__ = ["ENDINGS", "FIGURES", "SHEETS", "FigureWords", "draw_figure"]
