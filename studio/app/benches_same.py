"""``studio bench same``: the same seed writes the same bytes, and a song has the same samples however it is asked for.

Every compose and render runs in a process of its own, in turn on all processors and on one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from studio.app.rendering import make_rows, render_song
from studio.app.shelf import Shelf
from studio.app.songs import read_song
from studio.app.sounding import batch_of, events_of, scene_of, sounding_of
from studio.audio.mixer import MixStream
from studio.audio.strips import BLOCK, Wave
from studio.engines.api import Audio, Quiet, Renderer
from studio.engines.cards import sha256_of
from studio.music.document import Document
from studio.paths import resources

RATE = 48_000
COMPARED = 40  # blocks after each place that playing begins at


def run(argv: list[str]) -> int:
    """Print what was the same and what was not; 1 where anything differed."""
    parser = argparse.ArgumentParser("studio bench same", description=__doc__)
    parser.add_argument(
        "--song", type=Path, default=resources() / "demo" / "demo.studio", help="what is rendered, and gone on from"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--places", type=int, default=20, help="places that playing begins at")
    args = parser.parse_args(argv)
    seed = ["--seed", str(args.seed), "--out"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        new, on, sound = out / "new.mid", out / "on.mid", out / "song.wav"
        checks = [
            ("a new piece composed", _files(new, ["compose", "--bars", "16", "--style", "pop", *seed])),
            ("the song gone on from", _files(on, ["compose", "--continue", str(args.song), "--bars", "8", *seed])),
            ("the song rendered", _files(sound, ["render", str(args.song)])),
        ]
    document, renderer = read_song(args.song).document, Shelf("cpu").renderer()
    checks.append(("notes rendered in slices", _slices(document, renderer)))
    checks.append((f"the song played from {args.places} places", _places(document, renderer, args.places)))
    for title, same in checks:
        print(f"{'same  ' if same else 'DIFFER'}  {title}")
    return 0 if all(same for _, same in checks) else 1


def _files(path: Path, words: list[str]) -> bool:
    """Whether ``studio WORDS path`` makes the same file twice on all processors and once on one."""
    hashes = []
    for one in (False, False, True):
        command = [sys.executable, "-m", "studio", *words, str(path)]
        subprocess.run(command, check=True, capture_output=True, preexec_fn=_on_one if one else None)
        hashes.append(sha256_of(path))
    return len(set(hashes)) == 1


def _on_one() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _streams(document: Document, renderer: Renderer) -> Callable[[int], MixStream]:
    """A stream of the song's mix from a frame on, all rows made beforehand."""
    soundings = {t.id: sounding_of(t, document.tempo, RATE) for t in document.tracks}
    lengths = {k: renderer.lengths(s.batch, RATE) for k, s in soundings.items()}
    scene = scene_of(document, {k: events_of(s, lengths[k]) for k, s in soundings.items()}, RATE)
    numbers, first = np.unique(np.concatenate([s.number for s in soundings.values()]), return_index=True)
    frames = np.concatenate(list(lengths.values()))[first]
    shaped = {number: note for s in soundings.values() for number, note in s.shaped.items()}
    made = make_rows(renderer, numbers, frames, RATE, Quiet(), shaped=shaped)
    rows: dict[int, Wave] = {n: np.array(row) for some in made for n, row in some}
    return lambda frame: MixStream(scene, rows, RATE, frame)


def _places(document: Document, renderer: Renderer, places: int) -> bool:
    whole = np.concatenate(list(render_song(document, renderer, RATE)))
    stream_from = _streams(document, renderer)
    random = np.random.default_rng(0)
    for block in random.integers(0, len(whole) // BLOCK - COMPARED, places).tolist():
        stream = stream_from(block * BLOCK)
        part: Audio = np.concatenate([stream.next().sound for _ in range(COMPARED)])
        if part.tobytes() != whole[block * BLOCK :][: len(part)].tobytes():
            return False
    return True


def _slices(document: Document, renderer: Renderer) -> bool:
    random = np.random.default_rng(0)
    for track in document.tracks:
        sounding = sounding_of(track, document.tempo, RATE)
        numbers = np.unique(sounding.number)[:12]
        batch = batch_of(numbers, sounding.shaped)
        count = int(renderer.lengths(batch, RATE).max())
        whole = renderer.render(batch, RATE, 0, count, Quiet())
        for _ in range(6):
            first, size = int(random.integers(0, count)), int(random.integers(1, 20_000))
            chosen = random.permutation(len(numbers))[: int(random.integers(1, len(numbers) + 1))]
            part = renderer.render(batch.select(chosen), RATE, first, size, Quiet())
            expected = np.zeros_like(part)
            piece = whole[chosen, first : first + size]
            expected[:, : piece.shape[1]] = piece
            if part.tobytes() != expected.tobytes():
                return False
    return True
