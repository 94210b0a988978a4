"""What the doctor says of a file: one finding, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from tongling_gis.text import Text

Severity: TypeAlias = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing found in a file before it is imported.

    Attributes:
        kind: A fixed name, such as "duplicate_ids".
        where: The sheet, layer or column; "" for the whole file.
        what: What was found.
        remedy: What the import will do about it, or what the user should.
        severity: "error": it must be mended first; "warning": look at it; "note": good to know.
        count: How many rows or values it concerns.
    """

    kind: str
    where: str
    what: Text
    remedy: Text
    severity: Severity = "warning"
    count: int = 1

    def to_json(self) -> dict[str, Any]:
        """Give it as plain strings and numbers."""
        return {
            "kind": self.kind,
            "where": self.where,
            "severity": self.severity,
            "count": self.count,
            "what": {"zh": self.what.zh, "en": self.what.en},
            "remedy": {"zh": self.remedy.zh, "en": self.remedy.en},
        }
