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
        self._recalls = [bool(k) for k in known]
        self._caches = {h: cache.while_writing(k, styles) for k, h in enumerate(HEADS)}
        self._most, dims = cache.most, cache.maps.shape[2]
        lengths = [len(k[0][1]) if k else 0 for k in known]
        self._room = min(self._most, max(64, 2 * max(lengths)))
        self._at = np.zeros(len(known), np.int64)
        self._keys = np.zeros((len(HEADS), len(known), self._room, dims), np.float32)
        self._chosen = np.full((len(HEADS), len(known), self._room), -1, np.int64)
        for row, (heads, length) in enumerate(zip(known, lengths, strict=True)):
            for number, (keys, chosen) in enumerate(heads):
                self._keys[number, row, :length], self._chosen[number, row, :length] = keys, np.maximum(chosen, -1)
            self._at[row] = length

    def mix(self, head: str, rows: list[int], scores: Floats, allowed: npt.NDArray[np.bool_], hidden: "Tensor") -> None:
        """Put :meth:`mixed` in the place of the scores [n, classes] of those of the takes ``rows`` that recall anything."""
        places = [i for i, row in enumerate(rows) if self._recalls[row]]
        if places:
            scores[places] = self.mixed(head, [rows[i] for i in places], scores[places], allowed[places], hidden)

    def mixed(self, head: str, rows: list[int], scores: Floats, allowed: npt.NDArray[np.bool_], hidden: "Tensor") -> Floats:
        """Logarithms of the chances [n, classes] of the takes ``rows`` from the network's scores and ``hidden`` vectors."""
        from studio.nn.note_cache import products_of

        number, cache = HEADS.index(head), self._caches[head]
        keys = cache.keys(hidden[rows])
        self._keys[number, rows, self._at[rows] % self._room] = keys
        long = min(self._room, int(self._at.max()))
        asked = np.zeros((len(self._at), keys.shape[1]), np.float32)
        asked[rows] = keys
        products = products_of(self._keys[number, :, :long], asked)[rows]  # of all takes: to pick keys out takes longer
        return cache.mixed(rows, np.where(allowed, scores, _LEAST), products, self._chosen[number, rows, :long])

    def keep(self, head: str, rows: list[int], chosen: Ints) -> None:
        """Remember what was drawn from :meth:`mixed`."""
        self._chosen[HEADS.index(head), rows, self._at[rows] % self._room] = chosen

    def advance(self, rows: list[int]) -> None:
        """Go on to the next note of these takes."""
        self._at[rows] += 1
        if self._room < self._most and int(self._at.max()) >= self._room:
            more = min(self._room, self._most - self._room)
            self._keys = np.concatenate([self._keys, np.zeros_like(self._keys[:, :, :more])], axis=2)
            self._chosen = np.concatenate([self._chosen, np.full_like(self._chosen[:, :, :more], -1)], axis=2)
            self._room += more
        self._chosen[:, rows, self._at[rows] % self._room] = -1
