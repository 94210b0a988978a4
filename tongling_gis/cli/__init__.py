"""The command line: a thin face over ``studies``."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.errors import TonglingError, WorkspaceError
from tongling_gis.text import LANGS, Lang, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
INTERNAL_ERROR = 1


def choose_lang(arguments: Sequence[str]) -> Lang:
    """Find the language before parsing: ``--lang``, then TONGLING_GIS_LANG, else Chinese.

    >>> choose_lang(["info", "--lang", "en"])
    'en'
    """
    asked = os.environ.get("TONGLING_GIS_LANG", "")
    for at, word in enumerate(arguments):
        if word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
        elif word == "--lang" and at + 1 < len(arguments):
            asked = arguments[at + 1]
    return next((lang for lang in LANGS if lang == asked), "zh")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see ``errors`` for what the codes mean)."""
    from tongling_gis.cli.parser import build_parser
    from tongling_gis.cli.show import Screen

    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    lang = choose_lang(words)
    options = build_parser(lang).parse_args(words)
    screen = Screen(lang, as_json=options.json)
    try:
        with screen:
            code: int | None = options.run(options, screen)
    except TonglingError as error:
        screen.show_error(type(error).__name__, error.text, error.details())
        return error.exit_code
    except KeyboardInterrupt:
        screen.show_error("Interrupted", Text("已中断，项目未改动。", "Interrupted."))
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        screen.show_error("OSError", _describe_os_error(error))
        return WorkspaceError.exit_code
    except Exception as error:  # noqa: BLE001 - the last net: a sentence and a log, no traceback
        screen.show_error("InternalError", _log_internal_error(error))
        return INTERNAL_ERROR
    return code or 0


def _describe_os_error(error: OSError) -> Text:
    where = f"“{error.filename}”" if error.filename else ""
    return Text(
        f"无法读写{where}：{error.strerror or error}。请检查磁盘空间、权限，以及文件是否被占用。",
        f"Cannot read or write {error.filename or 'a file'}: {error.strerror or error}. "
        "Check disk space, permissions, and whether another program holds it.",
    )


def _log_internal_error(error: Exception) -> Text:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="tongling-gis-", suffix=".log", delete=False
    ) as log:
        log.write("".join(traceback.format_exception(error)))
    kind = type(error).__name__
    return Text(
        f"程序内部错误（{kind}）：请把日志“{Path(log.name)}”发给开发者。",
        f"Internal error ({kind}): send the log {Path(log.name)} to the developers.",
    )
