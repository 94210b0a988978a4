"""OpenStreetMap files: streets, barriers, gates, buildings, compounds and facilities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.importers.osm_elements import read_elements
from tongling_gis.importers.osm_streets import build_streets
from tongling_gis.importers.report import (
    Imported,
    ImportReport,
    count_rows,
    fingerprint_file,
)
from tongling_gis.text import Text, silent

if TYPE_CHECKING:
    from os import PathLike

    from tongling_gis.importers.osm_elements import Elements
    from tongling_gis.text import Progress

OPENSTREETMAP = Text("© OpenStreetMap 贡献者，ODbL 1.0", "© OpenStreetMap contributors, ODbL 1.0")
INVENTED = Text("示例数据（虚构）", "Invented sample data")


def read_osm(path: str | PathLike[str], *, progress: Progress = silent) -> Imported:
    """Read an OpenStreetMap file: .osm, .osm.gz, .osm.bz2 or .osm.pbf.

    Raises:
        MissingFileError: If it is not there.
        UnreadableFileError: If it is empty, truncated or of another format.
    """
    file = Path(path)
    elements = read_elements(file, progress)
    layers, notes = build_streets(elements)
    streets = layers["streets"]
    counts = {
        "streets": count_rows(
            streets["osm_way_id"].nunique(), [note for note in notes if note.layer == "streets"]
        ),
        "street_nodes": count_rows(
            len(layers["street_nodes"]), [n for n in notes if n.layer == "street_nodes"]
        ),
    }
    invented = _invented(elements)
    return Imported(
        layers=layers,
        report=ImportReport(
            source=file.name,
            fingerprint=fingerprint_file(file),
            counts=counts,
            notes=tuple(notes),
            declared_crs="EPSG:4326",
        ),
        source=INVENTED if invented else OPENSTREETMAP,
        data_date=elements.newest,
        invented=invented,
    )


def _invented(elements: Elements) -> bool:
    generator = elements.header.get("generator", "").lower()
    return "invented" in generator or "示例数据" in generator
