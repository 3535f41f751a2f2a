from dataclasses import replace

import pytest

from studio.app.limits_check import violations
from studio.engines.api import Limits, Part, Quiet
from studio.engines.arranger_setting import NEW_PARTS, ArrangeRequest
from studio.errors import StudioError
from studio.music.notes import Notes
from tests.arrangers import tiny_arranger
from tests.writers import song

BAR = 3840


def locked_song():
    """A song whose melody has locked notes in its second bar."""
    document = song(8)
    track = document.tracks[0]
    notes = track.clips[0].notes
    here = (notes.start >= BAR) & (notes.start < BAR + 1920)
    clip = track.clips[0].with_notes(notes.replace(locked=here))
    return document.with_track(replace(track, clips=(clip,)))


def written(request):
    made = {}
    for chunk in tiny_arranger().generate(request, Quiet()):
        for part, notes in chunk.notes:
            made.setdefault((chunk.take, part), []).append(notes)
    return [[(p, Notes.concat(n)) for (k, p), n in made.items() if k == take] for take in range(request.takes)]


NEW = tuple(NEW_PARTS[n] for n in ("Bass", "Chords", "Drums"))
CASES = [
    (dict(new_parts=NEW), Limits(least=9, most=12)),
    (dict(new_parts=NEW), Limits(least=12, most=12, grid=960, polyphony=2)),
    (dict(new_parts=NEW[:1]), Limits(least=4, most=4, grid=960)),
    (dict(new_parts=(NEW_PARTS["Piano"],)), Limits(60, 62, least=8, grid=480)),
    (dict(tracks=(1,)), Limits(least=4, most=6, polyphony=2)),
    (dict(tracks=(1, 2)), Limits(most=6, polyphony=1)),
    (dict(tracks=(1,)), Limits(least=3, polyphony=3, leap=7)),
]


@pytest.mark.parametrize(("who", "limits"), CASES)
def test_every_bar_has_as_many_notes_as_asked_beside_locked_ones(who, limits):
    document = locked_song()
    request = ArrangeRequest(document, 0, 6 * BAR, **who, limits=limits, seed=3, takes=2)
    locked = [
        (Part(t.name, t.program, t.drums, t.id), t.notes.select(t.notes.locked))
        for t in document.tracks
        if t.id in request.tracks
    ]
    for take in written(request):
        assert take
        assert not violations(take, request, locked)


@pytest.mark.parametrize("limits", [Limits(least=99, grid=960), Limits(most=1)])
def test_what_locked_notes_and_the_grid_do_not_leave_room_for_is_refused(limits):
    with pytest.raises(StudioError):
        written(ArrangeRequest(locked_song(), 0, 4 * BAR, tracks=(1,), limits=limits))
