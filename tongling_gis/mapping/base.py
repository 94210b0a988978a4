"""The layers of a map as JSON values: shapes, classes, names, and what a click tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.mapping.layers import STREET_CLASSES, STYLES, LayerStyle
from tongling_gis.mapping.records import PLACES, describe_table
from tongling_gis.mapping.shapes import encode_integers, encode_points, encode_shapes
from tongling_gis.schema import TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.assessment import Assessment
    from tongling_gis.text import Lang

Json: TypeAlias = "dict[str, Any]"

_LABELLED = ("water", "green", "schools")
_LANE = next(number for number, one in enumerate(STREET_CLASSES) if one.name == "lane")


def describe_layers(
    layers: Mapping[str, gpd.GeoDataFrame], lang: Lang, *, homes_shown: bool
) -> list[Json]:
    """Describe every layer that is drawn, from the bottom to the top.

    Args:
        layers: Layers of the schema by name, in any CRS.
        lang: Language of labels.
        homes_shown: Whether a result shows the homes, so that the layer of them is not.
    """
    return [
        describe_layer(layers[name], style, lang)
        for name, style in STYLES.items()
        if name in layers and len(layers[name]) and not (homes_shown and name == "residents")
    ]


def describe_layer(layer: gpd.GeoDataFrame, style: LayerStyle, lang: Lang) -> Json:
    """Describe one layer.

    Buildings keep their row numbers, which results refer to; of other layers rows without a
    shape are left out, and ``shapeless`` says how many.
    """
    table = TABLES[style.name]
    has_shape = ~(layer.geometry.isna() | layer.geometry.is_empty)
    placed = layer if style.name == "buildings" else layer[has_shape]
    described: Json = {
        "name": style.name,
        "label": table.label.in_lang(lang),
        "look": _describe_look(style),
        "count": int(has_shape.sum()),
        "shapeless": int((~has_shape).sum()),
        "shapes": encode_points(placed)
        if table.shape == "Point"
        else encode_shapes(placed, simplify_m=style.simplify_m),
    }
    if style.name in PLACES:
        described["keys"] = [str(key) for key in placed[table.key]]
    if style.name == "streets":
        described["class"] = encode_integers(_street_classes(placed))
    if style.name == "streets" or style.name in _LABELLED:
        described |= _describe_names(placed)
    if style.facts:
        described["facts"] = _describe_facts(placed, table, style.facts, lang)
    return described


def initial_bounds(
    layers: Mapping[str, gpd.GeoDataFrame], coverage: Assessment | None
) -> list[list[float]] | None:
    """Choose what the map shows first: homes and places, else the study area, else streets.

    Returns:
        [[south, west], [north, east]] in degrees, or None where there is nothing.
    """
    homes = [] if coverage is None else [coverage.layers["residents"]]
    choices = (
        homes + [layers[name] for name in PLACES if name in layers],
        [layers[name] for name in ("study_area",) if name in layers],
        [layers[name] for name in ("streets",) if name in layers],
        list(layers.values()),
    )
    return next((box for choice in choices if (box := _bounds(choice)) is not None), None)


def _bounds(layers: Iterable[gpd.GeoDataFrame]) -> list[list[float]] | None:
    boxes = [layer.to_crs("EPSG:4326").total_bounds for layer in layers if len(layer)]
    known = [box for box in boxes if np.isfinite(box).all()]
    if not known:
        return None
    west, south = np.min([box[:2] for box in known], axis=0)
    east, north = np.max([box[2:] for box in known], axis=0)
    return [
        [round(float(south), 6), round(float(west), 6)],
        [round(float(north), 6), round(float(east), 6)],
    ]


def _describe_look(style: LayerStyle) -> Json:
    return {
        "group": style.group,
        "symbol": style.symbol,
        "stroke": style.stroke,
        "fill": style.fill,
        "size": style.size_px,
        "fromZoom": style.from_zoom,
        "shown": style.shown,
        "dash": style.dash,
    }


def _street_classes(streets: pd.DataFrame) -> NDArray[np.int64]:
    numbers = {way: number for number, one in enumerate(STREET_CLASSES) for way in one.ways}
    return np.array([numbers.get(str(way), _LANE) for way in streets["highway"]], dtype=np.int64)


def _describe_names(layer: pd.DataFrame) -> Json:
    import pandas as pd

    if "name" not in layer:
        return {}
    names = layer["name"].astype("object")
    codes, known = pd.factorize(names.where(names.notna(), None))
    return {"names": [str(one) for one in known], "nameOf": encode_integers(codes)}


def _describe_facts(layer: pd.DataFrame, table: Table, facts: tuple[str, ...], lang: Lang) -> Json:
    described = describe_table(table, layer[[name for name in facts if name in layer]], lang)
    return {"columns": described["columns"], "rows": described["rows"]}
