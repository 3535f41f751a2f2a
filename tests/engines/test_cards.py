import json

import pytest

from studio.engines.cards import Card, check_weights, find_cards, read_card, write_card
from studio.errors import StudioError


@pytest.fixture
def card(tmp_path):
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "weights.safetensors").write_bytes(b"12345678")
    card = Card("tiny", "engine", "Tiny", hyper={"size": 3}, data=[{"name": "Tunes"}], figures={"nll": 2.5}, folder=folder)
    write_card(card)
    return read_card(folder)


def test_a_card_comes_back_with_the_hash_of_its_weights(card):
    assert (card.id, card.hyper, card.data, card.figures) == ("tiny", {"size": 3}, [{"name": "Tunes"}], {"nll": 2.5})
    assert len(card.sha256) == 64
    assert check_weights(card) == b"12345678"


def test_exchanged_weights_are_refused(card):
    card.weights.write_bytes(b"87654321")
    with pytest.raises(StudioError, match="exchanged"):
        check_weights(card)


def test_missing_weights_are_told(card):
    card.weights.unlink()
    with pytest.raises(StudioError, match="missing"):
        check_weights(card)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"id": "x"}'])
def test_an_unreadable_card_is_told_and_passed_over(card, text):
    (card.folder / "card.json").write_text(text)
    with pytest.raises(StudioError, match="no readable card"):
        read_card(card.folder)
    assert find_cards(card.folder.parent) == []


def test_what_a_newer_version_wrote_is_ignored(card):
    values = json.loads((card.folder / "card.json").read_text("utf-8"))
    (card.folder / "card.json").write_text(json.dumps({**values, "smell": "of roses"}))
    assert find_cards(card.folder.parent) == [card]


def test_shipped_models_are_whole():
    """Every model that is shipped has the weights its card describes, its recipe, and the licences of what it learned from."""
    for shipped in find_cards():
        check_weights(shipped)
        assert shipped.recipe
        assert shipped.data
        assert all(d.get("name") and d.get("licence") for d in shipped.data), shipped.id
