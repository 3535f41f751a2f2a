import numpy as np
import pytest

from studio.engines.api import Quiet
from studio.engines.cards import Card
from studio.engines.instrument_learning import learn, load_encoder, notes_in, prepared, rings_off, saved
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.own_instruments import find_own
from studio.engines.own_names import own_number
from studio.errors import Cancelled, StudioError
from studio.train.instruments_measures import batch_of
from tests.engines.instruments import tiny_encoder, tiny_model
from tests.train.notes import RATE, pipe, string

KEYS = (55, 60, 67)


def recording(make: object = pipe) -> np.ndarray:
    """Three notes with silence between."""
    return np.concatenate([np.pad(make(440 * 2 ** ((k - 69) / 12), 0.6), (0, 8000)) for k in KEYS])  # type: ignore[operator]


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Card:
    made = tiny_model(tmp_path_factory.mktemp("models") / "tiny")
    tiny_encoder(made)
    return made


@pytest.fixture
def engine(card: Card, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> NeuralInstruments:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    made = NeuralInstruments()
    made.prepare(card, "cpu")
    return made


def test_it_is_learned_saved_and_played(card, engine):
    net = engine.network()
    learned = learn(recording(), RATE, net, load_encoder(card, net), Quiet(), steps=30)
    assert learned.keys == KEYS
    assert learned.sound.steady
    assert learned.after_db < learned.before_db
    made = saved(learned, "My pipe", card, {"name": "pipe.wav"})
    engine.refresh()
    (own,) = find_own(card.sha256)
    assert own.card.data[0]["keys"] == list(KEYS)
    assert engine.sound_of(own_number(made), 60) == made
    notes = batch_of([(own_number(made), 60, 90, 8000), (73, 60, 90, 8000)])
    sound = engine.render(notes, 44100, 0, 8000, Quiet())
    assert np.abs(sound).max(1).min() > 0.01
    assert not np.array_equal(sound[0], sound[1])
    # Slices of it are those of the whole, and it sounds the same when others have come.
    assert np.array_equal(engine.render(notes, 44100, 3000, 2000, Quiet()), sound[:, 3000:5000])
    saved(learned, "A first one", card, {})
    engine.refresh()
    engine.forget()
    assert np.array_equal(engine.render(notes, 44100, 0, 8000, Quiet()), sound)


def test_strings_ring_off_and_pipes_do_not():
    for make, expected in ((string, True), (pipe, False)):
        sound = recording(make) if make is pipe else np.concatenate([string(220.0 * k, 0.8, decay=40) for k in (1, 1.5)])
        assert rings_off(sound, notes_in(sound)) is expected


def test_stereo_at_another_rate_is_brought_home():
    sound = prepared(np.repeat(pipe(220.0, 0.5)[:, None], 2, 1), 48000)
    assert sound.ndim == 1
    assert len(sound) == pytest.approx(0.5 * RATE * RATE / 48000, abs=5)


def test_of_channels_that_cancel_one_is_heard():
    note = pipe(220.0, 0.5)
    assert np.abs(prepared(np.stack([0.5 * note, -0.5 * note], 1), RATE)).max() > 0.1


def test_silence_and_noise_are_refused_in_a_sentence():
    with pytest.raises(StudioError, match="nothing to hear"):
        notes_in(np.zeros(RATE))
    with pytest.raises(StudioError, match="No single notes"):
        notes_in(np.random.default_rng(3).normal(size=RATE))


def test_it_stops_when_told(card, engine):
    class Stopped(Quiet):
        def progress(self, fraction: float, message: str = "") -> None:
            if fraction > 0.45:
                raise Cancelled

    net = engine.network()
    with pytest.raises(Cancelled):
        learn(recording(), RATE, net, load_encoder(card, net), Stopped(), steps=30)
    assert find_own(card.sha256) == []


def test_an_encoder_of_other_weights_is_refused(card, engine):
    from dataclasses import replace

    with pytest.raises(StudioError, match="not of these instruments"):
        load_encoder(replace(card, sha256="other"), engine.network())


def test_a_lost_instrument_is_played_by_another(engine):
    assert engine.sound_of(own_number("own-lost"), 60) == engine.sound_of(0, 60)
