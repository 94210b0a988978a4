"""The command line, as a planner uses it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest

from tongling_gis.cli import choose_lang, main

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis import studies


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    """Run one command with --json and read what it prints."""
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_info_counts_what_the_project_holds(
    demo: studies.Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demonstration holds 60 centres and its results, and says that it is invented."""
    facts = answer(capsys, "info", "-p", str(demo.workspace.folder))
    assert facts["rows"]["centres"] == 60
    assert facts["invented"] is True
    assert {result["name"].rsplit("-", 1)[0] for result in facts["results"]} >= {
        "coverage",
        "isochrones",
    }


def test_coverage_is_the_same_by_command_and_in_python(
    demo: studies.Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints the numbers of the study."""
    result = answer(capsys, "coverage", "-p", str(demo.workspace.folder))
    by_name = {
        (one["name"], one["group"], one["limit_minutes"]): one["value"]
        for one in result["indicators"]
    }
    expected = demo.coverage.indicator("share_covered", limit_minutes=15.0).value
    assert by_name["share_covered", "", 15.0] == expected


def test_chinese_is_the_default_and_english_a_switch(
    demo: studies.Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command speaks both languages, and mixes neither into the other."""
    folder = str(demo.workspace.folder)
    assert main(["coverage", "-p", folder]) == 0
    assert "15 分钟" in capsys.readouterr().out
    assert main(["coverage", "-p", folder, "--lang", "en"]) == 0
    english = capsys.readouterr().out
    assert "within 15 min" in english
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english)


def test_the_map_goes_where_it_is_told(
    demo: studies.Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--out names the page, and the answer says how large it is."""
    out = tmp_path / "页面.html"
    result = answer(capsys, "map", "-p", str(demo.workspace.folder), "--out", str(out))
    assert out.stat().st_size == result["size_bytes"] < 5_000_000


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["info", "-p", "nowhere"], 4),
        (["import", "nothing.csv", "-p", "nowhere"], 4),
        (["doctor", "nothing.csv"], 4),
        (["fetch", "-p", "nowhere"], 4),
    ],
)
def test_failures_are_one_sentence_with_a_code(
    words: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing project or file ends with its exit code and one line."""
    assert main(words) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.strip().splitlines()) == 1


def test_errors_are_json_too_where_json_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    """Machines get the error as JSON in both languages."""
    assert main(["info", "-p", "nowhere", "--json"]) == 4
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "MissingFileError"
    assert error["zh"] != error["en"]


@pytest.mark.parametrize("words", [["--foo"], ["import"], ["coverage", "--minutes", "x"], []])
def test_wrong_options_say_so_in_chinese(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong option is one Chinese line and exit code 2."""
    with pytest.raises(SystemExit) as stopped:
        main(words)
    printed = capsys.readouterr().err
    assert stopped.value.code == 2
    assert printed.startswith("错误：")
    assert len(printed.strip().splitlines()) == 1


def test_an_internal_error_leaves_a_log_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What nobody foresaw is a sentence naming a log that holds the traceback."""

    def fail(_folder: Path) -> None:
        message = "unforeseen"
        raise KeyError(message)

    monkeypatch.setattr("tongling_gis.studies.open_project", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["info", "--lang", "en"]) == 1
    printed = capsys.readouterr().err
    (log,) = tmp_path.glob("*.log")
    assert log.name in printed
    assert "unforeseen" in log.read_text(encoding="utf-8")
    assert "Traceback" not in printed


def test_the_language_is_found_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """--lang before or behind the command, or in the environment; Chinese otherwise."""
    assert choose_lang(["--lang=en", "info"]) == "en"
    assert choose_lang(["info", "--lang", "fr"]) == "zh"
    monkeypatch.setenv("TONGLING_GIS_LANG", "en")
    assert choose_lang(["info"]) == "en"


def test_hours_draw_the_week_and_one_group_alone(
    demo: studies.Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    """The week is drawn day by day, holidays among them, and only the group asked for counts."""
    words = ["hours", "-p", str(demo.workspace.folder), "--at", "Tuesday 19:30"]
    assert main([*words, "--group", "60+", "--lang", "en"]) == 0
    printed = capsys.readouterr().out
    assert "Public holiday" in printed
    assert "█" in printed
    assert "aged 60 and over" in printed.lower()
    assert "0-14" not in printed


def test_an_export_that_cannot_be_written_is_refused_before_anything_is_measured(
    demo: studies.Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong ending is told at once, and no result is kept for it."""
    before = len(demo.workspace.results())
    folder = str(demo.workspace.folder)
    assert main(["coverage", "-p", folder, "--minutes", "7", "--out", "x.docx"]) == 2
    assert ".parquet" in capsys.readouterr().err
    assert len(demo.workspace.results()) == before


def test_doctor_ends_with_code_3_where_a_file_has_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script can tell a file that must be mended first."""
    broken = tmp_path / "streets.osm.pbf"
    broken.write_bytes(b"no streets at all")
    assert main(["doctor", str(broken)]) == 3
    assert capsys.readouterr().out


def test_an_export_holds_the_layer_asked_for_or_all(
    demo: studies.Demo, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A GeoPackage holds areas, lines and points; --layer picks one for CSV; others are named."""
    asked = ["isochrones", "-p", str(demo.workspace.folder), "--minutes", "5", "--lang", "en"]
    forms = ["--lines", "--points"]
    assert main([*asked, *forms, "--out", str(tmp_path / "all.gpkg")]) == 0
    names = ["isochrones", "dissolved", "reached_streets", "reached_nodes"]
    assert gpd.list_layers(tmp_path / "all.gpkg")["name"].tolist() == names
    out = str(tmp_path / "nodes.csv")
    assert main([*asked, *forms, "--layer", "reached_nodes", "--out", out]) == 0
    assert pd.read_csv(out)["walk_s"].max() <= 300.0
    capsys.readouterr()
    assert main([*asked, "--out", str(tmp_path / "areas.csv")]) == 0
    assert "--layer picks dissolved" in capsys.readouterr().out
    assert main([*asked, "--layer", "gaps", "--out", out]) == 2
