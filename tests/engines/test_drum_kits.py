import json

import numpy as np
import pytest

from studio.engines.api import DRUM_KIT, Quiet
from studio.engines.drum_kits import KitPiece, find_kits, key_of, save_kit, usual, varied
from studio.engines.neural_instruments import NeuralInstruments
from studio.engines.own_instruments import id_for
from studio.engines.own_names import KIT_PREFIX, own_number
from studio.errors import StudioError
from studio.train.instruments_measures import batch_of
from tests.engines.instruments import tiny_model


def test_drums_by_name_and_number():
    assert key_of("38") == 38
    assert key_of("acoustic snare") == 38
    assert key_of("ride") == 51
    with pytest.raises(StudioError, match="no drum 'spoon'"):
        key_of("spoon")


def test_what_is_varied_and_what_is_not():
    pieces = varied({38: -2.0, 43: 1.0}, {51: 0.5}, {42: "own-click"})
    assert pieces[38] == KitPiece("drums_snare", -2.0)
    assert pieces[43].tuning == usual(43).tuning + 1
    assert pieces[51].short == 0.5
    assert pieces[42] == KitPiece("own-click")
    assert 36 not in pieces
    assert varied({38: 99.0}, {38: 0.0}, {}) == {38: KitPiece("drums_snare", 24.0, 0.05)}


def test_kits_come_back_and_damaged_ones_are_passed_over(tmp_path):
    for name in ("Dusty", "Broken"):
        save_kit(id_for(name, tmp_path, KIT_PREFIX), name, varied({38: -2.0}, {}, {}), tmp_path)
    card = tmp_path / "own-kit-broken" / "card.json"
    values = json.loads(card.read_text())
    values["hyper"]["kit"]["38"]["colour"] = "red"
    card.write_text(json.dumps(values))
    (kit,) = find_kits(tmp_path)
    assert (kit.card.title, kit.pieces) == ("Dusty", {38: KitPiece("drums_snare", -2.0)})


def test_a_kit_sounds_as_it_is_set(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    engine = NeuralInstruments()
    engine.prepare(tiny_model(tmp_path / "tiny"), "cpu")
    save_kit("own-kit-a", "A", {38: KitPiece("drums_snare", 5.0, 0.3), 36: KitPiece("own-lost"), 42: KitPiece("piano")})
    engine.refresh()
    number = own_number("own-kit-a")
    assert [engine.sound_of(number, k) for k in (36, 38, 42, 46)] == ["drums_kick", "drums_snare", "piano", usual(46).piece]
    keys = [(p, k, 90, 9000) for k in (38, 36, 46) for p in (DRUM_KIT, number)]
    sound = engine.render(batch_of(keys), 44100, 0, 9000, Quiet())
    lengths = engine.lengths(batch_of(keys), 44100).reshape(3, 2)
    assert lengths[0, 1] < lengths[0, 0]
    assert (lengths[1:, 0] == lengths[1:, 1]).all()
    assert np.abs(sound).max(1).min() > 0
    assert not np.array_equal(sound[0], sound[1])
