"""What written notes listened to is found again by where they come from."""

from dataclasses import replace

from studio.app.listening import KEPT, Listening
from studio.engines.arranger_take import Listened
from studio.music.document import Provenance

TAKE = Provenance("generated", "arranger", "tiny", "0" * 64, '{"verb": "fill"}', 3, "take 1")
NOTE = Listened(960, 60, ((1, 0, 64, 0.5), (None, 480, 67, 0.25)))


def test_a_kept_take_is_known_by_what_was_asked_not_by_what_came_out():
    listening = Listening()
    listening.note(TAKE, [NOTE])
    kept = replace(TAKE, request='{"notes_sha256": "ab", "verb": "fill", "written_to": 4}')
    assert listening.of(TAKE, 960, 60) == listening.of(kept, 960, 60) == NOTE
    assert listening.of(TAKE, 960, 61) is None and listening.of(TAKE, 961, 60) is None


def test_takes_seeds_and_weights_are_told_apart():
    listening = Listening()
    listening.note(TAKE, [NOTE])
    for other in (replace(TAKE, source="take 2"), replace(TAKE, seed=4), replace(TAKE, weights_sha256="1"), Provenance()):
        assert listening.of(other, 960, 60) is None


def test_the_oldest_takes_are_forgotten():
    listening = Listening()
    for seed in range(KEPT + 1):
        listening.note(replace(TAKE, seed=seed), [NOTE])
    assert listening.of(replace(TAKE, seed=0), 960, 60) is None
    assert listening.of(replace(TAKE, seed=KEPT), 960, 60) == NOTE
