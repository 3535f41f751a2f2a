import numpy as np
import pytest

from studio.music.chords import recognize_chords
from studio.music.notes import Notes
from studio.music.pitch import Chord

BEATS = np.arange(0, 9) * 960
BARS = np.arange(0, 3) * 3840


def played(*chords: tuple[int, int, list[int]]) -> Notes:
    rows = [(start, length, pitch) for start, length, pitches in chords for pitch in pitches]
    return Notes.of(*zip(*rows, strict=True))


def names(notes: Notes) -> list[tuple[int, int, str]]:
    return [(s.start, s.end, str(s.chord)) for s in recognize_chords(notes, BEATS, BARS)]


@pytest.mark.parametrize("name", ["C", "F#", "Dm", "G7", "Cmaj7", "Am7", "Bdim", "Esus4", "Caug"])
def test_block_chords_have_their_names(name: str) -> None:
    chord = Chord.parse(name)
    pitches = [48 + chord.root] + [60 + pc for pc in sorted(chord.pitch_classes)]
    assert names(played((0, 3840, pitches))) == [(0, 3840, name)]


def test_a_progression_changes_at_the_bar_and_within_it() -> None:
    notes = played((0, 3840, [48, 60, 64, 67]), (3840, 1920, [53, 60, 65, 69]), (5760, 1920, [55, 59, 62, 67]))
    assert names(notes) == [(0, 3840, "C"), (3840, 5760, "F"), (5760, 7680, "G")]


def test_broken_chords_and_passing_notes_are_one_chord() -> None:
    arpeggio = [(k * 480, 480, [p]) for k, p in enumerate([48, 60, 64, 67, 72, 67, 64, 60])]
    melody = [(0, 960, [76]), (960, 480, [77]), (1440, 480, [76]), (1920, 1920, [79])]
    assert names(played(*arpeggio, *melody)) == [(0, 3840, "C")]


def test_single_notes_and_silence_are_no_chords() -> None:
    assert names(played((0, 3840, [60]))) == []
    assert recognize_chords(Notes.empty(), BEATS, BARS) == ()
    assert recognize_chords(played((0, 960, [60, 64, 67])), BEATS[:1], BARS) == ()
