"""Work side by side: in order, and over when it is over."""

import threading
import time

import pytest
import torch

from studio.nn.side_by_side import at_once, one_ahead, side_by_side


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    def work(n: int) -> int:
        time.sleep(0.002 * (7 - n))
        return n * n

    assert list(side_by_side(work, range(7), workers)) == [n * n for n in range(7)]
    assert list(side_by_side(work, [], workers)) == []


def test_threads_run_torch_alone() -> None:
    assert list(side_by_side(lambda _: torch.get_num_threads(), range(6), 2)) == [1] * 6
    assert list(one_ahead(lambda _: torch.get_num_threads(), range(6))) == [1] * 6


def test_after_an_error_or_when_nobody_listens_nothing_goes_on() -> None:
    going: set[int] = set()

    def work(n: int) -> None:
        going.add(n)
        time.sleep(0.01)
        going.discard(n)
        if n == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        list(side_by_side(work, range(20), 2))
    assert not going
    listening = side_by_side(lambda n: work(n + 2), range(20), 2)
    next(listening)
    listening.close()  # type: ignore[attr-defined]
    assert not going


def test_one_is_made_ahead_and_no_more() -> None:
    made: list[int] = []

    def work(n: int) -> int:
        made.append(n)
        return n

    given = []
    for n in one_ahead(work, range(5)):
        end = time.monotonic() + 20
        while len(made) < min(n + 2, 5):
            assert time.monotonic() < end
            time.sleep(0.002)
        time.sleep(0.02)  # in which it could go too far
        assert len(made) == min(n + 2, 5)
        given.append(n)
    assert given == made == list(range(5))
    assert list(one_ahead(work, [])) == []


def test_an_error_ahead_comes_in_its_turn() -> None:
    def work(n: int) -> float:
        return 1 / (n - 1)

    ahead = one_ahead(work, [0, 1, 2])
    assert next(ahead) == -1
    with pytest.raises(ZeroDivisionError):
        next(ahead)


def test_the_same_work_is_done_by_so_many_threads_and_is_over_with_an_error_too() -> None:
    together = threading.Barrier(3)
    done: list[int] = []

    def work() -> None:
        place = together.wait(20)
        done.append(place)

    at_once(work, 3)
    assert sorted(done) == [0, 1, 2]
    here = threading.get_ident()
    alone: list[int] = []
    at_once(lambda: alone.append(threading.get_ident()), 1)
    assert alone == [here]

    def fails_elsewhere() -> None:
        if threading.get_ident() != here:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        at_once(fails_elsewhere, 2)
    assert not [t for t in threading.enumerate() if t.name == "side-by-side"]
