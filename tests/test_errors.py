"""The tree of errors."""

from __future__ import annotations

import inspect

from tongling_gis import errors
from tongling_gis.text import Text

CLASSES = [
    one
    for _, one in inspect.getmembers(errors, inspect.isclass)
    if issubclass(one, errors.TonglingError)
]


def test_the_docstring_draws_every_error() -> None:
    """Each error class stands in the tree that the module's docstring draws."""
    assert [one.__name__ for one in CLASSES if one.__name__ not in (errors.__doc__ or "")] == []


def test_each_error_but_the_root_is_also_a_builtin() -> None:
    """Callers who know only Python's own errors can catch ours."""
    builtin = (ValueError, OSError, RuntimeError, ConnectionError)
    assert all(issubclass(one, builtin) for one in CLASSES if one is not errors.TonglingError)


def test_an_error_reads_english_as_a_string_and_keeps_both() -> None:
    """str() gives the English sentence; text holds both."""
    error = errors.CrsError(Text("没有坐标系", "no CRS"))
    assert (str(error), error.text.zh, error.exit_code) == ("no CRS", "没有坐标系", 3)
