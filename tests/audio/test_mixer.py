"""The mixer: the same samples however they are asked for, and no click whatever changes."""

from dataclasses import replace

import numpy as np
import pytest

from studio.audio.mixer import MixStream, Scene, make_ready
from studio.audio.strips import BLOCK, Events, Strip

RATE = 48_000


def make_rows(count: int, seconds: float = 1.0) -> dict[int, np.ndarray]:
    t = np.arange(int(RATE * seconds)) / RATE
    return {i: (np.sin(2 * np.pi * 110 * 1.13**i * t) * np.exp(-3 * t) * 0.4).astype(np.float32) for i in range(count)}


def make_events(rows: dict[int, np.ndarray], count: int, seed: int = 0, seconds: float = 4.0) -> Events:
    rng = np.random.default_rng(seed)
    start = np.sort(rng.integers(0, int(seconds * RATE), count))
    row = rng.integers(0, len(rows), count)
    ones = np.ones(count, np.int64)
    length = np.array([len(rows[int(r)]) for r in row], np.int64)
    return Events(start, length, rng.uniform(0.3, 1, count).astype(np.float32), row, ones, 60 * ones, 80 * ones, length // 2)


def one_note(start: int, row: int = 0, length: int = RATE) -> Events:
    one = np.ones(1, np.int64)
    return Events(start * one, length * one, np.ones(1, np.float32), row * one, 0 * one, 60 * one, 90 * one, length // 2 * one)


def take(stream: MixStream, blocks: int) -> np.ndarray:
    return np.concatenate([stream.next().sound for _ in range(blocks)])


@pytest.fixture
def song() -> tuple[Scene, dict[int, np.ndarray]]:
    rows = make_rows(12)
    events = [make_events(rows, 60, i) for i in range(4)]
    strips = tuple(Strip(i, e, gain=1.2, pan=i / 3 - 0.5, room=0.4, width=i / 3) for i, e in enumerate(events))
    return Scene(strips, gain=1.0, room=0.35, room_seconds=0.9, end=4 * RATE), rows


def test_sum_of_rows_at_equal_power() -> None:
    row = np.linspace(0, 0.5, 700, dtype=np.float32)
    scene = Scene((Strip(1, one_note(100, length=700), gain=0.5, pan=0.0),))
    sound = take(MixStream(scene, {0: row}, RATE, dry=True), 1)
    np.testing.assert_allclose(sound[100:800, 0], row * 0.5 * np.sqrt(0.5), atol=1e-7)
    np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
    assert not sound[:100].any()
    assert not sound[800:].any()


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_seek_gives_the_samples_of_the_whole_song(song: tuple[Scene, dict[int, np.ndarray]], rate: int) -> None:
    scene, rows = song
    loud = replace(scene, gain=2.5)  # the limiter works all the time
    whole = take(MixStream(loud, rows, rate), 100)
    assert 0.8 < np.abs(whole).max() <= 1.0
    for block in (1, 17, 40, 90):
        part = take(MixStream(loud, rows, rate, block * BLOCK + 5), 4)
        np.testing.assert_array_equal(part, whole[block * BLOCK : (block + 4) * BLOCK])


@pytest.mark.parametrize("dry", [True, False])
@pytest.mark.parametrize("wide", [True, False])
def test_sums_made_ahead_are_the_same_to_the_bit(song: tuple[Scene, dict[int, np.ndarray]], dry: bool, wide: bool) -> None:
    scene, rows = song
    late = one_note(7 * RATE)  # long after the others: for a while nothing sounds
    strips = (*scene.strips, Strip(9, late, width=0.5, room=0.2), Strip(10, scene.strips[0].events, gain=0.0))
    scene = replace(scene, strips=strips if wide else tuple(replace(s, width=0.0) for s in strips))
    whole = take(MixStream(scene, rows, RATE, dry=dry), 200)
    np.testing.assert_array_equal(take(MixStream(scene, rows, RATE, dry=dry, ahead=8), 200), whole)
    np.testing.assert_array_equal(
        take(MixStream(scene, rows, RATE, 21 * BLOCK, dry=dry, ahead=5), 60), whole[21 * BLOCK :][: 60 * BLOCK]
    )
    changed = [MixStream(scene, rows, RATE, dry=dry, ahead=ahead) for ahead in (1, 8)]
    for stream in changed:
        take(stream, 10)
        stream.set_scene(replace(scene, strips=(replace(scene.strips[0], events=scene.strips[1].events), *scene.strips[1:])))
    np.testing.assert_array_equal(take(changed[0], 20), take(changed[1], 20))


def test_before_the_song_is_silence(song: tuple[Scene, dict[int, np.ndarray]]) -> None:
    scene, rows = song
    early = MixStream(scene, rows, RATE, -256)
    first = early.next()
    assert first.first == -BLOCK
    assert not first.sound.any()
    np.testing.assert_array_equal(early.next().sound, MixStream(scene, rows, RATE).next().sound)


def largest_step(sound: np.ndarray) -> float:
    return float(np.abs(np.diff(sound, axis=0)).max())


@pytest.mark.parametrize("change", ["gain", "mute", "pan", "room", "width", "remove", "notes", "decay"])
def test_changes_make_no_click(change: str) -> None:
    t = np.arange(2 * RATE)
    rows = {0: (0.5 * np.sin(2 * np.pi * 200 * t / RATE)).astype(np.float32), 1: np.zeros(10, np.float32)}
    strip = Strip(1, one_note(0, length=2 * RATE), room=0.2)
    scene = Scene((strip,), room=0.5, room_seconds=0.5)
    changed = {
        "gain": replace(scene, strips=(replace(strip, gain=0.1),)),
        "mute": replace(scene, strips=(replace(strip, gain=0.0),)),
        "pan": replace(scene, strips=(replace(strip, pan=-1.0),)),
        "room": replace(scene, room=0.0),
        "width": replace(scene, strips=(replace(strip, width=1.0),)),
        "remove": replace(scene, strips=()),
        "notes": replace(scene, strips=(replace(strip, events=one_note(0, row=1)),)),
        "decay": replace(scene, room_seconds=1.5),
    }[change]
    stream = MixStream(scene, rows, RATE)
    before = take(stream, 20)
    stream.set_scene(changed)
    after = take(stream, 10)
    steady = max(largest_step(before), largest_step(after[-4 * BLOCK :]))  # widened, one side may be the louder one
    assert largest_step(np.concatenate([before[-100:], after])) < 1.3 * steady


def test_neural_row_takes_over_from_the_light_voice() -> None:
    rows: dict[int, np.ndarray] = {}
    scene = Scene((Strip(1, one_note(0, length=2 * RATE)),))
    stream = MixStream(scene, rows, RATE, light=True, dry=True)
    light = take(stream, 4)
    assert np.abs(light).max() > 0.005
    rows[0] = (0.1 * np.sin(2 * np.pi * 261.6 * np.arange(2 * RATE) / RATE)).astype(np.float32)
    over = take(stream, 1)
    after = take(stream, 3)
    assert largest_step(np.concatenate([light[-10:], over, after[:10]])) < 1.5 * max(largest_step(light), largest_step(after))
    np.testing.assert_allclose(after[:, 0], rows[0][5 * BLOCK : 8 * BLOCK] * np.sqrt(0.5), atol=1e-6)


def test_levels_of_strips_and_master() -> None:
    rows = {0: np.full(4 * BLOCK, 0.5, np.float32)}
    scene = Scene((Strip(7, one_note(0, length=4 * BLOCK), gain=2.0, pan=-1.0),))
    mixed = MixStream(scene, rows, RATE, dry=True, measure=True).next()
    assert mixed.strips[7].peak[0] == pytest.approx(1.0, abs=1e-6)
    assert mixed.master.peak == pytest.approx((1.0, 0.0), abs=1e-6)
    assert mixed.master.rms[0] == pytest.approx(1.0, abs=1e-3)


def test_a_wide_strip_rings_out_past_its_notes_and_stays_mono_in_sum() -> None:
    row = np.random.default_rng(2).standard_normal(BLOCK).astype(np.float32) * 0.1
    narrow, wide = (Strip(1, one_note(0, length=BLOCK), width=w) for w in (0.0, 1.0))
    plain = take(MixStream(Scene((narrow,)), {0: row}, RATE, dry=True), 3)
    spread = take(MixStream(Scene((wide,)), {0: row}, RATE, dry=True), 3)
    np.testing.assert_allclose(spread.sum(1), plain.sum(1) / np.sqrt(1 + 0.8**2), atol=1e-6)
    assert np.abs(spread[:, 0] - spread[:, 1]).max() > 0.05
    assert np.abs(spread[BLOCK : BLOCK + 600]).max() > 0.001, "what is delayed is not cut at a block's edge"
    assert not spread[2 * BLOCK :].any()


def test_gone_back_it_sounds_as_it_did_and_a_new_scene_sets_in_there(song: tuple[Scene, dict[int, np.ndarray]]) -> None:
    scene, rows = song
    loud = replace(scene, gain=2.5)
    whole = take(MixStream(loud, rows, RATE), 60)
    stream = MixStream(loud, rows, RATE)
    take(stream, 20)
    for _ in range(2):
        mark = stream.mark()
        take(stream, 9)
        stream.set_scene(replace(loud, room_seconds=0.4, strips=loud.strips[1:]))
        take(stream, 5)
        stream.back(mark, loud)
        np.testing.assert_array_equal(take(stream, 10), whole[20 * BLOCK : 30 * BLOCK])
        stream.back(mark, loud)
    quiet = replace(loud, strips=())
    stream.back(mark, quiet)
    later = take(stream, 60)[BLOCK:]  # but for the block that the limiter has already
    assert 0 < np.abs(later[:BLOCK]).max() < 0.7 * np.abs(whole[21 * BLOCK : 22 * BLOCK]).max()  # the room sounds on
    assert not later[-BLOCK:].any()


def test_it_tells_which_rows_the_light_voice_plays() -> None:
    scene = Scene((Strip(1, one_note(100, row=7)),), end=RATE)
    stream = MixStream(scene, {}, RATE, light=True, dry=True)
    assert not stream.lacks([7])
    take(stream, 1)
    assert stream.lacks([3, 7])
    assert not stream.lacks([3])


def test_what_is_compiled_is_ready_before_somebody_waits() -> None:
    from studio.nn.mix_kernels import convolve, raise_to_peaks

    make_ready(RATE)
    assert all(loop.signatures for loop in (convolve, raise_to_peaks))
