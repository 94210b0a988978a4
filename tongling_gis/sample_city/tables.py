"""Layers and record tables with every column that the schema declares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from tongling_gis.schema import TABLES, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

METRIC_CRS = "EPSG:4548"
"""CGCS2000, 3-degree Gauss-Kruger, central meridian 117E: the city's own frame."""

_TYPES: dict[Kind, str] = {
    "text": "str",
    "date": "str",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
}


def record_table(
    name: str, columns: Mapping[str, Any], *, plain: Sequence[str] = ()
) -> pd.DataFrame:
    """Build one record table; columns not given are missing throughout.

    Raises:
        KeyError: If a column is given that the schema does not know.
    """
    import pandas as pd

    table = TABLES[name]
    unknown = set(columns) - set(table.names)
    if unknown:
        raise KeyError(name, sorted(unknown))
    size = len(columns[table.key])
    return pd.DataFrame(
        {
            one.name: pd.Series(
                list(columns.get(one.name, [None] * size)),
                dtype="int64" if one.name in plain else _TYPES[one.kind],
            )
            for one in table.columns
        }
    )


def layer_table(
    name: str,
    columns: Mapping[str, Any],
    geometry: Sequence[Any] | NDArray[Any],
    *,
    plain: Sequence[str] = (),
) -> gpd.GeoDataFrame:
    """Build one layer in the city's frame; columns not given are missing throughout.

    Raises:
        KeyError: If a column is given that the schema does not know.
    """
    import geopandas as gpd

    rows = record_table(name, columns, plain=plain)
    return gpd.GeoDataFrame(rows, geometry=np.asarray(geometry, dtype=object), crs=METRIC_CRS)


def write_tags(tags: Mapping[str, str]) -> str:
    """Write tags as the JSON of a ``tags`` column, keys sorted."""
    return json.dumps(dict(tags), ensure_ascii=False, sort_keys=True)


def share_out(weights: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Divide a whole number by weights, each part whole, to the last one (largest remainder).

    >>> share_out(np.array([1.0, 1.0, 1.0]), 8).tolist()
    [3, 3, 2]
    """
    exact = weights / weights.sum() * total
    parts: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    order = np.argsort(parts - exact, kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return parts
