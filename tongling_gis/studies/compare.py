"""What a scenario of changes does to who reaches a centre."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tongling_gis.errors import MissingFileError, UnreadableFileError, UsageError
from tongling_gis.studies.inputs import (
    optional_layer,
    project_centres,
    project_network,
    project_provenance,
    project_residents,
)
from tongling_gis.studies.reach import ReachOptions
from tongling_gis.text import Progress, Text, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongling_gis.assessment import Assessment
    from tongling_gis.store import Workspace


_ONE_FILE, _TWO_RESULTS = 1, 2


def study_comparison(
    workspace: Workspace,
    compared: Sequence[str],
    options: ReachOptions | None = None,
    *,
    progress: Progress = silent,
) -> Assessment:
    """Compare what is named: the city before and after a scenario file, or two saved results.

    Raises:
        UsageError: If neither one file nor two results are named.
    """
    if len(compared) == _ONE_FILE:
        return study_scenario(workspace, Path(compared[0]), options, progress=progress)
    if len(compared) == _TWO_RESULTS and not any(Path(one).is_file() for one in compared):
        return study_two_results(workspace, compared[0], compared[1], progress=progress)
    raise UsageError(
        Text(
            "请给出一个方案文件，或两个已存的覆盖结果（如 coverage-01 coverage-02）；"
            "方案请逐个计算，再用 map 在地图上任选两个对比。",
            "Name one scenario file, or two saved coverages (such as coverage-01 coverage-02); "
            "several scenarios go one by one, and any two are then compared on the map.",
        )
    )


def study_two_results(
    workspace: Workspace, one: str, other: str, *, progress: Progress = silent
) -> Assessment:
    """Compare two saved coverages home by home, and keep the result in the project.

    Raises:
        MissingFileError: If the project has no result of such a name.
        UsageError: If one is no coverage, or they share no homes or no limit.
    """
    from tongling_gis.scenario import compare_results

    progress(Text("比较两个结果", "Comparing two results"), 0.0)
    found = compare_results(workspace.load(one), workspace.load(other), names=(one, other))
    progress(Text("保存结果", "Saving the result"), 0.9)
    workspace.save(found)
    progress(Text("完成", "Done"), 1.0)
    return found


def study_scenario(
    workspace: Workspace,
    path: Path,
    options: ReachOptions | None = None,
    *,
    progress: Progress = silent,
) -> Assessment:
    """Measure who gains and who loses by a scenario file, and keep the result in the project.

    Raises:
        MissingFileError: If there is no such file, or streets, centres or residents are missing.
        SchemaError: If a change cannot be read, or names what is not in the project.
        UnreadableFileError: If the file is neither TOML nor JSON.
    """
    from tongling_gis.hours import read_moment
    from tongling_gis.scenario import compare_coverage, parse_scenario, prepare_comparison

    if not path.is_file():
        raise MissingFileError(
            Text(f"找不到文件“{path}”：请检查路径。", f"There is no file {path}: check the path.")
        )
    asked = options or ReachOptions()
    try:
        scenario = parse_scenario(path.read_text(encoding="utf-8-sig"), file=path.name)
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            Text(
                f"“{path.name}”不是 UTF-8 文本：请另存为 UTF-8。",
                f"{path.name} is not UTF-8 text: save it as UTF-8.",
            )
        ) from error
    progress(Text("建立步行网络", "Building the walking network"), 0.0)
    network = project_network(workspace)
    residents, notes = project_residents(workspace, asked.residents_from)
    progress(Text("比较方案前后", "Comparing before and after"), 0.5)
    before = prepare_comparison(
        network,
        residents,
        project_centres(workspace, asked.centres_from),
        profile=asked.walk_profile(workspace),
        minutes=asked.minutes,
        snap_limit_m=asked.snap_m(),
        study_area=optional_layer(workspace, "study_area"),
        at=read_moment(scenario.at) if scenario.at else asked.moment(),
        provenance=project_provenance(workspace),
    )
    found = compare_coverage(before, scenario)
    whole = replace(found, subject=workspace.name, notes=(*found.notes, *notes))
    progress(Text("保存结果", "Saving the result"), 0.9)
    workspace.save(whole)
    progress(Text("完成", "Done"), 1.0)
    return whole
