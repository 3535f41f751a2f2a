from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from studio.music.checks import check
from studio.music.document import ChordSpan, Clip, Document, KeyChange, Marker, Take, Track
from studio.music.notes import Controls, Notes
from studio.music.pitch import Chord, Key
from studio.music.time import MAX_TICK
from tests.documents import documents, some


def song(clip=None, **track):
    clip = clip or Clip(2, 0, 960, (Take(Notes.of([0, 900], 480, 60, id=[3, 4])),))
    return Document(tracks=(Track(1, clips=(clip,), **track),), next_id=5)


@some
@given(documents())
def test_made_documents_are_good(document):
    assert check(document) == []


def unsorted():
    notes = Notes.of([0, 10], 5, 60, id=[3, 4])
    return Notes(**{k: v[::-1] for k, v in notes.columns().items()})


def clip_of(notes):
    return Clip(2, 0, 960, (Take(notes),))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (replace(song(), next_id=4), "an id is not in 1..3"),
        (song(Clip(1, 0, 960)), "an id is used twice"),
        (song(Clip(2, 0, 0)), "lies outside the song"),
        (song(Clip(2, MAX_TICK, 1)), "lies outside the song"),
        (song(Clip(2, 0, 5, active=1)), "no active take"),
        (song(Clip(2, 0, 5, takes=())), "no active take"),
        (song(clip_of(Notes.of([960], 5, 60, id=3))), "starts outside"),
        (song(clip_of(Notes.of([0], MAX_TICK + 1, 60, id=3))), "ends after the song"),
        (song(clip_of(unsorted())), "not sorted"),
        (song(clip_of(replace(Notes.of([0], 5, 60, id=3), pitch=np.array([128], np.int16)))), "pitch or velocity"),
        (song(pan=1.5), "pan"),
        (song(gain_db=float("nan")), "gain"),
        (song(program=128), "program"),
        (song(channel=16), "channel"),
        (song(controls=Controls.of([0], [7], [128])), "a control is out of range"),
        (song(controls=Controls.of([-1], [7], [1])), "controls do not rise"),
        (replace(song(), loop=(5, 5)), "loop is empty"),
        (replace(song(), keys=(KeyChange(5, Key()), KeyChange(5, Key()))), "keys do not rise"),
        (replace(song(), markers=(Marker(5, ""), Marker(4, ""))), "markers do not rise"),
        (replace(song(), markers=(Marker(-1, ""),)), "outside the song"),
        (replace(song(), chords=(ChordSpan(0, 9, Chord(0)), ChordSpan(5, 10, Chord(0)))), "chords overlap"),
        (Document(tracks=(Track(1, clips=(Clip(2, 0, 9), Clip(3, 8, 9))),), next_id=4), "clips overlap"),
    ],
)
def test_says_what_is_wrong(document, fault):
    assert any(fault in line for line in check(document)), check(document)
