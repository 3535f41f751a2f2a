import io
import json
import random
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from studio.codecs import project, project_versions
from studio.codecs.project import VERSION, document_of, load_project, project_bytes, save_project
from studio.errors import StudioError
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from tests.documents import documents, some

SONG = Document("Song", tracks=(Track(1, "Lead", clips=(Clip(2, 0, 960, (Take(Notes.of([0], 5, 60, id=3)),)),)),), next_id=4)


def entries(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents, compression=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return stream.getvalue()


def changed(**head):
    contents = entries(project_bytes(SONG))
    song = json.loads(contents["song.json"])
    contents["song.json"] = json.dumps({**song, **head}).encode()
    return packed(contents)


def refusal(data):
    with pytest.raises(StudioError) as caught:
        document_of(data, "a.studio")
    assert caught.value.message.endswith(".")
    assert caught.value.message.count(". ") == 0
    assert caught.value.hint
    return caught.value.message


@some
@given(documents())
def test_every_field_comes_back(document):
    data = project_bytes(document)
    back = document_of(data)
    assert back == document
    assert repr(back) == repr(document)  # also the types: 1 is 1.0 and True is 1, but not here
    for track, old in zip(back.tracks, document.tracks, strict=True):
        for clip, was in zip(track.clips, old.clips, strict=True):
            assert [t.notes for t in clip.takes] == [t.notes for t in was.takes]
            assert [c.dtype for c in clip.notes.columns().values()] == [c.dtype for c in was.notes.columns().values()]
    assert project_bytes(back) == data


def test_in_a_file(tmp_path):
    path = tmp_path / "a.studio"
    save_project(Document(), path)
    save_project(SONG, str(path))
    assert load_project(path) == SONG
    assert [p.name for p in tmp_path.iterdir()] == ["a.studio"]


def test_nothing_is_pickled():
    contents = entries(project_bytes(SONG))
    for name, data in contents.items():
        if name.endswith(".npy"):
            np.load(io.BytesIO(data), allow_pickle=False)
    objects = io.BytesIO()
    np.save(objects, np.array([{}], object), allow_pickle=True)
    assert "damaged" in refusal(packed({**contents, "notes/start.npy": objects.getvalue()}))


def test_newer_versions_and_other_files_are_told_apart():
    assert "newer version" in refusal(changed(version=VERSION + 1))
    assert "not a Partita project" in refusal(changed(format="something"))
    assert "not a Partita project" in refusal(packed({"a.txt": b"hello"}))
    assert "not a Partita project" in refusal(b"MThd")
    assert "not a Partita project" in refusal(b"")


@pytest.mark.parametrize(
    "head",
    [{"version": 0}, {"version": "1"}, {"title": 3}, {"tempo": []}, {"tempo": [[0, 0.5]]}, {"meter": [[0, 4, 3]]}]
    + [{"keys": [[0, 13, "major"]]}, {"chords": [[0, 1, 0, "?", None]]}, {"markers": [[0]]}, {"loop": [5]}]
    + [{"next_id": "3"}, {"tracks": [{}]}, {"tracks": []}, {"tracks": 5}, {"master": None}],
)
def test_values_that_no_song_has(head):
    assert "damaged" in refusal(changed(**head))


def test_arrays_that_ask_for_too_much():
    contents = entries(project_bytes(SONG))
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<i8", "fortran_order": False, "shape": (1 << 40,)})
    assert "damaged" in refusal(packed({**contents, "notes/start.npy": header.getvalue()}))
    del contents["notes/start.npy"]
    assert "damaged" in refusal(packed(contents))


def test_bombs(monkeypatch):
    monkeypatch.setattr(project, "MAX_BYTES", 1 << 20)
    data = packed({**entries(project_bytes(SONG)), "zeros.bin": bytes(2 << 20)})
    assert len(data) < 1 << 16
    assert "more than 1 MB" in refusal(data)


def test_damaged_files_are_refused_or_whole():
    whole = project_bytes(SONG)
    rng = random.Random(5)
    for _ in range(300):
        data = bytearray(whole)
        if rng.random() < 0.3:
            del data[rng.randrange(len(data)) :]
        for _ in range(rng.randrange(4)):
            if data:
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        try:
            document_of(bytes(data), "a.studio")
        except StudioError:
            continue


def test_a_fault_of_our_own_does_not_cost_the_song(caplog):
    document = replace(SONG, tracks=(replace(SONG.tracks[0], gain_db=float("-inf"), pan=3.0),))
    assert document_of(project_bytes(document)) == document
    assert "gain, pan, room or width is out of range" in caplog.text
    assert document_of(changed(next_id=1)) == SONG


def test_old_versions_are_upgraded(monkeypatch):
    def upgrade(song, columns):
        return {**song, "title": song["name"]}, columns

    contents = entries(project_bytes(SONG))
    song = json.loads(contents["song.json"])
    song["name"] = song.pop("title")
    for module in (project, project_versions):
        monkeypatch.setattr(module, "VERSION", VERSION + 1)
    monkeypatch.setitem(project_versions.UPGRADES, VERSION, upgrade)
    assert document_of(packed({**contents, "song.json": json.dumps(song).encode()})) == SONG


def test_effects_that_do_not_exist():
    wrong = [{"kind": "magic", "on": True, "values": [], "plugin": "", "title": "", "state": ""}]
    assert "damaged" in refusal(changed(master={"gain_db": 0.0, "room_db": -9.0, "room_seconds": 1.4, "effects": wrong}))


def test_files_that_cannot_be_read_or_written(tmp_path):
    for wrong in (tmp_path / "missing.studio", tmp_path):
        with pytest.raises(StudioError):
            load_project(wrong)
    with pytest.raises(StudioError, match="cannot be written"):
        save_project(SONG, tmp_path / "nowhere" / "a.studio")
