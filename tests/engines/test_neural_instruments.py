import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.engines import neural_instruments_laws as laws
from studio.engines.api import DRUM_KIT, Quiet, Renderer, SoundBatch, WholeNotes
from studio.engines.cards import Card, read_card
from studio.engines.neural_instruments import NeuralInstruments
from studio.errors import Cancelled, StudioError
from studio.nn.counter import uniform
from studio.nn.spectral import NEPER, NOISE_BANDS, POINTS, band_centres
from studio.paths import models
from tests.engines.instruments import tiny_model

RATE = 44100


def batch(*notes: tuple[int, int, int, int]) -> SoundBatch:
    columns = np.array(notes).T
    return SoundBatch(
        columns[0].astype(np.int16), columns[1].astype(np.int16), columns[2].astype(np.int16), columns[3].astype(np.int64)
    )


MANY = batch(
    (0, 60, 80, 9000), (0, 21, 127, 20000), (73, 72, 40, 5000), (9, 90, 90, 1000),
    (DRUM_KIT, 36, 100, 500), (DRUM_KIT, 81, 20, 500),
    (40, 100, 64, 12000), (0, 108, 1, 100), (73, 72, 40, 5000), (127, 60, 60, 3000),
)  # fmt: skip


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Card:
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def engine(card: Card) -> NeuralInstruments:
    made = NeuralInstruments()
    made.prepare(card, "cpu")
    return made


@pytest.fixture(scope="module")
def whole(engine: NeuralInstruments) -> np.ndarray:
    return engine.render(MANY, RATE, 0, 60000, Quiet())


def test_it_is_a_renderer(engine):
    assert isinstance(engine, Renderer)


def test_as_long_as_promised_and_no_nan(engine, whole):
    lengths = engine.lengths(MANY, RATE)
    assert whole.dtype == np.float32
    assert np.isfinite(whole).all()
    for row, length in zip(whole, lengths, strict=True):
        assert not row[min(length, len(row)) :].any()
        assert row[: min(length, len(row))].any()
    assert lengths[2] > 5000


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 50000), st.integers(1, 9000), st.permutations(range(10)), st.integers(1, 10))
def test_a_slice_is_a_slice_of_the_whole_in_any_company(card, whole, first, count, order, together):
    fresh = NeuralInstruments()
    fresh.prepare(card, "cpu")
    chosen = np.array(order[:together])
    rows = fresh.render(MANY.select(chosen), RATE, first, count, Quiet())
    assert rows.tobytes() == np.ascontiguousarray(whole[chosen, first : first + count]).tobytes()


def test_the_same_note_twice_is_the_same_sound(whole):
    assert whole[2].tobytes() == whole[8].tobytes()


def test_louder_keys_are_louder(engine):
    for program, pitch in ((0, 40), (0, 90), (73, 72), (9, 96), (DRUM_KIT, 36)):
        rows = engine.render(batch(*[(program, pitch, v, 8000) for v in range(8, 128, 8)]), RATE, 0, 8000, Quiet())
        assert (np.diff((rows.astype(float) ** 2).mean(1)) > 0).all()


def test_a_soft_note_hisses_no_more_than_a_loud_one(engine):
    sound = engine._placed([(73, 72)])[0].sound
    assert sound.soft == sound.loud == 80
    for velocity in (10, 30):
        soft, loud = (v.levels[: POINTS + 1] / NEPER for v in engine._new_voices([(73, 72, velocity), (73, 72, 80)], RATE))
        quieter = (soft - loud)[:, :NOISE_BANDS] - laws.tilt(band_centres(), np.array(velocity - 80.0))
        audible = loud[:, :NOISE_BANDS] > loud[:, NOISE_BANDS:].max() - 120
        assert audible.any()
        assert np.ptp(quieter[audible]) < 0.01


def test_recorded_modes_start_as_they_were_corrected(engine):
    snare, piano = engine._voiced([(DRUM_KIT, 38, 80), (0, 60, 80)], RATE)
    there = snare.frequency > 0
    wanted = uniform(laws.MODE_PHASES, len(snare.phase))
    assert there.any()
    assert np.array_equal(snare.phase[there], wanted[there].astype(np.float64))
    assert not np.array_equal(piano.phase[:8], wanted[:8])


def test_the_shipped_kick_knocks_as_loud_as_recorded():
    shipped = NeuralInstruments()
    shipped.prepare(read_card(models() / "instruments"), "cpu")
    hits = batch(*((DRUM_KIT, 36, velocity, RATE // 2) for velocity in range(58, 82)))
    power = np.abs(np.fft.rfft(shipped.render(hits, RATE, 0, RATE // 2, Quiet()).astype(np.float64))) ** 2
    frequency = np.fft.rfftfreq(RATE // 2, 1 / RATE)
    knock = 10 * np.log10(power[:, (frequency >= 250) & (frequency < 750)].sum(1) / power.sum(1))
    assert knock.mean() == pytest.approx(-28, abs=2.5)  # of the recordings; with modes that were there at once it was -15
    assert knock.max() < -20


@pytest.mark.parametrize("key", [48, 72])
def test_shipped_synths_do_not_rumble_under_their_notes(key):
    shipped = NeuralInstruments()
    shipped.prepare(read_card(models() / "instruments"), "cpu")
    synths = (62, 63, 81, 82, 83, 89, 95, 100)  # learned from samples that stand off zero
    rows = shipped.render(batch(*((p, key, 80, RATE // 2) for p in synths)), RATE, RATE // 10, RATE // 2, Quiet())
    power = np.abs(np.fft.rfft(rows.astype(np.float64) * np.hanning(rows.shape[1]))) ** 2
    under = np.fft.rfftfreq(rows.shape[1], 1 / RATE) < 60
    assert (10 * np.log10(power[:, under].sum(1) / power.sum(1))).max() < -30  # -17 where it was worst


def test_in_tune_and_on_time(engine):
    row = engine.render(batch((73, 69, 80, RATE)), RATE, -100, RATE, Quiet())[0]
    assert not row[:100].any()
    assert np.flatnonzero(np.abs(row) > 1e-3 * np.abs(row).max())[0] - 100 < RATE / 1000
    spectrum = np.abs(np.fft.rfft(row * np.hanning(len(row)), 1 << 20))
    peak = 400 * (1 << 20) // RATE + np.argmax(spectrum[400 * (1 << 20) // RATE : 480 * (1 << 20) // RATE])
    assert abs(1200 * np.log2(peak * RATE / (1 << 20) / 440)) < 3


def test_nothing_near_the_nyquist_frequency(engine):
    for rate in (44100, 48000):
        row = engine.render(batch((0, 108, 100, rate)), rate, 0, rate // 2, Quiet())[0]
        spectrum = np.abs(np.fft.rfft(row * np.hanning(len(row))))
        assert spectrum[int(0.96 * len(spectrum)) :].max() < 1e-3 * spectrum.max()


def test_progress_stops_it(engine):
    class Stopping:
        def progress(self, fraction: float, message: str = "") -> None:
            raise Cancelled

        def notice(self, message: str) -> None:
            raise AssertionError

    with pytest.raises(Cancelled):
        engine.render(MANY, RATE, 0, 20000, Stopping())


class FailingSynthesiser:
    """Stands for a graphics processor: the real synthesiser behind a device that breaks after some blocks."""

    def __init__(self, real: Any, works: int) -> None:
        self.real, self.works = real, works

    def render(self, voices: Any, rate: int, first: int, rows: Any, tick: Any) -> None:
        if self.works <= 0:
            rows[:, : rows.shape[1] // 2] = 7.0
            raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")
        self.works -= 1
        self.real.render(voices, rate, first, rows, tick)


def test_lengths_are_told_while_another_thread_renders(engine):
    told: list[int] = []

    class Asks(Quiet):
        def progress(self, fraction: float, message: str = "") -> None:
            asking = threading.Thread(target=lambda: told.extend(engine.lengths(MANY, RATE).tolist()), daemon=True)
            asking.start()
            asking.join(30)
            if asking.is_alive():
                raise AssertionError("lengths wait for the rendering to end")

    engine.render(MANY, RATE, 0, 4_000, Asks())
    assert told


def test_a_graphics_processor_that_fails_gives_way_to_the_processor_with_one_sentence(card, whole):
    told: list[str] = []

    class Listening(Quiet):
        def notice(self, message: str) -> None:
            told.append(message)

    engine = NeuralInstruments()
    engine.prepare(card, "cpu")
    engine._synth, engine.device = FailingSynthesiser(engine._synth, 1), "cuda"  # type: ignore[assignment]
    for _ in range(3):
        rows = engine.render(MANY, RATE, 0, 60000, Listening())
        assert rows.tobytes() == whole.tobytes()
    assert len(told) == 1
    assert told[0].endswith(".")
    assert engine.device == "cpu"


def test_what_fails_on_the_processor_is_a_defect(card):
    engine = NeuralInstruments()
    engine.prepare(card, "cpu")
    engine._synth = FailingSynthesiser(engine._synth, 0)  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        engine.render(MANY, RATE, 0, 1000, Quiet())


def test_few_notes_are_kept_at_hand(card, whole, monkeypatch):
    monkeypatch.setattr("studio.engines.neural_instruments.KEPT_NOTES", 4)
    engine = NeuralInstruments()
    engine.prepare(card, "cpu")
    for _ in range(2):
        assert engine.render(MANY, RATE, 0, 60000, Quiet()).tobytes() == whole.tobytes()
        for k in range(len(MANY)):
            one = MANY.select(slice(k, k + 1))
            assert engine.render(one, RATE, 0, 3000, Quiet()).tobytes() == whole[k : k + 1, :3000].tobytes()
    assert len(engine._voices) <= 4


def test_whole_notes_have_the_samples_of_slices_and_nothing_after_them(engine, whole):
    assert isinstance(engine, WholeNotes)
    rows = engine.whole(MANY, RATE, Quiet())
    assert [len(row) for row in rows] == engine.lengths(MANY, RATE).tolist()
    for row, padded in zip(rows, whole, strict=True):
        count = min(len(row), len(padded))
        assert row[:count].tobytes() == padded[:count].tobytes()
        assert row.base is None


def test_notes_that_were_foretold_sound_the_same(engine, whole):
    engine.forget()
    rows = engine.whole(MANY, RATE, Quiet())
    engine.forget()
    engine.foretell(MANY, RATE)
    voices = dict(engine._voices)
    assert len(voices) == len({*engine._keys(MANY)})
    assert [row.tobytes() for row in engine.whole(MANY, RATE, Quiet())] == [row.tobytes() for row in rows]
    assert all(engine._voices[key] is voice for key, voice in voices.items())
    engine.foretell(MANY.select(slice(0, 0)), RATE)


def test_an_empty_batch(engine):
    nothing = MANY.select(slice(0, 0))
    assert engine.render(nothing, RATE, 0, 100, Quiet()).shape == (0, 100)
    assert engine.lengths(nothing, RATE).shape == (0,)


def test_a_card_without_sounds_is_refused(card, tmp_path):
    other = Card(card.id, card.engine, card.title, card.sha256, hyper={}, folder=card.folder)
    with pytest.raises(StudioError, match="does not list its sounds"):
        NeuralInstruments().prepare(other, "cpu")


SHIPPED = Path(models() / "instruments")


@pytest.mark.skipif(not (SHIPPED / "card.json").exists(), reason="the shipped instruments are not here")
def test_the_shipped_instruments_play_every_program_and_drum_at_a_sensible_level():
    engine = NeuralInstruments()
    engine.prepare(read_card(SHIPPED), "cpu")
    notes = [(p, 40 if p // 8 == 4 else 67, 80, 12000) for p in range(128)] + [(DRUM_KIT, k, 80, 12000) for k in range(35, 82)]
    rows = engine.render(batch(*notes), RATE, 0, 12000, Quiet())
    assert np.isfinite(rows).all()
    peaks = 20 * np.log10(np.abs(rows).max(1))
    assert peaks.max() < -3
    assert peaks.min() > -32
    assert np.median(peaks[:128]) == pytest.approx(-17, abs=3)
