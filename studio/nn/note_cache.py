"""What the piece itself did in such places: a continuous cache beside every head of the writer.

After Grave, Joulin and Usunier 2017 (arXiv 1612.04426): every choice of the piece is kept with a key, its head's hidden vector
through a map to fewer numbers, on the unit sphere. What was chosen where the keys are alike is likely again, the more so the more
alike they are, at three sharpnesses; how far each of the three is believed, and the network itself, is a gate's softmax of how
much there is to go by, how sure the network is, and the style. Maps and gates are fitted on songs that the network did not learn
(:mod:`studio.train.note_cache`).

Keys are whole numbers, so that their products are exact in float32 in any order: the same bytes on any number of threads.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHARPNESS = (24.0, 96.0, 384.0)
EXPERTS = 1 + len(SHARPNESS)
"""The network, then what keys say at each sharpness."""
MOST = 2048
"""Choices of a head that are remembered at most, the latest."""
_UNIT = 4000.0
_LEAST = -80.0
_BACKING = 1e-3
"""How much the network's own chances count in what the keys say, where a perfect likeness counts 1."""
_CERTAIN = -30.0
LEAST_CHANCE = 1e-13
FEATURES = 2 + len(SHARPNESS)
"""What a gate sees of a choice; beside it, the share of each style."""


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
        self.register_buffer("maps", torch.zeros(heads, width, dims))
        self.register_buffer("gates", torch.zeros(heads, FEATURES + styles, EXPERTS))

    most = MOST

    def keys(self, head: int, hidden: Tensor) -> Floats:
        """Keys of hidden vectors [n, width]: whole numbers, [n, dims]."""
        made = torch.nn.functional.normalize(hidden @ self.maps[head], dim=-1)
        return (made * _UNIT).round_().numpy()

    def costs(self, head: int, said: Said, style: Ints) -> Tensor:
        """Nats of choices in pieces of the style numbers [n] (past the last: any), float32 [n]; 0 where none was made."""
        styles = np.eye(self.gates.shape[1] - FEATURES + 1, self.gates.shape[1] - FEATURES)[style]
        believed = shares(self.gates[head].double().numpy(), np.concatenate([said.seen, styles], axis=1))
        nats = -np.log(np.maximum((believed * said.chances).sum(axis=1), LEAST_CHANCE))
        return torch.from_numpy(np.where(said.made, nats, 0)).float()

    def mixed(self, head: int, scores: Floats, keys: Floats, past: Floats, chosen: Ints, styles: Floats) -> Floats:
        """Logarithms of the chances of all classes [n, classes], of the network's ``scores`` and each row's own past.

        ``keys`` [n, dims]; ``past`` [n, length, dims] and ``chosen`` [n, length], -1 where nothing is remembered. A row's
        result is the same among any others.
        """
        rows, classes = scores.shape
        own = np.exp(scores - scores.max(axis=1, keepdims=True), dtype=np.float64)
        own /= own.sum(axis=1, keepdims=True)
        unsure = -(own * np.log(np.maximum(own, np.exp(_CERTAIN)))).sum(axis=1)
        cosine = np.matmul(past, keys[:, :, None])[:, :, 0]
        # Nothing is remembered in class 0 of a further row of classes, which is left out: one count for all.
        where = (np.arange(rows)[:, None] * (classes + 1) + chosen + 1).reshape(-1)
        said, evidence = [own], []
        for likeness in likenesses(cosine):
            counts = np.bincount(where, likeness.reshape(-1), rows * (classes + 1)).reshape(rows, -1)[:, 1:]
            total = counts.sum(axis=1)
            said.append((counts + _BACKING * own) / (total + _BACKING)[:, None])
            evidence.append(total)
        gate = self.gates[head].double().numpy()
        believed = shares(gate, np.concatenate([features(unsure, evidence), styles], axis=1))
        return np.log(np.maximum(np.einsum("ne,enc->nc", believed, np.stack(said)), LEAST_CHANCE)).astype(np.float32)


def likenesses(products: Floats) -> list[Floats]:
    """How alike keys are by their products, at each sharpness: 1 for the same."""
    away = products / np.float32(_UNIT**2) - np.float32(1)
    return [np.exp(np.maximum(np.float32(s) * away, np.float32(_LEAST))) for s in SHARPNESS]


def features(unsure: Doubles, evidence: Sequence[Doubles]) -> Doubles:
    """What a gate sees of each choice beside the style, [n, FEATURES].

    ``unsure`` [n] is the entropy of the network's chances in nats, ``evidence`` the sum of the likenesses at each sharpness.
    """
    return np.stack([np.ones(len(unsure)), unsure, *(np.log(e + 1e-4) / 5 for e in evidence)], axis=1)


def shares(gate: Doubles, seen: Doubles) -> Doubles:
    """How far each expert is believed, [n, EXPERTS]: the softmax of a gate [features, EXPERTS] of what it sees [n, features]."""
    made = seen @ gate
    made = np.exp(made - made.max(axis=1, keepdims=True))
    return made / made.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


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
        chances, evidence = [own], []
        for likeness in likenesses(keys @ known.T):
            likeness[unseen] = 0
            total = likeness.sum(axis=1, dtype=np.float64)
            same = (likeness * (made == chosen[:, None])).sum(axis=1, dtype=np.float64)
            chances.append((same + _BACKING * own) / (total + _BACKING))
            evidence.append(total)
        unsure = -(np.exp(log) * np.maximum(log, _CERTAIN)).sum(axis=1)
        return Said(np.stack(chances, axis=1), features(unsure, evidence), chosen >= 0)
