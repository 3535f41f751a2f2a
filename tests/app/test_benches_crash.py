"""A run that is killed loses at most its last gesture, and the bench would notice if it lost more."""

import os
import sys
from pathlib import Path

import pytest

from studio.app import benches_crash
from studio.app.benches_crash import _compared, _opened, gestures_of, judged, killed_run
from studio.codecs.project import save_project
from studio.music import edits
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes


@pytest.fixture
def song(tmp_path: Path) -> Path:
    notes = Notes.of([0, 960, 1920], 900, [60, 64, 67])
    document = edits.add_track(Document("Song"), Track(0, "A", clips=(Clip(0, 0, 3840, (Take(notes),)),)))
    save_project(document, tmp_path / "song.studio")
    return tmp_path / "song.studio"


@pytest.mark.skipif(sys.platform == "win32", reason="a killed run is started by fork")
@pytest.mark.parametrize("seconds", [0.0, 0.03, 0.2, 0.5])
def test_a_killed_run_loses_at_most_its_last_gesture(song, tmp_path, monkeypatch, seconds):
    monkeypatch.setenv("STUDIO_HOME", os.environ["STUDIO_HOME"])
    made = killed_run(song, tmp_path / "home", 3, 0.01, seconds)
    lost, fault = judged(song, tmp_path / "home", 3, made)
    assert fault == "" and lost <= 1


def test_what_was_lost_is_noticed(song):
    session = _opened(song)
    states = []
    for _, _ in zip(range(12), gestures_of(session, 5), strict=False):
        touched = [s for s in session.songs if len(s.steps) > 1]
        states.append([(tuple(step.name for step in s.steps), s.at, s.committed) for s in touched])
    assert _compared(song, 5, 11, states[11], None) == (0, "")
    assert _compared(song, 5, 11, states[9], states and session.songs[0].committed)[0] in (1, 2)
    assert _compared(song, 5, 11, [(("Open", "x"), 1, Document())], None)[1]
    assert "saved" in _compared(song, 5, 11, states[11], Document("never"))[1]


def test_the_bench_prints_what_it_found_and_fails_where_more_was_lost(song, monkeypatch, capsys):
    monkeypatch.setattr(benches_crash, "killed_run", lambda *a: 5)
    monkeypatch.setattr(benches_crash, "judged", lambda *a: (1, ""))
    assert benches_crash.run(["--kills", "2", "--song", str(song)]) == 0
    assert "2 runs killed after 10 gestures" in capsys.readouterr().out
    monkeypatch.setattr(benches_crash, "judged", lambda *a: (2, ""))
    assert benches_crash.run(["--kills", "1", "--song", str(song)]) == 1
    monkeypatch.setattr(benches_crash, "judged", lambda *a: (0, "damaged"))
    assert benches_crash.run(["--kills", "1", "--song", str(song)]) == 1
    assert "run 0: damaged" in capsys.readouterr().out
