"""Looks in QGIS's own words: the elements of a QML style, for QGIS 3.22 and later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongling_gis.store.stored import Field
    from tongling_gis.store.styles import Look, Mark

QGIS_VERSION = "3.22.0"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GEOMETRY_KINDS = ("Point", "Line", "Polygon")
LABEL_FONT = "Noto Sans CJK SC"


def clean(text: str) -> str:
    """Leave out the characters that XML cannot hold."""
    return _FORBIDDEN.sub("", text)


def geometry_of(type_name: str) -> str:
    """Give QGIS's word for a GeoPackage geometry type: Point, Line, Polygon or "No geometry".

    >>> geometry_of("MULTILINESTRING")
    'Line'
    """
    for kind in _GEOMETRY_KINDS:
        if kind.upper() in type_name:
            return kind
    return "No geometry"


def style_elements(
    look: Look,
    geometry: str,
    fields: Sequence[Field],
    relations: Mapping[str, str] | None = None,
) -> list[Element]:
    """Write a look as the elements that stand in a QML file and in a project's layer.

    Args:
        look: The look.
        geometry: QGIS's word for the layer's geometry.
        fields: The layer's columns, with labels and codes.
        relations: Column -> id of the project's relation through which it refers to a table.
    """
    elements = [_field_configuration(fields, relations or {}), _aliases(fields)]
    if look.name_column:
        preview = Element("previewExpression")
        preview.text = f'coalesce("{look.name_column}", "{fields[0].name}")'
        elements.append(preview)
    if geometry != "No geometry":
        elements.insert(0, _renderer(look, geometry))
        if look.labelled:
            elements.insert(1, _labels(look, geometry))
    return elements


def scale_attributes(look: Look, geometry: str) -> dict[str, str]:
    """Say from which scale a layer shows, and whether its names do."""
    return {
        "hasScaleBasedVisibilityFlag": "1" if look.from_scale else "0",
        "minScale": str(look.from_scale or 100_000_000),
        "maxScale": "0",
        "labelsEnabled": "1" if look.labelled and geometry != "No geometry" else "0",
        "styleCategories": "AllStyleCategories",
    }


def qml(look: Look, geometry: str, fields: Sequence[Field]) -> Element:
    """Write a whole style, as QGIS keeps it in a GeoPackage's ``layer_styles``."""
    root = Element("qgis", {"version": QGIS_VERSION, **scale_attributes(look, geometry)})
    root.extend(style_elements(look, geometry, fields))
    return root


def _renderer(look: Look, geometry: str) -> Element:
    renderer = Element(
        "renderer-v2",
        {"type": "categorizedSymbol" if look.expression else "singleSymbol", "symbollevels": "0"},
    )
    renderer.set("enableorderby", "1" if look.biggest_first else "0")
    if look.expression:
        renderer.set("attr", look.expression)
        categories = SubElement(renderer, "categories")
        for number, one in enumerate(look.classes):
            names = {"symbol": str(number), "value": one.value, "label": one.label}
            SubElement(categories, "category", names | {"render": "true"})
    symbols = SubElement(renderer, "symbols")
    for number, one in enumerate(look.classes):
        symbols.append(_symbol(one.mark, geometry, str(number)))
    if look.biggest_first:
        order = SubElement(renderer, "orderby")
        clause = SubElement(order, "orderByClause", {"asc": "0", "nullsFirst": "0"})
        clause.text = f'"{look.biggest_first}"'
    return renderer


def _symbol(mark: Mark, geometry: str, name: str) -> Element:
    kind = {"Point": "marker", "Line": "line", "Polygon": "fill"}[geometry]
    symbol = Element("symbol", {"name": name, "type": kind, "alpha": "1", "clip_to_extent": "1"})
    options, layer_class = {
        "Point": (_marker_options, "SimpleMarker"),
        "Line": (_line_options, "SimpleLine"),
        "Polygon": (_fill_options, "SimpleFill"),
    }[geometry]
    layer = SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "pass": "0"})
    entries = SubElement(layer, "Option", {"type": "Map"})
    for option, value in options(mark).items():
        SubElement(entries, "Option", {"name": option, "type": "QString", "value": value})
    return symbol


def _marker_options(mark: Mark) -> dict[str, str]:
    return {
        "name": mark.shape,
        "color": _rgba(mark.fill, mark.opacity),
        "size": f"{mark.size_mm:g}",
        "size_unit": "MM",
        "outline_color": _rgba(mark.outline or mark.fill),
        "outline_style": "solid" if mark.outline else "no",
        "outline_width": f"{mark.outline_mm:g}",
        "outline_width_unit": "MM",
    }


def _line_options(mark: Mark) -> dict[str, str]:
    return {
        "line_color": _rgba(mark.fill),
        "line_style": mark.dash,
        "line_width": f"{mark.size_mm:g}",
        "line_width_unit": "MM",
        "capstyle": "flat" if mark.dash != "solid" else "round",
        "joinstyle": "round",
    }


def _fill_options(mark: Mark) -> dict[str, str]:
    return {
        "color": _rgba(mark.fill or "#ffffff", mark.opacity),
        "style": "solid" if mark.fill else "no",
        "outline_color": _rgba(mark.outline or "#ffffff"),
        "outline_style": mark.dash if mark.outline else "no",
        "outline_width": f"{mark.outline_mm:g}",
        "outline_width_unit": "MM",
        "joinstyle": "round",
    }


def _rgba(colour: str, opacity: float = 1.0) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _labels(look: Look, geometry: str) -> Element:
    labeling = Element("labeling", {"type": "simple"})
    settings = SubElement(labeling, "settings")
    text = SubElement(
        settings,
        "text-style",
        {
            "fieldName": look.name_column,
            "fontFamily": LABEL_FONT,
            "fontSize": "8.5",
            "fontSizeUnit": "Point",
            "textColor": "50,44,40,255",
        },
    )
    SubElement(
        text,
        "text-buffer",
        {
            "bufferDraw": "1",
            "bufferSize": "0.7",
            "bufferSizeUnits": "MM",
            "bufferColor": "255,255,255,230",
        },
    )
    # Around a point, along a line, over the middle of an area: QGIS's numbers.
    placement = {"Point": "6", "Line": "2", "Polygon": "1"}[geometry]
    SubElement(
        settings,
        "placement",
        {
            "placement": placement,
            "dist": "1",
            "distUnits": "MM",
            "priority": str(look.label_rank),
            "repeatDistance": "80",
            "repeatDistanceUnit": "MM",
        },
    )
    SubElement(
        settings,
        "rendering",
        {
            "drawLabels": "1",
            "mergeLines": "1" if geometry == "Line" else "0",
            "minFeatureSize": "25" if geometry == "Line" else "0",  # millimetres
            "obstacle": "0",
            "scaleVisibility": "1" if look.label_scale else "0",
            "scaleMax": str(look.label_scale),
            "scaleMin": "0",
        },
    )
    return labeling


def _field_configuration(fields: Sequence[Field], relations: Mapping[str, str]) -> Element:
    configuration = Element("fieldConfiguration")
    for field in fields:
        holder = SubElement(configuration, "field", {"name": clean(field.name)})
        if field.name in relations:
            options = {"Relation": relations[field.name], "AllowNULL": "true"}
            _widget(holder, "RelationReference").extend(_texts(options))
        elif field.choices:
            listed = SubElement(_widget(holder, "ValueMap"), "Option")
            listed.attrib.update({"name": "map", "type": "List"})
            for code, meaning in field.choices.items():
                SubElement(listed, "Option", {"type": "Map"}).extend(_texts({meaning: code}))
    return configuration


def _widget(holder: Element, kind: str) -> Element:
    widget = SubElement(holder, "editWidget", {"type": kind})
    return SubElement(SubElement(widget, "config"), "Option", {"type": "Map"})


def _texts(values: Mapping[str, str]) -> list[Element]:
    return [
        Element("Option", {"name": name, "type": "QString", "value": value})
        for name, value in values.items()
    ]


def _aliases(fields: Sequence[Field]) -> Element:
    aliases = Element("aliases")
    for field in fields:
        SubElement(aliases, "alias", {"field": clean(field.name), "name": clean(field.label)})
    return aliases
