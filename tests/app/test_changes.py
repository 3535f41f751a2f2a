from studio.app.changes import CLIP_VERBS, VERBS, Change


def test_verbs():
    assert set(CLIP_VERBS) < set(VERBS)
    assert all(VERBS.values())


def test_a_change_is_proposed_where_its_bars_are():
    assert Change("fill", 100, 400).region == (100, 400)
    assert Change("blend", 100, 400, takes=3).region == (100, 400)
    assert Change("blend", 100, 400, takes=3, laid_out=True).region == (400, 1300)
