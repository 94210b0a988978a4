"""A project on disk: one GeoPackage with layers, records and results, beside a folder of maps."""

from tongling_gis.store.imports import ImportRecord, Origin
from tongling_gis.store.results import SavedResult
from tongling_gis.store.workspace import Workspace

__all__ = ["ImportRecord", "Origin", "SavedResult", "Workspace"]
