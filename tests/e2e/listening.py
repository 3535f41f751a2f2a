"""What a listener would notice, measured: loudness, clipping, gaps, and whether the pitches are those of the notes."""

import numpy as np

from studio.music.document import Document

_WINDOW = 16_384
_LOWEST, _HIGHEST = 80.0, 2_000.0


def first_sound(captured: np.ndarray, level: float = 1e-4) -> int:
    """The first frame of ``captured`` [n, 2] that is not silent; n where all is."""
    loud = np.flatnonzero(np.abs(captured).max(axis=1) > level)
    return int(loud[0]) if len(loud) else len(captured)


def longest_hole(captured: np.ndarray) -> int:
    """Frames of the longest run of exact zeros after the first sound: what a gap in playback looks like."""
    silent = np.abs(captured[first_sound(captured) :]).max(axis=1) == 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], silent.view(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def heard_chroma(sound: np.ndarray, rate: int) -> np.ndarray:
    """Energy a pitch class, [12], of ``sound`` [n, 2]."""
    mono = sound.mean(axis=1)
    hann = np.hanning(_WINDOW)
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / rate)
    wanted = (frequencies > _LOWEST) & (frequencies < _HIGHEST)
    classes = np.round(69 + 12 * np.log2(frequencies[wanted] / 440)).astype(int) % 12
    chroma = np.zeros(12)
    for at in range(0, len(mono) - _WINDOW, _WINDOW // 2):
        spectrum = np.abs(np.fft.rfft(mono[at : at + _WINDOW] * hann))[wanted]
        chroma += np.bincount(classes, spectrum**2, 12)
    return chroma


def written_chroma(document: Document, start: float, end: float) -> np.ndarray:
    """Seconds that each pitch class is written to sound in [start, end) seconds, [12], drums left out."""
    chroma = np.zeros(12)
    for track in document.tracks:
        if track.drums:
            continue
        notes = track.notes
        begin, stop = document.tempo.seconds(notes.start), document.tempo.seconds(notes.end)
        overlap = np.clip(np.minimum(stop, end) - np.maximum(begin, start), 0, None)
        chroma += np.bincount(notes.pitch % 12, overlap, 12)
    return chroma


def best_transposition(heard: np.ndarray, written: np.ndarray) -> int:
    """By how many semitones ``written`` must be moved to be most like ``heard``: 0 where they are in tune."""
    return int(np.argmax([np.corrcoef(np.sqrt(heard), np.sqrt(np.roll(written, k)))[0, 1] for k in range(12)]))
