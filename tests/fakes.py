"""Small engines for tests of what stands above the engines: they keep the two protocols and cost nothing."""

import numpy as np

from studio.engines.api import Chunk, Part
from studio.engines.cards import Card
from studio.music.notes import Notes

BAR = 3840


class OneNoteABar:
    """Writes one note a bar for a flute, its pitch from the seed and the take, within the key if one is asked for."""

    styles = ("plain", "Fancy")

    def tempo(self, style):
        return 120.0

    def __init__(self):
        self.card = Card("one", "one-note", "One note a bar", sha256="ab" * 32)

    def prepare(self, card, device):
        self.card = card

    def generate(self, request, ctx):
        random = [np.random.default_rng([request.seed, k]) for k in range(request.takes)]
        for start in range(request.start, request.end, BAR):
            ctx.progress((start - request.start) / request.length)
            for k in range(request.takes):
                pitches = [p for p in range(40, 90) if request.key is None or request.key.contains(p)]
                note = Notes.of([start], BAR // 2, int(random[k].choice(pitches)), origin=3)
                yield Chunk(k, ((Part("Flute", 73), note),), min(start + BAR, request.end))


class Sines:
    """Renders every note as a sine that fades."""

    RELEASE = 0.1

    def __init__(self):
        self.card = Card("sines", "sines", "Sines", sha256="cd" * 32)

    def prepare(self, card, device):
        self.card = card

    def lengths(self, batch, rate):
        return batch.held + round(self.RELEASE * rate)

    def render(self, batch, rate, first, count, ctx):
        ctx.progress(0.0)
        t = first + np.arange(count)
        turns = 440 / rate * 2 ** ((batch.pitch[:, None] - 69) / 12) * t
        fade = np.clip((self.lengths(batch, rate)[:, None] - t) / (self.RELEASE * rate), 0, 1)
        return (0.2 * np.sin(2 * np.pi * turns) * fade * batch.velocity[:, None] / 127).astype(np.float32)


class FakeShelf:
    """A shelf with the two of them."""

    def __init__(self, device="auto", tell=print):
        self.device = device
        self.cards = (OneNoteABar().card, Sines().card)

    def generator(self, model=""):
        return OneNoteABar()

    def renderer(self, model=""):
        return Sines()
