"""Notes on the processor: many notes in one call of compiled loops (:mod:`studio.nn.voice_kernels`).

The sound is the one that :mod:`studio.nn.spectral` describes, to the rounding. A hop is here made of both frames around it, one
played on and one played backwards, crossfaded: for partials that stand still this is the envelope's line, and since cosines are
even and sines odd, each frame is two products of its partials with half a table instead of four with a whole one.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studio.nn import spectral_noise as noise
from studio.nn import voice_kernels as kernels
from studio.nn.byte_cache import ByteCache
from studio.nn.lane_kernels import turns
from studio.nn.noise_kernels import Kind
from studio.nn.side_by_side import at_once
from studio.nn.spectral_kernels import GROUP, HOP, MOST_FRAMES, aligned
from studio.nn.vectors import LANES, address
from studio.nn.voice_kernels import Song, Space

if TYPE_CHECKING:
    from studio.nn.spectral import Rows, Voice

Wave = npt.NDArray[np.float32]
Float = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.uint32]
Tick = Callable[[float], None]

BLOCK = noise.BLOCK
_AT_ONCE = 32  # blocks of a voice that are made at once, at most
_BETWEEN_LOOKS = 1024  # blocks, between two looks at whether to stop


class Blocks:
    """Makes blocks of notes; any threads may. ``tables`` keeps those of frequencies."""

    def __init__(self, tables: ByteCache[Wave], points: Float) -> None:
        self.tables = tables
        self._points = points
        self._spaces: list[Space] = []  # that nobody works in

    def warm_up(self) -> None:
        """Make two blocks of a short note that hisses."""
        from studio.nn.spectral import voices_of

        levels = np.full((1, len(self._points), GROUP), -20.0)
        hiss, still = np.full((1, len(self._points), noise.BANDS), -60.0), np.zeros((1, 1))
        voice = voices_of(np.full((1, GROUP), 440.0), np.zeros((1, GROUP)), levels, still, hiss, still, [1])[0]
        row = np.zeros(2 * BLOCK, np.float32)
        self.make([voice.lasting(BLOCK, 2 * BLOCK)], [range(2)], [row], 48000, 0)

    def make(
        self, voices: Sequence["Voice"], spans: Sequence[range], rows: "Rows", rate: int, first: int,
        workers: int = 1, tick: Tick = lambda share: None,
    ) -> None:  # fmt: skip
        """Write what lies in the slice from frame ``first`` on of the blocks in ``spans`` of voices into their rows.

        So many ``workers`` do it. ``tick`` is called with the share done; what it raises ends the work.
        """
        wanted = [(v, row, span) for v, row, span in zip(voices, rows, spans, strict=True) if span]
        if not wanted:
            return
        tables = [self._tables(voice, rate) for voice, _, _ in wanted]  # kept until all is done
        plan = np.array([(*_row(v, t, row), first, len(row), 0, 0) for (v, row, _), t in zip(wanted, tables, strict=True)])
        faint = np.array([v.faint for v, _, _ in wanted])
        portions = _portions([span for _, _, span in wanted], workers)
        done = np.cumsum(portions[:, 2] - portions[:, 1])
        cuts = [0, *(np.flatnonzero(np.diff(done // _BETWEEN_LOOKS)) + 1).tolist(), len(portions)]
        for low, high in pairwise(cuts):
            which = portions[low:high, 0]
            mine = plan[which]
            mine[:, -2:] = portions[low:high, 1:]
            self._work(mine, faint[which], rate, min(workers, high - low))
            tick(float(done[high - 1] / done[-1]))

    def _work(self, plan: Ints, faint: Float, rate: int, workers: int) -> None:
        """Do what is planned, side by side; each draws what is next."""
        turn, song = np.zeros(1, np.int64), _song(rate)

        def work() -> None:
            space = self._space()
            try:
                kernels.notes(plan, faint, rate, song, space, turn)
            finally:
                self._spaces.append(space)

        at_once(work, workers)

    def _space(self) -> Space:
        """Room to work in that nobody else has."""
        try:
            return self._spaces.pop()
        except IndexError:
            return kernels.new_space()

    def _tables(self, voice: "Voice", rate: int) -> Wave:
        """Of a voice's frequencies: waves [2, width, HOP] and turns [2, MOST_FRAMES, width] as the loops take them, in one piece."""
        return self.tables.get((voice.tune, rate, len(voice.frequency)), lambda: _new_tables(voice.frequency / rate))


def _portions(spans: Sequence[range], workers: int) -> Ints:
    """The blocks in ``spans`` in portions for so many workers, [n, 3]: the span's number, the first block, the one after the last."""
    most = min(max(sum(map(len, spans)) // (4 * workers), 4), _AT_ONCE)
    cut = [(v, at, min(at + most, span.stop)) for v, span in enumerate(spans) for at in range(span.start, span.stop, most)]
    return np.array(cut, np.int64)


def _row(voice: "Voice", table: Wave, row: Wave) -> tuple[int, ...]:
    """The first columns of a note in a plan."""
    return (
        address(voice.levels, np.float32), address(voice.audible, np.int64), address(voice.hiss, np.float64),
        address(voice.frequency, np.float64), address(voice.phase, np.float64), address(table, np.float32), address(row, np.float32),
        len(voice.frequency), voice.held, voice.length, voice.key,
    )  # fmt: skip


def _new_tables(cycles: Float) -> Wave:
    width = -(-max(len(cycles), 1) // GROUP) * GROUP
    tables = aligned(2 * width * (HOP + MOST_FRAMES))
    waves, turned = np.split(tables, [2 * width * HOP])
    kernels.fill_tables(waves.reshape(2, width, HOP), turned.reshape(2, MOST_FRAMES, width), cycles)
    return tables


@lru_cache(maxsize=4)
def _song(rate: int) -> Song:
    """What all notes of a rate have in common."""
    from studio.nn.spectral import FADE_S, ONSET_S, control_times

    rise, fall = noise.fade_lines()
    onset, end = round(ONSET_S * rate), round(FADE_S * rate)
    onsets, ends = (
        (0.5 - 0.5 * np.cos(np.pi * np.arange(n + more) / n)).astype(np.float32) for n, more in ((onset, 0), (end, 1))
    )
    short, long = (_kind(rate, hop) for hop in (noise.SHORT, noise.LONG))
    return Song(control_times(), noise.order(), rise, fall, onsets, ends, short, long)


def _kind(rate: int, hop: int) -> Kind:
    """What frames of one length are made of."""
    size = hop + noise.FADE
    unit = noise.spectra(hop) / np.float32(size)
    bank = aligned(len(unit) // LANES, size // 2 + 1, 2, LANES)
    bank[:] = unit.reshape(len(bank), LANES, -1, 2).transpose(0, 2, 3, 1)
    return Kind(*_bins(rate, hop), bank, turns(size), turns(size // 2))


@lru_cache(maxsize=8)
def _bins(rate: int, hop: int) -> tuple[Wave, Ints32]:
    """What both bands around it count in a bin, [2, bins], and the lower one's number."""
    size, centres = hop + noise.FADE, noise.band_centres()
    frequency = np.arange(size // 2 + 1) * rate / size
    band = np.clip(np.searchsorted(centres, frequency, side="right") - 1, 0, len(centres) - 1)
    above = np.minimum(band + 1, len(centres) - 1)
    share = np.clip((frequency - centres[band]) / np.maximum(centres[above] - centres[band], 1.0), 0.0, 1.0)
    share[band == above] = 0.0
    weights = np.stack([1 - share, share]) * np.sqrt(rate * size / 2)
    return weights.astype(np.float32), band.astype(np.uint32)
