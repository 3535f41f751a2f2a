import pytest
import torch

from studio.train.loop import MeanWeights, Schedule, Trainer, parameter_groups


class Line:
    """Learns y = 3x - 1."""

    def __init__(self):
        torch.manual_seed(0)
        self.model = torch.nn.Linear(1, 1)
        self.steps = []

    def loss(self, step):
        self.steps.append(step)
        x = torch.randn(32, 1, generator=torch.Generator().manual_seed(step))
        return ((self.model(x) - (3 * x - 1)) ** 2).mean()

    def measure(self):
        x = torch.linspace(-1, 1, 20)[:, None]
        return {"loss": float(((self.model(x) - (3 * x - 1)) ** 2).mean())}

    def state(self):
        return {"count": len(self.steps)}

    def load_state(self, state):
        self.loaded = state


FAST = Schedule(steps=120, rate=0.1, warmup=5, mean=0.9, measure_every=40, weight_decay=0)


def test_it_learns_and_keeps_the_best(tmp_path):
    task = Line()
    run = Trainer(task, FAST, tmp_path).fit()
    assert run.best < 0.01
    assert [row["step"] for row in run.log] == [40, 80, 120]
    best = torch.load(tmp_path / "best.pt", weights_only=True)
    assert best["weight"].item() == pytest.approx(3, abs=0.2)


def test_a_resumed_run_ends_where_a_whole_one_does(tmp_path):
    whole = Line()
    Trainer(whole, FAST, tmp_path / "a").fit()
    first = Line()

    def stop(fraction, message):
        if fraction >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Trainer(first, FAST, tmp_path / "b", stop).fit()
    second = Line()
    trainer = Trainer(second, FAST, tmp_path / "b")
    assert trainer.resume()
    assert trainer.run.step == 60
    assert second.loaded == {"count": 60}
    trainer.fit()
    assert torch.equal(second.model.weight, whole.model.weight)
    assert not Trainer(Line(), FAST, tmp_path / "c").resume()


def test_the_rate_rises_stays_and_falls():
    plan = Schedule(steps=100, warmup=10, decay=0.2)
    assert [round(plan.factor(s), 2) for s in (0, 4, 9, 50, 79, 90, 100)] == [0.1, 0.5, 1, 1, 1, 0.5, 0]


def test_patience_and_minutes_end_a_run(tmp_path):
    class Stuck(Line):
        def measure(self):
            return {"loss": 1.0}

    run = Trainer(Stuck(), Schedule(steps=1000, measure_every=5, patience=2), tmp_path / "a").fit()
    assert run.step == 15
    slow = Trainer(Line(), Schedule(steps=1000, minutes=1e-9), tmp_path / "b").fit()
    assert slow.step == 1


def test_mean_weights_stand_in_and_go_back():
    model = torch.nn.Linear(2, 2)
    before = model.weight.detach().clone()
    mean = MeanWeights(model, 0.5)
    with torch.no_grad():
        model.weight += 1
    mean.update()
    mean.swap()
    assert (model.weight > before).all()
    assert (model.weight < before + 1).all()
    mean.swap()
    assert torch.allclose(model.weight, before + 1)


def test_only_matrices_decay():
    decayed, kept = parameter_groups(torch.nn.Linear(2, 3), 0.1)
    assert [p.dim() for p in decayed["params"]] == [2]
    assert [p.dim() for p in kept["params"]] == [1]
