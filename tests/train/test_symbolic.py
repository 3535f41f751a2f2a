import numpy as np

from studio.engines.note_columns import N_TRACK
from studio.train.symbolic import build, corpus
from tests.train.test_symbolic_files import data


def test_the_corpus_is_built_once_and_read_again(tmp_path):
    made = corpus(data(tmp_path / "d"), tmp_path / "cache")
    again = corpus(tmp_path / "nowhere", tmp_path / "cache")
    assert len(made) > 30
    assert made.first[-1] == len(made.target) == len(made.rows) == len(made.levels)
    for name in made.__dataclass_fields__:
        assert np.array_equal(getattr(made, name), getattr(again, name)), name
    assert made.tracks.shape == (len(made), N_TRACK)
    assert len(made.copies) > 0  # one tune in nine is the same


def test_workers_do_not_matter(tmp_path):
    root = data(tmp_path)
    assert np.array_equal(build(root, 1).rows, build(root, 2).rows)
