"""Words that a user reads, in Chinese and in English, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Lang: TypeAlias = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages.

    >>> Text("覆盖率", "Share covered").in_lang("en")
    'Share covered'
    """

    zh: str
    en: str

    def in_lang(self, lang: Lang) -> str:
        """Give the message in one language."""
        return self.zh if lang == "zh" else self.en

    def fill(self, **values: object) -> Text:
        """Put values into both languages' ``{name}`` places; a ``Text`` goes in by language.

        >>> Text("第 {row} 行", "row {row}").fill(row=3).zh
        '第 3 行'
        """

        def filled(template: str, lang: Lang) -> str:
            return template.format(
                **{
                    name: value.in_lang(lang) if isinstance(value, Text) else value
                    for name, value in values.items()
                }
            )

        return Text(filled(self.zh, "zh"), filled(self.en, "en"))

    @classmethod
    def same(cls, words: str) -> Text:
        """Make a text that reads the same in both languages, such as a place's name."""
        return cls(words, words)


def name_in_files(words: str) -> str:
    """Make a number or name fit to stand in a file's name on any system.

    >>> name_in_files("way/594891968-v1")
    'way_594891968-v1'
    """
    return "".join(one if one.isalnum() or one in "-_" else "_" for one in words)


Progress: TypeAlias = Callable[[Text, float], None]
"""Told what is being done and the share of it that is finished, 0 to 1."""


def silent(_what: Text, _share: float) -> None:
    """Take progress and show nothing."""
