"""A small invented town for the tests of maps, with names that break careless pages."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, Polygon, box

from tongling_gis.assessment import Assessment, Indicator, Provenance
from tongling_gis.text import Text

CRS = "EPSG:4548"
X0, Y0 = 577_000.0, 3_424_000.0
NASTY = (
    "O'Brien's 小区",
    '</script><img src=x onerror="window.hacked=1">',
    '"铜都" `${window.hacked=2}` \\ 新村',
    "第一行\n第二行\u2028第三行 {{ 7*7 }} &amp; <b>粗</b>",
)
LIMITS = [5.0, 10.0, 15.0]


@dataclass(frozen=True)
class Town:
    """What a map is drawn from."""

    layers: dict[str, gpd.GeoDataFrame]
    records: dict[str, pd.DataFrame]
    coverage: Assessment
    isochrones: Assessment


def invent_town() -> Town:
    """Invent the town: the same every time."""
    layers = _places() | _base()
    homes = _homes(layers["buildings"], layers["centres"])
    provenance = Provenance(
        "0.1.0",
        "2026-11-01",
        "2026-11-23",
        sources=(Text.same("© OpenStreetMap 's"),),
        invented=True,
    )
    stamp = Text("成年人 1.1 米/秒，限 5、10、15 分钟（含）", "Adult 1.1 m/s, limits 5, 10, 15 min")
    common = {"subject": "镇", "provenance": provenance, "stamp": stamp}
    coverage = Assessment(
        kind="coverage",
        parameters={"minutes": LIMITS},
        layers={"residents": homes, "centres": _sums(layers["centres"], homes)},
        indicators=_indicators(homes),
        notes=(Text("示例。", "An example."),),
        **common,
    )
    areas = _areas(layers["centres"])
    dissolved = areas.dissolve("limit_minutes").reset_index()[["limit_minutes", "geometry"]]
    isochrones = Assessment(
        kind="isochrones",
        parameters={"minutes": LIMITS},
        layers={"isochrones": areas, "dissolved": dissolved},
        indicators=(),
        **common,
    )
    return Town(layers, _records(), coverage, isochrones)


def _table(rows: dict[str, list[object]], shapes: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)


def _places() -> dict[str, gpd.GeoDataFrame]:
    centres = _table(
        {
            "centre_id": ["C1", "C2", "C'3"],
            "name": ["铜官邻里中心", "O'Connor's <i>Hall</i>", "未评星中心"],
            "community": ["长江社区", "长江社区", None],
            "origin": ["new", "converted", None],
            "floor_area_m2": [820.0, 640.5, np.nan],
            "stars": pd.array([5, 3, None], dtype="Int64"),
            "self_managed": pd.array([True, False, None], dtype="boolean"),
            "alliance_id": ["L1", "L1", None],
        },
        [Point(X0 + 300, Y0 + 300), Point(X0 + 1500, Y0 + 900), None],
    )
    compounds = _table(
        {
            "compound_id": ["K1", "K2", "K3", "K/4 ?&"],
            "name": list(NASTY),
            "kind": ["old_estate", "work_unit", "new_estate", "old_quarter"],
            "built_year": pd.array([1986, 1979, 2012, None], dtype="Int64"),
            "dwellings": pd.array([1200, 300, 800, 90], dtype="Int64"),
            "company_id": ["P1", "P1", "P2", "GONE"],
            "committee_term_end": [None, "2020-06-30", "2999-01-01", None],
            "quasi_property": pd.array([True, False, None, True], dtype="boolean"),
            "cleaning": ["good", "mending", None, "missing"],
            "security": ["good", "good", None, None],
            "alliance_id": ["L1", None, None, None],
        },
        [box(X0 + 100 + 600 * i, Y0 + 420, X0 + 500 + 600 * i, Y0 + 780) for i in range(4)],
    )
    return {"centres": centres, "compounds": compounds}


def _base() -> dict[str, gpd.GeoDataFrame]:
    lines = [LineString([(X0, Y0 + 200 * k), (X0 + 2500, Y0 + 200 * k)]) for k in range(7)]
    lines += [LineString([(X0 + 250 * k, Y0), (X0 + 250 * k, Y0 + 1200)]) for k in range(11)]
    ways = ["primary", "footway", "residential", "service", "steps", "tertiary"]
    streets = _table(
        {
            "street_id": [str(k) for k in range(len(lines))],
            "highway": [ways[k % len(ways)] for k in range(len(lines))],
            "name": [f"长江{k}路" if k % 3 else None for k in range(len(lines))],
        },
        lines,
    )
    corners = [(X0 + 130 + 90 * (k % 26), Y0 + 110 + 170 * (k // 26)) for k in range(26 * 6)]
    buildings = _table(
        {
            "building_id": [f"B{k}" for k in range(len(corners))],
            "residents": pd.array([20 + k % 7 for k in range(len(corners))], dtype="Int64"),
        },
        [box(x, y, x + 40, y + 18) for x, y in corners],
    )
    lake = Polygon(
        [(X0 - 300, Y0 - 500), (X0 + 900, Y0 - 500), (X0 + 900, Y0 - 50), (X0 - 300, Y0 - 50)],
        [[(X0, Y0 - 300), (X0 + 100, Y0 - 300), (X0 + 100, Y0 - 200), (X0, Y0 - 200)]],
    )
    water = _table({"water_id": ["W1"], "name": ["天井湖"]}, [lake])
    hydrants = _table(
        {"hydrant_id": ["H1", "H2"], "kind": ["地上'式", None]},
        [Point(X0 + 700, Y0 + 200), None],
    )
    return {"streets": streets, "buildings": buildings, "water": water, "hydrants": hydrants}


def _homes(buildings: gpd.GeoDataFrame, centres: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    points = buildings.geometry.centroid
    centre = centres.geometry.iloc[0]
    walk_s = (points.distance(centre) / 1.1).round().astype("Float64")
    walk_s.iloc[-3:] = pd.NA
    homes = gpd.GeoDataFrame(
        {
            "resident_id": buildings["building_id"],
            "residents": buildings["residents"],
            "residents_60_plus": buildings["residents"] // 4,
            "walk_s": walk_s,
            "centre_id": pd.Series("C1", index=walk_s.index).where(walk_s.notna(), None),
        },
        geometry=points,
        crs=CRS,
    )
    for limit in LIMITS:
        homes[f"covered_{limit:g}"] = (walk_s <= limit * 60).fillna(value=False).astype("boolean")
    beyond = ~homes["covered_15"].astype(bool)
    homes["reason"] = pd.Series("beyond", index=homes.index).where(beyond, None)
    homes["reason_zh"] = pd.Series("超过限值 40 秒", index=homes.index).where(beyond, None)
    homes["reason_en"] = pd.Series("over the limit by 40 s", index=homes.index).where(beyond, None)
    return homes


def _sums(centres: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """What a coverage says of each centre; the one without a place is not in it."""
    sums = centres[["centre_id", "name", "stars", "geometry"]].iloc[:2].copy()
    nearest = [homes[homes["centre_id"] == key] for key in sums["centre_id"]]
    sums["residents_nearest"] = [int(own["residents"].sum()) for own in nearest]
    for limit in LIMITS:
        covered = f"covered_{limit:g}"
        sums[f"residents_{covered}"] = [
            int(own.loc[own[covered], "residents"].sum()) for own in nearest
        ]
    sums["reason_zh"] = ["", "距街道 332 m"]
    sums["reason_en"] = ["", "332 m from a street"]
    return sums


def _indicators(homes: gpd.GeoDataFrame) -> tuple[Indicator, ...]:
    label = Text("未覆盖的居民：超过时限", "residents not covered: Over the limit")
    found = []
    for group, column in (("", "residents"), ("residents_60_plus", "residents_60_plus")):
        people = homes[column].astype(float)
        found.append(Indicator("residents_total", label, int(people.sum()), "residents", group))
        for limit in LIMITS:
            covered = float(people[homes[f"covered_{limit:g}"]].sum())
            share = covered / float(people.sum())
            found += [
                Indicator("residents_covered", label, covered, "residents", group, limit),
                Indicator("share_covered", label, share, "share", group, limit),
            ]
    over = int(homes.loc[homes["reason"].notna(), "residents"].sum())
    found.append(Indicator("residents_over_limit", label, over, "residents", "", LIMITS[-1]))
    return tuple(found)


def _areas(centres: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rows = [
        (place, limit, shape.buffer(limit * 60))
        for place, shape in zip(centres["centre_id"], centres.geometry, strict=True)
        if shape is not None
        for limit in LIMITS
    ]
    return _table(
        {
            "place_id": [row[0] for row in rows],
            "limit_minutes": [row[1] for row in rows],
            "area_m2": [row[2].area for row in rows],
        },
        [row[2] for row in rows],
    )


def _records() -> dict[str, pd.DataFrame]:
    quarters = ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    return {
        "star_ratings": pd.DataFrame(
            {
                "rating_id": ["R1", "R2"],
                "centre_id": ["C1", "C1"],
                "date": ["2024-06-30", "2025-06-30"],
                "image": [80.0, 91.5],
                "management": [77.0, 88.0],
                "stars": [4, 5],
                "grant_yuan": [25_000.0, 40_000.0],
            }
        ),
        "activities": pd.DataFrame(
            {
                "activity_id": [f"A{k}" for k in range(32)],
                "centre_id": ["C1"] * 30 + ["C2"] * 2,
                "date": [f"2025-{1 + k % 12:02d}-15" for k in range(30)]
                + ["2024-11-03", "2025-02-01"],
                "kind": ["书法 '课'", "义诊", "电影"] * 10 + ["义诊"] * 2,
                "attendance": [10 + k for k in range(32)],
            }
        ),
        "companies": pd.DataFrame(
            {
                "company_id": ["P1", "P2", "P3"],
                "name": ["铜都'物业", "江南物业", "江北物业"],
                "credit_score": [91.0, 40.0, 35.0],
                "blacklisted": pd.array([False, True, None], dtype="boolean"),
                "blacklist_reason": [None, "拖欠<整改>", None],
            }
        ),
        "blacklist": pd.DataFrame(
            {
                "entry_id": ["B1", "B2"],
                "company_id": ["P3", "P1"],
                "date": ["2025-05-01", "2020-05-01"],
                "reason": ["撤离小区", "旧事"],
                "lifted": [None, "2021-05-01"],
            }
        ),
        "mending_orders": pd.DataFrame(
            {
                "order_id": ["O1", "O2"],
                "compound_id": ["K2", "K2"],
                "date": ["2024-01-01", "2024-02-01"],
                "due": ["2024-02-01", "2024-03-01"],
                "status": ["open", "done"],
            }
        ),
        "compound_assessments": pd.DataFrame(
            {
                "assessment_id": [f"S{k}" for k in range(4)],
                "compound_id": ["K1"] * 4,
                "company_id": ["P1"] * 4,
                "quarter": quarters,
                "score": [81.0, 83.5, None, 90.0],
                "satisfaction_pct": [70.0, 74.5, 79.0, 88.0],
                "rank": [9, 7, 6, 2],
            }
        ),
        "alliances": pd.DataFrame(
            {
                "alliance_id": ["L1"],
                "name": ["长江联盟"],
                "units": [22],
                "members": [640],
                "president_unit": ["铜陵'一中"],
            }
        ),
        "claimed_projects": pd.DataFrame(
            {
                "project_id": ["J1", "J2"],
                "alliance_id": ["L1", "L1"],
                "compound_id": ["K1", "MISSING"],
                "name": ["楼道灯", "健身角"],
                "claimed_by": ["供电公司", None],
                "cost_yuan": [3000.0, 4500.0],
                "status": ["完成", "认领"],
            }
        ),
    }
