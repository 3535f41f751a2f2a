"""Songs into audio files: the mix, or each track by itself. The samples are those that playback plays."""

import re
from contextlib import ExitStack
from pathlib import Path

from studio.app.rendering import render_song, render_stems
from studio.audio.effects import Load, Plugin
from studio.codecs.audiofile import audio_writer
from studio.engines.api import Context, Renderer
from studio.errors import StudioError
from studio.music.document import Document, Track

RATES = (44_100, 48_000)


def export_sound(
    document: Document,
    renderer: Renderer,
    path: Path,
    *,
    rate: int = 48_000,
    dry: bool = False,
    depth: str = "24",
    ctx: Context | None = None,
    load: Load = Plugin,
) -> float:
    """Write the mix into ``path`` (.wav or .flac), whole or not at all; returns the seconds of sound.

    ``dry``: no room, no limiter, no effects. ``load`` makes plug-ins, on the main thread.
    ``depth`` as :func:`studio.codecs.audiofile.audio_writer`. Errors as there, or Cancelled.

    Raises:
        StudioError: the rate is none of :data:`RATES`, or the file cannot be written.
    """
    _check_rate(rate)
    frames = 0
    with audio_writer(path, rate, depth=depth) as file:
        for block in render_song(document, renderer, rate, ctx, dry=dry, load=load):
            file.write(block)
            frames += len(block)
    return frames / rate


def export_stems(
    document: Document,
    renderer: Renderer,
    folder: Path,
    *,
    rate: int = 48_000,
    dry: bool = False,
    depth: str = "24",
    ctx: Context | None = None,
    load: Load = Plugin,
) -> list[Path]:
    """Write each track that is not muted as a WAV file into ``folder``, made where missing; returns the files.

    All start together and are equally long. Errors as :func:`export_sound`.
    """
    _check_rate(rate)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudioError(f"The folder '{folder}' cannot be made: {error.strerror}.", "Choose another folder.") from error
    names = {track.id: folder / _stem_name(k + 1, track) for k, track in enumerate(document.tracks)}
    files: dict[int, Path] = {}
    with ExitStack() as stack:
        writers = {}
        for blocks in render_stems(document, renderer, rate, ctx, dry=dry, load=load):
            for track_id, block in blocks.items():
                if track_id not in writers:
                    files[track_id] = names[track_id]
                    writers[track_id] = stack.enter_context(audio_writer(names[track_id], rate, depth=depth))
                writers[track_id].write(block)
    return list(files.values())


def _check_rate(rate: int) -> None:
    if rate not in RATES:
        raise StudioError(f"{rate} frames a second are not offered.", f"Choose {RATES[0]} or {RATES[1]}.")


def _stem_name(number: int, track: Track) -> str:
    """A file name that every system takes, in the order of the tracks."""
    name = re.sub(r"[^\w #+-]+", "", track.name).strip()[:60]
    return f"{number:02} {name or 'Track'}.wav"
