"""Profiles as data: the catalogue's, and a project's own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tagged_towns import street_project

from tongling_gis import studies
from tongling_gis.catalogue import (
    Crossings,
    Driving,
    Gates,
    Slopes,
    Steps,
    Ways,
    read_profiles,
    read_standards,
)
from tongling_gis.errors import SchemaError, UnreadableFileError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

PROFILES = read_standards().profiles
ADULT = PROFILES["adult"]

OWN = """
[profiles.adult]
speed_m_s = 1.3

[profiles.visitor]
like = "adult"
label_zh = "访客"
label_en = "Visitor"
[profiles.visitor.ways]
private = false
[profiles.visitor.crossings]
signal_s = 45
"""


def test_every_number_of_every_profile_has_a_source() -> None:
    """Each part that differs from none names where it comes from."""
    for profile in PROFILES.values():
        parts = {"slopes": Slopes(), "steps": Steps(), "crossings": Crossings(), "ways": Ways()}
        parts |= {"gates": Gates(), "driving": Driving()}
        said = dict(profile.sources)
        for name, nothing in parts.items():
            assert getattr(profile, name) == nothing or said[name], (profile.name, name)


def test_a_projects_own_profiles_change_and_add() -> None:
    """Keys that are not given stay as they are; new ones start from what they are like."""
    own = read_profiles(OWN, file="profiles.toml", known=PROFILES)
    assert (own["adult"].speed_m_s, own["adult"].slopes) == (1.3, ADULT.slopes)
    visitor = own["visitor"]
    assert (visitor.name, visitor.label.en, visitor.speed_m_s) == ("visitor", "Visitor", 1.3)
    assert visitor.crossings == replace(ADULT.crossings, signal_s=45.0)
    assert not visitor.ways.private
    assert visitor.sources != ADULT.sources
    assert list(own) == [*PROFILES, "visitor"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[profiles.adult]\nspead_m_s = 1", "spead_m_s of the profile 'adult' is not known"),
        (
            "[profiles.adult]\nspeed_m_s = 'fast'",
            "speed_m_s of the profile 'adult' cannot be 'fast'",
        ),
        ("[profiles.adult]\nspeed_m_s = 0", "speed_m_s of the profile 'adult' cannot be 0"),
        ("[profiles.adult]\nspeed_m_s = true", "speed_m_s of the profile 'adult' cannot be True"),
        ("[profiles.adult]\nspeed_m_s = nan", "speed_m_s of the profile 'adult' cannot be nan"),
        ("[profiles.new]\nspeed_m_s = 1", "label_zh of the profile 'new' is missing"),
        ("[profiles.new]\nlike = 'giraffe'", "like of the profile 'new' names no profile"),
        ("[profiles.adult.slopes]\nmodel = 'naismith'", "slopes.model of the profile 'adult'"),
        ("[profiles.adult.ways]\nsurfaces_shut = 'sand'", "ways.surfaces_shut of the profile"),
        ("[profiles.adult]\nmode = 'drive'", "driving.km_h of the profile 'adult' is missing"),
        ("[profiles.car.driving.km_h]\nprimary = -5", "driving.km_h of the profile 'car'"),
        ("[adult]\nspeed_m_s = 1", "'adult' is not known"),
        ("[profiles]\nadult = 1.1", "'adult' is not known"),
    ],
)
def test_a_slip_in_the_projects_profiles_is_named(text: str, says: str) -> None:
    """One sentence names the file, the profile and the key."""
    with pytest.raises(SchemaError) as caught:
        read_profiles(text, file="profiles.toml", known=PROFILES)
    assert "profiles.toml" in str(caught.value)
    assert says in str(caught.value)


def test_a_file_that_is_no_toml_is_named() -> None:
    """The line is told."""
    with pytest.raises(UnreadableFileError, match=r"profiles\.toml .*line 2"):
        read_profiles("[profiles.adult]\nspeed_m_s =\n", file="profiles.toml")


def test_a_project_walks_by_its_own_profiles(tmp_path: Path) -> None:
    """The file beside the project decides, the result says so, and a slip in it stops the study."""
    workspace = street_project(tmp_path / "p")
    (workspace.folder / "profiles.toml").write_text(OWN, encoding="utf-8")
    result = studies.study_coverage(workspace, studies.ReachOptions(profile="visitor"))
    assert result.layers["residents"]["walk_s"].tolist() == [pytest.approx(200 / 1.3, abs=0.01)]
    assert "profiles.toml" in result.provenance.inputs
    assert any("set by the project's profiles.toml" in note.en for note in result.notes)
    with pytest.raises(UsageError, match="visitor"):
        studies.study_coverage(workspace, studies.ReachOptions(profile="giraffe"))
    (workspace.folder / "profiles.toml").write_bytes("步行".encode("gbk"))
    with pytest.raises(UnreadableFileError, match="UTF-8"):
        studies.study_coverage(workspace, studies.ReachOptions())
