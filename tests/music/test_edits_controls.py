import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music import edits
from studio.music.checks import check
from studio.music.document import Document, Track
from studio.music.notes import PITCH_BEND, SUSTAIN, Controls
from tests.documents import documents, some


def song(controls: Controls) -> Document:
    return edits.add_track(Document(), Track(0, controls=controls))


def events(document: Document, number: int) -> list[tuple[int, int]]:
    found = document.tracks[0].controls.numbered(number)
    return list(zip(found.tick.tolist(), found.value.tolist(), strict=True))


def test_drawing_replaces_what_lay_there_and_leaves_other_controllers() -> None:
    document = song(Controls.of([0, 100, 200, 300, 200], [1, 1, 1, 1, SUSTAIN], [5, 6, 7, 8, 127]))
    drawn = edits.draw_controls(document, 1, 1, [100, 150, 250], [10, 20, 30])
    assert events(drawn, 1) == [(0, 5), (100, 10), (150, 20), (250, 30), (300, 8)]
    assert events(drawn, SUSTAIN) == [(200, 127)]


def test_repeated_values_are_left_out_but_the_last_stays() -> None:
    document = edits.draw_controls(song(Controls.empty()), 1, 11, [0, 10, 20, 30], [9, 9, 9.2, 9])
    assert events(document, 11) == [(0, 9), (30, 9)]


@pytest.mark.parametrize(("number", "low", "high"), [(1, 0, 127), (PITCH_BEND, -8192, 8191)])
def test_values_are_kept_in_range(number: int, low: int, high: int) -> None:
    document = edits.draw_controls(song(Controls.empty()), 1, number, [-5, 10], [-99999, 99999])
    assert events(document, number) == [(0, low), (10, high)]
    assert check(document) == []


def test_removing_takes_one_controller_in_a_stretch() -> None:
    document = song(Controls.of([0, 100, 200, 150], [1, 1, 1, 2], [5, 6, 7, 8]))
    assert events(edits.remove_controls(document, 1, 1, 50, 150), 1) == [(0, 5), (200, 7)]
    assert edits.remove_controls(document, 1, 7, 0, 999) is document


def test_added_events_stand_after_those_that_are_there() -> None:
    document = song(Controls.of([0, 100], [1, 1], [5, 6]))
    added = edits.add_controls(document, 1, Controls.of([100, -3, 50], [1, 1, PITCH_BEND], [7, 300, -9000]))
    assert events(added, 1) == [(0, 5), (0, 127), (100, 6), (100, 7)]
    assert events(added, PITCH_BEND) == [(50, -8192)]
    assert check(added) == []
    assert edits.add_controls(document, 1, Controls.empty()) is document


@some
@given(
    documents().filter(lambda d: d.tracks), st.sampled_from([1, 64, PITCH_BEND]), st.lists(st.integers(-9, 50_000), max_size=9)
)
def test_any_drawing_leaves_a_valid_song(document, number, ticks) -> None:
    track = document.tracks[0].id
    values = np.arange(len(ticks)) * 1_000 - 3_000
    assert check(edits.draw_controls(document, track, number, sorted(ticks), values)) == []
