"""Write a report as a Word document that a bureau can restyle.

Everything is in Word's own styles (Title, Heading 1-3, Normal, List Bullet, Caption) and one of
ours (Table Text), so a bureau's template restyles it whole; styles that a template lacks are
added. Captions are numbered by SEQ fields, pages by PAGE fields and contents by a TOC field,
heads of tables repeat on every page and rows are not broken.
"""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tongling_gis.report.content import (
    INVENTED,
    PICTURE_LABEL,
    TABLE_LABEL,
    Bullets,
    Heading,
    Paragraph,
    Picture,
    Table,
)
from tongling_gis.report.files import clean, replace_file
from tongling_gis.report.word_pen import Pen
from tongling_gis.report.word_styles import LOOKS, open_document
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document

    from tongling_gis.report.content import Block, Report
    from tongling_gis.text import Lang

_TWIPS_PER_EMU, _TWIPS_PER_PT = 635, 20
_FOOT_PT = 8.0
_KEPT_ROWS, _KEPT_LETTERS = 9, 500
"""Tables of so many rows and letters are not broken across pages."""
_KEPT_TOGETHER = 3
"""So many rows at least stand on each page of a longer one."""
_MARK = Text("示例数据（虚构）　", "Invented sample data   ")
_OF_PAGES = (Text("第 ", "Page "), Text(" 页，共 ", " of "), Text(" 页", ""))


def write_word(report: Report, path: Path, *, lang: Lang, template: Path | None = None) -> Path:
    """Write a report as .docx.

    Args:
        report: The report.
        path: The file.
        lang: Its language.
        template: A document whose styles, page, header and footer are taken; None for our own.

    Raises:
        MissingFileError: If there is no such template.
        UnreadableFileError: If the template is no Word document.
    """
    document = open_document(template)
    pen = Pen(document, lang, own_styles=template is None)
    _write_head(pen, report)
    for block, following in pairwise([*report.blocks, None]):
        assert block is not None
        _write_block(pen, block)
        if isinstance(block, Paragraph) and isinstance(following, Table):
            document.paragraphs[-1].paragraph_format.keep_with_next = True
    _write_foot(pen, report)
    properties = document.core_properties
    properties.title = clean(report.title.in_lang(lang))[:255]
    properties.author, properties.comments = "tongling_gis", ""
    target = BytesIO()
    document.save(target)
    replace_file(path, target.getvalue())
    return path


def _write_head(pen: Pen, report: Report) -> None:
    pen.add("Title", report.title)
    if report.invented:
        pen.add("Normal", INVENTED).runs[0].bold = True
    for label, value in report.facts:
        words = Text("{label}：{value}", "{label}: {value}").fill(label=label, value=value)
        pen.add("Normal", words)
    if report.contents:
        pen.contents(report)


def _write_block(pen: Pen, block: Block) -> None:
    if isinstance(block, Heading):
        pen.heading(block)
    elif isinstance(block, Paragraph):
        _write_paragraph(pen, block)
    elif isinstance(block, Bullets):
        for item in block.items:
            pen.add("List Bullet", item)
    elif isinstance(block, Table):
        _write_table(pen, block)
    elif isinstance(block, Picture):
        _write_picture(pen, block)
    else:
        _turn_page(pen.document, landscape=block.landscape)


def _write_paragraph(pen: Pen, block: Paragraph) -> None:
    """Write running text; Chinese text is set in by two characters, whatever their size."""
    from docx.oxml.ns import qn

    paragraph = pen.add("Normal", block.words)
    normal = pen.document.styles["Normal"]
    if pen.lang == "en" or normal.paragraph_format.first_line_indent:
        return
    size = normal.font.size
    points = size.pt if size is not None else LOOKS["Normal"].size_pt
    inset = paragraph._element.get_or_add_pPr().get_or_add_ind()  # noqa: SLF001 - as python-docx has it
    inset.set(qn("w:firstLineChars"), "200")
    inset.set(qn("w:firstLine"), str(round(2 * points * _TWIPS_PER_PT)))


def _turn_page(document: Document, *, landscape: bool) -> None:
    """Begin a section on a new page, landscape or upright, with the same margins."""
    from docx.enum.section import WD_ORIENT, WD_SECTION

    before = document.sections[-1]
    sizes = sorted((int(before.page_width or 0), int(before.page_height or 0)))
    after = document.add_section(WD_SECTION.NEW_PAGE)
    _shrink_break(document)
    after.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    after.page_width, after.page_height = reversed(sizes) if landscape else sizes


def _shrink_break(document: Document) -> None:
    """Make the line that ends a section next to nothing, lest it begin an empty page."""
    from docx.shared import Pt

    line = document.paragraphs[-1]
    layout = line.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing = Pt(1)
    above = line._element.getprevious()  # noqa: SLF001 - as python-docx has it
    if above is not None and above.tag == line._element.tag and not above.xpath("w:r"):  # noqa: SLF001 - the same
        above.getparent().remove(above)


def _write_table(pen: Pen, table: Table) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT

    pen.caption(TABLE_LABEL, table.caption, keep=True)
    grid = pen.document.add_table(rows=1 + len(table.rows), cols=len(table.heads))
    names = {style.name for style in pen.document.styles}
    grid.style = "Table Grid" if "Table Grid" in names else None
    grid.autofit = False
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    for number, (row, words) in enumerate(zip(grid.rows, [table.heads, *table.rows], strict=True)):
        for column, (cell, said) in enumerate(zip(row.cells, words, strict=True)):
            pen.write_cell(cell, said, bold=number == 0, right=column in table.numeric)
    _draw_grid(grid)
    _lay_out(grid, table, pen.text_width())
    space = pen.document.add_paragraph()
    space.paragraph_format.space_after = 0
    space.paragraph_format.line_spacing = 0.6


def _draw_grid(grid: Any) -> None:  # noqa: ANN401 - python-docx's table
    """Draw thin lines and leave room above and below the text of cells."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = grid._tbl.tblPr  # noqa: SLF001 - as python-docx has it
    borders, room = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "8C959F")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    for side, twips in (("top", 30), ("left", 90), ("bottom", 30), ("right", 90)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twips))
        margin.set(qn("w:type"), "dxa")
        room.append(margin)
    look = properties.find(qn("w:tblLook"))
    for element in (borders, room):
        if look is None:
            properties.append(element)
        else:
            look.addprevious(element)


def _lay_out(grid: Any, table: Table, text_emu: int) -> None:  # noqa: ANN401 - python-docx's table
    """Set columns' widths, repeat the head on each page, and keep rows whole."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shares = list(table.widths) or [1.0] * len(table.heads)
    widths = [int(text_emu * share / sum(shares)) for share in shares]
    columns = grid._tbl.tblGrid.findall(qn("w:gridCol"))  # noqa: SLF001 - as python-docx has it
    for column, width in zip(columns, widths, strict=True):
        column.set(qn("w:w"), str(width // _TWIPS_PER_EMU))
    kept = _kept_rows(table)
    for number, row in enumerate(grid.rows):
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - as python-docx has it
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        if number in kept:
            _keep_with_next(row)


def _kept_rows(table: Table) -> set[int]:
    """Choose the rows, 0 the head, that stay on the page of the row below."""
    count = len(table.rows)
    letters = sum(len(cell.zh) for row in table.rows for cell in row)
    if letters > _KEPT_LETTERS and count <= _KEPT_ROWS:
        return {0}
    if count <= _KEPT_ROWS:
        return set(range(count))
    return {*range(_KEPT_TOGETHER), *range(count + 1 - _KEPT_TOGETHER, count)}


def _keep_with_next(row: Any) -> None:  # noqa: ANN401 - python-docx's row
    """Keep a row on the page of the one below."""
    for cell in row.cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def _write_picture(pen: Pen, picture: Picture) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = pen.document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.line_spacing = 1.0
    width = int(pen.text_width() * picture.width_share)
    shape = pen.run(paragraph, "").add_picture(BytesIO(picture.png), width=width)
    inline = shape._inline  # noqa: SLF001 - as python-docx has it
    for side in ("distT", "distB", "distL", "distR"):
        inline.set(side, "0")
    inline.docPr.set("descr", clean(picture.caption.in_lang(pen.lang)))
    pen.caption(PICTURE_LABEL, picture.caption, keep=False)


def _write_foot(pen: Pen, report: Report) -> None:
    """Say on each page what the numbers depend on, below what a template's footer says."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    footer = pen.document.sections[0].footer
    footer.is_linked_to_previous = False
    numbered = "PAGE" in footer._element.xml  # noqa: SLF001 - as python-docx has it
    empty = [one for one in footer.paragraphs if not one.text.strip()]
    line = empty[0] if empty and not numbered else footer.add_paragraph()
    line.style = pen.document.styles["Footer"]
    mark = _MARK.in_lang(pen.lang) if report.invented else ""
    pen.run(line, f"{mark}{report.foot.in_lang(pen.lang)}").font.size = Pt(_FOOT_PT)
    if numbered:
        return
    pages = footer.add_paragraph(style=pen.document.styles["Footer"])
    pages.alignment = WD_ALIGN_PARAGRAPH.CENTER
    before, between, after = (one.in_lang(pen.lang) for one in _OF_PAGES)
    pen.run(pages, before)
    pen.field(pages, "PAGE", "1")
    pen.run(pages, between)
    pen.field(pages, "NUMPAGES", "1")
    pen.run(pages, after)
