"""What the piece itself did in such places: a continuous cache beside every head of the writer.

After Grave, Joulin and Usunier 2017 (arXiv 1612.04426): every choice of the piece is kept with a key, its head's hidden vector
through a map to fewer numbers, on the unit sphere. What was chosen where the keys are alike is likely again, the more so the more
alike they are, at three sharpnesses; how far each of the three is believed, and the network itself, is a gate's softmax of how
much there is to go by, how sure the network is, and the style. Maps and gates are fitted on songs that the network did not learn
(:mod:`studio.train.note_cache`).

Keys are whole numbers, so that their products are exact in float32 in any order: the same bytes on any number of threads.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHARPNESS = (24.0, 96.0, 384.0)
"""Each is four times the one before."""
EXPERTS = 1 + len(SHARPNESS)
"""The network, then what keys say at each sharpness."""
FEATURES = 2 + len(SHARPNESS)
"""What a gate sees of a choice; beside it, the share of each style."""
MOST = 2048
"""Choices of a head that are remembered at most, the latest."""
UNIT = 4000.0
"""The length of a key, to the rounding."""
LEAST = -20.0
"""The logarithm of the least likeness at the first sharpness."""
SMALL = np.float32(1e-18)
BACKING = 1e-3
"""How much the network's own chances count in what the keys say, where a perfect likeness counts 1."""
LEAST_EVIDENCE, LEAST_CHANCE = 1e-4, 1e-13
_CERTAIN = -30.0


@dataclass(frozen=True)
class Said:
    """Of each choice that was made: the experts' chances of it [n, EXPERTS], what a gate sees [n, FEATURES], whether one was."""

    chances: Doubles
    seen: Doubles
    made: npt.NDArray[np.bool_]


class NoteCache(nn.Module):
    """Maps [heads, width, dims] and gates [heads, features, EXPERTS] of a writer; the features are :func:`features` and the styles."""

    maps: Tensor
    gates: Tensor

    def __init__(self, heads: int, width: int, dims: int, styles: int) -> None:
        super().__init__()
        self.register_buffer("maps", torch.zeros(heads, width, dims, dtype=torch.float64))
        self.register_buffer("gates", torch.zeros(heads, FEATURES + styles, EXPERTS, dtype=torch.float64))

    most = MOST

    def keys(self, head: int, hidden: Tensor) -> Floats:
        """Keys of hidden vectors [n, width]: whole numbers, [n, dims]."""
        return _keys(self.maps[head], hidden)

    def costs(self, head: int, said: Said, style: Ints) -> Tensor:
        """Nats of choices in pieces of the style numbers [n] (past the last: any), float32 [n]; 0 where none was made."""
        gate = self.gates[head].numpy()
        believed = _shares(said.seen @ gate[:FEATURES] + np.pad(gate[FEATURES:], ((0, 1), (0, 0)))[style])
        nats = -np.log(np.maximum((believed * said.chances).sum(axis=1), LEAST_CHANCE))
        return torch.from_numpy(np.where(said.made, nats, 0)).float()


def likenesses(products: Floats) -> Floats:
    """How alike keys are by their products [...], at each sharpness, [sharpnesses, ...]: 1 for the same."""
    made = np.empty((len(SHARPNESS), *products.shape), np.float32)
    away = np.multiply(products, SHARPNESS[0] / UNIT**2, out=made[0], dtype=np.float32)
    away -= np.float32(SHARPNESS[0])
    np.exp(np.maximum(away, np.float32(LEAST), out=away), out=away)
    for wide, narrow in pairwise(made):  # each is four times as sharp as the one before
        np.multiply(wide, wide, out=narrow)
        narrow *= np.maximum(narrow, SMALL, out=narrow)  # numbers too small for their kind take a hundred times as long
    return made


def features(unsure: Doubles, evidence: Doubles) -> Doubles:
    """What a gate sees of each choice beside the style, [n, FEATURES].

    ``unsure`` [n] is the entropy of the network's chances in nats, ``evidence`` [sharpnesses, n] the sums of likenesses.
    """
    made = np.ones((len(unsure), FEATURES))
    made[:, 1] = unsure
    seen = evidence + LEAST_EVIDENCE
    np.log(seen, out=seen)
    np.divide(seen.T, 5, out=made[:, 2:])
    return made


def _shares(made: Doubles) -> Doubles:
    """How far each expert is believed: the softmax of a gate's scores [n, EXPERTS], in their place."""
    made -= np.maximum.reduce(made, axis=1, keepdims=True)
    np.exp(made, out=made)
    made /= np.add.reduce(made, axis=1, keepdims=True)
    return made


def _keys(to: Tensor, hidden: Tensor) -> Floats:
    # In double precision: what the order of a sum changes there, no rounding brings to light.
    made: Doubles = torch.mm(hidden.double(), to).numpy()
    length = np.sqrt(np.add.reduce(made * made, axis=1, keepdims=True) + 1e-30)
    made *= np.divide(UNIT, length, out=length)
    return np.rint(made, out=made).astype(np.float32)


class PieceCache:
    """The choices of a piece that is there from its beginning on, by head."""

    def __init__(self) -> None:
        self._keys: dict[int, list[Floats]] = defaultdict(list)
        self._chosen: dict[int, list[Ints]] = defaultdict(list)

    def said(self, head: int, scores: Tensor, keys: Floats, chosen: Ints) -> Said:
        """Of a head's next choices, of which ``chosen`` [n] were made (below 0 where none was); they are remembered then.

        ``scores`` [n, classes] are the network's, ``keys`` [n, dims] of :meth:`NoteCache.keys`.
        """
        self._keys[head].append(keys)
        self._chosen[head].append(chosen)
        known, made = np.concatenate(self._keys[head]), np.concatenate(self._chosen[head])
        first, n = max(0, len(known) - len(keys) - MOST), len(keys)
        known, made = known[first:], made[first:]
        away = np.arange(len(known) - n, len(known))[:, None] - np.arange(len(known))
        unseen = (away <= 0) | (away > MOST) | (made < 0)
        log = scores.double().log_softmax(dim=1).numpy()
        own = np.exp(log[np.arange(n), np.maximum(chosen, 0)])
        alike = likenesses(torch.mm(torch.from_numpy(keys), torch.from_numpy(known).T).numpy())
        alike[:, unseen] = 0
        evidence = alike.sum(axis=2, dtype=np.float64)
        same = np.where(made == chosen[:, None], alike, 0).sum(axis=2, dtype=np.float64)
        chances = np.stack([own, *((same + BACKING * own) / (evidence + BACKING))], axis=1)
        unsure = -(np.exp(log) * np.maximum(log, _CERTAIN)).sum(axis=1)
        return Said(chances, features(unsure, evidence), chosen >= 0)
