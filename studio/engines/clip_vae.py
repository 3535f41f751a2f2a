"""The engine of the clip VAEs: clips into codes and back, and the moves among codes that composers make.

A card's ``kind`` says whether it knows two-bar lines (:mod:`studio.nn.melody_vae`), two-bar drums
(:mod:`studio.nn.drum_vae`) or sixteen-bar phrases (:mod:`studio.nn.phrase_vae`). All three offer the same: ``encode``,
``decode``, ``sampled``, ``varied``, ``walked`` and ``place`` (the map), ``moved`` (the sliders), ``blend``. It runs on the CPU
whatever the device: 32 small steps are bound by latency, and the bytes must not depend on the machine.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studio.engines import clip_decode
from studio.engines.cards import Card, check_weights
from studio.engines.clip_blend import drum_distance, evenly, line_distance
from studio.engines.clip_decode import draws_of
from studio.engines.clip_grid import (
    ATTRIBUTES,
    PITCHES,
    VERSION,
    DrumClip,
    cells_of,
    drum_attributes,
    line_attributes,
    phrase_attributes,
)
from studio.engines.clip_limits import ANY_DRUMS, DrumLimits, LineLimits
from studio.errors import StudioError

if TYPE_CHECKING:
    from studio.nn.drum_vae import DrumVae

Floats = npt.NDArray[np.float32]
Line = npt.NDArray[np.int64]
ClipLimits = LineLimits | DrumLimits | Sequence[LineLimits] | Sequence[DrumLimits]
"""Of all lines or drums, of each, or of each clip of a phrase."""
LINES, DRUMS, PHRASES = "lines", "drums", "phrases"
_FINE = 4
"""Candidates between two steps of a blend."""
_MEASURED = 24
"""Clips by which the directions of the map are told apart."""
ANYTHING = LineLimits(np.ones(PITCHES, bool))


def _network(card: Card) -> Any:
    from studio.nn.drum_vae import DrumVae
    from studio.nn.melody_vae import MelodyVae
    from studio.nn.phrase_vae import PhraseShape, PhraseVae
    from studio.nn.vae import VaeShape

    if card.hyper["kind"] == PHRASES:
        return PhraseVae(PhraseShape.of(card.hyper))
    return (MelodyVae if card.hyper["kind"] == LINES else DrumVae)(VaeShape.of(card.hyper))


def traits_of(clip: Any, metre: int) -> Floats:
    """The attributes that a clip has, in their own units: all :data:`ATTRIBUTES` of a line or phrase, [4], the first two of drums."""
    if isinstance(clip, DrumClip):
        return drum_attributes(clip.hits, metre)
    return line_attributes(clip, metre) if clip.ndim == 1 else phrase_attributes(clip, metre)


class ClipVae:
    """Codes are float32 [latent].

    Lines are tokens [CELLS], phrases tokens [SEGMENTS, CELLS], drums :class:`studio.engines.clip_grid.DrumClip`. A ``metre``
    class holds for all bars of a clip.
    """

    card: Card

    @property
    def kind(self) -> str:
        """``lines``, ``drums`` or ``phrases``."""
        return str(self.card.hyper["kind"])

    @property
    def sliders(self) -> tuple[str, ...]:
        """Names of the attributes that a code can be moved by."""
        return ATTRIBUTES[: self._model.shape.attributes]

    def prepare(self, card: Card, device: str) -> None:
        """Load the weights and decode once, so that the first click is quick.

        Raises:
            StudioError: the model cannot be used.
        """
        from studio.nn.runtime import choose_device, load_weights

        if card.hyper.get("version") != VERSION or card.hyper.get("kind") not in (LINES, DRUMS, PHRASES):
            raise StudioError(
                f"'{card.title}' was made for another version of Partita.", "Install the model again, or update Partita."
            )
        self.card = card
        made = _network(card)
        load_weights(made, check_weights(card), choose_device("cpu"))
        self._model: Any = made
        self._mean, self._root, self._axes, self._sliders = (
            getattr(made, n).numpy() for n in ("mean", "root", "axes", "sliders")
        )
        self.spread: Floats = made.spread.numpy()
        self.decode(self._mean[None], 2)

    # -- clips to codes and back

    def encode(self, clips: Sequence[Line] | Sequence[DrumClip], metre: int, way: int = 0) -> Floats:
        """The codes of clips, [n, latent]; ``way`` reads drums whole (0), stiff (1) or tapped (2)."""
        from studio.nn.runtime import inference, tensor

        metres = tensor(np.full(len(clips), metre))
        with inference():
            if self.kind != DRUMS:
                mean, _ = self._model.encode(tensor(np.stack(clips)), metres)  # type: ignore[arg-type]
            else:
                grids = [np.stack([getattr(c, n) for c in clips]).astype(np.float32) for n in ("hits", "velocity", "offset")]
                mean, _ = self._model.encode(*(tensor(g) for g in grids), metres, tensor(np.full(len(clips), way)))
        return np.asarray(mean.numpy())

    def decode(
        self,
        codes: Floats,
        metre: int,
        limits: ClipLimits | None = None,
        temperature: float = 0.0,
        seed: int = 0,
        near: Sequence[int] = (),
    ) -> list[Any]:
        """The clips of codes [n, latent]: the likeliest, or drawn at ``temperature``. They keep ``limits``.

        ``near`` are the pitches before each line, which a limit on leaps counts from (PITCHES for none).
        """
        codes = np.asarray(codes, np.float32)
        if self.kind == DRUMS:
            drummer: DrumVae = self._model
            return clip_decode.drums(drummer, codes, metre, temperature, seed, limits=limits or ANY_DRUMS)  # type: ignore[arg-type]
        write = clip_decode.lines if self.kind == LINES else clip_decode.phrases
        return list(write(self._model, codes, metre, limits or ANYTHING, temperature, seed, near))  # type: ignore[arg-type]

    def keeps(self, clip: Any, metre: int, limits: ClipLimits) -> bool:
        """Whether a clip keeps ``limits`` as it is, leaps from clip to clip apart."""
        cells = cells_of(metre)
        clips = clip if self.kind == PHRASES else [clip]
        each: Sequence[Any] = [limits] * len(clips) if isinstance(limits, DrumLimits | LineLimits) else limits
        return all(limit.keeps(c, cells) for limit, c in zip(each, clips, strict=True))

    # -- codes

    def sampled(self, count: int, seed: int, wildness: float = 1.0) -> Floats:
        """Codes drawn where the training clips' codes lie, [count, latent]."""
        return np.stack([self._mean + wildness * self._step(d) for d in draws_of(seed, count)])

    def varied(self, code: Floats, count: int, amount: float, seed: int) -> Floats:
        """Codes around ``code``: ``amount`` 0 is itself, 1 as far away as another clip is, [count, latent]."""
        rest = np.sqrt(max(0.0, 1 - amount**2))
        return np.stack([self._mean + rest * (code - self._mean) + amount * self._step(d) for d in draws_of(seed, count)])

    def _step(self, draw: np.random.Generator) -> Floats:
        return (self._root @ draw.standard_normal(len(self._mean))).astype(np.float32)

    def walked(self, code: Floats, places: Sequence[tuple[float, float]]) -> Floats:
        """Codes beside ``code`` on the map, [n, latent]; places (x, y) count standard deviations of all clips."""
        return code + np.asarray(places, np.float32).reshape(-1, 2) @ self._axes

    def place(self, code: Floats) -> tuple[float, float]:
        """Where a code lies on the map."""
        away = self._axes @ (code - self._mean) / np.maximum((self._axes**2).sum(axis=1), 1e-9)
        return float(away[0]), float(away[1])

    def moved(self, code: Floats, amounts: dict[str, float]) -> Floats:
        """``code`` with attributes raised or lowered by standard deviations.

        Raises:
            StudioError: there is no such attribute.
        """
        unknown = set(amounts) - set(self.sliders)
        if unknown:
            raise StudioError(f"There is no slider '{min(unknown)}'.", f"Choose one of: {', '.join(self.sliders)}.")
        made = code.copy()
        for name, amount in amounts.items():
            made += np.float32(amount) * self._sliders[self.sliders.index(name)]
        return made

    def compass(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """What each axis of the map changes most: an attribute, and 1 where it grows along the axis or -1 where it shrinks.

        Measured on decoded clips: some drawn codes, moved both ways along the axis; in standard deviations of the training clips.
        """
        codes, metre = self.sampled(_MEASURED, 0), 2
        found: list[tuple[str, int]] = []
        for axis in self._axes:
            there, back = (self.decode(codes + way * axis, metre) for way in (1, -1))
            change = np.mean([traits_of(a, metre) - traits_of(b, metre) for a, b in zip(there, back, strict=True)], axis=0)
            change = change / np.maximum(self.spread, 1e-9)
            taken = [self.sliders.index(name) for name, _ in found]
            change[taken] = 0.0
            most = int(np.abs(change).argmax())
            found.append((self.sliders[most], 1 if change[most] >= 0 else -1))
        return found[0], found[1]

    # -- blends

    def distance(self, a: Any, b: Any, metre: int) -> float:
        """How far two clips are apart, 0 for equal ones."""
        if self.kind != DRUMS:
            return line_distance(a, b, cells_of(metre))
        return drum_distance(a, b, cells_of(metre))

    def blend(self, a: Any, b: Any, steps: int, metre: int, limits: ClipLimits | None = None) -> list[Any]:
        """``steps`` clips from ``a`` to ``b``, both included; none is nearer to ``a`` or farther from ``b`` than the last.

        The way leads straight from code to code; candidates that would turn back are left out. An end that does not keep
        ``limits`` counts as it is written within them.
        """
        ends = self.encode([a, b], metre)
        if limits is not None:
            written = self.decode(ends, metre, limits)
            a, b = (c if self.keeps(c, metre, limits) else w for c, w in zip((a, b), written, strict=True))
        t = np.linspace(0, 1, _FINE * (steps - 1) + 1, dtype=np.float32)[1:-1, None]
        between = self.decode((1 - t) * ends[0] + t * ends[1], metre, limits)
        candidates = [a, *between, b]
        to_a = [self.distance(a, c, metre) for c in candidates]
        to_b = [self.distance(b, c, metre) for c in candidates]
        return [candidates[k] for k in evenly(to_a, to_b, steps)]

    def between(self, a: Any, b: Any, steps: int, metre: int) -> Floats:
        """``steps`` evenly spaced codes from that of ``a`` to that of ``b``, [steps, latent]."""
        ends = self.encode([a, b], metre)
        t = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
        return np.asarray((1 - t) * ends[0] + t * ends[1])

    def straight(self, a: Any, b: Any, steps: int, metre: int) -> list[Any]:
        """A blend without leaving anything out: the likeliest clips of evenly spaced codes (for measuring)."""
        return self.decode(self.between(a, b, steps, metre), metre)

    # -- drums

    def groove(self, clip: DrumClip, metre: int, limits: DrumLimits = ANY_DRUMS) -> DrumClip:
        """The same hits, as far as they may be, with the velocity and timing that a drummer would give them."""
        code = self.encode([clip], metre, way=1)
        return clip_decode.drums(self._model, code, metre, hits=clip.hits[None] & limits.fine)[0]

    def tapped(self, clip: DrumClip, metre: int, count: int, seed: int, limits: DrumLimits = ANY_DRUMS) -> list[DrumClip]:
        """Drums for a rhythm, whose hits may be of any piece: the likeliest first, then others drawn."""
        code = self.encode([clip], metre, way=2)
        first = clip_decode.drums(self._model, code, metre, limits=limits)
        if count == 1:
            return first
        return [*first, *clip_decode.drums(self._model, np.repeat(code, count - 1, axis=0), metre, 1.0, seed, limits=limits)]
