import numpy as np
import pytest

from studio.engines.lstm_writer_batch import GUIDANCE, Batch, Shown
from studio.engines.note_columns import N_TRACK, VELOCITIES
from studio.engines.note_controls import OPEN
from studio.engines.note_features import CONTROL, STYLE, VELOCITY_COLUMNS, WIDTH
from tests.writers import steered_writer

HEAD = "pitch"


def shown(styles=(0,), weights=(1.0,), flat=(False, False)):
    told = np.ones((1, N_TRACK + 1), np.float32)
    states = tuple(steered_writer()._stepper.start(1) for _ in styles)
    return Shown(told, styles, weights, flat[: len(styles)], states)


def scored(*takes, guided=(False, False, False), head=HEAD, asked=3):
    """The takes' rows of a head's scores after a note that all of them are shown."""
    batch = Batch(steered_writer()._stepper, takes)
    batch.guide(guided[: len(takes)])
    for k, take in enumerate(takes):
        batch.ints[k, :WIDTH] = 1
        batch.ints[k, STYLE] = take.styles[0]
        batch.ints[k, CONTROL:] = asked
    batch.remember()
    return batch.scores(head)[: len(takes)].copy(), batch


def test_scores_are_mixed_by_weight():
    (first, second, between), _ = scored(shown((0,)), shown((4,)), shown((0, 4), (0.75, 0.25)))
    assert np.abs(first - second).max() > 1e-3
    assert between == pytest.approx(0.75 * first + 0.25 * second, abs=1e-5)


def test_what_is_asked_for_counts_more_than_once():
    (plain, guided), batch = scored(shown(), shown(), guided=(False, True))
    free = scored(shown(), asked=OPEN)[0][0]
    assert guided == pytest.approx(free + GUIDANCE * (plain - free), abs=1e-4)
    assert batch.ints[2, CONTROL:].tolist() == OPEN.tolist()


def test_guidance_and_mixture_go_together():
    takes = shown((0,)), shown((4,)), shown((0, 4), (0.5, 0.5))
    (first, second, between), _ = scored(*takes, guided=(True, True, True))
    assert between == pytest.approx((first + second) / 2, abs=1e-4)


def test_a_style_without_velocities_hears_none_and_has_no_say_in_them():
    takes = shown((0,)), shown((0, 4), (0.5, 0.5), flat=(False, True))
    (alone, mixed), batch = scored(*takes, head="velocity")
    assert mixed.tolist() == alone.tolist()
    assert (batch.ints[2, VELOCITY_COLUMNS] == VELOCITIES).all() and (batch.ints[1, VELOCITY_COLUMNS] == 1).all()


def test_guidance_may_begin_and_end_while_notes_are_written():
    def after(*turns):
        batch = Batch(steered_writer()._stepper, [shown((0, 4), (0.5, 0.5))])
        for guided in turns:
            batch.guide([guided])
            batch.ints[0, :WIDTH] = 1
            batch.ints[0, CONTROL:] = 3
            batch.remember()
        return batch.scores(HEAD)[0]

    plain = after(False, False)
    assert np.abs(after(False, True) - plain).max() > 1e-3
    assert after(True, False) == pytest.approx(plain, abs=1e-5)  # the take's own rows do not mind
    assert np.abs(after(False, True) - after(True, True)).max() > 1e-5  # what was told nothing has heard otherwise
