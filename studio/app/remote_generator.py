"""What writes, in a process of its own: a generator, or (:data:`CHANGES`) the networks that change bars that are there.

A network that writes on a thread of the window's process shares the interpreter with the drawing: with a window that follows
the music on two cores it wrote at 1 to 2 times real time, where it writes at 10 and more alone, and frames came late. So the
worker thread only passes on what comes from the other process (measured with ``studio bench frames`` and ``writing``). It is
the same with clips, for all that they take only 15 ms: beside a window that plays, on a thread, they took up to 140.
"""

import itertools
import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from studio.app.changes import ChangeRequest
from studio.app.generator_process import packed, unpacked
from studio.audio.child import Child
from studio.audio.wire import Array, Message
from studio.engines.api import Chunk, Context, GenerateRequest, Steered
from studio.engines.cards import Card
from studio.errors import StudioError

_MODULE = "studio.app.generator_process"
_LOOK_SECONDS = 0.03
_PATIENCE_SECONDS = 0.2  # for a process to end by itself


class RemoteGenerator:
    """A :class:`studio.engines.api.Generator` of the same notes as the engine of ``card`` writes, elsewhere.

    A process that died is started again by the next order. :meth:`close` ends it.
    """

    def __init__(self, tell: Any) -> None:
        self.card = Card("", "", "")
        self._tell = tell
        self._device = ""
        self._styles: tuple[str, ...] = ()
        self._tempos: dict[str, float] = {}
        self._child: Child | None = None
        self._numbers = itertools.count()
        self._inboxes: dict[int, queue.SimpleQueue[tuple[Message, list[Array]]]] = {}
        self._first: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._lock = threading.Lock()

    @property
    def styles(self) -> tuple[str, ...]:
        """Names of the styles it can be asked for."""
        return self._styles

    def tempo(self, style: str) -> float:
        """A usual tempo for a new piece in ``style``, quarters a minute."""
        return self._tempos.get(style, self._tempos[""])

    def prepare(self, card: Card, device: str) -> None:
        """Start the process and wait until it is ready. Raises StudioError when the model cannot be used."""
        self.card, self._device = card, device
        with self._lock:
            self._start()

    def generate(self, request: GenerateRequest | ChangeRequest, ctx: Context) -> Iterator[Chunk]:
        """Write; yields as notes come."""
        number, inbox = next(self._numbers), queue.SimpleQueue[tuple[Message, list[Array]]]()
        with self._lock:
            if self._child is None or not self._child.running:
                self._start()
            child = self._child
            assert child is not None
            self._inboxes[number] = inbox
        ended = False
        said, wished = (0.0, "Listening"), None
        try:
            context = request.context and replace(request.context, sounds=())  # megabytes that no writer hears
            child.tell({"do": "write", "id": number}, packed(replace(request, context=context)))
            while not ended:
                ctx.progress(*said)
                if isinstance(ctx, Steered) and ctx.wishes != wished:
                    wished = ctx.wishes
                    child.tell({"do": "steer", "id": number}, packed(wished))
                try:
                    message, arrays = inbox.get(timeout=_LOOK_SECONDS)
                except queue.Empty:
                    if child.running:
                        continue
                    raise StudioError("The network stopped while it was writing.", "Press Write again.") from None
                if message["event"] == "chunks":
                    said = (message["fraction"], message["message"])
                    yield from unpacked(arrays)
                elif message["event"] == "notice":
                    ctx.notice(message["message"])
                else:
                    ended = True
                    if message["event"] == "crashed":
                        self.close()
                    _raise_from(message)
        finally:
            self._inboxes.pop(number, None)
            if not ended:
                child.tell({"do": "cancel", "id": number})

    def close(self) -> None:
        """End the process."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.close(_PATIENCE_SECONDS)

    def _start(self) -> None:
        if self._child is not None:
            self._child.close(_PATIENCE_SECONDS)
            self._child = None
        self._first = queue.SimpleQueue()
        child = Child(_MODULE, [self.card.id, self._device], self._hear)
        try:
            message = self._first_word(child)
            _raise_from(message)
        except (StudioError, RuntimeError):
            child.close(_PATIENCE_SECONDS)
            raise
        self._child = child
        self._styles, self._tempos = tuple(message["styles"]), message["tempos"]

    def _first_word(self, child: Child) -> Message:
        while True:
            try:
                return self._first.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                if not child.running:
                    raise StudioError(f"'{self.card.title}' could not be started.", "Start Partita again.") from None

    def _hear(self, message: Message, arrays: list[Array]) -> None:
        """On the thread that reads the pipe."""
        number = message.get("id", -1)
        if message["event"] == "notice" and number < 0:
            self._tell(message["message"])
        elif number < 0:
            self._first.put(message)
        elif inbox := self._inboxes.get(number):
            inbox.put((message, arrays))


def _raise_from(message: Message) -> None:
    """What ended the work over there is raised here."""
    if message["event"] in ("failed", "refused"):
        raise StudioError(message["message"], message["hint"])
    if message["event"] == "crashed":
        raise RuntimeError("the generator's process failed:\n" + message["report"])
