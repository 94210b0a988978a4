"""Results of the invented town beside its coverage: a comparison, a week, a check."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from map_town import CRS, LIMITS, NASTY, X0, Y0, Town
from shapely.geometry import LineString, Point, box

from tongling_gis.hours.promise import table_days
from tongling_gis.scenario import compare_results
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.assessment import Assessment


def nearer(town: Town) -> Assessment:
    """The coverage with another centre in the east, and one gone."""
    homes = town.coverage.layers["residents"].copy()
    new = Point(X0 + 2200, Y0 + 500)
    walk_s = np.fmin(
        homes["walk_s"].astype("Float64").to_numpy(float, na_value=np.nan),
        (homes.geometry.distance(new) / 1.1).round(),
    )
    homes["centre_id"] = np.where(homes["walk_s"].isna(), "N1", homes["centre_id"])
    homes["walk_s"] = pd.array(walk_s, dtype="Float64")
    for limit in LIMITS:
        homes[f"covered_{limit:g}"] = pd.array(walk_s <= limit * 60, dtype="boolean")
    first = town.coverage.layers["centres"].iloc[[0]]
    added = first.assign(centre_id="N1", name="<b>新</b>中心").set_geometry([new], crs=CRS)
    centres = pd.concat([first, added], ignore_index=True)
    return replace(town.coverage, layers={"residents": homes, "centres": centres})


def compare_town(town: Town) -> Assessment:
    """The comparison of the two."""
    return compare_results(town.coverage, nearer(town), names=("现状", "东部<新>中心"))


def open_town(town: Town) -> Assessment:
    """A week in which the first centre is open by day and the second's hours are unknown."""
    homes = town.coverage.layers["residents"][["resident_id", "residents", "geometry"]].copy()
    homes["state"] = np.resize(["open", "unknown", "shut", "none"], len(homes))
    rows = [
        {
            "day": day,
            "hour": hour,
            "share_open": 0.8 if 8 <= hour < 18 else 0.0,
            "share_perhaps": 0.9,
            "centres_open": int(8 <= hour < 18),
        }
        for day in table_days()
        for hour in range(24)
    ]
    return replace(
        town.coverage,
        kind="hours",
        parameters={"minutes": LIMITS, "counted": "residents"},
        layers={"residents": homes, "week": pd.DataFrame(rows)},
        stamp=Text("2026-03-03 周二 21:30 · 成年人", "Tuesday 21:30 · adult"),
    )


def with_hours(town: Town) -> dict[str, gpd.GeoDataFrame]:
    """The town's layers, the first centre with hours by day only."""
    cells = {
        "hours_weekday": "8:00-18:00",
        "hours_evening": "不开放",
        "hours_weekend": "8:00-18:00",
    }
    blank = [None] * (len(town.layers["centres"]) - 1)
    hours = {name: [text, *blank] for name, text in cells.items()}
    return town.layers | {"centres": town.layers["centres"].assign(**hours)}


def check_town(town: Town) -> Assessment:
    """The check of an enclosure around the first compound."""
    at = Point(X0 + 300, Y0 + 780)
    gap = LineString([(X0 + 100, Y0 + 600), (X0 + 500, Y0 + 600)])
    rows = [
        ("FIR-01", "fail", "M", "消防车道净宽", f"净宽 3.2 m，{NASTY[1]}", 3.2, 4.0, "m", gap),
        ("FIR-01", "unknown", "M", "消防车道净宽", f"净宽 3.2 m，{NASTY[1]}", None, 4.0, "m", at),
        ("GAT-02", "unknown", "S", "大门净宽", "没有宽度", None, 1.5, "m", at),
        ("PLA-03", "pass", "A", "街区边长", "不超过 200 m", 180.0, 200.0, "m", None),
    ]
    names = ("rule", "verdict", "severity", "title", "reason", "measured", "limit", "unit")
    table = pd.DataFrame([row[:-1] for row in rows], columns=list(names))
    table = table.assign(
        title_zh=table["title"],
        title_en=table["rule"],
        reason_zh=table["reason"],
        reason_en=table["reason"],
        clause="GB 55037-2022 第 3.4.3 条",
        advice_zh="拓宽至 4 m",
        advice_en="widen to 4 m",
    ).drop(columns=["title", "reason"])
    homes = town.coverage.layers["residents"].iloc[:40]
    walks = gpd.GeoDataFrame(
        {
            "resident_id": [*homes["resident_id"], homes["resident_id"].iloc[0]],
            "residents": [*homes["residents"], homes["residents"].iloc[0]],
            "goal": ["centre"] * len(homes) + ["school"],
            "before_s": 100.0,
            "after_s": [100.0] * (len(homes) - 1) + [np.nan, 500.0],
        },
        geometry=[*homes.geometry, homes.geometry.iloc[0]],
        crs=CRS,
    )
    outline = box(X0 + 100, Y0 + 420, X0 + 500, Y0 + 780)
    return replace(
        town.coverage,
        kind="enclosure",
        subject="铜都围合",
        layers={
            "boundary": gpd.GeoDataFrame({"compound_id": ["K1"]}, geometry=[outline], crs=CRS),
            "gates": gpd.GeoDataFrame(
                {"gate_id": ["G1"], "name": ["北门"]}, geometry=[at], crs=CRS
            ),
            "findings": gpd.GeoDataFrame(table, geometry=[row[-1] for row in rows], crs=CRS),
            "walks": walks,
        },
    )
