"""What a measure is, as the registry lists it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from tongling_gis.enclosure.enclosing import Enclosure
    from tongling_gis.enclosure.model import Measured
    from tongling_gis.text import Text

MeasureFunction: TypeAlias = "Callable[[Enclosure], Measured]"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of an enclosure.

    Attributes:
        function: Measures it.
        unit: Unit of its numbers: "m", "m2", "count", "share", "s", "deg", ...
        label: How it reads.
        needs: Layers and columns without which it is unknown, such as ``hydrants`` and
            ``buildings.floors``.
    """

    function: MeasureFunction
    unit: str
    label: Text
    needs: tuple[str, ...] = ()
