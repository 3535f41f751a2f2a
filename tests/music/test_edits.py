"""Whatever is done to a song, in whatever order, a valid song comes out, and the one before is as it was."""

import copy

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.app.session import Session
from studio.music import edits
from studio.music.checks import check
from studio.music.document import ChordSpan, Document, Provenance, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import Chord, Key
from tests.documents import SOUNDS, documents, notes_in, some
from tests.music.test_edits_clips import Part

FAR = st.one_of(st.integers(-9_000, 9_000), st.sampled_from([-(1 << 40), 1 << 40]))
PLACE = st.integers(0, 30_000)


def ids_of(document):
    return st.lists(st.integers(1, document.next_id), max_size=8)


def track_ids(document):
    return st.sampled_from([t.id for t in document.tracks])


def clip_ids(document):
    return st.sampled_from([c.id for t in document.tracks for c in t.clips])


NOTE_EDITS = {
    "move": lambda draw, d, i: edits.move_notes(d, i, draw(FAR), draw(st.integers(-200, 200))),
    "copy": lambda draw, d, i: edits.duplicate_notes(d, i, draw(FAR), draw(st.integers(-200, 200))),
    "remove": lambda draw, d, i: edits.remove_notes(d, i),
    "resize": lambda draw, d, i: edits.resize_notes(d, i, draw(FAR), left=draw(st.booleans()), shortest=draw(st.integers(1, 99))),
    "lengths": lambda draw, d, i: edits.set_durations(d, i, draw(FAR)),
    "velocity": lambda draw, d, i: edits.change_velocity(d, i, draw(st.integers(-300, 300))),
    "scale": lambda draw, d, i: edits.scale_velocity(d, i, draw(st.floats(0, 9))),
    "lock": lambda draw, d, i: edits.set_locked(d, i, draw(st.booleans())),
    "split": lambda draw, d, i: edits.split_notes(d, i, draw(PLACE)),
    "join": lambda draw, d, i: edits.join_notes(d, i),
    "legato": lambda draw, d, i: edits.make_legato(d, i),
    "reverse": lambda draw, d, i: edits.reverse_notes(d, i),
    "draw velocity": lambda draw, d, i: edits.draw_velocity(
        d, i, sorted(draw(st.lists(PLACE, min_size=2, max_size=2))), [draw(st.integers(-9, 300)), draw(st.integers(-9, 300))]
    ),
    "play": lambda draw, d, i: edits.set_playing(
        d, np.unique(np.array(i, np.int64)), [draw(FAR) for _ in set(i)], [draw(st.integers(-99, 300)) for _ in set(i)]
    ),
    "fit": lambda draw, d, i: edits.fit_to_beats(
        d, i, np.sort(draw(st.lists(st.floats(0, 60), max_size=6))), draw(st.booleans())
    ),
    "quantize": lambda draw, d, i: edits.quantize_notes(
        d, i, draw(st.integers(1, 4_000)), draw(st.floats(0, 1)), draw(st.floats(0, 1)), ends=draw(st.booleans())
    ),
}
TRACK_EDITS = {
    "add notes": lambda draw, d, t: edits.add_notes(d, t, draw(notes_in(20_000))),
    "replace": lambda draw, d, t: edits.replace_notes(d, t, draw(PLACE), draw(PLACE), draw(notes_in(20_000))),
    "controls": lambda draw, d, t: edits.draw_controls(
        d,
        t,
        draw(st.sampled_from([1, 64, 128])),
        sorted(draw(st.lists(PLACE, min_size=3, max_size=3))),
        [draw(FAR) for _ in range(3)],
    ),
    "no controls": lambda draw, d, t: edits.remove_controls(d, t, 64, draw(PLACE), draw(PLACE)),
    "copy track": lambda draw, d, t: edits.duplicate_track(d, t),
    "remove track": lambda draw, d, t: edits.remove_track(d, t),
    "move track": lambda draw, d, t: edits.move_track(d, t, draw(st.integers(-3, 3))),
    "mix": lambda draw, d, t: edits.set_track(d, t, gain_db=draw(st.floats(-500, 500)), pan=draw(st.floats(-9, 9))),
    "cut": lambda draw, d, t: edits.cut_clips(d, t, draw(PLACE)),
    "accept": lambda draw, d, t: edits.accept_take(
        d,
        [(Part("x", track_id=draw(st.sampled_from([t, None]))), draw(notes_in(20_000))) for _ in range(2)],
        *sorted(draw(st.lists(PLACE, min_size=2, max_size=2, unique=True))),
        Provenance("generated"),
    ),
}
CLIP_EDITS = {
    "move clip": lambda draw, d, c: edits.move_clip(d, c, draw(FAR)),
    "move clips": lambda draw, d, c: edits.move_clips(d, [c], draw(FAR), draw(st.integers(-2, 2)), copy=draw(st.booleans())),
    "resize clip": lambda draw, d, c: edits.resize_clips(d, [c], draw(FAR), left=draw(st.booleans())),
    "split clip": lambda draw, d, c: edits.split_clips(d, [c], draw(PLACE)),
    "repeat clip": lambda draw, d, c: edits.repeat_clips(d, [c], draw(PLACE)),
    "paste clip": lambda draw, d, c: edits.paste_clips(d, [(0, edits.find_clip(d, c)[1])], d.sounds),
    "remove clip": lambda draw, d, c: edits.remove_clips(d, [c]),
    "join clips": lambda draw, d, c: edits.join_clips(d, [c, draw(clip_ids(d))]),
    "insert take": lambda draw, d, c: edits.insert_take(d, c, Take(draw(notes_in(9_000))), activate=draw(st.booleans())),
    "choose take": lambda draw, d, c: edits.choose_take(d, c, 0),
    "remove take": lambda draw, d, c: edits.remove_take(d, c, 0),
}
SONG_EDITS = {
    "tempo": lambda draw, d: edits.set_tempo(d, draw(FAR), draw(st.floats(0, 2_000))),
    "no tempo": lambda draw, d: edits.remove_tempo(d, draw(st.sampled_from([c.tick for c in d.tempo.changes]))),
    "meter": lambda draw, d: edits.set_meter(d, draw(PLACE), draw(st.integers(1, 12)), draw(st.sampled_from([2, 4, 8]))),
    "no meter": lambda draw, d: edits.remove_meter(d, draw(st.sampled_from([s.tick for s in d.meter.signatures]))),
    "key": lambda draw, d: edits.set_key(d, draw(FAR), draw(st.sampled_from([None, Key(3)]))),
    "chords": lambda draw, d: edits.set_chords(d, [ChordSpan(draw(PLACE), draw(PLACE), Chord(1)) for _ in range(3)]),
    "marker": lambda draw, d: edits.add_marker(d, draw(FAR), "m"),
    "loop": lambda draw, d: edits.set_loop(d, (draw(FAR), draw(FAR))),
    "sound": lambda draw, d: edits.add_sound(d, draw(st.sampled_from(SOUNDS)), draw(FAR)),
    "track": lambda draw, d: edits.add_track(d, Track(0), draw(st.none() | st.integers(-2, 5))),
}


def one_edit(draw, document):
    kinds = [(SONG_EDITS, None), (NOTE_EDITS, ids_of)]
    kinds += [(TRACK_EDITS, track_ids)] if document.tracks else []
    kinds += [(CLIP_EDITS, clip_ids)] if any(t.clips for t in document.tracks) else []
    table, named = draw(st.sampled_from(kinds))
    name = draw(st.sampled_from(sorted(table)))
    return name, table[name](draw, document, *([draw(named(document))] if named else []))


@some
@given(documents(), st.data())
def test_any_edits_leave_a_valid_song(document, data):
    done = []
    for _ in range(6):
        before, kept = document, copy.deepcopy(document)
        name, document = one_edit(data.draw, document)
        done.append(name)
        assert check(document) == [], done
        assert before == kept, f"{name} changed what it was given"
        assert document.next_id >= before.next_id


@some
@given(documents(), st.data())
def test_any_edits_undone_give_the_identical_song_and_redone_the_identical_result(document, data):
    session = Session(document)
    kept = [(document, copy.deepcopy(document))]
    for _ in range(6):
        name, changed = one_edit(data.draw, session.document)
        session.preview(changed)
        session.commit(name)
        if session.document is not kept[-1][0]:
            kept.append((session.document, copy.deepcopy(session.document)))
    for move, order in ((session.undo, kept[::-1]), (session.redo, kept)):
        for same, equal in order:
            assert session.document is same
            assert session.document == equal
            move()


def test_a_large_move_touches_only_what_it_moves():
    rng = np.random.default_rng(0)
    document = edits.add_track(Document(), Track(0))
    notes = Notes.of(rng.integers(0, 960 * 4_000, 20_000), 240, rng.integers(20, 100, 20_000))
    document = edits.add_notes(document, 1, notes)
    old = document.tracks[0].notes
    ids = old.id[5_000:10_000]
    moved = edits.move_notes(document, ids, 240, 1)
    new = moved.tracks[0].notes
    chosen = np.isin(new.id, ids)
    by_id = new.select(~chosen)
    assert by_id == old.select(~np.isin(old.id, ids))
    assert new.select(chosen) == old.select(slice(5_000, 10_000)).replace(
        start=old.start[5_000:10_000] + 240, pitch=old.pitch[5_000:10_000] + 1
    )
    assert check(moved) == []
