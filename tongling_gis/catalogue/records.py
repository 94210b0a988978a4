"""What follows from records by rule: grants, rewards, terms, limits of costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RecordStandard:
    """Rules of the records.

    Attributes:
        grants_yuan: Stars -> grant that follows from them; other stars have none.
        rewarded_ranks: How many of a quarter's first compounds are rewarded.
        council_years: Years of an alliance council's term.
        project_yuan: Least and most that a claimed project may cost.
        stalled_days: Days after which a claimed project that is not finished is overdue.
        source: Source line of the numbers.
    """

    grants_yuan: dict[int, float]
    rewarded_ranks: int
    council_years: int
    project_yuan: tuple[float, float]
    stalled_days: int
    source: str

    def grant_yuan(self, stars: float) -> float:
        """Give the grant that follows from stars."""
        return self.grants_yuan.get(int(stars), 0.0)


def record_standard(entry: dict[str, Any]) -> RecordStandard:
    """Read the catalogue's ``[records]`` table."""
    least, most = entry["project_yuan"]
    return RecordStandard(
        grants_yuan={int(stars): float(yuan) for stars, yuan in entry["grants_yuan"].items()},
        rewarded_ranks=int(entry["rewarded_ranks"]),
        council_years=int(entry["council_years"]),
        project_yuan=(float(least), float(most)),
        stalled_days=int(entry["stalled_days"]),
        source=entry["source"],
    )
