"""The overview: samples by region, and calls that say what changed."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from studio.app.overview import MixOverview
from studio.audio.mixer import Scene
from studio.audio.rows import RowStore
from studio.audio.strips import Strip
from tests.audio.test_mixer import one_note

RATE = 8_000


class Made:
    def __init__(self) -> None:
        self.store = RowStore(1 << 20)
        self.overview = MixOverview(self.store, RATE, lambda call: call())
        self.changes: list[tuple[int, int]] = []
        self.end = self.overview.subscribe(lambda a, b: self.changes.append((a, b)))

    def show(self, scene: Scene) -> None:
        self.changes.clear()
        self.overview.set_scene(scene)
        end = time.monotonic() + 20
        while self.overview.busy:
            assert time.monotonic() < end
            time.sleep(0.01)

    def close(self) -> None:
        self.overview.close()
        self.store.close()


@pytest.fixture
def made() -> Iterator[Made]:
    it = Made()
    it.store.put(0, np.full(RATE, 0.5, np.float32))
    yield it
    it.close()


def scene(start: int, **strip) -> Scene:
    return Scene((Strip(1, one_note(start, length=RATE), **strip),), end=10 * RATE)


def test_samples_of_any_region(made: Made) -> None:
    made.show(scene(3 * RATE + 100))
    got = made.overview.samples(-50, 10 * RATE)
    assert len(got) == 10 * RATE + 50
    assert np.flatnonzero(got)[[0, -1]].tolist() == [3 * RATE + 150, 4 * RATE + 149]
    assert got.max() == pytest.approx(0.5 * np.sqrt(0.5))
    assert made.overview.length == 10 * RATE
    assert made.changes == [(3 * RATE, 5 * RATE)]


def test_only_what_changed_is_told(made: Made) -> None:
    first = scene(0)
    made.show(first)
    made.show(replace(first, strips=(*first.strips, Strip(2, one_note(5 * RATE, length=RATE)))))
    assert made.changes == [(5 * RATE, 6 * RATE)]
    made.show(first)
    assert made.changes == [(5 * RATE, 6 * RATE)]
    assert not made.overview.samples(5 * RATE, 6 * RATE).any()
    made.show(scene(0, gain=0.5))
    assert made.changes == [(0, RATE)]
    assert made.overview.samples(0, 10).max() == pytest.approx(0.25 * np.sqrt(0.5))
    made.show(scene(0, gain=0.0))
    assert not made.overview.samples(0, RATE).any()


def test_rows_that_come_are_added(made: Made) -> None:
    made.show(Scene((Strip(1, one_note(0, row=9, length=RATE)),), end=RATE))
    assert not made.overview.samples(0, RATE).any()
    made.store.put(9, np.ones(RATE, np.float32))
    made.changes.clear()
    made.overview.rows_came(np.array([9]))
    while made.overview.busy:
        time.sleep(0.01)
    assert made.overview.samples(0, RATE).all()
    made.end()
    made.overview.set_rate(4_000)
    assert made.overview.length == 0


def test_pieces_that_memory_does_not_reach_are_drawn_from_rows_that_are_not_kept(made: Made) -> None:
    song = Scene((Strip(1, one_note(0, row=0, length=RATE)), Strip(2, one_note(4 * RATE, row=9, length=RATE))), end=6 * RATE)
    made.show(song)
    assert not made.overview.whole
    far = made.overview.far()
    assert far is not None
    assert (far.piece, far.rows.tolist(), far.lengths.tolist()) == (4, [9], [RATE])
    made.changes.clear()
    made.overview.draw(far, {9: np.full(RATE, 0.25, np.float32)})
    assert made.overview.whole
    assert made.overview.far() is None
    assert made.changes == [(4 * RATE, 5 * RATE)]
    assert made.overview.samples(4 * RATE, 5 * RATE) == pytest.approx(0.25 * np.sqrt(0.5))
    assert 9 not in made.store
    made.show(replace(song, gain=0.5))
    assert made.overview.samples(4 * RATE, 5 * RATE) == pytest.approx(0.25 * np.sqrt(0.5))  # until it is drawn anew
    far = made.overview.far()
    assert far is not None
    made.overview.draw(far, {9: np.full(RATE, 0.25, np.float32)})
    assert made.overview.samples(4 * RATE, 5 * RATE) == pytest.approx(0.125 * np.sqrt(0.5))


def test_a_far_piece_that_changed_meanwhile_is_not_drawn(made: Made) -> None:
    made.show(Scene((Strip(1, one_note(4 * RATE, row=9, length=RATE)),), end=6 * RATE))
    far = made.overview.far()
    assert far is not None
    made.show(Scene((Strip(1, one_note(4 * RATE, row=8, length=RATE)),), end=6 * RATE))
    made.overview.draw(far, {9: np.ones(RATE, np.float32)})
    assert not made.overview.samples(0, 6 * RATE).any()
    again = made.overview.far()
    assert again is not None
    assert again.rows.tolist() == [8]


def test_what_lies_behind_the_end_of_a_song_that_got_shorter_is_told(made: Made) -> None:
    made.show(scene(8 * RATE))
    made.show(replace(scene(0), end=4 * RATE))
    assert (8 * RATE, 9 * RATE) in made.changes
    assert not made.overview.samples(8 * RATE, 9 * RATE).any()


def test_nothing_of_a_song_is_shown_once_another_comes(made: Made) -> None:
    made.show(scene(3 * RATE))
    made.changes.clear()
    made.overview.begin_anew()
    assert made.changes == [(3 * RATE, 4 * RATE)] and not made.overview.samples(0, 10 * RATE).any()
    made.show(scene(3 * RATE))
    assert made.overview.samples(3 * RATE, 4 * RATE).any()


def test_what_was_being_summed_when_the_rate_changed_is_dropped(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    summed = made.overview._sum

    def change_the_rate(*about):
        wave = summed(*about)
        if made.overview.rate == RATE:
            made.overview.set_rate(2 * RATE)
            made.overview.set_scene(Scene((), end=20 * RATE))
        return wave

    monkeypatch.setattr(made.overview, "_sum", change_the_rate)
    made.show(scene(3 * RATE))
    assert not made.overview.samples(0, 20 * RATE).any()
