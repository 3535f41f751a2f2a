import pytest

from studio.cli.styles import styles_of
from studio.errors import StudioError
from tests.fakes import OneNoteABar


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("", ("", "", 0.0)),
        ("fancy", ("Fancy", "", 0.0)),
        ("plain:0.7 fancy:0.3", ("plain", "Fancy", 0.3)),
        ("plain+fancy", ("plain", "Fancy", 0.5)),
        ("plain:3 + FANCY:1", ("plain", "Fancy", 0.25)),
        ("plain:0.8+fancy", ("plain", "Fancy", 0.2)),
        ("plain fancy:0.8", ("plain", "Fancy", 0.8)),
        ("plain:0 fancy:1", ("plain", "Fancy", 1.0)),
    ],
)
def test_styles_and_shares(words, meant):
    assert styles_of(words, OneNoteABar()) == meant


@pytest.mark.parametrize(
    "words", ["polka", "plain+polka", "plain+fancy+plain", "plain:x fancy", "plain:-1 fancy", "plain:0 fancy:0"]
)
def test_what_is_none_is_told_with_what_to_do(words):
    with pytest.raises(StudioError) as refused:
        styles_of(words, OneNoteABar())
    assert refused.value.hint
