"""Work on several threads that each run torch's operations alone: small ones gain nothing from more."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(work: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[R]:
    """What ``work`` makes of every item, in their order; by the calling thread if there is but one worker.

    Who stops listening, or gets an error, finds no work still going on. ``work`` must not call this.
    """
    workers = min(workers, len(items))
    if workers < 2:
        for item in items:
            yield work(item)
        return
    pool = ThreadPoolExecutor(workers, "side-by-side", initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def shared_out(work: Callable[[T], object], items: Sequence[T], workers: int, tick: Callable[[float], None]) -> None:
    """Do ``work`` for every item, so many threads together, the calling one among them; for work without torch.

    The calling thread calls ``tick`` with the share done; what it or the work raises ends all of it. Nothing goes on after.
    """
    left, done = deque(items), deque[None]()
    failed: list[BaseException] = []

    def go(then: Callable[[float], None]) -> None:
        try:
            while (item := _taken(left)) is not None:
                work(item[0])
                done.append(None)
                if left:
                    then(len(done) / len(items))
        except BaseException as error:  # noqa: BLE001  # the calling thread raises it
            failed.append(error)
            left.clear()

    helpers = range(1, min(workers, len(items)))
    others = [threading.Thread(target=go, args=(lambda share: None,), name="side-by-side") for _ in helpers]
    for other in others:
        other.start()
    go(tick)
    for other in others:
        other.join()
    if failed:
        raise failed[0]
    tick(1.0)


def _taken(left: deque[T]) -> tuple[T] | None:
    """The next one, which no other thread gets; None where there is none left."""
    try:
        return (left.popleft(),)
    except IndexError:
        return None


def one_ahead(work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """What ``work`` makes of every item, the next one's made while this one's is used. ``work`` must not call this."""
    with ThreadPoolExecutor(1, "one-ahead", initializer=torch.set_num_threads, initargs=(1,)) as pool:
        coming = [pool.submit(work, item) for item in items[:1]]
        for item in items[1:]:
            made = coming.pop().result()
            coming.append(pool.submit(work, item))
            yield made
        for last in coming:
            yield last.result()
