"""The measurement's own parts: its song, and what it calls silence."""

import numpy as np

from studio.ui.benches_playback import longest_silence, song_of_voices


def test_the_song_has_so_many_voices_all_the_time() -> None:
    song = song_of_voices(10.0)
    assert len(song.tracks) == 16
    assert song.seconds() > 11
    assert all(len(t.notes) == 4 * song.bars() for t in song.tracks)


def test_longest_silence() -> None:
    sound = np.ones((100, 2), np.float32)
    sound[20:30] = 0
    sound[50:55] = 0
    sound[40, 0] = 0
    assert longest_silence(sound) == 10
    assert longest_silence(np.ones((5, 2), np.float32)) == 0
