"""An argument parser that speaks Chinese or English, and whose errors are one line."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tongling_gis.text import LANGS, Lang, Text

if TYPE_CHECKING:
    from collections.abc import Callable

_ARGPARSE_ZH = (
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1"),
    (r"argument (.*): invalid choice: (\S+) \(choose from (.*)\)", r"\1 不能是 \2，可选：\3"),
    (r"argument (.*): invalid \S+ value: (.*)", r"\1 的值 \2 不可用"),
    (r"argument (.*): expected one argument", r"\1 后面要有一个值"),
    (r"argument (.*): expected at least one argument", r"\1 后面至少要有一个值"),
    (r"argument (.*): expected (\d+) arguments", r"\1 后面要有 \2 个值"),
    (r"ambiguous option: (.*) could match (.*)", r"\1 不明确，可能是 \2"),
    (r"argument (.*): not allowed with argument (.*)", r"\1 不能与 \2 同用"),
)


class CommandParser(argparse.ArgumentParser):
    """An argument parser whose own few words are Chinese too, and whose errors are one line."""

    lang: Lang = "zh"

    def format_help(self) -> str:
        """Give the help, its first word in Chinese where that is the language."""
        text = super().format_help()
        return text.replace("usage: ", "用法：", 1) if self.lang == "zh" else text

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong with the words given, and end with code 2."""
        sentence = message
        if self.lang == "zh":
            for english, chinese in _ARGPARSE_ZH:
                sentence = re.sub(f"^{english}$", chinese, sentence, flags=re.DOTALL)
        hint = Text(
            f"错误：{sentence}。用法见：{self.prog} --help",
            f"Error: {sentence}. See: {self.prog} --help",
        )
        sys.stderr.write(hint.in_lang(self.lang) + "\n")
        raise SystemExit(2)


@dataclass(frozen=True)
class Builder:
    """Adds commands and options in one language."""

    lang: Lang
    subparsers: Any

    def command(
        self, name: str, summary: Text, run: Callable[..., int | None], *, project: bool = True
    ) -> CommandParser:
        """Add a command; one of a project gets ``--project``."""
        said = summary.in_lang(self.lang)
        parser: CommandParser = self.subparsers.add_parser(
            name, help=said, description=said, add_help=False, allow_abbrev=False
        )
        parser.lang = self.lang
        name_groups(parser, self.lang)
        if project:
            self.option(
                parser,
                "-p",
                "--project",
                type=Path,
                default=Path(),
                metavar="FOLDER",
                help=Text("项目文件夹（默认当前文件夹）", "project folder (default: this one)"),
            )
        add_common(parser, self.lang, unless_given=True)
        parser.set_defaults(run=run)
        return parser

    def option(self, parser: argparse.ArgumentParser, *names: str, help: Text, **more: Any) -> None:  # noqa: A002, ANN401 - argparse's words
        """Add an argument or option, its help in the reader's language."""
        parser.add_argument(*names, help=help.in_lang(self.lang), **more)


def name_groups(parser: argparse.ArgumentParser, lang: Lang) -> None:
    """Name the groups of arguments and options in the reader's language."""
    if lang == "zh":
        parser._positionals.title = "参数"  # noqa: SLF001 - argparse has no public door to it
        parser._optionals.title = "选项"  # noqa: SLF001


def add_common(parser: argparse.ArgumentParser, lang: Lang, *, unless_given: bool = False) -> None:
    """Add the options that stand before or behind the command alike."""
    parser.add_argument(
        "-h", "--help", action="help", help=Text("显示帮助", "show this help").in_lang(lang)
    )
    parser.add_argument(
        "--lang",
        choices=LANGS,
        default=argparse.SUPPRESS if unless_given else lang,
        help=Text("界面语言（默认 zh）", "language (default: zh)").in_lang(lang),
    )
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS if unless_given else False,
        help=Text("输出机器可读的 JSON", "print machine-readable JSON").in_lang(lang),
    )
