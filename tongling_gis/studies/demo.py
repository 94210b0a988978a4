"""The main job on the invented sample city."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongling_gis.errors import MissingFileError, UsageError
from tongling_gis.studies.imports import ImportOptions, import_file
from tongling_gis.studies.maps import draw_project_map
from tongling_gis.studies.projects import create_project, open_project
from tongling_gis.studies.reach import study_coverage, study_isochrones
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.assessment import Assessment
    from tongling_gis.importers.report import ImportReport
    from tongling_gis.store import Workspace


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demonstration made."""

    workspace: Workspace
    reports: tuple[ImportReport, ...]
    coverage: Assessment
    map_path: Path


SAMPLE_IMPORTS: dict[str, ImportOptions] = {
    "study_area.geojson": ImportOptions(),
    "streets.osm.pbf": ImportOptions(),
    "compounds.shp": ImportOptions(),
    "centres.xlsx": ImportOptions(),
    "records.xlsx": ImportOptions(),
    "hydrants.csv": ImportOptions(),
}
"""The sample city's files, in the order in which they are imported."""

DEMO_NAME = Text("铜陵示例市", "Tongling sample city")


def run_demo(folder: Path, *, seed: int, lang: str, progress: Progress = silent) -> Demo:
    """Invent the sample city, bring it in as a user would, and do the main job on it.

    A demonstration that is there already is made anew; any other project is left alone.

    Raises:
        UsageError: If the folder holds something that is not a demonstration.
    """
    from tongling_gis.sample_city import invent_city, write_city

    _clear_old_demo(folder)
    inputs = folder / "data"
    progress(Text("虚构示例城市", "Inventing the sample city"), 0.0)
    write_city(invent_city(seed), inputs)
    workspace = create_project(
        folder, DEMO_NAME.in_lang("en" if lang == "en" else "zh"), invented=True
    )
    reports = []
    for done, (name, options) in enumerate(SAMPLE_IMPORTS.items()):
        progress(Text(f"导入 {name}", f"Importing {name}"), 0.2 + 0.4 * done / len(SAMPLE_IMPORTS))
        reports.append(import_file(workspace, inputs / name, options))
    progress(Text("计算覆盖与等时圈", "Measuring coverage and isochrones"), 0.6)
    coverage = study_coverage(workspace)
    study_isochrones(workspace)
    progress(Text("绘制地图", "Drawing the map"), 0.9)
    map_path = draw_project_map(workspace, lang=lang)
    progress(Text("完成", "Done"), 1.0)
    return Demo(workspace, tuple(reports), coverage, map_path)


def _clear_old_demo(folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        old = open_project(folder)
    except MissingFileError:
        old = None
    if old is None or not old.invented:
        raise UsageError(
            Text(
                f"文件夹“{folder}”里已有其他内容：请换一个空文件夹。",
                f"The folder {folder} holds something else: name an empty one, "
                "as in: tongling-gis demo another-folder.",
            )
        )
    shutil.rmtree(folder)
