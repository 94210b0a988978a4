"""One function a command of proposals: gates, openings, areas of a quarter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tongling_gis.cli.results import assessment_json, show_number, show_numbers
from tongling_gis.errors import UsageError
from tongling_gis.text import Text

if TYPE_CHECKING:
    import argparse

    from tongling_gis.assessment import Assessment
    from tongling_gis.cli.show import Screen
    from tongling_gis.studies import ProposalStudy

_SHOWN = 5


def gates(options: argparse.Namespace, screen: Screen) -> None:
    """Propose the fewest gates for a boundary."""
    from tongling_gis import studies
    from tongling_gis.enclosure.proposing_gates import GateQuestion

    question = GateQuestion(
        rules=tuple(options.rules),
        without=tuple(options.without),
        limit_min=options.limit,
        most=options.most,
        **_prices(options.prices),
    )
    study = studies.study_gates(
        _opened(options), _subject(options), question, progress=screen.progress
    )
    result = study.assessment
    for row in result.layers["places"].itertuples():
        if row.kind:
            screen.say(
                Text(
                    f"  {row.place_id} {row.name_zh}：{_KINDS[row.kind].zh}",
                    f"  {row.place_id} {row.name_en}: {_KINDS[row.kind].en}",
                )
            )
    _show_trade_off(result, screen)
    _finish(study, "places", ("places", "trade_off", "conflicts"), options, screen)


_KINDS = {
    "vehicle": Text("车行门", "gate for vehicles"),
    "pedestrian": Text("人行门", "gate for people"),
    "fire_only": Text("消防门", "gate for fire engines"),
}


def _prices(given: list[str]) -> dict[str, Any]:
    from tongling_gis.enclosure.model import GateKind

    if not given:
        return {}
    found = dict.fromkeys(GateKind, 1.0)
    for said in given:
        kind, _, price = said.partition("=")
        try:
            found[GateKind(kind)] = float(price)
        except ValueError as error:
            raise UsageError(
                Text(
                    f"--prices 的值“{said}”不可用：请写作 vehicle=3、pedestrian=1、fire_only=2。",
                    f"--prices {said!r} cannot be used: write vehicle=3, pedestrian=1 or "
                    "fire_only=2.",
                )
            ) from error
    if min(found.values()) <= 0.0:
        raise UsageError(Text("--prices 须大于 0。", "--prices must be more than 0."))
    return {"prices": found}


def _show_trade_off(result: Assessment, screen: Screen) -> None:
    table = result.layers["trade_off"]
    if not len(table):
        return
    screen.say(Text("大门数与绕行的取舍：", "Gates against detours:"))
    for row in table.itertuples():
        worst, mean = (
            show_number(None if value != value else value, "s")  # noqa: PLR0124 - NaN
            for value in (row.worst_detour_s, row.mean_detour_s)
        )
        screen.say(
            Text(
                f"  {row.gates} 处：最多多走 {worst.zh}，平均 {mean.zh}（{row.places}）",
                f"  {row.gates}: at most {worst.en} longer, {mean.en} on average ({row.places})",
            )
        )


def openings(options: argparse.Namespace, screen: Screen) -> None:
    """Rank walls to open, and compounds not to close."""
    from tongling_gis import studies

    asked = studies.OpeningOptions(options.steps, options.by, _subject(options))
    study = studies.study_openings(_opened(options), asked, progress=screen.progress)
    result = study.assessment
    for row in result.layers["openings"].itertuples():
        screen.say(
            Text(
                f"{row.rank}. {row.name_zh}（{row.place_id}）：{row.residents_shorter:,.0f} 人共省 "
                f"{row.minutes_saved:,.0f} 分钟，15 分钟圈新增 {row.newly_covered:,.0f}",
                f"{row.rank}. {row.name_en} ({row.place_id}): {row.residents_shorter:,.0f} people "
                f"save {row.minutes_saved:,.0f} minutes, {row.newly_covered:,.0f} newly covered",
            )
        )
    closings = result.layers["closings"].head(_SHOWN)
    if len(closings):
        screen.say(
            Text("若封闭，对周边影响最大的小区：", "Compounds whose closing costs neighbours most:")
        )
    for row in closings.itertuples():
        name = row.name or row.compound_id
        screen.say(
            Text(
                f"  {name}：{row.residents_longer:,.0f} 人共多走 {row.minutes_lost:,.0f} 分钟，"
                f"{row.no_longer_covered:,.0f} 人离开 15 分钟圈",
                f"  {name}: {row.residents_longer:,.0f} people lose {row.minutes_lost:,.0f} "
                f"minutes, {row.no_longer_covered:,.0f} no longer within 15",
            )
        )
    _finish(study, "openings", ("openings", "curve", "closings"), options, screen)


def areas(options: argparse.Namespace, screen: Screen) -> None:
    """Divide a quarter into candidate management areas."""
    from tongling_gis import studies
    from tongling_gis.enclosure.proposing_areas import AreaQuestion

    question = AreaQuestion(area_ha=options.area_limit, dwellings=options.dwellings_limit)
    study = studies.study_areas(
        _opened(options), _subject(options), question, progress=screen.progress
    )
    for row in study.assessment.layers["alternatives"].itertuples():
        best = Text("  ← 推荐", "  <- suggested") if row.best else Text("", "")
        screen.say(
            Text(
                f"{row.alternative}. {row.title_zh}：{row.areas} 片，"
                f"新建围墙 {row.new_wall_m:,.0f} 米，不符合 {row.fails} 项，"
                f"无法判定 {row.unknown} 项{best.zh}",
                f"{row.alternative}. {row.title_en}: {row.areas} areas, {row.new_wall_m:,.0f} m of "
                f"new wall, {row.fails} rules fail, {row.unknown} unknown{best.en}",
            )
        )
    _finish(study, "areas", ("alternatives", "areas"), options, screen)


def _opened(options: argparse.Namespace) -> Any:  # noqa: ANN401 - studies are imported late
    from tongling_gis import studies

    if options.out:
        studies.check_export(Path(options.out))
    return studies.open_project(options.project)


def _subject(options: argparse.Namespace) -> Any:  # noqa: ANN401 - studies are imported late
    from tongling_gis import studies

    kept = {name: getattr(options, name) for name in ("author", "note", "date", "save_draft")
            if hasattr(options, name)}  # fmt: skip
    return studies.EnclosureOptions(
        path=options.file,
        compound_id=options.compound,
        draft_id=options.draft,
        gates_path=options.gates,
        gates_from=options.gates_from,
        area=options.area,
        crs=options.crs,
        part=options.part,
        answers_path=options.answers,
        tolerance_m=options.tolerance,
        reach=studies.ReachOptions(
            profile=options.profile,
            at=options.at,
            centres_from=options.centres_from,
            residents_from=options.residents_from,
        ),
        **kept,
    )


def _finish(
    study: ProposalStudy,
    table: str,
    tables: tuple[str, ...],
    options: argparse.Namespace,
    screen: Screen,
) -> None:
    """Show numbers and notes, write the table where asked, and answer as JSON."""
    from tongling_gis import studies

    result = study.assessment
    show_numbers(result, screen)
    for note in result.notes:
        screen.say(Text(f"说明：{note.zh}", f"Note: {note.en}"))
    for draft in study.drafts:
        screen.say(Text(f"已存为草案 {draft}", f"Kept as draft {draft}"))
    if options.out:
        path = studies.export_table(
            result.layers[table], Path(options.out), stamp=screen.word(result.stamp)
        )
        screen.say(Text(f"已写出：{path}", f"Written: {path}"))
    screen.answer(
        {
            **assessment_json(result),
            "result": study.result,
            "drafts": list(study.drafts),
            **{name: _rows(result, name) for name in tables},
        }
    )


def _rows(result: Assessment, name: str) -> Any:  # noqa: ANN401 - JSON
    rows = result.layers[name]
    plain = rows.drop(columns="geometry") if "geometry" in rows else rows
    return json.loads(plain.to_json(orient="records", force_ascii=False))
