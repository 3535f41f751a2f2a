"""The same bars by other means: our instruments, FluidSynth, sine tones, equally loud, one after the other or blind.

Versions play in step, each as a strip of its own of which one is heard, so going from one to another is a fade of a twentieth of a
second and nothing starts anew. Sound runs through processes of their own, beside those of the song. Loudness is that of
ITU-R BS.1770 (by pyloudnorm).
"""

import math
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.app.excerpts import excerpt
from studio.app.fluidsynth import soundfont, synthesise
from studio.app.rendering import render_song
from studio.audio.effects import Load, Plugin
from studio.audio.latency import AUTOMATIC
from studio.audio.mixer import Scene
from studio.audio.output import Output
from studio.audio.ring import DONE
from studio.audio.rows import RowStore
from studio.audio.strips import Events, Strip
from studio.codecs.audiofile import read_audio
from studio.codecs.midi import write_midi
from studio.engines.api import Context, Renderer
from studio.engines.sine_tones import SineTones
from studio.errors import StudioError
from studio.music.document import Document

Sound = npt.NDArray[np.float32]
MOST_SECONDS = 120.0
LOUDNESS_LUFS = -20.0
_PEAK = 0.89  # -1 dB
_LEAST_SECONDS = 0.5  # pyloudnorm measures in blocks of 0.4 s


@dataclass(frozen=True, eq=False)
class Version:
    """A way to play the bars: what it is called, and its sound, float32 [frames, 2]."""

    name: str
    sound: Sound


def versions_of(
    document: Document, start: int, end: int, renderer: Renderer, rate: int, ctx: Context, load: Load = Plugin
) -> tuple[Version, ...]:
    """The bars in [start, end) ticks by each means there is on this computer, equally long and equally loud.

    Raises:
        StudioError: there are no notes, or more than :data:`MOST_SECONDS` of them.
    """
    part = excerpt(document, start, end)
    if not part.note_count:
        raise StudioError("There are no notes in these bars.", "Mark a loop around some.")
    if part.seconds() > MOST_SECONDS:
        raise StudioError(f"These are more than {MOST_SECONDS:.0f} seconds.", "Mark a shorter loop.")
    plain = replace(part, master=replace(part.master, effects=()), tracks=tuple(replace(t, effects=()) for t in part.tracks))
    made = [("Neural instruments", _rendered(part, renderer, rate, ctx, load))]
    try:
        soundfont()
    except StudioError:
        ctx.notice("FluidSynth is not installed, so only sine tones stand beside the neural instruments.")
    else:
        made.append(("FluidSynth with FluidR3", _by_fluidsynth(plain, rate)))
    ctx.progress(0.7)
    made.append(("Sine tones", _rendered(plain, SineTones(), rate, ctx, load)))
    return tuple(Version(name, sound) for (name, _), sound in zip(made, _matched([s for _, s in made], rate), strict=True))


def _rendered(document: Document, renderer: Renderer, rate: int, ctx: Context, load: Load) -> Sound:
    return np.concatenate([np.zeros((0, 2), np.float32), *render_song(document, renderer, rate, ctx, load=load)])


def _by_fluidsynth(document: Document, rate: int) -> Sound:
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder) / "bars.mid", Path(folder) / "bars.wav"
        midi.write_bytes(write_midi(document))
        synthesise(midi, wav, rate, dry=False)
        sound, _ = read_audio(wav)
    return np.asarray(sound, np.float32)


def _matched(sounds: list[Sound], rate: int) -> list[Sound]:
    """All as long as the first, and equally loud: as loud as :data:`LOUDNESS_LUFS`, less where one would clip."""
    import pyloudnorm

    length = max(len(sounds[0]), round(_LEAST_SECONDS * rate))
    even = [np.concatenate([s[:length], np.zeros((max(0, length - len(s)), 2), np.float32)]) for s in sounds]
    meter = pyloudnorm.Meter(rate)
    loudness = [float(meter.integrated_loudness(s.astype(np.float64))) for s in even]
    gains = [10 ** ((LOUDNESS_LUFS - db) / 20) if math.isfinite(db) else 1.0 for db in loudness]
    peak = max(float(np.abs(s).max()) * g for s, g in zip(even, gains, strict=True))
    common = min(1.0, _PEAK / peak) if peak else 1.0
    return [(s * np.float32(g * common)).astype(np.float32) for s, g in zip(even, gains, strict=True)]


class Ballot:
    """Votes of a listener who does not know which is which.

    ``order[k]`` is the version behind letter k; every vote deals the letters anew.
    """

    def __init__(self, count: int, seed: int | None = None) -> None:
        self._random = random.Random(seed)
        self.count = count
        self.votes: Counter[int] = Counter()
        self.order: tuple[int, ...] = ()
        self._deal()

    def _deal(self) -> None:
        order = list(range(self.count))
        self._random.shuffle(order)
        self.order = tuple(order)

    def vote(self, letter: int) -> None:
        """The version behind ``letter`` was liked best."""
        self.votes[self.order[letter]] += 1
        self._deal()

    def chance(self) -> float:
        """How likely the leader has so many votes or more if all were liked alike: one-sided binomial test, times the versions."""
        n = self.votes.total()
        if not n:
            return 1.0
        most, p = max(self.votes.values()), 1 / self.count
        tail = sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(most, n + 1))
        return min(1.0, tail * self.count)


class ComparePlayer:
    """Plays versions round and round, one of them heard. ``tell`` gets sentences for the user, from any thread. To be closed."""

    def __init__(
        self, versions: tuple[Version, ...], rate: int, tell: Callable[[str], None],
        device: str = "", latency: float = AUTOMATIC, known: Mapping[str, float] | None = None,
    ) -> None:  # fmt: skip
        self._tell, self._rate = tell, rate
        self._frames = len(versions[0].sound)
        self._store = RowStore(2 * sum(v.sound.nbytes for v in versions) + (64 << 20))
        for k, version in enumerate(versions):
            for side in (0, 1):
                self._store.put(2 * k + side, np.ascontiguousarray(version.sound[:, side]))
        self._events = [_whole(number, self._frames) for number in range(2 * len(versions))]
        self._output = Output(rate, self._store, self._event, device, latency, known)
        self._output.set_loop((0, self._frames))
        self._order = 0
        self.heard = 0
        self.playing = False
        self._show()

    def _show(self) -> None:
        strips = tuple(
            Strip(number, events, float(number // 2 == self.heard), pan=1.0 if number % 2 else -1.0)
            for number, events in enumerate(self._events)
        )
        self._output.set_scene(Scene(strips, end=self._frames))

    def hear(self, version: int) -> None:
        """Hear a version from now on, at the same place."""
        self.heard = version
        self._show()

    def play(self) -> None:
        """Play from the start."""
        self._order += 1
        self.playing = True
        self._output.tell_desk({"do": "play", "frame": 0, "id": self._order})

    def stop(self) -> None:
        """Be silent."""
        self._order += 1
        self.playing = False
        self._output.tell_desk({"do": "halt", "id": self._order})

    @property
    def place(self) -> float:
        """How far it is, 0 to 1."""
        ring = self._output.ring
        if not self.playing or ring.numbers[DONE] < self._order:
            return 0.0
        frame = ring.song_frame(ring.heard())
        return 0.0 if frame is None else min(1.0, max(0.0, frame / self._frames))

    def close(self) -> None:
        """End the processes and give the memory back."""
        self._output.close()
        self._store.close()

    def _event(self, message: dict[str, Any]) -> None:
        if message["event"] == "silent":
            self._tell("No sound device can be used, so playing is silent. Plug one in, or choose another.")


def _whole(number: int, frames: int) -> Events:
    """One note that is all of a row."""
    one = np.ones(1, np.int64)
    columns = (0 * one, 60 * one, 1 * one, frames * one)
    return Events(0 * one, frames * one, np.ones(1, np.float32), number * one, *columns)
