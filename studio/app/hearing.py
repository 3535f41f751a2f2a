"""A sound file as notes: the pitch of a single line (a voice, a flute, a whistled tune), heard frame by frame.

Pitch is found by YIN (de Cheveigné and Kawahara, "YIN, a fundamental frequency estimator for speech and music", JASA 2002,
sections II.A to II.E): the cumulative mean normalised difference function, its first dip below a threshold, and the parabola
through it. It hears one pitch at a time: of chords it finds at most one note. No network is at work here.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.codecs.audiofile import read_audio
from studio.engines.api import Context, Quiet
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Clip, Document, Provenance, Take, Track
from studio.music.notes import Notes, Origin

LOWEST, HIGHEST = 55.0, 2_000.0  # Hz that are looked for
HOP = 0.01  # seconds between frames
_WINDOW = 0.04  # seconds that are compared with themselves later
_THRESHOLD = 0.15  # of the normalised difference: the paper's 0.1 to 0.15
_QUIETEST = 0.02  # of the loudest frame's level
_SHORTEST = 0.06  # seconds of a note
_ATTACK = 1.6  # times the level of 30 ms ago: the same pitch is struck again
_BATCH = 512  # frames at once

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """Notes in seconds: starts, ends, MIDI pitches, velocities; all [n]."""

    start: Floats
    end: Floats
    pitch: npt.NDArray[np.int64]
    velocity: npt.NDArray[np.int64]


def hear(samples: npt.NDArray[np.floating], rate: int, ctx: Context | None = None) -> Heard:
    """The notes of a single line in ``samples`` [n] at ``rate`` frames a second."""
    pitch, level = pitches(samples, rate, ctx or Quiet())
    whole = _steady(np.where(np.isnan(pitch), -1, np.rint(pitch)).astype(np.int64))
    before = np.concatenate([np.full(3, np.inf), level[:-3]]) if len(level) > 3 else np.full(len(level), np.inf)
    struck = (level > _ATTACK * before) & (whole >= 0)
    struck[1:] &= ~struck[:-1]
    edges = np.flatnonzero((np.diff(whole, prepend=-2) != 0) | struck)
    spans = list(zip(edges, [*edges[1:], len(whole)], strict=True))
    spans = [(a, b) for a, b in spans if whole[a] >= 0 and (b - a) * HOP >= _SHORTEST]
    loudest = level.max(initial=1e-9)
    peaks = np.array([level[a:b].max() for a, b in spans])
    velocity = np.clip(np.rint(127 * np.sqrt(peaks / loudest)), 1, 127).astype(np.int64)
    return Heard(
        np.array([a for a, _ in spans]) * HOP,
        np.array([b for _, b in spans]) * HOP,
        np.array([whole[a] for a, _ in spans], np.int64),
        velocity,
    )


def pitches(samples: npt.NDArray[np.floating], rate: int, ctx: Context) -> tuple[Floats, Floats]:
    """MIDI pitch (NaN where none is heard) and level (root mean square) of every frame, both [frames]."""
    window, hop, longest = round(_WINDOW * rate), round(HOP * rate), int(rate / LOWEST) + 2
    padded = np.concatenate([np.asarray(samples, np.float64), np.zeros(window + longest)])
    starts = np.arange(0, max(1, len(samples)), hop)
    pitch, level = np.full(len(starts), np.nan), np.zeros(len(starts))
    for at in range(0, len(starts), _BATCH):
        ctx.progress(at / len(starts), "Listening")
        some = starts[at : at + _BATCH]
        frames = padded[some[:, None] + np.arange(window + longest)]
        level[at : at + len(some)] = np.sqrt((frames[:, : 2 * hop] ** 2).mean(axis=1))
        period = _periods(frames, window, longest, int(rate / HIGHEST))
        pitch[at : at + len(some)] = 69 + 12 * np.log2(rate / period / 440)
    pitch[level < _QUIETEST * level.max(initial=1e-9)] = np.nan
    pitch[level < 1e-4] = np.nan
    return pitch, level


def _periods(frames: Floats, window: int, longest: int, shortest: int) -> Floats:
    """The period of each frame [n] in samples with its fraction, NaN where there is none."""
    size = 1 << (frames.shape[1] + window - 1).bit_length()
    head = np.fft.rfft(frames[:, :window], size)
    product = np.fft.irfft(np.conj(head) * np.fft.rfft(frames, size), size)[:, :longest]
    power = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    energy = power[:, window : window + longest] - power[:, :longest]
    difference = np.maximum(energy[:, :1] + energy - 2 * product, 0)  # equation 6 by way of the correlation
    mean = np.cumsum(difference[:, 1:], axis=1) / np.arange(1, longest)
    normal = np.ones_like(difference)
    normal[:, 1:] = difference[:, 1:] / np.maximum(mean, 1e-12)  # equation 8
    dips = normal[:, 1:-1]
    valley = (dips < _THRESHOLD) & (dips <= normal[:, :-2]) & (dips < normal[:, 2:])
    valley[:, : shortest - 1] = False
    found = valley.any(axis=1)
    place = valley.argmax(axis=1) + 1
    rows = np.arange(len(frames))
    left, low, right = normal[rows, place - 1], normal[rows, place], normal[rows, place + 1]
    bend = left - 2 * low + right
    shift = np.where(bend > 1e-12, (left - right) / np.maximum(2 * bend, 1e-12), 0.0)
    return np.where(found, place + np.clip(shift, -0.5, 0.5), np.nan)


def _steady(whole: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The median of five frames: a stray frame is no note."""
    around = np.pad(whole, 2, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(around, 5), axis=1).astype(np.int64) if len(whole) else whole


def with_heard(document: Document, path: Path, ctx: Context | None = None, tick: int = 0) -> Document:
    """``document`` with a track of what is heard in the sound file ``path``, from ``tick`` on.

    Raises:
        StudioError: it cannot be read, or no tune is heard in it.
    """
    audio, rate = read_audio(path)
    heard = hear(audio.mean(axis=1), rate, ctx)
    if not len(heard.start):
        raise StudioError(f"No tune is heard in {path.name}.", "Partita hears single lines: a voice, a flute, a whistle.")
    begin = float(document.tempo.seconds(tick))
    first, last = (np.rint(document.tempo.ticks_at_seconds(begin + s)).astype(np.int64) for s in (heard.start, heard.end))
    start = document.meter.bar_start(document.meter.bar_of(int(first[0])))
    notes = Notes.of(first - start, np.maximum(last - first, 1), heard.pitch, heard.velocity, origin=int(Origin.IMPORTED))
    length = document.meter.bar_ceiling(int(last.max())) - start
    take = Take(notes, path.stem, Provenance("imported", source=f"heard in {path.name}"))
    colors = {t.color for t in document.tracks}
    track = Track(
        0, path.stem, next(c for c in range(len(colors) + 1) if c not in colors), clips=(Clip(0, start, length, (take,)),)
    )
    return edits.add_track(document, track)
