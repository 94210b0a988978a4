"""The notebooks run as they are shipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from figure_town import make_town

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_run_and_are_kept_without_output(notebook: Path, tmp_path: Path) -> None:
    """Each notebook runs from top to bottom on a project, and is committed clean."""
    cells = [one for one in json.loads(notebook.read_text("utf-8"))["cells"] if "outputs" in one]
    assert cells
    assert not any(one["outputs"] or one["execution_count"] for one in cells)
    make_town(tmp_path / "project")
    program = (
        "import sys, nbformat\nfrom nbclient import NotebookClient\n"
        "book = nbformat.read(sys.argv[1], as_version=4)\n"
        "NotebookClient(book, timeout=120, kernel_name='python3', transport='ipc').execute()\n"
    )
    environment = os.environ | {"TONGLING_GIS_PROJECT": str(tmp_path / "project")}
    done = subprocess.run(
        [sys.executable, "-c", program, str(notebook)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-2000:]
