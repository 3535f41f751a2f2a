import numpy as np
import pytest

from studio.engines.api import Limits
from studio.engines.clip_grid import LOW, PITCHES
from studio.engines.clip_notes import (
    TICKS_A_CELL,
    keys_of,
    limits_of,
    moved_by,
    read_drums,
    read_line,
    read_rhythm,
    silent,
    spans_of,
    write_drums,
    write_line,
)
from studio.errors import StudioError
from studio.music.document import Clip, Document, KeyChange, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Key
from studio.music.time import Meter, TimeSignature
from tests.writers import BEAT, song

BAR = 4 * BEAT


def track(notes, **fields):
    return Track(1, "Part", clips=(Clip(2, 0, 64 * BAR, (Take(notes),)),), **fields)


def test_bars_two_by_two():
    spans = spans_of(Meter(), BAR, 6 * BAR)
    assert [(s.start, s.cells, s.end) for s in spans] == [
        (BAR, 32, 3 * BAR), (3 * BAR, 32, 5 * BAR), (5 * BAR, 16, 6 * BAR),
    ]  # fmt: skip


def test_a_change_of_metre_parts_bars():
    meter = Meter((TimeSignature(0, 4, 4), TimeSignature(BAR, 3, 4)))
    assert [(s.metre, s.cells) for s in spans_of(meter, 0, meter.bar_start(3))] == [(2, 16), (1, 24)]


@pytest.mark.parametrize("signature", [(7, 8), (5, 4), (12, 8)])
def test_metres_that_do_not_fit_are_told(signature):
    with pytest.raises(StudioError, match=f"{signature[0]}/{signature[1]}"):
        spans_of(Meter((TimeSignature(0, *signature),)), 0, BAR)


def test_too_many_bars_are_told():
    with pytest.raises(StudioError, match="too long"):
        spans_of(Meter(), 0, 200 * BAR)


def test_a_line_and_back_in_its_key():
    notes = Notes.of([BAR, BAR + BEAT, BAR + 2 * BEAT], [BEAT, BEAT // 2, BEAT], [62, 66, 69], [70, 80, 90])
    document = Document(tracks=(track(notes),), keys=(KeyChange(0, Key(2, "major")),))
    moved = moved_by(document, BAR, None)
    assert moved == -2
    span = spans_of(document.meter, BAR, 3 * BAR)[0]
    made = write_line(read_line(document.tracks[0], span, moved), span, moved, document.tracks[0])
    for column in ("start", "duration", "pitch", "velocity"):
        assert np.array_equal(getattr(made, column), getattr(notes, column))
    assert moved_by(document, BAR, Key(5, "major")) == -5


def test_the_key_is_heard_where_none_is_written():
    tune = Notes.of(np.arange(7) * BEAT, BEAT, np.array([67, 69, 71, 72, 74, 76, 78]))
    assert moved_by(Document(tracks=(track(tune),)), 0, None) == 5
    assert moved_by(Document(), 0, None) == 0


def test_a_new_line_is_shaped_by_the_bar():
    span = spans_of(Meter(), 0, 2 * BAR)[0]
    tokens = read_line(track(Notes.of([0, BEAT + 240, 2 * BEAT], BEAT // 4, 60)), span, 0)
    made = write_line(tokens, span, 0, Track(1))
    assert made.velocity[0] > made.velocity[1]


def test_drums_and_back_where_they_were_played():
    notes = Notes.of([BAR + 10, BAR + 230, BAR + BEAT - 20], 100, [36, 44, 40], [100, 50, 70])
    part = track(notes, drums=True)
    span = spans_of(Meter(), BAR, 3 * BAR)[0]
    made = write_drums(read_drums(part, span), span, keys_of(part))
    assert made.pitch.tolist() == [36, 44, 40]
    assert np.abs(made.start - notes.start).max() <= 1
    assert made.velocity.tolist() == [100, 50, 70]


def test_no_drum_leaves_its_bars():
    part = track(Notes.of([BAR - 100, BAR, 3 * BAR - 130], 100, [36, 36, 38]), drums=True)
    span = spans_of(Meter(), BAR, 3 * BAR)[0]
    made = write_drums(read_drums(part, span), span, keys_of(part))
    assert made.start.min() >= BAR and made.last_end <= 3 * BAR


def test_a_rhythm_is_one_line_of_hits():
    span = spans_of(Meter(), 0, 2 * BAR)[0]
    clip = read_rhythm(song().tracks[0], span)
    assert clip.hits.sum() == 8 and clip.hits[:, 1].sum() == 8


def test_limits_are_the_instruments_and_the_keys():
    limits = limits_of(track(Notes.empty(), program=73), Key(0, "major"), 0, Limits(leap=7, high=84))
    allowed = np.flatnonzero(limits.pitches) + LOW
    assert allowed.min() >= 60 and allowed.max() <= 84 and limits.most_leap == 7
    assert set(allowed % 12) == {0, 2, 4, 5, 7, 9, 11}
    assert len(limits.pitches) == PITCHES


def test_silence():
    span = spans_of(Meter(), 0, 2 * BAR)[0]
    assert silent(read_line(Track(1), span, 0))
    assert not silent(read_line(song().tracks[0], span, 0))
    assert len(write_drums(read_drums(Track(1), span), span, keys_of(Track(1)))) == 0
    assert TICKS_A_CELL == 240
