"""Homes as JSON values that several results of one page share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tongling_gis.mapping.records import plain_value
from tongling_gis.mapping.shapes import encode_integers, encode_points

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    Rows: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

Json: TypeAlias = "dict[str, Any]"

LIKE_COVERAGE = "coverage"
_KEYS = ("resident_id", "building_id")


def describe_homes(homes: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame]) -> Json:
    """Describe where homes are, who lives there, and their building and compound.

    ``building`` is the row number of the building that a home is, ``compound`` a position
    among ``compoundIds``; -1 stands for none.
    """
    return {
        "shapes": encode_points(homes),
        "residents": encode_integers(or_minus_one(numbers(homes, "residents"))),
        "building": encode_integers(_building_of(homes, layers)),
        "compound": encode_integers(compound_of(homes, layers)),
        "compoundIds": ids_of(layers.get("compounds"), "compound_id"),
        "ids": [plain_value(one) for one in homes[home_key(homes)]],
    }


def share_homes(described: Json, coverage: Json | None) -> Json:
    """Leave out what a page holds already where a result's homes are those of the coverage."""
    names = ("shapes", "residents", "building", "compound", "compoundIds", "ids")
    if coverage is None or any(described[name] != coverage.get(name) for name in names):
        return described
    kept = {name: value for name, value in described.items() if name not in names}
    return kept | {"like": LIKE_COVERAGE}


def numbers(rows: pd.DataFrame, column: str) -> Floats:
    """Read a column of numbers, NaN where a cell or the whole column is missing."""
    import pandas as pd

    if column not in rows:
        return np.full(len(rows), np.nan)
    return np.asarray(
        pd.to_numeric(rows[column]).astype("Float64").to_numpy(float, na_value=np.nan)
    )


def or_minus_one(values: Floats) -> Rows:
    """Round to integers, -1 where a value is missing."""
    return np.nan_to_num(values, nan=-1.0).astype(np.int64)


def number_texts(values: pd.Series[Any]) -> tuple[list[str], Rows]:
    """Number the values in order of appearance; -1 where one is missing or empty."""
    import pandas as pd

    texts = values.astype("object").where(values.notna() & (values.astype(str) != ""), None)
    codes, uniques = pd.factorize(texts)
    return [str(one) for one in uniques], codes.astype(np.int64)


def ids_of(layer: pd.DataFrame | None, key: str) -> list[str]:
    """Give the ids of a layer as text; none where there is no layer."""
    return [] if layer is None else [str(one) for one in layer[key]]


def home_key(homes: pd.DataFrame) -> str:
    """Name the column that tells homes apart."""
    return next((name for name in _KEYS if name in homes), str(homes.columns[0]))


def _building_of(
    homes: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame]
) -> NDArray[np.intp]:
    import pandas as pd

    buildings = layers.get("buildings")
    if buildings is None:
        return np.full(len(homes), -1)
    known = pd.Index(buildings["building_id"].astype(str))
    if not known.is_unique:
        return np.full(len(homes), -1)
    return np.asarray(known.get_indexer(homes[home_key(homes)].astype(str)))


def compound_of(homes: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame]) -> Rows:
    """Row number of the compound of each home: the recorded one, else the one around it."""
    import pandas as pd
    import shapely

    compounds = layers.get("compounds")
    found = np.full(len(homes), -1, dtype=np.int64)
    if compounds is None or not len(compounds) or not len(homes):
        return found
    points = homes.geometry.representative_point().to_crs(compounds.crs).to_numpy()
    inside, around = shapely.STRtree(compounds.geometry.to_numpy()).query(points, "within")
    found[inside] = around
    if "compound_id" in homes and compounds["compound_id"].is_unique:
        keys = pd.Index(compounds["compound_id"].astype(str))
        recorded = keys.get_indexer(homes["compound_id"].astype(str))
        found = np.where(recorded >= 0, recorded, found)
    return found
