from studio.train import frames_run
from tests.train.test_frames import repeated

RECIPE = {
    "name": "tiny",
    "set": "jsb",
    "shape": {"hidden": 8, "channels": 3, "reach": 2},
    "feeding": {"batch": 2, "length": 16, "short": False},
    "schedule": {"steps": 4, "measure_every": 2, "warmup": 1, "seed": 5},
}


def rolls(name):
    return {p: [repeated(20, seed=k) for k in range(3)] for p in ("train", "valid", "test")}


def test_a_recipe_leaves_a_checkpoint_and_ships_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(frames_run, "read_rolls", rolls)
    frames_run.train(RECIPE, tmp_path, False, lambda f, m: None)
    assert {p.name for p in tmp_path.iterdir()} >= {"best.pt", "last.pt", "log.json"}
    frames_run.train({**RECIPE, "schedule": {**RECIPE["schedule"], "steps": 6}}, tmp_path, True, lambda f, m: None)


def test_the_test_part_is_not_read_for_training(monkeypatch):
    monkeypatch.setattr(frames_run, "read_rolls", rolls)
    assert set(frames_run.task_of(RECIPE, ("train", "valid")).rolls) == {"train", "valid"}
