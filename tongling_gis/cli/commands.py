"""One function a command: take the options, call one study, show what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tongling_gis.cli.results import (
    assessment_json,
    only_group,
    show_number,
    show_numbers,
    show_verdicts,
    show_week,
)
from tongling_gis.errors import InputError, UsageError, WorkbookFaultsError
from tongling_gis.text import Text

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    import pandas as pd

    from tongling_gis.assessment import Assessment
    from tongling_gis.cli.show import Screen
    from tongling_gis.importers.report import ImportReport
    from tongling_gis.store import Workspace
    from tongling_gis.studies import ReachOptions


def demo(options: argparse.Namespace, screen: Screen) -> None:
    """Do the main job on the invented sample city."""
    from tongling_gis import studies

    made = studies.run_demo(
        options.folder, seed=options.seed, lang=screen.lang, progress=screen.progress
    )
    screen.say(
        Text(
            f"示例城市（虚构）已建好：{made.workspace.folder}",
            f"The sample city (invented) is in {made.workspace.folder}",
        )
    )
    show_numbers(made.coverage, screen)
    screen.say(Text(f"地图：{made.map_path}", f"Map: {made.map_path}"))
    screen.answer(
        {
            "project": str(made.workspace.folder),
            "map": str(made.map_path),
            "imports": [report.to_json() for report in made.reports],
            "coverage": assessment_json(made.coverage),
        }
    )


def new(options: argparse.Namespace, screen: Screen) -> None:
    """Make a new project."""
    from tongling_gis import studies

    workspace = studies.create_project(options.folder, options.name)
    screen.say(
        Text(
            f"已新建项目“{workspace.name}”：{workspace.folder}\n"
            f"下一步：tongling-gis import 文件 -p {workspace.folder}",
            f"Made project {workspace.name!r} in {workspace.folder}\n"
            f"Next: tongling-gis import FILE -p {workspace.folder}",
        )
    )
    screen.answer({"project": str(workspace.folder), "name": workspace.name})


def import_files(options: argparse.Namespace, screen: Screen) -> None:
    """Bring files into a project, one after the other."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    how = studies.ImportOptions(
        layer=options.layer,
        crs=options.crs,
        encoding=options.encoding,
        part=options.part,
        where=options.where,
        append=options.append,
        keep_good=options.keep_good,
        overwrite=options.overwrite,
    )
    reports = []
    for path in options.files:
        try:
            report = studies.import_file(workspace, path, how, progress=screen.progress)
        except WorkbookFaultsError as error:
            for line in error.lines:
                screen.say(line)
            raise
        _show_report(report, screen)
        reports.append(report)
    links = studies.find_dangling_links(workspace)
    for link in links:
        screen.say(Text(f"注意：{link.zh}", f"Note: {link.en}"))
    screen.answer(
        {
            "imports": [report.to_json() for report in reports],
            "dangling_links": [{"zh": link.zh, "en": link.en} for link in links],
        }
    )


def fetch(options: argparse.Namespace, screen: Screen) -> None:
    """Download a place's OpenStreetMap data into a project."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    report = studies.fetch_place(
        workspace,
        options.place,
        bbox=tuple(options.bbox) if options.bbox else None,
        overpass_url=options.overpass_url,
        nominatim_url=options.nominatim_url,
        progress=screen.progress,
    )
    _show_report(report, screen)
    screen.answer({"imports": [report.to_json()]})


def doctor(options: argparse.Namespace, screen: Screen) -> int:
    """Look at files before anything is analysed; code 3 where one has an error."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project) if options.project else None
    answers = []
    for path in options.files:
        symptoms = studies.examine_file(path, crs=options.crs, workspace=workspace)
        if not symptoms:
            screen.say(Text(f"{path.name}：未发现问题。", f"{path.name}: nothing found."))
        for one in symptoms:
            mark = _SEVERITY[one.severity]
            screen.say(
                Text(
                    f"{path.name} · {mark.zh}：{one.what.zh}\n    处理：{one.remedy.zh}",
                    f"{path.name} · {mark.en}: {one.what.en}\n    Remedy: {one.remedy.en}",
                )
            )
            answers.append({"file": path.name, **one.to_json()})
    screen.answer({"symptoms": answers})
    return InputError.exit_code if any(one["severity"] == "error" for one in answers) else 0


_SEVERITY = {
    "error": Text("错误", "error"),
    "warning": Text("警告", "warning"),
    "note": Text("提示", "note"),
}


def _reach_options(options: argparse.Namespace) -> ReachOptions:
    from tongling_gis import studies

    if getattr(options, "out", None):
        studies.check_export(options.out)
    asked: dict[str, Any] = {"minutes": tuple(options.minutes)} if options.minutes else {}
    return studies.ReachOptions(
        profile=options.profile,
        flat=options.flat,
        at=options.at,
        speed_m_s=options.speed,
        snap_limit_m=options.snap_limit,
        centres_from=options.centres_from,
        residents_from=getattr(options, "residents_from", ""),
        **asked,
    )


def coverage(options: argparse.Namespace, screen: Screen) -> None:
    """Measure who reaches a centre within the limits."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    result = studies.study_coverage(workspace, _reach_options(options), progress=screen.progress)
    _show_result(result, "residents", options, screen)


def access(options: argparse.Namespace, screen: Screen) -> None:
    """Measure choice, backup, equality, gaps and load."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    result = studies.study_access(workspace, _reach_options(options), progress=screen.progress)
    _show_result(result, "residents", options, screen)


def hours(options: argparse.Namespace, screen: Screen) -> None:
    """Measure who reaches a centre that is open at a moment, and show the week."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    result = studies.study_hours(
        workspace, options.at, _reach_options(options), progress=screen.progress
    )
    _show_result(result, "residents", options, screen)


def compare(options: argparse.Namespace, screen: Screen) -> None:
    """Measure what a scenario does to who reaches a centre, or compare two saved results."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    result = studies.study_comparison(
        workspace, options.compared, _reach_options(options), progress=screen.progress
    )
    _show_result(result, "residents", options, screen)


def isochrones(options: argparse.Namespace, screen: Screen) -> None:
    """Measure the area within the limits of each centre."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    result = studies.study_isochrones(
        workspace,
        _reach_options(options),
        exact=options.exact,
        lines=options.lines,
        points=options.points,
        progress=screen.progress,
    )
    count = len(result.layers["isochrones"])
    screen.say(
        Text(f"已绘制 {count} 个等时圈并存入项目。", f"Drew {count} isochrones into the project.")
    )
    _show_result(result, "isochrones", options, screen)


def times(options: argparse.Namespace, screen: Screen) -> None:
    """Time every walk between two layers."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    found = studies.study_times(
        workspace,
        options.origins,
        options.destinations,
        _reach_options(options),
        progress=screen.progress,
    )
    pairs = found.pairs
    limit = max(_reach_options(options).minutes)
    screen.say(
        Text(
            f"{limit:g} 分钟（含）内共 {len(pairs):,} 对。",
            f"{len(pairs):,} pairs within {limit:g} min (inclusive).",
        )
    )
    if options.out:
        _export(pairs, found.stamp, options, screen)
    else:
        for one in pairs.head(_SHOWN_PAIRS).itertuples():
            screen.say(f"  {one.origin} → {one.destination}  {one.walk_s:.1f} s")
    answer = {"count": len(pairs)} if options.out else {"pairs": pairs.to_dict("records")}
    screen.say(found.stamp)
    screen.answer({**answer, "stamp": {"zh": found.stamp.zh, "en": found.stamp.en}})


def route(options: argparse.Namespace, screen: Screen) -> None:
    """Find the way between two places."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    walk = studies.study_route(
        workspace,
        options.origin,
        options.destination,
        _reach_options(options),
        progress=screen.progress,
    )
    took = show_number(walk.walk_s, "s")
    screen.say(
        Text(
            f"步行 {took.zh}，沿街道 {walk.length_m:.0f} 米：",
            f"{took.en} on foot, {walk.length_m:.0f} m along streets:",
        )
    )
    for number, step in enumerate(walk.steps, 1):
        screen.say(f"  {number}. {screen.word(step)}")
    screen.say(walk.stamp)
    if options.out:
        _export(walk.line, walk.stamp, options, screen)
    screen.answer(
        {
            "walk_s": walk.walk_s,
            "length_m": walk.length_m,
            "stamp": {"zh": walk.stamp.zh, "en": walk.stamp.en},
            "steps": [{"zh": step.zh, "en": step.en} for step in walk.steps],
        }
    )


_SHOWN_PAIRS = 20


def _export(rows: pd.DataFrame, stamp: Text, options: argparse.Namespace, screen: Screen) -> None:
    from tongling_gis import studies

    path = studies.export_table(rows, options.out, stamp=screen.word(stamp))
    screen.say(Text(f"已写出：{path}", f"Written: {path}"))


def _show_result(
    result: Assessment, layer: str, options: argparse.Namespace, screen: Screen
) -> None:
    result = only_group(result, getattr(options, "group", None))
    show_numbers(result, screen)
    show_verdicts(result, screen)
    if "week" in result.layers:
        show_week(result, screen)
    for note in result.notes:
        screen.say(Text(f"说明：{note.zh}", f"Note: {note.en}"))
    if options.out:
        _export_result(result, layer, options, screen)
    screen.answer(assessment_json(result))


def _export_result(
    result: Assessment, main: str, options: argparse.Namespace, screen: Screen
) -> None:
    """Write the layer asked for; else all of them to a GeoPackage, the main one elsewhere."""
    from tongling_gis import studies

    names = [main, *(name for name in result.layers if name != main)]
    if options.layer is not None and options.layer not in names:
        raise UsageError(
            Text(
                f"结果里没有名为“{options.layer}”的表；可选：{'、'.join(names)}。",
                f"The result has no table {options.layer!r}; choose one of {', '.join(names)}.",
            )
        )
    if options.layer is None and options.out.suffix.lower() == studies.GEOPACKAGE:
        tables = {name: result.layers[name] for name in names}
        path = studies.export_layers(tables, options.out, stamp=screen.word(result.stamp))
        screen.say(
            Text(f"已写出：{path}（{'、'.join(names)}）", f"Written: {path} ({', '.join(names)})")
        )
        return
    _export(result.layers[options.layer or main], result.stamp, options, screen)
    if options.layer is None and len(names) > 1:
        others = names[1:]
        screen.say(
            Text(
                f"  只含 {main}；{'、'.join(others)} 可用 --layer 选取，或用 .gpkg 一并写出。",
                f"  It holds {main} only: --layer picks {', '.join(others)}; a .gpkg holds all.",
            )
        )


def draw_map(options: argparse.Namespace, screen: Screen) -> None:
    """Draw the interactive map."""
    from tongling_gis import studies

    workspace = studies.open_project(options.project)
    path = studies.draw_project_map(
        workspace,
        options.out,
        lang=screen.lang,
        base_maps=options.base_maps,
        results=options.results,
        progress=screen.progress,
    )
    stale = studies.find_stale(workspace)
    for one in stale:
        screen.say(Text(f"警告：{one.zh}", f"Warning: {one.en}"))
    size_mb = path.stat().st_size / 1e6
    screen.say(Text(f"地图：{path}（{size_mb:.1f} MB）", f"Map: {path} ({size_mb:.1f} MB)"))
    screen.answer(
        {
            "map": str(path),
            "size_bytes": path.stat().st_size,
            "stale": [{"zh": one.zh, "en": one.en} for one in stale],
            **(_embed_map(workspace, path, screen) if options.embed else {}),
        }
    )


def _embed_map(workspace: Workspace, full: Path, screen: Screen) -> dict[str, str]:
    from tongling_gis import studies

    small = studies.draw_embedded_map(workspace, full, lang=screen.lang)
    screen.say(
        Text(
            f"嵌入用地图：{small.path}\n把下面这段代码放进网页，并把两个文件放在一起：",
            f"Map to embed: {small.path}\nPut this into your page, and both files beside it:",
        )
    )
    screen.say(small.snippet)
    return {"embed": str(small.path), "snippet": small.snippet}


def info(options: argparse.Namespace, screen: Screen) -> None:
    """Say what the project holds."""
    from tongling_gis import studies
    from tongling_gis.schema import TABLES

    facts = studies.describe_project(studies.open_project(options.project))
    screen.say(
        Text(f"项目：{facts.name}（{facts.folder}）", f"Project: {facts.name} ({facts.folder})")
    )
    if facts.invented:
        screen.say(Text("示例数据（虚构）", "Sample data (invented)"))
    if facts.crs:
        screen.say(Text(f"坐标系：{facts.crs}", f"CRS: {facts.crs}"))
    if facts.data_date:
        screen.say(Text(f"数据日期：{facts.data_date}", f"Data of: {facts.data_date}"))
    for name, rows in facts.rows.items():
        label = TABLES[name].label
        screen.say(Text(f"  {label.zh}（{name}）：{rows}", f"  {label.en} ({name}): {rows}"))
    for name, stamp in facts.results:
        screen.say(Text(f"结果 {name}：{stamp.zh}", f"Result {name}: {stamp.en}"))
    for one in facts.stale:
        screen.say(Text(f"警告：{one.zh}", f"Warning: {one.en}"))
    for source in dict.fromkeys(facts.sources):
        screen.say(Text(f"数据来源：{source.zh}", f"Source: {source.en}"))
    screen.answer(
        {
            "name": facts.name,
            "folder": str(facts.folder),
            "crs": facts.crs,
            "invented": facts.invented,
            "data_date": facts.data_date,
            "rows": dict(facts.rows),
            "results": [{"name": name, "zh": s.zh, "en": s.en} for name, s in facts.results],
            "stale": [{"zh": one.zh, "en": one.en} for one in facts.stale],
            "sources": [{"zh": source.zh, "en": source.en} for source in facts.sources],
        }
    )


_SHOWN_LINES = 25


def _show_report(report: ImportReport, screen: Screen) -> None:
    """Print the counts and warnings and the first of the rows' notes; the project keeps all."""
    lines = report.lines(screen.lang)
    for line in lines[:_SHOWN_LINES]:
        screen.say(line)
    more = len(lines) - _SHOWN_LINES
    if more > 0:
        screen.say(
            Text(
                f"……另有 {more} 条，全部记在项目的导入记录里（--json 可列出）",
                f"... and {more} more, all kept among the project's imports (--json lists them)",
            )
        )
