"""The catalogue of speeds and thresholds."""

from __future__ import annotations

import pytest

from tongling_gis.catalogue import read_standards
from tongling_gis.errors import UsageError


def test_every_number_names_its_source() -> None:
    """Profiles and thresholds all carry a source line."""
    standards = read_standards()
    assert all(profile.source for profile in standards.profiles.values())
    assert all(standards.sources.values())


def test_the_limits_are_those_of_the_living_circles() -> None:
    """5, 10 and 15 minutes, ascending."""
    assert read_standards().reach_minutes == (5.0, 10.0, 15.0)


def test_an_unknown_profile_names_the_known_ones() -> None:
    """A profile that does not exist is one sentence that lists those that do."""
    with pytest.raises(UsageError, match="adult"):
        read_standards().profile("giraffe")
