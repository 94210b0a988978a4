"""The layers and record tables we know: columns, types, units and labels, declared once.

Import checks, store columns, popups and report headings all read this. A ``Table`` with a
geometry is a map layer; one without is a record table that links to layers by its keys.
"""

from __future__ import annotations

from tongling_gis.schema.columns import AGE_GROUPS, FIVE_SERVICES, STAR_DIMENSIONS
from tongling_gis.schema.layers import LAYER_TABLES
from tongling_gis.schema.model import Column, Kind, Shape, Table
from tongling_gis.schema.records import RECORD_TABLES
from tongling_gis.text import Text

__all__ = [
    "AGE_GROUPS",
    "FIVE_SERVICES",
    "LAYERS",
    "RECORDS",
    "STAR_DIMENSIONS",
    "TABLES",
    "UNITS",
    "Column",
    "Kind",
    "Shape",
    "Table",
]

TABLES: dict[str, Table] = {table.name: table for table in (*LAYER_TABLES, *RECORD_TABLES)}
"""Every layer and record table by name."""

LAYERS: tuple[str, ...] = tuple(table.name for table in LAYER_TABLES)
RECORDS: tuple[str, ...] = tuple(table.name for table in RECORD_TABLES)

UNITS: dict[str, Text] = {
    "%": Text("%", "%"),
    "buildings": Text("处", "places"),
    "centres": Text("个", "centres"),
    "count": Text("处", ""),
    "dwellings": Text("套", "dwellings"),
    "m": Text("米", "m"),
    "gaps": Text("片", "gaps"),
    "ha": Text("公顷", "ha"),
    "km/km2": Text("公里/平方公里", "km/km²"),
    "m2": Text("平方米", "m²"),
    "m2/100 households": Text("平方米/百户", "m²/100 households"),
    "min": Text("分钟", "min"),
    "patches": Text("片", "patches"),
    "places": Text("处", "places"),
    "residents": Text("人", "residents"),
    "rules": Text("项", "rules"),
    "s": Text("秒", "s"),
    "year": Text("年", ""),
    "yes_no": Text("", ""),
    "yuan": Text("元", "yuan"),
    "yuan/m2/month": Text("元/平方米·月", "yuan/m²/month"),
}
"""How units read; a share is shown as a percentage."""
