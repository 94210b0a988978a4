"""How fast each street is walked or driven, each way, and how long one waits on it.

*Slopes.* Tobler (1993): on a slope S, rise over run, people walk 6 exp(-3.5 |S + 0.05|) km/h.
Here it is a factor of the profile's own speed: exp(-3.5 (|S + 0.05| - 0.05)), which is 1 on the
flat, most (1.19) at 5 per cent downhill, and 0.70 at 10 per cent uphill. A street whose slope is
not known is flat. On steps the profile's factor holds instead, up and down alike.

*Crossings.* The wait at a crossing is a cost of the node; routes here cost by edges, so half of
it lies on each of two edges that meet there, and who passes through pays it once:

- where three or more roads meet at signals, on every edge there;
- elsewhere, at a crossing with signals or over a road of tertiary class or above, on the ways
  for people on foot. Who walks along the road pays nothing, and who turns from the footway into
  the road, drawn along its middle, pays half: as often as not they are on the right side of it.

An edge between two such nodes that is no longer than ``together_m`` lies inside one crossing, an
island or a dual carriageway, and bears none of it. A place in the middle of an edge shares its
wait as it shares its length.

*Milliseconds.* Every piece of a walk - a street, a part of one, a way off the street, a wait -
is rounded down to whole milliseconds (``round_down_ms``). A walk is so understated by under a
millisecond for each piece (by under two for a part of a street); a limit is never missed by
rounding. A street alone takes 1 ms at least, though it be shorter than a millimetre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.network import Network

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

FOOTWAYS = ("bridleway", "corridor", "cycleway", "elevator", "footway", "path", "pedestrian")
BUSY = tuple(
    f"{name}{link}"
    for name in ("trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
)
SIGNALLED = ("traffic_signals", "toucan", "pelican", "puffin", "pegasus")
ROADS_OF_JUNCTION = 3

_FLOAT_NOISE_MS = 1e-4
_TOBLER = 3.5
_TOBLER_AT = 0.05


def round_down_ms(exact_ms: Floats) -> NDArray[np.int64]:
    """Round times down to whole milliseconds, taking what float noise puts just below for whole.

    >>> round_down_ms(np.array([330 / 1.1 * 1000, 0.999])).tolist()
    [300000, 0]
    """
    return np.floor(exact_ms + _FLOAT_NOISE_MS).astype(np.int64)


def tobler_factor(rise: Floats) -> Floats:
    """Give the share of the speed on the flat at which a slope is walked, as Tobler has it.

    >>> tobler_factor(np.array([0.0, 0.1, -0.1])).round(3).tolist()
    [1.0, 0.705, 1.0]
    """
    factor: Floats = np.exp(-_TOBLER * (np.abs(rise + _TOBLER_AT) - _TOBLER_AT))
    return factor


def street_speeds(network: Network, profile: WalkProfile) -> tuple[Floats, Floats]:
    """Give each edge's speed in m/s forward and backward, 0 where it is not used that way.

    Both are the same array where every street is used alike both ways.
    """
    from tongling_gis.network.tags import has_tag

    usable = network.edges["walkable"].to_numpy(dtype=bool)
    if profile.mode == "drive":
        return _driving_speeds(network, profile, usable)
    flat = np.where(usable, profile.speed_m_s, 0.0)
    slopes = _slope_factors(network, profile)
    is_steps = has_tag(network.edges, "highway", ("steps",))
    on_steps = profile.steps.speed_factor
    if slopes is None:
        both = np.where(is_steps, flat * on_steps, flat)
        return both, both
    forward, backward = (np.where(is_steps, flat * on_steps, flat * one) for one in slopes)
    return forward, backward


def _slope_factors(network: Network, profile: WalkProfile) -> tuple[Floats, Floats] | None:
    """Give what slopes make of the speed both ways, None where they make nothing."""
    from tongling_gis.network.slopes import measure_slopes

    if profile.slopes.model == "none":
        return None
    rise = np.nan_to_num(measure_slopes(network).rise, nan=0.0)
    if not rise.any():
        return None
    fastest = profile.slopes.fastest
    return np.minimum(tobler_factor(rise), fastest), np.minimum(tobler_factor(-rise), fastest)


def _driving_speeds(network: Network, profile: WalkProfile, usable: Flags) -> tuple[Floats, Floats]:
    """Give speeds by class of way; classes opened by their tags alone have the slowest."""
    from tongling_gis.network.tags import read_tag

    by_class = dict(profile.driving.km_h)
    slowest = min(by_class.values())
    names = read_tag(network.edges, "highway")
    km_h = np.array([by_class.get(name, slowest) for name in names], dtype=float)
    speed = np.where(usable, km_h / 3.6, 0.0)
    if not profile.driving.one_way:
        return speed, speed
    ahead, back = find_one_way(network)
    return np.where(back, 0.0, speed), np.where(ahead, 0.0, speed)


def find_one_way(network: Network) -> tuple[Flags, Flags]:
    """Tell which edges traffic follows only as they are drawn, and which only against that."""
    from tongling_gis.network.tags import has_tag, read_tag

    edges = network.edges
    said = read_tag(edges, "oneway")
    implied = has_tag(edges, "highway", ("motorway",))
    implied |= has_tag(edges, "junction", ("roundabout", "circular"))
    ahead = np.isin(said, ("yes", "true", "True", "1")) | ((said == "") & implied)
    return ahead, np.isin(said, ("-1", "reverse"))


def street_waits_ms(network: Network, profile: WalkProfile) -> NDArray[np.int32] | None:
    """Give the milliseconds of waiting that each edge bears, either way; None for none at all.

    Crossings are those of the streets before any barrier: a wall takes no wait away. The pieces
    of a street share its wait as they share its length, as places in mid-street do, so that a
    wall behind one's back changes nothing.
    """
    limits = profile.crossings
    if not limits.signal_s and not limits.crossing_s:
        return None
    streets = network.without_barriers
    waits_ms = _waits_at_ends(streets, profile).sum(axis=1)
    if not waits_ms.any():
        return None
    if network.uncut is None:
        return np.asarray(waits_ms, dtype=np.int32)
    street = network.edges["uncut_edge"].to_numpy()
    length_m = streets.length_m[street]
    share = np.ones(len(street))
    np.divide(network.length_m, length_m, share, where=length_m > 0)
    return round_down_ms(waits_ms[street] * share).astype(np.int32)


def _waits_at_ends(network: Network, profile: WalkProfile) -> NDArray[np.int64]:
    """Give the milliseconds that each end of each edge bears, int64[m, 2]."""
    from tongling_gis.network.tags import has_tag

    limits, ends = profile.crossings, _ends(network)
    signalled, crossing = find_crossings(network)
    seconds = np.where(crossing, limits.crossing_s, 0.0)
    seconds[signalled] = limits.signal_s
    half_ms = round_down_ms(seconds * 500.0)[ends]
    on_foot = has_tag(network.edges, "highway", (*FOOTWAYS, "steps"))
    roads = np.bincount(ends[~on_foot].ravel(), minlength=len(seconds))
    junction = signalled & (roads >= ROADS_OF_JUNCTION)
    short = network.length_m <= limits.together_m
    inside = (half_ms > 0).all(axis=1) & short
    half_ms[~(junction[ends] | on_foot[:, None]) | inside[:, None]] = 0
    return half_ms


def find_crossings(network: Network) -> tuple[Flags, Flags]:
    """Tell which nodes have signals for crossing, and which are crossings of busy roads."""
    from tongling_gis.network.tags import has_tag, is_set

    nodes = network.nodes
    tagged = has_tag(nodes, "highway", ("crossing",)) | is_set(nodes, "crossing")
    signalled = has_tag(nodes, "highway", ("traffic_signals",))
    signalled |= has_tag(nodes, "crossing", SIGNALLED) | has_tag(
        nodes, "crossing:signals", ("yes",)
    )
    busy = np.zeros(len(nodes), dtype=bool)
    busy[_ends(network)[has_tag(network.edges, "highway", BUSY)]] = True
    return signalled, tagged & busy


def _ends(network: Network) -> NDArray[np.int32]:
    return network.ends
