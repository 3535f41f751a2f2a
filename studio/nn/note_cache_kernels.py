"""The writer's cache for one head of the notes that are written at once, compiled (:mod:`studio.nn.jit`).

It is asked for every choice of every note. The same as :class:`studio.nn.note_cache.PieceCache` does for a whole piece.
"""

import math
from typing import NamedTuple

import numpy as np

from studio.nn.jit import Float, Ints, Mask, Wave, compiled, exact, reordered
from studio.nn.note_cache import BACKING, EXPERTS, LEAST, LEAST_CHANCE, LEAST_EVIDENCE, SHARPNESS, SMALL, UNIT
from studio.nn.spectral_kernels import exp


class Fitted(NamedTuple):
    """A head's map [width, dims], its gate [FEATURES, EXPERTS], and what that adds for the styles of each piece [pieces, EXPERTS]."""

    to: Float
    gate: Float
    styles: Float


class Past(NamedTuple):
    """A head's ``keys`` [pieces, room, dims] and what was ``chosen`` [pieces, room], -1 where none is remembered.

    The first ``reach`` [pieces] count; the next key is kept in ``slots`` [pieces].
    """

    keys: Wave
    chosen: Ints
    slots: Ints
    reach: Ints


@exact
def key_of(key: Wave, hidden: Wave, to: Float) -> None:
    """Put the key of a hidden vector [width] through the map ``to`` [width, dims] into ``key`` [dims]."""
    made = np.zeros(len(key))
    for k in range(0, len(hidden) - 3, 4):
        a, b, c, d = float(hidden[k]), float(hidden[k + 1]), float(hidden[k + 2]), float(hidden[k + 3])
        for n in range(len(made)):
            made[n] = (((made[n] + a * to[k, n]) + b * to[k + 1, n]) + c * to[k + 2, n]) + d * to[k + 3, n]
    for k in range(len(hidden) - len(hidden) % 4, len(hidden)):
        for n in range(len(made)):
            made[n] += float(hidden[k]) * to[k, n]
    square = 1e-30
    for n in range(len(made)):
        square += made[n] * made[n]
    scale = UNIT / math.sqrt(square)
    for n in range(len(made)):
        key[n] = np.rint(made[n] * scale)


@reordered
def _products(out: Wave, keys: Wave, key: Wave, count: int) -> None:
    """Products of the first ``count`` of ``keys`` [n, dims] and one: whole numbers below 2**24, exact in any order."""
    for j in range(count):
        line, total = keys[j], np.float32(0)
        for n in range(len(key)):
            total += line[n] * key[n]
        out[j] = total


@compiled
def _likenesses(alike: Wave, count: int) -> None:
    """Likenesses at each sharpness into ``alike`` [sharpnesses, n] for the products in its first row."""
    wide = alike[0]
    scale, sharp, low = np.float32(SHARPNESS[0] / UNIT**2), np.float32(SHARPNESS[0]), np.float32(LEAST)
    for j in range(count):
        wide[j] = max(wide[j] * scale - sharp, low)
    exp(wide, count)
    for s in range(1, len(alike)):  # each is four times as sharp as the one before
        wider, narrow = alike[s - 1], alike[s]
        for j in range(count):
            square = wider[j] * wider[j]
            narrow[j] = square * max(square, SMALL)  # numbers too small for their kind take a hundred times as long


@exact
def _own(own: Float, scores: Wave, allowed: Mask) -> float:
    """The network's chances of what is allowed, others 0, into ``own`` [classes]; returns their entropy in nats."""
    best, whole, mean = np.float32(-np.inf), 0.0, 0.0
    for c in range(len(own)):
        if allowed[c]:
            best = max(best, scores[c])
    for c in range(len(own)):
        own[c] = 0.0
        if allowed[c]:
            away = float(scores[c]) - float(best)
            own[c] = math.exp(away)
            whole += own[c]
            mean += own[c] * away
    for c in range(len(own)):
        own[c] /= whole
    return math.log(whole) - mean / whole


@exact
def _believed(out: Float, unsure: float, evidence: Float, gate: Float, style: Float) -> None:
    """How far each expert is believed, into ``out`` [EXPERTS]: the softmax of a gate's scores."""
    best, whole = -np.inf, 0.0
    for e in range(EXPERTS):
        out[e] = style[e] + gate[0, e] + unsure * gate[1, e]
        for s in range(len(evidence)):
            out[e] += math.log(evidence[s] + LEAST_EVIDENCE) / 5 * gate[2 + s, e]
        best = max(best, out[e])
    for e in range(EXPERTS):
        out[e] = math.exp(out[e] - best)
        whole += out[e]
    for e in range(EXPERTS):
        out[e] /= whole


@exact
def mix(scores: Wave, allowed: Mask, rows: Ints, hidden: Wave, fitted: Fitted, past: Past) -> None:
    """Put the logarithms of the chances in the place of the network's ``scores`` [n, classes] of the pieces ``rows`` [n].

    ``hidden`` [at least pieces, width] are all pieces' vectors. A row's result is the same among any others. What is not allowed
    gets next to nothing.
    """
    classes, wide = scores.shape[1], int(past.reach.max())
    alike, counts = np.empty((len(SHARPNESS), wide), np.float32), np.empty((len(SHARPNESS), classes), np.float32)
    own, evidence, believed = np.empty(classes), np.empty(len(SHARPNESS)), np.empty(EXPERTS)
    for i in range(len(rows)):
        row = rows[i]
        keys, chosen, count = past.keys[row], past.chosen[row], past.reach[row]
        key = keys[past.slots[row]]
        key_of(key, hidden[row], fitted.to)
        unsure = _own(own, scores[i], allowed[i])
        _products(alike[0], keys, key, count)
        _likenesses(alike, count)
        counts[:] = np.float32(0)
        for s in range(len(SHARPNESS)):
            near, sums = alike[s], counts[s]
            for j in range(count):
                if chosen[j] >= 0:
                    sums[chosen[j]] += near[j]
            evidence[s] = 0.0
            for c in range(classes):
                evidence[s] += sums[c]
        _believed(believed, unsure, evidence, fitted.gate, fitted.styles[row])
        share = believed[0]
        for s in range(len(SHARPNESS)):
            evidence[s] = believed[1 + s] / (evidence[s] + BACKING)
            share += BACKING * evidence[s]
        for c in range(classes):
            if allowed[i, c]:
                chance = own[c] * share
                for s in range(len(SHARPNESS)):
                    chance += evidence[s] * counts[s, c]
                scores[i, c] = math.log(max(chance, LEAST_CHANCE))
            else:
                scores[i, c] = math.log(LEAST_CHANCE)
