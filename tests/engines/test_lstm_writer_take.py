import numpy as np

from studio.engines.api import GenerateRequest
from studio.engines.lstm_writer_setting import setting_of
from studio.engines.lstm_writer_take import Take
from studio.engines.lstm_writer_turns import Bearing
from studio.engines.lstm_writer_wishes import Plans, course_of
from studio.engines.note_columns import DURATIONS, N_SHIFT, N_TRACK, SHIFTS, VELOCITIES
from studio.engines.note_features import LEVELS, START, WIDTH, NoteState
from studio.engines.sampling import draw_rows
from studio.music.document import Document
from studio.music.pitch import Key

EVEN = {"shift": N_SHIFT, "track": N_TRACK, "pitch": 128, "duration": len(DURATIONS), "velocity": VELOCITIES}


def take_of(style="pop", bars=4, **more):
    request = GenerateRequest(Document(), 0, bars * 3840, style=style, **more)
    setting = setting_of(request)
    plans = Plans(np.zeros((0, 1, 1, 6), np.uint8), np.zeros((0, 1, N_TRACK), np.uint8))
    course = course_of(request, plans, 0, setting.bars, tuple(setting.parts), setting.harmony, 0, True)
    row = np.zeros(WIDTH, np.int64), np.zeros(LEVELS, np.uint8)
    bearing = Bearing(request, setting.start, setting.end, lambda wishes: course)
    return Take(request, setting, 0, 0, NoteState(setting.bars, 0), START, bearing, row)


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
