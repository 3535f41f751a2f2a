"""The measurement's own parts: where a change is found, and what is changed."""

import numpy as np
import pytest

from studio.app.virtual_card import RATE
from studio.errors import StudioError
from studio.ui import benches_edits, benches_playback
from studio.ui.benches_edits import BARS_MS, edit, found_change
from studio.ui.benches_playback import song_of_voices


def noise(seconds: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, (int(seconds * RATE), 2)).astype(np.float32)


def test_a_change_is_found_where_it_is() -> None:
    old, other = noise(6, 0), noise(6, 1)
    at = int(2.0 * RATE)
    new, heard = old + 0.5 * other, old.copy()
    heard[at + 4_800 :] += 0.2 * other[at + 4_800 :]  # the light voice
    heard[at + 9_600 :] = new[at + 9_600 :]
    captured = np.concatenate([np.zeros((777, 2), np.float32), heard])[: 4 * RATE]
    found = found_change(captured, old, new, at + 777, at - 500)
    assert found.first == pytest.approx(100, abs=1)
    assert found.whole == pytest.approx(200, abs=11)
    same = np.concatenate([captured[: at + 777], old[at:]])
    assert found_change(same, old, new, at + 777, at).first == np.inf
    with pytest.raises(StudioError, match="not the song"):
        found_change(noise(4, 5), old, new, at, at)


def test_every_edit_changes_what_its_name_says() -> None:
    song = song_of_voices(20)
    for name in BARS_MS:
        edited = edit(song, name, 9_600)
        assert edited is not song
        changed = [t.id for t, before in zip(edited.tracks, song.tracks, strict=True) if t != before]
        assert len(changed) == (16 if name == "all instruments" else 1)
        assert edited.note_count == song.note_count + (name == "a note more")


def test_it_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benches_playback, "missing_programs", lambda: ["parec"])
    with pytest.raises(StudioError, match="parec"):
        benches_edits.run([])
