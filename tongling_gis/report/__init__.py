"""Reports for a bureau: Word and HTML, in plain official Chinese or in English."""

from tongling_gis.report.centre import CentreRecords, report_centre
from tongling_gis.report.city import report_coverage
from tongling_gis.report.content import Report
from tongling_gis.report.dossier import DossierRecords, report_enclosure
from tongling_gis.report.html import write_html
from tongling_gis.report.sites import report_siting
from tongling_gis.report.word import write_word

__all__ = [
    "CentreRecords",
    "DossierRecords",
    "Report",
    "report_centre",
    "report_coverage",
    "report_enclosure",
    "report_siting",
    "write_html",
    "write_word",
]
