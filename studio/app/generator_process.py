"""The process in which a network writes for the window. ``python -m studio.app.generator_process MODEL DEVICE``.

MODEL is a generator's id, or :data:`studio.app.shelf.CHANGES` for the arranger and the clips.

Started by :class:`studio.app.remote_generator.RemoteGenerator`, which says why. Orders, notes and errors go through the
pipes of :mod:`studio.audio.child`; what is no plain number is pickled: both ends are the same program.
"""

import pickle
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

import numpy as np

from studio.app.changing import chunks_of
from studio.app.jobs import step_back
from studio.app.shelf import CHANGES, Shelf
from studio.audio.child import Parent
from studio.audio.wire import Array
from studio.engines.api import Chunk, Context, Wishes
from studio.errors import Cancelled, StudioError

_GATHERED_SECONDS = 0.04
_LOOK_SECONDS = 1.0
Write = Callable[[Any, Context], Iterable[Chunk]]


def packed(value: Any) -> tuple[Array, ...]:
    """``value`` as what a message carries."""
    return (np.frombuffer(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), np.uint8),)


def unpacked(arrays: list[Array]) -> Any:
    """The value that :func:`packed` packed; only ever from the other end of the pipe."""
    return pickle.loads(arrays[0].tobytes())  # noqa: S301 - written by this program itself, a moment ago


class _Order:
    """An order being written, and its context: notes go to the window a few at a time."""

    def __init__(self, parent: Parent, orders: "_Orders", number: int) -> None:
        self._parent, self._orders, self._number = parent, orders, number
        self._chunks: list[Chunk] = []
        self._said: tuple[float, str] = (0.0, "")
        self._told = 0.0

    def progress(self, fraction: float, message: str = "") -> None:
        if self._orders.cancelled(self._number):
            raise Cancelled
        self._said = (fraction, message)

    @property
    def wishes(self) -> Wishes | None:
        """What the window wishes for now, None as long as that is what it ordered."""
        return self._orders.wished(self._number)

    def notice(self, message: str) -> None:
        self._parent.tell({"event": "notice", "id": self._number, "message": message})

    def put(self, chunk: Chunk) -> None:
        """Send it, with those that come at about the same time."""
        self._chunks.append(chunk)
        if monotonic() - self._told >= _GATHERED_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Send what was kept back."""
        chunks, self._chunks = self._chunks, []
        self._told = monotonic()
        if chunks:
            fraction, message = self._said
            self._parent.tell({"event": "chunks", "id": self._number, "fraction": fraction, "message": message}, packed(chunks))


class _Orders:
    """What the window asked for and has not taken back."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._waiting: deque[tuple[int, Any]] = deque()
        self._cancelled: set[int] = set()
        self._wished: dict[int, Wishes] = {}

    def next(self) -> tuple[int, Any]:
        """The next order's number and request; waits for it."""
        while True:
            self._take(_LOOK_SECONDS)
            while self._waiting:
                number, request = self._waiting.popleft()
                if number not in self._cancelled:
                    return number, request
                self._cancelled.discard(number)

    def cancelled(self, number: int) -> bool:
        """Whether that order was taken back."""
        self._take(0.0)
        return number in self._cancelled

    def wished(self, number: int) -> Wishes | None:
        """What was last wished for that order while it is written."""
        return self._wished.get(number)

    def _take(self, timeout: float) -> None:
        if self._waiting:
            timeout = 0.0
        while (got := self._parent.next(timeout)) is not None:
            message, arrays = got
            if message["do"] == "write":
                self._waiting.append((message["id"], unpacked(arrays)))
            elif message["do"] == "steer":
                self._wished = {message["id"]: unpacked(arrays)}
            else:
                self._cancelled.add(message["id"])
            timeout = 0.0


def _generator(shelf: Shelf, model: str) -> tuple[Write, list[str], dict[str, float]]:
    """How a generator writes, its styles and their tempos."""
    generator = shelf.generator(model)
    return generator.generate, list(generator.styles), {s: generator.tempo(s) for s in ("", *generator.styles)}


def _changer(shelf: Shelf) -> tuple[Write, list[str], dict[str, float]]:
    """How changes are made; all that makes them is loaded."""
    if shelf.of_kind("arranger"):
        shelf.arranger()
    for card in shelf.of_kind("clips"):
        shelf.clips(card.hyper["kind"])
    return lambda request, ctx: chunks_of(request.change, request.context, shelf, ctx)[1], [], {"": 0.0}


def main(arguments: list[str] | None = None) -> None:
    """Run the process: the model's id and the device that the user wishes."""
    model, device = sys.argv[1:] if arguments is None else arguments
    parent = Parent()
    step_back()
    try:
        shelf = Shelf(device, lambda sentence: parent.tell({"event": "notice", "id": -1, "message": sentence}))
        write, styles, tempos = _changer(shelf) if model == CHANGES else _generator(shelf, model)
    except StudioError as error:
        parent.tell({"event": "refused", "message": error.message, "hint": error.hint})
        return
    except Exception:
        parent.tell({"event": "crashed", "id": -1, "report": traceback.format_exc()})
        raise
    parent.tell({"event": "ready", "styles": styles, "tempos": tempos})
    orders = _Orders(parent)
    while True:
        number, request = orders.next()
        order = _Order(parent, orders, number)
        ending: dict[str, Any] = {"event": "done"}
        try:
            for chunk in write(request, order):
                order.put(chunk)
        except Cancelled:
            ending = {"event": "cancelled"}
        except StudioError as error:
            ending = {"event": "failed", "message": error.message, "hint": error.hint}
        except Exception:
            parent.tell({"event": "crashed", "id": number, "report": traceback.format_exc()})
            raise
        order.flush()
        parent.tell({**ending, "id": number})


if __name__ == "__main__":
    main()
