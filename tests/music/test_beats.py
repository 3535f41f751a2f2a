import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music import edits
from studio.music.beats import beats_of, find_beats
from studio.music.document import Document, Track
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from tests.documents import some


def playing(bpm: float, drift: float, seed: int, bars: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Beats of a player who drifts, and onsets on beats and eighths with a human's spread: (beats, onsets, velocities)."""
    rng = np.random.default_rng(seed)
    gaps = 60 / bpm * (1 + drift * np.sin(np.arange(4 * bars) / 9))
    beats = 0.4 + np.concatenate([[0], np.cumsum(gaps)])
    halves = (beats[:-1] + beats[1:]) / 2
    onsets = np.concatenate([beats, halves[rng.random(len(halves)) < 0.5]])
    loud = np.concatenate([np.full(len(beats), 90.0), np.full(len(onsets) - len(beats), 60.0)])
    kept = rng.random(len(onsets)) < 0.9
    kept[0] = True
    return beats, (onsets + rng.normal(0, 0.008, len(onsets)))[kept], loud[kept]


@pytest.mark.parametrize("bpm", [72, 100, 120, 150])
@pytest.mark.parametrize("drift", [0.0, 0.06])
def test_beats_of_free_playing_are_found(bpm: float, drift: float) -> None:
    beats, onsets, loud = playing(bpm, drift, round(bpm))
    found = find_beats(onsets, loud, 1.25 * bpm)  # the song's tempo is near; else twice as fast is as right
    away = np.abs(found[:, None] - beats[None]).min(axis=1)
    assert np.mean(away < 0.05) > 0.9
    met = np.abs(beats[:, None] - found[None]).min(axis=1)
    assert np.mean(met < 0.05) > 0.9


def test_too_few_onsets_have_no_beats() -> None:
    assert len(find_beats([], [])) == 0
    assert len(find_beats([1.0, 1.001, 2.0], [80, 80, 80])) == 0


@some
@given(st.lists(st.floats(0, 30), max_size=12), st.integers(1, 127))
def test_any_onsets_give_rising_beats(onsets, velocity) -> None:
    found = find_beats(onsets, [velocity] * len(onsets))
    assert (np.diff(found) > 0).all()
    assert np.isfinite(found).all()


def test_playing_against_the_grid_is_laid_on_it() -> None:
    beats, onsets, loud = playing(96, 0.05, 3)
    tempo = TempoMap.constant(120)
    document = edits.add_track(Document(tempo=tempo), Track(0))
    ticks = np.rint(tempo.ticks_at_seconds(onsets)).astype(int)
    document = edits.add_notes(document, 1, Notes.of(ticks, 200, 60, loud.astype(int)))
    notes = document.tracks[0].notes
    fitted = edits.fit_to_beats(document, notes.id, beats_of(notes, tempo)).tracks[0].notes
    off = np.abs(fitted.start - np.rint(fitted.start / 480) * 480)
    assert np.mean(off < 60) > 0.9
    assert np.mean(np.abs(notes.start - np.rint(notes.start / 480) * 480) < 60) < 0.5
