from studio.engines.note_columns import metre_class
from studio.engines.note_controls import CONTROLS
from studio.nn.note_lstm import PLAN_BARS
from studio.train.symbolic_plans import course, plans_of
from tests.train.test_symbolic_task import small_corpus


def test_a_course_has_a_row_a_bar():
    corpus = small_corpus()
    assert course(corpus, 0).shape == (6, len(CONTROLS))
    assert (course(corpus, 0)[0] == corpus.controls[0, : len(CONTROLS)]).all()


def test_songs_too_short_make_no_plan(monkeypatch):
    corpus = small_corpus()
    made = plans_of(corpus, 2)
    assert made.plans.shape[1:] == (2, PLAN_BARS, len(CONTROLS))
    assert (made.tracks == 0).all()  # six bars are too few
    monkeypatch.setattr("studio.train.symbolic_plans._SHORTEST", 6)
    made = plans_of(corpus, 2)
    assert (made.plans[0, :, 6] == made.plans[0, :, 4]).all() and (made.plans[0, :, 8] == made.plans[0, :, 4]).all()
    assert made.tracks[0].any()
    assert (made.metres[0] == metre_class(4, 4)).all()
    assert set(made.buffers) == {"plans", "plan_tracks", "plan_metres"}
