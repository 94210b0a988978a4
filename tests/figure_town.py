"""A small invented town as a project, with every kind of result that figures are drawn of."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from towns import layer, line, place

from tongling_gis import studies
from tongling_gis.siting.geography import SitingQuestion
from tongling_gis.store import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

BLOCKS, BLOCK_M = 9, 160.0
CENTRES = ((160.0, 160.0, 5), (480.0, 640.0, 3), (320.0, 1120.0, 0))


def make_town(folder: Path) -> Workspace:
    """Make the project: streets on a grid, homes along them, three centres, one compound."""
    project = Workspace.create(folder, name="方格镇", invented=True)
    project.write(list_layers())
    return project


def study_town(project: Workspace) -> None:
    """Run every study that figures are drawn of."""
    plan = project.folder / "plan.toml"
    plan.write_text('name = "撤一个"\n[[changes]]\nkind = "remove_centre"\ncentre_id = "C2"\n')
    reach = studies.ReachOptions(minutes=(3.0, 6.0, 9.0))
    studies.study_coverage(project, reach)
    studies.study_isochrones(project, reach)
    studies.study_access(project, reach)
    studies.study_hours(project, "周二 19:30", reach)
    studies.study_scenario(project, plan, reach)
    studies.study_enclosure(project, studies.EnclosureOptions(compound_id="X1"))
    question = SitingQuestion("cover", k=3, first_k=1, minutes=9.0)
    studies.study_siting(project, question, studies.SitingOptions(candidates=("streets:160",)))


def list_layers() -> dict[str, pd.DataFrame]:
    """Invent the layers: the same every time."""
    homes = _homes()
    people = np.arange(len(homes)) % 7 * 10 + 20
    corner = (BLOCK_M + 8, BLOCK_M + 8, 2 * BLOCK_M - 8, 2 * BLOCK_M - 8)
    ring = shapely.box(*place(*corner[:2]), *place(*corner[2:]))
    stars = pd.array([star or None for _, _, star in CENTRES], dtype="Int64")
    return {
        "streets": _streets(),
        "residents": layer(
            homes,
            resident_id=[f"R{row}" for row in range(len(homes))],
            residents=people,
            residents_0_14=people // 5,
            residents_15_59=people - people // 5 - people // 4,
            residents_60_plus=people // 4,
        ),
        "buildings": layer(
            [shapely.box(one.x - 14, one.y - 6, one.x + 14, one.y + 6) for one in homes],
            building_id=[f"B{row}" for row in range(len(homes))],
        ),
        "centres": layer(
            [shapely.Point(place(x, y)) for x, y, _ in CENTRES],
            centre_id=["C1", "C2", "C3"],
            name=["东门邻里中心", "西门邻里中心", "北门邻里中心"],
            stars=stars,
            floor_area_m2=[800.0, 500.0, 1200.0],
            opening_hours=["Mo-Fr 08:00-18:00", "Mo-Su 08:00-20:00", None],
        ),
        "compounds": layer([ring], compound_id=["X1"], name=["一村"]),
        "gates": layer(
            [shapely.Point(place(1.5 * BLOCK_M, BLOCK_M + 8))],
            gate_id=["g1"],
            barrier="gate",
            compound_id=["X1"],
            width_m=[3.2],
        ),
        "compound_assessments": _assessments(),
    }


def _streets() -> gpd.GeoDataFrame:
    lines, ends = [], []
    for row in range(BLOCKS + 1):
        for one, two in pairwise(range(BLOCKS + 1)):
            lines += [
                line((one * BLOCK_M, row * BLOCK_M), (two * BLOCK_M, row * BLOCK_M)),
                line((row * BLOCK_M, one * BLOCK_M), (row * BLOCK_M, two * BLOCK_M)),
            ]
            ends += [(one * 100 + row, two * 100 + row), (row * 100 + one, row * 100 + two)]
    return layer(
        lines,
        street_id=[f"s{row}" for row in range(len(lines))],
        from_node=[one for one, _ in ends],
        to_node=[two for _, two in ends],
        highway=["tertiary" if row % 5 else "residential" for row in range(len(lines))],
    )


def _homes() -> list[shapely.Point]:
    return [
        shapely.Point(place((across + 0.25 + side / 2) * BLOCK_M, along * BLOCK_M + 12))
        for across in range(BLOCKS)
        for along in range(BLOCKS)
        for side in (0, 1)
    ]


def _assessments() -> pd.DataFrame:
    rows = [(one, two) for one in ("2025Q1", "2025Q2", "2025Q3") for two in range(4)]
    return pd.DataFrame(
        {
            "assessment_id": [f"K{row}" for row in range(len(rows))],
            "compound_id": ["X1"] * len(rows),
            "quarter": [quarter for quarter, _ in rows],
            "satisfaction_pct": [80.0 + row for row in range(len(rows))],
        }
    )
