import json

import numpy as np

from studio.train.symbolic_files import (
    SETS,
    STYLES,
    TEST,
    TRAIN,
    VALID,
    Song,
    credit_rows,
    list_songs,
    load_song,
    read_midi,
    shingles,
    without_copies,
)
from tests.writers import scale_piece, write_tune


def data(tmp_path):
    for k in range(40):
        write_tune(tmp_path / f"b_folk_nottingham/midi/t{k}.mid", pitches=(60, 62 + k % 9, 67))
    for k in range(3):
        write_tune(tmp_path / f"f_drums_groove/drummer1/s/{k}.mid", velocities=(40, 90))
    rows = "".join(f"drummer1/s/{k}.mid,{s}\n" for k, s in enumerate(("train", "validation", "test")))
    (tmp_path / "f_drums_groove/info.csv").write_text("midi_filename,split\n" + rows)
    folder = tmp_path / "c_chorales/jsb"
    folder.mkdir(parents=True)
    voices = [[72, 67, 64, 48]] * 4 + [[74, 67, 62, 47]] * 4
    (folder / "x.json").write_text(json.dumps({"train": [voices], "test": [voices]}))
    return tmp_path


def test_songs_are_split_once_and_for_all(tmp_path):
    songs = list_songs(data(tmp_path))
    assert songs == list_songs(tmp_path)
    folk = [s[2] for s in songs if STYLES[s[0]] == "folk"]
    assert set(folk) <= {TRAIN, VALID, TEST}
    assert folk.count(TRAIN) > 30
    drums = [s[2] for s in songs if STYLES[s[0]] == "drums"]
    assert drums[1:] == [TEST, TEST]
    assert [s[2] for s in songs if STYLES[s[0]] == "chorale"] == [TRAIN, TEST]


def test_files_and_chorales_become_pieces(tmp_path):
    songs = list_songs(data(tmp_path))
    (tune,) = load_song(next(s for s in songs if STYLES[s[0]] == "folk"))
    assert len(tune.piece) == 48
    (chorale,) = load_song(next(s for s in songs if STYLES[s[0]] == "chorale"))
    # Four voices in two quarters, the alto held through.
    assert len(chorale.piece) == 7
    assert max(chorale.piece.steps.tolist()) == 48


def test_a_multitrack_song_also_teaches_thinned(tmp_path):
    path = tmp_path / "g_game_freedoom/midi/a.mid"
    write_tune(path, programs=(0, 33, 48, 81), repeats=20)
    number = STYLES.index("game")
    versions = [list(load_song((number, f"n{k}", TRAIN, path))) for k in range(6)]
    assert all(v[0].name.startswith("n") for v in versions)
    assert any(len(v) == 2 and len(v[1].piece) < len(v[0].piece) for v in versions)
    assert len(list(load_song((number, "n0", TEST, path)))) == 1


def test_copies_of_held_out_songs_are_left_out():
    held, copy, other = (
        Song(1, n, s, p)
        for n, s, p in (("a", TEST, scale_piece(8)), ("b", TRAIN, scale_piece(8, key=5)), ("c", TRAIN, scale_piece(8, seed=4)))
    )
    kept, dropped = without_copies([held, copy, other])
    assert [s.name for s in kept] == ["a", "c"]
    assert dropped == ["b"]
    assert shingles(scale_piece(1), 100) == set()


def test_midi_is_read_with_programs(tmp_path):
    path = tmp_path / "x.mid"
    write_tune(path, programs=(5, 40))
    parts, _, per_beat = read_midi(path)
    assert [p.program for p in parts] == [5, 40]
    assert per_beat == 480
    assert np.array_equal(parts[0].start[:3], [0, 480, 960])


def test_all_data_is_credited():
    assert all(row["licence"] and row["credit"] for row in credit_rows())
    assert any("commercial" in row["licence"] for row in credit_rows())
    assert len(credit_rows()) == len(SETS)
