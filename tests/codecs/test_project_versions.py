"""Songs of older versions, in files and in journals."""

import json
from dataclasses import replace

import pytest

from studio.codecs.journal import MAGIC, read_journal, record
from studio.codecs.project import document_of, project_bytes
from studio.codecs.project_json import to_json
from studio.codecs.project_versions import VERSION, upgraded
from studio.music.effects import Effect
from tests.codecs.test_project import SONG, entries, packed

NEW = replace(SONG, tracks=tuple(replace(t, width=0.5, effects=(Effect("delay"),)) for t in SONG.tracks))


def older(song: dict, version: int) -> dict:
    """A song's JSON as ``version`` had it."""
    song = json.loads(json.dumps(song))
    del song["sounds"]
    for track in song["tracks"]:
        for clip in track["clips"]:
            if version < 4:
                del clip["offset"]
            for take in clip["takes"]:
                del take["sound"]
                if version < 4:
                    del take["before"], take["after"]
    if version < 3:
        del song["master"]["effects"]
    for track in song["tracks"]:
        if version < 3:
            del track["effects"]
        if version == 1:
            del track["width"]
    if version == 1:
        del song["sections"]
    return song


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_files_of_older_versions_open(version):
    contents = entries(project_bytes(NEW))
    song = older(json.loads(contents["song.json"]), version)
    song["version"] = version
    width = 0.0 if version == 1 else 0.5
    old = document_of(packed({**contents, "song.json": json.dumps(song).encode()}))
    effects = NEW.tracks[0].effects if version >= 3 else ()
    assert old == replace(NEW, tracks=tuple(replace(t, width=width, effects=effects) for t in NEW.tracks))


def test_journals_that_do_not_say_their_version_are_read():
    song, columns = to_json(NEW)
    kept = dict.fromkeys(columns, (0, 0))
    step = record({"kind": "step", "name": "Edit", "song": older(song, 2), "kept": kept}, columns)
    found = read_journal(MAGIC + record({"kind": "start", "limit": 9}, {}) + step)
    assert found.steps[-1][1] == replace(NEW, tracks=tuple(replace(t, effects=()) for t in NEW.tracks))


def test_the_newest_stays_as_it_is():
    song, columns = to_json(NEW)
    assert upgraded(VERSION, song, columns) == (song, columns)
