import json

import pytest

from studio import bench, paths, train
from studio.cli import machine, main
from studio.engines.cards import Card, write_card


@pytest.fixture
def models(tmp_path, monkeypatch):
    """One small model in a folder of its own."""
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(b"\0" * 1_000_000)
    data = [{"name": "Folk tunes", "licence": "CC0"}]
    write_card(Card("tiny", "lstm-writer", "Tiny writer", hyper={"styles": ["folk", "pop"]}, data=data, folder=folder))
    monkeypatch.setattr(machine, "find_cards", lambda: machine_cards(tmp_path))
    return folder


def machine_cards(root):
    from studio.engines.cards import find_cards

    return find_cards(root / "models")


def test_models_are_listed_with_their_styles(models, capsys):
    assert main(["models"]) == 0
    out = capsys.readouterr().out
    for word in ("tiny", "Tiny writer", "writes notes", "1.0", "Folk tunes", "folk, pop"):
        assert word in out


def test_models_as_json_tell_everything_on_the_card(models, capsys):
    assert main(["models", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["id"] == "tiny"
    assert len(row["sha256"]) == 64
    assert row["data"] == [{"name": "Folk tunes", "licence": "CC0"}]


def test_no_models_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(machine, "find_cards", list)
    assert main(["models"]) == 0
    assert capsys.readouterr().err == "No model is installed.\n"


def test_devices_end_with_the_cpu(capsys, no_sound_card):
    assert main(["devices", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["compute"][-1]["id"] == "cpu"
    assert isinstance(told["sound"], list)


def test_recipes_are_listed(capsys):
    assert main(["train"]) == 0
    assert all(name in capsys.readouterr().out for name in train.names()[:1])


def test_an_unknown_recipe_is_told(capsys):
    assert main(["train", "nonsense"]) == 1
    assert "no recipe 'nonsense'" in capsys.readouterr().err


def test_training_gets_the_recipe_and_whether_to_resume(monkeypatch):
    seen = []
    monkeypatch.setattr(train, "run", lambda recipe, resume, progress: seen.append((recipe, resume, progress(0.5, "half"))))
    assert main(["train", "writer-lstm", "--resume"]) == 0
    assert seen == [("writer-lstm", True, None)]


def test_measurements_are_listed(capsys):
    assert main(["bench"]) == 0
    out = capsys.readouterr().out
    assert [name for name in bench.BENCHES if name not in out] == []


def test_a_measurement_gets_its_own_arguments_and_gives_its_exit_code(monkeypatch):
    monkeypatch.setitem(bench.BENCHES, "mine", bench.Bench(f"{__name__}:unused", "Mine"))
    seen = []
    monkeypatch.setattr(bench, "import_module", lambda name: type("M", (), {"unused": lambda argv: seen.append(argv) or 5}))
    assert main(["bench", "mine", "--runs", "3", "x"]) == 5
    assert seen == [["--runs", "3", "x"]]


def test_models_lie_beside_the_package():
    assert (paths.models().parent / "studio" / "paths.py").is_file()
