import numpy as np
import pytest

from studio.engines.cards import Card, read_card
from studio.engines.lstm_writer import LstmWriter
from studio.engines.lstm_writer_styles import Manner
from studio.engines.note_columns import VERSION
from studio.errors import StudioError
from studio.music.document import Document, Track
from studio.nn.note_lstm import NoteLstm
from studio.train import manners, symbolic_plans
from studio.train.benches_generation import Model
from studio.train.export import export
from studio.train.manners import Course, Fit, answers, apart, fitted
from studio.train.measures import NAMES
from studio.train.symbolic_task import shape_of
from tests.train.test_symbolic_task import small_corpus
from tests.writers import SMALL, scale_piece, steered_writer

RECIPE = {"name": "tiny-manners", "model": "tiny", "fit": {"plans": 5, "songs": 4, "pieces": 2, "turns": 2}}


def models_():
    """Songs of 17 bars as patterns, for a folk band."""
    tracks = (Track(1, "Chords"), Track(2, "Melody", program=73))
    return [Model(scale_piece(18, seed=k), Document(tracks=tracks), 3840) for k in range(3)]


def shipped(folder, **shape):
    network = NoteLstm(shape_of(**SMALL, **shape))
    hyper = {**network.shape.as_dict(), "version": VERSION}
    export(network.state_dict(), Card("tiny", "lstm-writer", "Tiny", hyper=hyper), folder / "tiny")


def test_a_shipped_writer_gets_manners_and_plans(tmp_path, monkeypatch):
    monkeypatch.setattr(symbolic_plans, "_SHORTEST", 6)
    monkeypatch.setattr(manners, "corpus", small_corpus)
    monkeypatch.setattr(manners, "models", lambda: tmp_path)
    monkeypatch.setattr(manners, "judged", lambda number, split, most: models_() if number == 1 and most else [])
    shipped(tmp_path, plans=3)
    before = read_card(tmp_path / "tiny")
    manners.train(RECIPE, tmp_path / "run", False, lambda fraction, message: None)
    card = read_card(tmp_path / "tiny")
    assert card.hyper["plans"] == 5 and set(card.hyper["manners"]) == {"folk"} and card.sha256 != before.sha256
    assert len(card.training["manners (recipe tiny-manners)"]["folk"]["songs"]) == len(NAMES)
    writer = LstmWriter()
    writer.prepare(card, "cpu")
    assert writer.manners["folk"] == Manner(**card.hyper["manners"]["folk"])


def test_only_a_writer_with_plans_can_have_them(tmp_path, monkeypatch):
    monkeypatch.setattr(manners, "models", lambda: tmp_path)
    shipped(tmp_path)
    with pytest.raises(StudioError, match="no manners"):
        manners.train(RECIPE, tmp_path / "run", False, lambda fraction, message: None)


def test_pieces_come_nearer_to_the_songs(monkeypatch):
    writer, found = steered_writer(), models_()
    monkeypatch.setattr(writer, "manners", dict(writer.manners))  # it is other tests' writer too
    told = [fitted(writer, "folk", found, Fit(pieces=4, turns=n))[1] for n in (1, 5)]
    songs = np.array(told[0]["songs"])
    far = [float(np.sum(apart(np.array(t["last written"]), songs) ** 2)) for t in told]
    assert far[1] < 0.9 * far[0]


def test_errors_are_tenths_of_the_songs_and_of_small_shares_the_difference():
    songs = np.array([0.9, 2.0, 0.8, 20.0, 3.0, 0.0, np.nan])
    made = songs * 1.1 + np.array([0, 0, 0, 0, 0, 0.05, 0])
    assert apart(made, songs) == pytest.approx([1, 1, 1, 1, 1, 0.5, 0])


def test_a_course_finds_where_errors_vanish():
    slopes = 1.5 * manners._GUESS
    start = slopes @ np.array([1.0, -0.5, 0.5, -1.0, 0.5])
    course, draw, errors = Course(), np.random.default_rng(0), []
    for _ in range(8):
        errors.append(start + slopes @ course.next)
        course.push(errors[-1] + 0.05 * draw.standard_normal(len(start)))
    assert np.abs(errors[-1]).max() < 0.25 < np.abs(errors[0]).max()


def test_answers_are_guessed_first_and_learned_from_turns():
    errors = np.arange(7.0)
    begun, slopes = answers(np.zeros((1, 5)), errors[None])
    assert begun == pytest.approx(errors) and slopes == pytest.approx(manners._GUESS)
    tried = 100 * np.eye(6, 5)
    begun, slopes = answers(tried, errors + 0.3 * tried @ np.ones((5, 7)))
    assert slopes == pytest.approx(np.full((7, 5), 0.3), abs=0.01)
