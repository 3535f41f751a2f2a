"""The verbs under random limits: nothing is broken by tiny networks, and what is broken is seen."""

from dataclasses import replace

import numpy as np

from studio.app.benches_limits import drawn
from studio.app.benches_limits_verbs import VERBS, VerbsJudged, broken, change_of, try_verbs
from studio.app.changes import Change
from studio.engines.api import Limits, Part
from studio.music.document import Take
from studio.music.notes import Notes
from tests.arrangers import ArrangerShelf
from tests.writers import BEAT, song

BAR = 4 * BEAT
PART = Part("Melody", 73, track_id=1)


def numbered(bars):
    """A song whose notes have ids, so that some can be locked."""
    document = song(bars)
    clips = [(t, replace(t.clips[0], takes=(Take(t.notes.with_ids_from(100 * t.id)),))) for t in document.tracks]
    return replace(document, tracks=tuple(replace(t, clips=(clip,)) for t, clip in clips), next_id=1000)


def test_each_verb_is_asked_for_what_it_can_keep():
    draw = np.random.default_rng(1)
    for verb in VERBS:
        changes = [change_of(verb, song(10), drawn(draw), draw, 1) for _ in range(6)]
        bars = 6 if verb in ("fill", "accompany", "harmonise") else 4
        assert {c.verb for c in changes} == {verb} and all(c.end - c.start == bars * BAR for c in changes)
    assert all(change_of("groove", song(10), drawn(draw), draw, 1).limits == Limits() for _ in range(6))
    assert change_of("groove", replace(song(10), tracks=song(10).tracks[:1]), drawn(draw), draw, 1) is None


def test_what_is_broken_is_counted():
    take = ((PART, Notes.of([BAR, BAR + 100], 50, [60, 90])),)
    change = Change("fill", BAR, 2 * BAR, (1,), limits=Limits(high=70, grid=480))
    assert broken(take, change, song(4)) == {"range": 1, "grid": 1}


def test_all_verbs_on_a_song(capsys):
    judged, draw = VerbsJudged(), np.random.default_rng(0)
    for seed in range(2):
        try_verbs(judged, numbered(10), draw, drawn, ArrangerShelf(), seed)
    assert judged.notes.total() > 100 and judged.tell() == 0
    assert "violations 0 (none)" in capsys.readouterr().out
