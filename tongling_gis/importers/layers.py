"""Layers as ``schema`` declares them, built from plain columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.crs import WGS84
from tongling_gis.schema import TABLES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

DTYPES: dict[Kind, str] = {
    "text": "str",
    "date": "str",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
}
"""Column kind -> pandas type; every one of them knows missing values."""


def build_layer(
    name: str,
    columns: Mapping[str, Sequence[Any]],
    geometry: Sequence[Any],
    *,
    plain_integers: Iterable[str] = (),
) -> gpd.GeoDataFrame:
    """Build one layer in EPSG:4326 with every column that the schema declares.

    Args:
        name: The layer, a key of ``schema.TABLES``.
        columns: Column -> values; None is missing, columns not given are missing throughout.
        geometry: One shape a row.
        plain_integers: Columns without missing values to hold as int64, such as node ids.

    Raises:
        KeyError: If a column is given that the schema does not know.
    """
    import geopandas as gpd  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    table = TABLES[name]
    unknown = set(columns) - set(table.names)
    if unknown:
        raise KeyError(name, sorted(unknown))
    nothing = [None] * len(geometry)
    plain = frozenset(plain_integers)
    typed = {
        one.name: pd.Series(
            columns.get(one.name, nothing),
            dtype="int64" if one.name in plain else DTYPES[one.kind],  # type: ignore[call-overload]
        )
        for one in table.columns
    }
    return gpd.GeoDataFrame(typed, geometry=gpd.GeoSeries(list(geometry), crs=WGS84), crs=WGS84)
