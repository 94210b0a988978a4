"""What the command line prints: sentences, tables, JSON, and progress on long work."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from rich.progress import Progress as Bar

    from tongling_gis.text import Lang, Text

_SHOW_BAR_AFTER_S = 0.8


@dataclass
class Screen:
    """Where one command writes: results on standard output, the rest on standard error."""

    lang: Lang
    as_json: bool = False
    _started: float = field(default_factory=time.monotonic)
    _bar: Bar | None = None

    def __enter__(self) -> Self:
        """Start the clock for progress."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clear the progress bar away."""
        self._stop_bar()

    def say(self, text: Text | str) -> None:
        """Print one line for a reader; nothing where JSON is wanted."""
        if not self.as_json:
            self._stop_bar()
            sys.stdout.write(f"{self.word(text)}\n")

    def answer(self, result: dict[str, Any]) -> None:
        """Print the machine-readable result where JSON is wanted."""
        if self.as_json:
            self._stop_bar()
            sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")

    def show_error(self, kind: str, text: Text, details: Mapping[str, Any] | None = None) -> None:
        """Print what went wrong: one sentence, or JSON on standard output."""
        self._stop_bar()
        if self.as_json:
            error = {"error": {"kind": kind, "zh": text.zh, "en": text.en, **(details or {})}}
            sys.stdout.write(json.dumps(error, ensure_ascii=False, indent=2) + "\n")
        else:
            mark = "错误：" if self.lang == "zh" else "Error: "
            sys.stderr.write(f"{mark}{text.in_lang(self.lang)}\n")

    def word(self, text: Text | str) -> str:
        """Give a text in this screen's language."""
        return text if isinstance(text, str) else text.in_lang(self.lang)

    def progress(self, what: Text, share: float) -> None:
        """Show a progress bar once the work has taken a moment; a ``text.Progress``."""
        if self.as_json or time.monotonic() - self._started < _SHOW_BAR_AFTER_S:
            return
        if self._bar is None:
            self._bar = _start_bar()
        task = self._bar.task_ids[0]
        self._bar.update(task, completed=share, description=self.word(what))

    def _stop_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _start_bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.add_task("", total=1.0)
    bar.start()
    return bar
