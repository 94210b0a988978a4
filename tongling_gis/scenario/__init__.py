"""What if: changes to streets, gates, walls and centres, and what they do to walks."""

from tongling_gis.scenario.applying import Applied, apply_scenario
from tongling_gis.scenario.baseline import Baseline, Comparison
from tongling_gis.scenario.beside import compare_results
from tongling_gis.scenario.changes import (
    KINDS,
    AddCentre,
    Change,
    CloseGate,
    CloseStreet,
    DrawWall,
    MoveCentre,
    OpenGate,
    OpenStreet,
    RemoveCentre,
    RemoveWall,
    Scenario,
    SetHours,
)
from tongling_gis.scenario.comparing import compare_coverage, find_changes, prepare_comparison
from tongling_gis.scenario.reading import parse_scenario, read_scenario
from tongling_gis.scenario.tables import EFFECTS, STATES

__all__ = [
    "EFFECTS",
    "KINDS",
    "STATES",
    "AddCentre",
    "Applied",
    "Baseline",
    "Change",
    "CloseGate",
    "CloseStreet",
    "Comparison",
    "DrawWall",
    "MoveCentre",
    "OpenGate",
    "OpenStreet",
    "RemoveCentre",
    "RemoveWall",
    "Scenario",
    "SetHours",
    "apply_scenario",
    "compare_coverage",
    "compare_results",
    "find_changes",
    "parse_scenario",
    "prepare_comparison",
    "read_scenario",
]
