"""What results count: residents where any are known, else homes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESIDENTS = Text("居民", "residents")
BUILDINGS = Text("居民点或建筑", "residential points or buildings")


class Headcount:
    """How homes count in a result; what has homes tells their ``people``."""

    if TYPE_CHECKING:  # at run time it is whatever the class has, a field or a property

        @property
        def people(self) -> NDArray[np.float64]:
            """Residents of each home, NaN where unknown."""

    @property
    def by_people(self) -> bool:
        """Whether residents are known for some home; otherwise homes are counted."""
        return bool(np.isfinite(self.people).any())

    @property
    def weight(self) -> NDArray[np.float64]:
        """What each home counts for: its residents, 0 where unknown; or 1."""
        return np.nan_to_num(self.people) if self.by_people else np.ones(len(self.people))

    @property
    def unit(self) -> str:
        """Unit of the counts: "residents" or "buildings"."""
        return "residents" if self.by_people else "buildings"

    @property
    def who(self) -> Text:
        """Who or what is counted."""
        return RESIDENTS if self.by_people else BUILDINGS
