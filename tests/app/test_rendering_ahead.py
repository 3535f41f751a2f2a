"""Rows ahead of the playhead: order, memory, failing instruments."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from studio.app import rendering_ahead
from studio.app.overview import MixOverview
from studio.app.rendering_ahead import RenderingAhead
from studio.app.sounding import Sounding, events_of, light_lengths, sounding_of
from studio.audio import rows as rows_module
from studio.audio.mixer import Scene
from studio.audio.rows import RowStore
from studio.audio.strips import Strip
from studio.codecs.audiofile import flac_bytes
from studio.engines.api import Audio, Context, SoundBatch
from studio.errors import StudioError
from studio.music.document import Clip, Document, Sound, Take, Track
from studio.music.edits_sound import add_sound
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from tests.app.sines import Sines

RATE = 8_000


def climbing(count: int) -> Sounding:
    """Notes a second apart, each another one."""
    notes = Notes.of(np.arange(count) * 1920, 400, 20 + np.arange(count), 80)
    document = Document(tempo=TempoMap.constant(120), tracks=(Track(1, clips=(Clip(1, 0, 10**6, (Take(notes),)),)),))
    return sounding_of(document.tracks[0], document.tempo, RATE)


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end
        time.sleep(0.005)


class Made:
    def __init__(self, limit: int) -> None:
        self.store = RowStore(limit)
        self.done: list[int] = []
        self.failures: list[StudioError] = []
        self.rendering = RenderingAhead(
            self.store, RATE, lambda numbers: self.done.extend(numbers.tolist()), failed=self.failures.append
        )

    def want(self, sounding: Sounding) -> None:
        self.rendering.learn(sounding.batch, sounding.number)
        assert self.rendering.lengths(sounding.batch, sounding.number)[1] == 0
        self.rendering.want([sounding])

    def close(self) -> None:
        self.rendering.close()
        self.store.close()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    monkeypatch.setattr(rows_module, "SLAB_FRAMES", 5 * RATE)
    it = Made(400 * 4 * RATE)
    yield it
    it.close()


def test_what_is_heard_next_comes_first(made: Made) -> None:
    sounding = climbing(80)
    lengths, unknown = made.rendering.lengths(sounding.batch, sounding.number)
    assert unknown == 80 and (lengths == light_lengths(sounding.batch, RATE)).all()
    made.rendering.set_playhead(40 * RATE)
    made.rendering.set_renderer(Sines())
    made.want(sounding)
    wait(lambda: made.rendering.idle)
    order = [int(np.flatnonzero(sounding.number == n)[0]) for n in made.done]
    assert 39 in order[:8]
    assert max(order.index(k) for k in range(39, 45)) < min(order.index(k) for k in range(20))
    assert len(made.done) == made.rendering.rendered


def test_memory_reaches_as_far_as_it_reaches(made: Made) -> None:
    made.store.limit = 30 * 4 * RATE
    made.rendering.set_renderer(Sines())
    made.want(climbing(80))
    wait(lambda: made.rendering.idle)
    first = len(made.done)
    assert 10 < first < 30
    made.rendering.set_playhead(30 * RATE)
    wait(lambda: len(made.done) > first and made.rendering.idle)
    assert made.store.bytes <= made.store.limit


def test_other_weights_have_other_rows(made: Made) -> None:
    sounding = climbing(3)
    made.rendering.set_renderer(Sines())
    salt = made.rendering.salt
    made.want(sounding)
    wait(lambda: made.rendering.idle)
    made.rendering.set_renderer(Sines())
    assert made.rendering.salt != salt
    made.want(sounding)
    wait(lambda: made.rendering.rendered == 6)


def test_instruments_that_fail_are_told_and_left(made: Made) -> None:
    class Broken(Sines):
        def render(self, batch: SoundBatch, rate: int, first: int, count: int, ctx: Context) -> Audio:
            raise RuntimeError("no")

    made.rendering.set_renderer(Broken())
    made.want(climbing(3))
    wait(lambda: made.failures)
    assert made.rendering.renderer is None
    assert "instruments failed" in made.failures[0].message


def test_it_ends_in_the_middle_of_a_row(made: Made) -> None:
    sines = Sines()
    sines.gate.clear()
    made.rendering.set_renderer(sines)
    made.want(climbing(3))
    time.sleep(0.05)
    made.rendering.close()  # would wait for ever, were it not cancelled
    assert made.rendering.rendered == 0


def test_what_is_missing_is_told_as_stretches(made: Made) -> None:
    sines = Sines()
    sines.gate.clear()
    made.rendering.set_renderer(sines)
    assert made.rendering.missing().shape == (2, 0)
    made.want(climbing(60))
    wait(lambda: made.rendering.missing().shape[1] > 0)
    first, end = made.rendering.missing()
    assert (first[1:] > end[:-1]).all() and (end > first).all()
    assert end[-1] >= 59 * RATE
    sines.gate.set()
    wait(lambda: made.rendering.idle)
    assert made.rendering.missing().shape == (2, 0)


def test_pieces_of_sound_files_are_rows_as_notes_are(made: Made) -> None:
    wave = np.random.default_rng(0).uniform(-0.5, 0.5, 3 * RATE).astype(np.float32)
    data = np.frombuffer(flac_bytes(wave, RATE), np.uint8)
    document = add_sound(Document(), Sound("a" * 64, "Voice", RATE, len(wave), data, np.zeros(300, np.uint8)), 0)
    sounding = sounding_of(document.tracks[0], document.tempo, RATE, {s.id: s for s in document.sounds})
    made.rendering.set_renderer(Sines())
    made.want(sounding)
    wait(lambda: len(made.done) == 2)
    found = np.concatenate([made.store[n | made.rendering.salt] for n in sounding.number.tolist()])
    np.testing.assert_allclose(found, wave, atol=2**-22)


def test_what_does_not_fit_is_drawn_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "SLAB_FRAMES", 5 * RATE)
    store = RowStore(30 * 4 * RATE)
    overview = MixOverview(store, RATE, lambda call: call())
    rendering = RenderingAhead(store, RATE, overview=overview)
    try:
        sounding = climbing(80)
        rendering.set_renderer(Sines())
        rendering.learn(sounding.batch, sounding.number)
        lengths, _ = rendering.lengths(sounding.batch, sounding.number)
        overview.set_scene(Scene((Strip(1, events_of(sounding, lengths, rendering.salt)),), end=81 * RATE))
        rendering.want([sounding])
        wait(lambda: rendering.idle and not overview.busy and overview.whole)
        assert len(store) < 40
        drawn = np.array([np.abs(overview.samples(k * RATE, (k + 1) * RATE)).max() for k in range(80)])
        assert (drawn > 0).all()
        assert 80 <= rendering.rendered <= 84  # one that rings on beyond a stretch may be made again
    finally:
        rendering.close()
        overview.close()
        store.close()


def test_what_sounds_on_comes_before_what_is_over(made: Made) -> None:
    start, pitch = np.arange(40) * 240, 30 + np.arange(40)
    notes = Notes.of(start, np.where(start == 240, 60_000, 100), pitch, 80)
    document = Document(tempo=TempoMap.constant(120), tracks=(Track(1, clips=(Clip(1, 0, 10**6, (Take(notes),)),)),))
    sounding = sounding_of(document.tracks[0], document.tempo, RATE)
    made.rendering.set_playhead(20 * RATE)
    made.rendering.set_renderer(Sines())
    made.want(sounding)
    wait(lambda: made.rendering.idle)
    assert sounding.number[1] in made.done[:8]


def test_what_is_wanted_now_does_not_wait_for_what_is_wanted_later(made: Made) -> None:
    """The renderer hangs over rows of later, until a note about the playhead is wanted."""
    sines, asked = Sines(), []
    sines.gate.clear()
    render = sines.render
    sines.render = lambda batch, *rest: (asked.append(len(batch)), render(batch, *rest))[1]
    later = climbing(40)
    late = Sounding(later.start + 60 * RATE, later.batch, later.gain, later.number)
    made.rendering.set_renderer(sines)
    made.want(late)
    wait(lambda: asked)
    now = climbing(41)
    which = slice(40, 41)
    made.rendering.learn(now.batch.select(which), now.number[which])
    made.rendering.want([late, Sounding(now.start[:1], now.batch.select(which), now.gain[:1], now.number[which])])
    wait(lambda: len(asked) == 2)  # the first batch was given up
    sines.gate.set()
    wait(lambda: made.rendering.idle)
    assert now.number[40] in made.done[:8]
    assert len(made.done) == made.rendering.rendered == 41


def test_memory_is_given_back_once_when_all_is_made(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    monkeypatch.setattr(rendering_ahead, "give_back", lambda: given.append(made.rendering.rendered))
    monkeypatch.setattr(rendering_ahead, "_LOOK_SECONDS", 0.02)
    made.rendering.set_renderer(Sines())
    made.want(climbing(5))
    wait(lambda: given)
    assert given == [5]
    time.sleep(0.1)  # in which it could be given back again
    assert given == [5]
    made.want(climbing(6))
    wait(lambda: given == [5, 6])
