"""A server on 127.0.0.1 that answers as Overpass and Nominatim do, from a file's elements.

It understands the queries that OSMnx writes, ``(way['key'](poly:'lat lon ...');(._;>;););``,
and evaluates them as Overpass does: a node is in an area if it lies in it, a way if it passes
through it, a relation if a member is; ``>`` adds the members and the ways' nodes.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlparse

import shapely

from tongling_gis.importers.osm_elements import read_elements
from tongling_gis.text import silent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tongling_gis.importers.osm_elements import Elements

STATUS = """Connected as: 2130706433
Current time: 2026-01-01T00:00:00Z
Announced endpoint: none
Rate limit: 2
2 slots available now.
Currently running queries (pid, space limit, time limit, start time):
"""
STATEMENT = re.compile(r"\((node|way|relation)\['([^']+)'\]\(poly:'([^']+)'\);\(\._;>;\);\);")
COPYRIGHT = (
    "The data included in this document is from www.openstreetmap.org. "
    "The data is made available under ODbL."
)


@dataclass
class Answering:
    """What the server holds and what it was asked.

    Attributes:
        elements: The elements it answers from.
        places: Place's name -> its area, for Nominatim.
        queries: The Overpass queries it was asked, in order.
        remark: A remark to put into every answer, as Overpass does when it runs out of time.
        status_code: Code of every Overpass answer.
    """

    elements: Elements
    places: dict[str, shapely.Polygon] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)
    remark: str = ""
    status_code: int = 200
    url: str = ""

    def interpret(self, query: str) -> dict[str, Any]:
        """Answer one query."""
        self.queries.append(query)
        found: dict[str, set[int]] = {"node": set(), "way": set(), "relation": set()}
        for kind, key, corners in STATEMENT.findall(query):
            numbers = [float(one) for one in corners.split()]
            area = shapely.Polygon(zip(numbers[1::2], numbers[::2], strict=True))
            found[kind] |= self._inside(kind, key, area)
        self._recurse(found)
        answer = {
            "version": 0.6,
            "generator": "Overpass API 0.7.62",
            "osm3s": {"timestamp_osm_base": "2026-01-01T00:00:00Z", "copyright": COPYRIGHT},
            "elements": [
                *(self._node(one) for one in sorted(found["node"])),
                *(self._way(one) for one in sorted(found["way"])),
                *(self._relation(one) for one in sorted(found["relation"])),
            ],
        }
        return {**answer, "remark": self.remark} if self.remark else answer

    def _inside(self, kind: str, key: str, area: shapely.Polygon) -> set[int]:
        held = self.elements
        if kind == "node":
            points = {one: self._place(one) for one, tags in held.node_tags.items() if key in tags}
            return {one for one, place in points.items() if area.covers(shapely.Point(place))}
        if kind == "way":
            ways = [one for one in held.ways.values() if key in one.tags]
            return {one.osm_id for one in ways if self._passes(one.refs, area)}
        return {
            one.osm_id
            for one in held.relations.values()
            if key in one.tags and any(self._member_inside(member, area) for member in one.members)
        }

    def _member_inside(self, member: Any, area: shapely.Polygon) -> bool:
        if member.kind == "w":
            way = self.elements.ways.get(member.ref)
            return way is not None and self._passes(way.refs, area)
        held = member.kind == "n" and member.ref in set(self.elements.node_id.tolist())
        return held and area.covers(shapely.Point(self._place(member.ref)))

    def _passes(self, refs: list[int], area: shapely.Polygon) -> bool:
        points = [self._place(ref) for ref in refs]
        line = shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0])
        return area.intersects(line)

    def _place(self, node: int) -> tuple[float, float]:
        at = self.elements.node_id.searchsorted(node)
        return float(self.elements.lon[at]), float(self.elements.lat[at])

    def _recurse(self, found: dict[str, set[int]]) -> None:
        held = set(self.elements.node_id.tolist())
        for relation in found["relation"]:
            for member in self.elements.relations[relation].members:
                if member.kind == "w" and member.ref in self.elements.ways:
                    found["way"].add(member.ref)
                elif member.kind == "n" and member.ref in held:
                    found["node"].add(member.ref)
        for way in found["way"]:
            found["node"].update(self.elements.ways[way].refs)

    def _node(self, osm_id: int) -> dict[str, Any]:
        lon, lat = self._place(osm_id)
        tags = self.elements.node_tags.get(osm_id)
        plain = {"type": "node", "id": osm_id, "lat": lat, "lon": lon}
        return {**plain, "tags": tags} if tags else plain

    def _way(self, osm_id: int) -> dict[str, Any]:
        way = self.elements.ways[osm_id]
        plain = {"type": "way", "id": osm_id, "nodes": way.refs}
        return {**plain, "tags": way.tags} if way.tags else plain

    def _relation(self, osm_id: int) -> dict[str, Any]:
        relation = self.elements.relations[osm_id]
        kinds = {"n": "node", "w": "way", "r": "relation"}
        members = [
            {"type": kinds[one.kind], "ref": one.ref, "role": one.role} for one in relation.members
        ]
        return {"type": "relation", "id": osm_id, "members": members, "tags": relation.tags}

    def search(self, name: str) -> list[dict[str, Any]]:
        """Answer as Nominatim's search does."""
        if name not in self.places:
            return []
        area = self.places[name]
        west, south, east, north = area.bounds
        return [
            {
                "place_id": 1,
                "osm_type": "relation",
                "osm_id": 1,
                "lat": str(area.centroid.y),
                "lon": str(area.centroid.x),
                "importance": 0.5,
                "name": name,
                "display_name": name,
                "boundingbox": [str(south), str(north), str(west), str(east)],
                "geojson": shapely.geometry.mapping(area),
            }
        ]


@contextmanager
def serve_overpass(extract: Path) -> Iterator[Answering]:
    """Serve a file's elements until the block ends; ``url`` is the server's address."""
    answering = Answering(read_elements(extract, silent))

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            asked = urlparse(self.path)
            if asked.path == "/api/status":
                self._send(200, "text/plain", STATUS)
            elif asked.path == "/search":
                found = answering.search(parse_qs(asked.query)["q"][0])
                self._send(200, "application/json", json.dumps(found))
            else:
                self._send(404, "text/plain", "")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            answer = answering.interpret(parse_qs(body)["data"][0])
            self._send(answering.status_code, "application/json", json.dumps(answer))

        def _send(self, code: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        answering.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield answering
        finally:
            server.shutdown()
            thread.join()
