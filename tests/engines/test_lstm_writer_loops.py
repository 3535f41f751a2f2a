from studio.engines.lstm_writer_loops import Loops, most_of


def written(most, figure, times):
    loops = Loops(most)
    for note in figure * times:
        loops.push(*note)
    return loops


def test_a_figure_is_ended_after_so_many_notes():
    figure = [(12, 11, 43), (0, 12, 55), (0, 13, 55)]
    assert written(18, figure, 5).exhausted(12, 11) == []
    assert set(written(18, figure, 6).exhausted(12, 11)) == {43}
    assert written(18, figure, 6).exhausted(12, 12) == []  # another part, or another time, is no repeat
    assert written(18, figure, 6).exhausted(24, 11) == []


def test_what_breaks_a_figure_lets_it_begin_anew():
    loops = written(12, [(12, 1, 60)], 12)
    assert set(loops.exhausted(12, 1)) == {60}
    loops.push(12, 1, 62)
    loops.push(12, 1, 60)
    assert loops.exhausted(12, 1) == []


def test_any_number_is_allowed_where_none_is_said_and_long_figures_are_not_watched():
    assert written(0, [(12, 1, 60)], 400).exhausted(12, 1) == []
    scale = [(12, 1, p) for p in range(60, 69)]
    assert written(18, scale, 20).exhausted(12, 1) == []


def test_a_mixture_is_as_free_as_the_freest():
    assert most_of([18]) == 18 and most_of([18, 24]) == 24 and most_of([18, 0]) == 0
