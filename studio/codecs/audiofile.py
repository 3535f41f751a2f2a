"""Audio files, block by block: WAV (16, 24 bits, float) and FLAC (16, 24 bits) through libsndfile.

The same samples give the same file, to the byte, whatever the blocks: dither is drawn in the order of the samples from a
seed, and the time that libsndfile writes into float WAVs is taken out again.
"""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import soundfile

from studio.errors import StudioError

Audio = npt.NDArray[np.float32]
DEPTHS = ("16", "24", "float")
_SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "float": "FLOAT"}
_BYTES = {"16": 2, "24": 3, "float": 4}
_LARGEST_WAV = (1 << 32) - (1 << 16)


class AudioWriter:
    """Writes an audio file block by block; it stands at ``path`` when the ``with`` block ends well, and not at all otherwise.

    ``path`` ends in .wav or .flac. ``depth`` is 16, 24 or float (WAV only). 16 bits are dithered (triangular, 2 steps wide).
    Full scale is -1..1, and what lies outside is cut off.

    Raises:
        StudioError: the file cannot be written so.
    """

    def __init__(self, path: Path | str, rate: int, channels: int = 2, depth: str = "24", seed: int = 0) -> None:
        self._path = Path(path)
        kind = self._path.suffix.lower().lstrip(".").upper()
        if kind not in ("WAV", "FLAC"):
            raise StudioError(f"'{self._path.name}' is no kind of sound file.", "End its name in .wav or .flac.")
        if depth not in DEPTHS or (kind == "FLAC" and depth == "float"):
            raise StudioError(f"{kind} cannot be written with depth '{depth}'.", "Choose 16 or 24 bits.")
        self._depth, self._kind, self._channels = depth, kind, channels
        self._dither = np.random.Generator(np.random.PCG64(seed))
        self._fresh = self._path.with_name(f".{self._path.stem[:50]}-{uuid.uuid4().hex}.new")
        self.frames = 0
        try:
            self._file = soundfile.SoundFile(self._fresh, "w", rate, channels, _SUBTYPES[depth], format=kind)
        except (OSError, soundfile.LibsndfileError) as error:
            raise self._failed(error) from error

    def write(self, block: Audio) -> None:
        """Add frames: float32 [frames, channels], or [frames] for one channel."""
        block = np.asarray(block, np.float32).reshape(-1, self._channels)
        self.frames += len(block)
        if self._kind == "WAV" and self.frames * self._channels * _BYTES[self._depth] > _LARGEST_WAV:
            raise StudioError("A WAV file cannot be larger than 4 GB.", "Export to FLAC, or in parts.")
        try:
            self._file.write(self._quantised(block))
        except (OSError, soundfile.LibsndfileError) as error:
            raise self._failed(error) from error

    def _quantised(self, block: Audio) -> npt.NDArray[np.generic]:
        if self._depth == "float":
            return block
        if self._depth == "24":
            steps = np.clip(np.rint(block.astype(np.float64) * (1 << 23)), -(1 << 23), (1 << 23) - 1)
            return steps.astype(np.int32) << 8
        noise = self._dither.random((*block.shape, 2), np.float32)
        steps = np.rint(block.astype(np.float64) * (1 << 15) + noise[..., 0] - noise[..., 1])
        return np.clip(steps, -(1 << 15), (1 << 15) - 1).astype(np.int16)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._file.close()
            if kind is None:
                if self._kind == "WAV" and self._depth == "float":
                    _clear_peak_time(self._fresh)
                self._fresh.replace(self._path)
        except (OSError, soundfile.LibsndfileError) as problem:
            if kind is None:
                raise self._failed(problem) from problem
        finally:
            self._fresh.unlink(missing_ok=True)

    def _failed(self, error: Exception) -> StudioError:
        reason = getattr(error, "strerror", None) or getattr(error, "error_string", None) or error
        if not os.access(self._path.parent, os.W_OK):
            reason = "the folder is missing or cannot be written to"
        return StudioError(f"The file '{self._path}' cannot be written: {reason}.", "Choose another folder or name.")


def _clear_peak_time(path: Path) -> None:
    """Zero the time of writing in a float WAV's PEAK chunk: id, size, version, then the time, four bytes each."""
    with path.open("r+b") as stream:
        at = stream.read(256).find(b"PEAK")
        if at >= 0:
            stream.seek(at + 12)
            stream.write(bytes(4))


class AudioReader:
    """An audio file to be read block by block: its ``rate``, ``channels`` and ``frames``.

    Raises:
        StudioError: it is missing or cannot be understood.
    """

    def __init__(self, path: Path | str) -> None:
        if not Path(path).is_file():
            raise StudioError(f"There is no file '{path}'.", "Check its name and folder.")
        try:
            self._file = soundfile.SoundFile(path)
        except (OSError, soundfile.LibsndfileError) as error:
            hint = "Choose a WAV, FLAC, OGG or MP3 file."
            raise StudioError(f"The sound file '{path}' cannot be read.", hint) from error
        self.rate, self.channels, self.frames = self._file.samplerate, self._file.channels, self._file.frames

    def blocks(self, frames: int = 65_536) -> Iterator[Audio]:
        """The sound from its start, float32 [up to ``frames``, channels]; a damaged file ends where it breaks off."""
        self._file.seek(0)
        while True:
            try:
                block = self._file.read(frames, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError:
                return
            if not len(block):
                return
            yield block

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def read_audio(path: Path | str) -> tuple[Audio, int]:
    """A whole audio file: float32 [frames, channels], and its rate. Errors as :class:`AudioReader`."""
    with AudioReader(path) as reader:
        blocks = [np.zeros((0, reader.channels), np.float32), *reader.blocks()]
        return np.concatenate(blocks), reader.rate


def write_audio(path: Path | str, audio: Audio, rate: int, depth: str = "24", seed: int = 0) -> None:
    """A whole audio file from float32 [frames, channels]. Errors as :class:`AudioWriter`."""
    with AudioWriter(path, rate, 1 if audio.ndim == 1 else audio.shape[1], depth, seed) as writer:
        writer.write(audio)
