"""Which encoding Chinese text is in, decided value by value.

A shapefile without ``.cpg`` and a CSV say nothing of their encoding, and a file pasted
together from two sources holds GBK in some rows and UTF-8 in others. So each value is read
on its own; values that could be either follow the file's other values.
"""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UTF8, GBK, LATIN = "UTF-8", "GBK", "windows-1252"
_CODECS = {UTF8: "utf-8", GBK: "gb18030", LATIN: "cp1252"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_THREE_BYTES = 0x800
_SHORTEST_WORD = 3
_ALPHABETS = (("\xa0", "\u024f"), ("\u0391", "\u03ce"), ("\u0410", "\u044f"))


@dataclass(frozen=True, slots=True)
class Decoded:
    """Values decoded one by one.

    Attributes:
        texts: As many as there were byte strings.
        encodings: Encoding that each value was read in, "" where it is plain ASCII.
        broken: Whether bytes of the value made no sense and were left out or replaced.
    """

    texts: list[str]
    encodings: list[str]
    broken: list[bool]

    @property
    def encoding(self) -> str:
        """Name the encodings found, the commonest first: "GBK", "GBK + UTF-8", "ASCII"."""
        return name_encodings(self.encodings)

    @property
    def strays(self) -> int:
        """How many values are in another encoding than most."""
        counted = Counter(name for name in self.encodings if name)
        return counted.total() - max(counted.values(), default=0)


def name_encodings(encodings: Iterable[str]) -> str:
    """Name the encodings found, the commonest first.

    >>> name_encodings(["GBK", "", "UTF-8", "GBK"])
    'GBK + UTF-8'
    """
    counted = Counter(name for name in encodings if name)
    return " + ".join(name for name, _ in counted.most_common()) or "ASCII"


def decode_values(
    raws: Sequence[bytes], *, declared: str | None = None, hint: str | None = None
) -> Decoded:
    """Decode each value in its own encoding.

    Args:
        raws: The values' bytes.
        declared: Encoding that the user declares. It is used wherever a value can be read
            in it; the others are read as what they are.
        hint: Encoding that the file claims, which settles only what could be several.

    Raises:
        UsageError: If nothing knows an encoding.

    >>> decode_values(["小区".encode("gbk"), "小区".encode()]).encoding
    'GBK + UTF-8'
    """
    first = _codec(declared) if declared else ""
    distinct = {raw for raw in raws if not raw.isascii()}
    certain = {raw: _certain(raw) for raw in distinct}
    votes = Counter(name for name in map(certain.__getitem__, _non_ascii(raws)) if name)
    usual = votes.most_common(1)[0][0] if votes else _shown(hint) if hint else ""
    read: dict[bytes, tuple[str, str, bool]] = {}
    for raw in distinct:
        as_declared = _strict(raw, first) if first else None
        if as_declared is not None and declared:
            read[raw] = (as_declared, _shown(declared), False)
        else:
            read[raw] = _decode(raw, certain[raw] or _likely(raw, usual))
    plain = [read[raw] if raw in read else (raw.decode("ascii"), "", False) for raw in raws]
    return Decoded([v[0] for v in plain], [v[1] for v in plain], [v[2] for v in plain])


def decode_marked(raw: bytes) -> tuple[str, str] | None:
    """Decode a whole file that begins with a byte order mark; None where there is none."""
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            text = _strict(raw, codec)
            return None if text is None else (text, UTF8 if codec == "utf-8-sig" else "UTF-16")
    return None


def find_mojibake(value: str) -> str:
    r"""Read a value that was decoded wrongly once and stored so; "" where it was not.

    >>> find_mojibake("é“œé™µ"), find_mojibake("Í\xad¹ÙÉ½"), find_mojibake("铜官山")
    ('铜陵', '铜官山', '')
    """
    if value.isascii():
        return ""
    for wrong in ("cp1252", "latin-1", "gb18030"):
        try:
            raw = value.encode(wrong)
        except UnicodeEncodeError:
            continue
        right = _strict(raw, "utf-8")
        if right is not None and _is_chinese(right):
            return right
        right = _strict(raw, "gb2312") if wrong != "gb18030" else None
        if right is not None and _is_chinese(right) and not _joins_letters(value):
            return right
    return ""


def is_encoding(name: str) -> bool:
    """Tell whether a name is that of a known encoding."""
    try:
        _codec(name)
    except UsageError:
        return False
    return True


def _non_ascii(raws: Iterable[bytes]) -> Iterable[bytes]:
    return (raw for raw in raws if not raw.isascii())


def _codec(declared: str) -> str:
    name = {
        "gbk": "gb18030",
        "gb2312": "gb18030",
        "cp936": "gb18030",
        "936": "gb18030",
        "65001": "utf-8",
    }.get(declared.strip().lower(), declared.strip())
    try:
        b"a".decode(name)
    except (LookupError, UnicodeError) as error:
        raise UsageError(
            Text(
                f"不认识编码“{declared}”：请写 GBK、UTF-8 或 GB18030。",
                f"Unknown encoding {declared!r}: write GBK, UTF-8 or GB18030.",
            )
        ) from error
    return name


def _shown(declared: str) -> str:
    codec = codecs.lookup(_codec(declared)).name
    return {"utf-8": UTF8, "gb18030": GBK}.get(codec, declared.strip().upper())


def _strict(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _cut(raw: bytes, codec: str) -> str | None:
    """Decode up to a last character that is cut in the middle, as narrow DBF fields cut it."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(raw, final=False)
    except UnicodeDecodeError:
        return None


def _certain(raw: bytes) -> str:
    """Name the encoding of a value that leaves no doubt; "" where it does."""
    utf8, gbk = _strict(raw, "utf-8"), _strict(raw, "gb18030")
    if utf8 is not None:
        return UTF8 if gbk is None or _has_three_bytes(utf8) else ""
    whole_gb2312 = _strict(raw, "gb2312") is not None
    if not whole_gb2312 and _has_three_bytes(_cut(raw, "utf-8") or ""):
        return UTF8
    if whole_gb2312 or _strict(raw[:-1], "gb2312") is not None:
        return GBK
    if gbk is not None and not _reads_as_latin(raw):
        return GBK
    return ""


def _likely(raw: bytes, usual: str) -> str:
    """Choose for a value that could be several, from the file's other values."""
    utf8 = _strict(raw, "utf-8")
    if utf8 is not None and not _is_one_alphabet(utf8):
        return GBK
    codec = _CODECS.get(usual, "")
    if codec and _strict(raw, codec) is not None:
        return usual
    if utf8 is not None:
        return UTF8 if _joins_letters(utf8) else GBK
    if _reads_as_latin(raw):
        return LATIN
    return usual or GBK


def _decode(raw: bytes, name: str) -> tuple[str, str, bool]:
    codec = _CODECS[name]
    whole = _strict(raw, codec)
    if whole is not None:
        return whole, name, False
    cut = _cut(raw, codec)
    return (raw.decode(codec, "replace") if cut is None else cut), name, True


def _has_three_bytes(text: str) -> bool:
    return any(ord(letter) >= _THREE_BYTES for letter in text)


def _is_chinese(text: str) -> bool:
    other = [letter for letter in text if not letter.isascii()]
    return bool(other) and all("\u2000" <= letter <= "\uffef" for letter in other)


def _reads_as_latin(raw: bytes) -> bool:
    text = _strict(raw, "cp1252")
    return text is not None and len(text) >= _SHORTEST_WORD and _joins_letters(text)


def _is_one_alphabet(text: str) -> bool:
    """Tell whether all foreign letters are of one alphabet: Latin, Greek or Russian.

    学校 in GBK is also valid UTF-8, for two letters of Old Cyrillic: no alphabet in use.
    """
    foreign = [letter for letter in text if not letter.isascii()]
    return any(all(low <= letter <= high for letter in foreign) for low, high in _ALPHABETS)


def _joins_letters(text: str) -> bool:
    """Tell whether every foreign letter is a Latin one that stands beside plain letters."""
    foreign = [k for k, letter in enumerate(text) if not letter.isascii()]
    if not all("\xa0" <= text[k] <= _ALPHABETS[0][1] for k in foreign):
        return False
    beside = [text[max(0, k - 1) : k + 2] for k in foreign]
    return all(any(c.isascii() and c.isalnum() for c in near) for near in beside)
