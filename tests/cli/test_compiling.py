import gc

from numba.core.dispatcher import Dispatcher

from studio.app.rendering import render_song
from studio.app.shelf import Shelf
from studio.cli.compiling import compile_loops
from studio.engines.api import GenerateRequest, Quiet, Wishes
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
