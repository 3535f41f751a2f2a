"""What takes chose so far and what was heard before them, for the writer's cache (:mod:`studio.nn.note_cache`), a row a take."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.engines.lstm_writer_styles import HEADS

if TYPE_CHECKING:
    from torch import Tensor

    from studio.nn.note_cache import NoteCache

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Known = tuple[tuple[Floats, Ints], ...]
"""By head: keys [n, dims] of choices, and the choices [n], below 0 where none was made."""
_LEAST = np.float32(-1e9)


class Memory:
    """``known`` is what was heard before each take, ``styles`` [takes, styles] the share of each style in it.

    A take before which nothing was heard recalls nothing.
    """

    def __init__(self, cache: "NoteCache", known: Sequence[Known], styles: npt.NDArray[np.float64]) -> None:
        from studio.nn.note_cache import BLOCK, products_of

        self._block, self._products_of = BLOCK, products_of
        self._recalls, self._takes = [bool(k) for k in known], list(range(len(known)))
        self._caches = {h: cache.while_writing(k, styles) for k, h in enumerate(HEADS)}
        self._most, self._dims = cache.most, cache.maps.shape[2]
        lengths = [len(k[0][1]) if k else 0 for k in known]
        self._room = min(self._most, max(BLOCK, 2 * max(lengths)))
        self._at = np.array(lengths, np.int64)
        self._keys, self._chosen = self._empty(self._room)
        for row, (heads, length) in enumerate(zip(known, lengths, strict=True)):
            for number, (keys, chosen) in enumerate(heads):
                self._keys[number, row, :length], self._chosen[number, row, :length] = keys, np.maximum(chosen, -1)
        self._place()

    def _empty(self, room: int) -> tuple[Floats, Ints]:
        """No choices: keys [heads, takes, whole blocks, dims], and what was chosen, [heads, takes, whole blocks]."""
        size = len(HEADS), len(self._takes), -(-room // self._block) * self._block
        return np.zeros((*size, self._dims), np.float32), np.full(size, -1, np.int64)

    def _place(self) -> None:
        """Find where the next note's choices go, and how far those before it reach."""
        self._slots = self._at % self._room
        self._slots += np.arange(0, self._chosen[0].size, self._chosen.shape[2])
        self._blocks = -(-min(self._room, int(np.maximum.reduce(self._at))) // self._block)

    def mix(self, head: str, rows: list[int], scores: Floats, allowed: npt.NDArray[np.bool_], hidden: "Tensor") -> None:
        """Put :meth:`mixed` in the place of the scores [n, classes] of those of the takes ``rows`` that recall anything."""
        places = [i for i, row in enumerate(rows) if self._recalls[row]]
        if len(places) == len(rows):
            scores[:] = self.mixed(head, rows, scores, allowed, hidden)
        elif places:
            scores[places] = self.mixed(head, [rows[i] for i in places], scores[places], allowed[places], hidden)

    def mixed(self, head: str, rows: list[int], scores: Floats, allowed: npt.NDArray[np.bool_], hidden: "Tensor") -> Floats:
        """Logarithms of the chances [n, classes] of the takes ``rows`` from the network's scores and ``hidden`` vectors."""
        number, cache = HEADS.index(head), self._caches[head]
        # Most often all takes: then nothing is picked out, which would take longer than to reckon with it.
        some = slice(len(rows)) if rows == self._takes else rows
        keys = cache.keys(hidden[some])
        self._keys[number].reshape(-1, self._dims)[self._slots[some]] = keys
        blocks = self._keys[number].reshape(len(self._takes), -1, self._block, self._dims)
        products = self._products_of([blocks[row, : self._blocks] for row in rows], keys)
        return cache.mixed(some, np.where(allowed, scores, _LEAST), products, self._chosen[number, some, : products.shape[1]])

    def keep(self, head: str, rows: list[int], chosen: Ints) -> None:
        """Remember what was drawn from :meth:`mixed`."""
        self._chosen[HEADS.index(head)].reshape(-1)[self._slots[rows]] = chosen

    def advance(self, rows: list[int]) -> None:
        """Go on to the next note of these takes."""
        self._at[rows] += 1
        if self._room < self._most and int(np.maximum.reduce(self._at)) >= self._room:
            old = self._keys, self._chosen
            self._room = min(2 * self._room, self._most)
            self._keys, self._chosen = self._empty(self._room)
            long = old[1].shape[2]
            self._keys[:, :, :long], self._chosen[:, :, :long] = old
        self._place()
        self._chosen.reshape(len(HEADS), -1)[:, self._slots[rows]] = -1
