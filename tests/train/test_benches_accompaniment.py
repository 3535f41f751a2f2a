import numpy as np
import pytest

from studio.music.notes import Notes
from studio.music.time import Meter
from studio.train.arranger_examples import Holes
from studio.train.benches_accompaniment import (
    Accompaniment,
    accompanying,
    blocks,
    document_of,
    longest,
    overlaps,
    repeated,
    same_on_two_threads,
)
from studio.train.songs import PER_BEAT
from tests.arrangers import tiny_arranger
from tests.train.test_arranger_task import SONGS, song

BAR = 3840


def test_documents_of_songs():
    document = document_of(song())
    assert [t.name for t in document.tracks] == ["Melody", "Chords"] and str(document.keys[0].key) == "C major"
    assert document.tracks[0].notes.start[:2].tolist() == [0, 960]


def test_blocks_are_the_chords_of_the_others_in_the_parts_register():
    document = document_of(song())
    made = blocks(document, document.tracks[0], BAR, 3 * BAR)
    assert made.start.tolist() == [BAR] * 3 + [2 * BAR] * 3 and set((made.pitch % 12).tolist()) == {0, 4, 7}
    middle = np.median(document.tracks[0].notes.pitch)
    assert np.abs(made.pitch - middle).max() <= 6


def test_overlaps():
    true = Notes.of([0, 960, 1920, 2880], 960, [60, 64, 67, 72])
    assert overlaps(true, true, Meter(), 0, BAR).tolist() == pytest.approx([1, 1, 1])
    assert overlaps(Notes.empty(), true, Meter(), 0, BAR).tolist() == [0, 0, 0]
    octave = Notes.of([480, 1440, 2400, 3360], 480, [72, 76, 79, 84])
    assert overlaps(octave, true, Meter(), 0, BAR).tolist() == pytest.approx([1, 0, 0.25])


def test_the_bars_before_or_after_come_again():
    document = document_of(song())
    track = document.tracks[0]
    again = repeated(document, track, 4 * BAR, 8 * BAR)
    assert again.start.tolist() == [4 * BAR + 960 * k for k in range(16)]
    assert again.pitch.tolist() == track.notes.pitch[:16].tolist()
    assert repeated(document, track, 0, 4 * BAR).pitch.tolist() == track.notes.pitch[16:32].tolist()
    assert not len(repeated(document, track, 0, 64 * BAR))


def test_copies_are_found_in_any_key():
    train = next(p for p in SONGS[0].parts if p.name == "Melody")
    scale = 960 // PER_BEAT
    copied = Notes.of(train.start[8:20] * scale, 960, train.pitch[8:20] + 5)
    draw = np.random.default_rng(9)
    fresh = Notes.of(960 * np.arange(12), 960, draw.integers(40, 90, 12))
    of_ours, of_true = longest([Accompaniment(copied, fresh, np.zeros((3, 3)), 0.0)], Holes(SONGS), 0)
    assert of_ours == 11 and of_true < 5  # twelve notes are eleven steps


def test_it_prints_what_it_measured(capsys):
    accompanying(tiny_arranger(), Holes(SONGS), 1)
    same_on_two_threads(tiny_arranger(), SONGS, 1)
    said = capsys.readouterr().out
    assert "accompaniment" in said and "blocks" in said and "ms" in said and "pop" in said
    assert "1 of 1 requests" in said
