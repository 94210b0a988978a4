"""The commands and their options, in Chinese or in English."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tongling_gis import __version__
from tongling_gis.cli import commands
from tongling_gis.text import LANGS, Lang, Text

if TYPE_CHECKING:
    from collections.abc import Callable

_ARGPARSE_ZH = (
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1"),
    (r"argument (.*): invalid choice: (\S+) \(choose from (.*)\)", r"\1 不能是 \2，可选：\3"),
    (r"argument (.*): invalid \S+ value: (.*)", r"\1 的值 \2 不可用"),
    (r"argument (.*): expected one argument", r"\1 后面要有一个值"),
    (r"argument (.*): expected at least one argument", r"\1 后面至少要有一个值"),
    (r"argument (.*): expected (\d+) arguments", r"\1 后面要有 \2 个值"),
    (r"ambiguous option: (.*) could match (.*)", r"\1 不明确，可能是 \2"),
    (r"argument (.*): not allowed with argument (.*)", r"\1 不能与 \2 同用"),
)


class _Parser(argparse.ArgumentParser):
    """An argument parser whose own few words are Chinese too, and whose errors are one line."""

    lang: Lang = "zh"

    def format_help(self) -> str:
        text = super().format_help()
        return text.replace("usage: ", "用法：", 1) if self.lang == "zh" else text

    def error(self, message: str) -> NoReturn:
        sentence = message
        if self.lang == "zh":
            for english, chinese in _ARGPARSE_ZH:
                sentence = re.sub(f"^{english}$", chinese, sentence, flags=re.DOTALL)
        hint = Text(
            f"错误：{sentence}。用法见：{self.prog} --help",
            f"Error: {sentence}. See: {self.prog} --help",
        )
        sys.stderr.write(hint.in_lang(self.lang) + "\n")
        raise SystemExit(2)


@dataclass(frozen=True)
class _Builder:
    """Adds commands and options in one language."""

    lang: Lang
    subparsers: Any

    def command(
        self, name: str, summary: Text, run: Callable[..., None], *, project: bool = True
    ) -> _Parser:
        said = summary.in_lang(self.lang)
        parser: _Parser = self.subparsers.add_parser(
            name, help=said, description=said, add_help=False, allow_abbrev=False
        )
        parser.lang = self.lang
        _name_groups(parser, self.lang)
        if project:
            self.option(
                parser,
                "-p",
                "--project",
                type=Path,
                default=Path(),
                metavar="FOLDER",
                help=Text("项目文件夹（默认当前文件夹）", "project folder (default: this one)"),
            )
        _add_common(parser, self.lang, unless_given=True)
        parser.set_defaults(run=run)
        return parser

    def option(self, parser: argparse.ArgumentParser, *names: str, help: Text, **more: Any) -> None:  # noqa: A002, ANN401 - argparse's own words
        parser.add_argument(*names, help=help.in_lang(self.lang), **more)


def _name_groups(parser: argparse.ArgumentParser, lang: Lang) -> None:
    if lang == "zh":
        parser._positionals.title = "参数"  # noqa: SLF001 - argparse has no public door to it
        parser._optionals.title = "选项"  # noqa: SLF001


def _add_common(parser: argparse.ArgumentParser, lang: Lang, *, unless_given: bool = False) -> None:
    """Add the options that stand before or behind the command alike."""
    parser.add_argument(
        "-h", "--help", action="help", help=Text("显示帮助", "show this help").in_lang(lang)
    )
    parser.add_argument(
        "--lang",
        choices=LANGS,
        default=argparse.SUPPRESS if unless_given else lang,
        help=Text("界面语言（默认 zh）", "language (default: zh)").in_lang(lang),
    )
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS if unless_given else False,
        help=Text("输出机器可读的 JSON", "print machine-readable JSON").in_lang(lang),
    )


def build_parser(lang: Lang) -> argparse.ArgumentParser:
    """Make the parser with every command and option, in one language."""
    about = Text(
        "社区规划工具：谁能步行 15 分钟到达邻里中心。",
        "For community planners: who reaches a neighbourhood centre within 15 minutes' walk.",
    )
    parser = _Parser(
        prog="tongling-gis", description=about.in_lang(lang), add_help=False, allow_abbrev=False
    )
    parser.lang = lang
    _name_groups(parser, lang)
    _add_common(parser, lang)
    parser.add_argument(
        "--version",
        action="version",
        version=f"tongling-gis {__version__}",
        help=Text("显示版本", "show the version").in_lang(lang),
    )
    title = Text("命令", "commands").in_lang(lang)
    builder = _Builder(
        lang,
        parser.add_subparsers(
            title=title, metavar="COMMAND", required=True, dest="command", parser_class=_Parser
        ),
    )
    for add in (
        _add_demo,
        _add_new,
        _add_import,
        _add_fetch,
        _add_doctor,
        _add_coverage,
        _add_isochrones,
        _add_map,
        _add_info,
    ):
        add(builder)
    return parser


def _add_demo(builder: _Builder) -> None:
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


def _add_new(builder: _Builder) -> None:
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


def _add_import(builder: _Builder) -> None:
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


def _add_fetch(builder: _Builder) -> None:
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


def _add_doctor(builder: _Builder) -> None:
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


def _add_reach(builder: _Builder, parser: _Parser) -> None:
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
        help=Text("步行类型：adult、child、older、wheelchair", "adult, child, older or wheelchair"),
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


def _add_coverage(builder: _Builder) -> None:
    parser = builder.command(
        "coverage",
        Text("谁能在时限内步行到达邻里中心", "who reaches a centre within the limits"),
        commands.coverage,
    )
    _add_reach(builder, parser)
    builder.option(
        parser,
        "--residents-from",
        default="",
        metavar="LAYER",
        choices=("", "residents", "buildings"),
        help=Text("居民来自 residents 或 buildings", "residents or buildings"),
    )


def _add_isochrones(builder: _Builder) -> None:
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


def _add_map(builder: _Builder) -> None:
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


def _add_info(builder: _Builder) -> None:
    builder.command("info", Text("项目里有什么", "what the project holds"), commands.info)
