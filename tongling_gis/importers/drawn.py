"""Drawn areas and points of any file of shapes: boundaries with their gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.errors import SchemaError
from tongling_gis.importers.headings import match_headings
from tongling_gis.importers.opened import centres_of
from tongling_gis.importers.places import bring_to_wgs84, check_possible, choose_datum
from tongling_gis.importers.vector import open_vector
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

_TABLES = ("draft_gates", "enclosure_drafts")


def read_drawn(
    path: Path, *, crs: str = "", encoding: str = "", source_layer: str = ""
) -> gpd.GeoDataFrame:
    """Read every shape of a file, areas and points alike, with the columns of drafts and gates.

    Args:
        path: GeoJSON, GeoPackage, shapefile (also zipped), DXF, ...
        crs: What its coordinates are in, above what the file says.
        encoding: What its text is in, above what is found.
        source_layer: Which of its layers.

    Returns:
        The rows in EPSG:4326; headings of the schema's terms in Chinese or English are known.

    Raises:
        MissingFileError: If there is no such file.
        UnreadableFileError: If it is damaged or of a kind that nothing opens.
        CrsError: If its coordinate system is unknown or cannot be.
        SchemaError: If it has no shapes, or several layers and none is named.
    """
    import geopandas as gpd

    opened = open_vector(path, encoding=encoding or None, source_layer=source_layer or None)
    if opened.shapes is None:
        raise SchemaError(
            Text(
                f"文件“{path.name}”里没有图形：请换一个有边界的文件。",
                f"The file {path.name!r} holds no shapes: bring one with a boundary.",
            )
        )
    centres = centres_of(opened.shapes)
    datum = choose_datum(opened.label, crs or None, where=opened.where, xy=centres)
    check_possible(datum, centres, where=opened.where)
    rows = opened.rows.rename(columns=_headings([str(name) for name in opened.rows.columns]))
    layer = gpd.GeoDataFrame(rows.drop(columns="geometry", errors="ignore"), geometry=opened.shapes)
    return bring_to_wgs84(layer, datum, where=opened.where)


def _headings(names: list[str]) -> dict[str, str]:
    """Find which heading is which of the schema's terms; the gates' go first."""
    found: dict[str, str] = {}
    for table in _TABLES:
        for column, heading in match_headings(TABLES[table], names).columns.items():
            if column not in names and column not in found.values():
                found.setdefault(heading, column)
    return found
