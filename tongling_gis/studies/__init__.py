"""Whole studies: read, analyse, save. The command line and the web call these, nothing else."""

from tongling_gis.studies.compare import (
    study_comparison,
    study_scenario,
    study_two_results,
)
from tongling_gis.studies.consultation import (
    Intake,
    answer_remark,
    draw_consultation_page,
    list_remarks,
    receive_remarks,
)
from tongling_gis.studies.demo import Demo, run_demo
from tongling_gis.studies.drafts import Approval, approve_draft, compare_drafts, list_drafts
from tongling_gis.studies.enclosure import (
    EnclosureOptions,
    EnclosureStudy,
    project_rules,
    shipped_rules,
    study_enclosure,
)
from tongling_gis.studies.exports import (
    GEOPACKAGE,
    check_export,
    export_layers,
    export_table,
)
from tongling_gis.studies.figures import FigureOptions, draw_project_figures
from tongling_gis.studies.imports import ImportOptions, examine_file, fetch_place, import_file
from tongling_gis.studies.links import find_dangling_links
from tongling_gis.studies.maps import EmbeddedMap, draw_embedded_map, draw_project_map
from tongling_gis.studies.projects import (
    ProjectFacts,
    create_project,
    describe_project,
    open_project,
)
from tongling_gis.studies.proposals import (
    OpeningOptions,
    ProposalStudy,
    study_areas,
    study_gates,
    study_openings,
)
from tongling_gis.studies.reach import (
    ReachOptions,
    study_access,
    study_coverage,
    study_hours,
    study_isochrones,
)
from tongling_gis.studies.records import study_records, write_summary
from tongling_gis.studies.reports import ReportOptions, write_project_report
from tongling_gis.studies.siting import SitingOptions, study_siting
from tongling_gis.studies.staleness import find_stale
from tongling_gis.studies.walks import Walk, WalkTimes, study_route, study_times
from tongling_gis.studies.workbooks import (
    describe_cut,
    export_workbook,
    import_workbook,
    write_empty_workbook,
)

__all__ = [
    "GEOPACKAGE",
    "Approval",
    "Demo",
    "EmbeddedMap",
    "EnclosureOptions",
    "EnclosureStudy",
    "FigureOptions",
    "ImportOptions",
    "Intake",
    "OpeningOptions",
    "ProjectFacts",
    "ProposalStudy",
    "ReachOptions",
    "ReportOptions",
    "SitingOptions",
    "Walk",
    "WalkTimes",
    "answer_remark",
    "approve_draft",
    "check_export",
    "compare_drafts",
    "create_project",
    "describe_cut",
    "describe_project",
    "draw_consultation_page",
    "draw_embedded_map",
    "draw_project_figures",
    "draw_project_map",
    "examine_file",
    "export_layers",
    "export_table",
    "export_workbook",
    "fetch_place",
    "find_dangling_links",
    "find_stale",
    "import_file",
    "import_workbook",
    "list_drafts",
    "list_remarks",
    "open_project",
    "project_rules",
    "receive_remarks",
    "run_demo",
    "shipped_rules",
    "study_access",
    "study_areas",
    "study_comparison",
    "study_coverage",
    "study_enclosure",
    "study_gates",
    "study_hours",
    "study_isochrones",
    "study_openings",
    "study_records",
    "study_route",
    "study_scenario",
    "study_siting",
    "study_times",
    "study_two_results",
    "write_empty_workbook",
    "write_project_report",
    "write_summary",
]
