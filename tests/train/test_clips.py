import numpy as np

from studio.engines.clip_grid import CELLS, PITCHES, SILENCE
from studio.engines.note_columns import CLASS
from studio.train import clips as module
from studio.train.clips import PER_CELL, clips, drum_clips, is_line, line_clips, moved_line, phrase_clips, valid_cells, windows
from studio.train.songs import PER_BEAT, SongParts
from tests.writers import part

BAR = 4 * PER_BEAT


def notes(count=32, step=PER_BEAT, pitch=67, **fields):
    return part(rows=[(step * k, step, pitch + k % 3, 60 + k) for k in range(count)], **fields)


def song_of(*parts, classes=None, signatures=((0, 4, 4),), key=0, split=0, number=0):
    return SongParts(number, "song", split, parts, classes or (CLASS["Melody"],), signatures, key)


def test_windows_start_at_each_bar_line():
    assert list(windows(song_of(notes()), 4 * BAR)) == [(k * BAR, 2) for k in range(4)]
    waltz = song_of(notes(), signatures=((0, 3, 4),))
    assert list(windows(waltz, 2 * BAR))[1] == (3 * PER_BEAT, 1)
    assert list(windows(song_of(notes(), signatures=((0, 5, 4),)), 4 * BAR)) == []
    changing = song_of(notes(), signatures=((0, 4, 4), (BAR, 3, 4)))
    assert next(m for _, m in windows(changing, 3 * BAR)) == 1


def test_only_single_lines_on_the_grid():
    assert is_line(notes())
    assert not is_line(part(rows=[(PER_BEAT * (k // 2), PER_BEAT, 60 + k % 2, 80) for k in range(32)]))
    assert not is_line(notes(step=PER_BEAT // 3))
    assert not is_line(notes(count=3))


def test_lines_are_moved_to_their_key():
    tokens, metre = next(iter(line_clips(song_of(notes(pitch=67), key=7))))
    assert metre == 2 and tokens.shape == (CELLS,)
    assert tokens[0] == 67 + 5 - 21
    assert list(line_clips(song_of(notes(), classes=(CLASS["Chords"],)))) == []


def test_drums_keep_their_touch():
    played = part(drums=True, rows=[(PER_BEAT * k + 12 * (k % 2), 60, 36 + 2 * (k % 2), 40 + k) for k in range(16)])
    rows, metre = next(iter(drum_clips(song_of(played, classes=(0,)))))
    assert rows.shape == (CELLS, 9, 3) and metre == 2
    assert rows[0, 0].tolist() == [1, 40, 128] and rows[4, 1, 2] == round((12 / PER_CELL + 0.5) * 255)
    assert list(drum_clips(song_of(notes()))) == []


def test_clips_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "songs", lambda root, folder: [song_of(notes()), song_of(notes(), split=2)])
    made = clips("lines", folder=tmp_path)
    assert len(made) and set(made.split.tolist()) == {0, 2} and made.rows.shape == (len(made), CELLS)
    monkeypatch.setattr(module, "songs", None)
    assert np.array_equal(clips("lines", folder=tmp_path).rows, made.rows)


def test_no_drums_make_no_clips(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "songs", lambda root, folder: [song_of(notes())])
    assert clips("drums", folder=tmp_path).rows.shape == (0, CELLS, 9, 3)


def test_valid_steps():
    assert valid_cells(np.array([2, 1, 0])).sum(axis=1).tolist() == [32, 24, 16]


def test_moving_lines_keeps_them_in_range():
    tokens = np.array([[0, 3, SILENCE], [PITCHES - 1, 50, SILENCE], [40, 41, SILENCE]])
    made = moved_line(tokens, np.array([-2, 2, 5]))
    assert made.tolist() == [[10, 13, SILENCE], [PITCHES - 11, 40, SILENCE], [45, 46, SILENCE]]


def test_phrases_are_sixteen_bars_with_notes_in_every_two():
    whole = list(phrase_clips(song_of(notes(count=4 * 18))))
    assert [t.shape for t, _ in whole] == [(8, CELLS)] * 4
    lines = [t for t, _ in line_clips(song_of(notes(count=4 * 18)))]
    assert np.array_equal(whole[0][0], np.stack(lines[0:16:2]))
    rows = [(PER_BEAT * k, PER_BEAT, 60, 80) for k in range(4 * 18) if not 24 <= k < 40]
    assert list(phrase_clips(song_of(part(rows=rows)))) == []


def test_phrases_move_as_one():
    phrase = next(iter(phrase_clips(song_of(notes(count=4 * 18)))))[0][None]
    moved = moved_line(phrase, np.array([3]))
    onset = phrase < PITCHES
    assert (moved[onset] == phrase[onset] + 3).all() and np.array_equal(moved[~onset], phrase[~onset])
