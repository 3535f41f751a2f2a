"""What takes chose so far and what was heard before them, for the writer's cache (:mod:`studio.nn.note_cache`), a row a take."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines.lstm_writer_styles import HEADS

if TYPE_CHECKING:
    from studio.nn.note_cache import NoteCache

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Known = tuple[tuple[Floats, Ints], ...]
"""By head: keys [n, dims] of choices, and the choices [n], below 0 where none was made."""
_ROOM = 64


class Memory:
    """``known`` is what was heard before each take, ``styles`` [takes, styles] the share of each style in it.

    A take before which nothing was heard recalls nothing.
    """

    def __init__(self, cache: "NoteCache", known: Sequence[Known], styles: npt.NDArray[np.float64]) -> None:
        from studio.nn.note_cache import FEATURES
        from studio.nn.note_cache_kernels import Fitted, Past, mix

        self._mix, self._past, self._recalls = mix, Past, [bool(k) for k in known]
        fits = zip(cache.maps.numpy(), cache.gates.numpy(), strict=True)
        self._fitted = [Fitted(to, gate[:FEATURES], styles @ gate[FEATURES:]) for to, gate in fits]
        self._most, self._dims, self._takes = cache.most, cache.maps.shape[2], len(known)
        lengths = [len(k[0][1]) if k else 0 for k in known]
        self._room = min(self._most, max(_ROOM, 2 * max(lengths)))
        self._at = np.array(lengths, np.int64)
        self._keys, self._chosen = self._empty()
        for row, (heads, length) in enumerate(zip(known, lengths, strict=True)):
            for number, (keys, chosen) in enumerate(heads):
                self._keys[number, row, :length], self._chosen[number, row, :length] = keys, np.maximum(chosen, -1)
        self._place()

    def _empty(self) -> tuple[Floats, Ints]:
        """No choices: keys [heads, takes, room, dims], and what was chosen, [heads, takes, room]."""
        size = len(HEADS), self._takes, self._room
        return np.zeros((*size, self._dims), np.float32), np.full(size, -1, np.int64)

    def _place(self) -> None:
        """Find where the next note's choices go, and how far those before it reach."""
        self._slots = self._at % self._room
        self._reach = np.minimum(self._at, self._room)

    def mix(self, head: str, rows: list[int], scores: Floats, allowed: npt.NDArray[np.bool_], hidden: Floats) -> None:
        """Put the logarithms of their chances in the place of the network's scores [n, classes] of the takes ``rows``.

        ``hidden`` [takes or more, width] are the head's vectors. Takes that recall nothing are left alone.
        """
        places = [i for i, row in enumerate(rows) if self._recalls[row]]
        if len(places) == len(rows):
            self._mixed(head, rows, scores, allowed, hidden)
        elif places:
            some = scores[places]
            self._mixed(head, [rows[i] for i in places], some, allowed[places], hidden)
            scores[places] = some

    def _mixed(self, head: str, rows: list[int], scores: Floats, allowed: npt.NDArray[np.bool_], hidden: Floats) -> None:
        number = HEADS.index(head)
        past = self._past(self._keys[number], self._chosen[number], self._slots, self._reach)
        self._mix(scores, allowed, np.array(rows), hidden, self._fitted[number], past)

    def keep(self, head: str, rows: list[int], chosen: Ints) -> None:
        """Remember what was drawn after :meth:`mix`."""
        self._chosen[HEADS.index(head), rows, self._slots[rows]] = chosen

    def advance(self, rows: list[int]) -> None:
        """Go on to the next note of these takes."""
        self._at[rows] += 1
        if self._room < self._most and int(self._at.max()) >= self._room:
            old, long = (self._keys, self._chosen), self._room
            self._room = min(2 * self._room, self._most)
            self._keys, self._chosen = self._empty()
            self._keys[:, :, :long], self._chosen[:, :, :long] = old
        self._place()
        self._chosen[:, rows, self._slots[rows]] = -1
