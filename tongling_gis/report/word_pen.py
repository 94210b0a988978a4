"""Runs, fields and captions of a Word document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.report.content import CONTENTS, Heading
from tongling_gis.report.files import clean
from tongling_gis.report.word_styles import CELL, LOOKS, set_fonts, take_east_asian

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph as WordParagraph

    from tongling_gis.report.content import Report
    from tongling_gis.text import Lang, Text

_CONTENTS_LEVELS = 2


class Pen:
    """Writes into a document in one language, and counts captions and headings."""

    def __init__(self, document: Document, lang: Lang, *, own_styles: bool) -> None:
        """Begin with nothing written."""
        self.document = document
        self.lang = lang
        self.own_styles = own_styles
        self._counts: dict[str, int] = {}
        self._headings = 0

    def add(self, style: str, words: Text) -> WordParagraph:
        """Add a paragraph."""
        paragraph = self.document.add_paragraph(style=style)
        self.run(paragraph, words.in_lang(self.lang))
        return paragraph

    def run(self, paragraph: WordParagraph, words: str) -> Any:  # noqa: ANN401 - python-docx's run
        """Add words to a paragraph, in our fonts where no template has its own."""
        run = paragraph.add_run(clean(words))
        properties = run._element.get_or_add_rPr()  # noqa: SLF001 - as python-docx has it
        if self.lang == "zh":
            take_east_asian(properties)
        if self.own_styles:
            style = paragraph.style.name if paragraph.style is not None else "Normal"
            look = LOOKS.get(str(style), LOOKS["Normal"])
            set_fonts(properties, look.font)
        return run

    def field(self, paragraph: WordParagraph, code: str, shown: str) -> None:
        """Put a field of Word's, with what it shows until Word updates it."""
        self.mark(paragraph, "begin")
        self.instruct(paragraph, code)
        self.mark(paragraph, "separate")
        self.run(paragraph, shown)
        self.mark(paragraph, "end")

    def mark(self, paragraph: WordParagraph, kind: str) -> None:
        """Put a field's begin, separate or end."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        element = OxmlElement("w:fldChar")
        element.set(qn("w:fldCharType"), kind)
        self.run(paragraph, "")._element.append(element)  # noqa: SLF001 - as python-docx has it

    def instruct(self, paragraph: WordParagraph, code: str) -> None:
        """Put what a field does."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        element = OxmlElement("w:instrText")
        element.set(qn("xml:space"), "preserve")
        element.text = f" {code} "
        self.run(paragraph, "")._element.append(element)  # noqa: SLF001 - as python-docx has it

    def caption(self, label: Text, words: Text, *, keep: bool) -> None:
        """Add a caption that Word numbers."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        name = label.in_lang(self.lang)
        self._counts[name] = self._counts.get(name, 0) + 1
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = keep
        self.run(paragraph, f"{name} ")
        self.field(paragraph, f"SEQ {name} \\* ARABIC", str(self._counts[name]))
        self.run(paragraph, f"  {words.in_lang(self.lang)}")

    def heading(self, heading: Heading) -> None:
        """Add a heading that the table of contents can point to."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        paragraph = self.add(f"Heading {heading.level}", heading.words)
        paragraph.paragraph_format.keep_with_next = True
        self._headings += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for one in (start, end):
            one.set(qn("w:id"), str(self._headings))
        start.set(qn("w:name"), _bookmark(self._headings))
        first = paragraph.runs[0]._element  # noqa: SLF001 - as python-docx has it
        first.addprevious(start)
        paragraph._element.append(end)  # noqa: SLF001 - the same

    def contents(self, report: Report) -> None:
        """Add a table of contents, as a field that holds the headings until Word updates it."""
        headings = [one for one in report.blocks if isinstance(one, Heading)]
        listed = [
            (number, one)
            for number, one in enumerate(headings, start=1)
            if one.level <= _CONTENTS_LEVELS
        ]
        title = self.add("Normal", CONTENTS)
        title.runs[0].bold = True
        title.paragraph_format.keep_with_next = True
        for place, (number, heading) in enumerate(listed):
            entry = self.document.add_paragraph(style=f"toc {heading.level}")
            self._lay_out_entry(entry, heading.level)
            if place == 0:
                self.mark(entry, "begin")
                self.instruct(entry, f'TOC \\o "1-{_CONTENTS_LEVELS}" \\h \\z \\u')
                self.mark(entry, "separate")
            self.run(entry, heading.words.in_lang(self.lang))
            self.run(entry, "\t")
            self.field(entry, f"PAGEREF {_bookmark(number)} \\h", "")
            if place == len(listed) - 1:
                self.mark(entry, "end")
        self._update_on_opening()

    def _lay_out_entry(self, entry: WordParagraph, level: int) -> None:
        from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
        from docx.shared import Pt

        layout = entry.paragraph_format
        layout.left_indent = Pt(18.0 * (level - 1))
        layout.tab_stops.add_tab_stop(self.text_width(), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)

    def _update_on_opening(self) -> None:
        """Ask Word to fill in page numbers when the document is opened."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        settings = self.document.settings.element
        update = OxmlElement("w:updateFields")
        update.set(qn("w:val"), "true")
        settings.append(update)

    def text_width(self) -> int:
        """Give the width of the text on the present pages in Word's EMU."""
        section = self.document.sections[-1]
        sides = (section.left_margin or 0) + (section.right_margin or 0)
        return int((section.page_width or 0) - sides)

    def write_cell(self, cell: Any, words: Text, *, bold: bool, right: bool) -> None:  # noqa: ANN401 - python-docx's cell
        """Write a cell of a table; lines stay lines."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = cell.paragraphs[0]
        paragraph.style = self.document.styles[CELL]
        self.run(paragraph, words.in_lang(self.lang)).bold = bold or None
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _bookmark(number: int) -> str:
    return f"_Toc9{number:05d}"
