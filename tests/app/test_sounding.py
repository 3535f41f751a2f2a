"""What of a document sounds: pedal, repeated keys, volume, programs, mute and solo."""

from dataclasses import replace

import numpy as np

from studio.app import sounding
from studio.app.sounding import (
    batch_of,
    events_of,
    lengths_of,
    lengths_of_all,
    program_of,
    row_number,
    scene_of,
    sounding_of,
    strips_of,
)
from studio.audio.voice import TAPE
from studio.engines.api import DRUM_KIT, SoundBatch
from studio.engines.expression import PLAIN
from studio.engines.own_names import own_number
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import EXPRESSION, PROGRAM_CHANGE, SUSTAIN, VOLUME, Controls, Notes
from studio.music.tempo import TempoMap
from tests.app.sines import Sines, make_song

RATE = 48_000
TEMPO = TempoMap.constant(120)  # a tick is 25 frames


def track(notes: Notes, controls: Controls | None = None, **more) -> Track:
    return Track(1, clips=(Clip(1, 0, 9600, (Take(notes),)),), controls=controls or Controls.empty(), **more)


def test_starts_and_lengths_in_frames() -> None:
    got = sounding_of(track(Notes.of([0, 960], [480, 100], [60, 62], [1, 127]), program=5), TEMPO, RATE)
    assert got.start.tolist() == [0, 24_000]
    assert got.batch.held.tolist() == [12_000, 2_500]
    assert got.batch.program.tolist() == [5, 5]
    assert got.batch.velocity.tolist() == [1, 127]
    assert got.gain.tolist() == [1.0, 1.0]


def test_equal_notes_are_equal_wherever_they_start() -> None:
    start = np.arange(500) * 961
    got = sounding_of(track(Notes.of(start, 777, 60)), TempoMap.constant(117.3), 44_100)
    assert len(set(got.number.tolist())) == 1


def test_pedal_holds_until_it_comes_up() -> None:
    notes = Notes.of([0, 480, 2000, 4000], [240, 240, 240, 240], [60, 64, 67, 72])
    pedal = Controls.of([100, 1000, 1900, 2100, 3900], SUSTAIN, [127, 0, 64, 63, 127])
    got = sounding_of(track(notes, pedal), TEMPO, RATE)
    assert (got.batch.held // 25).tolist() == [1000, 520, 240, 240]
    forever = Controls.of([0], SUSTAIN, 127)
    held = sounding_of(track(notes, forever), TEMPO, RATE).batch.held // 25
    assert held.tolist() == [4240, 3760, 2240, 240]


def test_drums_know_no_pedal_and_no_length() -> None:
    notes = Notes.of([0, 100], [10, 900], [36, 38])
    got = sounding_of(track(notes, Controls.of([0], SUSTAIN, 127), drums=True), TEMPO, RATE)
    assert got.batch.held.tolist() == [24_000, 24_000]
    assert set(got.batch.program.tolist()) == {DRUM_KIT}


def test_a_key_struck_again_ends_the_note_before() -> None:
    notes = Notes.of([0, 0, 480, 480, 960], [960, 960, 960, 100, 100], [60, 62, 60, 60, 60])
    got = sounding_of(track(notes), TEMPO, RATE)
    assert (got.batch.held // 25).tolist() == [480, 960, 480, 100, 100]


def test_volume_and_expression_at_the_onset() -> None:
    notes = Notes.of([0, 100, 200], 50, [60, 61, 62])
    controls = Controls.of([50, 150, 250], [VOLUME, EXPRESSION, VOLUME], [50, 64, 1])
    gains = sounding_of(track(notes, controls), TEMPO, RATE).gain
    np.testing.assert_allclose(gains, [1.0, 0.25, 0.25 * (64 / 127) ** 2], rtol=1e-6)


def test_program_changes() -> None:
    notes = Notes.of([0, 100, 200], 50, [60, 61, 62])
    controls = Controls.of([100], PROGRAM_CHANGE, 40)
    assert sounding_of(track(notes, controls, program=3), TEMPO, RATE).batch.program.tolist() == [3, 40, 40]


def test_numbers_stand_for_the_notes() -> None:
    got = sounding_of(make_song().tracks[1], TEMPO, RATE)
    back = batch_of(row_number(got.batch))
    for name in ("program", "pitch", "velocity", "held"):
        np.testing.assert_array_equal(getattr(back, name), getattr(got.batch, name))


def test_mute_and_solo_are_in_the_mix_only() -> None:
    song = make_song()
    events = {t.id: events_of(s := sounding_of(t, song.tempo, RATE), s.batch.held) for t in song.tracks}
    muted = song.with_track(replace(song.track(1), mute=True))
    assert [s.gain > 0 for s in strips_of(muted, events)] == [False, True, True]
    solo = song.with_track(replace(song.track(1), solo=True))
    assert [s.gain > 0 for s in strips_of(solo, events)] == [True, False, False]
    louder = song.with_track(replace(song.track(2), gain_db=6.0206))
    np.testing.assert_allclose([s.gain for s in strips_of(louder, events)], [1, 2, 1], rtol=1e-5)
    assert all(a.events is b.events for a, b in zip(strips_of(song, events), strips_of(solo, events), strict=True))


def test_empty_documents_sound_like_nothing() -> None:
    assert scene_of(Document(), {}, RATE).end == 0
    assert len(sounding_of(Track(1), TEMPO, RATE).start) == 0


def test_own_instruments_and_kits_have_numbers_of_their_own(monkeypatch) -> None:
    monkeypatch.setattr(sounding, "playable", lambda: {"own-viola", "own-kit-dusty"})
    for track, expected in (
        (Track(1, program=5), 5), (Track(1, program=5, instrument="own-viola"), own_number("own-viola")),
        (Track(1, drums=True), DRUM_KIT), (Track(1, drums=True, instrument="own-viola"), DRUM_KIT),
        (Track(1, drums=True, instrument="own-kit-dusty"), own_number("own-kit-dusty")),
    ):  # fmt: skip
        assert program_of(track) == expected
    batch = SoundBatch(*(np.array([v], np.int16) for v in (own_number("own-viola"), 60, 90)), np.array([600 * 192000]))
    again = batch_of(row_number(batch))
    assert (again.program[0], again.pitch[0], again.velocity[0], again.held[0]) == (own_number("own-viola"), 60, 90, 600 * 192000)


def test_without_ones_own_instrument_the_tracks_program_plays_and_without_ones_kit_the_usual_one() -> None:
    assert program_of(Track(1, program=73, instrument="own-lost")) == 73
    assert program_of(Track(1, drums=True, instrument="own-kit-lost")) == DRUM_KIT


def test_lengths_of_many_batches_are_those_of_each() -> None:
    asked: list[SoundBatch] = []

    class Listening(Sines):
        def lengths(self, batch: SoundBatch, rate: int) -> np.ndarray:
            asked.append(batch)
            return super().lengths(batch, rate)

    plain = sounding_of(make_song().tracks[0], make_song().tempo, RATE).batch
    bent = replace(plain.select(slice(0, 2)), expression=(PLAIN, replace(PLAIN, tuning=12.0)))
    batches = [plain, plain.select(slice(0, 0)), bent, replace(plain.select(slice(3, 5)), program=np.full(2, TAPE, np.int16))]
    made = lengths_of_all(Listening(), batches, RATE)
    assert len(asked) == 1
    assert asked[0].expression[len(plain) :] == bent.expression
    for lengths, batch in zip(made, batches, strict=True):
        np.testing.assert_array_equal(lengths, lengths_of(Sines(), batch, RATE))
    assert lengths_of_all(Sines(), [], RATE) == []
