"""Siting on a city's streets: candidate sites, the question, the answer and how to read it."""

from tongling_gis.siting.geography.candidates import (
    STATIONS,
    candidates_along_streets,
    candidates_from_amenities,
    candidates_from_buildings,
    candidates_from_layer,
    join_candidates,
)
from tongling_gis.siting.geography.choosing import choose_sites
from tongling_gis.siting.geography.judging import OUT, Surroundings, judge_candidates
from tongling_gis.siting.geography.question import EXISTING, PROBLEMS, SitingQuestion
from tongling_gis.siting.geography.readings import find_bend

__all__ = [
    "EXISTING",
    "OUT",
    "PROBLEMS",
    "STATIONS",
    "SitingQuestion",
    "Surroundings",
    "candidates_along_streets",
    "candidates_from_amenities",
    "candidates_from_buildings",
    "candidates_from_layer",
    "choose_sites",
    "find_bend",
    "join_candidates",
    "judge_candidates",
]
