"""Who is on the way: how fast, up what slopes, past what gates.

A profile is data: ``standards.toml`` declares those that ship with the program, a project's
``profiles.toml`` changes them or adds to them. What a field leaves unsaid has no effect, so
``WalkProfile(name, label, speed_m_s, source)`` walks everywhere at one speed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from tongling_gis.text import Text

Mode: TypeAlias = Literal["foot", "wheel", "drive"]
SlopeModel: TypeAlias = Literal["none", "tobler"]


@dataclass(frozen=True, slots=True)
class Slopes:
    """What slopes do.

    Attributes:
        model: "tobler": Tobler's hiking function, as a factor of the speed on the flat.
        steepest: Steepest slope that is passed, rise over run.
        measured_over_m: Shortest street of which the heights of its ends tell that it is too
            steep; on shorter ones they are too rough.
        fastest: Most that a slope downhill may speed one up, as a factor.
    """

    model: SlopeModel = "none"
    steepest: float = inf
    measured_over_m: float = 0.0
    fastest: float = inf


@dataclass(frozen=True, slots=True)
class Steps:
    """What flights of steps do.

    Attributes:
        passable: Whether they are passed at all.
        speed_factor: Speed on them as a share of that on the flat, instead of their slope's.
        ramp: OSM key that says of steps that they have a ramp to pass by; "" for none.
    """

    passable: bool = True
    speed_factor: float = 1.0
    ramp: str = ""


@dataclass(frozen=True, slots=True)
class Crossings:
    """How long one waits to cross a roadway.

    Attributes:
        signal_s: Seconds at traffic signals.
        crossing_s: Seconds at a crossing without signals over a road of tertiary class or above.
        together_m: Crossings joined by a street no longer than this are one.
    """

    signal_s: float = 0.0
    crossing_s: float = 0.0
    together_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Ways:
    """Which ways are passable; what is unknown of a way passes, and is counted.

    Attributes:
        key: OSM key that speaks for this profile: "yes" or "designated" opens a way,
            "no" shuts it; "" for none.
        surfaces_shut: Values of ``surface`` that are not passable.
        smoothness_shut: Values of ``smoothness`` that are not passable.
        min_width_m: Least clear width of a way.
        min_height_m: Least clear height.
        weight_t: Weight to be carried, tonnes.
        private: Whether ways tagged private are used: the residents' own.
    """

    key: str = ""
    surfaces_shut: tuple[str, ...] = ()
    smoothness_shut: tuple[str, ...] = ()
    min_width_m: float = 0.0
    min_height_m: float = 0.0
    weight_t: float = 0.0
    private: bool = True


@dataclass(frozen=True, slots=True)
class Gates:
    """Which gates and other things on the way let one through.

    Attributes:
        kinds_shut: Values of ``barrier`` that do not.
        kerbs_shut: Values of ``kerb`` that do not.
        min_width_m: Least clear width of a gate.
        min_height_m: Least clear height of a gate.
    """

    kinds_shut: tuple[str, ...] = ()
    kerbs_shut: tuple[str, ...] = ()
    min_width_m: float = 0.0
    min_height_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Driving:
    """How a vehicle is driven.

    Attributes:
        km_h: (class of way, speed) of each class that is driven on.
        one_way: Whether one-way streets hold.
    """

    km_h: tuple[tuple[str, float], ...] = ()
    one_way: bool = True


@dataclass(frozen=True, slots=True)
class WalkProfile:
    """Who is on the way, and how.

    Attributes:
        name: Name by which it is chosen.
        label: How it reads.
        speed_m_s: Speed on the flat, metres a second; for vehicles that off the streets.
        source: Where the number comes from, and how sure it is.
        mode: On foot; on wheels along ways for people on foot; or driving.
        slopes: What slopes do.
        steps: What steps do.
        crossings: How long one waits to cross.
        ways: Which ways are passable.
        gates: Which gates are passable.
        driving: How a vehicle is driven.
        sources: (part, source line) of every other number.
    """

    name: str
    label: Text
    speed_m_s: float
    source: str
    mode: Mode = "foot"
    slopes: Slopes = field(default=Slopes())
    steps: Steps = field(default=Steps())
    crossings: Crossings = field(default=Crossings())
    ways: Ways = field(default=Ways())
    gates: Gates = field(default=Gates())
    driving: Driving = field(default=Driving())
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def passes_everywhere(self) -> bool:
        """Whether nothing stops this profile that does not stop everybody on foot."""
        return (
            self.mode != "drive"
            and self.slopes.steepest == inf
            and self.steps.passable
            and self.ways == Ways()
            and self.gates == Gates()
        )

    def flat(self) -> WalkProfile:
        """Give the same profile at one speed: no slopes, steps or waiting, the same ways."""
        return replace(
            self,
            slopes=replace(self.slopes, model="none"),
            steps=replace(self.steps, speed_factor=1.0),
            crossings=Crossings(),
        )

    def at_speed(self, speed_m_s: float, source: str) -> WalkProfile:
        """Give the same profile at another speed on the flat."""
        return replace(self, speed_m_s=speed_m_s, source=source)

    def parameters(self) -> dict[str, str | float | bool]:
        """Give what a result depends on, by name with units."""
        waiting = self.crossings
        return {
            "profile": self.name,
            "mode": self.mode,
            "speed_m_s": self.speed_m_s,
            "slopes": self.slopes.model,
            "steps": self.steps.passable,
            "steps_speed_factor": self.steps.speed_factor,
            "signal_s": waiting.signal_s,
            "crossing_s": waiting.crossing_s,
        }
