"""Corrections of the training notes (see :mod:`studio.engines.note_correction`), kept beside their analyses."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.engines.note_correction import correction
from studio.train.instruments_data import Note, cache, recording

Float = npt.NDArray[np.floating[Any]]


def corrected(
    notes: list[Note], controls: Callable[[Note], tuple[Float, Float]], progress: Callable[[float], None] = lambda _: None
) -> list[Note]:
    """Notes with their corrections, from the cache where they were before; ``controls`` gives a note's targets without one.

    Notes made from soundfonts are left as they are: there are many, and they count less.
    """
    done = []
    for k, note in enumerate(notes):
        if note.row.kind != "soundfont-render":
            done.append(replace(note, correction=np.asarray(_kept(note, *controls(note)), np.float64)))
        else:
            done.append(note)
        progress((k + 1) / len(notes))
    return done


def _kept(note: Note, partials: Float, noise: Float) -> Float:
    about = hashlib.blake2b(np.concatenate([partials, noise], 1).astype(np.float32).tobytes(), digest_size=6).hexdigest()
    path: Path = cache() / "corrected" / f"{note.row.path.stem}_{about}.npy"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        a = note.analysis
        sound, rate = recording(note.row)
        np.save(path, correction(partials, noise, a.frequency, sound, rate, min(a.fundamental, 400.0)))
    kept: Float = np.load(path)
    return kept
