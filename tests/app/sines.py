"""A renderer for tests: decaying sines, quick, and a pure function of note and time as every renderer."""

import threading

import numpy as np

from studio.engines.api import DRUM_KIT, Audio, Context, SoundBatch
from studio.engines.cards import Card
from studio.music.document import Clip, Document, Master, Take, Track
from studio.music.notes import Notes
from studio.music.tempo import TempoMap


class Sines:
    """Sounds for a second after the release. ``gate`` holds it up while it is cleared."""

    def __init__(self) -> None:
        self.card = Card("sines", "sines", "Sines", sha256="0" * 64)
        self.rendered = 0
        self.gate = threading.Event()
        self.gate.set()

    def prepare(self, card: Card, device: str) -> None:
        self.card = card

    def lengths(self, batch: SoundBatch, rate: int) -> np.ndarray:
        return batch.held + rate

    def render(self, batch: SoundBatch, rate: int, first: int, count: int, ctx: Context) -> Audio:
        while not self.gate.wait(0.02):
            ctx.progress(0.0)
        out = np.zeros((len(batch), count), np.float32)
        at = np.arange(first, first + count)
        for i in range(len(batch)):
            self.rendered += 1
            frequency = 440 * 2 ** ((int(batch.pitch[i]) - 69) / 12)
            if batch.program[i] == DRUM_KIT:
                frequency *= 3.3
            fade = np.clip((int(batch.held[i]) + rate - at) / rate, 0, 1) ** 2
            wave = np.sin(2 * np.pi * frequency * at / rate) * np.exp(-1.5 * at / rate) * fade
            out[i] = 0.2 * (batch.velocity[i] / 127) * wave
            ctx.progress(i / len(batch))
        return out


def make_song(bars: int = 2, tracks: int = 3, bpm: float = 120.0) -> Document:
    """Quarter notes in several tracks; every bar is like the others."""
    made = []
    for t in range(tracks):
        start = np.arange(4 * bars) * 960
        pitch = 48 + 12 * t + np.tile([0, 4, 7, 11], bars)
        notes = Notes.of(start, 800, pitch, 90, id=np.arange(4 * bars) + 100 * t + 10)
        clip = Clip(1000 + t, 0, bars * 3840, (Take(notes),))
        made.append(Track(t + 1, f"Track {t}", program=8 * t, drums=t == 2, pan=t / 2 - 0.5, clips=(clip,)))
    return Document("Song", TempoMap.constant(bpm), tracks=tuple(made), master=Master(room_seconds=0.5), next_id=5000)
