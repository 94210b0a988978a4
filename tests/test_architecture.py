"""The house plan as tests: contracts between modules, and documents that keep up."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tongling_gis.cli.parser import build_parser

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh-CN.md"]


def commands() -> set[str]:
    """Every command the parser knows."""
    parser = build_parser("en")
    return {
        name
        for action in parser._actions
        for name in (action.choices or ())
        if action.dest == "command"
    }


def test_imports_point_downwards_only() -> None:
    """The import contracts hold."""
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as c; c()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_in_the_readme(readme: str) -> None:
    """No command is undocumented, and the README names none that does not exist."""
    listed = set(
        re.findall(r"^\| `(\w+)` \|", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert listed == commands()


@pytest.mark.parametrize("readme", READMES)
def test_the_commands_in_the_readme_can_be_parsed(readme: str) -> None:
    """Each tongling-gis line of the README's blocks is one that the parser takes."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.split("#")[0] for block in blocks for line in block.splitlines()]
    calls = [line.split("tongling-gis", 1)[1].split() for line in lines if "tongling-gis " in line]
    assert calls
    for words in calls:
        assert build_parser("en").parse_args(words).command == words[0]


@pytest.mark.parametrize("readme", READMES)
def test_what_the_readme_points_to_is_there(readme: str) -> None:
    """Pictures and links to files of the project lead somewhere."""
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / readme).read_text(encoding="utf-8"))
    assert "docs/map.png" in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_help_needs_no_heavy_library() -> None:
    """The help is shown without loading numpy, pandas or anything that loads them."""
    code = (
        "import sys; from tongling_gis.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'geopandas', 'shapely', 'folium', 'numba', 'rich'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    started = time.monotonic()
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert run.returncode == 0
    assert time.monotonic() - started < 5


def test_nothing_of_this_machine_is_in_the_tree() -> None:
    """No lock file, constraint or configuration names a registry address."""
    files = [ROOT / "pyproject.toml", ROOT / "constraints.txt", ROOT / "package-lock.json"]
    for path in (path for path in files if path.exists()):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'index-url|find-links|"resolved"|registry\s*=', text), path.name
