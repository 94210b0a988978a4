"""What all tests share: the folder of real extracts, and a bounded hypothesis profile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tongling_gis import studies

# The same examples in every run, so that a change is judged by what it changes;
# HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("suite", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real extracts; the test is skipped where it is not beside this checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared real extracts are not beside this checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> studies.Demo:
    """The whole demonstration, made once: sample city, project, results and map."""
    folder = tmp_path_factory.mktemp("示例 demo") / "project"
    return studies.run_demo(folder, seed=340700, lang="zh")
