"""Crashes, locks, full disks, damaged files, odd folders: nothing lost, one clear sentence."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tongling_gis.assessment import Assessment, Provenance
from tongling_gis.errors import MissingFileError, WorkspaceError, WorkspaceLockedError
from tongling_gis.store import Origin, Workspace, transactions
from tongling_gis.store.qgis import PROJECT_FILE
from tongling_gis.store.workspace import FILE_NAME
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable


def companies(*keys: str) -> pd.DataFrame:
    """Make a record table with these keys."""
    return pd.DataFrame({"company_id": list(keys)})


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """Make a project with one company in it."""
    workspace = Workspace.create(tmp_path / "项目", name="铜陵")
    workspace.write({"companies": companies("旧")})
    return workspace


# Crashes

KILLS = """
import json, os, random, signal, sys, time
import geopandas as gpd, numpy as np, pandas as pd, shapely
from tongling_gis.store import Origin, Workspace

project, seed, kills = Workspace.open(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
places = shapely.points(np.random.default_rng(seed).uniform(117.7, 117.9, (1500, 2)) - [0, 87])

def write(number):
    keys = [f"c{n}" for n in range(1500)]
    name = pd.Series([str(number)] * 1500)
    project.write(
        {
            "companies": pd.DataFrame({"company_id": keys, "name": name}),
            "centres": gpd.GeoDataFrame(
                {"centre_id": keys, "name": name}, geometry=places, crs=4326
            ),
        },
        origin=Origin(f"import {number}"),
    )

write(0)
began = time.perf_counter()
write(1)
takes_s = time.perf_counter() - began
number, seen = 1, []
for _ in range(kills):
    ready, told = os.pipe()
    child = os.fork()
    if not child:
        os.write(told, b"!")
        write(number + 1)
        os._exit(0)
    os.read(ready, 1)
    time.sleep(chance.uniform(0, 3 * takes_s))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ready), os.close(told)
    crashed = os.path.exists(str(project.path) + "-journal")
    after = Workspace.open(sys.argv[1])
    states = {
        *after.read("companies")["name"],
        *after.read("centres")["name"],
        after.imports()[-1].origin.file.removeprefix("import "),
        str(len(after.imports()) - 1),
    }
    seen.append({"before": number, "after": sorted(states), "in the middle": crashed})
    number = max(map(int, states))
print(json.dumps(seen))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked writers, which Windows has not")
def test_a_writer_killed_at_any_moment_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    """Twenty writers killed at random moments: layer, table and list of imports agree each time."""
    project = Workspace.create(tmp_path / "项目", name="铜陵")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLS, str(project.folder), "7", "20"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    seen = json.loads(done.stdout)
    assert len(seen) == 20
    for one in seen:
        assert one["after"] in ([str(one["before"])], [str(one["before"] + 1)]), one
    with sqlite3.connect(project.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    project.write({"companies": companies("新")})
    assert sorted(path.name for path in project.folder.iterdir()) == [
        "maps",
        FILE_NAME,
        PROJECT_FILE,
    ]


def test_a_crash_in_the_middle_is_put_right_by_the_next_reader(project: Workspace) -> None:
    """A file left with half of a change and SQLite's journal reads as before the change."""
    before = project.path.read_bytes()
    journal = project.path.with_name(f"{FILE_NAME}-journal")
    writer = sqlite3.connect(project.path, isolation_level=None)
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE companies SET name = '半'")
    rows = [(f"w{n}", "x" * 500) for n in range(200)]
    writer.executemany("INSERT INTO companies (company_id, name) VALUES (?, ?)", rows)
    half, undo = project.path.read_bytes(), journal.read_bytes()
    writer.close()
    assert half != before
    project.path.write_bytes(half)
    journal.write_bytes(undo)
    assert Workspace.open(project.folder).read("companies")["company_id"].tolist() == ["旧"]
    assert not journal.exists()


def test_a_project_half_made_can_be_made(tmp_path: Path) -> None:
    """A crash while a project is made leaves an empty file at most, which is no project yet."""
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(MissingFileError):
        Workspace.open(tmp_path)
    Workspace.create(tmp_path, name="铜陵")
    assert Workspace.open(tmp_path).name == "铜陵"


# Two at once


def test_two_writers_lose_nothing_of_each_other(project: Workspace) -> None:
    """Forty additions from four writers at once are all there afterwards."""

    def add(number: int) -> None:
        Workspace.open(project.folder).write(
            {"companies": companies(f"w{number}")}, origin=Origin(str(number)), replace=False
        )

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(add, range(40)))
    assert set(project.read("companies")["company_id"]) == {"旧", *(f"w{n}" for n in range(40))}
    assert len(project.imports()) == 40


def test_readers_see_whole_states_while_a_writer_writes(project: Workspace) -> None:
    """A reader beside a busy writer never sees a table with rows of two states."""
    over = threading.Event()

    def keep_writing() -> None:
        for number in range(30):
            project.write({"companies": companies(*(f"{number}-{n}" for n in range(200)))})
        over.set()

    with ThreadPoolExecutor(1) as writer:
        ended = writer.submit(keep_writing)
        while not over.is_set() and not ended.done():
            states = {key.split("-")[0] for key in project.read("companies")["company_id"]}
            assert len(states) == 1
        ended.result()


def test_a_project_held_by_another_program_says_so(
    project: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing waits for the other, then says to wait or save in QGIS; reading still works."""
    monkeypatch.setattr(transactions, "LOCK_WAIT_S", 0.05)
    other = sqlite3.connect(project.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorkspaceLockedError, match="Another program is writing"):
        project.write({"companies": companies("新")})
    assert project.read("companies")["company_id"].tolist() == ["旧"]
    other.close()
    project.write({"companies": companies("新")})
    assert project.read("companies")["company_id"].tolist() == ["新"]


def test_a_file_that_qgis_left_in_its_own_mode_is_written_and_read(project: Workspace) -> None:
    """QGIS keeps a GeoPackage it edits in write-ahead mode; both programs go on working."""
    qgis = sqlite3.connect(project.path, isolation_level=None)
    assert qgis.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    qgis.execute("UPDATE companies SET name = 'QGIS'")
    reading = qgis.execute("SELECT company_id FROM companies")
    project.write({"companies": companies("新")}, replace=False)
    assert project.read("companies")["name"].tolist()[0] == "QGIS"
    reading.close()
    assert qgis.execute("SELECT COUNT(*) FROM companies").fetchone() == (2,)
    qgis.close()


# Disks and files that refuse


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("PRAGMA max_page_count = 1", "The disk is full .* was not changed"),
        ("PRAGMA query_only = ON", "Cannot open or write .* not read-only"),
    ],
)
def test_a_disk_that_refuses_leaves_the_old_state(
    project: Workspace, monkeypatch: pytest.MonkeyPatch, fault: str, said: str
) -> None:
    """A full or read-only disk is one clear sentence, and what was there stays."""
    connect = transactions._connect

    def faulty(path: Path, mode: str) -> sqlite3.Connection:
        connection = connect(path, mode)
        connection.execute(fault)
        return connection

    rows = pd.DataFrame({"company_id": [f"w{n}" for n in range(500)], "name": "x" * 500})
    with monkeypatch.context() as patched:
        patched.setattr(transactions, "_connect", faulty)
        with pytest.raises(WorkspaceError, match=said):
            project.write({"companies": rows})
    assert project.read("companies")["company_id"].tolist() == ["旧"]


def cut_off(path: Path) -> None:
    """Lose the end of the file, as a broken copy does."""
    path.write_bytes(path.read_bytes()[:9000])


def overwrite(path: Path) -> None:
    """Make it a text file."""
    path.write_text("街道,长度\n" * 500, encoding="utf-8")


def scribble(path: Path) -> None:
    """Spoil the list of tables."""
    whole = bytearray(path.read_bytes())
    whole[100:4096] = bytes(range(256)) * 15 + bytes(156)
    path.write_bytes(whole)


def make_other_geopackage(path: Path) -> None:
    """Put a GeoPackage of another program there."""
    import geopandas as gpd
    import shapely

    path.unlink()
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)], crs=4326).to_file(path)


def make_other_database(path: Path) -> None:
    """Put a SQLite database there that is no GeoPackage."""
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE project (key, value)")
    connection.commit()
    connection.close()


def make_newer(path: Path) -> None:
    """Say that a later program made it."""
    connection = sqlite3.connect(path)
    connection.execute("UPDATE project SET value = '99' WHERE key = 'format'")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (cut_off, "damaged or no GeoPackage"),
        (overwrite, "damaged or no GeoPackage"),
        (scribble, "damaged or no GeoPackage"),
        (make_other_geopackage, "no project of this program"),
        (make_other_database, "no project of this program"),
        (make_newer, "made by a newer version"),
    ],
)
def test_a_file_that_is_no_sound_project_says_so(
    project: Workspace, spoil: Callable[[Path], None], said: str
) -> None:
    """Damaged, foreign and newer files are told apart when the project is opened."""
    spoil(project.path)
    with pytest.raises(WorkspaceError, match=said) as told:
        Workspace.open(project.folder)
    assert str(project.path) in told.value.text.zh


def test_a_folder_without_a_project_says_how_to_make_one(tmp_path: Path) -> None:
    """Opening an empty or missing folder names the command that makes a project."""
    for folder in (tmp_path, tmp_path / "没有"):
        with pytest.raises(MissingFileError, match="tongling-gis new"):
            Workspace.open(folder)


def test_a_project_is_never_made_over_another(project: Workspace) -> None:
    """Making a project where one is keeps the one that is."""
    with pytest.raises(WorkspaceError, match="already"):
        Workspace.create(project.folder, name="别的")
    assert project.name == "铜陵"
    assert project.has("companies")


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    """A file where the folder should be is one clear sentence."""
    (tmp_path / "文件").touch()
    with pytest.raises(WorkspaceError, match="cannot be made"):
        Workspace.create(tmp_path / "文件", name="铜陵")


@pytest.mark.parametrize("name", ["铜陵 项目", "a?b#c%41&d", "'引号'", "..%2f x", "é" * 40])
def test_folders_of_any_name_work(tmp_path: Path, name: str) -> None:
    """Spaces, Chinese and characters that mean something in addresses are only a name."""
    if os.name == "nt" and "?" in name:
        pytest.skip("Windows has no such names")
    project = Workspace.create(tmp_path / name, name=name)
    project.write({"companies": companies("一")})
    assert Workspace.open(tmp_path / name).read("companies")["company_id"].tolist() == ["一"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are not UTF-8")
def test_a_folder_whose_name_is_not_utf8_works(tmp_path: Path) -> None:
    """A folder named in GBK bytes is opened like any other."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + "铜陵".encode("gbk")))
    project = Workspace.create(folder, name="铜陵")
    project.write({"companies": companies("一")})
    assert Workspace.open(folder).read("companies")["company_id"].tolist() == ["一"]


def test_a_project_of_qgis_that_cannot_be_written_loses_no_data(project: Workspace) -> None:
    """Where the QGIS project is in the way, the data are written all the same."""
    (project.folder / PROJECT_FILE).unlink()
    (project.folder / PROJECT_FILE).mkdir()
    project.write({"companies": companies("新")})
    assert project.read("companies")["company_id"].tolist() == ["新"]


def test_a_project_that_the_user_saved_from_qgis_is_left_alone(project: Workspace) -> None:
    """Our own project file is made anew with each write, one that was changed by hand is not."""
    path = project.folder / PROJECT_FILE
    project.write({"alliances": pd.DataFrame({"alliance_id": ["L1"]})})
    assert "layername=alliances" in path.read_text(encoding="utf-8")
    changed = path.read_text(encoding="utf-8").replace("<title>", "<title>我的", 1)
    path.write_text(changed, encoding="utf-8")
    project.write({"activities": pd.DataFrame({"activity_id": ["a"]})})
    assert path.read_text(encoding="utf-8") == changed


def test_a_result_whose_layer_was_deleted_in_qgis_says_so(project: Workspace) -> None:
    """A layer that another program removed is named on loading, and writing goes on."""
    rows = companies("一")
    made = Provenance("0.1")
    name = project.save(
        Assessment("siting", "铜官区", {}, {"sites": rows}, (), made, Text.same("1.1 m/s"))
    )
    connection = sqlite3.connect(project.path, isolation_level=None)
    connection.execute(f'DROP TABLE "result_{name}_sites"')
    connection.execute("DELETE FROM gpkg_contents WHERE table_name LIKE 'result%'")
    connection.close()
    with pytest.raises(WorkspaceError, match="no such table: result_siting-01_sites"):
        project.load(name)
    project.write({"companies": companies("新")})
