"""What hangs together in the records of centres and compounds, and what follows from them."""

from tongling_gis.records.sections import Section
from tongling_gis.records.summary import Summary, summarise_records

__all__ = ["Section", "Summary", "summarise_records"]
