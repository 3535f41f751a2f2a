import pytest

from studio.app.limits_check import RULES, violations
from studio.engines.api import GenerateRequest, Limits, Part
from studio.music.document import ChordSpan, Document
from studio.music.notes import Notes
from studio.music.pitch import Chord, Key

BAR = 3840
PIANO, DRUMS = Part("Piano"), Part("Kit", drums=True)
CHORDS = (ChordSpan(0, BAR, Chord.parse("C")),)


def broken(rows, limits=None, part=PIANO, key=None, chords=CHORDS, locked=()):
    start, length, pitch = zip(*rows, strict=True)
    request = GenerateRequest(Document(), 0, BAR, key=key, limits=limits or Limits(), chords=chords)
    beside = [(part, Notes.of(*zip(*locked, strict=True)))] if locked else []
    return set(violations([(part, Notes.of(start, length, pitch))], request, beside))


@pytest.mark.parametrize(
    ("rule", "kept", "rows", "how"),
    [
        ("region", [(0, BAR, 60)], [(0, BAR + 1, 60)], {}),
        ("region", [(0, 10, 60)], [(BAR, 10, 60)], {}),
        ("playable", [(0, 10, 60)], [(0, 10, 59)], {"part": Part("Flute", 73)}),
        ("playable", [(0, 10, 36)], [(0, 10, 20)], {"part": DRUMS}),
        ("range", [(0, 10, 50)], [(0, 10, 49)], {"limits": Limits(50, 70)}),
        ("key", [(0, 10, 60)], [(0, 10, 61)], {"key": Key(0)}),
        ("polyphony", [(0, 10, 60), (10, 10, 62)], [(0, 11, 60), (10, 10, 62)], {"limits": Limits(polyphony=1)}),
        ("polyphony", [(0, 10, 60), (10, 5, 62)], [(0, 10, 60), (5, 5, 62)], {"limits": Limits(polyphony=1), "locked": [(12, 3, 70)]}),
        ("leap", [(0, 9, 60), (0, 9, 70), (9, 9, 72)], [(0, 9, 60), (9, 9, 70)], {"limits": Limits(leap=4)}),
        ("grid", [(480, 10, 60)], [(470, 10, 60)], {"limits": Limits(grid=480)}),
        ("chord", [(0, 9, 64), (960, 9, 65)], [(0, 9, 65)], {"limits": Limits(chord_notes="strong")}),
        ("chord", [(1920, 9, 64)], [(1920, 9, 65)], {"limits": Limits(chord_notes="strong")}),
        ("chord", [(960, 9, 64)], [(960, 9, 65)], {"limits": Limits(chord_notes="all")}),
        ("least", [(0, 9, 60), (9, 9, 60)], [(0, 9, 60)], {"limits": Limits(least=2)}),
        ("most", [(0, 9, 60)], [(0, 9, 60), (9, 9, 60)], {"limits": Limits(most=1)}),
        ("locked", [(0, 100, 60)], [(0, 101, 60)], {"locked": [(100, 50, 60)]}),
    ],
)  # fmt: skip
def test_the_judge_sees_each_rule_broken_and_nothing_else(rule, kept, rows, how):
    assert rule in RULES
    if how.get("locked") and rule == "polyphony":
        kept = [(0, 10, 60), (15, 5, 62)]
    assert broken(kept, **how) == set()
    assert broken(rows, **how) == {rule}


def test_drums_have_no_pitch():
    limits = Limits(60, 61, 1, 1, chord_notes="all")
    assert broken([(0, 9, 36), (0, 9, 50)], limits, DRUMS, Key(0)) == set()


def test_silence_breaks_only_what_asks_for_notes():
    request = GenerateRequest(Document(), 0, 2 * BAR, limits=Limits(least=1))
    assert violations([(PIANO, Notes.empty())], request) == {"least": 2}
    assert not violations([(PIANO, Notes.empty())], GenerateRequest(Document(), 0, BAR))
