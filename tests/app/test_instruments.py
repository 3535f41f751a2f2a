from types import SimpleNamespace

import numpy as np
import pytest

from studio.app.instruments import blend_instruments, draw_hit, forget_instrument, learn_instrument, own_instruments_of
from studio.app.kits import vary_kit
from studio.codecs.audiofile import write_audio
from studio.engines.api import Quiet
from studio.engines.cards import Card
from studio.engines.drum_blend import is_drum
from studio.engines.drum_changes import DrumChange
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.own_instruments import ENGINE, save
from studio.engines.own_names import own_number, titles
from studio.errors import StudioError
from studio.train.instruments_measures import batch_of
from tests.engines.instruments import tiny_encoder, tiny_gan, tiny_model
from tests.train.notes import RATE, pipe


@pytest.fixture
def renderer(tmp_path, monkeypatch) -> NeuralInstruments:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    card = tiny_model(tmp_path / "tiny")
    tiny_encoder(card)
    made = NeuralInstruments()
    made.prepare(card, "cpu")
    return made


@pytest.fixture
def file(tmp_path):
    sound = np.concatenate([np.pad(pipe(220.0 * r, 0.5), (0, 6000)) for r in (1, 1.25, 1.5)])
    write_audio(tmp_path / "pipe.wav", np.repeat(sound[:, None], 2, 1).astype(np.float32), RATE)
    return tmp_path / "pipe.wav"


def test_a_recording_becomes_an_instrument_that_sounds(renderer, file):
    card = learn_instrument(file, "My pipe", renderer, Quiet(), steps=10)
    assert (card.id, card.title) == ("own-my-pipe", "My pipe")
    assert card.data[0]["name"] == "pipe.wav"
    assert card.data[0]["keys"] == [57, 61, 64]
    assert titles() == {"own-my-pipe": "My pipe"}
    assert [o.card.id for o in own_instruments_of(renderer)] == ["own-my-pipe"]
    sound = renderer.render(batch_of([(own_number(card.id), 60, 90, 5000)]), RATE, 0, 5000, Quiet())
    assert np.abs(sound).max() > 0.01


def test_what_cannot_be_learned_leaves_nothing(renderer, file, tmp_path):
    write_audio(tmp_path / "silence.wav", np.zeros((RATE, 1), np.float32), RATE)
    for wrong, name in ((tmp_path / "silence.wav", "A"), (tmp_path / "none.wav", "A"), (file, " ")):
        with pytest.raises(StudioError):
            learn_instrument(wrong, name, renderer, Quiet(), steps=5)
    assert titles() == {}


def test_a_blend_of_two(renderer):
    card = blend_instruments("flute", "Piano", 0.25, "Flutiano", renderer)
    assert card.hyper["blend"] == {"of": ["flute", "piano"], "share": 0.25}
    known = renderer.rows()
    assert (known[card.id][0].low, known[card.id][0].steady) == (50, True)
    twice = blend_instruments("Flutiano", "piano", 0.5, "More", renderer)
    assert {card.id, twice.id} <= renderer.rows().keys()
    assert [len(renderer.rows()[k][1]["base"]) for k in (card.id, twice.id)] == [2, 3]
    numbers = [own_number(card.id), own_number(twice.id)]
    both, one, other = (
        renderer.render(batch_of([(n, 60, 90, 5000) for n in some]), RATE, 0, 5000, Quiet())
        for some in (numbers, numbers[:1], numbers[1:])
    )
    assert np.abs(both).max(1).min() > 0.01
    assert both.tobytes() == one.tobytes() + other.tobytes()


def test_a_blend_of_all_one_sounds_as_that_one(renderer):
    card = blend_instruments("flute", "piano", 0.0, "All flute", renderer)
    notes = [(73, 70, 100, 9000), (own_number(card.id), 70, 100, 9000)]
    spectra = np.abs(np.fft.rfft(renderer.render(batch_of(notes), RATE, 0, 9000, Quiet()) * np.hanning(9000)))
    heard = spectra[0] > 0.1 * spectra[0].max()  # the partials: noise is as random as that of another note
    assert np.abs(20 * np.log10(spectra[1][heard] / spectra[0][heard])).max() < 1.0


def test_a_blend_that_was_fitted_is_played_yet(renderer):
    known = renderer.rows()
    sound, row = known["flute"]
    save(Card("own-old", ENGINE, "Old", hyper={"network": renderer.card.sha256}), sound, row, {})
    renderer.refresh()
    assert len(renderer.rows()["own-old"][0].parts) == 1
    rows = renderer.render(batch_of([(own_number("own-old"), 70, 100, 9000)]), RATE, 0, 9000, Quiet())
    assert np.abs(rows).max() > 0.01


def test_what_a_blend_lacks_makes_it_unknown(renderer):
    card = blend_instruments("flute", "piano", 0.5, "Half", renderer)
    sound, row = renderer.rows()[card.id]
    save(card, sound, {k: v[:1] for k, v in row.items()}, {})
    renderer.refresh()
    assert card.id not in renderer.rows()


def test_a_blend_of_unknown_ones(renderer):
    with pytest.raises(StudioError, match="no instrument"):
        blend_instruments("flute", "kazoo", 0.5, "X", renderer)


def test_a_drawn_hit_is_a_drum_of_ones_own(renderer):
    tiny_gan(renderer.card.folder)
    drum = draw_hit("snare", 5, "Paper", renderer, Quiet())
    assert drum.hyper["drawn"]["seed"] == 5
    assert is_drum(renderer.rows()[drum.id][0])


def test_of_a_long_recording_only_the_beginning_is_heard_and_that_is_told(renderer, file, monkeypatch):
    monkeypatch.setattr("studio.engines.instrument_learning.MOST_S", 0.6)
    told = []
    ctx = SimpleNamespace(progress=lambda *_: None, notice=told.append)
    card = learn_instrument(file, "Short", renderer, ctx, steps=5)
    assert card.data[0]["keys"] == [57]
    assert "Only the first" in told[0]


def test_what_a_kit_has_stays_and_what_nobody_has_goes(renderer):
    tiny_gan(renderer.card.folder)
    drum = draw_hit("snare", 5, "Paper", renderer, Quiet())
    kit = vary_kit("Dusty", {38: DrumChange(use=drum.id)}, renderer)
    with pytest.raises(StudioError, match="'Dusty' has this drum"):
        forget_instrument(drum.id, renderer)
    for unwanted in (kit.id, drum.id):
        forget_instrument(unwanted, renderer)
    assert titles() == {} and drum.id not in renderer.rows()
