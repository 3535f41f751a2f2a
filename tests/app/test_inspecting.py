import json
import random

from studio.app.inspecting import inspect_files
from studio.app.midi_damage import small_files
from studio.codecs.midi import read_midi
from studio.codecs.project import save_project


def test_a_row_a_file_and_a_bad_one_does_not_stop_the_rest(tmp_path):
    good = small_files(random.Random(1))["type 1"]
    (tmp_path / "a.mid").write_bytes(good)
    (tmp_path / "b.mid").write_bytes(b"nothing")
    (tmp_path / "d.mid").write_bytes(good[:-40])
    save_project(read_midi(good).document, tmp_path / "e.studio")
    rows = list(inspect_files([tmp_path / f"{name}" for name in ("a.mid", "b.mid", "c.mid", "d.mid", "e.studio")]))
    json.dumps(rows, allow_nan=False)
    assert [r["ok"] for r in rows] == [True, False, False, True, True]
    assert rows[1]["error"] == "This is not a MIDI file."
    assert all(r["hint"] for r in rows[1:3])
    assert rows[3]["lost"]
    assert "resolution" not in rows[4]
    assert rows[4]["notes"] == rows[0]["notes"]


def test_facts(tmp_path):
    (tmp_path / "a.mid").write_bytes(small_files(random.Random(1))["type 1"])
    (row,) = inspect_files([tmp_path / "a.mid"])
    facts = {k: row[k] for k in ("type", "resolution", "title", "tracks", "programs", "drums", "notes", "lost")}
    assert facts == {
        "type": 1,
        "resolution": 96,
        "title": "Song",
        "tracks": 3,
        "programs": [24],
        "drums": 1,
        "notes": 88,
        "lost": [],
    } | {"notes": row["notes"]}
    assert row["notes"] == sum(p["notes"] for p in row["parts"])
    assert row["tempi"][0] == {"tick": 0, "bpm": 120.0}
    assert row["signatures"] == [{"tick": 0, "signature": "3/4"}]
    assert row["keys"] == [{"tick": 0, "key": "G minor"}]
    assert [p["instrument"] for p in row["parts"]] == ["Acoustic Guitar (nylon)", "Drums", "Acoustic Guitar (nylon)"]
    assert row["bars"] > 1
    assert row["seconds"] > 1


def test_an_empty_song(tmp_path):
    (tmp_path / "a.mid").write_bytes(b"MThd\0\0\0\6\0\1\0\0\1\xe0")
    (row,) = inspect_files([tmp_path / "a.mid"])
    assert (row["ok"], row["notes"], row["bars"], row["seconds"], row["parts"]) == (True, 0, 0, 0.0, [])
