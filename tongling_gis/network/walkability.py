"""Which streets are walked: one documented decision for each, from its OSM tags.

The first line that fits decides:

1. The class of way is never a street to walk (``NEVER``): not walked, whatever else is tagged.
2. ``foot`` says so (``WELCOME`` or ``SHUT``): it decides.
3. ``motorroad=yes``: not walked.
4. A motorway or its link: not walked.
5. A trunk road or its link whose ``sidewalk`` says that there is none: not walked. Without
   that tag it is walked: in Chinese cities trunk roads are lined with pavements that nobody
   has tagged.
6. A way for riders (``RIDDEN``): a cycleway is walked, as it is in China, where cycle lanes
   and paths are shared; a bridleway is walked too.
7. ``access`` shuts it out (``SHUT``): not walked; ``access=private`` is walked if
   ``private_ways``, because the people whose walks are measured live there.
8. Everything else is walked, whichever way its traffic runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongling_gis.network.tags import has_tag
from tongling_gis.text import Text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

NEVER = (
    "abandoned",
    "bus_guideway",
    "busway",
    "construction",
    "demolished",
    "dismantled",
    "disused",
    "planned",
    "proposed",
    "raceway",
    "razed",
)
"""Classes of way on which nobody walks: not there, or not open to anybody on foot."""

MOTORWAYS = ("motorway", "motorway_link")
TRUNKS = ("trunk", "trunk_link")
WELCOME = ("yes", "designated", "permissive", "destination", "customers", "official", "public")
SHUT = ("no", "agricultural", "forestry", "military", "delivery", "emergency")
NO_SIDEWALK = ("no", "none")

REASONS: dict[str, Text] = {
    "class": Text("此类道路不供步行", "this class of way is not walked"),
    "foot": Text("禁止行人通行", "closed to people on foot"),
    "sidepath": Text("行人走旁边的人行道", "people on foot take the path beside it"),
    "motorroad": Text("汽车专用路", "for motor vehicles only"),
    "motorway": Text("高速公路", "a motorway"),
    "no_sidewalk": Text("快速路无人行道", "a trunk road without pavement"),
    "access": Text("禁止通行", "closed to the public"),
    "private": Text("内部道路", "a private way"),
}
"""Why a street is not walked, by the code in ``edges.walk_reason``."""


def decide_walkable(streets: pd.DataFrame, *, private_ways: bool = True) -> NDArray[np.object_]:
    """Give each street's code of why it is not walked, "" where it is.

    A street without ``highway`` is walked: layers from elsewhere have no such column.
    """
    trunk = has_tag(streets, "highway", TRUNKS)
    rules = {
        "class": has_tag(streets, "highway", NEVER),
        "welcome": has_tag(streets, "foot", WELCOME),
        "private_foot": has_tag(streets, "foot", ("private",)) & private_ways,
        "foot": has_tag(streets, "foot", (*SHUT, "private")),
        "sidepath": has_tag(streets, "foot", ("use_sidepath",)),
        "motorroad": has_tag(streets, "motorroad", ("yes",)),
        "motorway": has_tag(streets, "highway", MOTORWAYS),
        "no_sidewalk": trunk & has_tag(streets, "sidewalk", NO_SIDEWALK),
        "access": has_tag(streets, "access", SHUT),
        "private": has_tag(streets, "access", ("private",)) & (not private_ways),
    }
    walked = {"welcome": "", "private_foot": ""}
    codes = np.array([*(walked.get(name, name) for name in rules), ""], dtype=object)
    fits = np.column_stack([*rules.values(), np.ones(len(streets), dtype=bool)])
    reasons: NDArray[np.object_] = codes[fits.argmax(axis=1)]
    return reasons
