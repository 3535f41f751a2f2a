import pytest

from studio.app.changes import Change
from studio.app.generating import Order
from studio.app.limits_asked import refused
from studio.engines.api import Limits
from studio.music.document import Document
from tests.writers import BEAT, song

BAR = 4 * BEAT


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (Order("continue", limits=Limits(80, 60)), "above the highest"),
        (Order("continue", limits=Limits(grid=BAR, least=30)), "do not fit"),
        (Order("continue", limits=Limits(chord_notes="all")), "no chords"),
        (Change("fill", 0, BAR, (1,), limits=Limits(grid=BAR, least=2)), "do not fit"),
        (Change("fill", 0, BAR, (1,), limits=Limits(120, 127)), "range of 'Melody'"),
        (Change("vary", 0, BAR, (1,), limits=Limits(grid=BAR, least=2)), "do not fit"),
        (Change("vary", 0, BAR, (1,), limits=Limits(61, 61, chord_notes="all"), chords="C"), "no note"),
        (Change("drums", 0, BAR, (1,), limits=Limits(least=200)), "do not fit"),
        (Change("groove", 0, BAR, (2,), limits=Limits(least=1)), "keeps the hits"),
    ],
)
def test_what_cannot_be_met_is_refused_without_a_model(asked, word):
    error = refused(asked, song(4))
    assert error is not None and word in error.message


@pytest.mark.parametrize(
    "asked",
    [
        Order("new", limits=Limits(36, 96, 4, 12, 240, least=1)),
        Change("fill", 0, BAR, (1,), limits=Limits(least=2, most=4)),
        Change("accompany", 0, BAR, new_parts=("Bass",), limits=Limits(28, 60, leap=5)),
        Change("vary", 0, BAR, (1,), limits=Limits(grid=480, least=2, chord_notes="strong"), chords="C"),
    ],
)
def test_what_can_be_met_is_not(asked):
    assert refused(asked, song(4)) is None


def test_an_empty_song_has_nothing_to_change():
    assert refused(Change("fill", 0, BAR, (1,)), Document()) is not None
