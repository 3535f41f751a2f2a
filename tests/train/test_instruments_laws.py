from dataclasses import replace

import numpy as np
import pytest
import soundfile

from studio.engines.cards import read_card
from studio.engines.neural_instruments_laws import Sound
from studio.train import instruments_data, instruments_laws
from studio.train.benches_instruments import prepared
from studio.train.instruments_data import Row, read_rows
from studio.train.instruments_laws import (
    HISS_DB,
    HISS_SHARE,
    LEAST_HISS_DB,
    beating_of,
    beats,
    fit,
    hiss_of,
    lowest_of,
    train,
    vibrato_of,
)
from studio.train.recipes import read
from tests.engines.instruments import tiny_model
from tests.train.notes import data_folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    root = data_folder(tmp_path)
    monkeypatch.setattr(instruments_data, "training_data", lambda: root)
    monkeypatch.setattr(instruments_data, "checkpoints", lambda: root / "checkpoints")
    monkeypatch.setattr(instruments_laws, "models", lambda: root / "models")
    monkeypatch.setattr(instruments_laws, "made_rows", list)
    return root


def test_the_lowest_is_between_the_levels():
    levels = np.array([-4.0, -2.0, 0.0, 2.0])
    assert lowest_of(levels, (levels + 1.3) ** 2) == pytest.approx(-1.3)
    assert lowest_of(levels, levels) == -4.0


def test_what_is_struck_or_plucked_may_beat():
    assert beats("piano")
    assert not beats("cello")
    assert not beats("glockenspiel")
    assert not beats("gunshot")


def test_notes_of_one_short_string_have_no_law(here):
    assert beating_of([r for r in read_rows() if r.instrument == "piano"]) == ()


def test_too_loud_a_noise_is_lowered(here):
    engine = prepared(tiny_model(here / "models" / "tiny").folder)
    rows = [r for r in read_rows() if r.instrument == "piano"]
    sound = engine.rows()["piano"][0]
    assert LEAST_HISS_DB[True] <= hiss_of(engine, sound, rows) <= HISS_DB[True][-1]
    heard = engine.rows()["piano"][1]["base"][-48:]
    heard += 2.0  # 50 dB
    engine.refresh()
    assert hiss_of(engine, sound, rows) == LEAST_HISS_DB[True]
    made = [replace(r, kind="soundfont-render") for r in rows]
    assert hiss_of(engine, sound, made) == round(LEAST_HISS_DB[False] * HISS_SHARE[False], 2) < LEAST_HISS_DB[True]
    heard -= 3.0
    engine.refresh()
    assert hiss_of(engine, sound, rows) > -1.0


def test_laws_are_written_and_weights_stay(here):
    card = tiny_model(here / "models" / "tiny")
    told: list[str] = []
    fit(card.folder, read_rows(), lambda fraction, message: told.append(message))
    made = read_card(card.folder)
    assert made.sha256 == card.sha256
    by_name = {v["id"]: Sound.of(v) for v in made.hyper["sounds"]}
    assert by_name["piano"].hiss_db != 0.0
    assert by_name["drums_snare"] == Sound.of(next(v for v in card.hyper["sounds"] if v["id"] == "drums_snare"))
    assert told[0] == "laws of piano"
    assert made.hyper["sounds"][0]["vibrato"] == []


def test_only_the_laws_that_are_wanted_are_measured(here):
    card = tiny_model(here / "models" / "tiny")
    fit(card.folder, read_rows(), lambda fraction, message: None, ("vibrato",))
    for before, after in zip(card.hyper["sounds"], read_card(card.folder).hyper["sounds"], strict=True):
        assert {**before, "vibrato": after.get("vibrato", [])} == {**after, "vibrato": after.get("vibrato", [])}


def wavering(folder, cents: float, count: int = 5) -> list[Row]:
    rows, t = [], np.arange(2 * 44100) / 44100
    for k in range(count):
        f = 440 * 2 ** ((60 + k - 69) / 12)
        sound = np.sin(2 * np.pi * f * t - f / 5 * cents / 1200 * np.log(2) * np.cos(2 * np.pi * 5 * t)) * 0.3
        soundfile.write(folder / f"{k}.flac", sound + 1e-3 * np.random.default_rng(k).standard_normal(len(t)), 44100)
        rows.append(Row(folder / f"{k}.flac", "violin", 60 + k, 80, "", "recorded", 0.0, "", ""))
    return rows


def test_vibrato_is_the_median_of_the_notes_that_have_it(tmp_path):
    cents, hertz, start = vibrato_of(wavering(tmp_path, 10.0))
    assert (cents, hertz) == pytest.approx((10, 5), rel=0.1)
    assert start < 0.2
    assert vibrato_of(wavering(tmp_path, 1.0)) == ()
    assert vibrato_of(wavering(tmp_path, 10.0, count=3)) == ()


def test_a_recipe_leaves_held_out_notes_out(here, monkeypatch):
    card = tiny_model(here / "models" / "tiny")
    seen: list[int] = []
    monkeypatch.setattr(instruments_laws, "fit", lambda folder, rows, progress, laws: seen.append(len(rows)))
    for holdout in (False, True):
        instruments_laws.write_card(replace(card, training={"settings": {"holdout": holdout}}))
        train({"of": ["tiny"]}, here, False, lambda fraction, message: None)
    assert seen[1] < seen[0] == len(read_rows())


def test_the_recipe_of_vibrato_makes_held_sounds_alone(here, monkeypatch):
    card = tiny_model(here / "models" / "tiny")
    instruments_laws.write_card(replace(card, training={"settings": {"holdout": False}}))
    asked = []
    monkeypatch.setattr(instruments_laws, "made_rows", lambda some: asked.append(some) or [])
    monkeypatch.setattr(instruments_laws, "fit", lambda folder, rows, progress, laws: asked.append(laws))
    train({**read("instruments-vibrato"), "of": ["tiny"]}, here, False, lambda fraction, message: None)
    assert all(one.steady for one in asked[0]) and len(asked[0]) > 40
    assert asked[1] == ("vibrato",)
