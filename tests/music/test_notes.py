import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.music.notes import SUSTAIN, Controls, Notes, Origin
from tests.documents import notes_in, some


def test_are_sorted_by_start_pitch_and_id():
    notes = Notes.of([5, 0, 0, 0], 10, [60, 70, 50, 50], id=[1, 2, 4, 3])
    assert notes.id.tolist() == [3, 4, 2, 1]
    assert notes.velocity.tolist() == [80] * 4
    assert notes.last_end == 15
    assert str(notes) == "<4 notes, 0 to 15>"


@pytest.mark.parametrize(
    "wrong", [(-1, 1, 60, 80), (0, 0, 60, 80), (0, 1, 128, 80), (0, 1, -1, 80), (0, 1, 60, 0), (0, 1, 60, 128)]
)
def test_refuses_what_is_out_of_range(wrong):
    with pytest.raises(ValueError, match="a note's start"):
        Notes.of(*wrong)


def test_cannot_be_written_to():
    notes = Notes.of([0], 1, 60)
    for column in notes.columns().values():
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    mine = np.array([3])
    Notes.of(mine, 1, 60)
    mine[0] = 4  # what was given stays the giver's


def test_compare_by_value():
    assert Notes.of([0], 1, 60) == Notes.of([0], 1, 60)
    assert Notes.of([0], 1, 60) != Notes.of([0], 2, 60)
    assert Notes.of([0], 1, 60) != Notes.empty()
    assert Notes.empty() == Notes.of([], [], [])
    assert Notes.empty() != "notes"


@some
@given(notes_in(5_000, 10), st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_stretch_holds_what_starts_in_it(notes, a, b):
    part = notes.starting_between(a, b)
    assert part.id.tolist() == [i for i, s in zip(notes.id, notes.start, strict=True) if a <= s < b]


@some
@given(st.lists(notes_in(3_000), max_size=4))
def test_putting_together_sorts_as_python_does(parts):
    parts = [p.replace(id=np.arange(len(p))[::-1] + 100 * i) for i, p in enumerate(parts)]
    together = Notes.concat(parts)
    rows = [row for p in parts for row in zip(*(c.tolist() for c in p.columns().values()), strict=True)]
    rows.sort(key=lambda r: (r[1], r[3], r[0]))
    assert list(zip(*(c.tolist() for c in together.columns().values()), strict=True)) == rows
    assert together == Notes.of(**together.columns())


@some
@given(notes_in(3_000, 1), st.integers(0, 9_000))
def test_shifting_and_back(notes, ticks):
    assert notes.shifted(ticks).shifted(-ticks) == notes
    assert notes.shifted(ticks).start.tolist() == [s + ticks for s in notes.start.tolist()]


def test_shifting_before_the_start_is_refused():
    with pytest.raises(ValueError, match="before tick 0"):
        Notes.of([5], 1, 60).shifted(-6)


def test_finding_and_replacing():
    notes = Notes.of([0, 1, 2], 1, [60, 61, 62], origin=int(Origin.PLAYED)).with_ids_from(7)
    assert notes.index_of([9, 7, 1]).tolist() == [0, 2]
    assert notes.select(np.array([True, False, True])).id.tolist() == [7, 9]
    assert notes.replace(start=[9, 5, 1]).id.tolist() == [9, 8, 7]
    assert notes.replace(velocity=3).velocity.tolist() == [3, 3, 3]
    assert notes.origin.tolist() == [2, 2, 2]


def test_controls_keep_their_order_at_one_tick():
    controls = Controls.of([5, 0, 5, 0], [101, 7, 100, SUSTAIN], [0, 1, 2, 3])
    assert controls.number.tolist() == [7, SUSTAIN, 101, 100]
    assert controls.numbered(SUSTAIN).value.tolist() == [3]
    assert Controls.concat([controls, controls.numbered(7)]).number.tolist() == [7, SUSTAIN, 7, 101, 100]
    assert Controls.concat([]) == Controls.empty()
    assert controls == Controls.of(controls.tick, controls.number, controls.value)
    assert controls != Controls.empty()
    assert len(controls) == 4
