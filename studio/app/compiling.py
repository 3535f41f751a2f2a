"""All inner loops compiled and kept (:mod:`studio.nn.jit`), so that nobody's first window waits: ``python -m studio.app.compiling``.

Some 25 s of a processor on a new machine, next to nothing where it was done. The set-up of packaging/run.py does it once. What a
window gets ready at its start is got ready here, so that the loops meet the same kinds of numbers.

Where the loops are lost, or were never there, a window has them compiled by processes of their own, one for each kind of engine:
a compiler leaves a good hundred megabytes in the heaps of the process that it worked in.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from studio.audio.child import Child, Parent
from studio.audio.mixer import make_ready

if TYPE_CHECKING:
    from studio.app.shelf import Shelf

RATE = 48_000
KINDS = ("generator", "renderer")
_LOOK_SECONDS = 0.05


def compile_loops(shelf: "Shelf", tell: Callable[[str], None], kinds: Iterable[str] = KINDS) -> None:
    """Compile the loops of the writer, and those of the instruments and the mixer; ``tell`` gets a word before each.

    Raises:
        StudioError: a model is missing or damaged.
    """
    from studio.nn import jit

    steps: dict[str, tuple[tuple[str, Callable[[], object]], ...]] = {
        "generator": (("the writer", shelf.generator),),
        "renderer": (("the instruments", shelf.renderer), ("the mixer", lambda: make_ready(RATE))),
    }
    for kind in kinds:
        for title, work in steps[kind]:
            tell(title)
            work()
        jit.mark_kept(kind)


def have_loops(kind: str, stopped: Callable[[], bool]) -> None:
    """Wait until the loops of engines of that kind are compiled and kept, or could not be; no longer than until ``stopped()``."""
    from studio.nn import jit

    if kind not in KINDS or jit.are_kept(kind):
        return
    child = Child("studio.app.compiling", [kind], lambda *_: None)
    try:
        while child.running and not stopped():
            time.sleep(_LOOK_SECONDS)
    finally:
        child.close()


def main(arguments: list[str] | None = None) -> None:
    """Compile the loops of the kinds that are named, for a window, and end with it; without a name all, for the set-up."""
    from studio.app.shelf import Shelf

    kinds = sys.argv[1:] if arguments is None else arguments
    if not kinds:
        compile_loops(Shelf("cpu"), lambda title: print(title, flush=True))  # noqa: T201  # for the set-up
        return
    Parent()
    compile_loops(Shelf("cpu"), lambda _: None, kinds)
    os._exit(0)  # the thread that waits for the window's end cannot be stopped


if __name__ == "__main__":
    main()
