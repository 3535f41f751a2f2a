import random

from studio.app.midi_damage import DAMAGES, damaged_files, small_files
from studio.codecs.midi import read_midi


def test_the_whole_files_are_whole():
    for name, data in small_files(random.Random(0)).items():
        result = read_midi(data)
        assert result.document.note_count >= 24
        assert len(result.lost) == (name == "seconds")


def test_the_same_seed_gives_the_same_damage():
    once, again = list(damaged_files(30, 1)), list(damaged_files(30, 1))
    assert once == again
    assert once != list(damaged_files(30, 2))
    assert all(any(d.__name__.replace("_", " ") in name for name, _ in once) for d in DAMAGES)
