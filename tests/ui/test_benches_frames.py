"""The measurement runs; what it finds is for ``studio bench frames`` to say."""

import pytest

from studio.ui import benches_frames


def test_runs_and_prints_a_row_for_each_roll(qapp, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(benches_frames, "FRAMES", 3)
    monkeypatch.setattr(benches_frames, "_beside_model", lambda seconds, picture: True)
    assert benches_frames.run(["--notes", "500", "--no-peer"]) == 0
    printed = capsys.readouterr().out
    assert "moving 250 selected" in printed
    assert "roll, 500 notes" in printed
    assert "arrangement, 875 notes" in printed
    assert "pyqtgraph" not in printed


def test_songs_have_the_size_that_is_asked_for() -> None:
    document = benches_frames.song(400)
    assert [len(t.notes) for t in document.tracks] == [400, 100, 100, 100]
