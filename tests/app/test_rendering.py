"""Whole songs: each note once, little memory, the same samples, cancel."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from studio.app.rendering import make_rows, render_song, render_stems
from studio.app.sounding import sounding_of
from studio.engines.api import Audio, Context, Quiet, SoundBatch
from studio.errors import Cancelled, StudioError
from studio.music.document import Document
from tests.app.sines import Sines, make_song

RATE = 44_100


def whole(document: Document, rate: int = RATE, **how) -> np.ndarray:
    return np.concatenate([*render_song(document, Sines(), rate, **how), np.zeros((0, 2), np.float32)])


def test_equal_notes_are_rendered_once() -> None:
    sines = Sines()
    blocks = list(render_song(make_song(bars=8), sines, RATE))
    assert sines.rendered == 12
    sound = np.concatenate(blocks)
    assert 0.05 < np.abs(sound).max() < 1.0
    assert len(sound) > 16 * RATE


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_twice_the_same(rate: int) -> None:
    song = make_song(bars=3)
    np.testing.assert_array_equal(whole(song, rate), whole(song, rate))


def test_rows_come_in_batches_of_like_length() -> None:
    song = make_song()
    sounding = sounding_of(song.tracks[0], song.tempo, RATE)
    lengths = sounding.batch.held + RATE
    lengths[0] = 5
    got = list(make_rows(Sines(), sounding.number[:4], lengths[:4], RATE, Quiet()))
    assert [[len(row) for _, row in rows] for rows in got] == [[5], [int(lengths[1])] * 3]


class WholeSines(Sines):
    """Makes notes of any lengths together, those that it has foretold."""

    def __init__(self) -> None:
        super().__init__()
        self.foretold: set[int] = set()

    def foretell(self, batch: SoundBatch, rate: int) -> None:
        self.foretold.update(batch.pitch.tolist())

    def whole(self, batch: SoundBatch, rate: int, ctx: Context) -> list[Audio]:
        lengths = self.lengths(batch, rate).tolist()
        return [self.render(batch.select(slice(n, n + 1)), rate, 0, count, ctx)[0].copy() for n, count in enumerate(lengths)]


def test_a_renderer_of_whole_notes_is_given_all_at_once_and_makes_the_same_song() -> None:
    song = make_song()
    sounding = sounding_of(song.tracks[0], song.tempo, RATE)
    lengths = sounding.batch.held + RATE
    lengths[0] = 5
    got = list(make_rows(WholeSines(), sounding.number[:4], lengths[:4], RATE, Quiet()))
    assert [sorted(len(row) for _, row in rows) for rows in got] == [[5, *[int(lengths[1])] * 3]]
    renderer = WholeSines()
    made = np.concatenate(list(render_song(song, renderer, RATE)))
    assert renderer.foretold == {
        p for t in song.tracks if not t.mute for p in sounding_of(t, song.tempo, RATE).batch.pitch.tolist()
    }
    np.testing.assert_array_equal(made, whole(song))


def test_dry_has_no_room_and_no_limiter() -> None:
    song = make_song()
    dry = whole(song, dry=True)
    wet = whole(song)
    assert len(wet) > len(dry)
    assert not np.array_equal(wet[: len(dry)], dry)
    no_room = replace(song, tracks=tuple(replace(t, room=0.0) for t in song.tracks))
    np.testing.assert_array_equal(whole(no_room)[: len(dry)], dry)
    loud = replace(no_room, master=replace(song.master, gain_db=30.0))
    assert np.abs(whole(loud, dry=True)).max() > 1.5
    assert np.abs(whole(loud)).max() <= 1.0


def test_stems_add_up_to_the_dry_mix() -> None:
    song = make_song()
    song = song.with_track(replace(song.track(2), mute=True))
    stems: dict[int, list[np.ndarray]] = {}
    for blocks in render_stems(song, Sines(), RATE, dry=True):
        for k, block in blocks.items():
            stems.setdefault(k, []).append(block)
    assert sorted(stems) == [1, 3]
    total = sum(np.concatenate(s) for s in stems.values())
    np.testing.assert_allclose(total, whole(song, dry=True), atol=1e-6)


def test_memory_does_not_grow_with_the_song(monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.app import rendering

    song = make_song(bars=24)
    spread = song.tracks[0].clips[0]
    velocities = 20 + np.arange(len(spread.notes)) % 100
    song = song.with_track(replace(song.tracks[0], clips=(spread.with_notes(spread.notes.replace(velocity=velocities)),)))
    expected = whole(song)
    most = 0
    reach = rendering._SongRows.reach

    def watched(self, frame, ctx):
        nonlocal most
        reach(self, frame, ctx)
        most = max(most, len(self))

    monkeypatch.setattr(rendering._SongRows, "reach", watched)
    monkeypatch.setattr(rendering, "_ROWS_BYTES", 1)
    np.testing.assert_array_equal(whole(song), expected)
    assert most < 50


def test_rows_that_are_asked_for_few_at_a_time_make_the_same_song(monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.app import rendering

    song = make_song(bars=6)  # chords: more notes begin at once than are asked for
    expected = whole(song)
    monkeypatch.setattr(rendering, "_SONG_AT_ONCE", 2)
    asked: list[int] = []
    make = rendering._SongRows._make

    def counted(self, numbers, lengths, foretold):
        asked.append(len(numbers))
        return make(self, numbers, lengths, foretold)

    monkeypatch.setattr(rendering._SongRows, "_make", counted)
    np.testing.assert_array_equal(whole(song), expected)
    assert 0 < max(asked) <= 8
    assert len(asked) > 6


def test_cancel_and_progress() -> None:
    class Impatient(Quiet):
        seen: list[float] = []

        def progress(self, fraction: float, message: str = "") -> None:
            self.seen.append(fraction)
            if fraction > 0.3:
                raise Cancelled

    ctx = Impatient()
    with pytest.raises(Cancelled):
        list(render_song(make_song(bars=4), Sines(), RATE, ctx))
    assert ctx.seen == sorted(ctx.seen)


def test_nothing_gives_nothing() -> None:
    assert len(whole(Document(), dry=True)) == 0


def test_a_song_left_early_ends_its_thread() -> None:
    song = render_song(make_song(bars=8), Sines(), RATE)
    next(song)
    song.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("song-rows")]


def test_what_goes_wrong_while_rows_are_made_is_told() -> None:
    class Broken(Sines):
        def render(self, *args) -> np.ndarray:
            raise StudioError("The strings broke.")

    with pytest.raises(StudioError, match="strings broke"):
        list(render_song(make_song(), Broken(), RATE))
