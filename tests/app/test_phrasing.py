"""Vibrato proposed for held notes: where it lands, what it leaves alone, and that it sounds."""

from dataclasses import replace

import numpy as np
import pytest

from studio.app.phrasing import law_of, phrased
from studio.app.shaping import MODULATION, VIBRATO_CENTS, VIBRATO_RATE, vibrato_hz
from studio.app.sounding import sounding_of
from studio.engines.cards import Card
from studio.music import edits
from studio.music.checks import check
from studio.music.document import Document, Track
from studio.music.notes import Controls, Notes
from studio.music.time import TICKS_PER_QUARTER as QUARTER

CARD = Card(
    "i", "neural-instruments", "I",
    hyper={"sounds": [{"id": "violin", "program": 40, "vibrato": [12.0, 5.0, 0.3]}, {"id": "piano", "program": 0}]},
)  # fmt: skip
LAW = law_of(CARD)
LONG, SHORT = 4 * QUARTER, QUARTER // 4  # 2 s and 0.125 s at 120 quarters a minute


def song(*notes: tuple[int, int], program: int = 40, drums: bool = False) -> Document:
    start, duration = np.array(notes).T
    document = edits.add_track(Document(), Track(0, program=program, drums=drums))
    return edits.add_notes(document, 1, Notes.of(start, duration, 69))


def turned(document: Document) -> Controls:
    return phrased(document, 1, document.tracks[0].notes.id, LAW, 1).tracks[0].controls


def test_the_card_tells_who_has_vibrato() -> None:
    assert LAW(40) == (12.0, 5.0, 0.3)
    assert LAW(0) == LAW(1) == ()
    assert law_of(None)(40) == ()
    own = Card("own-a", "own-instrument", "A", hyper={"sound": {"vibrato": [9.0, 6.0, 0.2]}})
    assert law_of(CARD, own)(0) == (9.0, 6.0, 0.2)
    assert law_of(CARD, Card("own-b", "own-instrument", "B"))(40) == ()


def test_held_notes_get_the_wheel_late_and_short_ones_none() -> None:
    document = song((0, LONG), (LONG, SHORT), (2 * LONG, LONG))
    changed = phrased(document, 1, document.tracks[0].notes.id, LAW, 1)
    wheel = changed.tracks[0].controls.numbered(MODULATION)
    for start in (0, 2 * LONG):
        inside = (wheel.tick >= start) & (wheel.tick <= start + LONG)
        ticks, values = wheel.tick[inside], wheel.value[inside]
        assert (ticks[0], values[0]) == (start, 0)
        assert (ticks[-1], values[-1]) == (start + LONG, 0)
        assert (np.diff(values[:-1]) > 0).all()
        assert values.max() == pytest.approx(12 / VIBRATO_CENTS * 127, rel=0.4)
        assert 0.05 < (ticks[1] - start) / (2 * QUARTER) < 0.5  # seconds
    assert not ((wheel.tick > LONG) & (wheel.tick < 2 * LONG)).any()
    rates = changed.tracks[0].controls.numbered(VIBRATO_RATE)
    assert rates.tick.tolist() == [0]
    assert vibrato_hz(float(rates.value[0])) == pytest.approx(5.0, abs=0.05)
    assert changed.tracks[0].notes == document.tracks[0].notes
    assert check(changed) == []


def test_the_notes_sound_so_and_the_others_as_ever() -> None:
    document = song((0, LONG), (LONG, SHORT), (2 * LONG, LONG))
    changed = phrased(document, 1, document.tracks[0].notes.id[:2], LAW, 1)
    held, short, other = sounding_of(changed.tracks[0], changed.tempo, 48_000).batch.expression
    assert held.vibrato == pytest.approx(12, rel=0.4)
    assert held.vibrato_hz == pytest.approx(5.0, abs=0.05)
    assert held.swell[0] == (0, 0.0) and held.swell[-1][1] == 1.0
    assert short.plain and other.plain
    before = sounding_of(document.tracks[0], document.tempo, 48_000)
    after = sounding_of(changed.tracks[0], changed.tempo, 48_000)
    assert before.number[1:].tolist() == after.number[1:].tolist()


def test_what_somebody_turned_stays() -> None:
    document = song((0, LONG), (LONG, LONG))
    document = edits.draw_controls(document, 1, MODULATION, [LONG + 9, LONG + 99], [40, 0])
    wheel = turned(document).numbered(MODULATION)
    assert wheel.value[wheel.tick >= LONG].tolist() == [0, 40, 0]
    assert wheel.value[wheel.tick < LONG].max() > 0
    up = edits.draw_controls(song((0, LONG)), 1, MODULATION, [0], [64])
    assert turned(up) == up.tracks[0].controls
    again = phrased(document, 1, document.tracks[0].notes.id, LAW, 1)
    assert phrased(again, 1, document.tracks[0].notes.id, LAW, 2) == again


def test_who_set_the_rate_keeps_it() -> None:
    document = song((0, LONG))
    document = document.with_track(replace(document.tracks[0], controls=Controls.of([0], VIBRATO_RATE, 90)))
    assert turned(document).numbered(VIBRATO_RATE).value.tolist() == [90]


@pytest.mark.parametrize("document", [song((0, LONG), drums=True), song((0, LONG), program=0), song((0, SHORT))])
def test_nothing_for_drums_for_who_has_none_and_for_short_notes(document: Document) -> None:
    assert phrased(document, 1, document.tracks[0].notes.id, LAW, 1) is document


def test_locked_notes_and_what_is_cut_off_by_others_have_none() -> None:
    document = song((0, LONG))
    locked = edits.set_locked(document, document.tracks[0].notes.id.tolist(), True)
    assert phrased(locked, 1, locked.tracks[0].notes.id, LAW, 1) is locked
    busy = song((0, LONG), *((k * SHORT, SHORT) for k in range(1, 8)))
    ticks = turned(busy).numbered(MODULATION).tick
    assert len(ticks) == 0 or ticks.min() >= 7 * SHORT


def test_chords_are_one_and_an_empty_track_is_left() -> None:
    chord = song((0, LONG), (0, LONG), (0, 2 * LONG))
    assert turned(chord).numbered(MODULATION).tick[-1] == 2 * LONG
    empty = edits.add_track(Document(), Track(0, program=40))
    assert phrased(empty, 1, np.zeros(0, np.int64), LAW, 1) is empty
