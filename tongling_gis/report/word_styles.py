"""Word's styles: our own look, a bureau's template, and fonts for East Asian text.

python-docx sets Latin fonts only, so East Asian ones are set here in every style and run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tongling_gis.errors import MissingFileError, UnreadableFileError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from docx.document import Document

BODY, HEAD = "宋体", "黑体"
LATIN = "Times New Roman"
CELL = "Table Text"
"""Our own style, of the text in tables."""
_INK = (0x1F, 0x23, 0x28)


class Look(NamedTuple):
    """How a style looks: fonts, points, and space before, after and between lines."""

    font: str
    size_pt: float
    before_pt: float = 0.0
    after_pt: float = 0.0
    line: float = 1.0
    bold: bool = False
    keep: bool = False
    centred: bool = False


LOOKS: dict[str, Look] = {
    "Normal": Look(BODY, 11.0, 0.0, 4.0, 1.4),
    "Title": Look(HEAD, 20.0, 6.0, 12.0, 1.2, centred=True),
    "Heading 1": Look(HEAD, 15.0, 16.0, 6.0, 1.2, bold=True, keep=True),
    "Heading 2": Look(HEAD, 12.5, 10.0, 4.0, 1.2, bold=True, keep=True),
    "Heading 3": Look(HEAD, 11.5, 8.0, 3.0, 1.2, bold=True, keep=True),
    "List Bullet": Look(BODY, 11.0, 0.0, 2.0, 1.3),
    "Caption": Look(HEAD, 9.5, 6.0, 6.0, 1.1, centred=True),
    "Header": Look(BODY, 9.0),
    "Footer": Look(BODY, 8.5, line=1.1),
    "toc 1": Look(BODY, 11.0, 2.0, 2.0, 1.2),
    "toc 2": Look(BODY, 10.5, 0.0, 1.0, 1.2),
    CELL: Look(BODY, 9.0, 1.5, 1.5, 1.1),
}
"""Every style that a report uses."""


def open_document(template: Path | None) -> Document:
    """Open an empty document in our look, or in a template's without its text.

    Raises:
        MissingFileError: If there is no such template.
        UnreadableFileError: If the template is no Word document.
    """
    import docx

    if template is None:
        document = docx.Document()
        _set_page(document)
        for name in LOOKS:
            _give_look(document, name)
        return document
    document = _read_template(template)
    body = document.element.body
    for child in list(body):
        if not child.tag.endswith("}sectPr"):
            body.remove(child)
    known = {style.name for style in document.styles}
    for name in LOOKS:
        if name not in known:
            _give_look(document, name)
    return document


def _read_template(template: Path) -> Document:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    if not template.is_file():
        raise MissingFileError(
            Text(
                f"找不到模板“{template}”：请检查路径。",
                f"There is no template {template}: check the path.",
            )
        )
    try:
        return docx.Document(str(template))
    except (PackageNotFoundError, KeyError, ValueError, AttributeError) as error:
        raise UnreadableFileError(
            Text(
                f"“{template.name}”不是 Word 文档（.docx）：请用 Word 另存为 .docx。",
                f"{template.name} is no Word document: save it as .docx in Word.",
            )
        ) from error


def _set_page(document: Document) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin, section.bottom_margin = Mm(25), Mm(22)
    section.footer_distance = Mm(10)


def _give_look(document: Document, name: str) -> None:
    """Set a style as we have it, and make it where the document lacks it."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    look = LOOKS[name]
    styles = document.styles
    known = {style.name for style in styles}
    style: Any
    if name in known:
        style = styles[name]
    else:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name != CELL)
        if "Normal" in known:
            style.base_style = styles["Normal"]
        _mark_level(style, name)
    style.font.size, style.font.bold, style.font.italic = Pt(look.size_pt), look.bold, False
    style.font.color.rgb = RGBColor(*_INK)
    set_fonts(style.element.get_or_add_rPr(), look.font)
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(look.before_pt), Pt(look.after_pt)
    layout.line_spacing = look.line
    layout.keep_with_next, layout.widow_control = look.keep, True
    if look.centred:
        layout.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if name == "Title":
        _drop_border(style)


def _mark_level(style: Any, name: str) -> None:  # noqa: ANN401 - python-docx's style
    """Give a heading its place in the outline, for the table of contents."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if not name.startswith("Heading "):
        return
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), str(int(name.removeprefix("Heading ")) - 1))
    style.element.get_or_add_pPr().append(level)


def _drop_border(style: Any) -> None:  # noqa: ANN401 - python-docx's style
    from docx.oxml.ns import qn

    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def set_fonts(properties: Any, east_asian: str) -> None:  # noqa: ANN401 - an XML element
    """Set the fonts of Latin and of East Asian text in a style's or run's properties."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    fonts.set(qn("w:ascii"), LATIN)
    fonts.set(qn("w:hAnsi"), LATIN)
    fonts.set(qn("w:eastAsia"), east_asian)


def take_east_asian(properties: Any) -> None:  # noqa: ANN401 - an XML element
    """Set quotes, dashes and the like, which both scripts have, in the East Asian font."""
    from docx.oxml.ns import qn

    properties.get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
