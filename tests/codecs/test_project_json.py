import json

import numpy as np
import pytest
from hypothesis import given

from studio.codecs.project_json import from_json, to_json
from studio.music.document import Clip, Document, Track
from tests.documents import documents, some


@some
@given(documents())
def test_json_and_columns_make_the_song_again(document):
    song, columns = to_json(document)
    assert from_json(json.loads(json.dumps(song)), columns) == document


def test_columns_must_fit():
    song, columns = to_json(Document())
    longer = {**columns, "notes/id": np.zeros(1, np.int64)}
    with pytest.raises(ValueError, match="differ in length"):
        from_json(song, longer)
    more = {name: np.ones(1, np.int64) if name.startswith("notes") else c for name, c in columns.items()}
    with pytest.raises(ValueError, match="more rows"):
        from_json(song, more)


@pytest.mark.parametrize("clip", [{"active": 1}, {"takes": []}, {"start": -1}, {"length": 0}, {"name": 3}])
def test_clips_have_a_place_and_a_take(clip):
    song, columns = to_json(Document(tracks=(Track(1, clips=(Clip(2, 0, 960),)),), next_id=3))
    song["tracks"][0]["clips"][0].update(clip)
    with pytest.raises(ValueError):
        from_json(song, columns)
