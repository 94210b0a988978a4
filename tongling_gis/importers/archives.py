"""Zipped shapefiles and other layers, unpacked to where they can be read."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tongling_gis.errors import UnreadableFileError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_READABLE: Final = (".shp", ".gpkg", ".geojson", ".json", ".dxf", ".fgb", ".kml", ".tab", ".mif")
_UTF8_NAMES: Final = 0x800

_BROKEN = Text(
    "压缩包“{name}”打不开（{reason}）：请重新压缩或重新下载。",
    "Cannot open the archive {name!r} ({reason}): zip or download it again.",
)
_EMPTY = Text(
    "压缩包“{name}”中没有 Shapefile、GeoPackage、GeoJSON 或 DXF。",
    "The archive {name!r} holds no shapefile, GeoPackage, GeoJSON or DXF.",
)


@contextmanager
def unpack(path: Path) -> Iterator[dict[str, Path]]:
    """Unpack an archive for as long as the context lasts.

    Yields:
        Name in the archive without its ending -> the unpacked file to open.

    Raises:
        UnreadableFileError: If it is damaged, or nothing in it can be read.
    """
    with TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                found = dict(_unpack_each(archive, Path(folder)))
        except (zipfile.BadZipFile, RuntimeError, OSError, EOFError) as error:
            raise UnreadableFileError(_BROKEN.fill(name=path.name, reason=error)) from error
        if not found:
            raise UnreadableFileError(_EMPTY.fill(name=path.name))
        yield found


def _unpack_each(archive: zipfile.ZipFile, folder: Path) -> Iterator[tuple[str, Path]]:
    """Write every member under a name of our own; those that can be opened are given."""
    places: dict[str, Path] = {}
    for member in archive.infolist():
        name = PurePosixPath(_true_name(member).replace("\\", "/"))
        if member.is_dir() or "__MACOSX" in name.parts:
            continue
        stem = str(name.with_suffix(""))
        place = places.setdefault(stem, folder / str(len(places)))
        place.mkdir(exist_ok=True)
        target = place / f"layer{name.suffix.lower()}"
        target.write_bytes(archive.read(member))
        if target.suffix in _READABLE:
            yield stem, target


def _true_name(member: zipfile.ZipInfo) -> str:
    """Read a member's name, which Chinese Windows writes in GBK without saying so."""
    if member.flag_bits & _UTF8_NAMES:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename
