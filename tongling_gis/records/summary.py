"""Everything that follows from a project's records, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tongling_gis.records import alliances, centres, compounds, links, overdue
from tongling_gis.schema import TABLES
from tongling_gis.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from tongling_gis.catalogue import RecordStandard
    from tongling_gis.records.sections import Section

_ABSENT = Text(
    "没有“{label}”，相关汇总从略。", "There are no {label}: what follows from them is left out."
)
_NOT_MEASURED = Text(
    "尚未计算步行覆盖，可达居民未知：请先运行 tongling-gis coverage。",
    "Coverage is not measured, so the residents reached are unknown: run tongling-gis coverage.",
)
_NEEDED = ("centres", "star_ratings", "activities", "compounds", "compound_assessments")
_ALSO_NEEDED = ("companies", "alliances", "claimed_projects")


@dataclass(frozen=True, eq=False)
class Summary:
    """What follows from records on a day.

    Attributes:
        day: The day by which things are overdue (ISO).
        sections: The tables, in the order in which they are read.
        notes: What could not be said, and why.
    """

    day: str
    sections: tuple[Section, ...]
    notes: tuple[Text, ...]

    def section(self, name: str) -> Section:
        """Find one table.

        Raises:
            KeyError: If there is none of that name.
        """
        for one in self.sections:
            if one.name == name:
                return one
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        """Give all of it as JSON values."""
        return {
            "date": self.day,
            "sections": [section.to_json() for section in self.sections],
            "notes": [{"zh": note.zh, "en": note.en} for note in self.notes],
        }


def summarise_records(
    tables: Mapping[str, pd.DataFrame],
    *,
    standard: RecordStandard,
    day: dt.date,
    reached: Mapping[str, float] | None = None,
    notes: Iterable[Text] = (),
) -> Summary:
    """Work out what follows from records: ranks, grants, trends, use, what is overdue or unlinked.

    Args:
        tables: Schema name -> rows; what is not there is left out and said so.
        standard: The rules.
        day: The day by which things are overdue.
        reached: Centre -> residents for whom it is the nearest within reach; None if not measured.
        notes: What is to be said of ``reached``.
    """
    there = {name: rows for name, rows in tables.items() if len(rows)}
    sections = [
        *_of_centres(there, standard, reached),
        *_of_compounds(there, standard, day),
    ]
    if "alliances" in there:
        sections.append(alliances.measure_activity(there["alliances"], there, standard, day))
    sections += [
        overdue.list_overdue(there, standard, day),
        links.find_unlinked(there),
        links.check_values(there, standard),
    ]
    absent = [name for name in (*_NEEDED, *_ALSO_NEEDED) if name not in there]
    said = [_ABSENT.fill(label=TABLES[name].label) for name in absent]
    if "centres" in there:
        said += [_NOT_MEASURED] if reached is None else notes
    return Summary(day.isoformat(), tuple(sections), tuple(said))


def _of_centres(
    tables: Mapping[str, pd.DataFrame],
    standard: RecordStandard,
    reached: Mapping[str, float] | None,
) -> list[Section]:
    found, spots, ratings = [], tables.get("centres"), tables.get("star_ratings")
    if ratings is not None:
        found += [centres.rank_centres(ratings, spots), centres.sum_grants(ratings, standard)]
    if spots is not None:
        held, funded = tables.get("activities"), tables.get("fundings")
        found.append(centres.measure_use(spots, held, funded, reached))
    return found


def _of_compounds(
    tables: Mapping[str, pd.DataFrame], standard: RecordStandard, day: dt.date
) -> list[Section]:
    found, homes = [], tables.get("compounds")
    assessed, companies = tables.get("compound_assessments"), tables.get("companies")
    if assessed is not None:
        found += [
            compounds.rank_compounds(assessed, homes, standard),
            compounds.trace_satisfaction(assessed),
            compounds.find_trends(assessed, homes),
        ]
    if companies is not None:
        found.append(compounds.compare_companies(companies, tables))
    if companies is not None or "blacklist" in tables:
        found.append(compounds.list_blacklist(companies, tables, day))
    return found
