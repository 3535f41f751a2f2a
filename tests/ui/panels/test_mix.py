import numpy as np

from studio.ui.panels.mix import MixFollower, mono_with_margin
from tests.ui.panels.mixes import Mix, main_thread_jobs


def test_margins_are_silent_past_the_ends() -> None:
    mix = Mix(8_000, np.ones(100, np.float32))
    assert mono_with_margin(mix, -10, 20).tolist() == [0.0] * 10 + [1.0] * 20
    assert mono_with_margin(mix, 90, 120).tolist() == [1.0] * 10 + [0.0] * 20
    assert mono_with_margin(mix, 200, 210).tolist() == [0.0] * 10


def test_everything_is_looked_at_once_what_is_seen_first_and_then_what_changes(qtbot) -> None:
    mix, jobs = Mix(8_000, np.zeros(1_000, np.float32)), main_thread_jobs()
    got: list[tuple[int, int]] = []
    follower = MixFollower(
        "test", mix, jobs, lambda samples, first: (first, len(samples)), got.append, unit=10, piece=300, margin=5
    )
    follower.seen = lambda: (600, 700)
    try:
        qtbot.waitUntil(lambda: len(got) == 4)
        assert got[0] == (600, 310)
        assert sorted(first for first, _ in got) == [0, 300, 600, 900]
        assert sum(count - 10 for _, count in got) == 1_000
        mix.tell(121, 134)
        qtbot.waitUntil(lambda: len(got) == 5)
        assert got[4] == (120, 30)
    finally:
        follower.close()
        jobs.close()
    mix.tell(0, 10)
    qtbot.wait(100)
    assert len(got) == 5


def test_a_piece_that_changed_while_it_was_looked_at_is_looked_at_again(qtbot) -> None:
    mix, jobs = Mix(8_000, np.zeros(100, np.float32)), main_thread_jobs()
    got: list[float] = []

    def work(samples: np.ndarray, first: int) -> float:
        if not got and mix.sound[0] == 0:
            mix.sound[:] = 1
            mix.tell(0, 100)
        return float(samples.sum())

    follower = MixFollower("test", mix, jobs, work, got.append, unit=10, piece=100)
    try:
        qtbot.waitUntil(lambda: len(got) == 2)
        assert got == [0.0, 100.0]
    finally:
        follower.close()
        jobs.close()
