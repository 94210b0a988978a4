"""The declared layers and record tables hang together."""

from __future__ import annotations

import pytest

from tongling_gis.schema import LAYERS, RECORDS, TABLES, Table

TABLE_LIST = list(TABLES.values())


@pytest.mark.parametrize("table", TABLE_LIST, ids=lambda table: table.name)
def test_every_table_has_its_key_among_its_columns(table: Table) -> None:
    """The key is a required column, and no column stands twice."""
    assert table.column(table.key).required
    assert len(set(table.names)) == len(table.names)


@pytest.mark.parametrize("table", TABLE_LIST, ids=lambda table: table.name)
def test_links_lead_to_tables_that_exist(table: Table) -> None:
    """A column that refers to a table refers to one we know."""
    assert {c.refers_to for c in table.columns if c.refers_to} <= set(TABLES)


@pytest.mark.parametrize("table", TABLE_LIST, ids=lambda table: table.name)
def test_headings_are_not_ambiguous(table: Table) -> None:
    """No heading in a user's file could mean two columns of one table."""
    headings = [h for c in table.columns for h in {c.name, c.label.zh, c.label.en, *c.aliases}]
    assert sorted(h for h in set(headings) if headings.count(h) > 1) == []


def test_layers_have_shapes_and_records_have_none() -> None:
    """A layer is drawn, a record table is not."""
    assert all(TABLES[name].shape for name in LAYERS)
    assert not any(TABLES[name].shape for name in RECORDS)
    assert len(LAYERS) + len(RECORDS) == len(TABLES)
