"""The versions that a song's JSON and columns have had, and how the older ones become the newest."""

from collections.abc import Callable
from typing import Any

from studio.codecs.project_json import Columns

VERSION = 5


def _with_sections_and_width(song: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], Columns]:
    """Version 2 has sections, and a width for every track."""
    tracks = [{**track, "width": 0.0} for track in song["tracks"]]
    return {**song, "sections": [], "tracks": tracks}, columns


def _with_effects(song: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], Columns]:
    """Version 3 has effects on every track and on the mix."""
    tracks = [{**track, "effects": []} for track in song["tracks"]]
    return {**song, "master": {**song["master"], "effects": []}, "tracks": tracks}, columns


def _with_hidden_notes(song: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], Columns]:
    """Version 4 has notes in takes that the clips' edges hide."""

    def upgraded_clip(clip: dict[str, Any]) -> dict[str, Any]:
        return {**clip, "offset": 0, "takes": [{**take, "before": 0, "after": 0} for take in clip["takes"]]}

    tracks = [{**track, "clips": [upgraded_clip(clip) for clip in track["clips"]]} for track in song["tracks"]]
    return {**song, "tracks": tracks}, columns


def _with_sounds(song: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], Columns]:
    """Version 5 has sounds that takes may play."""

    def upgraded_clip(clip: dict[str, Any]) -> dict[str, Any]:
        return {**clip, "takes": [{**take, "sound": None} for take in clip["takes"]]}

    tracks = [{**track, "clips": [upgraded_clip(clip) for clip in track["clips"]]} for track in song["tracks"]]
    return {**song, "sounds": [], "tracks": tracks}, columns


# UPGRADES[v] turns the JSON and columns of version v into those of v + 1.
UPGRADES: dict[int, Callable[[dict[str, Any], Columns], tuple[dict[str, Any], Columns]]] = {
    1: _with_sections_and_width,
    2: _with_effects,
    3: _with_hidden_notes,
    4: _with_sounds,
}


def upgraded(version: int, song: dict[str, Any], columns: Columns) -> tuple[dict[str, Any], Columns]:
    """``song`` and ``columns`` of ``version`` as they are in :data:`VERSION`. Raises KeyError when they lack what they should have."""
    for old in range(version, VERSION):
        song, columns = UPGRADES[old](song, columns)
    return song, columns
