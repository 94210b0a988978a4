"""Chinese names in Latin letters, so that a search finds them without an input method."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_READINGS_OF_ONE = 2
_READINGS_AT_MOST = 8
"""Characters with several readings multiply; more than these few help nobody."""


def spell_names(names: Sequence[object]) -> list[str]:
    """Spell names in pinyin and in its initials; "" where a name holds no Chinese.

    Characters with several readings are read as the words they stand in; their initials also
    come by the second reading, where no word settles it.

    Returns:
        For each name its spelling and its initials, separated by spaces.

    >>> spell_names(["新照里", "重庆路 3 号", "乐业雅居", "Hall"])
    ['xinzhaoli xzl', 'chongqinglu3hao cql3h cql3x', 'leyeyaju lyyj', '']
    """
    return [_spell(name) if isinstance(name, str) else "" for name in names]


def _spell(name: str) -> str:
    from pypinyin import Style, pinyin

    if name.isascii():
        return ""
    readings = pinyin(name, style=Style.NORMAL, heteronym=True, errors=_plain)
    letters = [
        list(dict.fromkeys(_initial(one) for one in syllable[:_READINGS_OF_ONE]))
        for syllable in readings
    ]
    initials = ["".join(one) for one in islice(product(*letters), _READINGS_AT_MOST)]
    return " ".join(("".join(syllable[0] for syllable in readings), *initials))


def _plain(other: str) -> str:
    """Keep letters and digits of what is not Chinese, small; drop spaces and marks."""
    return "".join(letter for letter in other.lower() if letter.isascii() and letter.isalnum())


def _initial(syllable: str) -> str:
    """Give the first letter of a syllable; a number stays whole."""
    return syllable if syllable.isdigit() else syllable[:1]
