"""Profiles read from TOML, key by key, each checked: a slip is one sentence naming it."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias, get_args

from tongling_gis.catalogue.profiles import Mode, SlopeModel, WalkProfile
from tongling_gis.errors import SchemaError, UnreadableFileError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Table: TypeAlias = dict[str, Any]


class _Kind(NamedTuple):
    """What a value must be: said in words, and read or refused with None."""

    words: Text
    read: Callable[[Any], Any]


def _number(low: float, high: float, unit: str = "") -> _Kind:
    def read(value: object) -> float | None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number and low <= float(value) <= high else None  # type: ignore[arg-type]

    said = f"{low:g}-{high:g}{f' {unit}' if unit else ''}"
    return _Kind(Text(f"{said} 之间的数", f"a number within {said}"), read)


def _one_of(*choices: str) -> _Kind:
    words = Text("、".join(choices) + " 之一", "one of " + ", ".join(choices))
    return _Kind(words, lambda value: value if value in choices else None)


def _read_words(value: object) -> tuple[str, ...] | None:
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return tuple(value) if is_list else None  # type: ignore[arg-type]


_SPEED_KM_H = _number(1, 130, "km/h")


def _read_speeds(value: object) -> tuple[tuple[str, float], ...] | None:
    if not isinstance(value, dict):
        return None
    speeds = [(str(name), _SPEED_KM_H.read(speed)) for name, speed in value.items()]
    return tuple(speeds) if all(speed is not None for _, speed in speeds) else None


_FLAG = _Kind(
    Text("true 或 false", "true or false"), lambda value: value if isinstance(value, bool) else None
)
_WORD = _Kind(Text("文字", "a text"), lambda value: value if isinstance(value, str) else None)
_LABEL = _Kind(Text("不为空的文字", "a text"), lambda value: _WORD.read(value) or None)
_WORDS = _Kind(Text("文字的列表", "a list of texts"), _read_words)
_SPEEDS = _Kind(
    Text("道路类别 = 1-130 km/h 的表", "a table of classes of way = 1-130 km/h"), _read_speeds
)

_OWN: dict[str, _Kind] = {
    "label_zh": _LABEL,
    "label_en": _LABEL,
    "speed_m_s": _number(0.1, 40, "m/s"),
    "source": _LABEL,
    "mode": _one_of(*get_args(Mode)),
    "like": _LABEL,
}
_PARTS: dict[str, dict[str, _Kind]] = {
    "slopes": {
        "model": _one_of(*get_args(SlopeModel)),
        "steepest": _number(0, 10),
        "measured_over_m": _number(0, 1000, "m"),
        "fastest": _number(1, 10),
    },
    "steps": {"passable": _FLAG, "speed_factor": _number(0.01, 1), "ramp": _WORD},
    "crossings": {
        "signal_s": _number(0, 600, "s"),
        "crossing_s": _number(0, 600, "s"),
        "together_m": _number(0, 200, "m"),
    },
    "ways": {
        "key": _WORD,
        "surfaces_shut": _WORDS,
        "smoothness_shut": _WORDS,
        "min_width_m": _number(0, 100, "m"),
        "min_height_m": _number(0, 100, "m"),
        "weight_t": _number(0, 1000, "t"),
        "private": _FLAG,
    },
    "gates": {
        "kinds_shut": _WORDS,
        "kerbs_shut": _WORDS,
        "min_width_m": _number(0, 100, "m"),
        "min_height_m": _number(0, 100, "m"),
    },
    "driving": {"km_h": _SPEEDS, "one_way": _FLAG},
}


class _Place(NamedTuple):
    """Where a table stands, for errors."""

    file: str
    profile: str
    part: str = ""

    def refuse(self, key: str, zh: str, en: str) -> NoReturn:
        path = f"{self.part}.{key}" if self.part else key
        raise SchemaError(
            Text(
                f"{self.file}：步行类型“{self.profile}”的 {path} {zh}。",
                f"{self.file}: {path} of the profile {self.profile!r} {en}.",
            )
        )


def read_profiles(
    text: str, *, file: str, known: Mapping[str, WalkProfile] | None = None
) -> dict[str, WalkProfile]:
    """Read the ``[profiles.NAME]`` tables of a TOML text.

    A table named as a known profile changes only the keys that it gives; any other starts from
    the profile that its key ``like`` names, or from nothing.

    Args:
        text: The TOML text.
        file: Its name, for errors and as the source of numbers that name none.
        known: Profiles that may be changed.

    Returns:
        The known profiles, changed, and the new ones after them.

    Raises:
        UnreadableFileError: If it is no TOML.
        SchemaError: If a key is unknown or missing, or its value cannot be used.
    """
    return build_profiles(_tables(text, file), file=file, known=known)


def build_profiles(
    tables: Mapping[str, Any], *, file: str, known: Mapping[str, WalkProfile] | None = None
) -> dict[str, WalkProfile]:
    """Build profiles from tables already parsed, as ``read_profiles`` does."""
    profiles = dict(known or {})
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise _unknown(file, name)
        place = _Place(file, name)
        profiles[name] = _read_profile(table, _start(table, place, profiles), place)
    return profiles


def _tables(text: str, file: str) -> Table:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFileError(
            Text(f"{file} 不是正确的 TOML：{error}。", f"{file} is not correct TOML: {error}.")
        ) from error
    tables: Table | None = document.pop("profiles", {})
    if document or not isinstance(tables, dict):
        raise _unknown(file, next(iter(document), "profiles"))
    return tables


def _unknown(file: str, what: str) -> SchemaError:
    return SchemaError(
        Text(
            f"{file}：不认识“{what}”；步行类型写作 [profiles.名称]。",
            f"{file}: {what!r} is not known; write profiles as tables [profiles.name].",
        )
    )


def _start(table: Table, place: _Place, profiles: Mapping[str, WalkProfile]) -> WalkProfile | None:
    like = table.get("like", place.profile)
    if like in profiles:
        return replace(profiles[like], name=place.profile)
    if "like" in table:
        names = ", ".join(profiles)
        place.refuse(
            "like", f"“{like}”不存在，可选：{names}", f"names no profile: choose one of {names}"
        )
    return None


def _read_profile(table: Table, start: WalkProfile | None, place: _Place) -> WalkProfile:
    """Read one table over the profile that it starts from."""
    own = _read_keys({key: table[key] for key in table if key not in _PARTS}, _OWN, place)
    base = start or _blank(own, place)
    label = Text(own.get("label_zh", base.label.zh), own.get("label_en", base.label.en))
    plain = {key: own[key] for key in ("speed_m_s", "mode") if key in own}
    unsourced = place.file if "speed_m_s" in own else base.source
    profile = replace(base, label=label, source=own.get("source", unsourced), **plain)
    for name in _PARTS:
        if name in table:
            profile = _with_part(profile, name, table[name], place)
    if profile.mode == "drive" and not profile.driving.km_h:
        place.refuse(
            "driving.km_h", "缺少：行车须给出各类道路的车速", "is missing: give speeds by class"
        )
    return profile


def _blank(own: Table, place: _Place) -> WalkProfile:
    for key in ("label_zh", "label_en", "speed_m_s"):
        if key not in own:
            place.refuse(
                key,
                "缺少：请补上，或用 like 指明以哪个类型为基础",
                "is missing: give it, or name with like the profile to start from",
            )
    return WalkProfile(place.profile, Text("", ""), own["speed_m_s"], place.file)


def _with_part(profile: WalkProfile, name: str, table: object, place: _Place) -> WalkProfile:
    """Lay the keys of one part, such as ``[profiles.adult.slopes]``, over a profile's."""
    if not isinstance(table, dict):
        place.refuse(name, "须为一个表", "must be a table")
    values = _read_keys(table, _PARTS[name] | {"source": _LABEL}, place._replace(part=name))
    source = values.pop("source", place.file)
    if "km_h" in values:
        values["km_h"] = tuple((dict(profile.driving.km_h) | dict(values["km_h"])).items())
    part = replace(getattr(profile, name), **values)
    sources = dict(profile.sources) | {name: source}
    changed: Table = {name: part, "sources": tuple(sources.items())}
    return replace(profile, **changed)


def _read_keys(table: Table, kinds: Mapping[str, _Kind], place: _Place) -> Table:
    values: Table = {}
    for key, value in table.items():
        if key not in kinds:
            known = [*kinds, *([] if place.part else _PARTS)]
            place.refuse(
                key,
                f"不认识，可用的有：{'、'.join(known)}",
                f"is not known; there are {', '.join(known)}",
            )
        values[key] = kinds[key].read(value)
        if values[key] is None:
            words = kinds[key].words
            place.refuse(
                key, f"不能是 {value!r}，须为{words.zh}", f"cannot be {value!r}: it is {words.en}"
            )
    return values
