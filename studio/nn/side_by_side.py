"""Work on several threads that each run torch's operations alone: small ones gain nothing from more."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def _alone() -> None:
    """Let torch, where it is there, run this thread's operations on this thread alone."""
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(1)


def side_by_side(work: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[R]:
    """What ``work`` makes of every item, in their order; by the calling thread if there is but one worker.

    Who stops listening, or gets an error, finds no work still going on. ``work`` must not call this.
    """
    workers = min(workers, len(items))
    if workers < 2:
        for item in items:
            yield work(item)
        return
    pool = ThreadPoolExecutor(workers, "side-by-side", initializer=_alone)
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def at_once(work: Callable[[], object], workers: int) -> None:
    """Do the same ``work`` on so many threads, the calling one among them, and be done when all are: for work without torch.

    What it raises on any of them is raised here.
    """
    failed: list[BaseException] = []

    def go() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # the calling thread raises it
            failed.append(error)

    others = [threading.Thread(target=go, name="side-by-side") for _ in range(1, workers)]
    for other in others:
        other.start()
    go()
    for other in others:
        other.join()
    if failed:
        raise failed[0]


def one_ahead(work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """What ``work`` makes of every item, the next one's made while this one's is used. ``work`` must not call this."""
    with ThreadPoolExecutor(1, "one-ahead", initializer=_alone) as pool:
        coming = [pool.submit(work, item) for item in items[:1]]
        for item in items[1:]:
            made = coming.pop().result()
            coming.append(pool.submit(work, item))
            yield made
        for last in coming:
            yield last.result()
