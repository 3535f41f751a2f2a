import threading

import pytest

from studio.app import shelf as shelf_module
from studio.app.shelf import Shelf
from studio.engines.cards import Card
from studio.errors import Cancelled, StudioError
from tests.fakes import OneNoteABar, Sines


class GivesUp(Sines):
    """Cannot run but on the CPU."""

    def prepare(self, card, device):
        super().prepare(card, device)
        if device != "cpu":
            raise RuntimeError("CUDA error: device-side assert triggered")
        self.device = device


@pytest.fixture
def made(monkeypatch):
    """Two installed models; returns the engines made so far."""
    engines = []

    def make(engine_id):
        engines.append({"lstm-writer": OneNoteABar, "neural-instruments": GivesUp}[engine_id]())
        return engines[-1]

    cards = [
        Card("writer", "lstm-writer", "Writer"),
        Card("sounds", "neural-instruments", "Sounds"),
        Card("odd", "unknown", "Odd"),
    ]
    monkeypatch.setattr(shelf_module, "find_cards", lambda: cards)
    monkeypatch.setattr(shelf_module, "make_engine", make)
    return engines


def test_a_model_is_loaded_once_however_many_ask(made):
    shelf = Shelf("cpu")
    got = []
    threads = [threading.Thread(target=lambda: got.append(shelf.generator())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert all(g is made[0] for g in got)
    assert made[0].card.id == "writer"


def test_a_device_that_gives_up_leaves_the_work_to_the_cpu(made):
    told = []
    renderer = Shelf("cuda", told.append).renderer("sounds")
    assert renderer.device == "cpu"
    assert len(told) == 1
    assert "CPU" in told[0]


def test_cards_of_unknown_engines_are_not_offered(made):
    shelf = Shelf("cpu")
    assert [c.id for c in shelf.of_kind("generator")] == ["writer"]
    assert [c.id for c in shelf.of_kind("renderer")] == ["sounds"]


def test_a_missing_model_is_told(made):
    with pytest.raises(StudioError, match="no model 'grand'"):
        Shelf("cpu").generator("grand")


def test_two_models_load_at_the_same_time(made, monkeypatch):
    both = threading.Barrier(2, timeout=10.0)  # breaks where one waits for the other

    class Slow(Sines):
        def prepare(self, card, device):
            both.wait()

    class SlowToo(OneNoteABar):
        def prepare(self, card, device):
            both.wait()

    monkeypatch.setattr(shelf_module, "make_engine", lambda i: {"lstm-writer": SlowToo, "neural-instruments": Slow}[i]())
    shelf = Shelf("cpu")
    got = []
    threads = [threading.Thread(target=lambda ask=ask: got.append(ask())) for ask in (shelf.generator, shelf.renderer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {type(engine) for engine in got} == {Slow, SlowToo}


@pytest.fixture
def loading(made, monkeypatch):
    """A shelf whose renderer takes until ``go`` to load: (shelf, begun, go, engines made, engines ended)."""
    begun, go, engines, ended = threading.Event(), threading.Event(), [], []

    class Slow(Sines):
        def prepare(self, card, device):
            self.device = device
            engines.append(self)
            begun.set()
            assert go.wait(10.0)

        def close(self):
            ended.append(self)

    monkeypatch.setattr(shelf_module, "make_engine", lambda _: Slow())
    return Shelf("cpu"), begun, go, engines, ended


def test_another_device_while_a_model_loads(loading):
    shelf, begun, go, engines, ended = loading
    got = []
    thread = threading.Thread(target=lambda: got.append(shelf.renderer()))
    thread.start()
    assert begun.wait(10.0)
    shelf.use("cuda")  # does not wait
    go.set()
    thread.join()
    assert got == [shelf.renderer()]
    assert got[0].device == "cuda"
    assert ended == [engines[0]]


def test_a_shelf_closed_while_a_model_loads_keeps_nothing(loading):
    shelf, begun, go, engines, ended = loading
    got = []

    def ask():
        with pytest.raises(Cancelled):
            shelf.renderer()
        got.append(True)

    thread = threading.Thread(target=ask)
    thread.start()
    assert begun.wait(10.0)
    shelf.close()
    go.set()
    thread.join()
    assert got == [True]
    assert ended == engines
    assert shelf.renderer() is engines[-1]  # asked anew it is loaded anew
