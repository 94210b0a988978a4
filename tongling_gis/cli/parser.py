"""The commands and their options, in Chinese or in English."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis import __version__
from tongling_gis.cli import commands
from tongling_gis.cli.arguments import Builder, CommandParser, add_common, name_groups
from tongling_gis.cli.consult_commands import add_consult
from tongling_gis.cli.enclosure_parser import add_enclosure
from tongling_gis.cli.figure_commands import add_figure
from tongling_gis.cli.record_commands import add_export, add_records, add_template
from tongling_gis.cli.report_commands import add_report
from tongling_gis.cli.siting_commands import add_site
from tongling_gis.text import Lang, Text

if TYPE_CHECKING:
    import argparse


def build_parser(lang: Lang) -> argparse.ArgumentParser:
    """Make the parser with every command and option, in one language."""
    about = Text(
        "社区规划工具：谁能步行 15 分钟到达邻里中心。",
        "For community planners: who reaches a neighbourhood centre within 15 minutes' walk.",
    )
    parser = CommandParser(
        prog="tongling-gis", description=about.in_lang(lang), add_help=False, allow_abbrev=False
    )
    parser.lang = lang
    name_groups(parser, lang)
    add_common(parser, lang)
    parser.add_argument(
        "--version",
        action="version",
        version=f"tongling-gis {__version__}",
        help=Text("显示版本", "show the version").in_lang(lang),
    )
    title = Text("命令", "commands").in_lang(lang)
    builder = Builder(
        lang,
        parser.add_subparsers(
            title=title,
            metavar="COMMAND",
            required=True,
            dest="command",
            parser_class=CommandParser,
        ),
    )
    for add in (
        _add_demo,
        _add_new,
        _add_import,
        add_template,
        add_export,
        _add_fetch,
        _add_doctor,
        _add_coverage,
        _add_isochrones,
        _add_access,
        _add_hours,
        _add_compare,
        add_enclosure,
        add_consult,
        add_site,
        _add_od,
        _add_route,
        _add_map,
        add_figure,
        add_report,
        add_records,
        _add_info,
    ):
        add(builder)
    return parser


def _add_demo(builder: Builder) -> None:
    parser = builder.command(
        "demo",
        Text("在虚构的示例城市上完成一次完整分析", "do the main job on an invented sample city"),
        commands.demo,
        project=False,
    )
    builder.option(
        parser,
        "folder",
        nargs="?",
        type=Path,
        default=Path("tongling-demo"),
        metavar="FOLDER",
        help=Text(
            "放在哪个文件夹（默认 tongling-demo）", "where to put it (default: tongling-demo)"
        ),
    )
    builder.option(
        parser,
        "--seed",
        type=int,
        default=340700,
        metavar="N",
        help=Text("随机种子，相同则城市相同", "random seed; the same gives the same city"),
    )


def _add_new(builder: Builder) -> None:
    parser = builder.command(
        "new", Text("新建项目", "make a new project"), commands.new, project=False
    )
    builder.option(
        parser, "folder", type=Path, metavar="FOLDER", help=Text("项目文件夹", "project folder")
    )
    builder.option(
        parser,
        "--name",
        default=None,
        metavar="NAME",
        help=Text("项目名称（默认文件夹名）", "its name (default: the folder's)"),
    )


def _add_import(builder: Builder) -> None:
    parser = builder.command(
        "import",
        Text(
            "把文件导入项目（OSM、GeoPackage、Shapefile、GeoJSON、DXF、Excel、CSV）",
            "bring files into a project (OSM, GeoPackage, shapefile, GeoJSON, DXF, Excel, CSV)",
        ),
        commands.import_files,
    )
    builder.option(
        parser, "files", nargs="+", type=Path, metavar="FILE", help=Text("文件", "files")
    )
    builder.option(
        parser,
        "--as",
        dest="layer",
        default="",
        metavar="LAYER",
        help=Text(
            "导入为哪个图层或表，如 compounds 或 小区",
            "which layer or table it is, such as compounds",
        ),
    )
    builder.option(
        parser,
        "--crs",
        default="",
        metavar="CRS",
        help=Text(
            "坐标系：WGS84、CGCS2000、GCJ-02、BD-09 或 EPSG:4548",
            "WGS84, CGCS2000, GCJ-02, BD-09 or EPSG:4548",
        ),
    )
    builder.option(
        parser,
        "--encoding",
        default="",
        metavar="NAME",
        help=Text("文字编码，如 GBK（默认自动识别）", "such as GBK (default: found)"),
    )
    builder.option(
        parser,
        "--part",
        default="",
        metavar="NAME",
        help=Text("工作表或子图层名", "sheet or sub-layer"),
    )
    builder.option(
        parser,
        "--where",
        default="",
        metavar="FILTER",
        help=Text("只要符合条件的行，如 'schools>0'", "only rows such as 'schools>0'"),
    )
    builder.option(
        parser,
        "--append",
        action="store_true",
        help=Text(
            "追加到已有图层（同编号的行更新），而不是替换",
            "add to the layer (same keys are updated) instead of replacing it",
        ),
    )
    builder.option(
        parser,
        "--keep-good",
        action="store_true",
        help=Text(
            "工作簿有错时仍导入正确的行（默认有一处错就都不导入）",
            "take the right rows of a workbook though others are wrong (default: all or nothing)",
        ),
    )
    builder.option(
        parser,
        "--overwrite",
        action="store_true",
        help=Text(
            "高程栅格：替换节点已有的高程，而不是保留",
            "elevation raster: replace heights that nodes already have",
        ),
    )


def _add_fetch(builder: Builder) -> None:
    parser = builder.command(
        "fetch",
        Text(
            "从 OpenStreetMap 下载一个地方的数据（需联网）",
            "download a place's OpenStreetMap data (needs the network)",
        ),
        commands.fetch,
    )
    builder.option(
        parser,
        "place",
        nargs="?",
        default="",
        metavar="PLACE",
        help=Text("地名，如 铜陵市", "a place's name"),
    )
    builder.option(
        parser,
        "--bbox",
        nargs=4,
        type=float,
        metavar=("W", "S", "E", "N"),
        help=Text("经纬度范围：西 南 东 北", "west south east north, degrees"),
    )
    builder.option(
        parser,
        "--overpass-url",
        default="",
        metavar="URL",
        help=Text("Overpass 服务地址", "Overpass server"),
    )
    builder.option(
        parser,
        "--nominatim-url",
        default="",
        metavar="URL",
        help=Text("地名服务地址", "Nominatim server"),
    )


def _add_doctor(builder: Builder) -> None:
    parser = builder.command(
        "doctor",
        Text(
            "导入前检查文件：坐标偏移、编码、编号", "look at a file first: offsets, encodings, keys"
        ),
        commands.doctor,
        project=False,
    )
    builder.option(
        parser, "files", nargs="+", type=Path, metavar="FILE", help=Text("文件", "files")
    )
    builder.option(
        parser,
        "-p",
        "--project",
        type=Path,
        default=None,
        metavar="FOLDER",
        help=Text("对照哪个项目的街道和编号", "project whose streets and keys to compare"),
    )
    builder.option(
        parser,
        "--crs",
        default="",
        metavar="CRS",
        help=Text("声明的坐标系", "coordinate system as declared"),
    )


def _add_reach(builder: Builder, parser: CommandParser, *, at: bool = True) -> None:
    if at:
        builder.option(
            parser,
            "--at",
            default="",
            metavar="WHEN",
            help=Text(
                "大门在此时刻须开放，如“周二 19:30”（默认不限）",
                "moment at which gates must be open, such as 'Tuesday 19:30'",
            ),
        )
    builder.option(
        parser,
        "--minutes",
        nargs="+",
        type=float,
        default=None,
        metavar="MIN",
        help=Text("时间界限，含本数（默认 5 10 15）", "limits, inclusive (default: 5 10 15)"),
    )
    builder.option(
        parser,
        "--profile",
        default="adult",
        metavar="NAME",
        help=Text(
            "通行者：adult、child、older、wheelchair、pram、car、fire_engine，"
            "或项目 profiles.toml 里的",
            "adult, child, older, wheelchair, pram, car, fire_engine, or of profiles.toml",
        ),
    )
    builder.option(
        parser,
        "--flat",
        action="store_true",
        help=Text("不计坡度、台阶和过街等候", "leave out slopes, steps and waits at crossings"),
    )
    builder.option(
        parser,
        "--speed",
        type=float,
        default=None,
        metavar="M_S",
        help=Text("步行速度（米/秒），代替步行类型的速度", "metres a second, instead"),
    )
    builder.option(
        parser,
        "--snap-limit",
        type=float,
        default=None,
        metavar="M",
        help=Text(
            "接入街道的最远距离（默认 200 米）", "farthest from a street, metres (default: 200)"
        ),
    )
    builder.option(
        parser,
        "--centres-from",
        default="",
        metavar="KEY=VALUE",
        help=Text(
            "以某类设施代替邻里中心，如 amenity=library", "amenities that stand in for centres"
        ),
    )


def _add_coverage(builder: Builder) -> None:
    parser = builder.command(
        "coverage",
        Text("谁能在时限内步行到达邻里中心", "who reaches a centre within the limits"),
        commands.coverage,
    )
    _add_reach(builder, parser)
    _add_residents_from(builder, parser)
    _add_out(builder, parser)
    _add_layer(builder, parser)


def _add_isochrones(builder: Builder) -> None:
    parser = builder.command(
        "isochrones",
        Text("各邻里中心时限内可达的范围", "the area within the limits of each centre"),
        commands.isochrones,
    )
    _add_reach(builder, parser)
    builder.option(
        parser,
        "--exact",
        action="store_true",
        help=Text("精确合并（较慢，供导出）", "exact union (slower, for export)"),
    )
    builder.option(
        parser,
        "--lines",
        action="store_true",
        help=Text(
            "另存按时可达的街道（图层 reached_streets）",
            "also the streets reached, as lines (layer reached_streets)",
        ),
    )
    builder.option(
        parser,
        "--points",
        action="store_true",
        help=Text(
            "另存按时可达的路口及秒数（图层 reached_nodes）",
            "also the junctions reached, with their seconds (layer reached_nodes)",
        ),
    )
    _add_out(builder, parser)
    _add_layer(builder, parser)


def _add_access(builder: Builder) -> None:
    parser = builder.command(
        "access",
        Text(
            "可选中心数、备用、公平、空白区与负荷（2SFCA）",
            "choice, backup, equality, gaps and load (2SFCA)",
        ),
        commands.access,
    )
    _add_reach(builder, parser)
    _add_residents_from(builder, parser)
    _add_out(builder, parser)
    _add_layer(builder, parser)


def _add_hours(builder: Builder) -> None:
    parser = builder.command(
        "hours",
        Text("某一时刻谁能到达开放的邻里中心", "who reaches a centre that is open at a moment"),
        commands.hours,
    )
    builder.option(
        parser,
        "--at",
        required=True,
        metavar="WHEN",
        help=Text(
            "时刻，如 “周二 19:30”“国庆 10:00”“2026-10-01 10:00”",
            "such as 'Tuesday 19:30', 'National Day 10:00', '2026-10-01 10:00'",
        ),
    )
    _add_reach(builder, parser, at=False)
    _add_residents_from(builder, parser)
    _add_out(builder, parser)
    _add_layer(builder, parser)


def _add_compare(builder: Builder) -> None:
    parser = builder.command(
        "compare",
        Text(
            "方案前后对比，或比较两个已存的覆盖结果",
            "before and after a scenario of changes, or two saved coverages",
        ),
        commands.compare,
    )
    builder.option(
        parser,
        "compared",
        nargs="+",
        metavar="SCENARIO | RESULT RESULT",
        help=Text(
            "方案文件（TOML 或 JSON），或两个结果名，如 coverage-01 coverage-02",
            "scenario file (TOML or JSON), or two results such as coverage-01 coverage-02",
        ),
    )
    _add_reach(builder, parser)
    _add_residents_from(builder, parser)
    _add_out(builder, parser)
    _add_layer(builder, parser)


def _add_od(builder: Builder) -> None:
    parser = builder.command(
        "od",
        Text("两个图层之间每一对地点的步行时间", "walking times between every pair of two layers"),
        commands.times,
    )
    builder.option(
        parser, "origins", metavar="FROM", help=Text("起点图层，如 buildings", "such as buildings")
    )
    builder.option(
        parser, "destinations", metavar="TO", help=Text("终点图层，如 centres", "such as centres")
    )
    _add_reach(builder, parser)
    _add_out(builder, parser)


def _add_route(builder: Builder) -> None:
    parser = builder.command(
        "route",
        Text("两个地点之间怎么走", "the way between two places"),
        commands.route,
    )
    place = Text("“经度,纬度”或“图层:编号”，如 centres:C01", "lon,lat or layer:key")
    builder.option(parser, "origin", metavar="FROM", help=place)
    builder.option(parser, "destination", metavar="TO", help=place)
    _add_reach(builder, parser)
    _add_out(builder, parser)


def _add_residents_from(builder: Builder, parser: CommandParser) -> None:
    builder.option(
        parser,
        "--residents-from",
        default="",
        metavar="LAYER",
        choices=("", "residents", "buildings"),
        help=Text("居民来自 residents 或 buildings", "residents or buildings"),
    )
    builder.option(
        parser,
        "--group",
        default=None,
        choices=("0-14", "15-59", "60+"),
        help=Text("只列某一年龄组的数字", "only the numbers of one age group"),
    )


def _add_out(builder: Builder, parser: CommandParser) -> None:
    builder.option(
        parser,
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help=Text(
            "另存结果：.gpkg、.geojson、.csv 或 .parquet",
            "also write the result: .gpkg, .geojson, .csv or .parquet",
        ),
    )


def _add_layer(builder: Builder, parser: CommandParser) -> None:
    builder.option(
        parser,
        "--layer",
        default=None,
        metavar="NAME",
        help=Text(
            "--out 写出结果的哪一张表，如 centres（.gpkg 默认全部写出）",
            "which table of the result --out writes, such as centres (a .gpkg holds all)",
        ),
    )


def _add_map(builder: Builder) -> None:
    parser = builder.command(
        "map",
        Text("绘制交互地图（一个网页，无需联网）", "draw the interactive map, one offline page"),
        commands.draw_map,
    )
    builder.option(
        parser,
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help=Text("输出文件（默认在项目的 maps 文件夹）", "file (default: in maps/)"),
    )
    builder.option(
        parser,
        "--base-maps",
        nargs="+",
        default=[],
        metavar="NAME",
        help=Text(
            "可选的网络底图：tianditu、gaode、osm（默认不含，网页不访问网络）",
            "base maps from the web to offer: tianditu, gaode, osm (default: none)",
        ),
    )
    builder.option(
        parser,
        "--results",
        nargs="+",
        default=[],
        metavar="RESULT",
        help=Text(
            "画哪些已存的结果，如 coverage-02 comparison-01（默认各类最新的）",
            "saved results to draw, such as coverage-02 comparison-01 (default: the newest)",
        ),
    )
    builder.option(
        parser,
        "--embed",
        action="store_true",
        help=Text(
            "另画一张嵌入网页（iframe）用的小地图，并给出代码",
            "also draw a small version for an iframe, and show its snippet",
        ),
    )


def _add_info(builder: Builder) -> None:
    builder.command("info", Text("项目里有什么", "what the project holds"), commands.info)
