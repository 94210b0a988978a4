"""What might be changed about a city: streets, gates, walls and centres.

A ``Scenario`` is a list of changes, made in order. Places are given in the scenario's own
coordinate system, or by the ids of the project's layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from tongling_gis.text import Text

if TYPE_CHECKING:
    from shapely import LineString, Point, Polygon


@dataclass(frozen=True, slots=True)
class CloseStreet:
    """Nobody walks along a street any longer.

    Attributes:
        street_id: The street; "" where it is given by ``osm_way_id``.
        osm_way_id: All streets of this OpenStreetMap way.
    """

    street_id: str = ""
    osm_way_id: int | None = None

    kind: ClassVar[str] = "close_street"
    label: ClassVar[Text] = Text("封闭道路", "close street")


@dataclass(frozen=True, slots=True)
class OpenStreet:
    """People may walk along a street that was closed to them.

    Attributes:
        street_id: The street; "" where it is given by ``osm_way_id``.
        osm_way_id: All streets of this OpenStreetMap way.
    """

    street_id: str = ""
    osm_way_id: int | None = None

    kind: ClassVar[str] = "open_street"
    label: ClassVar[Text] = Text("开放道路", "open street")


@dataclass(frozen=True, slots=True)
class CloseGate:
    """A gate or entrance lets nobody through any longer, nor does the street it stands on.

    Attributes:
        gate_id: The gate, in the layer ``gates``.
    """

    gate_id: str

    kind: ClassVar[str] = "close_gate"
    label: ClassVar[Text] = Text("关闭出入口", "close gate")


@dataclass(frozen=True, slots=True)
class OpenGate:
    """A gate lets people through: one that was closed, or a new one in a wall.

    Attributes:
        gate_id: The gate; for a new one the id that it gets, "" for one of the scenario's own.
        at: Where the new gate is; None for a gate that is there.
    """

    gate_id: str = ""
    at: Point | None = None

    kind: ClassVar[str] = "open_gate"
    label: ClassVar[Text] = Text("开设出入口", "open gate")


@dataclass(frozen=True, slots=True)
class DrawWall:
    """A wall, or the wall around an area.

    Attributes:
        line: Where it runs; of an area, its outline.
        wall_id: The id that it gets, "" for one of the scenario's own.
        name: What it is called.
    """

    line: LineString | Polygon
    wall_id: str = ""
    name: str = ""

    kind: ClassVar[str] = "draw_wall"
    label: ClassVar[Text] = Text("新建围墙", "draw wall")


@dataclass(frozen=True, slots=True)
class RemoveWall:
    """A wall is taken down.

    Attributes:
        barrier_id: The wall, in the layer ``barriers``.
    """

    barrier_id: str

    kind: ClassVar[str] = "remove_wall"
    label: ClassVar[Text] = Text("拆除围墙", "remove wall")


@dataclass(frozen=True, slots=True)
class AddCentre:
    """A new centre.

    Attributes:
        at: Where it is.
        centre_id: The id that it gets, "" for one of the scenario's own.
        name: What it is called.
        floor_area_m2: Its floor area, None where it is not known.
        opening_hours: When it is open, as OSM syntax or plain Chinese; "" where not known.
    """

    at: Point
    centre_id: str = ""
    name: str = ""
    floor_area_m2: float | None = None
    opening_hours: str = ""

    kind: ClassVar[str] = "add_centre"
    label: ClassVar[Text] = Text("新增中心", "add centre")


@dataclass(frozen=True, slots=True)
class MoveCentre:
    """A centre moves to another place.

    Attributes:
        centre_id: The centre.
        at: Where it is then.
    """

    centre_id: str
    at: Point

    kind: ClassVar[str] = "move_centre"
    label: ClassVar[Text] = Text("迁移中心", "move centre")


@dataclass(frozen=True, slots=True)
class RemoveCentre:
    """A centre is no longer there.

    Attributes:
        centre_id: The centre.
    """

    centre_id: str

    kind: ClassVar[str] = "remove_centre"
    label: ClassVar[Text] = Text("撤销中心", "remove centre")


@dataclass(frozen=True, slots=True)
class SetHours:
    """A centre or a gate has other hours.

    Attributes:
        centre_id: The centre; "" where it is a gate.
        opening_hours: When it is open then, as OSM syntax or plain Chinese.
        gate_id: The gate, in the layer ``gates``; "" where it is a centre.
    """

    centre_id: str = ""
    opening_hours: str = ""
    gate_id: str = ""

    kind: ClassVar[str] = "set_hours"
    label: ClassVar[Text] = Text("调整开放时间", "set hours")


Change: TypeAlias = (
    CloseStreet
    | OpenStreet
    | CloseGate
    | OpenGate
    | DrawWall
    | RemoveWall
    | AddCentre
    | MoveCentre
    | RemoveCentre
    | SetHours
)

KINDS: dict[str, type[Change]] = {
    one.kind: one
    for one in (
        CloseStreet,
        OpenStreet,
        CloseGate,
        OpenGate,
        DrawWall,
        RemoveWall,
        AddCentre,
        MoveCentre,
        RemoveCentre,
        SetHours,
    )
}
"""Every kind of change by the name that files give it."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes to a city, made in order.

    Attributes:
        changes: The changes.
        name: What the whole is called.
        at: Moment at which centres must be open, such as "周二 19:30"; "" to ask for none.
        crs: Coordinate system of the changes' places: "WGS84", "GCJ-02", "EPSG:4548" ...
    """

    changes: tuple[Change, ...] = ()
    name: str = ""
    at: str = ""
    crs: str = "WGS84"


def name_change(number: int, change: Change) -> Text:
    """Name a change to the user by its number, from 0, and kind.

    >>> name_change(1, RemoveCentre("C7")).en
    'change 2 (remove centre C7)'
    """
    what = next(
        (
            str(value)
            for name in ("street_id", "gate_id", "wall_id", "barrier_id", "centre_id", "osm_way_id")
            if (value := getattr(change, name, None))
        ),
        "",
    )
    return Text("第 {number} 项变更（{label}{what}）", "change {number} ({label}{what})").fill(
        number=number + 1, label=change.label, what=f" {what}" if what else ""
    )
