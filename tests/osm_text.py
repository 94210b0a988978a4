"""Small OpenStreetMap files written out as text, for tests that check by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def tag_lines(tags: Mapping[str, str]) -> str:
    """Write tags."""
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def node(osm_id: int, x: float, y: float, **tags: str) -> str:
    """Write a node at x, y thousandths of a degree from 117.8 E 30.9 N."""
    place = f'lon="{117.8 + x / 1000:.7f}" lat="{30.9 + y / 1000:.7f}"'
    return f'<node id="{osm_id}" version="1" {place}>{tag_lines(tags)}</node>'


def way(osm_id: int, refs: Iterable[int], tags: Mapping[str, str]) -> str:
    """Write a way along nodes."""
    nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{osm_id}" version="1">{nodes}{tag_lines(tags)}</way>'


def relation(osm_id: int, members: Iterable[tuple[str, int, str]], tags: Mapping[str, str]) -> str:
    """Write a relation of (type, id, role) members."""
    parts = "".join(f'<member type="{t}" ref="{ref}" role="{role}"/>' for t, ref, role in members)
    return f'<relation id="{osm_id}" version="1">{parts}{tag_lines(tags)}</relation>'


def write_osm(path: Path, *elements: str, root: str = 'generator="a test"') -> Path:
    """Write a whole file."""
    body = "\n".join(elements)
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" {root}>\n{body}\n</osm>\n',
        encoding="utf-8",
    )
    return path


RING = [1, 2, 3, 4, 1]
SQUARE = [node(1, 0, 0), node(2, 1, 0), node(3, 1, 1), node(4, 0, 1)]
"""Nodes 1 to 4, a square of a thousandth of a degree, and the way round it."""

HOLE = [node(5, 0.25, 0.25), node(6, 0.75, 0.25), node(7, 0.75, 0.75), node(8, 0.25, 0.75)]
"""Nodes 5 to 8, a square of a quarter of its area inside it."""
