import numpy as np
import pytest

from studio.app.form_plan import places_of
from studio.app.form_repeats import Repeat, apart, copied, cut, fit, louder
from studio.app.form_sameness import heard
from studio.app.form_steering import LEVEL, Rise
from studio.app.limits_check import violations
from studio.engines.api import GenerateRequest, Limits, Part, Quiet
from studio.music.document import ChordSpan, Document
from studio.music.form import Form
from studio.music.notes import Notes
from studio.music.pitch import Chord, Key
from studio.music.time import Meter
from tests.arrangers import ArrangerShelf

BAR = 3840
TUNE, CHORDS, DRUMS = Part("Melody", 73, track_id=1), Part("Piano", 0, track_id=2), Part("Drums", 0, True, track_id=3)


def eight_bars():
    tune = Notes.of(np.arange(32) * 960, 900, 60 + np.array([0, 2, 4, 5, 7, 5, 4, 2])[np.arange(32) % 8])
    at = np.repeat(np.arange(16) * 1920, 3)
    chords = Notes.of(at, 960, np.tile([48, 52, 55], 16))
    drums = Notes.of(np.arange(64) * 480, 120, np.where(np.arange(64) % 4 == 2, 38, 36))
    return {TUNE: tune, CHORDS: chords, DRUMS: drums}


def repeat(form="A8 A8 B8", seed=1, before=None, rise=LEVEL, **asked):
    places = places_of(Form.parse(form), 0, Meter())
    lane = (ChordSpan(0, 12 * BAR, Chord(0)),)  # the second half of the repeat has none
    request = GenerateRequest(Document(chords=lane), 0, places[-1].end, **asked)
    return Repeat(request, places[1], before or eight_bars(), places[2] if len(places) > 2 else None, seed, rise), request


def varied(form="A8 A8 B8", seed=1, before=None, rise=LEVEL, **asked):
    made, request = repeat(form, seed, before, rise, **asked)
    made.vary(ArrangerShelf(), Quiet())
    return made.draft, request


def test_copies_turn_over_and_over_or_are_cut_short():
    long = Notes.of([0, 960], [960, 3 * BAR], [60, 62])
    places = places_of(Form.parse("A2 A5 A1"), 0, Meter())
    five, one = (copied(long, p, Meter()) for p in places[1:])
    assert five.start.tolist() == [2 * BAR, 2 * BAR + 960, 4 * BAR, 4 * BAR + 960, 6 * BAR, 6 * BAR + 960]
    assert five.last_end == 7 * BAR and one.start.tolist() == [7 * BAR, 7 * BAR + 960] and one.last_end == 8 * BAR
    assert len(cut(Notes.empty(), 5)) == 0


def test_an_exact_repeat_is_a_copy():
    draft, _ = varied("A8 A=8")
    assert all(draft[p] == n.shifted(8 * BAR) for p, n in eight_bars().items())


@pytest.mark.parametrize("form", ["A8 A8 B8", "A8 A'8 A8", "A8 A'8"])
def test_repeats_vary_begin_alike_and_are_the_same_each_time(form):
    draft, _ = varied(form)
    for part, notes in eight_bars().items():
        first = notes.starting_between(0, 2 * BAR).shifted(8 * BAR)
        inside = draft[part].starting_between(0, 10 * BAR)
        assert inside.start.tolist() == first.start.tolist() and inside.pitch.tolist() == first.pitch.tolist()
        assert draft[part].start.min() >= 8 * BAR and draft[part].last_end <= 16 * BAR
    assert any(draft[p] != n.shifted(8 * BAR) for p, n in eight_bars().items())
    again, _ = varied(form)
    assert draft == again
    other, _ = varied(form, seed=2)
    assert draft != other


def test_a_little_leaves_what_accompanies_but_its_end():
    draft, _ = varied("A8 A8 B8")
    assert draft[CHORDS].starting_between(0, 14 * BAR) == eight_bars()[CHORDS].shifted(8 * BAR).starting_between(0, 14 * BAR)


HELD = {  # nothing that a light hand would touch: long notes where bars begin
    "chords": {CHORDS: Notes.of(np.repeat(np.arange(8) * BAR, 3), BAR, np.tile([48, 52, 55], 8))},
    "a note": {CHORDS: Notes.of([0], 8 * BAR, [60])},
    "a drum": {DRUMS: Notes.of(np.arange(8) * BAR, 120, 36)},
}


@pytest.mark.parametrize("before", HELD.values(), ids=HELD)
@pytest.mark.parametrize("limits", [Limits(), Limits(low=60, high=60), Limits(least=1, most=3)])
@pytest.mark.parametrize("form", ["A8 A8", "A8 A'8"])
def test_a_repeat_that_shall_vary_is_heard_to_vary_whatever_it_repeats(form, limits, before):
    if limits.low == 60 and CHORDS in before:
        before = {CHORDS: before[CHORDS].replace(pitch=60)} if len(before[CHORDS]) == 1 else {}
    draft, _ = varied(form, before=before or eight_bars(), limits=limits)
    first = {p: n.shifted(8 * BAR) for p, n in (before or eight_bars()).items()}
    alone = limits.low == limits.high and before and CHORDS in before
    assert draft != first if alone else heard(draft) != heard(first)


def test_an_exact_repeat_of_another_energy_is_the_same_notes_played_so():
    draft, _ = varied("A8 A=8", rise=Rise(0.5))
    for part, notes in eight_bars().items():
        assert draft[part] == notes.shifted(8 * BAR).replace(velocity=96)


def test_energy_makes_a_repeat_louder_and_busier_or_the_other_way_round():
    counts = []
    for energy in (-0.7, 0.0, 0.7):
        draft, _ = varied("A8 A8 B8", rise=Rise(energy))
        counts.append(len(draft[CHORDS]) + len(draft[DRUMS]))
        first = draft[CHORDS].starting_between(0, 10 * BAR)
        assert first.pitch.tolist() == eight_bars()[CHORDS].starting_between(0, 2 * BAR).pitch.tolist()
        assert first.velocity.tolist() == [80 + Rise(energy).louder] * len(first)
    assert counts[0] < counts[1] and counts[0] < counts[2]


def test_velocities_stay_those_of_midi():
    assert louder(Notes.of([0, 1], 1, 60, [10, 120]), 20).velocity.tolist() == [30, 127]
    assert louder(Notes.empty(), 20) == Notes.empty()


LIMITS = [
    Limits(low=48, high=76, polyphony=3),
    Limits(least=4, most=40, low=40),
    Limits(grid=480),
    Limits(grid=480, chord_notes="strong"),
    Limits(grid=160),
]


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize(("way", "rise"), [("", LEVEL), ("'", LEVEL), ("", Rise(0.6)), ("'", Rise(-0.6))])
def test_variations_keep_key_and_limits(limits, way, rise):
    draft, request = varied(f"A8 A{way}8", rise=rise, key=Key.parse("C"), limits=limits)
    inside = GenerateRequest(request.context, 8 * BAR, 8 * BAR, key=request.key, limits=limits)
    assert not violations(tuple(draft.items()), inside)


def test_silence_stays_silent():
    draft, _ = varied(before={TUNE: Notes.empty()})
    assert draft == {TUNE: Notes.empty()}


def test_clips_are_measured_by_what_they_share_and_how_they_fit():
    a = Notes.of([0, 960], 960, [60, 64])
    b = Notes.of([0, 960], 960, [60, 65])
    assert apart(a, a) == 0 and apart(a, b) == pytest.approx(2 / 3) and apart(Notes.empty(), Notes.empty()) == 0
    harmony = np.zeros((2, 12), bool)
    harmony[:, [0, 4]] = True
    assert fit(a, harmony, 0) == 1 and fit(b, harmony, 0) == 0.5 and fit(Notes.empty(), harmony, 0) == 0
