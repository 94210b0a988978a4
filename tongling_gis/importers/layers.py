"""Layers as ``schema`` declares them, built from plain columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.crs import WGS84
from tongling_gis.schema import TABLES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

DTYPES: dict[Kind, str] = {
    "text": "str",
    "date": "str",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
}
"""Column kind -> pandas type; every one of them knows missing values."""


def build_layer(
    name: str,
    columns: Mapping[str, Any],
    geometry: Sequence[Any] | NDArray[np.object_],
    *,
    plain_integers: Iterable[str] = (),
) -> gpd.GeoDataFrame:
    """Build one layer in EPSG:4326 with every column that the schema declares.

    Args:
        name: The layer, a key of ``schema.TABLES``.
        columns: Column -> list or array of values; None is missing, and columns not given are
            missing throughout.
        geometry: List or array of one shape a row.
        plain_integers: Columns without missing values to hold as int64, such as node ids.

    Raises:
        KeyError: If a column is given that the schema does not know.
    """
    import geopandas as gpd
    import pandas as pd

    table = TABLES[name]
    unknown = set(columns) - set(table.names)
    if unknown:
        raise KeyError(name, sorted(unknown))
    nothing = [None] * len(geometry)
    plain = frozenset(plain_integers)
    typed = {
        one.name: pd.Series(
            columns.get(one.name, nothing),
            dtype="int64" if one.name in plain else DTYPES[one.kind],
        )
        for one in table.columns
    }
    return gpd.GeoDataFrame(typed, geometry=gpd.GeoSeries(list(geometry), crs=WGS84), crs=WGS84)
