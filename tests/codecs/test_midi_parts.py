import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.codecs.midi_events import Losses
from studio.codecs.midi_parts import Part, pair_notes
from studio.music.notes import PITCH_BEND, PROGRAM_CHANGE
from studio.music.time import MAX_TICK
from tests.documents import some


def part(*events, channel=0, end=1_000):
    columns = zip(*events, strict=True)
    tick, kind, first, second = (np.array(c) for c in columns)
    return Part("", channel, tick.astype(np.int64), *(c.astype(np.uint8) for c in (kind, first, second)), end=end)


def split(part, program=0, limit=MAX_TICK, room=99):
    losses = Losses()
    notes = part.notes(program, limit, room, losses)
    return [(p, list(zip(n.start.tolist(), n.duration.tolist(), n.pitch.tolist(), strict=True))) for p, n in notes], losses


events = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), max_size=40)


@some
@given(events)
def test_pairs_as_a_queue_for_each_pitch_would(rows):
    ticks = np.cumsum([r[0] for r in rows]).astype(np.int64)
    on, pitch = np.array([r[1] for r in rows], bool), np.array([r[2] for r in rows], np.uint8)
    queues, expected = {}, set()
    for i, (t, begins, p) in enumerate(zip(ticks.tolist(), on.tolist(), pitch.tolist(), strict=True)):
        queue = queues.setdefault(p, [])
        if begins:
            queue.append((i, t))
        elif queue:
            which, start = queue.pop(0)
            expected.add((start, t, which))
    hanging = [(t, 999, i) for queue in queues.values() for i, t in queue]
    start, end, which, left = pair_notes(ticks, on, pitch, 999)
    assert left == len(hanging)
    assert set(zip(start.tolist(), end.tolist(), which.tolist(), strict=True)) == expected | set(hanging)


def test_programs_split_the_notes_in_file_order():
    """Two notes at one tick, with a change of program between them: each keeps the one it was struck with."""
    p = part((0, 0xC0, 5, 0), (0, 0x90, 60, 1), (0, 0xC0, 6, 0), (0, 0x90, 64, 1), (9, 0x80, 60, 0), (9, 0x80, 64, 0))
    assert split(p)[0] == [(5, [(0, 9, 60)]), (6, [(0, 9, 64)])]
    before = part((0, 0x90, 60, 1), (5, 0x90, 60, 0), (5, 0xC0, 6, 0), (5, 0x90, 64, 1), (9, 0x90, 64, 0))
    assert split(before, program=3)[0] == [(3, [(0, 5, 60)]), (6, [(5, 4, 64)])]


def test_kits_of_drums_stay_together():
    p = part((0, 0xC0, 5, 0), (0, 0x90, 36, 1), (5, 0xC0, 6, 0), (5, 0x90, 38, 1), (9, 0x80, 36, 0), (9, 0x80, 38, 0), channel=9)
    assert split(p, program=5)[0] == [(5, [(0, 9, 36), (5, 4, 38)])]
    controls = p.controls(MAX_TICK, Losses())
    assert (controls.tick.tolist(), controls.number.tolist(), controls.value.tolist()) == ([5], [PROGRAM_CHANGE], [6])


def test_notes_without_length_and_without_an_end():
    p = part((5, 0x90, 60, 1), (5, 0x80, 60, 0), (7, 0x90, 62, 1), (8, 0x80, 61, 0))
    notes, losses = split(p)
    assert notes == [(0, [(5, 1, 60), (7, 993, 62)])]
    assert losses.sentences() == ("1 note without an end was closed at the end of the track.",)


def test_limits_of_time_and_number():
    rows = [e for t in (0, 10, 20, 30) for e in ((t, 0x90, 60, 1), (t + 9, 0x80, 60, 0))]
    notes, losses = split(part(*rows), limit=25)
    assert notes == [(0, [(0, 9, 60), (10, 9, 60), (20, 5, 60)])]
    assert losses.sentences() == ("1 note more than a day into the piece was left out.",)
    assert split(part(*rows), room=2)[0] == [(0, [(0, 9, 60), (10, 9, 60)])]
    assert split(part(*rows), room=0)[0] == []


def test_controls():
    p = part((0, 0xB0, 64, 127), (0, 0xE0, 0, 64), (1, 0xE0, 127, 127), (2, 0xE0, 0, 0), (3, 0xD0, 9, 0), (3, 0xB0, 123, 0))
    controls = p.controls(MAX_TICK, Losses())
    assert controls.number.tolist() == [64, PITCH_BEND, PITCH_BEND, PITCH_BEND, 129]
    assert controls.value.tolist() == [127, 0, 8_191, -8_192, 9]


def test_pressure_on_keys_is_told():
    losses = Losses()
    assert not len(part((0, 0xA0, 60, 1)).controls(MAX_TICK, losses))
    assert losses.sentences() == ("Pressure on single keys (1 event) was left out.",)
