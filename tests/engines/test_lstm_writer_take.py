from collections import Counter

import numpy as np

from studio.engines.api import GenerateRequest
from studio.engines.lstm_writer_limits import STRIKES
from studio.engines.lstm_writer_setting import setting_of
from studio.engines.lstm_writer_take import Take
from studio.engines.lstm_writer_turns import Bearing
from studio.engines.lstm_writer_wishes import Plans, course_of
from studio.engines.note_columns import DURATIONS, N_SHIFT, N_TRACK, SHIFTS, VELOCITIES
from studio.engines.note_features import LEVELS, START, WIDTH, NoteState
from studio.engines.sampling import draw_rows
from studio.music.document import Document
from studio.music.pitch import Key
from tests.writers import song

EVEN = {"shift": N_SHIFT, "track": N_TRACK, "pitch": 128, "duration": len(DURATIONS), "velocity": VELOCITIES}


def take_of(style="pop", bars=4, context=None, start=0, **more):
    request = GenerateRequest(context or Document(), start, bars * 3840, style=style, **more)
    setting = setting_of(request)
    course = course_of(request, Plans.none(), 0, setting.bars, tuple(setting.parts), setting.harmony, 0, True)
    row = np.zeros(WIDTH, np.int64), np.zeros(LEVELS, np.uint8)
    bearing = Bearing(request, setting.start, setting.end, lambda wishes: course)
    return Take(request, setting, 0, 0, NoteState(setting.bars, setting.start), START, bearing, row)


def write(take, wish=None):
    """Write a note from even logits, or with some classes wished for; False when the region is full."""
    take.before()
    for head, n in EVEN.items():
        logits = np.zeros((1, n), np.float32)
        if wish and head in wish:
            logits[0, wish[head]] = 50
        mask = take.allowed(head)
        draws = np.array([take.draw.random()])
        if not take.put(head, 0 if mask is None else int(draw_rows(logits, mask[None], draws)[0])):
            return False
    return True


def test_a_region_ends():
    take = take_of(bars=2, top_p=1.0)
    count = 0
    while write(take):
        count += 1
    assert take.done
    assert 0 < count < 5_000
    assert take.share <= 1


def test_no_bar_stays_empty_even_if_the_network_wants_to_wait():
    take = take_of(bars=6)
    longest = int(np.argmax(SHIFTS))
    while write(take, {"shift": longest}):
        pass
    starts = [n[0] // 96 for n in take._pending]
    assert set(range(6)) <= {*starts, 0}
    assert np.diff(sorted(set(starts))).max() <= 1


def test_a_network_that_never_moves_on_is_moved_on():
    take = take_of("folk", bars=1, key=Key(0, "major pentatonic"))
    for _ in range(3_000):
        if not write(take, {"shift": 0}):
            break
    assert take.done


def test_a_struck_note_is_cut_by_its_next_stroke():
    take = take_of("folk", bars=4)
    for _ in range(2):
        write(take, {"shift": 24, "track": 28, "pitch": 74, "duration": len(DURATIONS) - 1})
    first, second = take._pending
    if first[2] == second[2]:
        assert first[0] + first[3] <= second[0]


def test_the_first_onset_is_handed_out_at_once_and_then_the_beat_being_written_is_held_back():
    take = take_of("folk", bars=4)
    write(take, {"shift": 0})
    assert take.chunk() is None
    write(take, {"shift": 30})
    chunk = take.chunk()
    assert chunk.written_to == 30 * 40
    assert sum(len(n) for _, n in chunk.notes) == 1
    write(take, {"shift": 12})
    assert take.chunk() is None
    write(take, {"shift": 12})
    chunk = take.chunk()
    assert chunk.written_to == 2 * 960
    assert sum(len(n) for _, n in chunk.notes) == 2


def test_going_on_no_part_strikes_more_notes_at_once_than_songs_do():
    for context, start, most in ((song(), 4 * 3840, STRIKES[0]), (None, 0, 12)):  # a new piece follows its plan
        take = take_of("drums", 1, context, start)
        for k in range(12):
            write(take, {"shift": 0, "track": 0, "pitch": 35 + k})
        struck = Counter(n[0] for n in take._pending if n[1] == 0)
        assert max(struck.values()) == most


def test_going_on_is_as_dense_as_what_is_gone_on_from():
    take = take_of(context=song(8), start=8 * 3840)
    assert take._helm._wanted(take.setting.start).density == 2.0  # a melody and drums, a note a beat each
    alone = take_of(context=song(8), start=8 * 3840, tracks=(1,))
    assert alone._helm._wanted(alone.setting.start).density == 1.0
    assert take_of()._helm._wanted(0).density is None
