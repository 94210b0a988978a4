"""Reports for a bureau: Word and HTML, in plain official Chinese or in English."""

from tongling_gis.report.content import Report
from tongling_gis.report.html import write_html
from tongling_gis.report.word import write_word

__all__ = ["Report", "write_html", "write_word"]
