"""What no layer tells: measures that only a survey, a plan or a record can answer.

They are unknown until a planner answers them by the rule's id, see ``forms.read_answers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.enclosure.measures.measure import Measure
from tongling_gis.enclosure.model import Measured
from tongling_gis.text import Text

if TYPE_CHECKING:
    from tongling_gis.enclosure.enclosing import Enclosure

_PLAN = Text("规划资料", "the plan")
_SITE = Text("现场测量", "a survey on site")
_RECORD = Text("设施台账", "the facility's records")


def _ask(unit: str, label: Text, source: Text) -> Measure:
    """Make a measure that only people can answer."""
    words = Text(
        "数据中没有“{label}”：请按{source}在 --answers 中填写本条的数值。",
        "The data do not hold '{label}': look it up in {source} and give the number by this "
        "rule's id in --answers.",
    )
    missing = words.fill(label=label, source=source)

    def measure(_enclosure: Enclosure) -> Measured:
        return Measured(missing=missing)

    return Measure(measure, unit, label, (f"answers ({source.en})",))


MEASURES = {
    "ramp_slope_pct": _ask("%", Text("轮椅坡道坡度", "slope of ramps"), _SITE),
    "local_street_red_line_m": _ask(
        "m", Text("支路红线宽度", "local streets' width between red lines"), _PLAN
    ),
    "wall_to_red_line_m": _ask("m", Text("围墙后退道路红线距离", "wall to the red line"), _PLAN),
    "historic_streets_cut_m": _ask(
        "m", Text("被切断的历史街巷长度", "length of historic streets cut"), _PLAN
    ),
    "activity_share_pct": _ask(
        "%", Text("居民活动面积占比", "share of area for residents' activities"), _RECORD
    ),
    "centre_services": _ask("count", Text("中心服务类别数", "kinds of service"), _RECORD),
    "centre_care_services": _ask(
        "count", Text("养老、托育、课后托管、助餐类别数", "kinds of care"), _RECORD
    ),
    "service_station_floor_m2": _ask(
        "m2", Text("社区服务站建筑面积", "service station's floor area"), _RECORD
    ),
    "service_station_site_m2": _ask(
        "m2", Text("社区服务站用地面积", "service station's site"), _RECORD
    ),
    "culture_station_m2": _ask(
        "m2", Text("文化活动站建筑面积", "culture station's floor area"), _RECORD
    ),
    "day_care_m2": _ask(
        "m2", Text("老年人日间照料中心建筑面积", "day care centre's floor area"), _RECORD
    ),
    "health_station_m2": _ask(
        "m2", Text("社区卫生服务站建筑面积", "health station's floor area"), _RECORD
    ),
}
