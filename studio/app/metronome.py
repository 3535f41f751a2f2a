"""The metronome: clicks on the beats, as a strip of the mix that is played and never exported."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from studio.audio.strips import Events, Strip
from studio.audio.voice import CLICK, CLICK_ACCENT, CLICK_BEAT, light_length
from studio.music.tempo import TempoMap
from studio.music.time import Meter, TimeSignature

Ints = npt.NDArray[np.int64]

METRONOME = -2  # the strip's id: no track's
_ROW = (1 << 62) - 1  # no row has this number, so that the light voice plays it
_MOST_BARS = 4_000


def click_ticks(signature: TimeSignature) -> int:
    """Ticks from click to click: a beat, three of them in compound time (6/8, 9/8, 12/8)."""
    compound = signature.denominator >= 8 and signature.numerator > 3 and signature.numerator % 3 == 0
    return signature.beat_ticks * (3 if compound else 1)


def beats_between(meter: Meter, start: int, end: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Ticks [n] of the beats in [start, end), and which of them begin a bar."""
    first = meter.bar_of(start)
    bars = range(first, min(meter.bar_of(max(start, end - 1)), first + _MOST_BARS) + 1)
    begins = [(meter.bar_start(bar), meter.bar_end(bar)) for bar in bars]
    beats = np.concatenate([np.arange(a, b, click_ticks(meter.at(a))) for a, b in begins])
    beats = beats[(beats >= start) & (beats < end)]
    return beats, meter.bar_starts(beats) == beats


def count_in_beats(meter: Meter, tick: int, bars: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Ticks [n] (below 0 at the song's start) of the beats of ``bars`` bars that are counted before ``tick``."""
    signature = meter.at(tick)
    step = click_ticks(signature)
    ticks = tick - step * np.arange(bars * signature.bar_ticks // step, 0, -1)
    within = (ticks - meter.bar_start(meter.bar_of(tick))) % signature.bar_ticks
    return ticks, within == 0


def clicks(frames: Ints, accents: npt.NDArray[np.bool_], rate: int, gain: float) -> Strip:
    """The strip of clicks at ``frames``."""
    n = len(frames)
    columns = (np.full(n, c, np.int64) for c in (_ROW, CLICK))
    row, program = columns
    pitch = np.where(accents, CLICK_ACCENT, CLICK_BEAT).astype(np.int64)
    length = np.full(n, light_length(CLICK, 0, rate), np.int64)
    ones = np.ones(n, np.int64)
    events = Events(frames, length, np.ones(n, np.float32), row, program, pitch, 100 * ones, ones)
    return Strip(METRONOME, events, gain)


@lru_cache(maxsize=4)  # the same events for the same song: nothing is faded or sent anew
def song_clicks(meter: Meter, tempo: TempoMap, end: int, rate: int, gain: float = 1.0) -> Strip:
    """Clicks on all beats up to the tick ``end``."""
    beats, accents = beats_between(meter, 0, max(1, end))
    return clicks(tempo.frames(beats, rate), accents, rate, gain)


def count_in_clicks(meter: Meter, tempo: TempoMap, tick: int, bars: int, rate: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Frames [n] of the song at which a count-in before ``tick`` clicks, at the tempo that holds there; and its accents."""
    beats, accents = count_in_beats(meter, tick, bars)
    seconds = (tick - beats) * tempo.at(tick).micros / 960e6
    return tempo.frames(tick, rate) - np.rint(seconds * rate).astype(np.int64), accents
