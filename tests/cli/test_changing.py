import pytest

from studio.app.changes import Change
from studio.cli.changing import Asked, bars_in, names_in, read_change, tracks_in
from studio.errors import StudioError
from tests.writers import BEAT, song

BAR = 4 * BEAT


def test_bars():
    document = song(8)
    assert bars_in("", document) == (0, 8 * BAR)
    assert bars_in("3", document) == (2 * BAR, 3 * BAR)
    assert bars_in(" 3 - 5 ", document) == (2 * BAR, 5 * BAR)
    for wrong in ("0", "5-3", "a-b", "3-"):
        with pytest.raises(StudioError, match="no bars"):
            bars_in(wrong, document)


def test_tracks_by_name_and_number():
    assert tracks_in("kit, 1", song()) == (2, 1)
    assert tracks_in("", song()) == ()
    with pytest.raises(StudioError, match="'3'"):
        tracks_in("3", song())


def test_parts_are_spelt_as_the_arranger_does():
    assert names_in("bass, bass VOICE,, Kazoo") == ("Bass", "Bass voice", "Kazoo")


def test_where_a_blend_leads():
    change = read_change(Asked(Change("blend", 0, 0, seed=4), "5-6"), song(8), "1-2", "1")
    assert (change.start, change.end, change.tracks, change.other) == (0, 2 * BAR, (1,), (1, 4 * BAR))
    change = read_change(Asked(Change("blend", 0, 0, seed=4), "Kit:3"), song(8), "1", "1")
    assert change.other == (2, 2 * BAR)


def test_a_seed_is_drawn_where_none_is_given():
    asked = Asked(Change("fill", 0, 0, seed=-1))
    assert read_change(asked, song(), "", "1").seed >= 0
