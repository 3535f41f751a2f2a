from dataclasses import replace

import numpy as np
import pytest

from studio.engines.api import Chunk, GenerateRequest, Quiet, Steered, Turn, Wishes
from studio.engines.lstm_writer_helm import Goal
from studio.engines.lstm_writer_turns import Bearing
from studio.engines.lstm_writer_wishes import Course, Harmony
from studio.music.document import Document
from tests.writers import song, steered_writer

BEAT, BAR = 960, 3840
CALM, WILD = Wishes(density=0.0), Wishes(density=1.0)


def course(wishes):
    """Of a note a beat, or as many as sixteen where they are wished for."""
    place = {} if wishes.density is None else {0: 8 + 16 * wishes.density}
    return Course(np.full((1, 6), 8, np.uint8), (0,), (0,), Harmony(), place, wishes.brightness)


def bearing(*turns, start=0, wishes=CALM):
    return Bearing(GenerateRequest(Document(), start * 40, 40 * BAR, wishes=wishes, turns=turns), start, 960, course)


def test_a_course_holds_from_its_step_on():
    made = bearing(Turn(BAR, WILD), Turn(2 * BAR, Wishes()))
    assert [made.course(step).wish for step in (0, 95, 96, 191, 192)] == [{0: 8}, {0: 8}, {0: 24}, {0: 24}, {}]
    assert made.turns == (Turn(BAR, WILD), Turn(2 * BAR, Wishes()))


def test_steering_holds_from_the_next_beat_on_and_takes_over():
    made = bearing(Turn(2 * BAR, Wishes()), start=96)
    made.course(100)
    made.steer(100, WILD)
    assert made.course(119).wish == {0: 8} and made.turns == ()
    assert made.course(120).wish == {0: 24} and made.turns == (Turn(BEAT, WILD),)
    assert made.course(500).wish == {0: 24}  # what was to come is given up
    made.steer(500, CALM)
    made.steer(501, WILD)  # thought better of it within the beat
    assert made.course(900).wish == {0: 24} and made.turns == (Turn(BEAT, WILD),)


def test_a_turn_past_the_end_is_none():
    made = bearing(Turn(39 * BAR, WILD))
    made.steer(950, WILD)
    assert made.course(2000).wish == {0: 8} and made.turns == ()


def test_the_goal_of_a_stretch_is_the_mean_of_its_courses():
    made = bearing(Turn(BAR, WILD))
    assert made.goal(0, 50).density == 1
    made.course(96 + 95)
    assert made.goal(0, 96 + 95).density == pytest.approx((1 + 16) / 2)
    assert made.goal(96, 96 + 95).density == 16
    bright = bearing(Turn(BAR, Wishes(density=1.0, brightness=0.9)))
    bright.course(96)
    assert bright.goal(0, 96).brightness == 0.9
    assert bright.goal(0, 96).wished
    free = bearing(Turn(BAR, CALM), wishes=Wishes())
    free.course(100)
    assert free.goal(0, 100).density == pytest.approx((96 * 2**0 + 5 * 1) / 101)
    assert isinstance(free.goal(0, 100), Goal)


class Hand:
    """Turns the wishes once a take has been written up to ``at``."""

    def __init__(self, at, wishes):
        self.at, self.wished, self.wishes = at, wishes, None

    def see(self, chunk: Chunk):
        if chunk.written_to >= self.at:
            self.wishes = self.wished

    def progress(self, fraction, message=""):
        pass

    def notice(self, message):
        pass


def written(request, hand=None, take=0):
    rows, turns, reached = [], (), 0
    for chunk in steered_writer().generate(request, hand or Quiet()):
        if hand and hand.wishes is None:
            hand.see(chunk)
            reached = chunk.written_to
        if chunk.take == take:
            turns = chunk.turns
            rows += [
                (p.name, *r)
                for p, n in chunk.notes
                for r in zip(*(c.tolist() for c in (n.start, n.duration, n.pitch, n.velocity)), strict=True)
            ]
    return rows, turns, reached


@pytest.mark.parametrize("wishes", [Wishes(), Wishes(energy=0.1)])
@pytest.mark.parametrize("context", [Document(), song()])
def test_steered_while_written_and_written_again_from_the_turns(wishes, context):
    start = 4 * BAR if context.tracks else 0
    hand = Hand(start + 3 * BAR, WILD)
    assert isinstance(hand, Steered) and not isinstance(Quiet(), Steered)
    request = GenerateRequest(context, start, 8 * BAR, style="folk", seed=4, wishes=wishes)
    rows, turns, reached = written(request, hand)
    assert len(turns) == 1 and turns[0].wishes == WILD
    assert reached <= start + turns[0].at <= reached + 2 * BEAT  # written to the beat's line: the next one
    plain = written(request)[0]
    before = [r for r in rows if r[1] < start + turns[0].at]
    assert before == plain[: len(before)] and rows != plain
    assert written(replace(request, turns=turns))[0] == rows
    assert written(replace(request, turns=turns, takes=3))[0] == rows


def test_takes_turn_where_each_has_got_to_and_are_the_same_alone():
    request = GenerateRequest(Document(), 0, 6 * BAR, style="folk", seed=4, takes=3)
    for take in range(3):
        rows, turns, _ = written(request, Hand(2 * BAR, WILD), take)
        again = replace(request, turns=turns, takes=take + 1)
        assert turns and written(again, take=take)[0] == rows


def test_what_is_steered_to_comes_out():
    request = GenerateRequest(Document(), 0, 16 * BAR, style="folk", seed=4, wishes=CALM, turns=(Turn(8 * BAR, WILD),))
    starts = np.array([r[1] for r in written(request)[0]])
    assert (starts >= 9 * BAR).sum() > 2 * (starts < 7 * BAR).sum()
