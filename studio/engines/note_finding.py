"""Single notes in a recording: where they start and end, and their pitch.

Pitch by YIN (de Cheveigne and Kawahara, "YIN, a fundamental frequency estimator for speech and music", JASA 111(4), 2002):
the cumulative mean normalised difference function, its first dip under a threshold, a parabola through it. A note is a
stretch of one pitch; it starts where the level rises or the pitch goes to another and stays.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
HOP_S = 0.01
WINDOW_S = 0.046
LOWEST_HZ, HIGHEST_HZ = 35.0, 2400.0
DIP = 0.15  # first dip under it is the period,
NEARLY = 0.05  # and if it is no more than so much over the deepest: a strong fifth partial dips early, but less deep
VOICED = 0.3  # aperiodicity above which a frame has no pitch
QUIET_DB = 45.0  # under the recording's loudest: silence
RISE_DB = 10.0  # in RISE_FRAMES: a new stroke
RISE_FRAMES = 3
STEP_CENTS = 60.0
LEAST_S = 0.12
BEFORE_S = 0.06  # a note may start so much before its first frame with a pitch


@dataclass(frozen=True)
class FoundNote:
    """A note found: ``first`` and ``last`` frame (exclusive) in samples, ``pitch`` in MIDI keys (fractional), loudest ``level`` in dB."""

    first: int
    last: int
    pitch: float
    level: float

    @property
    def key(self) -> int:
        """The nearest key."""
        return round(self.pitch)


def track_pitch(sound: Float, rate: int) -> tuple[Float, Float, Float]:
    """(f0 in Hz, aperiodicity 0..1, level in dB) of frames every :data:`HOP_S`, each [frames]; f0 is 0 where there is none."""
    hop, window = round(HOP_S * rate), round(WINDOW_S * rate)
    longest, shortest = int(rate / LOWEST_HZ), max(int(rate / HIGHEST_HZ), 2)
    size = window + longest
    count = max((len(sound) - 1) // hop + 1, 1)
    padded = np.pad(sound, (window // 2, size + hop))
    f0, aperiodic, level = np.zeros(count), np.ones(count), np.full(count, -120.0)
    fft = 1 << (size + window - 1).bit_length()
    for low in range(0, count, 256):
        at = np.arange(low, min(low + 256, count)) * hop
        frames = np.stack([padded[a : a + size] for a in at])
        head = frames[:, :window]
        cross = np.fft.irfft(np.fft.rfft(frames, fft) * np.conj(np.fft.rfft(head, fft)), fft)[:, : longest + 1]
        energy = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), 1)
        here = energy[:, window : window + longest + 1] - energy[:, : longest + 1]
        difference = np.maximum(here[:, :1] + here - 2 * cross, 0.0)
        lag = np.arange(longest + 1)
        mean = difference * lag / np.maximum(np.cumsum(difference, 1), 1e-12)
        mean[:, 0] = 1.0
        level[low : low + len(at)] = 10 * np.log10(here[:, 0] / window + 1e-12)
        for k, row in enumerate(mean):
            f0[low + k], aperiodic[low + k] = _period(row, shortest, longest, rate)
    return f0, aperiodic, level


def _period(row: Float, shortest: int, longest: int, rate: int) -> tuple[float, float]:
    """(f0, aperiodicity) by one frame's normalised difference function."""
    part = row[shortest:longest]
    under = np.flatnonzero(part < min(DIP, float(part.min()) + NEARLY))
    if len(under):
        k = int(under[0])
        while k + 1 < len(part) and part[k + 1] < part[k]:
            k += 1
    else:
        k = int(part.argmin())
    k += shortest
    a, b, c = row[k - 1], row[k], row[k + 1]
    bend = a - 2 * b + c
    shift = float(np.clip(0.5 * (a - c) / bend, -1, 1)) if bend > 0 else 0.0
    return rate / (k + shift), float(min(b, 1.0))


def find_notes(sound: Float, rate: int, least_s: float = LEAST_S) -> list[FoundNote]:
    """The notes of a recording of single notes or of one voice, in order."""
    f0, aperiodic, level = track_pitch(sound, rate)
    heard = level > level.max() - QUIET_DB
    voiced = heard & (aperiodic < VOICED)
    pitch = _without_slips(69 + 12 * np.log2(np.maximum(f0, 1.0) / 440), voiced)
    starts = _starts(pitch, voiced, level)
    hop = round(HOP_S * rate)
    notes: list[FoundNote] = []
    for n, a in enumerate(starts):
        b = a
        limit = starts[n + 1] if n + 1 < len(starts) else len(level)
        while b < limit and heard[b] and (voiced[b] or b - a < round(BEFORE_S / HOP_S)):
            b += 1
        inside = np.flatnonzero(voiced[a:b]) + a
        if (b - a) * HOP_S < least_s or len(inside) < 0.5 * (b - a):
            continue
        first = _onset(sound, rate, a * hop, notes[-1].last if notes else 0)
        middle = inside[len(inside) // 5 :]
        notes.append(FoundNote(first, min(b * hop, len(sound)), float(np.median(pitch[middle])), float(level[a:b].max())))
    return notes


def _without_slips(pitch: Float, voiced: npt.NDArray[np.bool_]) -> Float:
    """Pitch with single frames that jump away and back brought to their neighbours' median (of five)."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(pitch, 2, "edge"), 5)
    return np.where(voiced, np.median(around, 1), pitch)


def _starts(pitch: Float, voiced: npt.NDArray[np.bool_], level: Float) -> list[int]:
    """Frames at which a note starts: sound after silence, a stroke, or another pitch that stays for 50 ms."""
    starts: list[int] = []
    stay = 5
    for k in range(len(pitch)):
        if not voiced[k]:
            continue
        fresh = k == 0 or not voiced[max(k - 4, 0) : k].any()
        ahead = pitch[k : k + stay]
        steady = len(ahead) == stay and voiced[k : k + stay].all() and np.ptp(ahead) * 100 < STEP_CENTS
        behind = pitch[starts[-1] : k][voiced[starts[-1] : k]] if starts else np.zeros(0)
        stepped = steady and len(behind) > 0 and abs(np.median(behind[-20:]) - np.median(ahead)) * 100 > STEP_CENTS
        struck = k >= RISE_FRAMES and level[k] - level[k - RISE_FRAMES : k].min() > RISE_DB
        if (fresh or stepped or struck) and (not starts or k - starts[-1] > round(0.06 / HOP_S)):
            starts.append(k)
    return starts


def _onset(sound: Float, rate: int, about: int, after: int) -> int:
    """The sample at which the note rises that has its pitch by ``about``: 30 dB under the level it comes to."""
    low, high = max(about - round(BEFORE_S * rate), after, 0), min(about + round(0.08 * rate), len(sound))
    part = np.abs(sound[low:high])
    if not len(part) or part.max() <= 0:
        return max(about, after)
    return low + int(np.argmax(part > part.max() * 10 ** (-30 / 20)))
