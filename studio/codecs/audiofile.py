"""Audio files, block by block: WAV (16, 24 bits, float) and FLAC (16, 24 bits) through libsndfile.

The same samples give the same file, to the byte, whatever the blocks: dither is drawn in the order of the samples from a
seed, and the time that libsndfile writes into float WAVs is taken out again.
"""

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import soundfile

from studio.codecs.files import whole_file
from studio.errors import StudioError

Audio = npt.NDArray[np.float32]
DEPTHS = ("16", "24", "float")
_SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "float": "FLOAT"}
_BYTES = {"16": 2, "24": 3, "float": 4}
_LARGEST_WAV = (1 << 32) - (1 << 16)


@contextmanager
def audio_writer(path: Path | str, rate: int, channels: int = 2, depth: str = "24", seed: int = 0) -> Iterator["AudioWriter"]:
    """Write an audio file block by block; it stands at ``path`` when the ``with`` block ends well, and not at all otherwise.

    ``path`` ends in .wav or .flac. ``depth`` is 16, 24 or float (WAV only). 16 bits are dithered (triangular, 2 steps wide).

    Raises:
        StudioError: the file cannot be written so.
    """
    path = Path(path)
    kind = path.suffix.lower().lstrip(".").upper()
    if kind not in ("WAV", "FLAC"):
        raise StudioError(f"'{path.name}' is no kind of sound file.", "End its name in .wav or .flac.")
    if depth not in DEPTHS or (kind == "FLAC" and depth == "float"):
        raise StudioError(f"{kind} cannot be written with depth '{depth}'.", "Choose 16 or 24 bits.")
    with whole_file(path) as fresh:
        fresh.touch(exist_ok=False)  # says better than libsndfile what stands in the way
        try:
            with soundfile.SoundFile(fresh, "w", rate, channels, _SUBTYPES[depth], format=kind) as file:
                yield AudioWriter(file, depth, seed)
        except soundfile.LibsndfileError as error:
            _say_if_full(fresh)
            reason = f"The file '{path}' cannot be written: {error.error_string}"
            raise StudioError(reason, "Choose another folder or name.") from error
        if depth == "float":
            _clear_peak_time(fresh)


class AudioWriter:
    """Takes the blocks of an :func:`audio_writer`. Full scale is -1..1, and what lies outside is cut off."""

    def __init__(self, file: soundfile.SoundFile, depth: str, seed: int) -> None:
        self._file = file
        self._depth = depth
        self._dither = np.random.Generator(np.random.PCG64(seed))
        self._limit = _LARGEST_WAV // (file.channels * _BYTES[depth]) if file.format == "WAV" else None

    def write(self, block: Audio) -> None:
        """Add frames: float32 [frames, channels], or [frames] for one channel. Errors as :func:`audio_writer`."""
        block = np.asarray(block, np.float32).reshape(-1, self._file.channels)
        if self._limit is not None and self._file.frames + len(block) > self._limit:
            raise StudioError("A WAV file cannot be larger than 4 GB.", "Export to FLAC, or in parts.")
        self._file.write(self._quantised(block))

    def _quantised(self, block: Audio) -> npt.NDArray[Any]:
        if self._depth == "float":
            return np.clip(block, -1.0, 1.0)
        if self._depth == "24":
            steps = np.clip(np.rint(block.astype(np.float64) * (1 << 23)), -(1 << 23), (1 << 23) - 1)
            return steps.astype(np.int32) << 8
        noise = self._dither.random((*block.shape, 2), np.float32)
        steps = np.rint(block.astype(np.float64) * (1 << 15) + noise[..., 0] - noise[..., 1])
        return np.clip(steps, -(1 << 15), (1 << 15) - 1).astype(np.int16)


def _say_if_full(path: Path) -> None:
    """Raise the OSError of a disk that takes no more, where libsndfile says "System error" only."""
    with path.open("ab") as stream:
        stream.write(bytes(1 << 16))


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


def read_audio(path: Path | str, most_s: float = math.inf) -> tuple[Audio, int]:
    """A whole audio file, or its first ``most_s`` seconds: float32 [frames, channels], and its rate.

    Errors as :class:`AudioReader`.
    """
    with AudioReader(path) as reader:
        most = int(min(most_s * reader.rate, 1 << 62))
        blocks, read = [np.zeros((0, reader.channels), np.float32)], 0
        for block in reader.blocks():
            blocks.append(block)
            read += len(block)
            if read >= most:
                break
        return np.concatenate(blocks)[:most], reader.rate


def flac_bytes(audio: Audio, rate: int) -> bytes:
    """Mono float32 [frames] as a FLAC file of 24 bits; what lies outside -1..1 is cut off."""
    stream = io.BytesIO()
    steps = np.clip(np.rint(audio.astype(np.float64) * (1 << 23)), -(1 << 23), (1 << 23) - 1).astype(np.int32) << 8
    soundfile.write(stream, steps, rate, subtype="PCM_24", format="FLAC")
    return stream.getvalue()


def read_flac_bytes(data: bytes) -> Audio:
    """Mono float32 [frames] of a file that :func:`flac_bytes` made.

    Raises:
        StudioError: it is damaged.
    """
    try:
        audio, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise StudioError("A sound in the song is damaged.", "Import its file again.") from error
    return np.ascontiguousarray(audio[:, 0])


def write_audio(path: Path | str, audio: Audio, rate: int, depth: str = "24", seed: int = 0) -> None:
    """A whole audio file from float32 [frames, channels]. Errors as :func:`audio_writer`."""
    with audio_writer(path, rate, 1 if audio.ndim == 1 else audio.shape[1], depth, seed) as writer:
        writer.write(audio)
