"""All inner loops compiled and kept (:mod:`studio.nn.jit`), so that nobody's first window waits: ``python -m studio.cli.compiling``.

Some 25 s of a processor on a new machine, next to nothing where it was done. The set-up of packaging/run.py does it once. What a
window gets ready at its start is got ready here, so that the loops meet the same kinds of numbers.
"""

from collections.abc import Callable

from studio.app.shelf import Shelf
from studio.audio.mixer import make_ready

RATE = 48_000


def compile_loops(shelf: Shelf, tell: Callable[[str], None]) -> None:
    """Compile the loops of the writer, the instruments and the mixer; ``tell`` gets a word before each.

    Raises:
        StudioError: a model is missing or damaged.
    """
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("the writer", shelf.generator), ("the instruments", shelf.renderer), ("the mixer", lambda: make_ready(RATE)),
    )  # fmt: skip
    for title, work in steps:
        tell(title)
        work()


if __name__ == "__main__":
    compile_loops(Shelf("cpu"), lambda title: print(title, flush=True))
