from dataclasses import replace

import numpy as np
import pytest

from studio.engines.api import Limits
from studio.engines.arranger_features import END
from studio.engines.arranger_setting import NEW_PARTS, ArrangeRequest, hole_in, scene_of
from studio.engines.arranger_take import MOST_LISTENED, HoleTake
from studio.engines.lstm_writer_setting import TICKS_A_STEP
from studio.engines.note_columns import DURATIONS, SHIFTS, VELOCITIES
from studio.music.notes import Notes
from tests.writers import BEAT, song

BAR = 4 * BEAT
NOTHING = np.zeros((0, 5), np.int64)


def take(name="Melody", written=NOTHING, **fields):
    request = ArrangeRequest(song(8), BAR, 2 * BAR, **{"new_parts": (NEW_PARTS[name],), **fields})
    scene = scene_of(request)
    hole = hole_in(scene, scene.targets[-1], scene.windows[0], 12, written)
    return HoleTake(request, scene, scene.targets[-1], hole, 0, np.random.default_rng(0))


def likely(size, index):
    logits = np.zeros(size)
    logits[index] = 50.0
    return logits


def note(t, shift, pitch, duration, weights=None):
    heard = np.arange(4)
    t.state.before()
    t.voice.before()
    if not t.choose_shift(likely(len(SHIFTS) + 1, shift)):
        return False
    t.state.place(t.shift)
    t.choose_pitch(likely(128, pitch), np.array([0.1, 0.6, 0.2, 0.1], np.float32) if weights is None else weights, heard)
    t.choose_duration(likely(len(DURATIONS), duration))
    t.choose_velocity(likely(VELOCITIES, 20))
    return True


def test_notes_are_written_and_handed_out():
    t = take("Piano")
    for shift, pitch in ((0, 60), (24, 62), (24, 64)):
        assert note(t, shift, pitch, 23)
    first = t.chunk(True, True)
    ((_, notes),) = first.notes
    assert notes.start.tolist() == [BAR, BAR + BEAT] and notes.pitch.tolist() == [60, 62]
    assert not note(t, END, 0, 0) and t.done and t.share == 1
    last = t.chunk(True, True)
    assert last.notes[0][1].pitch.tolist() == [64] and last.written_to == 3 * BAR
    assert t.chunk(True, True) is None


def test_a_line_hands_its_last_note_out_when_it_is_sure():
    t = take()
    note(t, 0, 60, 40)  # a long note ...
    note(t, 24, 62, 23)  # ... that the next one cuts
    assert t.chunk(True, False).notes[0][1].duration.tolist() == [BEAT]
    assert t.rows()[:, 1].tolist() == [24, 24]


def test_nothing_closes_before_it_has_begun():
    t = take()
    assert t.choose_shift(likely(len(SHIFTS) + 1, END)) and t.shift_class != END


def test_a_line_has_no_chords_and_chords_go_up():
    t = take()
    note(t, 0, 60, 23)
    t.choose_shift(likely(len(SHIFTS) + 1, 0))
    assert t.shift > 0
    t = take("Piano")
    note(t, 0, 60, 23)
    t.choose_shift(likely(len(SHIFTS) + 1, 0))
    t.state.place(0)
    assert t.choose_pitch(likely(128, 50), np.zeros(4, np.float32), np.arange(4)) > 60


def test_a_parts_earlier_bars_hold_on():
    long = np.array(
        [[72, 48, scene_of(ArrangeRequest(song(8), BAR, BAR, new_parts=(NEW_PARTS["Bass"],))).targets[0].number, 40, 20]]
    )
    t = take("Bass", long)
    t.choose_shift(likely(len(SHIFTS) + 1, 0))
    assert t.shift >= 24  # the note of the bar before ends there


def test_what_was_listened_to_is_sorted():
    t = take("Piano")
    note(t, 0, 60, 23)
    note(t, END, 0, 0)
    (heard,) = t.chunk(True, True).listened
    assert (heard.start, heard.pitch) == (BAR, 60)
    assert [round(w, 1) for *_, w in heard.to] == [0.6, 0.2, 0.1, 0.1] and len(heard.to) <= MOST_LISTENED
    assert heard.to[0][0] in (1, 2)


def test_another_part_follows_in_the_same_bars():
    t = take("Piano")
    note(t, 0, 60, 23)
    note(t, END, 0, 0)
    assert t.chunk(False, False).written_to == BAR


def locked_behind_the_window():
    """A take of the first of two windows, with a locked chord of two where the second begins."""
    own = song(8)
    scene = scene_of(ArrangeRequest(own, BAR, 6 * BAR, tracks=(1,)))
    second = scene.windows[1][0] * TICKS_A_STEP
    chord = Notes.of([second, second], [BEAT, BEAT], [60, 64], 80).replace(locked=np.ones(2, bool))
    tune = own.tracks[0]
    kept = Notes.concat([tune.notes.select((tune.notes.start < BAR) | (tune.notes.start >= 7 * BAR)), chord])
    request = ArrangeRequest(
        own.with_track(replace(tune, clips=(tune.clips[0].with_notes(kept),))),
        BAR, 6 * BAR, tracks=(1,), limits=Limits(polyphony=2),
    )  # fmt: skip
    scene = scene_of(request)
    hole = hole_in(scene, scene.targets[-1], scene.windows[0], 12, NOTHING)
    return HoleTake(request, scene, replace(scene.targets[-1], single=False), hole, 0, np.random.default_rng(0))


@pytest.mark.parametrize("pitch", [60, 62])
def test_a_long_note_ends_where_the_next_window_has_locked_notes(pitch):
    t = locked_behind_the_window()
    assert t.hole.end - t.hole.start == 384
    for shift, duration in ((288, 24), (72, 96)):  # the second begins a beat before the window ends
        assert note(t, int(np.flatnonzero(shift == SHIFTS)[0]), pitch, int(np.flatnonzero(duration == DURATIONS)[0]))
    assert t.rows()[1, :2].tolist() == [t.hole.end - 24, 24]
