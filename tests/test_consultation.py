"""Residents' remarks on a draft: the page, the file, the project and the answers."""

from __future__ import annotations

import json
import shutil

import pytest
import shapely
from map_reader import Reader, chrome, needs_browser

from tongling_gis import studies
from tongling_gis.cli import main
from tongling_gis.errors import SchemaError, UnreadableFileError, UsageError
from tongling_gis.importers.remarks import MOST_REMARKS, read_remarks

BOUNDARY = shapely.box(117.80, 30.90, 117.81, 30.91)
DRAFTS = {"C003-v1": BOUNDARY}


def remark(text="北门晚上也开", at=(117.805, 30.905), **more):
    """Make a feature as the page writes it."""
    geometry = None if at is None else {"type": "Point", "coordinates": list(at)}
    return {"type": "Feature", "geometry": geometry, "properties": {"text": text, **more}}


def write(folder, *features, draft="C003-v1"):
    """Write a file of remarks."""
    path = folder / "remarks.geojson"
    collection = {"consultation": {"draft_id": draft}, "features": list(features)}
    path.write_text(json.dumps({"type": "FeatureCollection", **collection}), encoding="utf-8")
    return path


def test_remarks_are_read_with_their_place_and_words(tmp_path):
    """A remark keeps text, name, contact and place; one without a place is taken too."""
    path = write(tmp_path, remark(name="李", contact="138"), remark("整体同意", at=None))
    found = read_remarks(path, drafts=DRAFTS)
    assert found.remarks["text"].tolist() == ["北门晚上也开", "整体同意"]
    assert found.remarks["contact"].tolist()[0] == "138"
    assert found.remarks.geometry.iloc[0].equals(shapely.Point(117.805, 30.905))
    assert found.left_out == ()


def test_what_is_no_remark_is_left_out_and_says_why(tmp_path):
    """Empty words, a far place, an unreadable place and a second copy are counted one by one."""
    twice = remark(remark_id="0123456789abcdef")
    odd = [remark("  "), remark(at=(0, 0)), remark(at=("x", 1)), "no feature", twice, twice]
    found = read_remarks(write(tmp_path, *odd), drafts=DRAFTS)
    assert len(found.remarks) == 1
    assert [one.en.split(": ")[1] for one in found.left_out] == [
        "it says nothing",
        "it lies far from the draft",
        "its place cannot be read",
        "no remark",
        "received before",
    ]


def test_control_and_direction_characters_are_taken_out_and_lengths_limited(tmp_path):
    """Nothing that hides or turns text around comes in, and no more than 500 characters."""
    found = read_remarks(write(tmp_path, remark("好\u202e\x00\u200b" + "长" * 600)), drafts=DRAFTS)
    text = found.remarks["text"].iloc[0]
    assert text == "好" + "长" * 499


def test_a_file_of_too_many_remarks_or_about_another_draft_is_refused(tmp_path):
    """One clear sentence, and nothing is taken."""
    with pytest.raises(SchemaError, match="at most 30"):
        read_remarks(write(tmp_path, *[remark()] * (MOST_REMARKS + 1)), drafts=DRAFTS)
    with pytest.raises(SchemaError, match="C009"):
        read_remarks(write(tmp_path, remark(), draft="C009"), drafts=DRAFTS)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"features": 3}'])
def test_a_file_that_no_page_wrote_is_refused(tmp_path, content):
    """Broken files are named and end in one sentence."""
    path = tmp_path / "broken.geojson"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="broken"):
        read_remarks(path, drafts=DRAFTS)


@pytest.fixture(scope="module")
def asked(demo, tmp_path_factory):
    """Keep a draft of a compound of the sample city, and draw its page."""
    folder = tmp_path_factory.mktemp("consultation") / "project"
    shutil.copytree(demo.workspace.folder, folder, ignore=shutil.ignore_patterns("*.html"))
    check = ["enclosure", "check", "--compound", "C003", "--save-draft", "--author", "Wang"]
    assert main([*check, "-p", str(folder)]) in {0, 7}
    workspace = studies.open_project(folder)
    return workspace, studies.draw_consultation_page(workspace, "C003-v1")


def test_remarks_come_into_the_project_are_answered_and_shown_without_contacts(asked, tmp_path):
    """A remark is received once, answered with a name, shown on the page; contacts never are."""
    workspace, _ = asked
    words = "<script>alert(1)</script>"
    path = write(tmp_path, remark(words, at=None, contact="13812345678", remark_id="ab" * 8))
    assert studies.receive_remarks(workspace, [path]).received == 1
    again = studies.receive_remarks(workspace, [path])
    assert again.received == 0
    assert len(again.left_out) == 1
    with pytest.raises(UsageError, match="name"):
        studies.answer_remark(workspace, "ab" * 8, answer="好的")
    studies.answer_remark(workspace, "ab" * 8, answer="好的", by="王")
    row = studies.list_remarks(workspace, "C003-v1").set_index("remark_id").loc["ab" * 8]
    assert (row["status"], row["answer"], row["answered_by"]) == ("answered", "好的", "王")
    page = studies.draw_consultation_page(workspace, "C003-v1", tmp_path / "page.html")
    written = page.read_text(encoding="utf-8")
    assert "好的" in written
    assert "13812345678" not in written
    assert words not in written
    studies.answer_remark(workspace, "ab" * 8, hide=True)
    page = studies.draw_consultation_page(workspace, "C003-v1", tmp_path / "page.html")
    assert "好的" not in page.read_text(encoding="utf-8")


def test_the_page_of_a_draft_with_an_openstreetmap_number_is_one_file_in_maps(asked, tmp_path):
    """A slash in the draft's number makes no folder; a walk that stays the same is said so."""
    folder = tmp_path / "project"
    shutil.copytree(asked[0].folder, folder)
    workspace = studies.open_project(folder)
    layers = {name: workspace.read(name) for name in ("enclosure_drafts", "draft_gates")}
    workspace.write({name: rows.assign(draft_id="way/5-v1") for name, rows in layers.items()})
    assert "设出入口 2 处" in studies.draw_consultation_page(workspace, "way/5-v1").read_text(
        "utf-8"
    )
    page = studies.draw_consultation_page(workspace, "way/5-v1")
    assert page == workspace.maps / "consultation-way_5-v1.html"
    written = page.read_text(encoding="utf-8")
    assert "步行时间不变" in written
    assert "0.0 分钟" not in written
    assert "示例数据（虚构） · 示例数据（虚构）" not in written


def test_residents_are_asked_for_gates_that_nobody_has_drawn(asked, tmp_path):
    """No gate in the draft is a gap in it, not a wall without a way through."""
    folder = tmp_path / "project"
    shutil.copytree(asked[0].folder, folder)
    workspace = studies.open_project(folder)
    workspace.write({"draft_gates": workspace.read("draft_gates").iloc[:0]})
    written = studies.draw_consultation_page(workspace, "C003-v1").read_text(encoding="utf-8")
    assert "出入口位置尚未确定" in written
    assert "0 处" not in written


@needs_browser
def test_a_resident_writes_a_remark_in_the_page_and_the_project_takes_it(asked, tmp_path):
    """Place, words, add, download; the file comes into the project with the place clicked."""
    workspace, page = asked
    with chrome() as driver:
        reader = Reader(driver)
        command = {"behavior": "allow", "downloadPath": str(tmp_path)}
        driver.execute_cdp_cmd("Browser.setDownloadBehavior", command)
        reader.open(page)
        reader.find("#centre").click()
        reader.find("#text").send_keys("后门的路还能走吗？")
        reader.find("#add").click()
        assert "后门的路还能走吗？" in reader.text("#mine")
        reader.find("#download").click()
        reader.wait(lambda: list(tmp_path.glob("*.geojson")))
        assert [one for one in driver.get_log("browser") if one["level"] == "SEVERE"] == []
    path = next(tmp_path.glob("*.geojson"))
    assert studies.receive_remarks(workspace, [path]).received == 1
    remarks = studies.list_remarks(workspace, "C003-v1")
    mine = remarks[remarks["text"] == "后门的路还能走吗？"]
    boundary = studies.list_drafts(workspace)[0].case.boundary
    assert mine.geometry.iloc[0].distance(boundary.centroid) < 100.0
