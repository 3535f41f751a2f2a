import numpy as np

from studio.engines.lstm_writer_helm import Goal, Helm, kept_up
from studio.engines.note_columns import DRUMS, DURATIONS, SHIFTS, STEPS

LATER, LONG = int(np.argmax(SHIFTS == 24)), int(np.argmax(DURATIONS == 96))


def written(goal, per_beat, pitch=60, beats=8, track=4, length=12, copied=False, hold=1.0):
    helm = Helm(lambda since, now: goal, 0, hold)
    for k in range(beats * per_beat):
        helm.push(k * STEPS // per_beat, track, pitch, k * STEPS // per_beat + length, copied)
    return helm


def test_what_is_too_dense_is_held_back_and_what_is_too_sparse_is_hurried():
    goal, now = Goal(density=2.0), 8 * STEPS
    assert written(goal, 6).shift(now)[LATER] > 1
    assert written(goal, 1).shift(now)[LATER] < -1
    assert abs(written(goal, 2).shift(now)[LATER]) < 0.2
    assert written(goal, 6).shift(now)[0] == 0
    assert written(goal, 12).shift(now)[LATER] > written(goal, 3).shift(now)[LATER]


def test_a_density_that_is_wished_is_held_to_as_firmly_as_the_style_needs():
    now = 8 * STEPS
    for per_beat in (1, 3, 12):
        plain, firm = (written(Goal(density=2.0, wished=w), per_beat, hold=2.0).shift(now)[LATER] for w in (False, True))
        assert firm == 2 * plain != 0
    far = written(Goal(density=0.1), 12).shift(now)[LATER]
    assert far == written(Goal(density=0.2), 12).shift(now)[LATER]  # as far as it leans at all


def test_the_register_is_pulled_to_where_it_is_wished():
    goal, now = Goal(register=60), 8 * STEPS
    high, low = written(goal, 2, pitch=72).pitch(now, []), written(goal, 2, pitch=50).pitch(now, [])
    assert high[72] < high[60] < high[50]
    assert low[72] > low[60] > low[50]
    assert written(goal, 2, pitch=72, track=DRUMS).pitch(now, []) is None  # drums have no register


def test_bright_has_fewer_low_notes():
    bright, dark = (Helm(lambda since, now, b=b: Goal(brightness=b), 0).pitch(0, []) for b in (1.0, 0.0))
    assert bright[40] < bright[60] and dark[40] > dark[60]
    assert Helm(lambda since, now: Goal(brightness=0.5), 0).pitch(0, []) is None


def test_only_the_last_four_bars_count():
    helm = written(Goal(density=2.0), 8, beats=32)
    now = 32 * STEPS
    before = helm.shift(now)[LATER]
    for k in range(64, 96):
        helm.push(k * STEPS // 2, 4, 60, k * STEPS // 2 + 12, False)
    assert abs(helm.shift(48 * STEPS)[LATER]) < 0.2 < before


def test_without_a_goal_and_at_first_nothing_is_added():
    assert written(Goal(), 4).shift(8 * STEPS) is None and written(Goal(), 4).pitch(8 * STEPS, []) is None
    assert written(Goal(density=1.0), 4, beats=1).shift(STEPS) is None


def test_what_is_too_thin_is_held_longer():
    now, goal = 8 * STEPS, Goal(polyphony=2.0)
    thin, thick = (written(goal, 4, length=n).duration(now) for n in (6, 24))
    assert thin[LONG] > thin[0] and thick[LONG] < thick[0]
    assert abs(written(goal, 4, length=12).duration(now)[LONG]) < 0.3
    assert written(Goal(), 4).duration(now) is None


def test_what_piles_up_is_thinned_harder_than_what_lacks_is_held():
    now = 8 * STEPS
    piled, lacking = (written(Goal(polyphony=p), 4, length=24).duration(now) for p in (1.0, 64.0))
    assert -piled[LONG] > 2 * lacking[LONG] > 0


def test_what_repeats_too_much_turns_from_where_pointers_point():
    now, goal = 8 * STEPS, Goal(repetition=0.5)
    same, new = (written(goal, 4, copied=c).pitch(now, [62, 67]) for c in (True, False))
    assert same[62] < 0 < new[62] and same[67] == same[62] and same[60] == 0
    kit = written(goal, 4, track=DRUMS, copied=True).drum(now, [36])
    assert kit[36] < 0 and kit[38] == 0


def test_what_is_gone_on_from_stands_where_no_density_is_asked_for():
    open_, asked = kept_up(lambda since, now: Goal(register=60.0), 3.0), kept_up(lambda since, now: Goal(density=1.0), 3.0)
    assert open_(0, 0) == Goal(density=3.0, register=60.0)
    assert asked(0, 0).density == 1.0
    assert kept_up(lambda since, now: Goal(), None)(0, 0) == Goal()
