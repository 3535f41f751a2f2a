import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.engines.clip_blend import drum_distance, evenly, line_distance, monotone
from studio.engines.clip_grid import DrumClip
from tests.documents import some


def test_distances():
    a = np.arange(32)
    b = a.copy()
    b[:8] = 50
    assert line_distance(a, a, 32) == 0
    assert line_distance(a, b, 32) == 8 / 32 == line_distance(b, a, 32)
    assert line_distance(a, b, 16) == 0.5
    x, y = DrumClip.empty(), DrumClip.empty()
    assert drum_distance(x, y, 32) == 0
    x.hits[0, 0] = y.hits[0, 0] = y.hits[4, 1] = True
    x.velocity[0, 0] = 0.5
    assert drum_distance(x, y, 32) == (1 + 0.5) / 2


def test_monotone():
    assert monotone([0, 0.2, 0.2, 1], [1, 0.9, 0.1, 0])
    assert not monotone([0, 0.3, 0.2, 1], [1, 0.9, 0.1, 0])
    assert not monotone([0, 0.2, 0.3, 1], [1, 0.1, 0.2, 0])


@some
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=12), st.integers(2, 9))
def test_no_blend_turns_back(middle, steps):
    to_a, to_b = [0.0, *(a for a, _ in middle), 1.0], [1.0, *(b for _, b in middle), 0.0]
    path = evenly(to_a, to_b, steps)
    assert len(path) == steps and path[0] == 0 and path[-1] == len(to_a) - 1
    assert path == sorted(path)
    assert monotone([to_a[k] for k in path], [to_b[k] for k in path])


def test_steps_are_even_where_they_can_be():
    t = np.linspace(0, 1, 13)
    assert evenly(t.tolist(), (1 - t).tolist(), 5) == [0, 3, 6, 9, 12]
