"""Plain tones: what a song sounds like without any instrument. A measure to hold instruments against, not one to write for."""

import numpy as np
import numpy.typing as npt

from studio.engines.api import DRUM_KIT, Audio, Context, SoundBatch
from studio.engines.cards import Card

ATTACK_S, RELEASE_S, DRUM_S = 0.005, 0.05, 0.12
_LEVEL = 0.2
_NOISE = 1 << 14


class SineTones:
    """A :class:`studio.engines.api.Renderer`: a sine a note, a short burst of noise a drum, louder keys louder."""

    card = Card("sine-tones", "sine-tones", "Sine tones")

    def prepare(self, card: Card, device: str) -> None:
        """Nothing to load."""

    def lengths(self, batch: SoundBatch, rate: int) -> npt.NDArray[np.int64]:
        """Frames from onset to silence, shape [n]."""
        drums = batch.program == DRUM_KIT
        return np.where(drums, round(DRUM_S * rate), batch.held + round(RELEASE_S * rate)).astype(np.int64)

    def render(self, batch: SoundBatch, rate: int, first: int, count: int, ctx: Context) -> Audio:
        """Mono rows [n, count]: frames ``first`` to ``first + count`` of every note, zeros past its end."""
        rows = np.zeros((len(batch), count), np.float32)
        frames = np.arange(first, first + count)
        columns = (batch.program.tolist(), batch.pitch.tolist(), batch.velocity.tolist(), self.lengths(batch, rate).tolist())
        for row, program, pitch, velocity, length in zip(rows, *columns, strict=True):
            ctx.progress(0.0)
            inside = (frames >= 0) & (frames < length)
            seconds = frames / rate
            if program == DRUM_KIT:
                wave = np.random.default_rng(pitch).standard_normal(_NOISE)[frames % _NOISE] * 0.3 * np.exp(-seconds / 0.03)
            else:
                wave = np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * seconds)
                wave *= np.clip(np.minimum(seconds / ATTACK_S, (length - frames) / (RELEASE_S * rate)), 0, 1)
            row[:] = wave * inside * (_LEVEL * (velocity / 127) ** 2)
        return rows
