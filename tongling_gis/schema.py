"""The layers and record tables we know: columns, types, units and labels, declared once.

Import checks, store columns, popups and report headings all read this. A ``Table`` with a
geometry is a map layer; one without is a record table that links to layers by its keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["text", "integer", "number", "boolean", "date"]
Shape: TypeAlias = Literal["Point", "LineString", "Polygon", ""]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: Name in the code and in the store, with its unit where it has one.
        label: Heading that users read, and write in their Excel files.
        kind: Type of its values; missing values are allowed unless ``required``.
        unit: Unit as shown to users, "" where there is none.
        required: Whether a row without it is refused.
        choices: Allowed values -> labels; empty means any value.
        refers_to: Table whose key the value must be; "" where it links to nothing.
        minimum: Smallest number allowed.
        maximum: Largest number allowed.
        aliases: Other headings under which it is recognised on import.
    """

    name: str
    label: Text
    kind: Kind = "text"
    unit: str = ""
    required: bool = False
    choices: Mapping[str, Text] = field(default_factory=dict)
    refers_to: str = ""
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One layer or record table; ``key`` names the column that tells rows apart."""

    name: str
    label: Text
    shape: Shape
    key: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Find one column by name.

        Raises:
            KeyError: If the table has none of that name.
        """
        for one in self.columns:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(one.name for one in self.columns)


def _id(name: str, zh: str, en: str, *aliases: str) -> Column:
    return Column(name, Text(zh, en), required=True, aliases=("编号", "ID", "id", *aliases))


def _text(name: str, zh: str, en: str, *aliases: str, required: bool = False) -> Column:
    return Column(name, Text(zh, en), aliases=aliases, required=required)


def _count(name: str, zh: str, en: str, *aliases: str) -> Column:
    return Column(name, Text(zh, en), "integer", minimum=0, aliases=aliases)


def _number(name: str, zh: str, en: str, unit: str, *aliases: str) -> Column:
    return Column(name, Text(zh, en), "number", unit, minimum=0, aliases=aliases)


def _flag(name: str, zh: str, en: str, *aliases: str) -> Column:
    return Column(name, Text(zh, en), "boolean", aliases=aliases)


def _day(name: str, zh: str, en: str, *aliases: str) -> Column:
    return Column(name, Text(zh, en), "date", aliases=aliases)


def _link(name: str, zh: str, en: str, table: str, *aliases: str) -> Column:
    return Column(name, Text(zh, en), refers_to=table, aliases=aliases)


_NAME = _text("name", "名称", "Name", "名字")
_COMMUNITY = _text("community", "所属社区", "Community", "社区")
_OSM_TAGS = _text("tags", "其他标签(JSON)", "Other tags (JSON)")
_LAYER_LEVEL = Column("layer", Text("层级", "Level"), "integer")

AGE_GROUPS: dict[str, Text] = {
    "residents_0_14": Text("0–14 岁", "Aged 0-14"),
    "residents_15_59": Text("15–59 岁", "Aged 15-59"),
    "residents_60_plus": Text("60 岁及以上", "Aged 60 and over"),
}
"""Columns of residents by age, in the groups of China's census, and how they read."""

_RESIDENTS = (
    _count("residents", "居民数", "Residents", "人口", "居民", "population"),
    *(
        Column(
            name,
            Text(f"居民数({label.zh})", f"Residents, {label.en.lower()}"),
            "integer",
            minimum=0,
            aliases=(label.zh,),
        )
        for name, label in AGE_GROUPS.items()
    ),
)

FIVE_SERVICES: dict[str, Text] = {
    "cleaning": Text("保洁", "Cleaning"),
    "lighting": Text("保亮", "Lighting"),
    "greening": Text("保绿", "Greening"),
    "security": Text("保安", "Security"),
    "order": Text("保序", "Order"),
}
"""The five services of quasi-property management."""

STAR_DIMENSIONS: dict[str, Text] = {
    "image": Text("形象", "Image"),
    "management": Text("管理", "Management"),
    "service": Text("服务", "Service"),
    "governance": Text("治理", "Governance"),
    "brand": Text("品牌", "Brand"),
}
"""The five dimensions on which a neighbourhood centre is rated."""

_ORIGINS = {
    "new": Text("新建", "New-built"),
    "rebuilt": Text("改建", "Rebuilt"),
    "converted": Text("改造利用", "Converted"),
}
_SERVICE_STATES = {
    "good": Text("达标", "Meets the standard"),
    "mending": Text("整改中", "Being mended"),
    "missing": Text("未开展", "Not provided"),
}
_COMPOUND_KINDS = {
    "old_quarter": Text("老街坊", "Old quarter"),
    "work_unit": Text("单位大院", "Work-unit compound"),
    "old_estate": Text("老旧小区", "Old estate"),
    "new_estate": Text("新建小区", "New estate"),
}

_LAYERS = (
    Table(
        "study_area",
        Text("研究范围", "Study area"),
        "Polygon",
        "area_id",
        (_id("area_id", "范围编号", "Area id"), _NAME),
    ),
    Table(
        "streets",
        Text("街道", "Streets"),
        "LineString",
        "street_id",
        (
            _id("street_id", "路段编号", "Segment id"),
            Column("from_node", Text("起点", "From node"), "integer"),
            Column("to_node", Text("终点", "To node"), "integer"),
            Column("osm_way_id", Text("OSM 道路编号", "OSM way id"), "integer"),
            _NAME,
            _text("highway", "道路类别", "Class of way"),
            _text("access", "通行", "Access"),
            _text("foot", "步行通行", "Access on foot"),
            _text("motor_vehicle", "机动车通行", "Access by motor vehicle"),
            _text("oneway", "单行", "One-way"),
            _text("bridge", "桥梁", "Bridge"),
            _text("tunnel", "隧道", "Tunnel"),
            _text("covered", "有顶", "Covered"),
            _LAYER_LEVEL,
            _text("surface", "路面", "Surface"),
            _number("width_m", "宽度", "Width", "m", "width"),
            _number("maxheight_m", "净高", "Clear height", "m", "maxheight"),
            _text("incline", "坡度", "Incline"),
            _text("service", "服务类别", "Kind of service way"),
            _OSM_TAGS,
        ),
    ),
    Table(
        "street_nodes",
        Text("道路节点", "Street nodes"),
        "Point",
        "node_id",
        (
            Column("node_id", Text("节点编号", "Node id"), "integer", required=True),
            Column("elevation_m", Text("高程", "Elevation"), "number", "m", aliases=("ele",)),
            _text("highway", "过街设施", "Crossing or signals"),
            _text("crossing", "过街类型", "Kind of crossing"),
            _text("barrier", "障碍", "Barrier"),
            _text("access", "通行", "Access"),
            _text("foot", "步行通行", "Access on foot"),
            _OSM_TAGS,
        ),
    ),
    Table(
        "barriers",
        Text("围墙与障碍", "Walls and barriers"),
        "LineString",
        "barrier_id",
        (
            _id("barrier_id", "围墙编号", "Barrier id"),
            _NAME,
            _text("barrier", "类型", "Kind"),
            _LAYER_LEVEL,
            _OSM_TAGS,
        ),
    ),
    Table(
        "gates",
        Text("出入口", "Gates and entrances"),
        "Point",
        "gate_id",
        (
            _id("gate_id", "出入口编号", "Gate id"),
            _NAME,
            _text("barrier", "类型", "Kind"),
            _text("entrance", "入口类型", "Kind of entrance"),
            _text("access", "通行", "Access"),
            _text("foot", "步行通行", "Access on foot"),
            _text("motor_vehicle", "机动车通行", "Access by motor vehicle"),
            _number("width_m", "净宽", "Clear width", "m", "width"),
            _number("height_m", "净高", "Clear height", "m", "height"),
            _text("opening_hours", "开放时间", "Opening hours"),
            _link("compound_id", "所属小区", "Compound", "compounds"),
            _OSM_TAGS,
        ),
    ),
    Table(
        "entrances",
        Text("建筑入口", "Building entrances"),
        "Point",
        "entrance_id",
        (
            _id("entrance_id", "入口编号", "Entrance id"),
            _NAME,
            _text("entrance", "入口类型", "Kind of entrance"),
            _text("access", "通行", "Access"),
            _text("foot", "步行通行", "Access on foot"),
            _link("building_id", "所属建筑", "Building", "buildings"),
            _OSM_TAGS,
        ),
    ),
    Table(
        "buildings",
        Text("建筑", "Buildings"),
        "Polygon",
        "building_id",
        (
            _id("building_id", "建筑编号", "Building id", "楼栋编号"),
            _NAME,
            _text("use", "用途", "Use", "building"),
            _count("floors", "层数", "Floors", "building:levels"),
            _count("dwellings", "户数", "Dwellings", "住宅套数", "套数"),
            *_RESIDENTS,
            _link("compound_id", "所属小区", "Compound", "compounds"),
            _OSM_TAGS,
        ),
    ),
    Table(
        "residents",
        Text("居民点", "Residential points"),
        "Point",
        "resident_id",
        (_id("resident_id", "居民点编号", "Residential point id"), _NAME, *_RESIDENTS),
    ),
    Table(
        "centres",
        Text("邻里中心", "Neighbourhood centres"),
        "Point",
        "centre_id",
        (
            _id("centre_id", "中心编号", "Centre id", "邻里中心编号"),
            _text("name", "名称", "Name", "中心名称", "邻里中心", "邻里中心名称"),
            _text("address", "地址", "Address"),
            _COMMUNITY,
            Column("origin", Text("建设方式", "How it came about"), choices=_ORIGINS),
            _number("floor_area_m2", "建筑面积", "Floor area", "m2", "面积"),
            Column(
                "stars",
                Text("星级", "Stars"),
                "integer",
                minimum=1,
                maximum=5,
                aliases=("评定星级",),
            ),
            _text("opening_hours", "开放时间", "Opening hours"),
            _flag("self_managed", "居民自管", "Self-managed"),
            _text("operator", "运营单位", "Operator", "运营机构"),
            _number("project_funding_yuan", "项目经费", "Project funding", "yuan"),
            _text("phone", "电话", "Phone", "联系电话"),
            _text("features", "特色", "Features", "特色服务"),
            _link(
                "alliance_id", "党建联盟", "Party-building alliance", "alliances", "党建联盟编号"
            ),
            _OSM_TAGS,
        ),
    ),
    Table(
        "compounds",
        Text("小区", "Compounds"),
        "Polygon",
        "compound_id",
        (
            _id("compound_id", "小区编号", "Compound id"),
            _text("name", "名称", "Name", "小区名称"),
            _COMMUNITY,
            Column("kind", Text("类别", "Kind"), choices=_COMPOUND_KINDS),
            Column(
                "built_year",
                Text("建成年份", "Year built"),
                "integer",
                minimum=1900,
                maximum=2100,
                aliases=("建成年代",),
            ),
            _count("buildings", "楼栋数", "Buildings"),
            _count("dwellings", "户数", "Dwellings"),
            _count("residents", "居民数", "Residents", "人口"),
            _flag("quasi_property", "准物业管理", "Quasi-property management", "准物业"),
            _link("company_id", "物业企业", "Property company", "companies", "物业企业编号"),
            _number("fee_yuan_m2_month", "物业费", "Fee", "yuan/m2/month"),
            *(
                Column(name, label, choices=_SERVICE_STATES)
                for name, label in FIVE_SERVICES.items()
            ),
            _flag("owners_committee", "业主委员会", "Owners' committee", "业委会"),
            _day("committee_term_end", "业委会届满", "Committee's term ends", "业委会届满日期"),
            _text("phone", "管理中心电话", "Management centre's phone", "电话"),
            _link(
                "alliance_id", "党建联盟", "Party-building alliance", "alliances", "党建联盟编号"
            ),
            _OSM_TAGS,
        ),
    ),
    Table(
        "hydrants",
        Text("消火栓", "Hydrants"),
        "Point",
        "hydrant_id",
        (
            _id("hydrant_id", "消火栓编号", "Hydrant id"),
            _text("kind", "类型", "Kind"),
            _text("status", "状态", "Status"),
            _OSM_TAGS,
        ),
    ),
    Table(
        "fire_stations",
        Text("消防站", "Fire stations"),
        "Point",
        "station_id",
        (_id("station_id", "消防站编号", "Station id"), _NAME, _OSM_TAGS),
    ),
    Table(
        "bus_stops",
        Text("公交站", "Bus stops"),
        "Point",
        "stop_id",
        (_id("stop_id", "公交站编号", "Stop id"), _NAME, _OSM_TAGS),
    ),
    Table(
        "schools",
        Text("学校", "Schools"),
        "Point",
        "school_id",
        (
            _id("school_id", "学校编号", "School id"),
            _NAME,
            _text("kind", "类型", "Kind"),
            _OSM_TAGS,
        ),
    ),
    Table(
        "shelters",
        Text("应急避难场所", "Emergency shelters"),
        "Point",
        "shelter_id",
        (
            _id("shelter_id", "避难场所编号", "Shelter id"),
            _NAME,
            _number("area_m2", "面积", "Area", "m2"),
            _OSM_TAGS,
        ),
    ),
    Table(
        "amenities",
        Text("设施", "Amenities"),
        "Point",
        "amenity_id",
        (
            _id("amenity_id", "设施编号", "Amenity id"),
            _NAME,
            _text("kind", "类型", "Kind"),
            _OSM_TAGS,
        ),
    ),
    Table(
        "water",
        Text("水面", "Water"),
        "Polygon",
        "water_id",
        (_id("water_id", "水面编号", "Water id"), _NAME, _OSM_TAGS),
    ),
    Table(
        "green",
        Text("绿地", "Green space"),
        "Polygon",
        "green_id",
        (_id("green_id", "绿地编号", "Green space id"), _NAME, _OSM_TAGS),
    ),
)

_RECORDS = (
    Table(
        "star_ratings",
        Text("星级评定", "Star ratings"),
        "",
        "rating_id",
        (
            _id("rating_id", "评定编号", "Rating id"),
            Column(
                "centre_id",
                Text("中心编号", "Centre id"),
                required=True,
                refers_to="centres",
                aliases=("邻里中心编号",),
            ),
            Column("date", Text("评定日期", "Date"), "date", required=True),
            *(
                Column(name, label, "number", minimum=0, maximum=100)
                for name, label in STAR_DIMENSIONS.items()
            ),
            Column("stars", Text("星级", "Stars"), "integer", minimum=1, maximum=5),
            _number("grant_yuan", "奖补资金", "Grant", "yuan"),
        ),
    ),
    Table(
        "activities",
        Text("活动", "Activities"),
        "",
        "activity_id",
        (
            _id("activity_id", "活动编号", "Activity id"),
            Column(
                "centre_id",
                Text("中心编号", "Centre id"),
                required=True,
                refers_to="centres",
                aliases=("邻里中心编号",),
            ),
            Column("date", Text("日期", "Date"), "date", required=True),
            _text("kind", "活动类型", "Kind"),
            _text("audience", "对象", "Audience"),
            _count("attendance", "参与人数", "Attendance"),
        ),
    ),
    Table(
        "companies",
        Text("物业企业", "Property companies"),
        "",
        "company_id",
        (
            _id("company_id", "企业编号", "Company id", "物业企业编号"),
            _text("name", "名称", "Name", "企业名称"),
            _number("credit_score", "信用分", "Credit score", ""),
            _flag("blacklisted", "列入黑名单", "Blacklisted", "黑名单"),
            _text("blacklist_reason", "列入原因", "Why blacklisted"),
            _text("phone", "电话", "Phone", "联系电话"),
        ),
    ),
    Table(
        "compound_assessments",
        Text("季度考核", "Quarterly assessments"),
        "",
        "assessment_id",
        (
            _id("assessment_id", "考核编号", "Assessment id"),
            Column(
                "compound_id", Text("小区编号", "Compound id"), required=True, refers_to="compounds"
            ),
            _link("company_id", "物业企业编号", "Company id", "companies", "企业编号"),
            Column("quarter", Text("季度", "Quarter"), required=True),
            Column("score", Text("得分", "Score"), "number", minimum=0, maximum=100),
            Column(
                "satisfaction_pct",
                Text("居民满意度", "Residents' satisfaction"),
                "number",
                "%",
                minimum=0,
                maximum=100,
                aliases=("满意度",),
            ),
            Column("rank", Text("排名", "Rank"), "integer", minimum=1),
            _text("note", "备注", "Note"),
        ),
    ),
    Table(
        "alliances",
        Text("党建联盟", "Party-building alliances"),
        "",
        "alliance_id",
        (
            _id("alliance_id", "联盟编号", "Alliance id", "党建联盟编号"),
            _text("name", "名称", "Name", "联盟名称"),
            _COMMUNITY,
            _count("units", "成员单位数", "Member units", "成员单位"),
            _count("members", "报到党员数", "Members reporting", "报到党员"),
            _text("president_unit", "轮值主席单位", "President unit"),
        ),
    ),
    Table(
        "claimed_projects",
        Text("认领项目", "Claimed projects"),
        "",
        "project_id",
        (
            _id("project_id", "项目编号", "Project id"),
            _link("alliance_id", "联盟编号", "Alliance id", "alliances", "党建联盟编号"),
            _link("compound_id", "小区编号", "Compound id", "compounds"),
            _text("name", "项目名称", "Project"),
            _text("claimed_by", "认领单位", "Claimed by"),
            _day("date", "认领日期", "Date claimed"),
            _number("cost_yuan", "金额", "Cost", "yuan"),
            _text("status", "状态", "Status"),
        ),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in (*_LAYERS, *_RECORDS)}
"""Every layer and record table by name."""

LAYERS: tuple[str, ...] = tuple(table.name for table in _LAYERS)
RECORDS: tuple[str, ...] = tuple(table.name for table in _RECORDS)

UNITS: dict[str, Text] = {
    "%": Text("%", "%"),
    "buildings": Text("处", "places"),
    "centres": Text("个", "centres"),
    "m": Text("米", "m"),
    "gaps": Text("片", "gaps"),
    "m2": Text("平方米", "m²"),
    "m2/100 households": Text("平方米/百户", "m²/100 households"),
    "min": Text("分钟", "min"),
    "patches": Text("片", "patches"),
    "places": Text("处", "places"),
    "residents": Text("人", "residents"),
    "s": Text("秒", "s"),
    "yuan": Text("元", "yuan"),
    "yuan/m2/month": Text("元/平方米·月", "yuan/m²/month"),
}
"""How units read; a share is shown as a percentage."""
