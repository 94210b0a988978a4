"""Who walks: the catalogue's profiles, changed and added to by the project's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tongling_gis.catalogue import read_profiles, read_standards
from tongling_gis.errors import UnreadableFileError
from tongling_gis.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from tongling_gis.catalogue import WalkProfile
    from tongling_gis.store import Workspace

PROFILES_FILE = "profiles.toml"
"""Beside the project's GeoPackage: tables [profiles.NAME] as in the catalogue, key by key."""


def profiles_path(workspace: Workspace) -> Path:
    """Say where a project's own profiles stand, whether or not there are any."""
    return workspace.folder / PROFILES_FILE


def project_profiles(workspace: Workspace) -> dict[str, WalkProfile]:
    """Read the profiles that hold in a project: the catalogue's, changed and added to.

    Raises:
        UnreadableFileError: If the project's file is no text or no TOML.
        SchemaError: If one of its keys is unknown or missing, or its value cannot be used.
    """
    path, known = profiles_path(workspace), read_standards().profiles
    if not path.is_file():
        return dict(known)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            Text(
                f"读不了 {path}：请检查权限，并存为 UTF-8 文本。",
                f"Cannot read {path}: check its permissions, and save it as UTF-8 text.",
            )
        ) from error
    return read_profiles(text, file=PROFILES_FILE, known=known)


def describe_origin(workspace: Workspace, name: str) -> tuple[Text, ...]:
    """Say that a profile is the project's own, where it is."""
    if project_profiles(workspace).get(name) == read_standards().profiles.get(name):
        return ()
    return (
        Text(
            f"步行类型“{name}”由项目的 {PROFILES_FILE} 规定。",
            f"The profile {name!r} is set by the project's {PROFILES_FILE}.",
        ),
    )
