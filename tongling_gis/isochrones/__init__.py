"""The area from which a place is reached on foot within so many minutes."""

from tongling_gis.isochrones.drawing import IsochroneOptions
from tongling_gis.isochrones.measure import choose_engine, measure_isochrones

__all__ = ["IsochroneOptions", "choose_engine", "measure_isochrones"]
