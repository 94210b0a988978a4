"""What of the streets one kind of walker or vehicle can use, at one moment.

People on foot use what ``walkability`` and ``passages`` say. A profile may narrow that: steps,
rough surfaces, narrow ways, steep ones, gates of some kinds. Vehicles have rules of their own:
the classes of way with a speed, unless ``motor_vehicle``, ``vehicle`` or ``access`` (the first
that is there) shuts them out; they mind things that people pass beside. What is not known of a
way or gate stops nobody; it is counted, see ``count_unknown``.

Gates whose ``opening_hours`` say that they are shut at the moment let nobody through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tongling_gis.hours import is_open, read_hours
from tongling_gis.network.passages import is_no_way, lets_through, stops_people
from tongling_gis.network.slopes import measure_slopes
from tongling_gis.network.tags import has_tag, is_set, read_number, read_tag
from tongling_gis.network.walkability import NEVER, SHUT
from tongling_gis.text import Text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.hours import Moment
    from tongling_gis.network.model import Network

    Flags: TypeAlias = NDArray[np.bool_]
    Codes: TypeAlias = NDArray[np.object_]

USED = ("yes", "designated", "permissive", "official")
NOT_DRIVEN = (*SHUT, "bus", "psv", "permit", "foot", "bicycle")
COVERED = ("tunnel", "covered")

REASONS: dict[str, Text] = {
    "unfit": Text("标明不供此类通行", "tagged as closed to this kind of traffic"),
    "private": Text("内部道路", "a private way"),
    "steps": Text("台阶", "steps"),
    "surface": Text("路面不适合", "too rough a surface"),
    "narrow": Text("太窄", "too narrow"),
    "low": Text("净空不足", "too low"),
    "heavy": Text("限重", "a limit of weight"),
    "steep": Text("太陡", "too steep"),
    "no_cars": Text("此类道路不通车", "this class of way is not driven on"),
    "no_access": Text("禁止车辆通行", "closed to vehicles"),
}
"""Why a way is not used, by the code in ``edges.walk_reason``, besides ``walkability.REASONS``."""


@dataclass(frozen=True, slots=True)
class Walker:
    """Who is on the way, and when.

    Attributes:
        profile: Who.
        at: The moment at which gates must be open; None where their hours do not matter.
    """

    profile: WalkProfile
    at: Moment | None = None

    @property
    def is_anyone(self) -> bool:
        """Whether nothing stops this walker that does not stop everybody on foot."""
        return self.profile.passes_everywhere and self.at is None

    @property
    def drives(self) -> bool:
        """Whether this is a vehicle on the road."""
        return self.profile.mode == "drive"


def find_unusable(network: Network, walker: Walker) -> Codes:
    """Give each edge's code of why this walker does not use it, "" where they do."""
    edges, ways = network.edges, walker.profile.ways
    spoken_for = has_tag(edges, ways.key, USED) if ways.key else np.zeros(len(edges), dtype=bool)
    codes = (
        _find_undrivable(edges, walker, spoken_for)
        if walker.drives
        else edges["walk_reason"].to_numpy(dtype=object).copy()
    )
    own = _own_reasons(network, walker)
    waived = {"private", "steps", "surface", "steep"}
    for code, shut in own.items():
        fits = shut & ~spoken_for if code in waived else shut
        codes[fits & (codes == "")] = code
    return codes


def _own_reasons(network: Network, walker: Walker) -> dict[str, Flags]:
    """Tell for each reason on which edges the profile's own limits give it."""
    edges, profile = network.edges, walker.profile
    ways, steps = profile.ways, profile.steps
    ramp = has_tag(edges, steps.ramp, USED) if steps.ramp else np.zeros(len(edges), dtype=bool)
    is_steps = has_tag(edges, "highway", ("steps",))
    rough = has_tag(edges, "surface", ways.surfaces_shut)
    rough |= has_tag(edges, "smoothness", ways.smoothness_shut)
    return {
        "unfit": has_tag(edges, ways.key, ("no",)) if ways.key else np.zeros(len(edges), bool),
        "private": has_tag(edges, "access", ("private",)) & (not ways.private),
        "steps": is_steps & ~ramp & (not steps.passable),
        "surface": rough,
        "narrow": read_width(edges) < ways.min_width_m,
        "low": read_height(edges) < ways.min_height_m,
        "heavy": read_number(edges, "maxweight") < ways.weight_t,
        "steep": _too_steep(network, profile) & ~is_steps,
    }


def _too_steep(network: Network, profile: WalkProfile) -> Flags:
    """Tell where a slope is known to be too steep: surveyed, or over a street long enough."""
    slopes = measure_slopes(network)
    long_enough = network.length_m >= profile.slopes.measured_over_m
    steep = np.abs(slopes.rise) > profile.slopes.steepest
    return np.asarray(steep & (slopes.surveyed | long_enough))


def _find_undrivable(edges: pd.DataFrame, walker: Walker, spoken_for: Flags) -> Codes:
    """Give the code of why no vehicle of the profile uses an edge, by its class and access."""
    profile = walker.profile
    said = read_driving_access(edges)
    invited = np.isin(said, USED) | spoken_for
    known_class = has_tag(edges, "highway", [name for name, _ in profile.driving.km_h])
    meant = (said == profile.ways.key) & (said != "")
    codes = np.full(len(edges), "", dtype=object)
    codes[np.isin(said, NOT_DRIVEN) & ~spoken_for & ~meant] = "no_access"
    codes[~known_class & ~invited] = "no_cars"
    codes[has_tag(edges, "highway", NEVER)] = "class"
    return codes


def read_driving_access(layer: pd.DataFrame) -> Codes:
    """Give what the most telling of a row's tags says of access by vehicle, "" for nothing."""
    said = read_tag(layer, "motor_vehicle")
    for name in ("vehicle", "access"):
        said = np.where(said == "", read_tag(layer, name), said)
    return said


def read_width(layer: pd.DataFrame) -> NDArray[np.float64]:
    """Give each row's clear width in metres, NaN where it is not known."""
    narrowest = read_number(layer, "maxwidth")
    return np.fmin(read_number(layer, "width_m", "width"), narrowest)


def read_height(layer: pd.DataFrame) -> NDArray[np.float64]:
    """Give each row's clear height in metres, NaN where it is not known."""
    return read_number(layer, "maxheight_m", "height_m", "maxheight")


def walls_that_stop(barriers: pd.DataFrame, walker: Walker | None) -> Flags:
    """Tell which lines of the ``barriers`` layer stop a walker; None is anybody on foot."""
    stops = stops_people(barriers)
    if walker is not None:
        stops |= has_tag(barriers, "barrier", walker.profile.gates.kinds_shut)
    return stops


def gates_that_open(gates: pd.DataFrame, walker: Walker | None) -> Flags:
    """Tell which gates, or nodes with a barrier, let a walker through; None is anybody on foot."""
    if walker is None:
        return lets_through(gates)
    opens = _lets_vehicles_through(gates, walker) if walker.drives else lets_through(gates)
    limits, key = walker.profile.gates, walker.profile.ways.key
    stops = has_tag(gates, "barrier", limits.kinds_shut)
    if key:
        stops |= has_tag(gates, key, ("no",))
        stops &= ~has_tag(gates, key, USED)
    if not walker.profile.ways.private:
        stops |= has_tag(gates, "access", ("private",))
    stops |= has_tag(gates, "kerb", limits.kerbs_shut)
    stops |= read_width(gates) < limits.min_width_m
    stops |= read_height(gates) < limits.min_height_m
    stops |= gates_open_at(gates, walker.at) == "shut"
    return np.asarray(opens & ~stops)


def _lets_vehicles_through(gates: pd.DataFrame, walker: Walker) -> Flags:
    """Tell which gates let vehicles through, by what their tags say of access."""
    said = read_driving_access(gates)
    meant = (said == walker.profile.ways.key) & (said != "")
    shut = (np.isin(said, NOT_DRIVEN) & ~meant) | has_tag(gates, "locked", ("yes",))
    return np.asarray(~shut & (np.isin(said, USED) | ~is_no_way(gates)))


def gates_open_at(gates: pd.DataFrame, at: Moment | None) -> Codes:
    """Say of each gate at a moment: "open", "shut", "unknown", or "" where it has no hours."""
    written = read_tag(gates, "opening_hours")
    states = np.full(len(gates), "", dtype=object)
    for text in set(written) - {""}:
        state = is_open(read_hours(text), at) if at is not None else None
        states[written == text] = {True: "open", False: "shut", None: "unknown"}[state]
    return states


def has_passage(nodes: pd.DataFrame, walker: Walker | None) -> Flags:
    """Tell at which nodes something stands on the street: a barrier, or a kerb that matters."""
    stands = is_set(nodes, "barrier") if "barrier" in nodes else np.zeros(len(nodes), dtype=bool)
    if walker is not None:
        stands |= has_tag(nodes, "kerb", walker.profile.gates.kerbs_shut)
    return stands
