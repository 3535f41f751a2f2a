from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engines.api import GenerateRequest, Generator, Limits, Quiet, Wishes
from studio.engines.arranger import ArrangerEngine
from studio.engines.arranger_setting import NEW_PARTS, ArrangeRequest
from studio.engines.arranger_take import Arranged
from studio.engines.cards import find_cards
from studio.engines.lstm_writer_styles import STYLES
from studio.errors import Cancelled, StudioError
from studio.music.document import ChordSpan, Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.music.pitch import SCALES, Chord, Key
from tests.arrangers import tiny_arranger
from tests.documents import some
from tests.writers import BEAT, song

BAR = 4 * BEAT


def written(request, ctx=None):
    chunks = list(tiny_arranger().generate(request, ctx or Quiet()))
    takes = {}
    for chunk in chunks:
        rows = takes.setdefault(chunk.take, [])
        for part, n in chunk.notes:
            rows += [(part.name, *r) for r in zip(*(c.tolist() for c in (n.start, n.duration, n.pitch, n.velocity)), strict=True)]
    return takes, chunks


def fill(start=1, bars=2, **fields):
    return ArrangeRequest(song(8), start * BAR, bars * BAR, **{"tracks": (1,), **fields})


def test_it_is_a_generator():
    assert isinstance(tiny_arranger(), Generator)
    assert set(tiny_arranger().styles) == set(STYLES)


def test_a_plain_request_fills_its_tracks():
    takes, chunks = written(GenerateRequest(song(8), BAR, 2 * BAR, tracks=(1,), seed=2))
    assert takes[0] and all(r[0] == "Melody" and BAR <= r[1] < r[1] + r[2] <= 3 * BAR for r in takes[0])
    assert {p.track_id for c in chunks for p, _ in c.notes} == {1}
    assert chunks[-1].written_to == 3 * BAR


@pytest.mark.parametrize("name", sorted(NEW_PARTS))
def test_each_part_can_be_added(name):
    _, chunks = written(fill(tracks=(), new_parts=(NEW_PARTS[name],), seed=4))
    parts = {p for c in chunks for p, _ in c.notes}
    assert parts == {NEW_PARTS[name]}
    assert NEW_PARTS[name].drums == (name == "Drums") and NEW_PARTS[name].track_id is None


def test_several_parts_over_several_windows_come_in_order():
    request = fill(bars=6, tracks=(1, 2), new_parts=(NEW_PARTS["Bass"],), takes=2, seed=1)
    takes, chunks = written(request)
    for take in (0, 1):
        reached = 0
        for chunk in (c for c in chunks if c.take == take):
            assert all(n.start.min() >= reached for _, n in chunk.notes)
            assert chunk.written_to >= reached
            reached = chunk.written_to
        assert reached == request.end
        assert {r[0] for r in takes[take]} == {"Melody", "Kit", "Bass"}


@settings(some, max_examples=12)
@given(
    tonic=st.integers(0, 11),
    scale=st.sampled_from(sorted(SCALES)),
    style=st.sampled_from(["", *sorted(STYLES)]),
    seed=st.integers(0, 2**70),
    temperature=st.floats(0.1, 5),
    top_p=st.floats(0.05, 1),
)
def test_the_key_is_kept_whatever_is_asked(tonic, scale, style, seed, temperature, top_p):
    key = Key(tonic, scale)
    request = fill(key=key, style=style, seed=seed, temperature=temperature, top_p=top_p, new_parts=(NEW_PARTS["Chords"],))
    for chunk in written(request)[1]:
        for _, notes in chunk.notes:
            assert all(key.contains(int(p)) for p in notes.pitch)
            assert 1 <= notes.velocity.min() <= notes.velocity.max() <= 127


CHORDS = tuple(ChordSpan(k * BAR, (k + 1) * BAR, c) for k, c in enumerate((Chord(0), Chord(9, "m"), Chord(5), Chord(7, "7")) * 2))


@settings(some, max_examples=15)
@given(
    low=st.integers(40, 60),
    high=st.integers(72, 90),
    polyphony=st.integers(0, 3),
    leap=st.sampled_from([0, 5, 7, 12]),
    grid=st.sampled_from([0, 240, 480, 960]),
    chord_notes=st.sampled_from(["", "strong", "all"]),
    name=st.sampled_from(["Piano", "Melody", "Drums"]),
    seed=st.integers(0, 1000),
)
def test_limits_are_kept_alone_and_together(low, high, polyphony, leap, grid, chord_notes, name, seed):
    limits = Limits(low, high, polyphony, leap, grid, chord_notes)
    request = fill(
        bars=5, tracks=(), new_parts=(NEW_PARTS[name],), limits=limits, chords=CHORDS, seed=seed, temperature=2, top_p=1
    )
    takes, _ = written(request)
    rows = sorted(r[1:4] for r in takes.get(0, []))
    assert all((start - BAR) % (grid or 1) == 0 for start, _, _ in rows)
    if name == "Drums":
        return
    assert all(low <= pitch <= high for _, _, pitch in rows)
    onsets = sorted({start for start, _, _ in rows})
    for a, b in pairwise(onsets):
        before = [p for s, _, p in rows if s == a]
        assert not leap or all(min(abs(p - q) for q in before) <= leap for s, _, p in rows if s == b)
    for start, _, pitch in rows:
        chord = CHORDS[start // BAR].chord.pitch_classes
        if chord_notes == "all" or (chord_notes == "strong" and start % (2 * BEAT) == 0):
            assert pitch % 12 in chord
        assert not polyphony or sum(s <= start < s + n for s, n, _ in rows) <= polyphony


def test_the_same_seed_writes_the_same_and_takes_do_not_mind_each_other():
    one, many = written(fill(bars=5, seed=11))[0], written(fill(bars=5, seed=11, takes=6))[0]
    assert one[0] == many[0] == written(fill(bars=5, seed=11))[0][0]
    assert len({tuple(rows) for rows in many.values()}) == 6
    assert written(fill(bars=5, seed=12))[0][0] != one[0]


def test_what_stands_there_is_not_read():
    other = song(8)
    tune = other.tracks[0]
    inside = (tune.notes.start >= BAR) & (tune.notes.start < 3 * BAR)
    changed = tune.notes.replace(pitch=np.where(inside, 50, tune.notes.pitch))
    other = other.with_track(replace(tune, clips=(tune.clips[0].with_notes(changed),)))
    a = written(ArrangeRequest(song(8), BAR, 2 * BAR, tracks=(1,), seed=5))[0]
    assert a == written(ArrangeRequest(other, BAR, 2 * BAR, tracks=(1,), seed=5))[0]


def test_single_lines_stay_single():
    for seed in range(6):
        rows = sorted(r[1:3] for r in written(fill(bars=4, seed=seed, temperature=2, top_p=1))[0][0])
        assert all(a + length <= b for (a, length), (b, _) in pairwise(rows))


def test_no_pitch_sounds_twice_at_once():
    request = fill(bars=4, tracks=(), new_parts=(NEW_PARTS["Piano"],), temperature=2, top_p=1)
    spans = {}
    for name, start, length, pitch, _ in written(request)[0][0]:
        spans.setdefault((name, pitch), []).append((start, start + length))
    for found in spans.values():
        found.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(found))


def test_locked_notes_are_left_alone():
    document = song(8)
    tune = document.tracks[0]
    locked = tune.clips[0].with_notes(tune.notes.replace(locked=tune.notes.start % BAR == 0))
    document = document.with_track(replace(tune, clips=(locked,)))
    for seed in range(4):
        takes, _ = written(ArrangeRequest(document, BAR, 2 * BAR, tracks=(1,), seed=seed, temperature=2, top_p=1))
        for _, start, length, _, _ in takes[0]:
            for beat in (BAR, 2 * BAR):  # a locked quarter of a single line
                assert start + length <= beat or start >= beat + BEAT


def test_spared_notes_come_with_the_take():
    everything, _ = written(fill(spare=1.0, seed=3, temperature=0.1))
    stood = {(s, p) for s, p in zip(song(8).tracks[0].notes.start.tolist(), song(8).tracks[0].notes.pitch.tolist(), strict=True)}
    wanted = {(s, p) for s, p in stood if BAR <= s < 3 * BAR}
    assert wanted <= {(r[1], r[3]) for r in everything[0]}
    some_spared, _ = written(fill(spare=0.5, seed=3))
    kept = wanted & {(r[1], r[3]) for r in some_spared[0]}
    assert 0 < len(kept) < len(wanted)


def test_each_note_says_what_it_listened_to():
    _, chunks = written(fill(seed=2))
    assert all(isinstance(c, Arranged) for c in chunks)
    told = [x for c in chunks for x in c.listened]
    notes = {(s, p) for c in chunks for _, n in c.notes for s, p in zip(n.start.tolist(), n.pitch.tolist(), strict=True)}
    assert {(x.start, x.pitch) for x in told} == notes
    heard = {(t.id, s, p) for t in song(8).tracks for s, p in zip(t.notes.start.tolist(), t.notes.pitch.tolist(), strict=True)}
    for x in told:
        assert 0 < sum(w for *_, w in x.to) <= 1 + 1e-5
        assert all((track, start, pitch) in heard for track, start, pitch, _ in x.to)
        assert [w for *_, w in x.to] == sorted((w for *_, w in x.to), reverse=True)


class Stop:
    def __init__(self, calls):
        self.calls = calls

    def progress(self, fraction, message=""):
        assert 0 <= fraction <= 1
        self.calls -= 1
        if self.calls < 0:
            raise Cancelled

    def notice(self, message):
        pass


@pytest.mark.parametrize("calls", [0, 1, 9])
def test_it_stops_when_told(calls):
    stop = Stop(calls)
    with pytest.raises(Cancelled):
        written(fill(bars=7), stop)
    assert stop.calls == -1


def test_what_cannot_be_done_is_said():
    with pytest.raises(StudioError, match="style"):
        written(fill(style="polka-metal"))
    with pytest.raises(StudioError, match="track"):
        written(fill(tracks=(77,)))
    with pytest.raises(StudioError, match="part"):
        written(ArrangeRequest(Document(), 0, BAR))
    with pytest.raises(StudioError, match="range"):
        written(fill(limits=Limits(low=1, high=2)))
    with pytest.raises(StudioError, match="lowest"):
        written(fill(limits=Limits(low=70, high=60)))
    with pytest.raises(StudioError, match="wishes"):
        written(fill(wishes=Wishes(energy=1.0)))


def test_a_model_of_another_version_is_refused():
    card = tiny_arranger().card
    with pytest.raises(StudioError, match="version"):
        ArrangerEngine().prepare(replace(card, hyper={**card.hyper, "version": -1}), "cpu")


def test_the_shipped_model_follows_the_harmony():
    engine = ArrangerEngine()
    engine.prepare(next(c for c in find_cards() if c.id == "arranger"), "cpu")
    bars = np.arange(8)
    triads = [(60, 64, 67), (65, 69, 72), (67, 71, 74), (60, 64, 67)]
    rows = [(int(k) * BAR, p) for k in bars for p in triads[k % 4]]
    chords = Notes.of([s for s, _ in rows], BAR, [p for _, p in rows])
    document = Document(tracks=(Track(1, "Chords", clips=(Clip(2, 0, 8 * BAR, (Take(chords),)),)),), next_id=3)
    fitting = total = 0
    for chunk in engine.generate(ArrangeRequest(document, 0, 8 * BAR, new_parts=(NEW_PARTS["Bass"],), seed=1, takes=2), Quiet()):
        for _, notes in chunk.notes:
            tones = [{p % 12 for p in triads[s // BAR % 4]} for s in notes.start.tolist()]
            fitting += sum(p % 12 in t for p, t in zip(notes.pitch.tolist(), tones, strict=True))
            total += len(notes)
    assert total > 8 and fitting > 0.6 * total  # three of twelve pitches fit by chance
