"""Effects in the mix: heard, the same from everywhere, without clicks, and passed by where they fail."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from studio.audio.effects import Chain, Plugin, Racks, memory_seconds
from studio.audio.mixer import MixStream, Scene, tail_frames
from studio.audio.strips import BLOCK, Strip
from studio.music.effects import KINDS, PLUGIN, Effect
from tests.audio.test_mixer import RATE, make_events, make_rows, one_note, take

BRIGHT = Effect("equalizer", values=(("high_db", 12.0), ("low_db", -12.0)))
SQUASHED = Effect("compressor", values=(("threshold_db", -40.0), ("ratio", 10.0)))
MISSING = Effect(PLUGIN, plugin="/nowhere/Missing.vst3", title="Missing")


def tone(hz: float, seconds: float = 1.0) -> np.ndarray:
    wave = 0.2 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE) // BLOCK * BLOCK) / RATE)
    return np.stack([wave, wave]).astype(np.float32)


def through(effects: tuple[Effect, ...], sound: np.ndarray) -> np.ndarray:
    chain = Chain(effects, RATE, BLOCK, Plugin)
    blocks = [chain.process(sound[:, k : k + BLOCK]) for k in range(0, sound.shape[1], BLOCK)]
    return np.concatenate([b for b in blocks if b is not None], axis=1)


def level(sound: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(sound[:, sound.shape[1] // 2 :] ** 2))))


@pytest.mark.parametrize(
    ("values", "hz", "gain"),
    [
        ({"high_db": 12}, 14_000, 12),
        ({"low_db": -9}, 40, -9),
        ({"mid_hz": 1_000, "mid_db": 6}, 1_000, 6),
        ({"low_cut_hz": 500}, 50, -20),
    ],
)
def test_the_equalizer_does_what_it_says(values, hz, gain):
    effect = Effect("equalizer", values=tuple(sorted(values.items())))
    change = level(through((effect,), tone(hz))) - level(tone(hz))
    assert change == pytest.approx(gain, abs=1.0)


def test_the_compressor_and_the_limiter_hold_loud_sound_down():
    loud = tone(440) * 4
    squeezed = level(through((replace(SQUASHED, values=(("ratio", 4.0), ("threshold_db", -24.0))),), loud)) - level(loud)
    assert squeezed == pytest.approx(-0.75 * (level(loud) + 3 + 24), abs=2.5)
    assert np.abs(through((Effect("limiter", values=(("ceiling_db", -12.0),)),), loud)[:, RATE // 2 :]).max() < 10 ** (-11 / 20)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_changes_the_sound_and_is_the_same_twice(kind):
    effect = Effect(kind)
    if kind == "equalizer":
        effect = BRIGHT
    if kind == "limiter":
        effect = effect.with_value("ceiling_db", -20.0)
    sound = tone(330) + tone(5_000)
    once = through((effect,), sound)
    assert np.isfinite(once).all()
    assert not np.allclose(once, sound, atol=1e-3)
    np.testing.assert_array_equal(once, through((effect,), sound))
    np.testing.assert_array_equal(through((replace(effect, on=False),), sound), sound)


def test_echoes_sound_on_and_end():
    chain = Chain((Effect("delay", values=(("mix", 0.5), ("seconds", 0.1))),), RATE, BLOCK, Plugin)
    chain.process(tone(440)[:, :BLOCK])
    tail = [chain.process(None) for _ in range(200)]
    sounding = [k for k, block in enumerate(tail) if block is not None and np.abs(block).max() > 1e-4]
    assert 4 < max(sounding) < 100
    assert tail[-1] is None


@pytest.fixture
def song() -> tuple[Scene, dict[int, np.ndarray]]:
    rows = make_rows(12)
    strips = tuple(Strip(i, make_events(rows, 60, i), gain=0.7, room=0.3, effects=(BRIGHT, SQUASHED)[: i + 1]) for i in range(2))
    return Scene(strips, room=0.3, room_seconds=0.5, end=4 * RATE, effects=(Effect("limiter"),)), rows


def test_from_anywhere_as_from_the_start(song):
    scene, rows = song
    whole = take(MixStream(scene, rows, RATE), 90)
    for block in (20, 60):
        here = take(MixStream(scene, rows, RATE, block * BLOCK), 10)
        np.testing.assert_allclose(here, whole[block * BLOCK : (block + 10) * BLOCK], atol=1e-6)


def test_dry_has_no_effects(song):
    scene, rows = song
    plain = replace(scene, effects=(), strips=tuple(replace(s, effects=()) for s in scene.strips))
    np.testing.assert_array_equal(
        take(MixStream(scene, rows, RATE, dry=True), 20), take(MixStream(plain, rows, RATE, dry=True), 20)
    )


def test_changes_while_it_sounds_do_not_click():
    row = tone(220, 4)[0]
    strip = Strip(1, one_note(0, length=len(row)), 0.5)
    for before, after in (
        ((), (BRIGHT,)),
        ((BRIGHT,), ()),
        ((BRIGHT,), (SQUASHED,)),
        ((BRIGHT,), (BRIGHT.with_value("mid_db", 9),)),
    ):
        stream = MixStream(Scene((replace(strip, effects=before),), end=len(row)), {0: row}, RATE)
        first = take(stream, 10)
        stream.set_scene(Scene((replace(strip, effects=after),), end=len(row)))
        sound = np.concatenate([first, take(stream, 10)])[BLOCK:]
        steps = np.abs(np.diff(sound, n=2, axis=0)).max()
        steady = np.abs(np.diff(row[BLOCK:], n=2)).max()
        assert steps < 4 * steady


def test_a_plugin_that_is_not_there_is_passed_by():
    failed: list[Effect] = []
    racks = Racks(RATE, BLOCK, failed=failed.append)
    sound = tone(220)[:, :BLOCK]
    for k in range(3):
        np.testing.assert_array_equal(racks.apply(1, (MISSING,), sound, k * BLOCK), sound)
    assert failed == [MISSING]
    made = racks.apply(1, (MISSING, BRIGHT), sound, 3 * BLOCK)
    assert made is not None
    assert not np.allclose(made, sound, atol=1e-3)


def test_what_takes_a_while_to_load_fades_in():
    racks = Racks(RATE, BLOCK, wait=False)
    sound = tone(8_000, 3)
    np.testing.assert_array_equal(racks.apply(1, (BRIGHT,), sound[:, :BLOCK], 0), sound[:, :BLOCK])
    for thread in [t for t in threading.enumerate() if t.name == "effects"]:
        thread.join(20)
    made = [racks.apply(1, (BRIGHT,), sound[:, k * BLOCK : (k + 1) * BLOCK], k * BLOCK) for k in range(1, 20)]
    assert level(np.asarray(made[-1])) - level(sound) > 8
    assert np.abs(np.asarray(made[0])[:, 0] - sound[:, BLOCK]).max() < 0.05


def test_how_long_effects_remember():
    assert memory_seconds(()) == 0
    assert memory_seconds((replace(BRIGHT, on=False),)) == 0
    long = Effect("delay", values=(("feedback", 0.8), ("seconds", 0.5)))
    assert memory_seconds((Effect("delay"),)) < memory_seconds((long,)) <= 12
    scene = Scene((Strip(1, one_note(0), effects=(long,)),), end=RATE)
    assert tail_frames(scene, RATE) == round(memory_seconds((long,)) * RATE)


@pytest.mark.parametrize("kind", ["equalizer", "compressor", "delay", "reverb"])
def test_gone_back_the_chains_sound_as_they_did(kind):
    sound = tone(300, 2.0) * np.random.default_rng(0).uniform(0.2, 1, (2, 2 * RATE // BLOCK * BLOCK)).astype(np.float32)
    effect = BRIGHT if kind == "equalizer" else Effect(kind)
    racks = Racks(RATE, BLOCK, wait=False)

    def play(blocks: range) -> np.ndarray:
        made = [racks.apply(1, (effect,), sound[:, k * BLOCK : (k + 1) * BLOCK], k * BLOCK) for k in blocks]
        return np.concatenate(made, axis=1)

    racks._chains[1] = Chain((effect,), RATE, BLOCK, Plugin)
    play(range(25))
    mark = racks.mark()
    once = play(range(25, 32))
    racks.back(mark)
    np.testing.assert_array_equal(play(range(25, 32)), once)
    racks.restart()
    assert racks.mark() == {}
