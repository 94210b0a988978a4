"""Ids for rows that came without one, the same again when the file is read again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tongling_gis.importers.cells import is_missing, plain
from tongling_gis.importers.headings import match_headings, normalise
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.schema import Table

_FALLBACK_IDS: Final = ("@id", "fullid", "osmid", "objectid", "entityhandle", "fid")
_MADE_IDS = Text(
    "没有编号列：按图形和名称生成编号，如 {example}",
    "There is no column of ids: they are made from shape and name, such as {example}",
)
_OTHER_IDS = Text(
    "没有编号列：用“{heading}”列作编号", "There is no column of ids: {heading!r} is used"
)


def give_ids(table: Table, rows: pd.DataFrame, headings: list[str]) -> tuple[pd.DataFrame, Text]:
    """Give rows ids: from another column that tells them apart, else from their content."""
    rows = rows.copy()
    for heading in headings:
        cells = rows[heading].map(plain)
        known = normalise(heading) in _FALLBACK_IDS or heading.casefold() in _FALLBACK_IDS
        if known and cells.is_unique and not rows[heading].map(is_missing).any():
            rows[table.key] = cells
            return rows, _OTHER_IDS.fill(heading=heading)
    named = match_headings(table, headings).columns.get("name")
    ids = _hash_rows(table, rows, None if named is None else rows[named].map(plain).tolist())
    rows[table.key] = ids
    return rows, _MADE_IDS.fill(example=ids[0] if ids else "")


def _hash_rows(table: Table, rows: pd.DataFrame, names: Sequence[str] | None) -> list[Any]:
    """Make ids that stay the same when rows are added or put in another order."""
    import shapely

    if table.column(table.key).kind == "integer":
        return list(range(1, len(rows) + 1))
    shapes = rows["geometry"].to_numpy()
    rounded = shapely.to_wkb(shapely.transform(shapes, lambda xy: np.round(xy, 6) + 0.0))
    seen: dict[str, int] = {}
    ids = []
    for k, raw in enumerate(rounded):
        name = "" if names is None else names[k]
        digest = hashlib.sha256(name.encode() + bytes(raw)).hexdigest()[:10]
        seen[digest] = seen.get(digest, 0) + 1
        again = "" if seen[digest] == 1 else f"-{seen[digest]}"
        ids.append(f"{table.name}-{digest}{again}")
    return ids


def tell_parts_apart(rows: pd.DataFrame, heading: str, origins: NDArray[np.intp]) -> pd.DataFrame:
    """Number the ids of rows that one feature's parts were made."""
    if len(set(origins.tolist())) == len(origins):
        return rows
    rows = rows.copy()
    total, nth = np.bincount(origins), dict.fromkeys(origins.tolist(), 0)
    keys = []
    for key, origin in zip(rows[heading].tolist(), origins.tolist(), strict=True):
        nth[origin] += 1
        keys.append(f"{plain(key)}-{nth[origin]}" if total[origin] > 1 else key)
    rows[heading] = keys
    return rows
