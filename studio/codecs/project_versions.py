"""The versions that a song's JSON and columns have had, and how the older ones become the newest."""

from collections.abc import Callable
from typing import Any

from studio.codecs.project_json import Columns

VERSION = 3


def _with_sections_and_width(song: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], Columns]:
    """Version 2 has sections, and a width for every track."""
    tracks = [{**track, "width": 0.0} for track in song["tracks"]]
    return {**song, "sections": [], "tracks": tracks}, columns


def _with_effects(song: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], Columns]:
    """Version 3 has effects on every track and on the mix."""
    tracks = [{**track, "effects": []} for track in song["tracks"]]
    return {**song, "master": {**song["master"], "effects": []}, "tracks": tracks}, columns


# UPGRADES[v] turns the JSON and columns of version v into those of v + 1.
UPGRADES: dict[int, Callable[[dict[str, Any], Columns], tuple[dict[str, Any], Columns]]] = {
    1: _with_sections_and_width,
    2: _with_effects,
}


def upgraded(version: int, song: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], Columns]:
    """``song`` and ``columns`` of ``version`` as they are in :data:`VERSION`. Raises KeyError when they lack what they should have."""
    for old in range(version, VERSION):
        song, columns = UPGRADES[old](song, columns)
    return song, columns
