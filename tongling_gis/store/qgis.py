"""What QGIS finds: a default style in the GeoPackage for each layer, and a project beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tongling_gis.schema import TABLES
from tongling_gis.store import geopackage, results
from tongling_gis.store.geopackage import GEOMETRY_COLUMN
from tongling_gis.store.qml import (
    QGIS_VERSION,
    clean,
    geometry_of,
    qml,
    scale_attributes,
    style_elements,
)
from tongling_gis.store.result_styles import choose_look
from tongling_gis.store.styles import GROUPS, Group, Look, look_of, result_look

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

    from pyproj import CRS

    from tongling_gis.store.stored import Field

PROJECT_FILE = "project.qgs"
STYLE_NAME = "tongling_gis"
RESULTS_LABEL = "分析结果"
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_SEAL = "<!-- tongling_gis "
_MARGIN = 0.03
_MIXED = "GEOMETRY"
_KINDS_OF_SHAPES = {"Point": "点", "LineString": "线", "Polygon": "面"}
_DRAWN_FROM_ABOVE = ("No geometry", "Point", "Line", "Polygon")

CREATE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
"""
STYLES_TABLE = "layer_styles"


@dataclass(frozen=True, slots=True)
class Shown:
    """One table as the project shows it."""

    table: str
    label: str
    type_name: str
    look: Look
    fields: tuple[Field, ...]
    part: str = ""

    @property
    def geometry(self) -> str:
        """QGIS's word for its geometry."""
        return geometry_of(self.part.upper() or self.type_name)

    @property
    def layer_id(self) -> str:
        """What QGIS calls it; its own would be given to a layer whose id has no underscore."""
        return clean("_".join(filter(None, ("layer", self.table, self.part))))

    @property
    def source(self) -> str:
        """Where its rows are; of a table of several kinds of shapes, those of one kind."""
        only = f"|geometrytype={self.part}" if self.part else ""
        return f"./project.gpkg|layername={clean(self.table)}{only}"

    def parts(self) -> list[Shown]:
        """Split a table of mixed shapes, which QGIS shows as a mere table, by their kinds."""
        if self.type_name != _MIXED:
            return [self]
        return [
            replace(self, part=part, label=f"{self.label}（{words}）")
            for part, words in _KINDS_OF_SHAPES.items()
        ]


def put_style(connection: sqlite3.Connection, table: str, look: Look) -> None:
    """Keep a look as QGIS's default for a table; a default that the user saved stays first."""
    connection.execute(
        f"DELETE FROM {STYLES_TABLE} WHERE f_table_name = ? AND styleName = ?",
        (table, STYLE_NAME),
    )
    shown = _shown(connection, table, look)
    spatial = shown.geometry != "No geometry"
    text = tostring(qml(look, shown.geometry, shown.fields), encoding="unicode")
    connection.execute(
        f"INSERT INTO {STYLES_TABLE} (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner)"
        " SELECT '', '', ?1, ?2, ?3, ?4, '', NOT EXISTS (SELECT 1 FROM layer_styles"
        " WHERE f_table_name = ?1 AND useAsDefault), '', ''",
        (table, GEOMETRY_COLUMN if spatial else "", STYLE_NAME, _DOCTYPE + text),
    )


def _shown(connection: sqlite3.Connection, table: str, look: Look) -> Shown:
    label, type_name = connection.execute(
        "SELECT identifier, geometry_type_name FROM gpkg_contents"
        " LEFT JOIN gpkg_geometry_columns USING (table_name) WHERE table_name = ?",
        (table,),
    ).fetchone()
    return Shown(table, label, type_name or "", look, geopackage.read_fields(connection, table))


def look_stored(connection: sqlite3.Connection, table: str) -> Look:
    """Choose the look of a stored table, a result's by what is in it."""
    if not results.is_result_table(table):
        return look_of(table)
    columns = [field.name for field in geopackage.read_fields(connection, table)]
    told = choose_look(columns)
    if told is not None:
        return told
    limits: list[float] = []
    if "limit_minutes" in columns:
        found = connection.execute(
            f"SELECT DISTINCT limit_minutes FROM {geopackage.quoted(table)}"
            " WHERE limit_minutes IS NOT NULL"
        )
        limits = [float(limit) for (limit,) in found]
    return result_look(columns, limits)


def write_project(
    connection: sqlite3.Connection, path: Path, crs: CRS | None, *, title: str, credit: str
) -> None:
    """Write the project that opens every layer with its style and links, beside the GeoPackage.

    ``credit`` stands in the corner of its map: whom the data are by, and if they are invented.
    A project that the user saved from QGIS is left as it is. Call it within ``writing``, so
    that two programs do not write it at once.

    Raises:
        OSError: If the folder refuses it.
    """
    if not _is_ours(path):
        return
    spare = path.with_name(f".{path.name}.tmp")
    text = _sealed(_project_text(connection, crs, title, credit))
    spare.write_text(text, encoding="utf-8", newline="\n")
    spare.replace(path)


def _sealed(text: str) -> str:
    return f"{text}{_SEAL}{hashlib.sha256(text.encode()).hexdigest()} -->\n"


def _is_ours(path: Path) -> bool:
    """Tell whether nobody but this program wrote the project."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return True
    except (OSError, UnicodeDecodeError):
        return False
    return text == _sealed(text.rpartition(_SEAL)[0])


def _project_text(connection: sqlite3.Connection, crs: CRS | None, title: str, credit: str) -> str:
    shown = {
        table: _shown(connection, table, look_stored(connection, table))
        for table in geopackage.table_names(connection)
        if table in TABLES or results.is_result_table(table)
    }
    root = Element("qgis", {"version": QGIS_VERSION, "projectname": clean(title)})
    SubElement(root, "title").text = clean(title)
    if crs is not None:
        SubElement(root, "projectCrs").append(_crs_element(crs))
    root.append(_tree(connection, shown))
    relations = SubElement(root, "relations")
    relations.extend(_relation(*link) for link in _links(shown.values()))
    if crs is not None:
        root.append(_first_view(connection, crs))
    root.append(_properties(credit))
    layers = SubElement(root, "projectlayers")
    layers.extend(_layer(part, shown, crs) for one in shown.values() for part in one.parts())
    indent(root)
    return f"{_DOCTYPE}{tostring(root, encoding='unicode')}\n"


def _crs_element(crs: CRS) -> Element:
    element = Element("spatialrefsys")
    SubElement(element, "wkt").text = crs.to_wkt()
    SubElement(element, "srid").text = str(crs.to_epsg() or 0)
    SubElement(element, "authid").text = f"EPSG:{crs.to_epsg()}" if crs.to_epsg() else ""
    SubElement(element, "description").text = crs.name
    return element


def _tree(connection: sqlite3.Connection, shown: dict[str, Shown]) -> Element:
    root = Element("layer-tree-group")
    saved = results.list_layers(connection)
    latest = {result.kind: own for result, own in saved}
    newest = {one.table for own in latest.values() for one in own}
    # The newest of each kind above the rest, points above areas, the last saved first.
    tables = [one.table for _result, own in reversed(saved) for one in own]
    stored = [shown[table] for table in tables if table in shown]
    stored.sort(key=lambda one: (one.table not in newest, _DRAWN_FROM_ABOVE.index(one.geometry)))
    newest_first = tuple(one.table for one in stored)
    for group in (GROUPS[0], Group(RESULTS_LABEL, newest_first), *GROUPS[1:]):
        there = [shown[table] for table in group.tables if table in shown]
        if there:
            branch = SubElement(root, "layer-tree-group", {"name": group.label})
            branch.set("checked", "Qt::Checked")
            branch.set("expanded", "1" if group.expanded else "0")
            branch.extend(
                _leaf(part, on=one.look.shown and (one.table in newest or one.table in TABLES))
                for one in there
                for part in one.parts()
            )
    return root


def _leaf(one: Shown, *, on: bool) -> Element:
    return Element(
        "layer-tree-layer",
        {
            "id": one.layer_id,
            "name": clean(one.label),
            "providerKey": "ogr",
            "source": one.source,
            "checked": "Qt::Checked" if on else "Qt::Unchecked",
            "expanded": "1" if one.look.expression and on else "0",
        },
    )


def _layer_id(table: str) -> str:
    return clean(f"layer_{table}")


def _links(shown: Iterable[Shown]) -> list[tuple[str, str, str]]:
    """List (table, column, table referred to) where both tables are there."""
    there = {one.table for one in shown}
    return [
        (table.name, column.name, column.refers_to)
        for table in TABLES.values()
        for column in table.columns
        if table.name in there and column.refers_to in there
    ]


def _relation(table: str, column: str, target: str) -> Element:
    label = f"{TABLES[target].label.zh}—{TABLES[table].label.zh}"
    names = {"id": f"{table}_{column}", "name": label, "strength": "Association"}
    layers = {"referencingLayer": _layer_id(table), "referencedLayer": _layer_id(target)}
    relation = Element("relation", names | layers)
    ends = {"referencingField": column, "referencedField": TABLES[target].key}
    SubElement(relation, "fieldRef", ends)
    return relation


def _first_view(connection: sqlite3.Connection, crs: CRS) -> Element:
    """Look at all of the project's own layers when it is opened."""
    canvas = Element("mapcanvas", {"name": "theMapCanvas"})
    SubElement(canvas, "units").text = "meters"
    west, south, east, north = connection.execute(
        "SELECT MIN(min_x), MIN(min_y), MAX(max_x), MAX(max_y) FROM gpkg_contents"
        " WHERE table_name NOT LIKE 'result\\_%' ESCAPE '\\'"
    ).fetchone()
    if west is None:  # nothing anywhere
        return canvas
    margin_x, margin_y = _MARGIN * (east - west), _MARGIN * (north - south)
    extent = SubElement(canvas, "extent")
    for name, value in (
        ("xmin", west - margin_x),
        ("ymin", south - margin_y),
        ("xmax", east + margin_x),
        ("ymax", north + margin_y),
    ):
        SubElement(extent, name).text = repr(value)
    SubElement(canvas, "destinationsrs").append(_crs_element(crs))
    return canvas


def _properties(credit: str) -> Element:
    properties = Element("properties")
    for group, name, kind, value in (
        ("SpatialRefSys", "ProjectionsEnabled", "int", "1"),
        ("CopyrightLabel", "Enabled", "bool", "true" if credit else "false"),
        ("CopyrightLabel", "Label", "QString", clean(credit)),
    ):
        holder = properties.find(group)
        holder = SubElement(properties, group) if holder is None else holder
        SubElement(holder, name, {"type": kind}).text = value
    return properties


def _layer(one: Shown, shown: dict[str, Shown], crs: CRS | None) -> Element:
    layer = Element(
        "maplayer",
        {
            "type": "vector",
            "geometry": one.geometry,
            "wkbType": one.part or one.type_name or "NoGeometry",
            **scale_attributes(one.look, one.geometry),
        },
    )
    SubElement(layer, "id").text = one.layer_id
    SubElement(layer, "datasource").text = one.source
    SubElement(layer, "layername").text = clean(one.label)
    if crs is not None and one.geometry != "No geometry":
        SubElement(layer, "srs").append(_crs_element(crs))
    SubElement(layer, "provider", {"encoding": "UTF-8"}).text = "ogr"
    relations = {
        column: f"{table}_{column}"
        for table, column, _target in _links(shown.values())
        if table == one.table
    }
    layer.extend(style_elements(one.look, one.geometry, one.fields, relations))
    return layer
