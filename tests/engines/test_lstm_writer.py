from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.engines.api import GenerateRequest, Generator, Quiet
from studio.engines.cards import find_cards
from studio.engines.lstm_writer import LstmWriter
from studio.engines.lstm_writer_styles import STYLES, pitch_range
from studio.errors import Cancelled, StudioError
from studio.music.document import Document
from studio.music.pitch import SCALES, Key
from studio.music.time import Meter, TimeSignature
from tests.documents import some
from tests.writers import BEAT, remembering_writer, song, tiny_writer

BAR = 4 * BEAT


def written(request, ctx=None, writer=tiny_writer):
    """Per take: rows (part name, start, duration, pitch, velocity), and the chunks."""
    chunks = list(writer().generate(request, ctx or Quiet()))
    takes = {}
    for chunk in chunks:
        rows = takes.setdefault(chunk.take, [])
        for part, n in chunk.notes:
            rows += [(part.name, *r) for r in zip(*(c.tolist() for c in (n.start, n.duration, n.pitch, n.velocity)), strict=True)]
    return takes, chunks


def test_it_is_a_generator():
    assert isinstance(tiny_writer(), Generator)
    assert set(tiny_writer().styles) == set(STYLES)


@pytest.mark.parametrize("style", STYLES)
def test_each_style_fills_its_bars(style):
    takes, chunks = written(GenerateRequest(Document(), 0, 2 * BAR, style=style, seed=3))
    rows = takes[0]
    assert {r[1] // BAR for r in rows} == {0, 1}
    assert all(0 <= r[1] < r[1] + r[2] <= 2 * BAR for r in rows)
    assert chunks[-1].written_to == 2 * BAR
    parts = {p for c in chunks for p, _ in c.notes}
    assert parts
    assert all(p.drums for p in parts) == (style == "drums")


def test_chunks_come_in_order():
    _, chunks = written(GenerateRequest(Document(), 0, 3 * BAR, style="pop", takes=2, seed=1))
    assert len(chunks) > 6
    for take in (0, 1):
        reached = 0
        for chunk in (c for c in chunks if c.take == take):
            assert all(n.start.min() >= reached for _, n in chunk.notes)
            assert all(n.start.max() < chunk.written_to for _, n in chunk.notes)
            reached = chunk.written_to
        assert reached == 3 * BAR


@settings(some, max_examples=12)
@given(
    tonic=st.integers(0, 11),
    scale=st.sampled_from(sorted(SCALES)),
    style=st.sampled_from(sorted(STYLES)),
    seed=st.integers(0, 2**70),
    temperature=st.floats(0.1, 5),
    top_p=st.floats(0.05, 1),
)
def test_the_key_is_kept_whatever_is_asked(tonic, scale, style, seed, temperature, top_p):
    key = Key(tonic, scale)
    request = GenerateRequest(Document(), 0, BAR, style=style, key=key, seed=seed, temperature=temperature, top_p=top_p)
    _, chunks = written(request)
    for chunk in chunks:
        for part, notes in chunk.notes:
            if not part.drums:
                assert all(key.contains(int(p)) for p in notes.pitch)
            assert 1 <= notes.velocity.min() <= notes.velocity.max() <= 127


def test_pitches_stay_within_the_instrument():
    _, chunks = written(GenerateRequest(song(), 4 * BAR, 3 * BAR, tracks=(1,), temperature=3, top_p=1))
    pitches = np.concatenate([n.pitch for c in chunks for _, n in c.notes])
    low, high = pitch_range(28, 73)
    assert low <= pitches.min() <= pitches.max() <= high


def test_it_goes_on_in_the_songs_own_tracks():
    takes, chunks = written(GenerateRequest(song(), 4 * BAR, 2 * BAR, seed=5))
    assert {p.track_id for c in chunks for p, _ in c.notes} <= {1, 2}
    assert all(r[1] >= 4 * BAR and r[1] + r[2] <= 6 * BAR for r in takes[0])
    _, chunks = written(GenerateRequest(song(), 4 * BAR, 2 * BAR, tracks=(2,), seed=5))
    assert {(p.track_id, p.drums) for c in chunks for p, _ in c.notes} == {(2, True)}


def test_what_the_song_chose_changes_what_is_written_and_takes_do_not_mind_each_other():
    one = GenerateRequest(song(), 4 * BAR, 3 * BAR, seed=5)  # with drums, whose lengths nobody chose
    many = GenerateRequest(song(), 4 * BAR, 3 * BAR, seed=5, takes=5)
    a, b = (written(r, writer=remembering_writer)[0] for r in (one, many))
    assert a[0] == b[0] and len({tuple(rows) for rows in b.values()}) == 5
    heard = GenerateRequest(song(8), 8 * BAR, 3 * BAR, seed=5)
    assert [r[1] - 4 * BAR for r in written(heard, writer=remembering_writer)[0][0]] != [r[1] for r in a[0]]


def test_a_new_piece_is_the_networks_alone(monkeypatch):
    monkeypatch.setattr("studio.engines.lstm_writer.Memory", None)  # would be called
    assert written(GenerateRequest(Document(), 0, 2 * BAR, style="pop"), writer=remembering_writer)[0][0]


def test_a_place_is_heard_once_and_only_the_latest_are_kept(monkeypatch):
    engine, heard = tiny_writer(), []
    hear = engine._hear
    monkeypatch.setattr(engine, "_kept", {})
    monkeypatch.setattr(engine, "_hear", lambda *notes: heard.append(len(heard)) or hear(*notes))
    places = [GenerateRequest(song(bars), bars * BAR, BAR) for bars in range(2, 9)]
    first, again = [list(engine.generate(places[k], Quiet())) for k in (0, 0)]
    assert len(heard) == 1 and len(first) == len(again)
    assert all(
        np.array_equal(getattr(n, c), getattr(m, c))
        for a, b in zip(first, again, strict=True)
        for (_, n), (_, m) in zip(a.notes, b.notes, strict=True)
        for c in ("start", "pitch", "duration", "velocity")
    )
    for place in places:
        next(engine.generate(place, Quiet()))
    assert len(heard) == len(places) and len(engine._kept) == 4


def test_a_gap_before_the_region_is_bridged():
    takes, _ = written(GenerateRequest(song(), 40 * BAR, 2 * BAR, seed=5))
    assert {r[1] // BAR for r in takes[0]} == {40, 41}


def test_other_metres():
    meter = Meter((TimeSignature(0, 7, 8), TimeSignature(2 * 7 * 480, 3, 4)))
    takes, chunks = written(GenerateRequest(Document(meter=meter), 0, meter.bar_start(5), style="folk"))
    assert {meter.bar_of(r[1]) for r in takes[0]} == set(range(5))
    assert chunks[-1].written_to == meter.bar_start(5)


def test_the_same_seed_writes_the_same_and_takes_do_not_mind_each_other():
    one = GenerateRequest(Document(), 0, 2 * BAR, style="pop", seed=11)
    many = GenerateRequest(Document(), 0, 2 * BAR, style="pop", seed=11, takes=6)
    a, b = written(one)[0], written(many)[0]
    assert a[0] == b[0]
    assert written(one)[0][0] == a[0]
    assert len(b) == 6
    assert len({tuple(rows) for rows in b.values()}) == 6
    assert written(GenerateRequest(Document(), 0, 2 * BAR, style="pop", seed=12))[0][0] != a[0]


def test_no_pitch_sounds_twice_at_once_in_a_part():
    _, chunks = written(GenerateRequest(Document(), 0, 3 * BAR, style="piano", temperature=2))
    by_part = {}
    for chunk in chunks:
        for part, n in chunk.notes:
            for start, end, pitch in zip(n.start.tolist(), n.end.tolist(), n.pitch.tolist(), strict=True):
                by_part.setdefault((part, pitch), []).append((start, end))
    for spans in by_part.values():
        spans.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


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


@pytest.mark.parametrize("calls", [0, 1, 5, 40])
def test_it_stops_when_told(calls):
    stop = Stop(calls)
    with pytest.raises(Cancelled):
        written(GenerateRequest(song(), 4 * BAR, 64 * BAR), stop)
    assert stop.calls == -1


def test_what_cannot_be_done_is_said():
    with pytest.raises(StudioError, match="style"):
        written(GenerateRequest(Document(), 0, BAR, style="polka-metal"))
    with pytest.raises(StudioError, match="track"):
        written(GenerateRequest(song(), 0, BAR, tracks=(77,)))


def test_a_model_of_another_version_is_refused():
    from dataclasses import replace

    card = tiny_writer().card
    with pytest.raises(StudioError, match="version"):
        LstmWriter().prepare(replace(card, hyper={**card.hyper, "version": -1}), "cpu")


def test_the_shipped_model_writes_in_tune():
    card = next(c for c in find_cards() if c.id == "writer-lstm")
    writer = LstmWriter()
    writer.prepare(card, "auto")
    pitches = [
        n.pitch
        for c in writer.generate(GenerateRequest(Document(), 0, 2 * BAR, style="chorale", seed=1), Quiet())
        for _, n in c.notes
    ]
    chroma = np.bincount(np.concatenate(pitches) % 12, minlength=12)
    assert max(chroma[[(k + s) % 12 for s in SCALES["major"]]].sum() for k in range(12)) > 0.8 * chroma.sum()
