"""Which streets are the public's, and how wide they are: as their tags say, and never guessed.

A street is

- **public** where its class is that of an urban road (tertiary and above), or where it is a
  named street (unclassified, residential, pedestrian) that no compound holds, or where
  ``ownership`` or ``operator:type`` says so;
- **internal** where its access is private, where it is a drive or an aisle of a car park, or
  where it is a lesser street within a compound; paths are no roads, and count as internal;
- **unknown** otherwise: an unnamed street outside any compound, a named one inside, a service
  road of which nobody has said what it serves. These must be confirmed by people who know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

from tongling_gis.network.tags import has_tag, is_set, read_number, read_tag
from tongling_gis.text import Text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.network import Network

    Flags: TypeAlias = NDArray[np.bool_]
    Floats: TypeAlias = NDArray[np.float64]
    Codes: TypeAlias = NDArray[np.object_]

PUBLIC, INTERNAL, UNKNOWN = 1, 0, -1
"""Whose a street is."""

REASONS: dict[str, Text] = {
    "class": Text("城市道路等级", "of an urban road's class"),
    "named": Text("小区外的命名街道", "a named street outside any compound"),
    "sidewalk": Text("城市道路的人行道", "a pavement of a street"),
    "stated_public": Text("标明为公共道路", "stated to be public"),
    "stated_private": Text("标明为内部道路", "stated to be private"),
    "drive": Text("车道、停车场通道等", "a drive or an aisle of a car park"),
    "compound": Text("小区内道路", "a lane within a compound"),
    "path": Text("步道，不是道路", "a path, no road"),
    "unnamed": Text("小区外的无名道路，权属不明", "unnamed, outside any compound: owner unknown"),
    "named_inside": Text("小区内的命名街道，权属不明", "named, within a compound: owner unknown"),
    "service": Text("服务性道路，权属不明", "a service road: owner unknown"),
}
"""Why a street is taken for public, internal or unknown, by its code."""

_MEANS = {
    **dict.fromkeys(("class", "named", "sidewalk", "stated_public"), PUBLIC),
    **dict.fromkeys(("stated_private", "drive", "compound", "path"), INTERNAL),
    **dict.fromkeys(("unnamed", "named_inside", "service"), UNKNOWN),
}
_ROADS = ("motorway", "trunk", "primary", "secondary", "tertiary")
URBAN_ROADS = (*_ROADS, *(f"{name}_link" for name in _ROADS))
_STREETS = ("unclassified", "residential", "pedestrian", "road", "living_street", "")
_PATHS = ("footway", "path", "steps", "cycleway", "bridleway", "corridor", "track", "elevator")
_PRIVATE = ("private", "no", "residents", "permit", "customers", "military", "delivery")
_DRIVES = ("driveway", "parking_aisle", "drive-through", "emergency_access")
_OWNERS = ("public", "municipal", "national", "state", "county", "government")
_SAMPLES = (0.1, 0.3, 0.5, 0.7, 0.9)
_MOSTLY = 0.8
_ROUNDED_M = 0.5
_LARGEST_M2 = 500_000.0


def find_owners(network: Network, compounds: Codes) -> tuple[NDArray[np.int8], Codes]:
    """Tell of each edge whose it is, and why.

    Args:
        network: The streets.
        compounds: Polygons of the compounds, in the network's CRS.

    Returns:
        ``PUBLIC``, ``INTERNAL`` or ``UNKNOWN``, int8[m], and the code of why, see ``REASONS``.
    """
    edges = network.edges
    inside = _lie_within(network, compounds)
    named = is_set(edges, "name") & (read_tag(edges, "name") != "")
    access = read_tag(edges, "motor_vehicle")
    access = np.where(access == "", read_tag(edges, "access"), access)
    owner = np.where(
        read_tag(edges, "ownership") == "",
        read_tag(edges, "operator:type"),
        read_tag(edges, "ownership"),
    )
    is_path = has_tag(edges, "highway", _PATHS)
    pavement = has_tag(edges, "footway", ("sidewalk", "crossing")) & ~inside
    is_street = has_tag(edges, "highway", _STREETS)
    quiet = has_tag(edges, "highway", ("living_street",))
    rules: list[tuple[str, Flags]] = [
        ("stated_public", np.isin(owner, _OWNERS)),
        ("stated_private", owner == "private"),
        ("path", is_path & ~pavement),
        ("sidewalk", is_path),
        ("stated_private", np.isin(access, _PRIVATE)),
        ("class", has_tag(edges, "highway", URBAN_ROADS)),
        ("drive", has_tag(edges, "service", _DRIVES)),
        ("compound", inside & (~named | ~is_street | quiet)),
        ("named_inside", inside),
        ("named", is_street & named & ~quiet),
        ("unnamed", is_street),
    ]
    codes = np.array([*(name for name, _ in rules), "service"], dtype=object)
    fits = np.column_stack([*(flags for _, flags in rules), np.ones(len(edges), dtype=bool)])
    why = codes[fits.argmax(axis=1)]
    means = np.array([_MEANS[name] for name in codes], dtype=np.int8)
    return means[fits.argmax(axis=1)], why


def _lie_within(network: Network, compounds: Codes) -> Flags:
    """Tell which edges run mostly within one of the compounds; whole districts are none."""
    count = np.zeros(len(network.edges))
    compounds = compounds[shapely.area(compounds) <= _LARGEST_M2]
    if not len(compounds) or not len(count):
        return count.astype(bool)
    tree = shapely.STRtree(compounds)
    for share in _SAMPLES:
        spots = shapely.line_interpolate_point(network.geometry, share, normalized=True)
        found, _ = tree.query(np.asarray(spots, dtype=object), predicate="within")
        count[np.unique(found)] += 1.0 / len(_SAMPLES)
    return count >= _MOSTLY - 1e-9


def read_widths(edges: pd.DataFrame) -> tuple[Floats, Floats]:
    """Give each street's width as it is recorded, and how far off it may be, metres.

    A width is NaN where none is recorded. Its error is that of ``width_error_m`` where the
    layer has such a column, else half of the last decimal that is given: 0.05 for "3.8" and
    0.5 for "4", for a whole number is a rounded one until somebody says otherwise.
    """
    width_m = read_number(edges, "width_m", "width")
    stated = read_number(edges, "width_error_m")
    tenths = np.abs(width_m - np.round(width_m)) > 1e-9  # noqa: PLR2004 - of a float
    guessed = np.where(tenths, _ROUNDED_M / 10.0, _ROUNDED_M)
    error_m = np.where(np.isnan(stated), guessed, stated)
    return width_m, np.where(np.isnan(width_m), np.nan, error_m)
