"""Enclosures: a boundary with gates, and every rule it keeps or breaks."""
