"""One HTML file with everything inside: libraries, styles, scripts and data.

The page may load nothing and run nothing but its own scripts: a content security policy names
the checksum of each. Record values are in JSON blocks, in which no character can end a block.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongling_gis.errors import MissingFileError, TonglingError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongling_gis.text import Lang

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = (
    "codec.js",
    "words.js",
    "paint.js",
    "tiles.js",
    "labels.js",
    "records.js",
    "sorting.js",
    "results.js",
    "card.js",
    "charts.js",
    "cardpanel.js",
    "recordpage.js",
    "filters.js",
    "table.js",
    "panel.js",
    "search.js",
    "comparing.js",
    "opening.js",
    "findings.js",
    "measure.js",
    "draft.js",
    "snapping.js",
    "drawing.js",
    "drawpanel.js",
    "centres.js",
    "basemaps.js",
    "printing.js",
    "embedded.js",
    "frame.js",
    "page.js",
)
"""Our scripts, in the order in which they are joined into one block."""

_LINK = re.compile(r'[ \t]*<link rel="stylesheet" href="(?P<address>[^"]*)"\s*/?>\n?')
_SCRIPT = re.compile(r'[ \t]*<script src="(?P<address>[^"]*)"></script>\n?')
_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')
_MAP = re.compile(r'<div class="folium-map" id="[^"]*"\s*></div>')
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
PICTURE = re.compile(r"url\((?!#)[^)]*\)")
_MARKUP = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"})


def safe_json(value: object) -> str:
    r"""Write JSON that can stand in a script block whatever its texts hold.

    >>> safe_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return written.translate(_MARKUP)


@cache
def read_asset(name: str) -> str:
    """Read one file of the assets.

    Raises:
        MissingFileError: If it is not there, as when the package was never built.
    """
    path = ASSETS / name
    if not path.is_file():
        raise MissingFileError(
            Text(
                f"程序安装不完整：缺少地图所需的 {name}。"
                "请重新安装（pip install --force-reinstall tongling-gis，"
                "在源代码目录中则为 pip install -e .）。",
                f"The installation is incomplete: {name}, which maps need, is missing. "
                "Install again (pip install --force-reinstall tongling-gis, "
                "or pip install -e . in a checkout).",
            )
        )
    return path.read_text(encoding="utf-8")


def finish_page(
    skeleton: str,
    *,
    title: str,
    lang: Lang,
    blocks: Mapping[str, Any],
    map_name: str,
    picture_hosts: Sequence[str] = (),
) -> str:
    """Make a page that folium rendered stand alone, and put our page around its map.

    Args:
        skeleton: The page as folium renders it.
        title: Title of the window.
        lang: Language of the page.
        blocks: Id -> value of each JSON block.
        map_name: The script variable that holds the Leaflet map.
        picture_hosts: Origins from which the page may load pictures; none by default.

    Raises:
        TonglingError: If the page has no place for the map where folium is known to put it.
    """
    page = _LINK.sub("", _SCRIPT.sub("", skeleton))
    page = page.replace("<html>", f'<html lang="{"zh-CN" if lang == "zh" else "en"}">', 1)
    page = _VIEWPORT.sub(
        '<meta name="viewport" content="width=device-width, initial-scale=1" />', page, count=1
    )
    body = read_asset("page.html").replace("<!-- no script -->", _no_script(lang))
    page, places = _MAP.subn(lambda found: body.replace("<!-- map -->", found[0]), page, count=1)
    if not places:
        raise TonglingError(
            Text(
                "这一版本的 folium 画出的网页不认识：请安装 0.17 至 0.20 版。",
                "This version of folium draws pages of an unknown form: install 0.17 to 0.20.",
            )
        )
    page = "\n".join(line.rstrip() for line in page.splitlines() if line.strip()) + "\n"
    page = page.replace("</head>", f"{_head(title)}</head>", 1)
    page = page.replace("</html>", f"{_tail(blocks, map_name)}</html>", 1)
    return page.replace("<head>", f"<head>\n{write_policy(page, picture_hosts)}", 1)


def write_page(path: Path, page: str) -> None:
    """Write the page whole: the old one stays until the new one is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as out:
            out.write(page)
        Path(part).chmod(0o644)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _head(title: str) -> str:
    styles = PICTURE.sub("none", read_asset("vendor/leaflet/leaflet.css"))
    return (
        f"<title>{html.escape(title)}</title>\n"
        f"<style>{styles}</style>\n"
        f"<style>{read_asset('page.css')}</style>\n"
        f"<script>{read_library('leaflet')}</script>\n"
    )


def _tail(blocks: Mapping[str, Any], map_name: str) -> str:
    written = "".join(
        f'<script type="application/json" id="{name}">{safe_json(value)}</script>\n'
        for name, value in blocks.items()
    )
    ours = "\n".join(read_asset(name) for name in SCRIPTS)
    start = f"startPage({map_name});"
    return f'{written}<script>(() => {{\n"use strict";\n{ours}\n{start}\n}})();</script>\n'


def read_library(library: str) -> str:
    """Read a browser library's script with its licence before it."""
    code = read_asset(f"vendor/{library}/{library}.js")
    licence = read_asset(f"vendor/{library}/LICENSE").replace("*/", "* /")
    return f"/*\n{licence}*/\n{_without_source_map(code)}"


def _without_source_map(code: str) -> str:
    return re.sub(r"^//# sourceMappingURL=.*$", "", code, flags=re.MULTILINE)


def _no_script(lang: Lang) -> str:
    from tongling_gis.mapping.words import PAGE_WORDS

    return f"<noscript>{html.escape(PAGE_WORDS['noScript'].in_lang(lang))}</noscript>"


def write_policy(page: str, picture_hosts: Sequence[str] = ()) -> str:
    """Allow a page its own scripts by their checksums, and nothing from outside but pictures."""
    sums = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        for code in _INLINE_SCRIPT.findall(page)
    )
    pictures = " ".join(("data:", *picture_hosts))
    rules = f"default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; script-src {sums}"
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}" />\n'
