"""Whether degrees labelled WGS 84 are shifted by GCJ-02 or BD-09: measured, or suspected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tongling_gis.crs import WGS84, inside_china_box
from tongling_gis.importers.headings import normalise
from tongling_gis.importers.offset import TOO_FAR_BACK, measure_offset
from tongling_gis.importers.symptoms import Symptom
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from tongling_gis.importers.offset import OffsetTest
    from tongling_gis.importers.opened import Opened
    from tongling_gis.importers.places import Datum
    from tongling_gis.importers.symptoms import Severity

_CERTAIN: Final = 3.0
_SAMPLE: Final = 2000
_FEWEST_NUMBERS: Final = 20
_WEB_DECIMALS: Final = 6
_GAODE_HEADINGS: Final = frozenset(
    (
        "adcode",
        "citycode",
        "acroutes",
        "childrennum",
        "subfeatureindex",
        "pcode",
        "adname",
        "typecode",
    )
)
_BAIDU_HEADINGS: Final = frozenset(("streetid", "detailinfo", "navilocation", "areaid"))
_GAODE_PATH: Final = re.compile(
    r"amap|gaode|高德|datav|aliyun|腾讯|tencent|qqmap|gcj|火星", re.IGNORECASE
)
_BAIDU_PATH: Final = re.compile(r"baidu|百度|bd-?09", re.IGNORECASE)
_ADMINISTRATIVE: Final = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{4}(?:_full)?"
)
_TRUE_LABELS: Final = frozenset({WGS84, "EPSG:4490"})

_MEASURED = Text(
    "坐标与街道对不上：按 {current} 读，{seen_current}；按 {best} 读，{seen_best}"
    "（比较了 {places} 处）。现在的位置偏{east}约 {east_m:.0f} 米、偏{north}约 {north_m:.0f} 米",
    "The coordinates do not fit the streets: read as {current}, {seen_current}; read as {best},"
    " {seen_best} ({places} places compared). They stand about {east_m:.0f} m {east} and"
    " {north_m:.0f} m {north} of where they should",
)
_CONFIRMED = Text(
    "坐标与街道吻合（{seen}；比较了 {places} 处），没有发现 GCJ-02 或 BD-09 偏移",
    "The coordinates fit the streets ({seen}; {places} places compared): no shift by GCJ-02 or"
    " BD-09 was found",
)
_OPEN = Text(
    "与街道比较后不能断定坐标是否有 GCJ-02 或 BD-09 偏移（{reason}）",
    "The streets do not settle whether the coordinates are shifted by GCJ-02 or BD-09 ({reason})",
)
_TOO_FEW = Text("可比较的图形或街道太少", "too few shapes or streets to compare")
_NO_LEAD = Text("没有一种读法明显更好", "no way of reading them stands out")
_SUSPECTED = Text(
    "坐标标为 {label}，但很可能是 {datum}：{signs}",
    "The coordinates are labelled {label} but are probably {datum}: {signs}",
)
_UNVERIFIED = Text(
    "坐标在中国境内，标为 {label}；国内网络地图的数据常标成 WGS 84 而实为 GCJ-02 或 BD-09"
    "（偏几百米），仅凭本文件不能排除",
    "The coordinates lie in China and are labelled {label}; data from Chinese web maps are often"
    " labelled so but are GCJ-02 or BD-09, hundreds of metres off, which this file alone cannot"
    " rule out",
)
_READ_AS = Text(
    "导入时用 --crs {datum} 声明，坐标会还原为 WGS 84",
    "Import it with --crs {datum}: it is brought back to WGS 84",
)
_UNPROJECT = Text(
    "坐标由 {datum} 经纬度投影而来：请取得投影前的经纬度，用 --crs {datum} 导入",
    "They were projected from degrees in {datum}: get those degrees, and import them with"
    " --crs {datum}",
)
_READ_PLAIN = Text(
    "坐标原本就是 WGS 84，被多还原了一次：请用还原前的文件，或用 --crs WGS84 导入原始坐标",
    "They were WGS 84 and had a shift undone that they never had: use the file from before that,"
    " or import the coordinates as they came with --crs WGS84",
)
_ASK = Text(
    "请向数据提供者核实；或先导入街道，再运行 tongling-gis doctor 文件 --project 项目，与街道比对；"
    "若是 GCJ-02，导入时写 --crs GCJ-02",
    "Ask where the data come from; or import streets first and run tongling-gis doctor FILE"
    " --project FOLDER, which measures it against them; if it is GCJ-02, import with --crs GCJ-02",
)
_ASK_ONLY = Text(
    "本文件与街道比对得不出结论：请向数据提供者核实；若是 GCJ-02，导入时写 --crs GCJ-02",
    "Measuring this file against the streets settles nothing: ask where the data come from; if it"
    " is GCJ-02, import with --crs GCJ-02",
)
_NOTHING_TO_DO = Text("无需处理", "Nothing needs to be done")
_GAODE = Text("GCJ-02（高德、腾讯）", "GCJ-02 (Gaode, Tencent)")
_BAIDU = Text("BD-09（百度）", "BD-09 (Baidu)")


def examine_datum(
    opened: Opened,
    datum: Datum,
    shapes: NDArray[np.object_],
    *,
    path: Path,
    declared: bool,
    streets: gpd.GeoDataFrame | None,
) -> list[Symptom]:
    """Look for a shift by GCJ-02 or BD-09.

    Args:
        opened: The layer or sheet.
        datum: What its coordinates are taken to be in.
        shapes: Its shapes: in degrees as written, or in WGS 84 where they are projected.
        path: Where the file lies: names tell of their source.
        declared: Whether the user, or a heading, declares the datum.
        streets: Streets that are right in place, where there are any.
    """
    if not _lies_in_china(shapes):
        return []
    test = None if streets is None else measure_offset(shapes, streets)
    if test is not None and test.best:
        return [_say_measured(opened, datum, test)]
    remedy = _ASK if streets is None else _ASK_ONLY
    found = _suspect(opened, datum, shapes, path=path, declared=declared, remedy=remedy)
    if streets is not None and not found:
        reason = _TOO_FEW if test is None else _NO_LEAD
        found.append(
            Symptom("datum_open", opened.part, _OPEN.fill(reason=reason), _ASK_ONLY, "note")
        )
    return found


def _lies_in_china(shapes: NDArray[np.object_]) -> bool:
    import shapely

    extents = shapely.bounds(shapes)
    sound = extents[np.isfinite(extents).all(axis=1)]
    if not len(sound):
        return False
    lon, lat = np.median((sound[:, :2] + sound[:, 2:]) / 2.0, axis=0)
    return bool(inside_china_box(lon, lat)) and bool(73.0 <= lon <= 136.0 and lat >= 3.0)  # noqa: PLR2004 - China's land


def _say_measured(opened: Opened, datum: Datum, test: OffsetTest) -> Symptom:
    current = datum.name if datum.name in test.sights else "WGS84"
    if test.best == current:
        what = _CONFIRMED.fill(seen=test.striking.say(), places=test.places)
        return Symptom("datum_confirmed", opened.part, what, _NOTHING_TO_DO, "note", test.places)
    east_m, north_m = test.stands_off(current)
    what = _MEASURED.fill(
        current=datum.name,
        seen_current=test.same_at(current).say(),
        best=_name(test.best),
        seen_best=test.striking.say(),
        places=test.places,
        east=Text("东", "east") if east_m > 0 else Text("西", "west"),
        east_m=abs(east_m),
        north=Text("北", "north") if north_m > 0 else Text("南", "south"),
        north_m=abs(north_m),
    )
    remedy = (_READ_AS if datum.is_geographic else _UNPROJECT).fill(datum=test.best)
    if test.best == TOO_FAR_BACK:
        remedy = _READ_PLAIN
    severity: Severity = "error" if test.striking.strength >= _CERTAIN else "warning"
    return Symptom("datum_offset", opened.part, what, remedy, severity, test.places)


def _name(reading: str) -> Text:
    if reading == TOO_FAR_BACK:
        return Text("多还原了一次的 WGS 84", "WGS 84 with a shift undone that it never had")
    return Text.same(reading)


def _suspect(
    opened: Opened,
    datum: Datum,
    shapes: NDArray[np.object_],
    *,
    path: Path,
    declared: bool,
    remedy: Text,
) -> list[Symptom]:
    """Look for signs of a web map in what is labelled WGS 84 or CGCS2000."""
    if datum.name not in _TRUE_LABELS:
        return []
    headings = [str(heading) for heading in opened.rows.columns]
    signs, baidu = _find_signs(headings, path)
    if signs:
        if _has_web_decimals(shapes):
            signs.append(
                Text(
                    "所有坐标都不超过 6 位小数，与高德接口一致",
                    "no coordinate has more than 6 decimals, as Gaode gives them",
                )
            )
        said = Text("；".join(s.zh for s in signs), "; ".join(s.en for s in signs))
        shifted = _BAIDU if baidu else _GAODE
        what = _SUSPECTED.fill(label=datum.name, datum=shifted, signs=said)
        return [Symptom("datum_suspected", opened.part, what, remedy, "warning")]
    what = _UNVERIFIED.fill(label=datum.name)
    severity: Severity = "note" if declared else "warning"
    return [Symptom("datum_unverified", opened.part, what, remedy, severity)]


def _find_signs(headings: Sequence[str], path: Path) -> tuple[list[Text], bool]:
    """List what points to a web map, and whether to Baidu."""
    signs: list[Text] = []
    known = {normalise(heading): heading for heading in headings}
    gaode = [known[name] for name in _GAODE_HEADINGS & known.keys()]
    baidu = [known[name] for name in _BAIDU_HEADINGS & known.keys()]
    for named in (gaode, baidu):
        if named:
            listed = "、".join(sorted(named))
            signs.append(
                Text(
                    f"有网络地图接口的列 {listed}",
                    f"it has columns of a web map's service: {listed}",
                )
            )
    if _ADMINISTRATIVE.fullmatch(path.stem):
        signs.append(
            Text(
                f"文件名 {path.stem} 是行政区划代码，高德（DataV）边界数据如此命名",
                f"its name {path.stem} is a code of China's divisions, as Gaode's boundaries"
                " (DataV) are named",
            )
        )
    places = path.parts[-4:]
    for pattern in (_GAODE_PATH, _BAIDU_PATH):
        named = [part for part in places if pattern.search(part)]
        if named:
            signs.append(Text(f"路径中有“{named[-1]}”", f"its path holds {named[-1]!r}"))
    from_baidu = bool(baidu) or any(_BAIDU_PATH.search(part) for part in places)
    return signs, from_baidu and not gaode


def _has_web_decimals(shapes: NDArray[np.object_]) -> bool:
    """Tell whether no coordinate has more than six decimals, and most have them all."""
    import shapely

    numbers: Any = shapely.get_coordinates(shapes).ravel()
    if len(numbers) < _FEWEST_NUMBERS:
        return False
    chosen = numbers[np.linspace(0, len(numbers) - 1, _SAMPLE).astype(np.intp)]
    scaled = chosen * 10.0**_WEB_DECIMALS
    whole = np.abs(scaled - np.round(scaled)) < 1e-3  # noqa: PLR2004 - a thousandth of the last decimal
    coarse = np.round(scaled) % 100 == 0
    return bool(whole.all() and coarse.mean() < 0.5)  # noqa: PLR2004 - most, not all, use them
