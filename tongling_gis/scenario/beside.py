"""Two saved coverages beside one another: who is covered by one and not by the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from tongling_gis.assessment import Assessment, Indicator
from tongling_gis.errors import UsageError
from tongling_gis.reachability.headcount import BUILDINGS, RESIDENTS
from tongling_gis.reachability.places import HOME_KEYS, known_groups
from tongling_gis.scenario.tables import EFFECTS
from tongling_gis.schema import AGE_GROUPS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    Flags: TypeAlias = NDArray[np.bool_]
    Floats: TypeAlias = NDArray[np.float64]

NOTICED_S = 1.0
_SIDES = ("before", "after")
_MOVED_M = 1.0
_KINDS = {
    "added": Text("新增中心 {name}", "centre added: {name}"),
    "removed": Text("撤销中心 {name}", "centre removed: {name}"),
    "moved": Text("迁移中心 {name}", "centre moved: {name}"),
}
_CHANGES = {"added": "add_centre", "removed": "remove_centre", "moved": "move_centre"}
_OF_AGE = Text("{who}（{age}）", "{who} {age}")
_MEANS = {
    "covered_before": Text("{limit:g} 分钟内可达的{who}：前", "{who} within {limit:g} min before"),
    "covered_after": Text("{limit:g} 分钟内可达的{who}：后", "{who} within {limit:g} min after"),
    "gained": Text("新进入 {limit:g} 分钟的{who}", "{who} newly within {limit:g} min"),
    "lost": Text("不再在 {limit:g} 分钟内的{who}", "{who} no longer within {limit:g} min"),
}
_ONLY = Text(
    "两个结果共有的居民点 {both} 处参与比较；只在“{one}”中的 {before} 处、只在“{other}”中的 "
    "{after} 处未计入。",
    "{both} homes are in both results and compared; {before} only in {one} and {after} only in "
    "{other} are left out.",
)
_DIFFER = Text(
    "两个结果的计算口径或数据不同：变化不一定来自街道或中心的变化。前：{one}；后：{other}",
    "The results were asked differently or of different data, so that a change need not come of "
    "streets or centres. Before: {one}; after: {other}",
)


class _Both(NamedTuple):
    """The homes that two coverages share, in one order.

    Attributes:
        before: Homes of the first, with their walks.
        after: The same homes of the second.
        limits: The limits that both have, minutes, ascending.
        by_people: Whether residents are counted, or homes.
    """

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    limits: tuple[float, ...]
    by_people: bool

    def walk_s(self, side: str) -> Floats:
        rows = getattr(self, side)["walk_s"]
        return np.asarray(rows.astype("Float64").to_numpy(float, na_value=np.nan))

    def covered(self, side: str, limit: float) -> Flags:
        cells = getattr(self, side)[f"covered_{limit:g}"].astype("boolean")
        return np.asarray(cells.fillna(value=False).to_numpy(dtype=bool))

    def weight(self, column: str) -> Floats:
        if not self.by_people:
            return np.ones(len(self.after))
        cells = self.after[column or "residents"].astype("Float64")
        return np.asarray(cells.to_numpy(float, na_value=0.0))


def compare_results(one: Assessment, other: Assessment, *, names: tuple[str, str]) -> Assessment:
    """Compare two coverages of one city, home by home.

    Args:
        one: The coverage before.
        other: The coverage after.
        names: What the two are called.

    Returns:
        An assessment of kind "comparison" with the layers of one of a scenario; "changes"
        lists the centres that differ.

    Raises:
        UsageError: If one is no coverage, or they share no homes or no limit.
    """
    for name, result in zip(names, (one, other), strict=True):
        if result.kind != "coverage":
            raise UsageError(
                Text(
                    f"“{name}”不是覆盖结果：只能比较两个 coverage 结果。",
                    f"{name} is no coverage: only two results of coverage can be compared.",
                )
            )
    both = _match(one, other, names)
    centres = _centre_layer(one.layers["centres"], other.layers["centres"])
    groups = _group_table(both)
    return Assessment(
        kind="comparison",
        subject=other.subject,
        parameters={
            "minutes": list(both.limits),
            "limit_inclusive": True,
            "counted": "residents" if both.by_people else "buildings",
            "sides": list(names),
        },
        layers={
            "residents": _home_layer(both),
            "centres": centres,
            "changes": _change_layer(centres),
            "groups": groups,
        },
        indicators=tuple(_list_indicators(groups, both)),
        provenance=other.provenance,
        stamp=Text("{a} → {b} · {stamp}", "{a} → {b} · {stamp}").fill(
            a=names[0], b=names[1], stamp=other.stamp
        ),
        notes=tuple(_list_notes(one, other, both, names)),
    )


def _match(one: Assessment, other: Assessment, names: tuple[str, str]) -> _Both:
    layers = one.layers["residents"], other.layers["residents"]
    keys = [next((key for key in HOME_KEYS if key in layer), "") for layer in layers]
    indexed = [
        layer.set_index(layer[key].astype(str)) for layer, key in zip(layers, keys, strict=True)
    ]
    shared = indexed[1].index.intersection(indexed[0].index)
    if keys[0] != keys[1] or not len(shared):
        raise UsageError(
            Text(
                f"“{names[0]}”和“{names[1]}”没有共同的居民点，无法比较。",
                f"{names[0]} and {names[1]} share no homes, so they cannot be compared.",
            )
        )
    limits = [_limits_of(layer) for layer in layers]
    common = tuple(sorted(limits[0] & limits[1]))
    if not common:
        raise UsageError(
            Text(
                f"“{names[0]}”和“{names[1]}”没有共同的时限，无法比较。",
                f"{names[0]} and {names[1]} share no time limit, so they cannot be compared.",
            )
        )
    before, after = (layer.loc[shared].reset_index(drop=True) for layer in indexed)
    known = all(
        "residents" in layer and bool(layer["residents"].notna().any()) for layer in (before, after)
    )
    return _Both(before, after.to_crs(before.crs), common, known)


def _limits_of(layer: pd.DataFrame) -> set[float]:
    names = [str(name) for name in layer.columns]
    return {float(name.removeprefix("covered_")) for name in names if name.startswith("covered_")}


def _home_layer(both: _Both) -> gpd.GeoDataFrame:
    """Make the layer of homes: their own columns, both walks, and what the change is."""
    import geopandas as gpd

    after = both.after
    kept = [
        name
        for name in (*HOME_KEYS, "name", "compound_id", "residents", *AGE_GROUPS)
        if name in after
    ]
    walks = {side: both.walk_s(side) for side in _SIDES}
    columns: dict[str, Any] = {name: after[name] for name in kept}
    columns |= {f"{side}_s": walk_s for side, walk_s in walks.items()}
    columns["change_s"] = walks["after"] - walks["before"]
    columns |= {f"{side}_centre_id": getattr(both, side)["centre_id"] for side in _SIDES}
    for side in _SIDES:
        columns |= {f"{side}_covered_{limit:g}": both.covered(side, limit) for limit in both.limits}
    columns["effect"] = _find_effects(both, walks)
    return gpd.GeoDataFrame(columns, geometry=after.geometry.to_numpy(), crs=after.crs)


def _find_effects(both: _Both, walks: dict[str, Floats]) -> pd.Series[str]:
    import pandas as pd

    before_s, after_s = walks["before"], walks["after"]
    was, now = (both.covered(side, both.limits[-1]) for side in _SIDES)
    effect = np.full(len(before_s), "same", dtype=object)
    change_s = after_s - before_s
    for code, homes in (
        ("shorter", change_s <= -NOTICED_S),
        ("longer", change_s >= NOTICED_S),
        ("found_way", np.isnan(before_s) & ~np.isnan(after_s)),
        ("lost_way", ~np.isnan(before_s) & np.isnan(after_s)),
        ("gained", now & ~was),
        ("lost", was & ~now),
    ):
        assert code in EFFECTS
        effect[homes] = code
    return pd.Series(effect, dtype="str")


def _centre_layer(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """List all centres of both, and which are kept, added, moved or removed."""
    import geopandas as gpd
    import pandas as pd

    old, new = (
        layer.set_index(layer["centre_id"].astype(str))[["name", "geometry"]]
        for layer in (before.to_crs(after.crs), after)
    )
    ids = [*new.index, *(key for key in old.index if key not in new.index)]
    rows = []
    for key in ids:
        if key not in old.index or key not in new.index:
            state, own = ("added", new) if key in new.index else ("removed", old)
        else:
            away_m = new.geometry[key].distance(old.geometry[key])
            state, own = ("moved" if away_m > _MOVED_M else "kept"), new
        rows.append((key, own["name"][key], state, own.geometry[key]))
    table = pd.DataFrame(rows, columns=["centre_id", "name", "state", "geometry"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=after.crs)


def _change_layer(centres: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """List the centres that differ as a scenario lists its changes."""
    import geopandas as gpd

    rows = centres[centres["state"] != "kept"]
    said = [
        _KINDS[state].fill(name=name if isinstance(name, str) and name else key)
        for key, name, state in zip(rows["centre_id"], rows["name"], rows["state"], strict=True)
    ]
    columns: dict[str, Sequence[object]] = {
        "number": list(range(1, len(rows) + 1)),
        "kind": [_CHANGES[state] for state in rows["state"]],
        "change_zh": [one.zh for one in said],
        "change_en": [one.en for one in said],
    }
    layer = gpd.GeoDataFrame(columns, geometry=rows.geometry.to_numpy(), crs=centres.crs)
    return layer.astype({"kind": "str", "change_zh": "str", "change_en": "str"})


def _group_table(both: _Both) -> pd.DataFrame:
    """Tabulate everybody and each age group by limit: before, after, gained and lost."""
    import pandas as pd

    groups = ["", *(known_groups(both.after) if both.by_people else ())]
    rows = []
    for group in groups:
        weight = both.weight(group)
        total = float(weight.sum())
        label = RESIDENTS if both.by_people else BUILDINGS
        if group:
            label = _OF_AGE.fill(who=label, age=AGE_GROUPS[group])
        for limit in both.limits:
            was, now = (both.covered(side, limit) for side in _SIDES)
            before, after = float(weight[was].sum()), float(weight[now].sum())
            rows.append(
                {
                    "group": group,
                    "group_zh": label.zh,
                    "group_en": label.en,
                    "limit_minutes": limit,
                    "total": total,
                    "covered_before": before,
                    "covered_after": after,
                    "gained": float(weight[now & ~was].sum()),
                    "lost": float(weight[was & ~now].sum()),
                    "share_before": before / total if total else np.nan,
                    "share_after": after / total if total else np.nan,
                }
            )
    return pd.DataFrame(rows)


def _list_indicators(groups: pd.DataFrame, both: _Both) -> Iterator[Indicator]:
    unit = "residents" if both.by_people else "buildings"
    for row in groups.to_dict("records"):
        who = Text(row["group_zh"], row["group_en"])
        for name, label in _MEANS.items():
            count, limit = float(row[name]), float(row["limit_minutes"])
            value = int(count) if count.is_integer() else count
            said = label.fill(limit=limit, who=who)
            yield Indicator(f"{unit}_{name}", said, value, unit, row["group"], limit)


def _list_notes(
    one: Assessment, other: Assessment, both: _Both, names: tuple[str, str]
) -> Iterator[Text]:
    if (one.parameters, one.provenance.inputs) != (other.parameters, other.provenance.inputs):
        yield _DIFFER.fill(one=one.stamp, other=other.stamp)
    left_out = [len(result.layers["residents"]) - len(both.after) for result in (one, other)]
    if any(left_out):
        yield _ONLY.fill(
            both=len(both.after),
            one=names[0],
            other=names[1],
            before=left_out[0],
            after=left_out[1],
        )
    yield from dict.fromkeys([*one.notes, *other.notes])
