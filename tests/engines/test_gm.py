from studio.engines import gm
from studio.engines.gm import DRUMS, FAMILIES, PROGRAMS, drum_key, sound_for
from studio.train.instruments_table import DRUMS as PIECES
from studio.train.instruments_table import INSTRUMENTS

SOUNDS = {i.id: i.program for i in INSTRUMENTS.values()}


def test_names():
    assert len(PROGRAMS) == 128 == len(set(PROGRAMS))
    assert len(FAMILIES) == 16
    assert PROGRAMS[0] == "Acoustic grand piano"
    assert PROGRAMS[40] == "Violin"
    assert PROGRAMS[73] == "Flute"


def test_every_program_has_a_sound_and_its_own_where_there_is_one():
    for program in range(128):
        name = sound_for(program, SOUNDS)
        assert name in SOUNDS
        if program in SOUNDS.values():
            assert SOUNDS[name] == program


def test_every_family_has_a_trained_sound():
    families = {p // 8 for p in SOUNDS.values() if p >= 0}
    assert families == set(range(16))


def test_alternatives_are_known_sounds():
    named = {name for names in gm._ALIKE.values() for name in names}
    assert named <= set(SOUNDS)


def test_with_few_sounds_the_nearest_of_the_family_is_taken():
    few = {"piano": 0, "flute": 73, "violin": 40}
    assert sound_for(72, few) == "flute"
    assert sound_for(43, few) == "violin"
    assert sound_for(120, few) == "piano"


def test_drum_keys():
    assert drum_key(36).piece == "drums_kick"
    assert drum_key(0) == DRUMS[35]
    assert drum_key(127) == DRUMS[81]
    assert {d.piece for d in DRUMS.values()} <= set(PIECES)
    assert set(range(35, 82)) == set(DRUMS)
