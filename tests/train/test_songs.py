import numpy as np

from studio.train import songs as module
from studio.train.songs import PER_BEAT, read, songs
from studio.train.symbolic_files import STYLES
from tests.writers import write_tune


def data(root):
    for k in range(3):
        write_tune(root / "a_pop_pop909" / "midi_roles" / f"{k:03}.mid", (60 + k, 64, 67, 71 - k), (60, 90), (0, 32))
    return root


def test_songs_are_read_and_kept(tmp_path, monkeypatch):
    made = songs(data(tmp_path / "data"), tmp_path / "cache")
    assert len(made) == 3 and {s.set for s in made} == {STYLES.index("pop")}
    assert all(len(s.parts) == 2 == len(s.classes) for s in made)
    assert made[0].parts[0].start[:3].tolist() == [0, PER_BEAT, 2 * PER_BEAT]
    monkeypatch.setattr(module, "read", None)  # the second time nothing is read
    again = songs(tmp_path / "data", tmp_path / "cache")
    for a, b in zip(made, again, strict=True):
        assert (a.set, a.name, a.split, a.classes, a.signatures, a.key) == (
            b.set,
            b.name,
            b.split,
            b.classes,
            b.signatures,
            b.key,
        )
        for p, q in zip(a.parts, b.parts, strict=True):
            assert (p.name, p.program, p.drums) == (q.name, q.program, q.drums)
            assert all(np.array_equal(getattr(p, n), getattr(q, n)) for n in ("start", "length", "pitch", "velocity"))


def test_nothing_is_there(tmp_path):
    assert read(tmp_path) == []
