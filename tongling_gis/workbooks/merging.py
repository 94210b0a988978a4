"""Rows of a workbook put over those a project has: what a sheet does not change stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tongling_gis.workbooks.cells import read_again

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    import pandas as pd

    from tongling_gis.schema import Table

_SAME_PLACE_M: Final = 1e-3


def merge_rows(
    there: pd.DataFrame,
    rows: pd.DataFrame,
    table: Table,
    *,
    headed: AbstractSet[str],
    keep_others: bool,
) -> pd.DataFrame:
    """Put rows over those there, by key.

    A cell that reads the same as what is there leaves it as it is, to the last decimal, and so
    does a place less than a millimetre away. Columns the sheet does not have keep their values;
    quarters and months take the one form they have.

    Args:
        there: What the project has, in its CRS.
        rows: The sheet's rows, columns as the schema names them; with or without shapes.
        table: The schema's table.
        headed: Columns that the sheet has.
        keep_others: Whether rows that the sheet does not name stay.
    """
    import pandas as pd

    old = {key: k for k, key in enumerate(there[table.key].tolist())}
    at = [old.get(key) for key in rows[table.key].tolist()]
    merged: pd.DataFrame = rows.copy()
    for column in table.columns:
        name = column.name
        if name == table.key or name not in there:
            continue
        values, known = rows[name].tolist(), there[name].tolist()
        for k, position in enumerate(at):
            if position is not None and (
                name not in headed
                or (not column.form and _same(read_again(known[position], column), values[k]))
            ):
                values[k] = known[position]
        merged[name] = pd.Series(values, index=rows.index, dtype=there[name].dtype)
    if table.shape:
        merged = _with_places(there, merged, at)
    if keep_others:
        merged = _in_place(there, merged, at)
    return merged


def _same(old: Any, new: Any) -> bool:  # noqa: ANN401 - any value of a table
    import pandas as pd

    if old is None or old == "" or pd.isna(new) or new == "":
        return (old is None or old == "") and bool(pd.isna(new) or new == "")
    return bool(old == new)


def _with_places(there: Any, rows: Any, at: list[int | None]) -> Any:  # noqa: ANN401 - geopandas has no types
    """Give rows their shapes in the project's CRS: the old ones where they have not moved."""
    import geopandas as gpd

    old = there.geometry.to_numpy()
    if "geometry" in rows:
        placed = rows.to_crs(there.crs) if there.crs is not None else rows
        shapes = list(placed.geometry.to_numpy())
    else:
        shapes = [None] * len(rows)
    for k, position in enumerate(at):
        if position is not None and (shapes[k] is None or _unmoved(old[position], shapes[k])):
            shapes[k] = old[position]
    plain = rows.drop(columns="geometry", errors="ignore")
    crs = there.crs if there.crs is not None else getattr(rows, "crs", None)
    return gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(shapes, index=plain.index), crs=crs)


def _unmoved(old: Any, new: Any) -> bool:  # noqa: ANN401 - shapes of any kind
    import shapely

    if old is None or old.geom_type != new.geom_type or old.is_empty or new.is_empty:
        return False
    if shapely.get_num_coordinates(old) != shapely.get_num_coordinates(new):
        return False
    return bool(shapely.hausdorff_distance(old, new) <= _SAME_PLACE_M)


def _in_place(there: Any, rows: Any, at: list[int | None]) -> Any:  # noqa: ANN401 - geopandas has no types
    """Put changed rows where they stand, and new ones behind."""
    import pandas as pd

    changed = {position: k for k, position in enumerate(at) if position is not None}
    order = [changed.get(k) for k in range(len(there))]
    kept = there.iloc[[k for k, row in enumerate(order) if row is None]]
    whole = pd.concat([part for part in (kept, rows) if len(part)] or [rows], ignore_index=True)
    new = [k for k, position in enumerate(at) if position is None]
    first = len(kept)
    staying = iter(range(first))
    places = [next(staying) if row is None else first + row for row in order]
    return whole.iloc[[*places, *(first + k for k in new)]].reset_index(drop=True)
