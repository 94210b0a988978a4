"""What every analysis returns and every map, figure and report takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from tongling_gis.showing import html_table, show_number
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.text import Lang

Parameter: TypeAlias = str | int | float | bool | list[int] | list[float] | list[str] | None


class Verdict(StrEnum):
    """What a rule says of an object; unknown never counts as a pass."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number of a result.

    Attributes:
        name: The field's term with its unit, such as ``residents_covered``.
        label: How it reads on maps and in reports.
        value: The number; None where it is unknown.
        unit: "residents", "share" (0 to 1), "m2", "s", ...
        group: The part of the population or the city it holds for; "" for all.
        limit_minutes: The time limit it holds for, where there is one.
    """

    name: str
    label: Text
    value: float | int | None
    unit: str
    group: str = ""
    limit_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Mend:
    """A change that would mend what a rule found, offered to be accepted.

    Attributes:
        offer_id: What to call it by, such as ``FIR-09-1``.
        label: What it is, in words with numbers.
    """

    offer_id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found, measured against its limit.

    Attributes:
        rule: The rule's id.
        verdict: What it says.
        reason: Why, in words with numbers.
        measured: The number, in ``unit``; None where there is none.
        limit: The limit, in ``unit``.
        unit: Unit of both.
        clause: Where the rule is written.
        where: The geometry that shows it.
        advice: What to do about it.
        title: What the rule asks.
        severity: How strict it is: "L" law, "M" mandatory code, "S" a standard's shall, "A" its
            should, "P" policy, "N" local; "" where the rule has none.
        confidence: How sure the reading of the clause is: "V1" read, "V2" seen quoted, "Mem".
        overridden: Who lets it pass nevertheless, and why; None where nobody does.
        mends: Changes that would mend it.
        note: How it was measured, and what was assumed.
    """

    rule: str
    verdict: Verdict
    reason: Text
    measured: float | None = None
    limit: float | None = None
    unit: str = ""
    clause: str = ""
    where: BaseGeometry | None = None
    advice: Text | None = None
    title: Text | None = None
    severity: str = ""
    confidence: str = ""
    overridden: Text | None = None
    mends: tuple[Mend, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result comes from.

    Attributes:
        engine_version: Version of this program.
        data_date: Date of the newest street data (ISO), "" where it is unknown.
        catalogue_date: Date of the catalogue of standards (ISO).
        inputs: Layer or file name -> SHA-256 fingerprint.
        sources: Whom the data are by, as maps must say.
        invented: True where any input is invented sample data.
    """

    engine_version: str
    data_date: str = ""
    catalogue_date: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Text, ...] = ()
    invented: bool = False


@dataclass(frozen=True, eq=False)
class Assessment:
    """A frozen result.

    Attributes:
        kind: "coverage", "isochrones", ...
        subject: What was assessed, as a user names it.
        parameters: Everything that the numbers depend on, by name with units.
        layers: Layer name -> GeoDataFrame, all in one projected CRS in metres; a table without
            shapes, such as a week by the hour, is a plain DataFrame.
        indicators: The numbers.
        findings: The rules' verdicts.
        provenance: Where it comes from.
        stamp: One line that says speed, profile, limits, snap rule, dates and version.
        notes: Assumptions and approximations that a reader must know.
    """

    kind: str
    subject: str
    parameters: Mapping[str, Parameter]
    layers: Mapping[str, gpd.GeoDataFrame]
    indicators: tuple[Indicator, ...]
    provenance: Provenance
    stamp: Text
    findings: tuple[Finding, ...] = ()
    notes: tuple[Text, ...] = ()

    def indicator(
        self, name: str, *, group: str = "", limit_minutes: float | None = None
    ) -> Indicator:
        """Find one indicator.

        Raises:
            KeyError: If there is none of that name, group and limit.
        """
        for one in self.indicators:
            if (one.name, one.group, one.limit_minutes) == (name, group, limit_minutes):
                return one
        raise KeyError((name, group, limit_minutes))

    def table(self, lang: Lang) -> list[tuple[str, str, float | int | None, str]]:
        """List the indicators as (label, group, value, unit) rows."""
        return [(i.label.in_lang(lang), i.group, i.value, i.unit) for i in self.indicators]

    def _repr_html_(self) -> str:
        """Show the numbers in a notebook, in both languages, with the stamp and the notes."""
        invented = Text("示例数据（虚构）", "Invented sample data")
        marks = [invented] if self.provenance.invented else []
        numbers = [(one.label, show_number(one.value, one.unit)) for one in self.indicators]
        return html_table(
            f"{self.subject} · {self.kind}",
            [(label.zh, label.en, value.zh) for label, value in numbers],
            below=[f"{one.zh} {one.en}" for one in (*marks, self.stamp, *self.notes)],
        )


def describe_stamp(
    profile: WalkProfile,
    minutes: Sequence[float],
    snap_limit_m: float,
    provenance: Provenance,
) -> Text:
    """Say in one line what a result on foot depends on.

    Args:
        profile: Who walks, and how fast.
        minutes: The time limits, each inclusive.
        snap_limit_m: Farthest that a point may lie from its street, metres.
        provenance: Where the data come from.

    >>> from tongling_gis.catalogue import read_standards
    >>> adult = read_standards().profile("adult")
    >>> describe_stamp(adult, (5, 10, 15), 200, Provenance("0.1.0", "2026-11-01")).zh
    '成年人步行 1.1 m/s（3.96 km/h）· 按已知坡度（Tobler）· 信号灯过街 30 s · 5/10/15 分钟（含）· 距街道 200 m 内接入 · 数据 2026-11-01 · tongling_gis 0.1.0'
    """  # noqa: E501 - the stamp is one line
    stamp = Text(
        "{how} · {minutes} 分钟（含）· 距街道 {snap:g} m 内接入 · {day} · "
        "{made}tongling_gis {version}",
        "{how} · {minutes} min (inclusive) · joined to streets within {snap:g} m · {day} · "
        "{made}tongling_gis {version}",
    )
    day = Text("数据 {date}", "data {date}").fill(date=provenance.data_date)
    line = stamp.fill(
        how=describe_pace(profile),
        minutes="/".join(f"{limit:g}" for limit in minutes),
        snap=snap_limit_m,
        day=day if provenance.data_date else Text("数据日期未知", "data of unknown date"),
        made=Text("示例数据 · ", "invented sample data · ") if provenance.invented else "",
        version=provenance.engine_version,
    )
    return Text(line.zh.replace("） ·", "）·"), line.en)


_PACES = {
    "foot": Text(
        "{who}步行 {speed:g} m/s（{km_h:.2f} km/h）",
        "{who} walking at {speed:g} m/s ({km_h:.2f} km/h)",
    ),
    "wheel": Text(
        "{who}通行 {speed:g} m/s（{km_h:.2f} km/h）",
        "{who} moving at {speed:g} m/s ({km_h:.2f} km/h)",
    ),
    "drive": Text(
        "{who}行驶 {least:g}-{most:g} km/h（按道路等级）",
        "{who} driving at {least:g}-{most:g} km/h by class of road",
    ),
}


def describe_pace(profile: WalkProfile) -> Text:
    """Say who is on the way, how fast, and what slopes and signals do.

    >>> from tongling_gis.catalogue import read_standards
    >>> describe_pace(read_standards().profile("adult").flat()).en
    'Adult walking at 1.1 m/s (3.96 km/h)'
    """
    km_h = [speed for _, speed in profile.driving.km_h] or [0.0]
    said = [
        _PACES[profile.mode].fill(
            who=profile.label,
            speed=profile.speed_m_s,
            km_h=profile.speed_m_s * 3.6,
            least=min(km_h),
            most=max(km_h),
        )
    ]
    if profile.slopes.model == "tobler":
        said.append(Text("按已知坡度（Tobler）", "known slopes (Tobler)"))
    if profile.crossings.signal_s:
        said.append(
            Text("信号灯过街 {wait:g} s", "{wait:g} s at signals").fill(
                wait=profile.crossings.signal_s
            )
        )
    return Text(" · ".join(one.zh for one in said), " · ".join(one.en for one in said))
