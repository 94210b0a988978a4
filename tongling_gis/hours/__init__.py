"""When a centre is open: its hours as text, China's holidays, and what the city promises."""

from tongling_gis.hours.calendar import DayKind, kind_of, public_holidays, typical_week
from tongling_gis.hours.columns import describe_conflicts, read_all_hours, read_place_hours
from tongling_gis.hours.moments import Moment, read_moment
from tongling_gis.hours.opening import explain_unknown, is_open, open_minutes
from tongling_gis.hours.promise import check_promise, open_share_by_hour
from tongling_gis.hours.reading import Hours, read_hours

__all__ = [
    "DayKind",
    "Hours",
    "Moment",
    "check_promise",
    "describe_conflicts",
    "explain_unknown",
    "is_open",
    "kind_of",
    "open_minutes",
    "open_share_by_hour",
    "public_holidays",
    "read_all_hours",
    "read_hours",
    "read_moment",
    "read_place_hours",
    "typical_week",
]
