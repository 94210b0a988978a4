"""How each kind of plot is built: footprints, floors, rows, walls, gates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """Measures of one kind of plot, in metres.

    Attributes:
        use: Value of OSM's ``building`` tag.
        depth_m: Depth of a building.
        length_m: Shortest and longest building.
        gap_m: Between buildings of a row.
        pitch_m: From row to row.
        floors: Fewest and most.
        margin_m: From the plot's edge to the nearest building.
        wall: Value of OSM's ``barrier`` tag; "" for an open plot.
        gates: Fewest and most ways in.
        flat_m2: Gross floor area of a dwelling; 0 where nobody lives.
        lane: Class of the ways between rows.
        spine: Class of the ways across rows.
        spine_every_m: Distance between those.
        spine_m: Narrowest and widest way across rows.
        lane_m: Narrowest and widest way between rows.
        fill: Share of the building places that are built on.
        loop: Whether a service way runs inside the wall.
    """

    use: str
    depth_m: float
    length_m: tuple[float, float]
    gap_m: float
    pitch_m: float
    floors: tuple[int, int]
    margin_m: float
    wall: str
    gates: tuple[int, int]
    flat_m2: float = 0.0
    lane: str = "footway"
    spine: str = "service"
    spine_every_m: float = 130.0
    spine_m: tuple[float, float] = (3.2, 5.6)
    lane_m: tuple[float, float] = (2.2, 3.6)
    fill: float = 0.96
    loop: bool = False


STYLES: dict[str, Style] = {
    "old_estate": Style(
        "apartments", 11.5, (34, 62), 9, 29, (5, 7), 5, "fence", (2, 3), 84, "service"
    ),
    "work_unit": Style(
        "apartments", 10.5, (28, 54), 9, 26, (3, 6), 5, "wall", (1, 2), 72, spine_every_m=160
    ),
    "open_housing": Style("apartments", 11.5, (34, 62), 10, 30, (4, 6), 4, "", (4, 7), 86),
    "new_estate": Style(
        "apartments", 15.5, (27, 44), 18, 46, (11, 33), 15, "fence", (2, 4), 112,
        spine_every_m=190, spine_m=(5.0, 7.0), loop=True,
    ),
    "school": Style(
        "school", 14, (40, 62), 26, 44, (3, 5), 9, "fence", (1, 2), spine_every_m=180, fill=0.55
    ),
    "commerce": Style("commercial", 30, (36, 66), 16, 58, (3, 18), 6, "", (4, 8), fill=0.9),
    "civic": Style("public", 18, (36, 60), 20, 46, (3, 9), 8, "hedge", (2, 3), fill=0.7),
    "works": Style(
        "industrial", 34, (50, 110), 18, 58, (1, 2), 9, "wall", (1, 2),
        lane="service", spine_every_m=220, fill=0.8,
    ),
}  # fmt: skip
"""By kind of plot, where buildings stand in rows."""


@dataclass(frozen=True, slots=True)
class LaneStyle:
    """Measures of a quarter grown along its lanes, in metres."""

    spacing_m: tuple[float, float]
    jitter_m: float
    houses: tuple[int, int]
    inset_m: float
    floors: tuple[int, int]
    width_m: tuple[float, float]
    built: float
    kept: float
    gap_m: float = 0.5
    flat_m2: float = 88.0


LANE_STYLES: dict[str, LaneStyle] = {
    "old_quarter": LaneStyle((38, 26), 5.0, (3, 2), 2.3, (1, 3), (1.8, 4.0), 0.9, 0.72),
    "lanes": LaneStyle((36, 25), 5.0, (3, 2), 2.2, (1, 3), (1.8, 3.6), 0.88, 0.7),
    "village": LaneStyle((48, 36), 8.0, (3, 2), 4.0, (1, 3), (2.5, 4.5), 0.7, 0.66, 4.5, 160.0),
}
"""By kind of plot, where houses stand along lanes."""
