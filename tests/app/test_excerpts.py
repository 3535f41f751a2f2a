"""Part of a song as a song of its own."""

from dataclasses import replace

import numpy as np
import pytest

from studio.app.excerpts import excerpt, excerpt_of_notes
from studio.music import edits
from studio.music.checks import check
from studio.music.document import ChordSpan, Clip, Document, KeyChange, Marker, Sound, Take, Track
from studio.music.edits_sound import add_sound
from studio.music.notes import SUSTAIN, VOLUME, Controls, Notes
from studio.music.pitch import Chord, Key

BAR = 3840


@pytest.fixture
def song() -> Document:
    notes = Notes.of([0, BAR, 2 * BAR, 3 * BAR], [960, 960, 3 * BAR, 960], [60, 62, 64, 65])
    controls = Controls.of([0, 10, 2 * BAR + 5, 3 * BAR + 5], [VOLUME, SUSTAIN, SUSTAIN, SUSTAIN], [90, 127, 0, 127])
    track = Track(0, "A", clips=(Clip(0, 0, 6 * BAR, (Take(notes),)),), controls=controls)
    document = edits.add_track(Document("Song", loop=(BAR, 3 * BAR)), track)
    document = edits.add_track(document, Track(0, "B"))
    document = edits.set_tempo(edits.set_tempo(document, 0, 100.0), 2 * BAR, 80.0)
    return replace(
        document,
        keys=(KeyChange(0, Key(2, "minor")),),
        chords=(ChordSpan(0, 2 * BAR, Chord(2, "min")),),
        markers=(Marker(0, "a"), Marker(2 * BAR, "b")),
    )


def test_a_region_keeps_what_sounds_in_it_and_begins_at_its_bar(song):
    part = excerpt(song, BAR + 100, 3 * BAR)
    assert check(part) == []
    notes = part.tracks[0].notes
    assert (notes.start.tolist(), notes.pitch.tolist()) == ([BAR], [64])
    assert notes.end.tolist() == [2 * BAR]
    assert [(c.tick, round(c.bpm)) for c in part.tempo.changes] == [(0, 100), (BAR, 80)]
    assert part.key_at(0) == Key(2, "minor") and part.markers == (Marker(BAR, "b"),)
    assert part.chords == (ChordSpan(0, BAR, Chord(2, "min")),)
    assert part.loop is None and part.tracks[1].clips == ()


def test_controllers_that_hold_at_the_start_are_kept(song):
    controls = excerpt(song, 2 * BAR, 3 * BAR).tracks[0].controls
    rows = sorted(zip(controls.tick.tolist(), controls.number.tolist(), controls.value.tolist(), strict=True))
    assert rows == [(0, VOLUME, 90), (0, SUSTAIN, 127), (5, SUSTAIN, 0)] or rows == [(0, 7, 90), (0, 64, 127), (5, 64, 0)]


def test_selected_notes_are_a_song_of_one_track(song):
    ids = song.tracks[0].notes.id[1:3].tolist()
    part = excerpt_of_notes(song, song.tracks[0].id, ids)
    assert check(part) == [] and [t.name for t in part.tracks] == ["A"]
    assert part.tracks[0].notes.start.tolist() == [0, BAR] and part.tracks[0].notes.duration.tolist() == [960, 3 * BAR]
    assert excerpt_of_notes(song, song.tracks[0].id, []) is None


def test_a_region_keeps_what_a_recording_plays_in_it(song):
    sound = Sound("a" * 64, "Voice", 8_000, 80_000, np.zeros(1, np.uint8), np.zeros(9, np.uint8))
    document = add_sound(song, sound, 0)
    part = excerpt(document, BAR, 3 * BAR)
    (clip,) = part.tracks[-1].clips
    assert (clip.start, clip.length, clip.take.sound.at) == (0, 2 * BAR, -BAR)
    assert part.sounds == (sound,) and check(part) == []
