"""The interactive map: one page that opens with no network and tells every record."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

from tongling_gis.mapping.base import describe_layers, initial_bounds
from tongling_gis.mapping.basemaps import choose_base_maps, describe_base_maps, tile_hosts
from tongling_gis.mapping.comparisons import describe_comparisons
from tongling_gis.mapping.embedding import choose_layers, choose_records
from tongling_gis.mapping.findings import describe_checks
from tongling_gis.mapping.layers import (
    BUILDINGS_FROM_ZOOM,
    GROUPS,
    MAX_ZOOM,
    SERVICE_COLOURS,
    STAR_COLOURS,
    STREET_CLASSES,
)
from tongling_gis.mapping.opening import describe_hours, describe_opening
from tongling_gis.mapping.page import finish_page, write_page
from tongling_gis.mapping.proposals import describe_proposals
from tongling_gis.mapping.records import describe_records
from tongling_gis.mapping.results import describe_coverage, describe_isochrones
from tongling_gis.mapping.siting import describe_siting
from tongling_gis.mapping.words import PAGE_WORDS
from tongling_gis.schema import FIVE_SERVICES, STAR_DIMENSIONS
from tongling_gis.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from tongling_gis.assessment import Assessment, Provenance
    from tongling_gis.text import Lang

Json: TypeAlias = "dict[str, Any]"

_MAP_NAME = "city_map"


def draw_map(  # noqa: PLR0913 - the parts of a page, each by name
    path: Path,
    *,
    layers: Mapping[str, gpd.GeoDataFrame],
    records: Mapping[str, pd.DataFrame],
    coverage: Assessment | None,
    isochrones: Assessment | None,
    title: Text,
    lang: Lang = "zh",
    provenance: Provenance | None = None,
    base_maps: Sequence[str] = (),
    full_map: str = "",
    further: Sequence[Assessment] = (),
) -> Path:
    """Draw the map of a city as one HTML file, and give its path.

    Every layer, table and result may be missing. The file is replaced only when the new one
    is complete.

    Args:
        path: The file to write, or a folder, in which it is called ``map.html``.
        layers: Layers of the schema by name, in any CRS.
        records: Record tables of the schema by name.
        coverage: Walks to the nearest centre.
        isochrones: Areas within limits of each centre.
        title: What the page is called.
        lang: Language of the page.
        provenance: Where layers and records come from, for a map without results.
        base_maps: Providers of base maps that the page offers, of ``basemaps.PROVIDERS``;
            with none the page may load nothing from outside.
        full_map: Address of the full map, for a small version that stands in a frame: it has
            fewer layers and records, and leads there.
        further: More results, the newest of a kind last: comparisons of scenarios,
            who reaches an open centre,
            checks of enclosures, sites for centres.

    Raises:
        UsageError: If a base map is not known.
        MissingFileError: If the browser libraries are missing from the installation.
    """
    grounds = choose_base_maps(base_maps)
    if full_map:
        layers, records, isochrones = choose_layers(layers), choose_records(records), None
        further = ()
    results = [one for one in (coverage, isochrones) if one is not None]
    drawn = _with_result_centres(layers, results)
    origins = [one.provenance for one in results] + ([provenance] if provenance else [])
    bounds = initial_bounds(drawn, coverage)
    told = None if coverage is None else describe_coverage(coverage, drawn, lang)
    by_kind = _by_kind(further)
    page_data = {
        "lang": lang,
        "title": title.in_lang(lang),
        "words": {name: text.in_lang(lang) for name, text in PAGE_WORDS.items()},
        "looks": _describe_looks(lang),
        "bounds": bounds,
        "layers": [
            *_name_stand_ins(
                describe_layers(drawn, lang, homes_shown=coverage is not None), coverage, lang
            ),
            *(describe_siting(by_kind["siting"][-1], lang) if by_kind["siting"] else ()),
            *describe_proposals(by_kind, lang),
        ],
        "coverage": told,
        "opening": describe_opening(drawn.get("centres"), lang) if not full_map else None,
        "hours": describe_hours(by_kind["hours"][-1], drawn, told, lang)
        if by_kind["hours"]
        else None,
        "checks": describe_checks(
            [*by_kind["gates_proposal"], *by_kind["enclosure"]], drawn.get("compounds"), lang
        ),
        "comparison": describe_comparisons(by_kind["comparison"], drawn, told, lang),
        "isochrones": None if isochrones is None else describe_isochrones(isochrones, lang),
        "origin": _describe_origin(
            [*results, *by_kind["siting"][-1:]] or by_kind["enclosure"][-1:], origins, lang
        ),
        "baseMaps": describe_base_maps(grounds, lang),
        "embed": {"full": full_map} if full_map else None,
    }
    page = finish_page(
        _folium_page(bounds),
        title=title.in_lang(lang),
        lang=lang,
        blocks={"map-data": page_data, "map-records": describe_records(drawn, records, lang)},
        map_name=_MAP_NAME,
        picture_hosts=tile_hosts(grounds),
    )
    target = path / "map.html" if path.is_dir() else path
    write_page(target, page)
    return target


def _by_kind(results: Iterable[Assessment]) -> defaultdict[str, list[Assessment]]:
    found: defaultdict[str, list[Assessment]] = defaultdict(list)
    for one in results:
        found[one.kind].append(one)
    return found


def _name_stand_ins(described: list[Json], coverage: Assessment | None, lang: Lang) -> list[Json]:
    """Call amenities that stand in for centres what they are."""
    kind = "" if coverage is None else coverage.parameters.get("centres_from")
    if not kind:
        return described
    label = Text(f"{kind}（代替邻里中心）", f"{kind} (standing in for centres)").in_lang(lang)
    return [one | {"label": label} if one["name"] == "centres" else one for one in described]


def _folium_page(bounds: list[list[float]] | None) -> str:
    """Render an empty folium map, its random name replaced so that a page can be reproduced."""
    import folium

    (south, west), (north, east) = bounds or [[-60.0, -180.0], [75.0, 180.0]]
    drawn = folium.Map(
        location=[round((south + north) / 2.0, 6), round((west + east) / 2.0, 6)],
        zoom_start=12,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        fade_animation=False,
        world_copy_jump=False,
        max_zoom=MAX_ZOOM,
        min_zoom=2,
    )
    rendered: str = drawn.get_root().render()
    return rendered.replace(drawn.get_name(), _MAP_NAME)


def _with_result_centres(
    layers: Mapping[str, gpd.GeoDataFrame], results: Iterable[Assessment]
) -> dict[str, gpd.GeoDataFrame]:
    """Add the places of the results that are not among the centres, as amenities standing in."""
    import pandas as pd

    drawn = {name: layer for name, layer in layers.items() if len(layer)}
    for result in results:
        places = result.layers.get("centres")
        if places is None or not len(places) or "centre_id" not in places:
            continue
        centres = drawn.get("centres")
        if centres is None:
            drawn["centres"] = places
            continue
        others = places[~places["centre_id"].isin(centres["centre_id"])]
        if len(others):
            columns = [name for name in others.columns if name in centres.columns]
            drawn["centres"] = pd.concat(
                [centres, others[columns].to_crs(centres.crs)], ignore_index=True
            )
    return drawn


def _describe_looks(lang: Lang) -> Json:
    from tongling_gis.enclosure.rules import CONFIDENCES, SEVERITIES

    return {
        "severities": {str(name): label.in_lang(lang) for name, label in SEVERITIES.items()},
        "confidences": {name: label.in_lang(lang) for name, label in CONFIDENCES.items()},
        "groups": {name: label.in_lang(lang) for name, label in GROUPS.items()},
        "streets": [
            {
                "label": one.label.in_lang(lang),
                "colour": one.colour,
                "casing": one.casing,
                "width": one.width_px,
                "fromZoom": one.from_zoom,
                "dash": one.dash,
            }
            for one in STREET_CLASSES
        ],
        "stars": [STAR_COLOURS[stars] for stars in sorted(STAR_COLOURS)],
        "services": {name: label.in_lang(lang) for name, label in FIVE_SERVICES.items()},
        "serviceColours": SERVICE_COLOURS,
        "dimensions": {name: label.in_lang(lang) for name, label in STAR_DIMENSIONS.items()},
        "buildingsFromZoom": BUILDINGS_FROM_ZOOM,
    }


def _describe_origin(
    results: Iterable[Assessment], origins: Iterable[Provenance], lang: Lang
) -> Json:
    results, origins = list(results), list(origins)
    notes = [note.in_lang(lang) for result in results for note in result.notes]
    sources = [source.in_lang(lang) for origin in origins for source in origin.sources]
    return {
        "stamps": list(dict.fromkeys(result.stamp.in_lang(lang) for result in results)),
        "sources": list(dict.fromkeys(source for source in sources if source)),
        "notes": list(dict.fromkeys(notes)),
        "invented": any(origin.invented for origin in origins),
        "dataDate": max((origin.data_date for origin in origins), default=""),
        "catalogueDate": max((origin.catalogue_date for origin in origins), default=""),
        "engine": max((origin.engine_version for origin in origins), default=""),
    }
