"""Reports: what they say, how Word and HTML hold it, templates, and what they are written from."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import docx
import pytest
from docx.oxml.ns import qn
from figure_town import make_town
from PIL import Image

from tongling_gis import studies
from tongling_gis.cli import main
from tongling_gis.errors import MissingFileError, UnreadableFileError, UsageError
from tongling_gis.report import Report, report_coverage, write_html, write_word
from tongling_gis.report.content import (
    Bullets,
    Heading,
    PageTurn,
    Paragraph,
    Picture,
    Table,
)
from tongling_gis.report.phrases import number_headings, say_count, say_share
from tongling_gis.report.word_styles import LOOKS
from tongling_gis.store import Workspace
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.report.content import Block

HOSTILE = '<script>alert("x")</script>\x0b&amp;"\'李'


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Make a small town whose coverage is measured; nothing is written into it."""
    project = make_town(tmp_path_factory.mktemp("town") / "方格镇")
    studies.study_coverage(project, studies.ReachOptions(minutes=(3.0, 6.0, 9.0)))
    return project


@pytest.fixture
def project(town: Workspace, tmp_path: Path) -> Workspace:
    """Copy the town, to write into."""
    shutil.copytree(town.folder, tmp_path / "project")
    return Workspace.open(tmp_path / "project")


def picture() -> bytes:
    """Make a small PNG."""
    target = io.BytesIO()
    Image.new("RGB", (8, 6), "white").save(target, "PNG")
    return target.getvalue()


def sample(rows: int = 60) -> Report:
    """Make a report with one of every block, named by somebody hostile."""
    heads = [Text("名称", "Name"), Text("人数", "People")]
    cells = [[Text.same(HOSTILE), say_count(1000.0 + number)] for number in range(rows)]
    blocks: list[Block] = [
        Heading(Text("结论", "Findings")),
        Paragraph(Text.same(HOSTILE)),
        Heading(Text("细节", "Details"), 2),
        Bullets([Text("第一条", "one"), Text("第二条", "two")]),
        Picture(Text("示意图", "A picture"), picture(), 0.5),
        PageTurn(landscape=True),
        Table(Text("一览", "The rows"), heads, cells, (3, 1), frozenset({1})),
        PageTurn(landscape=False),
        Heading(Text("数据与局限", "Limits")),
    ]
    return Report(
        Text.same(HOSTILE),
        [(Text("项目", "Project"), Text.same(HOSTILE))],
        number_headings(blocks),
        Text("步行 1.1 m/s", "walking at 1.1 m/s"),
        invented=True,
        contents=True,
    )


def written(path: Path, report: Report, **options: Any) -> Any:
    """Write a report as Word and read it back."""
    write_word(report, path, lang=options.pop("lang", "zh"), **options)
    assert [one.name for one in path.parent.iterdir() if one.name.endswith(".part")] == []
    return docx.Document(str(path))


def fields(document: Any) -> list[str]:
    """List the fields of the text and the footers."""
    parts = [document.element.body, *(one.footer._element for one in document.sections)]
    return [(node.text or "").strip() for part in parts for node in part.iter(qn("w:instrText"))]


def test_every_style_and_run_has_an_east_asian_font(tmp_path: Path) -> None:
    """Chinese is set in a Chinese font in each style used and each run with words."""
    document = written(tmp_path / "a.docx", sample(3))
    for name in LOOKS:
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in {"宋体", "黑体"}
    parts = [document.element.body, document.sections[0].footer._element]
    runs = [run for part in parts for run in part.iter(qn("w:r")) if run.findall(qn("w:t"))]
    assert len(runs) > 20
    for run in runs:
        fonts = run.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in {"宋体", "黑体"}
        assert fonts.get(qn("w:hint")) == "eastAsia"


def test_captions_pages_and_contents_are_fields(tmp_path: Path) -> None:
    """Word numbers captions and pages itself and lists the numbered headings."""
    document = written(tmp_path / "a.docx", sample(3))
    found = fields(document)
    for one in ("SEQ 表 \\* ARABIC", "SEQ 图 \\* ARABIC", "PAGE", "NUMPAGES"):
        assert found.count(one) == 1 or one in {"PAGE", "NUMPAGES"}
        assert one in found
    assert any(one.startswith("TOC ") for one in found)
    listed = [one.text for one in document.paragraphs if one.style.name.startswith("toc ")]
    headings = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert headings == ["一、结论", "（一）细节", "二、数据与局限"]
    assert [one.strip() for one in listed] == headings
    marks = {node.get(qn("w:name")) for node in document.element.iter(qn("w:bookmarkStart"))}
    referred = {one.split()[1] for one in found if one.startswith("PAGEREF")}
    assert referred == marks


def test_tables_repeat_heads_and_keep_rows_whole(tmp_path: Path) -> None:
    """A long table's head stands on each page, no row breaks, and its page lies on its side."""
    document = written(tmp_path / "a.docx", sample(60))
    table = document.tables[0]
    assert len(table.rows) == 61
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert [kept[0], kept[30], kept[-2], kept[-1]] == [True, None, True, None]
    sizes = [(one.page_width, one.page_height) for one in document.sections]
    assert sizes[0] == sizes[2] == sizes[1][::-1]
    assert sizes[1][0] > sizes[1][1]
    after = table._tbl.getnext()
    assert after.pPr.find(qn("w:sectPr")) is not None
    assert after.pPr.find(qn("w:spacing")).get(qn("w:line")) == "20"


def test_html_is_one_file_that_runs_nothing(tmp_path: Path) -> None:
    """Hostile names are escaped, pictures are inside, and no address is called."""
    path = write_html(sample(3), tmp_path / "a.html", lang="zh")
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert" in page
    assert "\x0b" not in page
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?!data:)[a-z]""", page)
    assert "http" not in page
    assert page.count("data:image/png;base64,") == 1


def bare_template(path: Path) -> None:
    """Make a bureau's template that lacks styles, with its own header and numbered footer."""
    template = docx.Document()
    for name in ("Title", "Heading 2", "Caption", "List Bullet", "Table Grid"):
        style = template.styles[name].element
        style.getparent().remove(style)
    template.styles["Heading 1"].font.name = "Arial"
    template.add_paragraph("模板原有的文字")
    section = template.sections[0]
    section.header.paragraphs[0].text = "市社区治理局"
    line = section.footer.paragraphs[0]
    line.add_run("内部资料")
    node = line.add_run()._element.makeelement(qn("w:instrText"))
    node.text = " PAGE "
    line.add_run()._element.append(node)
    template.save(str(path))


def test_a_template_gives_its_look_and_gets_what_it_lacks(tmp_path: Path) -> None:
    """Its styles, header and footer stay, its text goes, and missing styles are ours."""
    template = tmp_path / "本局模板.docx"
    bare_template(template)
    before = template.read_bytes()
    document = written(tmp_path / "a.docx", sample(3), template=template)
    assert template.read_bytes() == before
    texts = [one.text for one in document.paragraphs]
    assert "模板原有的文字" not in texts
    assert document.styles["Heading 1"].font.name == "Arial"
    for name in ("Title", "Heading 2", "Caption", "List Bullet"):
        assert document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia")) is not None
    assert "市社区治理局" in document.sections[0].header.paragraphs[0].text
    footer = document.sections[0].footer
    assert [one.text for one in footer.paragraphs] == [
        "内部资料",
        "示例数据（虚构）　步行 1.1 m/s",
    ]
    assert fields(document).count("NUMPAGES") == 0


def test_templates_that_cannot_be_used_are_refused_first(town: Workspace, tmp_path: Path) -> None:
    """A missing template, another file and a template for HTML are refused before any work."""
    other = tmp_path / "模板.docx"
    other.write_text("not Word", encoding="utf-8")
    for template, out, error in (
        (tmp_path / "none.docx", tmp_path / "a.docx", MissingFileError),
        (other, tmp_path / "a.docx", UnreadableFileError),
        (other, tmp_path / "a.html", UsageError),
        (None, tmp_path / "a.pdf", UsageError),
    ):
        options = studies.ReportOptions(out=out, template=template)
        with pytest.raises(error):
            studies.write_project_report(town, "coverage", options=options)
    assert sorted(tmp_path.iterdir()) == [other]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """What stands there already stays whole where a report cannot be written."""
    path = tmp_path / "a.docx"
    path.mkdir()
    with pytest.raises(OSError, match="docx"):
        write_word(sample(1), path, lang="zh")
    assert list(tmp_path.iterdir()) == [path]


def test_a_report_says_the_numbers_of_its_result(town: Workspace, tmp_path: Path) -> None:
    """Every number of the table and the sentence is the Assessment's."""
    coverage = town.latest("coverage")
    assert coverage is not None
    document = written(tmp_path / "a.docx", report_coverage(coverage, pictures={}))
    covered = coverage.indicator("residents_covered", limit_minutes=9.0).value
    share = coverage.indicator("share_covered", limit_minutes=9.0).value
    assert covered is not None
    assert share is not None
    said = "\n".join(one.text for one in document.paragraphs)
    assert say_count(float(covered)).zh in said
    assert say_share(float(share)).zh in said
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    elderly = coverage.indicator(
        "residents_covered", group="residents_60_plus", limit_minutes=6.0
    ).value
    assert elderly is not None
    assert rows[-1][3].startswith(f"{elderly:,.0f}（")
    served = sum(float(row.cells[3].text.replace(",", "")) for row in document.tables[2].rows[1:])
    assert served == float(covered)


def test_a_dossier_tells_overrides_answers_and_approvals(
    project: Workspace, tmp_path: Path
) -> None:
    """A draft's answers, who let what pass and why, and its approval stand in the dossier."""
    answers = tmp_path / "答复.toml"
    answers.write_text('LEG-05 = true\n"LEG-05.number" = "规 2026-7"\n', encoding="utf-8")
    options = studies.EnclosureOptions(
        compound_id="X1",
        answers_path=answers,
        overrides=(("FIR-01", "已列入改造计划"),),
        save_draft=True,
        author="王工",
        date="2026-03-02",
    )
    study = studies.study_enclosure(project, options)
    studies.approve_draft(project, study.draft_id, by="李主任", date="2026-03-09")
    out = tmp_path / "a.docx"
    studies.write_project_report(project, "enclosure", "X1", studies.ReportOptions(out=out))
    document = docx.Document(str(out))
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert any(
        row[0].startswith("FIR-01") and "王工 2026-03-02 破例：已列入" in row[2]
        for row in cells
        if len(row) == 3
    )
    assert ["LEG-05", "已取得规划许可或书面意见", "是"] in cells
    assert any(row[:2] == ["LEG-05.number", "文号"] and row[2] == "规 2026-7" for row in cells)
    assert any(row[:4] == ["A001", study.draft_id, "2026-03-09", "李主任"] for row in cells)
    findings = [one.rule for one in study.assessment.findings]
    named = {row[0].split()[0] for row in cells if row[0] and row[0].split()[0] in findings}
    assert named == set(findings)


def test_reports_say_what_to_run_or_to_name(project: Workspace) -> None:
    """Where nothing was chosen, or nobody is meant, it is said what to do."""
    with pytest.raises(MissingFileError, match="tongling-gis site"):
        studies.write_project_report(project, "siting")
    with pytest.raises(UsageError, match="fits 0"):
        studies.write_project_report(project, "centre", "nowhere")
    with pytest.raises(UsageError, match="C999"):
        studies.write_project_report(project, "enclosure", "C999")
    with pytest.raises(UsageError, match="coverage-77"):
        studies.write_project_report(project, "coverage", "coverage-77")


def test_the_command_writes_both_files(
    project: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """``report`` writes Word and HTML into the project's maps, measuring what is missing."""
    assert main(["report", "centre", "C1", "-p", str(project.folder), "--lang", "en"]) == 0
    assert "report-centre-C1-en.docx" in capsys.readouterr().out
    names = sorted(one.name for one in project.maps.glob("report-*"))
    assert names == ["report-centre-C1-en.docx", "report-centre-C1-en.html"]
    page = (project.maps / names[1]).read_text(encoding="utf-8")
    access = project.latest("access")
    assert access is not None
    row = access.layers["centres"].set_index("centre_id").loc["C1"]
    assert f"In all {row['residents_within']:,.0f} residents reach it" in page
    assert "FAC-01 cannot be held against it" in page


def test_a_result_older_than_its_data_says_so(project: Workspace, tmp_path: Path) -> None:
    """A named result whose data changed since is told on the first page and each foot."""
    centres = project.read("centres")
    project.write({"centres": centres.assign(name=[HOSTILE, *centres["name"][1:]])})
    out = tmp_path / "a.docx"
    options = studies.ReportOptions(out=out)
    studies.write_project_report(project, "coverage", "coverage-01", options)
    document = docx.Document(str(out))
    assert any(one.text.startswith("注意：结果早于现在的数据") for one in document.paragraphs)
    assert "⚠" in document.sections[0].footer.paragraphs[0].text


def test_homes_are_counted_where_residents_are_unknown(town: Workspace) -> None:
    """A result that counts buildings never speaks of residents it does not know."""
    coverage = town.latest("coverage")
    assert coverage is not None
    counted = tuple(
        replace(one, name=one.name.replace("residents_", "buildings_"))
        for one in coverage.indicators
        if not one.group
    )
    homes = replace(
        coverage, indicators=counted, parameters={**coverage.parameters, "counted": "buildings"}
    )
    report = report_coverage(homes, pictures={})
    said = next(one.words.zh for one in report.blocks if isinstance(one, Paragraph))
    assert "处居民点中" in said
    assert "名居民" not in said
