from studio.nn.note_asked import control_basis


def test_what_is_left_open_adds_nothing_and_neighbours_are_alike():
    for name, count in (("density", 27), ("chord", 158)):
        basis = control_basis(name, count)
        assert basis.shape[0] == count
        assert (basis[-1] == 0).all() and (basis[:-1].abs().sum(dim=1) > 0).all()
        assert len({tuple(r.tolist()) for r in basis}) == count  # all can be told apart
    steps = control_basis("density", 27)[:-1]
    assert (steps[3] - steps[4]).norm() < 0.3 * (steps[3] - steps[15]).norm()
    chords = control_basis("chord", 158)
    assert chords[0].nonzero()[:, 0].tolist() == [0, 4, 7, 12]  # C: its tones and its root
