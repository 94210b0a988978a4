"""Real extracts: what was counted in them by other means, and laws that hold on all of them."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tongling_gis.importers.osm import read_osm
from tongling_gis.importers.osm_elements import read_elements
from tongling_gis.importers.osm_tags import COLUMNS
from tongling_gis.schema import TABLES
from tongling_gis.text import silent

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from tongling_gis.importers.report import Imported

EXTRACTS = {
    "beijing": "osm/beijing_cau.osm.gz",
    "guixi": "osm/guixi.osm.gz",
    "monaco": "osm/monaco.osm.gz",
    "helsinki": "osm/helsinki.osm.pbf",
    "porto_alegre": "porto_alegre/poa.osm.pbf",
}
_READ: dict[str, Imported] = {}


@pytest.fixture
def extract(shared_data: Path, request: pytest.FixtureRequest) -> Imported:
    """Read one of the real extracts, once in a session."""
    name = request.param
    if name not in _READ:
        _READ[name] = read_osm(shared_data / EXTRACTS[name])
    return _READ[name]


every_extract = pytest.mark.parametrize("extract", list(EXTRACTS), indirect=True)


def only(name: str) -> pytest.MarkDecorator:
    """Run a test on one extract."""
    return pytest.mark.parametrize("extract", [name], indirect=True)


def count_of(rows: gpd.GeoDataFrame, column: str) -> Counter[str]:
    """Count a column's values, without the missing."""
    return Counter(rows[column].dropna())


@pytest.mark.parametrize("extract", ["beijing", "guixi", "monaco", "helsinki"], indirect=True)
def test_segments_put_together_are_the_ways_they_came_from(
    extract: Imported, shared_data: Path, request: pytest.FixtureRequest
) -> None:
    """Laid end to end, a way's segments are the way, and no node inside one is shared."""
    name = request.node.callspec.params["extract"]
    elements = read_elements(shared_data / EXTRACTS[name], silent)
    streets = extract.layers["streets"]
    uses: Counter[int] = Counter()
    for way_id, rows in streets.groupby("osm_way_id", sort=False):
        refs = np.array(elements.ways[way_id].refs)
        at = elements.positions(refs)
        uses.update(refs[at >= 0].tolist())
        if (at < 0).any() or len(set(pairwise(refs))) < len(refs) - 1:
            continue
        assert list(rows.street_id) == [f"{way_id}-{k}" for k in range(len(rows))]
        assert list(rows.from_node[1:]) == list(rows.to_node[:-1])
        joined = [rows.geometry.iloc[0].coords[0]]
        for line in rows.geometry:
            joined += line.coords[1:]
        assert np.array_equal(joined, np.column_stack([elements.lon[at], elements.lat[at]]))
    ends = set(streets.from_node) | set(streets.to_node)
    assert {ref for ref, count in uses.items() if count > 1} <= ends
    assert ends == set(extract.layers["street_nodes"].node_id)


def walk_graph(streets: gpd.GeoDataFrame, *, private: bool, platforms: bool) -> tuple[int, int]:
    """Count junctions and segments when ways are split at shared nodes and ends only."""
    fast = ["motorway", "motorway_link", "trunk", "trunk_link"]
    kept = ~streets.highway.isin(fast)
    if not private:
        kept &= ~streets.access.isin(["no", "private"]) & (streets.foot != "no")
    if not platforms:
        kept &= streets.highway != "platform"
    # A square's outline that comes from a relation is no highway way of its own.
    kept &= ~streets.tags.str.contains('"type": "multipolygon"')
    rows = streets[kept]
    ends = Counter([*rows.from_node, *rows.to_node])
    inner = set(rows.to_node[rows.osm_way_id == rows.osm_way_id.shift(-1)])
    middles = sum(ends[one] == 2 for one in inner)
    return len(ends) - middles, len(rows) - middles


@only("beijing")
def test_beijing_has_the_counted_junctions_segments_and_walls(extract: Imported) -> None:
    """What was counted in the Beijing quarter by other means comes out the same."""
    layers = extract.layers
    assert walk_graph(layers["streets"], private=True, platforms=True) == (527, 702)
    assert len(layers["buildings"]) == 257
    assert (len(layers["compounds"]), layers["compounds"].name.notna().sum()) == (10, 9)
    assert "农大小区-北区" in set(layers["compounds"].name)
    gates = count_of(layers["gates"], "barrier")
    assert (gates["gate"], gates["lift_gate"]) == (15, 6)
    barriers = count_of(layers["barriers"], "barrier")
    assert (barriers["fence"], barriers["wall"]) == (13, 2)
    assert extract.data_date == "2026-03-22"
    assert "OpenStreetMap" in extract.source.en
    assert not any("whose data" in warning.en for warning in extract.report.warnings)


@only("guixi")
def test_guixi_has_the_counted_streets_and_schools(extract: Imported) -> None:
    """What was counted in Guixi by other means comes out the same, to a kilometre of street."""
    layers = extract.layers
    assert walk_graph(layers["streets"], private=False, platforms=True) == (330, 470)
    walked = layers["streets"][~layers["streets"].access.isin(["no", "private"])]
    assert walked.to_crs(4548).length.sum() / 1000 == pytest.approx(116, abs=1)
    assert (len(layers["buildings"]), len(layers["schools"])) == (165, 4)
    assert "footway" not in set(layers["streets"].highway)


@only("porto_alegre")
def test_porto_alegre_has_the_counted_steps_and_gates(extract: Imported) -> None:
    """Steps and gates come out as counted; junctions and segments within three in a thousand."""
    streets = extract.layers["streets"]
    junctions, segments = walk_graph(streets, private=False, platforms=False)
    assert junctions == pytest.approx(18_839, rel=0.003)
    assert segments == pytest.approx(25_929, rel=0.003)
    assert streets.osm_way_id[streets.highway == "steps"].nunique() == 413
    assert count_of(extract.layers["gates"], "barrier")["gate"] == 299


@only("helsinki")
def test_helsinki_has_the_counted_ways_barriers_and_entrances(extract: Imported) -> None:
    """Ways read, barriers, gates and entrances come out as counted."""
    layers, counts = extract.layers, extract.report.counts
    squares = layers["streets"].tags.str.contains('"type": "multipolygon"')
    ways = layers["streets"][~squares].drop_duplicates("osm_way_id")
    refused = [n for n in extract.report.notes if n.layer == "streets" and n.action == "refused"]
    assert len(ways) + len(refused) == 2650
    assert counts["barriers"].read == 364
    gates, entrances = layers["gates"], layers["entrances"]
    assert count_of(gates, "barrier")["gate"] == 60
    assert gates.entrance.notna().sum() + len(entrances) == 325
    named = sum(
        n.row.startswith("way/")
        for n in extract.report.notes
        if n.layer == "buildings" and n.action == "refused"
    )
    assert layers["buildings"].building_id.str.startswith("way/").sum() + named == 433
    assert count_of(layers["street_nodes"], "highway")["traffic_signals"] == 135


@only("monaco")
def test_monaco_has_the_counted_ways_steps_and_buildings(extract: Imported) -> None:
    """Highway ways, flights of steps and building ways come out as counted."""
    streets = extract.layers["streets"].drop_duplicates("osm_way_id")
    assert len(streets) == 866
    assert count_of(streets, "highway")["steps"] == 82
    assert extract.layers["buildings"].building_id.str.startswith("way/").sum() == 962


@every_extract
def test_every_row_read_is_kept_or_refused(extract: Imported) -> None:
    """Rows read are rows kept and refused, and each refused one has its note with a reason."""
    for layer, count in extract.report.counts.items():
        assert count.read == count.kept + count.refused, layer
        refused = {n.row for n in extract.report.notes if (n.layer, n.action) == (layer, "refused")}
        assert len(refused) == count.refused
    assert all(note.reason.zh and note.reason.en for note in extract.report.notes)


@every_extract
def test_layers_are_as_the_schema_declares(extract: Imported) -> None:
    """Columns and their order, keys, shapes and CRS are the schema's."""
    for name, rows in extract.layers.items():
        table = TABLES[name]
        assert tuple(rows.columns) == (*table.names, "geometry")
        assert rows[table.key].is_unique
        assert rows[table.key].notna().all()
        assert rows.crs.to_epsg() == 4326
        assert rows.geometry.is_valid.all()
        assert not rows.geometry.is_empty.any()
        kinds = set(rows.geom_type.str.removeprefix("Multi"))
        assert kinds == {table.shape}


@only("helsinki")
def test_no_tag_of_a_kept_element_is_lost(extract: Imported, shared_data: Path) -> None:
    """Each tag of each row's element stands in its column or among the other tags."""
    elements = read_elements(shared_data / EXTRACTS["helsinki"], silent)
    tagged = {f"node/{one}": tags for one, tags in elements.node_tags.items()}
    tagged |= {f"way/{one.osm_id}": one.tags for one in elements.ways.values()}
    tagged |= {f"relation/{one.osm_id}": one.tags for one in elements.relations.values()}
    for layer, rows in extract.layers.items():
        prefix, key = {
            "streets": ("way/", "osm_way_id"),
            "street_nodes": ("node/", "node_id"),
        }.get(layer, ("", TABLES[layer].key))
        columns = {one.key: one for one in COLUMNS.get(layer, ())}
        for row in rows.to_dict("records"):
            tags = tagged.get(f"{prefix}{row[key]}", {})
            if layer == "streets" and "highway" not in tags:
                continue  # the outline of a square, with its relation's tags
            left = json.loads(row["tags"])
            for tag, value in tags.items():
                column = columns.get(tag)
                if tag == "name" and "name" in row:
                    assert row["name"] == value
                elif left.get(tag) != value:
                    assert column is not None, (layer, tag)
                    held = row[column.name]
                    assert held == (value if column.read is None else column.read(value))
