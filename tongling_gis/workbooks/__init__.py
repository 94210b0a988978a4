"""Workbooks of records: the empty template, what a project holds, and one read back as a whole."""

from tongling_gis.workbooks.faults import Fault, mark_faults
from tongling_gis.workbooks.merging import merge_rows
from tongling_gis.workbooks.reading import Book, Present, read_book
from tongling_gis.workbooks.sheets import SHEETS
from tongling_gis.workbooks.writing import write_book, write_report, write_template

__all__ = [
    "SHEETS",
    "Book",
    "Fault",
    "Present",
    "mark_faults",
    "merge_rows",
    "read_book",
    "write_book",
    "write_report",
    "write_template",
]
