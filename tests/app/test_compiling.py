import gc

import pytest
from numba.core.dispatcher import Dispatcher

from studio.app import compiling
from studio.app.compiling import compile_loops, have_loops
from studio.app.rendering import render_song
from studio.app.shelf import Shelf
from studio.audio.child import Child
from studio.engines.api import GenerateRequest, Quiet, Wishes
from studio.nn import jit
from tests.app.sines import make_song


def compiled() -> dict[str, int]:
    """How many kinds of numbers each loop was compiled for."""
    loops = [d for d in gc.get_objects() if isinstance(d, Dispatcher) and d.py_func.__module__.startswith("studio.")]
    return {f"{d.py_func.__module__}.{d.py_func.__name__}": len(d.signatures) for d in loops}


def test_afterwards_writing_and_rendering_compile_nothing_more() -> None:
    told: list[str] = []
    shelf = Shelf("cpu")
    compile_loops(shelf, told.append)
    assert told == ["the writer", "the instruments", "the mixer"]
    before = compiled()
    assert len({name.rpartition(".")[0] for name in before}) >= 5  # files of loops
    song = make_song(bars=2)
    for wish in ({"takes": 4}, {"wishes": Wishes(density=0.3)}, {"style": "jazz", "temperature": 1.2}):
        request = GenerateRequest(song, song.meter.bar_ceiling(song.end), 3840, **wish)  # type: ignore[arg-type]
        list(shelf.generator().generate(request, Quiet()))
    list(render_song(song, shelf.renderer(), 44_100))
    assert compiled() == before


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[Child]:
    """The processes that were started, and the marks that say what is kept as they were before."""
    started: list[Child] = []

    class Watched(Child):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            started.append(self)

    monkeypatch.setattr(compiling, "Child", Watched)
    return started


def test_a_process_of_its_own_compiles_what_is_not_kept_once(children: list[Child]) -> None:
    mark = jit._mark("renderer")
    assert mark is not None
    mark.unlink(missing_ok=True)
    for _ in range(2):
        have_loops("renderer", lambda: False)
        assert jit.are_kept("renderer")
        assert [child.running for child in children] == [False]
    have_loops("arranger", lambda: False)  # which has no loops
    assert len(children) == 1


def test_nobody_waits_for_it_who_is_about_to_end(children: list[Child], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jit, "are_kept", lambda kind: False)
    have_loops("generator", lambda: True)
    assert [child.running for child in children] == [False]
