import json

import numpy as np
import pytest

from studio.engines.cards import Card
from studio.engines.neural_instruments_laws import Sound
from studio.engines.own_instruments import ENGINE, find_own, forget, id_for, save
from studio.engines.own_names import own_number
from studio.errors import StudioError

SOUND = Sound("", 0, "Viola", 0, "own", True, 0, 0.2, 0.0, 48, 80, 40, 100, stiffness=(0.1, 0.2, -8.0))
ROW = {"embedding": np.arange(4.0), "film": np.arange(8.0), "base": np.arange(6.0)}


def card(name: str, network: str = "abc") -> Card:
    return Card(name, ENGINE, name.title(), hyper={"network": network})


def test_it_comes_back_as_it_was_saved(tmp_path):
    save(card("own-viola"), SOUND, ROW, {"pitch": np.array([60.0])}, tmp_path)
    (found,) = find_own("abc", tmp_path)
    assert (found.sound.id, found.sound.program, found.sound.stiffness) == ("own-viola", own_number("own-viola"), SOUND.stiffness)
    assert all(np.array_equal(found.row[k], v) for k, v in ROW.items())
    assert find_own("of another network", tmp_path) == []


def test_ids_are_free_and_plain(tmp_path):
    assert id_for("My Viola!", tmp_path) == "own-my-viola"
    save(card("own-my-viola"), SOUND, ROW, {}, tmp_path)
    assert id_for("my viola", tmp_path) == "own-my-viola-2"
    assert id_for("中提琴", tmp_path).startswith("own-")
    with pytest.raises(StudioError, match="needs a name"):
        id_for("  ", tmp_path)


def test_what_is_damaged_is_passed_over(tmp_path):
    for name in ("own-a", "own-b", "own-c"):
        save(card(name), SOUND, ROW, {}, tmp_path)
    (tmp_path / "own-a" / "weights.safetensors").write_bytes(b"nonsense")
    values = json.loads((tmp_path / "own-b" / "card.json").read_text())
    del values["hyper"]["sound"]["low"]
    (tmp_path / "own-b" / "card.json").write_text(json.dumps(values))
    assert [o.card.id for o in find_own("abc", tmp_path)] == ["own-c"]


def test_it_can_be_forgotten(tmp_path):
    save(card("own-a"), SOUND, ROW, {}, tmp_path)
    forget("own-a", tmp_path)
    assert find_own("abc", tmp_path) == []
    for wrong in ("own-a", "../own-a", "piano"):
        with pytest.raises(StudioError, match="no instrument"):
            forget(wrong, tmp_path)


def test_where_it_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="cannot be written: Not a directory"):
        save(card("own-viola"), SOUND, ROW, {}, tmp_path / "file")
