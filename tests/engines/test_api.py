import numpy as np

from studio.engines.api import Chunk, GenerateRequest, Generator, Part, Quiet, Renderer, SoundBatch
from studio.music.document import Document
from studio.music.notes import Notes
from tests.fakes import OneNoteABar, Sines


def test_small_engines_keep_the_protocols():
    assert isinstance(OneNoteABar(), Generator)
    assert isinstance(Sines(), Renderer)
    assert not isinstance(Sines(), Generator)


def test_a_request_ends_where_its_length_says():
    assert GenerateRequest(Document(), 3840, 960).end == 4800


def test_a_batch_is_selected_by_mask_slice_and_index():
    batch = SoundBatch(*(np.array([1, 2, 3], t) for t in (np.int16, np.int16, np.int16, np.int64)))
    assert len(batch) == 3
    for which in (np.array([True, False, True]), slice(0, 3, 2), np.array([0, 2])):
        assert batch.select(which).pitch.tolist() == [1, 3]


def test_parts_are_known_again_by_value():
    chunks = [Chunk(0, ((Part("Flute", 73), Notes.empty()),), 960) for _ in range(2)]
    assert chunks[0].notes[0][0] == chunks[1].notes[0][0]
    assert len({c.notes[0][0] for c in chunks}) == 1


def test_nobody_hears_the_quiet_context():
    quiet = Quiet()
    assert quiet.progress(0.5, "half") is None
    assert quiet.notice("hello") is None
