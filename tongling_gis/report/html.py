"""Write a report as one HTML file that opens anywhere and prints well."""

from __future__ import annotations

import html
from base64 import b64encode
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tongling_gis.report.content import Block, Report
    from tongling_gis.text import Lang, Text

_LOOK = """
:root { color-scheme: light; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 52rem;
  color: #1f2328; background: #fff;
  font: 16px/1.7 "Source Han Serif SC", "Noto Serif CJK SC", "Songti SC", SimSun, serif; }
h1, h2, h3, h4, th, figcaption, caption { font-family: "Noto Sans CJK SC", "PingFang SC",
  "Microsoft YaHei", SimHei, sans-serif; line-height: 1.35; }
h1 { font-size: 1.8rem; margin: 0 0 .6rem; } h2 { font-size: 1.3rem; margin: 2.2rem 0 .5rem; }
h3 { font-size: 1.1rem; margin: 1.5rem 0 .4rem; } p { margin: .5rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem;
  margin: .6rem 0 1.4rem; }
dt { color: #57606a; } dd { margin: 0; }
.invented { border: 1px solid #a3211b; color: #a3211b; padding: .35rem .7rem; border-radius: .3rem;
  display: inline-block; margin: .2rem 0 .8rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .86rem;
  line-height: 1.45; }
caption, figcaption { font-size: .9rem; padding: .3rem 0; text-align: center; }
th, td { border: 1px solid #c4c9cf; padding: .3rem .5rem; text-align: left; vertical-align: top; }
th { background: #f2f4f6; } td.number, th.number { text-align: right; white-space: nowrap; }
figure { margin: 1.2rem 0; } img { max-width: 100%; height: auto; display: block; margin: 0 auto; }
footer { margin-top: 3rem; border-top: 1px solid #c4c9cf; padding-top: .6rem; font-size: .8rem;
  color: #57606a; }
.wide { overflow-x: auto; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; }
  tr, figure { break-inside: avoid; } thead { display: table-header-group; }
  h2, h3, caption { break-after: avoid; } }
"""


def _safe(words: str) -> str:
    """Write words so that a browser shows them and does nothing else."""
    return html.escape(clean(words))


def write_html(report: Report, path: Path, *, lang: Lang) -> Path:
    """Write a report as one .html file with its pictures inside."""
    title = _safe(report.title.in_lang(lang))
    counts: dict[str, int] = {}
    body = "\n".join(_block(block, lang, counts) for block in report.blocks)
    facts = "".join(
        f"<dt>{_safe(label.in_lang(lang))}</dt><dd>{_safe(value.in_lang(lang))}</dd>"
        for label, value in report.facts
    )
    mark = f'<p class="invented">{_safe(INVENTED.in_lang(lang))}</p>' if report.invented else ""
    language = "zh-CN" if lang == "zh" else "en"
    page = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_LOOK}</style></head>\n<body>\n<h1>{title}</h1>\n{mark}"
        f"<dl>{facts}</dl>\n{body}\n<footer>{_safe(report.foot.in_lang(lang))}</footer>\n"
        "</body></html>\n"
    )
    replace_file(path, page.encode("utf-8"))
    return path


def _block(block: Block, lang: Lang, counts: dict[str, int]) -> str:
    if isinstance(block, Heading):
        level = block.level + 1
        return f"<h{level}>{_safe(block.words.in_lang(lang))}</h{level}>"
    if isinstance(block, Paragraph):
        return f"<p>{_safe(block.words.in_lang(lang))}</p>"
    if isinstance(block, Bullets):
        items = "".join(f"<li>{_safe(one.in_lang(lang))}</li>" for one in block.items)
        return f"<ul>{items}</ul>"
    if isinstance(block, Table):
        return _table(block, lang, _number(TABLE_LABEL.in_lang(lang), counts))
    if isinstance(block, Picture):
        label = _number(PICTURE_LABEL.in_lang(lang), counts)
        caption = _safe(f"{label}  {block.caption.in_lang(lang)}")
        source = b64encode(block.png).decode("ascii")
        width = f"{block.width_share:.0%}"
        return (
            f'<figure><img src="data:image/png;base64,{source}" alt="{caption}" '
            f'style="width:{width}"><figcaption>{caption}</figcaption></figure>'
        )
    return ""


def _number(label: str, counts: dict[str, int]) -> str:
    counts[label] = counts.get(label, 0) + 1
    return f"{label} {counts[label]}"


def _table(table: Table, lang: Lang, label: str) -> str:
    def cells(row: Sequence[Text], tag: str) -> str:
        written = []
        for number, words in enumerate(row):
            kind = ' class="number"' if number in table.numeric else ""
            written.append(f"<{tag}{kind}>{_safe(words.in_lang(lang))}</{tag}>")
        return f"<tr>{''.join(written)}</tr>"

    caption = _safe(f"{label}  {table.caption.in_lang(lang)}")
    rows = "\n".join(cells(row, "td") for row in table.rows)
    return (
        f'<div class="wide"><table><caption>{caption}</caption><thead>{cells(table.heads, "th")}'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )
