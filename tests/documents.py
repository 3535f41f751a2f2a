"""Documents for property tests: small, valid, and with everything in them."""

import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st

from studio.music.document import (
    ChordSpan,
    Clip,
    Document,
    KeyChange,
    Marker,
    Master,
    Provenance,
    Section,
    Sound,
    SoundAt,
    Take,
    Track,
)
from studio.music.effects import KINDS, PLUGIN, Effect
from studio.music.notes import CHANNEL_PRESSURE, PITCH_BEND, PROGRAM_CHANGE, Controls, Notes
from studio.music.pitch import CHORDS, SCALES, Chord, Key
from studio.music.tempo import TempoChange, TempoMap
from studio.music.time import Meter, TimeSignature

# The machine that runs the tests may be busy: no deadline, and no minutes of shrinking. The same examples everywhere.
some = settings(deadline=None, max_examples=40, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))

SOUNDS = tuple(Sound(c * 64, c, 8_000, 4_000, np.full(9, ord(c), np.uint8), np.zeros(50, np.uint8)) for c in "ab")

texts = st.text(max_size=8)
ticks = st.integers(0, 40_000)


@st.composite
def notes_in(draw, length, first_id=0):
    """Notes that start in [0, length), numbered from ``first_id``."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, length - 1),
                st.integers(1, 5_000),
                st.integers(0, 127),
                st.integers(1, 127),
                st.booleans(),
                st.integers(0, 3),
            ),
            max_size=6,
        )
    )
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 6
    start, duration, pitch, velocity, locked, origin = columns
    notes = Notes.of(start, duration, pitch, velocity, locked=locked, origin=origin)
    return notes.with_ids_from(first_id)


@st.composite
def controls(draw):
    plain = st.tuples(ticks, st.sampled_from([1, 7, 10, 11, 64, CHANNEL_PRESSURE, PROGRAM_CHANGE]), st.integers(0, 127))
    bend = st.tuples(ticks, st.just(PITCH_BEND), st.integers(-8192, 8191))
    rows = draw(st.lists(st.one_of(plain, bend), max_size=5))
    return Controls.of(*(zip(*rows, strict=True) if rows else [[]] * 3))


provenances = st.builds(
    Provenance, st.sampled_from(["drawn", "imported", "generated"]), texts, texts, texts, texts, st.integers(), texts
)

effects = st.lists(
    st.builds(Effect, st.sampled_from(sorted(KINDS)), st.booleans())
    | st.builds(Effect, st.just(PLUGIN), st.booleans(), st.just((("gain", 0.5),)), texts.filter(bool), texts, texts),
    max_size=3,
).map(tuple)


@st.composite
def tracks(draw, first_id):
    """A track and the first id that it does not use."""
    next_id = first_id + 1
    clips, at = [], 0
    for _ in range(draw(st.integers(0, 3))):
        at += draw(st.sampled_from([0, 1, 960, 3_840]))
        length = draw(st.integers(1, 8_000))
        clip_id, next_id = next_id, next_id + 1
        takes = []
        offset = draw(st.sampled_from([0, 0, 500]))
        for _ in range(draw(st.integers(1, 2))):
            notes = draw(notes_in(length, next_id))
            next_id += len(notes)
            before = draw(notes_in(offset, next_id)) if offset else Notes.empty()
            next_id += len(before)
            after = draw(st.just(Notes.empty()) | notes_in(900, next_id)).shifted(length)
            next_id += len(after)
            heard = draw(st.none() | st.builds(SoundAt, st.sampled_from([s.id for s in SOUNDS]), st.integers(-9_000, 9_000)))
            takes.append(Take(notes, draw(texts), draw(provenances), before, after, heard))
        clips.append(Clip(clip_id, at, length, tuple(takes), draw(st.integers(0, len(takes) - 1)), draw(texts), offset))
        at += length
    track = Track(
        first_id,
        draw(texts),
        draw(st.integers(0, 11)),
        draw(st.integers(0, 127)),
        draw(st.booleans()),
        draw(st.none() | st.integers(0, 15)),
        draw(texts),
        draw(st.floats(-120, 24)),
        draw(st.floats(-1, 1)),
        draw(st.floats(0, 1)),
        draw(st.booleans()),
        draw(st.booleans()),
        tuple(clips),
        draw(controls()),
        draw(st.floats(0, 1)),
        draw(effects),
    )
    return track, next_id


def rising(values):
    """Lists of (tick, value) with the first at 0 and no tick twice."""
    return st.dictionaries(ticks, values, max_size=4).flatmap(
        lambda later: values.map(lambda first: sorted({**later, 0: first}.items()))
    )


metres = st.tuples(st.integers(1, 13), st.sampled_from([1, 2, 4, 8, 16, 32, 64]))
keys = st.builds(Key, st.integers(0, 11), st.sampled_from(sorted(SCALES)))
chords = st.builds(Chord, st.integers(0, 11), st.sampled_from(sorted(CHORDS)), st.none() | st.integers(0, 11))


@st.composite
def documents(draw):
    made, next_id = [], 1
    for _ in range(draw(st.integers(0, 3))):
        track, next_id = draw(tracks(next_id))
        made.append(track)
    edges = sorted(draw(st.sets(ticks, max_size=4)))
    walls = sorted(draw(st.sets(ticks, max_size=4)))
    loop = draw(st.none() | st.tuples(st.integers(0, 100), st.integers(101, 9_000)))
    used = {take.sound.sound for t in made for c in t.clips for take in c.takes if take.sound}
    return Document(
        title=draw(texts),
        tempo=TempoMap(tuple(TempoChange(t, m) for t, m in draw(rising(st.integers(1, 0xFFFFFF))))),
        meter=Meter(tuple(TimeSignature(t, *m) for t, m in draw(rising(metres)))),
        keys=tuple(KeyChange(t, k) for t, k in sorted(draw(st.dictionaries(ticks, keys, max_size=3)).items())),
        chords=tuple(ChordSpan(a, b, draw(chords)) for a, b in zip(edges[::2], edges[1::2], strict=False)),
        markers=tuple(
            sorted((Marker(t, n) for t, n in draw(st.lists(st.tuples(ticks, texts), max_size=3))), key=lambda m: m.tick)
        ),
        sections=tuple(Section(a, b, draw(texts)) for a, b in zip(walls[::2], walls[1::2], strict=False)),
        tracks=tuple(made),
        master=Master(draw(st.floats(-60, 6)), draw(st.floats(-60, 0)), draw(st.floats(0.1, 9)), draw(effects)),
        loop=loop,
        next_id=next_id + draw(st.integers(0, 5)),
        sounds=tuple(s for s in SOUNDS if s.id in used),
    )
