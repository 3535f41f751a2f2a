import pytest

from studio.errors import StudioError
from studio.train import names, recipes
from studio.train.loop import Schedule
from studio.train.symbolic_task import Feeding, shape_of


def test_shipped_recipes_can_be_read():
    assert "writer-lstm" in names()
    for name in names():
        if recipes.read(name)["trainer"] == "writer":
            recipe = recipes.read(name)
            assert recipe["model"]
            assert Schedule(**recipe["schedule"]).steps > (100 if "start" in recipe else 1000)  # one that goes on needs fewer
            assert Feeding(**recipe["feeding"]).batch > 1
            assert shape_of(**recipe["shape"]).units > 100


def test_unknown_recipes_are_refused(tmp_path):
    with pytest.raises(StudioError, match="no recipe"):
        recipes.read("nonsense")
    bad = tmp_path / "bad.toml"
    bad.write_text("trainer = 3\n")
    with pytest.raises(StudioError, match="trainer"):
        recipes.read(str(bad))
    bad.write_text("not toml")
    with pytest.raises(StudioError, match="cannot be read"):
        recipes.read(str(bad))


def test_running_hands_everything_on(tmp_path, monkeypatch):
    asked = []

    class Trainer:
        @staticmethod
        def train(recipe, folder, resume, progress):
            asked.append((recipe["name"], folder, resume))

    own = tmp_path / "own.toml"
    own.write_text('trainer = "writer"\n')
    monkeypatch.setattr(recipes, "import_module", lambda name: Trainer)
    monkeypatch.setattr(recipes, "checkpoints", lambda: tmp_path)
    recipes.run(str(own), resume=True)
    assert asked == [("own", tmp_path / "own", True)]
