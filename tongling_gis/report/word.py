"""Write a report as a Word document that a bureau can restyle.

Everything is in Word's own styles (Title, Heading 1-3, Normal, List Bullet, Caption, Table
Grid), so a bureau's template restyles it whole. Fonts for East Asian text are set in every
style and run, for python-docx sets Latin ones only. Captions are numbered by SEQ fields and
pages by PAGE fields, heads of tables repeat on every page and rows are not broken.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from tongling_gis.errors import MissingFileError, UnreadableFileError
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
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document
    from docx.text.paragraph import Paragraph as WordParagraph

    from tongling_gis.report.content import Block, Report
    from tongling_gis.text import Lang

_BODY, _HEAD = "宋体", "黑体"
_LATIN = "Times New Roman"
_STYLES = {
    "Normal": (_BODY, 11.0),
    "Title": (_HEAD, 20.0),
    "Heading 1": (_HEAD, 15.0),
    "Heading 2": (_HEAD, 13.0),
    "Heading 3": (_HEAD, 12.0),
    "List Bullet": (_BODY, 11.0),
    "Caption": (_HEAD, 9.5),
    "Header": (_BODY, 9.0),
    "Footer": (_BODY, 9.0),
}
_CELL_PT = 9.0
_TWIPS_PER_EMU = 635


def write_word(report: Report, path: Path, *, lang: Lang, template: Path | None = None) -> Path:
    """Write a report as .docx.

    Args:
        report: The report.
        path: The file.
        lang: Its language.
        template: A document whose styles, page and header are taken; None for our own.

    Raises:
        MissingFileError: If there is no such template.
        UnreadableFileError: If the template is no Word document.
    """
    document = _open(template)
    writer = _Writer(document, lang, own_styles=template is None)
    writer.write(report)
    target = BytesIO()
    document.save(target)
    replace_file(path, target.getvalue())
    return path


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in its place whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _open(template: Path | None) -> Document:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    if template is None:
        return docx.Document()
    if not template.is_file():
        raise MissingFileError(
            Text(
                f"找不到模板“{template}”：请检查路径。",
                f"There is no template {template}: check the path.",
            )
        )
    try:
        document = docx.Document(str(template))
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise UnreadableFileError(
            Text(
                f"“{template.name}”不是 Word 文档（.docx）：请用 Word 另存为 .docx。",
                f"{template.name} is no Word document: save it as .docx in Word.",
            )
        ) from error
    body = document.element.body
    for child in list(body):
        if not child.tag.endswith("}sectPr"):
            body.remove(child)
    return document


class _Writer:
    """Puts blocks into a document, and counts captions."""

    def __init__(self, document: Document, lang: Lang, *, own_styles: bool) -> None:
        self.document = document
        self.lang = lang
        self.own_styles = own_styles
        self.counts: dict[str, int] = {}

    def write(self, report: Report) -> None:
        if self.own_styles:
            self._set_page()
            self._set_styles()
        self._title(report)
        for block in report.blocks:
            self._block(block)
        self._foot(report)
        properties = self.document.core_properties
        properties.title = report.title.in_lang(self.lang)
        properties.author = "tongling_gis"

    def _set_page(self) -> None:
        from docx.shared import Mm

        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin, section.bottom_margin = Mm(25), Mm(22)

    def _set_styles(self) -> None:
        from docx.shared import Pt, RGBColor

        for name, (font, size) in _STYLES.items():
            style = self.document.styles[name]
            style.font.size = Pt(size)
            style.font.color.rgb = RGBColor(0x1F, 0x23, 0x28)
            style.font.italic = False
            _set_fonts(style.element.get_or_add_rPr(), font)
        normal = self.document.styles["Normal"].paragraph_format
        normal.line_spacing = 1.4
        normal.space_after = Pt(4)

    def _title(self, report: Report) -> None:
        self._add("Title", report.title)
        if report.invented:
            mark = self._add("Normal", INVENTED)
            mark.runs[0].bold = True
        for label, value in report.facts:
            words = Text("{label}：{value}", "{label}: {value}").fill(label=label, value=value)
            self._add("Normal", words)

    def _add(self, style: str, words: Text) -> WordParagraph:
        paragraph = self.document.add_paragraph(style=self._known(style))
        self._run(paragraph, words.in_lang(self.lang))
        return paragraph

    def _known(self, style: str) -> str:
        """Give the style, or the plain one where a template lacks it."""
        names = {one.name for one in self.document.styles}
        return style if style in names else "Normal"

    def _run(self, paragraph: WordParagraph, words: str, *, size_pt: float | None = None) -> Any:  # noqa: ANN401
        from docx.shared import Pt

        run = paragraph.add_run(words)
        if self.own_styles:
            style = paragraph.style.name if paragraph.style is not None else "Normal"
            font = _STYLES.get(str(style), _STYLES["Normal"])[0]
            _set_fonts(run._element.get_or_add_rPr(), font)  # noqa: SLF001 - as python-docx has it
        if size_pt is not None:
            run.font.size = Pt(size_pt)
        return run

    def _block(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._add(f"Heading {block.level}", block.words)
        elif isinstance(block, Paragraph):
            paragraph = self._add("Normal", block.words)
            if self.lang == "zh" and self.own_styles:
                paragraph.paragraph_format.first_line_indent = _two_characters(_STYLES["Normal"][1])
        elif isinstance(block, Bullets):
            for item in block.items:
                self._add("List Bullet", item)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Picture):
            self._picture(block)
        else:
            self._break_page()

    def _break_page(self) -> None:
        from docx.enum.text import WD_BREAK

        self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def _text_width(self) -> int:
        """Give the width of the text in Word's EMU."""
        section = self.document.sections[0]
        sides = (section.left_margin or 0) + (section.right_margin or 0)
        return int((section.page_width or 0) - sides)

    def _caption(self, label: Text, words: Text, *, keep: bool) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        name = label.in_lang(self.lang)
        self.counts[name] = self.counts.get(name, 0) + 1
        paragraph = self.document.add_paragraph(style=self._known("Caption"))
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = keep
        self._run(paragraph, f"{name} ")
        self._field(paragraph, f"SEQ {name} \\* ARABIC", str(self.counts[name]))
        self._run(paragraph, f"  {words.in_lang(self.lang)}")

    def _field(self, paragraph: WordParagraph, code: str, shown: str) -> None:
        """Put a field of Word's, with what it shows until Word updates it."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        for kind, words in (
            ("begin", ""),
            ("", code),
            ("separate", ""),
            ("text", shown),
            ("end", ""),
        ):
            run = self._run(paragraph, words if kind == "text" else "")
            if kind == "text":
                continue
            tag = "w:fldChar" if kind else "w:instrText"
            element = OxmlElement(tag)
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.set(qn("xml:space"), "preserve")
                element.text = f" {words} "
            run._element.append(element)  # noqa: SLF001 - as python-docx has it

    def _table(self, table: Table) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        self._caption(TABLE_LABEL, table.caption, keep=True)
        grid = self.document.add_table(rows=1, cols=len(table.heads))
        grid.style = self._known_table()
        grid.autofit = False
        for row_number, row in enumerate([table.heads, *table.rows]):
            cells = grid.rows[0].cells if row_number == 0 else grid.add_row().cells
            for column, words in enumerate(row):
                paragraph = cells[column].paragraphs[0]
                paragraph.paragraph_format.space_after = 0
                paragraph.paragraph_format.line_spacing = 1.15
                run = self._run(paragraph, words.in_lang(self.lang), size_pt=_CELL_PT)
                run.bold = row_number == 0
                if column in table.numeric:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self._lay_out(grid, table)
        self.document.add_paragraph().paragraph_format.space_after = 0

    def _known_table(self) -> str | None:
        names = {one.name for one in self.document.styles}
        return "Table Grid" if "Table Grid" in names else None

    def _lay_out(self, grid: Any, table: Table) -> None:  # noqa: ANN401 - python-docx's table
        """Set columns' widths, repeat the head on each page, and keep rows whole."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        text_emu = self._text_width()
        shares = list(table.widths) or [1.0] * len(table.heads)
        widths = [int(text_emu * share / sum(shares)) for share in shares]
        columns = grid._tbl.tblGrid.findall(qn("w:gridCol"))  # noqa: SLF001 - as python-docx has it
        for column, width in zip(columns, widths, strict=True):
            column.set(qn("w:w"), str(width // _TWIPS_PER_EMU))
        for number, row in enumerate(grid.rows):
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
            properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - as python-docx has it
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))

    def _picture(self, picture: Picture) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        text_emu = self._text_width()
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run()
        run.add_picture(BytesIO(picture.png), width=int(text_emu * picture.width_share))
        self._caption(PICTURE_LABEL, picture.caption, keep=False)

    def _foot(self, report: Report) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        footer = self.document.sections[0].footer
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        mark = (
            Text("示例数据（虚构）　", "Invented sample data   ")
            if report.invented
            else Text("", "")
        )
        self._run(
            paragraph, f"{mark.in_lang(self.lang)}{report.foot.in_lang(self.lang)}", size_pt=8
        )
        pages = footer.add_paragraph()
        pages.alignment = WD_ALIGN_PARAGRAPH.CENTER
        before, between, after = (
            ("第 ", " 页，共 ", " 页") if self.lang == "zh" else ("Page ", " of ", "")
        )
        self._run(pages, before)
        self._field(pages, "PAGE", "1")
        self._run(pages, between)
        self._field(pages, "NUMPAGES", "1")
        self._run(pages, after)


def _set_fonts(properties: Any, east_asian: str) -> None:  # noqa: ANN401 - an XML element
    """Set the fonts of Latin and of East Asian text in a style's or run's properties."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    fonts.set(qn("w:ascii"), _LATIN)
    fonts.set(qn("w:hAnsi"), _LATIN)
    fonts.set(qn("w:eastAsia"), east_asian)


def _two_characters(size_pt: float) -> Any:  # noqa: ANN401 - python-docx's length
    from docx.shared import Pt

    return Pt(2 * size_pt)
