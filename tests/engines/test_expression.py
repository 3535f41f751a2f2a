from studio.engines.expression import PLAIN, Expression


def test_what_is_plain():
    assert PLAIN.plain
    assert Expression(vibrato_hz=7.0, bend=((0, 0.0), (100, 0.0)), dynamics=((50, 0.0),)).plain
    assert not Expression(attack=0.1).plain
    assert not Expression(dynamics=((0, 0.0), (9, -1.0))).plain


def test_what_moves_the_pitch():
    assert not Expression(brightness=1.0, breath=1.0).moves
    for how in (Expression(tuning=1.0), Expression(glide=-1.0), Expression(vibrato=1.0), Expression(bend=((0, 0.0), (5, 2.0)))):
        assert how.moves
        assert not how.plain
