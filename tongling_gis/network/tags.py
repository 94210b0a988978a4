"""OSM tags of a layer, from a column of their own or from the JSON of the remaining tags."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

_FEW = 4096
_HANDFUL = 32
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:m|t)?\s*", re.IGNORECASE)


def read_tag(layer: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Give each row's value of one tag as text, "" where it has none."""
    values = np.full(len(layer), "", dtype=object)
    if not len(values):
        return values
    if "tags" in layer:
        _fill_from_json(values, layer["tags"], name)
    if name in layer:
        own = layer[name]
        if len(values) <= _HANDFUL:
            cells = own.tolist()
            given = [row for row, cell in enumerate(cells) if not pd.isna(cell)]
            values[given] = [str(cells[row]) for row in given]
            return values
        known = np.flatnonzero(own.notna().to_numpy())
        if len(known) > _FEW:
            values[known] = own.iloc[known].astype(str).to_numpy(dtype=object)
        elif len(known):
            values[known] = [str(cell) for cell in own.to_numpy(dtype=object)[known]]
    return values


def _fill_from_json(values: NDArray[np.object_], tags: pd.Series[str], name: str) -> None:
    quoted = f'"{name}"'
    if len(tags) <= _FEW:  # a plain loop is quicker than the array's own search
        every = tags.to_numpy(dtype=object)
        if quoted not in "".join(map(str, every)):
            return
        mentioned = [row for row, text in enumerate(every) if quoted in str(text)]
    else:
        found = tags.astype("str").str.contains(quoted, regex=False, na=False).to_numpy()
        mentioned = np.flatnonzero(found).tolist()
    texts = tags.iloc[mentioned].to_numpy(dtype=object)
    values[mentioned] = [str(json.loads(text).get(name, "")) for text in texts]


def has_tag(layer: pd.DataFrame, name: str, values: Collection[str]) -> NDArray[np.bool_]:
    """Tell in which rows a tag has one of these values."""
    texts = read_tag(layer, name)
    if len(texts) <= _FEW:
        wanted = frozenset(values)
        return np.fromiter((text in wanted for text in texts), dtype=bool, count=len(texts))
    return np.isin(texts, list(values))


def is_set(layer: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """Tell in which rows a tag is there and does not say no."""
    return ~has_tag(layer, name, ("", "no"))


def read_number(layer: pd.DataFrame, *names: str) -> NDArray[np.float64]:
    """Give each row's first known number among these columns or tags, NaN where there is none.

    Numbers are read with or without a unit of metres or tonnes: "2.5", "2.5 m", "4 t".
    """
    numbers = np.full(len(layer), np.nan)
    for name in names:
        texts = read_tag(layer, name)
        for row in np.flatnonzero((texts != "") & np.isnan(numbers)):
            found = _NUMBER.fullmatch(texts[row])
            if found is not None:
                numbers[row] = float(found[1].replace(",", "."))
    return numbers
