"""Sound files in a song: read and kept in the document, and cut into rows for the mixer."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.engines.api import Context, Quiet
from studio.errors import StudioError
from studio.music.document import Document, Sound, Track
from studio.music.tempo import TempoMap

PIECE_SECONDS = 2
MOST_SECONDS = 30 * 60
_PEAKS_A_SECOND = 100
_AT_ONCE = 1 << 16

Wave = npt.NDArray[np.float32]


def read_sound(path: Path, ctx: Context | None = None) -> Sound:
    """A sound file as it is kept in a song: mixed to mono, at its own rate.

    Raises:
        StudioError: it is missing, cannot be understood, is empty or longer than half an hour. Also Cancelled.
    """
    from studio.codecs.audiofile import AudioReader, flac_bytes  # libsndfile: after the first paint

    ctx = ctx or Quiet()
    with AudioReader(path) as reader:
        if reader.frames > MOST_SECONDS * reader.rate:
            raise StudioError(f"'{path.name}' lasts longer than half an hour.", "Cut it into shorter files.")
        blocks = [np.zeros(0, np.float32)]
        done = 0
        for block in reader.blocks(_AT_ONCE):
            blocks.append(block.mean(axis=1, dtype=np.float32))
            done += len(block)
            ctx.progress(0.8 * done / max(1, reader.frames))
        rate = reader.rate
    wave = np.concatenate(blocks)
    if not len(wave):
        raise StudioError(f"There is no sound in '{path.name}'.", "Choose another file.")
    data = np.frombuffer(flac_bytes(wave, rate), np.uint8)
    return Sound(hashlib.sha256(data.tobytes()).hexdigest(), path.stem, rate, len(wave), data, _peaks_of(wave, rate))


def _peaks_of(wave: Wave, rate: int) -> npt.NDArray[np.uint8]:
    step = max(1, rate // _PEAKS_A_SECOND)
    padded = np.append(np.abs(wave), np.zeros(-len(wave) % step, np.float32)).reshape(-1, step)
    return np.asarray(np.minimum(255, np.ceil(padded.max(axis=1) * 255)), np.uint8)


@lru_cache(maxsize=4)
def samples_of(sound: Sound, rate: int) -> Wave:
    """A sound's samples at ``rate``, mono, read-only. Of a few sounds they are kept."""
    from studio.codecs.audiofile import read_flac_bytes

    wave = read_flac_bytes(sound.data.tobytes())
    if sound.rate != rate:
        from scipy.signal import resample_poly

        common = gcd(rate, sound.rate)
        wave = resample_poly(wave, rate // common, sound.rate // common).astype(np.float32)
    wave.setflags(write=False)
    return wave


@dataclass(frozen=True)
class Piece:
    """``count`` frames from ``first`` on of a sound at ``rate``."""

    sound: Sound
    rate: int
    first: int
    count: int

    @property
    def number(self) -> int:
        """What stands for it among the rows: the same for the same samples."""
        said = f"{self.sound.id} {self.rate} {self.first} {self.count}".encode()
        return int.from_bytes(hashlib.blake2b(said, digest_size=8).digest())

    def samples(self) -> Wave:
        """Its samples [count]; zeros where the sound is over."""
        wave = samples_of(self.sound, self.rate)[self.first : self.first + self.count]
        return np.append(wave, np.zeros(self.count - len(wave), np.float32))


def pieces_of(track: Track, tempo: TempoMap, rate: int, sounds: Mapping[str, Sound]) -> list[tuple[int, Piece]]:
    """What of sounds a track plays, as (frame of the song, piece).

    They are cut on a grid of the sound's own, so that a clip that is moved or cut keeps most of its pieces.
    """
    found = []
    step = PIECE_SECONDS * rate
    for clip in track.clips:
        heard = clip.take.sound
        sound = sounds.get(heard.sound) if heard else None
        if heard is None or sound is None:
            continue
        starts, ends, origin = (_frame(tempo, tick, rate) for tick in (clip.start, clip.end, clip.start + heard.at))
        first = max(0, starts - origin)
        last = min(ends - origin, -(-sound.frames * rate // sound.rate))
        for begin in range(first // step * step, last, step):
            a, b = max(first, begin), min(last, begin + step)
            found.append((origin + a, Piece(sound, rate, a, b - a)))
    return found


def _frame(tempo: TempoMap, tick: int, rate: int) -> int:
    """The frame of a tick; before the song's start, where a moved clip may have its sound begin, in the song's first tempo."""
    return int(tempo.frames(tick, rate)) if tick >= 0 else -int(TempoMap(tempo.changes[:1]).frames(-tick, rate))


def sounds_by_id(document: Document) -> dict[str, Sound]:
    """The document's sounds by their ids."""
    return {sound.id: sound for sound in document.sounds}
