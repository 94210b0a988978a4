"""Put what is written in its place, and keep out of it what no document may hold."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import NamedTemporaryFile

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in its place whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        written = Path(part.name)
        try:
            part.write(content)
            part.flush()
            written.chmod(0o644)
        except BaseException:
            written.unlink(missing_ok=True)
            raise
    try:
        written.replace(path)
    except OSError:
        written.unlink(missing_ok=True)
        raise


def clean(words: str) -> str:
    r"""Leave out control characters, which neither Word nor HTML may hold.

    >>> clean("a\x0bb")
    'ab'
    """
    return _CONTROL.sub("", words)
