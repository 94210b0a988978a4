"""Figures for print: maps and charts on a sheet, as PNG, SVG or PDF."""
