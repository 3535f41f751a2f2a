import numpy as np
import pytest
from scipy.io import savemat

from studio.errors import StudioError
from studio.train.frames import COUNTS, HOME, LAGS, LONGEST, PLANES, matches, read_rolls, roll


def tune(*keys):
    frames = np.zeros((len(keys), 88), np.uint8)
    for row, key in zip(frames, keys, strict=True):
        row[list(key) if isinstance(key, tuple) else [key]] = 1
    return frames


def repeated(t=60, seed=0):
    draw = np.random.default_rng(seed)
    half = tune(*draw.integers(30, 36, t // 2).tolist())
    return np.concatenate([half, half])


def test_a_match_is_what_followed_the_longest_equal_past():
    sources, lengths = matches(np.concatenate([tune((0, 1))[:0], np.zeros((1, 88), np.uint8), tune(1, 2, 3, 1, 2, 4, 1, 2)]))
    # Row 5 foretells the sixth frame after 1 2 3 1 2: as 1 2 was followed by 3 (the third frame).
    assert sources[5, 0] == 3 and lengths[5, 0] == 2
    assert sources[2].tolist() == [0, 0]
    assert lengths[7, 0] == 1 and sources[7, 0] == 5  # after the latest 1 that went on: 2


def test_the_second_match_goes_on_otherwise():
    frames = np.concatenate([np.zeros((1, 88), np.uint8), tune(1, 2, 3, 1, 2, 4, 1, 2, 5)])
    sources, lengths = matches(frames)
    assert sources[8].tolist() == [6, 3] and lengths[8].tolist() == [2, 2]


def test_long_matches_are_found_in_repeats():
    piece = roll(repeated())
    sources, lengths = matches(piece.frames)
    assert (sources[40:, 0] == np.arange(40, 60) + 1 - 30).all()
    assert lengths[58, 0] == LONGEST


def test_nothing_of_the_future_is_seen():
    frames = repeated()
    changed = frames.copy()
    changed[35:] = 1 - changed[35:]
    a, b = roll(frames), roll(changed)
    assert np.array_equal(a.sources[:36], b.sources[:36]) and np.array_equal(a.facts[:36], b.facts[:36])
    assert (a.sources <= np.arange(60)[:, None]).all()


def test_a_piece_begins_with_nothing():
    piece = roll(tune(5, 5, 7))
    assert len(piece) == 3 and not piece.frames[0].any()
    assert piece.sources.shape == (3, PLANES) and not piece.sources[0].any()
    assert piece.sources[2, :2].tolist() == [2, 1] and piece.sources[2, 4:].tolist() == [0] * (len(LAGS) - 2)
    assert piece.facts[:, -2].tolist() == [0, 0, 1] and (piece.facts[:, -1] == HOME).all()
    assert (piece.facts < np.array(COUNTS)).all()
    assert len(roll(tune(5))) == 1


def test_the_benchmarks_files_are_read(tmp_path):
    folder = tmp_path / "benchmark" / "pianoroll_mat"
    folder.mkdir(parents=True)
    cells = np.empty((1, 2), object)
    cells[0, 0], cells[0, 1] = repeated(4), repeated(8)
    savemat(folder / "JSB_Chorales.mat", {f"{p}data": cells for p in ("train", "valid", "test")})
    read = read_rolls("jsb", tmp_path)
    assert [a.shape for a in read["test"]] == [(4, 88), (8, 88)] and np.array_equal(read["train"][1], repeated(8))
    with pytest.raises(StudioError, match=r"Nottingham\.mat"):
        read_rolls("nottingham", tmp_path)
