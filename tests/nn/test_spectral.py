from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.nn import spectral, spectral_torch
from studio.nn.counter import uniform
from studio.nn.spectral import (
    BLOCK,
    NOISE_BANDS,
    ONSET_S,
    POINTS,
    TOGETHER,
    Synthesiser,
    Voice,
    band_centres,
    bucket_of,
    control_times,
    voices_of,
)

RATE = 44100


def voice_of(
    frequency: np.ndarray, phase: np.ndarray, partials: np.ndarray, damping: np.ndarray, noise: np.ndarray,
    noise_damping: np.ndarray, held: int, length: int, key: int,
) -> Voice:  # fmt: skip
    columns = (frequency, phase / (2 * np.pi), partials, damping, noise, noise_damping)
    return replace(voices_of(*(c[None] for c in columns), keys=[key])[0], held=held, length=length)


def voice(
    f0: float = 220.0, partials: int = 16, held: int = 9000, length: int = 12000, key: int = 1, noise_db: float = -90.0
) -> Voice:
    """A plucked tone: partials fall by 6 dB a number and 20 dB a second."""
    fall = control_times()[:, None].clip(max=5)
    levels = -12 - 6 * np.log2(np.arange(1, partials + 1)) - 20 * fall
    noise = np.full((POINTS + 1, NOISE_BANDS), noise_db) - 10 * fall
    return voice_of(
        f0 * np.arange(1, partials + 1), 2 * np.pi * uniform(7, partials), levels, np.full(partials, 300.0), noise,
        np.full(NOISE_BANDS, 300.0), held, length, key,
    )  # fmt: skip


def render(voices: list[Voice], first: int, count: int, rate: int = RATE) -> np.ndarray:
    rows = np.zeros((len(voices), count), np.float32)
    Synthesiser(torch.device("cpu")).render(voices, rate, first, rows)
    return rows


VOICES = [voice(110.0 * (k + 1) / 2, (16, 32, 96)[k % 3], 6000 + 700 * k, 9000 + 1900 * k, k) for k in range(11)]
WHOLE = render(VOICES, 0, 30000)


@settings(max_examples=15, deadline=None)
@given(st.integers(-500, 29000), st.integers(1, 20000), st.permutations(range(11)), st.integers(1, 11), st.sampled_from([1, 2]))
def test_any_slice_of_any_voices_in_any_order_has_the_same_bits(first, count, order, together, threads):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        chosen = order[:together]
        rows = render([VOICES[k] for k in chosen], first, count)
    finally:
        torch.set_num_threads(before)
    for row, k in zip(rows, chosen, strict=True):
        expected = np.zeros(count, np.float32)
        low, high = max(first, 0), min(first + count, WHOLE.shape[1])
        if high > low:
            expected[low - first : high - first] = WHOLE[k, low:high]
            other = np.flatnonzero(row[: high - first].view(np.int32) != expected[: high - first].view(np.int32))
            assert not len(other), f"voice {k} from {other[0] + first}: {row[other[:3]]} instead of {expected[other[:3]]}"


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_a_long_slice_is_shared_by_threads_and_has_the_same_bits(monkeypatch, workers):
    monkeypatch.setattr(spectral, "cores", lambda: workers)
    assert (render(VOICES, 0, 30000).view(np.int32) == WHOLE.view(np.int32)).all()


def test_a_partial_has_its_frequency_amplitude_and_phase():
    frequency, phase, size = 1234.5, 0.7, 0.25
    levels = np.full((POINTS + 1, 16), -150.0)
    levels[:, 0] = 20 * np.log10(size)
    only = voice_of(
        np.array([frequency] + [0.0] * 15), np.array([phase] + [0.0] * 15), levels, np.zeros(16),
        np.full((POINTS + 1, NOISE_BANDS), -200.0), np.zeros(NOISE_BANDS), 60000, 60000, 0,
    )  # fmt: skip
    n = np.arange(60000)
    ideal = size * np.cos(2 * np.pi * frequency * n / 48000 + phase)
    made = render([only], 0, 60000, 48000)[0]
    inside = slice(100, 59000)
    assert np.abs(made[inside] - ideal[inside]).max() < 2e-5


def test_noise_has_the_power_that_was_asked_for():
    hiss = voice(noise_db=-60.0, held=5 * RATE, length=5 * RATE)
    levels = np.full_like(hiss.levels, -20.0)
    levels[:, :NOISE_BANDS] = -60 * np.log(10) / 20
    made = render([replace(hiss, levels=levels, key=9)], 0, 5 * RATE)[0]
    spectrum = np.abs(np.fft.rfft(made[RATE:])) ** 2 / (len(made) - RATE) / RATE * 2
    frequency = np.fft.rfftfreq(len(made) - RATE, 1 / RATE)
    for low, high in ((500, 2000), (2000, 8000), (8000, 16000)):
        assert 10 * np.log10(spectrum[(frequency > low) & (frequency < high)].mean()) == pytest.approx(-60, abs=0.7)


def test_different_keys_have_different_noise():
    a, b = render([voice(key=1, noise_db=-40), voice(key=2, noise_db=-40)], 0, 4000)
    assert np.abs(a - b).max() > 1e-3


def test_the_onset_is_sharp_and_the_end_is_silent():
    row = render([voice(length=20000)], -200, 21000)[0]
    assert not row[:200].any()
    assert np.abs(row[200 : 200 + int(2 * ONSET_S * RATE)]).max() > 0.3 * np.abs(row).max()
    assert not row[20200:].any()
    assert np.abs(np.diff(row[20000:20300])).max() < 1e-4


def test_after_the_release_the_sound_falls_by_the_damping():
    row = render([voice(held=BLOCK, length=60000)], 0, 60000)[0].astype(float)
    level = [20 * np.log10(np.sqrt((row[a : a + 2000] ** 2).mean())) for a in (BLOCK + 500, BLOCK + 500 + RATE // 10)]
    assert level[0] - level[1] == pytest.approx(30 + 2, abs=1.0)


def test_between_blocks_nothing_clicks():
    row = render([voice(f0=100.0, noise_db=-200, held=40000, length=40000)], 0, 40000)[0].astype(float)
    jerk = np.abs(np.diff(row, 3))
    edge = jerk[BLOCK - 4 : BLOCK + 2].max()
    assert edge <= jerk[BLOCK + 100 : BLOCK + 2000].max() * 1.05


def test_progress_is_told_and_may_stop_the_work():
    told = []
    rows = np.zeros((3, 30000), np.float32)
    Synthesiser(torch.device("cpu")).render(VOICES[:3], RATE, 0, rows, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    def stop(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        Synthesiser(torch.device("cpu")).render(VOICES, RATE, 0, np.zeros((11, 30000), np.float32), stop)


def test_a_voice_of_another_length_is_the_same_otherwise():
    note = VOICES[3]
    other = note.lasting(5, 7)
    assert (other.held, other.length) == (5, 7)
    assert vars(replace(note, held=5, length=7)) == vars(other)


def test_partials_that_have_died_away_are_no_longer_computed():
    fall = control_times()[:, None].clip(max=5)
    levels = -12 - 30 * fall * np.arange(1, 97)
    levels[:, 0] = -12
    dying = voice_of(
        110.0 * np.arange(1, 97), np.zeros(96), levels, np.full(96, 300.0),
        np.full((POINTS + 1, NOISE_BANDS), -200.0), np.full(NOISE_BANDS, 300.0), 200000, 200000, 1,
    )  # fmt: skip
    widths = [spectral_torch.extent_of(dying, block, RATE)[0] for block in range(20)]
    assert widths[0] == 96
    assert widths[19] == 8
    assert widths == sorted(widths, reverse=True)
    pruned = render([dying], 0, 20 * BLOCK)
    whole = render([replace(dying, audible=np.full(POINTS + 1, 96))], 0, 20 * BLOCK)
    assert np.abs(pruned - whole).max() < 10 ** ((-12 - 85) / 20)
    assert (pruned != whole).any()


@pytest.mark.parametrize("compiled", [False, True])
def test_tables_are_given_up_least_lately_used_first(compiled):
    synth = Synthesiser(torch.device("cpu"), tables_bytes=600_000, compiled=compiled)
    for k in range(8):
        synth.render([VOICES[k]], RATE, 0, np.zeros((1, 100), np.float32))
    held = synth.tables.values()
    assert synth.tables.held == sum(t.nbytes for t in held.values()) <= 600_000
    assert next(reversed(held))[0] == VOICES[7].tune


def test_buckets_and_grids():
    assert [bucket_of(n) for n in (0, 1, 8, 9, 16, 17, 64, 65, 500)] == [0, 8, 8, 16, 16, 32, 64, 80, 96]
    assert len(control_times()) == POINTS + 1
    assert (np.diff(control_times()) > 0).all()
    assert (np.diff(band_centres()) > 0).all()
    assert 0 <= uniform(3, 1000).min() < uniform(3, 1000).max() < 1
    assert TOGETHER * BLOCK % 16 == 0
