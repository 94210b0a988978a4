"""The text of a layer's headings and cells, decoded as it should have been."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tongling_gis.importers.encodings import decode_values
from tongling_gis.importers.headings import tell_apart
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_CUT = Text(
    "文字“{value}”末尾不完整，残缺的字已去掉", "the text {value!r} was cut off within a letter"
)


@dataclass(frozen=True, eq=False)
class Columns:
    """A file's cells decoded.

    Attributes:
        rows: The cells, and the shapes as they were.
        encoding: Every encoding found.
        strays: How many values are in another encoding than most.
        repaired: (position, heading, what was done) of values cut within a letter.
    """

    rows: pd.DataFrame
    encoding: str
    strays: int = 0
    repaired: tuple[tuple[int, str, Text], ...] = ()


def decode_columns(
    table: gpd.GeoDataFrame, *, declared: str | None = None, hint: str | None = None
) -> Columns:
    """Decode headings and cells that were read as Latin letters, byte by byte, value by value.

    Args:
        table: As read in ISO 8859-1.
        declared: Encoding that the user declares.
        hint: Encoding that the file's .cpg claims.
    """
    rows = table.copy()
    places = [k for k, name in enumerate(rows.columns) if name != "geometry"]
    texts = [k for k in places if not _is_plain(rows.iloc[:, k].dtype)]
    cells = [
        (k, row, v) for k in texts for row, v in enumerate(rows.iloc[:, k]) if isinstance(v, str)
    ]
    headings = [str(rows.columns[k]) for k in places]
    raws = [text.encode("latin-1") for text in (*headings, *(v for _, _, v in cells))]
    read = decode_values(raws, declared=declared, hint=hint)
    names = dict(zip(places, read.texts[: len(headings)], strict=True))
    columns: dict[int, list[Any]] = {k: [None] * len(rows) for k in texts}
    repaired = []
    for (k, row, _), value, broken in zip(
        cells, read.texts[len(headings) :], read.broken[len(headings) :], strict=True
    ):
        columns[k][row] = value
        if broken:
            repaired.append((row, names[k], _CUT.fill(value=value)))
    for k, values in columns.items():
        rows.isetitem(k, values)
    rows.columns = tell_apart(names.get(k, str(name)) for k, name in enumerate(rows.columns))
    return Columns(rows, read.encoding, read.strays, tuple(repaired))


def _is_plain(dtype: Any) -> bool:  # noqa: ANN401 - NumPy's, pandas' and GeoPandas' types
    import pandas as pd

    return bool(
        pd.api.types.is_numeric_dtype(dtype)
        or pd.api.types.is_datetime64_any_dtype(dtype)
        or str(dtype) == "geometry"
    )


def mend_drawing(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Decode a drawing's Chinese text that GDAL took for Latin letters."""
    mended = table.copy()
    for name in mended.columns:
        if not _is_plain(mended[name].dtype):
            mended[name] = [_as_drawn(v) if isinstance(v, str) else None for v in mended[name]]
    return mended


def _as_drawn(value: str) -> str:
    raws = []
    for letter in value:
        for codec in ("cp1252", "latin-1"):
            try:
                raws.append(letter.encode(codec))
                break
            except UnicodeEncodeError:
                continue
        else:
            return value
    return decode_values([b"".join(raws)]).texts[0]


def as_utf8(raw: bytes) -> bytes:
    """Bring GeoJSON in GBK, or in both, to UTF-8: each of its strings on its own."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return raw
    text = raw.decode("latin-1")
    strings = [one.group().encode("latin-1") for one in _STRING.finditer(text)]
    decoded = iter(decode_values(strings).texts)
    mended = _STRING.sub(lambda _: next(decoded), text)
    try:
        json.loads(mended)
    except json.JSONDecodeError:  # a letter of GBK may end in the byte of a backslash
        return raw.decode("gb18030", "replace").encode()
    return mended.encode()


def list_texts(rows: pd.DataFrame) -> Iterator[str]:
    """Give the distinct values of the columns of text."""
    for k in range(rows.shape[1]):
        column = rows.iloc[:, k]
        if not _is_plain(column.dtype):
            yield from {value for value in column if isinstance(value, str)}
