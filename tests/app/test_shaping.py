"""Controllers as the expression of notes: what each hears of them, and that the sound follows."""

import numpy as np
import pytest

from studio.app.rendering import render_song
from studio.app.shaping import BRIGHTNESS, MODULATION, VIBRATO_RATE, shapes_of, vibrato_hz, vibrato_rate
from studio.app.sounding import SHAPED, batch_of, sounding_of
from studio.engines.api import Audio, Context, SoundBatch
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import EXPRESSION, PITCH_BEND, VOLUME, Controls, Notes
from studio.music.tempo import TempoMap
from tests.app.sines import Sines

RATE = 48_000
TEMPO = TempoMap.constant(120)  # a tick is 25 frames
START, HELD = np.array([0, 48_000, 96_000]), np.array([24_000] * 3)


def shapes(*events: tuple[int, int, int]):
    tick, number, value = np.array(events).T
    return shapes_of(Controls.of(tick, number, value), TEMPO, START, HELD, RATE, 100)


def track(*events: tuple[int, int, int]) -> Track:
    tick, number, value = np.array(events).T
    notes = Notes.of([0, 1920, 3840], 960, 60)
    return Track(1, clips=(Clip(1, 0, 9600, (Take(notes),)),), controls=Controls.of(tick, number, value))


def test_nothing_is_shaped_without_controllers_or_by_such_as_change_nothing() -> None:
    assert shapes_of(Controls.empty(), TEMPO, START, HELD, RATE, 100) == ()
    assert shapes((0, VOLUME, 100), (10, VOLUME, 100), (20, EXPRESSION, 127), (30, PITCH_BEND, 0), (500, MODULATION, 0)) == ()
    assert shapes((0, VOLUME, 70), (1900, VOLUME, 90)) == ()  # set between notes: the notes' own gain


def test_a_bend_is_heard_by_the_notes_it_falls_in() -> None:
    first, second, third = shapes((400, PITCH_BEND, 4096), (2400, PITCH_BEND, -8192), (3000, PITCH_BEND, 0))
    assert first.bend == ((0, 0.0), (400 * 25 - 240, 0.0), (10_000, 100.0))
    assert second.bend[0] == (0, 100.0)
    assert second.bend[-1] == ((3000 - 1920) * 25, 0.0)
    assert min(cents for _, cents in second.bend) == -200.0
    assert third.plain


def test_the_range_of_the_bend_is_a_registered_parameter() -> None:
    ranged = [(0, 101, 0), (1, 100, 0), (2, 6, 12), (3, 101, 127), (4, 100, 127), (5, 6, 3)]
    first, *_ = shapes(*ranged, (400, PITCH_BEND, 4096))
    assert first.bend[-1] == (10_000, 600.0)


def test_volume_within_a_note_is_a_curve_from_its_onset() -> None:
    first, second, third = shapes((0, VOLUME, 50), (480, VOLUME, 100), (700, EXPRESSION, 64), (1000, EXPRESSION, 127))
    assert first.dynamics[0] == (0, 0.0)
    assert first.dynamics[2] == (12_000, pytest.approx(40 * np.log10(2)))
    assert first.dynamics[-3][1] == pytest.approx(40 * np.log10(2 * 64 / 127))
    assert second.plain
    assert third.plain
    vanished, *_ = shapes((480, VOLUME, 0))
    assert vanished.dynamics[-1][1] == -80.0


def test_wheel_and_brightness() -> None:
    first, second, third = shapes((100, MODULATION, 127), (1000, MODULATION, 0), (1900, BRIGHTNESS, 96))
    assert first.vibrato == 50.0
    assert second.vibrato == 0.0
    assert second.brightness == third.brightness == 0.5


def test_shaped_notes_have_numbers_of_their_own_and_come_back_from_them() -> None:
    got = sounding_of(track((400, PITCH_BEND, 4096), (1000, PITCH_BEND, 0)), TEMPO, RATE)
    assert [bool(n & SHAPED) for n in got.number.tolist()] == [True, False, False]
    assert got.number[1] == got.number[2]
    back = batch_of(got.number, got.shaped)
    for name in ("program", "pitch", "velocity", "held"):
        np.testing.assert_array_equal(getattr(back, name), getattr(got.batch, name))
    assert back.expression == got.batch.expression
    again = sounding_of(
        track((400, PITCH_BEND, 4096), (1000, PITCH_BEND, 0), (2320, PITCH_BEND, 4096), (2920, PITCH_BEND, 0)), TEMPO, RATE
    )
    assert again.number[0] == again.number[1] == got.number[0]


def test_drums_are_not_bent() -> None:
    drums = Track(1, drums=True, clips=track((0, 1, 1)).clips, controls=Controls.of([0], PITCH_BEND, 4096))
    assert sounding_of(drums, TEMPO, RATE).batch.expression == ()


def test_a_song_is_rendered_with_its_bends() -> None:
    seen = []

    class Watching(Sines):
        def render(self, batch: SoundBatch, rate: int, first: int, count: int, ctx: Context) -> Audio:
            seen.extend(batch.expression)
            return super().render(batch, rate, first, count, ctx)

    document = Document("Bent", TEMPO, tracks=(track((400, PITCH_BEND, 4096), (1000, PITCH_BEND, 0)),))
    list(render_song(document, Watching(), RATE, dry=True))
    assert [how.bend[-2:] for how in seen if not how.plain] == [((25_000 - 240, 100.0), (25_000, 0.0))]


def test_the_wheel_is_followed_and_one_that_was_up_fades_in() -> None:
    late, up, steady = shapes((500, MODULATION, 0), (600, MODULATION, 60), (700, MODULATION, 120), (2400, MODULATION, 60))
    assert late.swell == ((0, 0.0), (600 * 25 - 240, 0.0), (15_000, 0.5), (17_500 - 240, 0.5), (17_500, 1.0))
    assert up.swell[0] == (0, 0.0)
    assert dict(up.swell)[12_000] == pytest.approx(0.5 * (12_000 / RATE - 0.15) / 0.35)
    assert dict(up.swell)[24_000] == 0.5
    assert steady.swell == ()
    assert steady.vibrato == pytest.approx(60 / 127 * 50)


def test_the_rate_of_the_vibrato_is_a_controller() -> None:
    quick, slow, plain = shapes((0, VIBRATO_RATE, 127), (10, MODULATION, 64), (1000, VIBRATO_RATE, 0), (3000, MODULATION, 0))
    assert quick.vibrato_hz == pytest.approx(11.0, rel=0.02)
    assert slow.vibrato_hz == pytest.approx(2.75)
    assert plain.plain
    for hertz in (4.0, 4.96, 5.5, 8.0):
        assert float(vibrato_hz(vibrato_rate(hertz))) == pytest.approx(hertz, rel=0.006)
    assert vibrato_rate(99.0) == 127
