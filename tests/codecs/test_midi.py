"""Out and in again: whatever MIDI can hold comes back, and two other readers see the same."""

import random
from dataclasses import replace
from io import BytesIO

import numpy as np
import pretty_midi
from hypothesis import given

from studio.app.midi_damage import small_files
from studio.codecs.midi import read_midi, write_midi
from studio.music.document import DRUM_CHANNEL, Document
from tests.documents import documents, some


def sounding(document):
    """Rows of all notes: (start, duration, pitch, velocity, drums, program)."""
    rows = []
    for t in document.tracks:
        n = t.notes
        programs = t.programs_at(n.start)
        rows += zip(
            *(c.tolist() for c in (n.start, n.duration, n.pitch, n.velocity)), [t.drums] * len(n), programs.tolist(), strict=True
        )
    return sorted(rows)


def single(document):
    """The document without notes that overlap others of their pitch in their track: MIDI cannot say which of them ends."""
    tracks = []
    for track in document.tracks:
        notes = track.notes
        kept, busy = [], {}
        for i, (start, end, pitch) in enumerate(zip(notes.start.tolist(), notes.end.tolist(), notes.pitch.tolist(), strict=True)):
            if start >= busy.get(pitch, 0):
                kept.append(i)
                busy[pitch] = end
        alone = notes.select(np.array(kept, int))
        clips = tuple(
            replace(c, takes=(replace(c.take, notes=c.notes.select(c.notes.index_of(alone.id.tolist()))),), active=0)
            for c in track.clips
        )
        tracks.append(replace(track, clips=clips))
    return replace(document, tracks=tuple(tracks))


@some
@given(documents())
def test_notes_programs_and_lanes_come_back(document):
    document = single(document)
    back = read_midi(write_midi(document))
    assert back.lost == ()
    assert sounding(back.document) == sounding(document)
    assert back.document.tempo == document.tempo
    assert back.document.meter == document.meter
    assert [k.tick for k in back.document.keys] == [k.tick for k in document.keys]
    assert [k.key.tonic for k in back.document.keys] == [k.key.tonic for k in document.keys]


@some
@given(documents())
def test_what_was_read_once_stays_the_same(document):
    once = read_midi(write_midi(document)).document
    again = read_midi(write_midi(once)).document
    assert sounding(again) == sounding(once)
    assert write_midi(again) == write_midi(once)


def test_whole_files_come_back_in_every_detail():
    for name, data in small_files(random.Random(3)).items():
        document = read_midi(data).document
        back = read_midi(write_midi(document)).document
        assert back.markers == document.markers, name
        assert back.keys == document.keys
        assert [t.controls for t in back.tracks] == [t.controls for t in document.tracks]
        assert [t.clips for t in back.tracks] == [t.clips for t in document.tracks]
        assert [(t.name, t.channel, t.drums) for t in back.tracks] == [(t.name, t.channel, t.drums) for t in document.tracks]
        assert all(t.drums == (t.channel == DRUM_CHANNEL) for t in document.tracks)


def test_pretty_midi_sees_the_same():
    document = read_midi(small_files(random.Random(4))["type 1"]).document
    theirs = pretty_midi.PrettyMIDI(BytesIO(write_midi(document)))
    for track, instrument in zip(document.tracks, theirs.instruments, strict=True):
        notes = sorted(instrument.notes, key=lambda n: (n.start, n.pitch))
        assert [n.pitch for n in notes] == track.notes.pitch.tolist()
        assert [n.velocity for n in notes] == track.notes.velocity.tolist()
        assert np.allclose([n.start for n in notes], document.tempo.seconds(track.notes.start))
        assert np.allclose([n.end for n in notes], document.tempo.seconds(track.notes.end))
        assert (instrument.program, instrument.is_drum, instrument.name) == (track.program, track.drums, track.name)


def test_an_empty_song():
    assert read_midi(write_midi(Document())).document == Document()
