from itertools import pairwise

from studio.app import position
from studio.app.position import EvenPosition


def test_jitter_is_evened_and_a_jump_is_taken(monkeypatch) -> None:
    clock = iter(k * 0.01 for k in range(100))
    monkeypatch.setattr(position, "perf_counter", lambda: next(clock))
    even, rate = EvenPosition(), 48_000
    raw = [480 * k + (150 if k % 2 else -150) for k in range(1, 40)]
    got = [even.of(frame, rate) for frame in raw]
    steps = [b - a for a, b in pairwise(got)]
    assert max(abs(s - 480) for s in steps[5:]) < 60
    assert all(s >= 0 for s in steps)
    assert even.of(500_000, rate) == 500_000
    assert even.of(10, rate) == 10
