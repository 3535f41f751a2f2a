import numpy as np
import pytest

from studio.app.limits_check import violations
from studio.engines.api import GenerateRequest, Limits, Quiet
from studio.engines.note_band import NoteBand
from studio.engines.note_columns import Bars
from studio.errors import StudioError
from studio.music.document import Document
from studio.music.notes import Notes
from studio.music.pitch import Key
from studio.music.time import Meter, TimeSignature
from tests.writers import song, steered_writer, tiny_writer

BAR = 3840


def band(least=0, most=0, grid=24, parts=1, bars=2):
    return NoteBand.of(least, most, grid, Bars.of([(0, 4, 4)]), 0, 96 * bars, parts)


def test_places_are_counted_on_the_grid():
    made = band(4)
    assert made.places(0, 96) == 4 and made.places(1, 96) == 3 and made.places(72, 73) == 1 and made.places(96, 96) == 0
    assert made.bar(100) == (96, 192) and made.any and not band().any


def test_what_does_not_fit_is_refused_and_parts_abreast_help():
    with pytest.raises(StudioError, match="do not fit"):
        band(5)
    assert band(5, parts=2).abreast == 2
    with pytest.raises(StudioError, match="do not fit"):
        band(1, grid=192)


def test_missing_notes_and_deadlines():
    count = band(3).counting()
    assert (count.missing(0), count.due(0), count.due(24), count.due(48)) == (3, 0, 1, 2)
    assert count.deadline(0) == 48  # two more: at 48 and 72
    count.push(24)
    count.push(48)
    assert count.missing(72) == 1 and not count.may_end(190)
    assert count.deadline(72) == 96 + 24
    count.push(72)
    assert count.missing(72) == 0 and count.deadline(150) == 168
    for step in (96, 120, 144):
        count.push(step)
    assert count.may_end(144) and count.deadline(150) is None


def test_a_bar_that_is_full_lets_no_more_in():
    count = band(0, 2).counting()
    count.push(0)
    assert not count.full(0)
    count.push(0)
    free = np.array([-1])
    assert count.full(50) and not count.full(96)
    assert count.startable(np.array([0, 24, 96, 120]), 0, True, free).tolist() == [False, False, True, True]


def test_a_bar_is_not_left_before_it_has_enough():
    count = band(3).counting()
    free = np.array([-1])
    assert count.startable(np.array([0, 24, 48, 96]), 0, False, free).tolist() == [True, True, False, False]
    assert count.startable(np.array([0, 24]), 0, False, np.array([20])).tolist() == [False, True]


def parts_of(writer, request):
    made = {}
    for chunk in writer.generate(request, Quiet()):
        for part, notes in chunk.notes:
            made.setdefault((chunk.take, part), []).append(notes)
    return [[(p, Notes.concat(n)) for (k, p), n in made.items() if k == take] for take in range(request.takes)]


METRES = (Meter(), Meter((TimeSignature(0, 3, 4), TimeSignature(2 * 2880, 6, 4))), Meter((TimeSignature(0, 2, 4),)))
CASES = [
    (0, "folk", Limits(least=1, most=1), None),
    (1, "folk", Limits(least=3, most=3, polyphony=1, grid=960), None),
    (1, "pop", Limits(least=7, most=9, polyphony=1, leap=5), Key(3)),
    (2, "drums", Limits(least=2, most=2, grid=960), None),
    (2, "chorale", Limits(least=8, most=8, polyphony=1, grid=960), Key(0)),
    (0, "jazz", Limits(least=16, most=20, polyphony=2, grid=240), None),
    (0, "quartet", Limits(most=3, polyphony=1, leap=2), Key(9, "minor")),
    (1, "piano", Limits(48, 60, least=12, polyphony=1, grid=480), Key(7)),
    (2, "film", Limits(least=40, most=60), None),
]


@pytest.mark.parametrize(("metre", "style", "limits", "key"), CASES)
@pytest.mark.parametrize("writer", [tiny_writer, steered_writer])
def test_every_bar_has_as_many_notes_as_asked(metre, style, limits, key, writer):
    document = Document(meter=METRES[metre])
    request = GenerateRequest(document, 0, document.meter.bar_start(6), style=style, key=key, limits=limits, seed=metre, takes=3)
    for written in parts_of(writer(), request):
        assert written and not violations(written, request)


def test_after_a_song_too():
    request = GenerateRequest(song(), 4 * BAR, 4 * BAR, limits=Limits(least=4, most=5, polyphony=1), seed=2, takes=2)
    for written in parts_of(tiny_writer(), request):
        assert not violations(written, request)


@pytest.mark.parametrize(
    "limits", [Limits(least=-1), Limits(least=3, most=2), Limits(least=99, grid=960), Limits(least=1, grid=7680)]
)
def test_impossible_numbers_are_refused(limits):
    with pytest.raises(StudioError) as refused:
        next(tiny_writer().generate(GenerateRequest(Document(), 0, BAR, style="folk", limits=limits), Quiet()))
    assert refused.value.message.endswith(".")
