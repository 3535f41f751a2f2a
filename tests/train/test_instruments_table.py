from studio.train.instruments_table import CREDITS, DRUMS, INSTRUMENTS, MADE, RECORDED


def test_the_table_is_sound():
    assert len(INSTRUMENTS) >= 100
    programs = [i.program for i in INSTRUMENTS.values() if i.program >= 0]
    assert len(programs) == len(set(programs))
    assert set(RECORDED) < set(INSTRUMENTS)
    assert all(INSTRUMENTS[d].program == -1 for d in DRUMS)
    for made in MADE:
        assert 0 < made.lowest <= made.highest < 128


def test_credits_name_those_who_ask_for_it():
    named = " ".join(CREDITS.values())
    for who in ("Greg Sullivan", "MTG", "Xavier Hosxe", "Lars Muldjord", "DrumGizmo", "kinwie"):
        assert who in named
