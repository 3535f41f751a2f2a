import numpy as np

from studio.nn.note_modes import MODES, find_modes
from tests.train.notes import RATE, drum


def bar(*hertz: float) -> np.ndarray:
    """A bar that rings at those frequencies, each a little quicker to die than the one before."""
    t = np.arange(RATE) / RATE
    return sum(np.sin(2 * np.pi * f * t + k) * np.exp(-(4 + k) * t) / (k + 1) for k, f in enumerate(hertz))


def test_modes_are_found_and_rise():
    found = find_modes([bar(261.6, 706.0, 1413.0), bar(261.6, 706.0, 1413.0)], RATE, 100.0, 12000.0, 3)
    assert np.allclose(found, (261.6, 706.0, 1413.0), atol=2.0)


def test_no_more_than_asked_for():
    assert len(find_modes([drum()], RATE)) <= MODES


def test_the_foot_of_a_peak_is_no_mode():
    played = [bar(261.6, 706.0), bar(263.0, 712.0)]
    with_feet, alone = (find_modes(played, RATE, 100.0, 12000.0, 8, apart) for apart in (0.0, 0.1))
    assert (np.diff(with_feet) < 0.1 * with_feet[1:]).any()
    assert (np.diff(alone) > 0.08 * alone[1:]).all()
    assert all(np.abs(alone / f - 1).min() < 0.02 for f in (261.6, 706.0))
