"""Every error the program raises on purpose, in one tree.

Each says what is wrong, where, and what to do, in Chinese and in English::

    TonglingError                                       exit 1   HTTP 500
    ├── UsageError (ValueError)                         exit 2   HTTP 400
    ├── InputError (ValueError)                         exit 3   HTTP 422
    │   ├── UnreadableFileError                         a file that is not what it says
    │   ├── CrsError                                    coordinates missing, wrong or undeclared
    │   ├── SchemaError                                 columns, keys or values against the schema
    │   │   └── WorkbookFaultsError                     a workbook refused whole, its faults listed
    │   └── GeometryError                               shapes that cannot be used
    ├── NetworkError (ValueError)                       exit 3   HTTP 422
    ├── MissingFileError (FileNotFoundError)            exit 4   HTTP 404
    ├── WorkspaceError (RuntimeError)                   exit 5   HTTP 409
    │   └── WorkspaceLockedError                        another program holds the project
    ├── DownloadError (ConnectionError)                 exit 6   HTTP 502
    └── RefusalError (PermissionError)                  exit 7   HTTP 409
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongling_gis.text import Text


class TonglingError(Exception):
    """The root: one clear sentence for the user, in both languages.

    ``str(error)`` is the English sentence; ``error.text`` holds both.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, text: Text) -> None:
        """Keep the sentence."""
        super().__init__(text.en)
        self.text = text

    def details(self) -> dict[str, Any]:
        """Give what machines may want to know beside the sentence, as JSON values."""
        return {}


class UsageError(TonglingError, ValueError):
    """An option or argument that cannot be used as given."""

    exit_code = 2
    http_status = 400


class InputError(TonglingError, ValueError):
    """Input data that cannot be used as they are."""

    exit_code = 3
    http_status = 422


class UnreadableFileError(InputError):
    """A file that is truncated, of another format or of an unknown encoding."""


class CrsError(InputError):
    """Coordinates whose reference system is missing, wrong or not declared."""


class SchemaError(InputError):
    """A table whose columns, keys or values break the schema."""


class WorkbookFaultsError(SchemaError):
    """A workbook of which nothing is taken, because something in it is wrong.

    ``lines`` says each fault by sheet, row and column; ``marked`` is the path of a copy in
    which every wrong cell is coloured.
    """

    def __init__(
        self, text: Text, lines: Sequence[Text], facts: Sequence[dict[str, Any]], marked: str
    ) -> None:
        """Keep the sentence, the faults in words and as JSON values, and the copy's path."""
        super().__init__(text)
        self.lines = tuple(lines)
        self.facts = tuple(facts)
        self.marked = marked

    def details(self) -> dict[str, Any]:
        """Give the faults and the path of the marked copy."""
        return {"faults": list(self.facts), "marked_copy": self.marked}


class GeometryError(InputError):
    """A shape that is empty, invalid beyond repair or of the wrong kind."""


class NetworkError(TonglingError, ValueError):
    """Streets from which no walking network can be made, or a network misused."""

    exit_code = 3
    http_status = 422


class MissingFileError(TonglingError, FileNotFoundError):
    """A file, folder or layer that is not there."""

    exit_code = 4
    http_status = 404


class WorkspaceError(TonglingError, RuntimeError):
    """A project that cannot be opened, read or written."""

    exit_code = 5
    http_status = 409


class WorkspaceLockedError(WorkspaceError):
    """A project that another program holds."""


class DownloadError(TonglingError, ConnectionError):
    """An online source that cannot be reached or answers with an error."""

    exit_code = 6
    http_status = 502


class RefusalError(TonglingError, PermissionError):
    """What the rules do not allow, such as approving an enclosure that breaks the law."""

    exit_code = 7
    http_status = 409
