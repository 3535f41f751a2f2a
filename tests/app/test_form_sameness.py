import numpy as np
import pytest

from studio.app.form_sameness import heard, touched
from studio.app.limits_check import violations
from studio.engines.api import GenerateRequest, Limits, Part
from studio.music.document import Document
from studio.music.notes import Notes
from studio.music.pitch import Key

BAR = 3840
TUNE, DRUMS = Part("Melody", 73), Part("Drums", 0, True)


def request(**limits):
    return GenerateRequest(Document(), 2 * BAR, 2 * BAR, key=Key.parse("C"), limits=Limits(**limits))


def tune():
    return Notes.of(2 * BAR + np.arange(8) * 960, [960] * 6 + [480, 960], [60, 62, 64, 65, 64, 62, 60, 60])


def test_notes_are_told_apart_by_sixteenth_and_pitch_class_and_drums_by_key():
    a, b = Notes.of([0, 960], 960, [60, 64]), Notes.of([30, 960], 480, [72, 64])
    assert heard({TUNE: a}) == heard({TUNE: b}) == {(TUNE, 0, 0), (TUNE, 4, 4)}
    assert heard({DRUMS: a}) != heard({DRUMS: b}) and heard({}) == frozenset()


def test_the_shortest_note_gets_the_nearest_pitch_of_the_section():
    made = touched({TUNE: tune()}, request())
    assert made[TUNE].pitch.tolist() == [60, 62, 64, 65, 64, 62, 62, 60]


def test_a_touch_keeps_key_range_and_the_drums_own_sounds():
    asked = request(low=60, high=62)
    two = Notes.of([2 * BAR, 3 * BAR], 960, [60, 62])
    made = touched({TUNE: two}, asked)
    assert made[TUNE].pitch.tolist() == [60, 60] and not violations(tuple(made.items()), asked)
    drums = Notes.of([2 * BAR, 3 * BAR], 240, 49)
    assert touched({DRUMS: drums}, request())[DRUMS].pitch.tolist() == [49, 42]


@pytest.mark.parametrize(("limits", "left"), [(dict(low=60, high=60), 7), (dict(low=60, high=60, least=4), 8)])
def test_without_another_pitch_a_note_goes_and_without_leave_it_is_halved(limits, left):
    notes = tune().replace(pitch=60)
    made = touched({TUNE: notes}, request(**limits))
    assert len(made[TUNE]) == left and made[TUNE] != notes
    assert made[TUNE].duration.sum() == notes.duration.sum() - (480 if left == 7 else 240)


def test_a_single_note_is_not_taken_away():
    one = Notes.of([2 * BAR], 1, 60)
    made = touched({TUNE: one}, request(low=60, high=60))
    assert len(made[TUNE]) == 1
