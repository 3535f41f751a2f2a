import torch

from studio.engines.note_columns import DRUMS, VELOCITIES
from studio.engines.note_features import LEVELS, START, features, matrix
from studio.nn.note_lstm import HEADS, Shape
from studio.train.symbolic import targets
from tests.writers import scale_piece, tiny_network


def shown(piece, flat=False):
    rows, levels = features(piece)
    ints = matrix(rows, targets(piece), START, 0, 1, flat)
    told = torch.zeros(1, len(piece), 33)
    return torch.from_numpy(ints)[None], torch.from_numpy(levels)[None], told


def test_the_shape_comes_back_from_a_card():
    shape = tiny_network().shape
    assert Shape.of(shape.as_dict()) == shape


def test_each_choice_is_a_distribution_and_costs_what_it_says():
    net = tiny_network()
    ints, levels, told = shown(scale_piece(2))
    with torch.no_grad():
        costs, _ = net.losses(ints, levels, told, None)
        seen = net.look(ints[0], levels[0], told[0])
        shared, _ = net.remember(seen[None], None)
        for k, head in enumerate(HEADS):
            logp = net.logits(head, shared[0], ints[0], levels[0]).log_softmax(dim=1)
            target = ints[0, :, net.column[head]] % (128 if head == "pitch" else 10_000)
            assert torch.allclose(-logp.gather(1, target[:, None])[:, 0], costs[0, :, k], atol=1e-4)


def test_the_state_carries_over():
    net = tiny_network()
    ints, levels, told = shown(scale_piece(4))
    with torch.no_grad():
        whole, _ = net.losses(ints, levels, told, None)
        first, state = net.losses(ints[:, :9], levels[:, :9], told[:, :9], None)
        second, _ = net.losses(ints[:, 9:], levels[:, 9:], told[:, 9:], state)
    assert torch.allclose(whole, torch.cat([first, second], dim=1), atol=1e-4)


def test_orders_that_cannot_occur_are_ruled_out():
    net = tiny_network()
    ints, levels, told = (x[0] for x in shown(scale_piece(2)))
    with torch.no_grad():
        shared, _ = net.remember(net.look(ints, levels, told)[None], None)
        chained = ints[:, net.column["shift"]] == 0
        chained[0] = False
        was = ints[:, net.column["was_track"]]
        tracks = net.logits("track", shared[0], ints, levels)
        same = chained & (was == ints[:, net.column["track"]])
        pitches = net.logits("pitch", shared[0], ints, levels)
    for i in torch.nonzero(chained)[:, 0].tolist():
        assert (tracks[i, : was[i]] < -1e8).all()
    for i in torch.nonzero(same)[:, 0].tolist():
        last = int(ints[i, net.column["was_pitch"]]) % 128
        assert (pitches[i, : last + 1] < -1e8).all()
        assert (pitches[i, last + 1 :] > -1e8).all()


def test_flat_velocities_and_drums_durations_cost_nothing():
    net = tiny_network()
    ints, levels, told = shown(scale_piece(2), flat=True)
    ints[..., net.column["track"]] = DRUMS
    ints[..., net.column["was_track"]] = DRUMS
    with torch.no_grad():
        costs, _ = net.losses(ints, levels, told, None)
    assert (costs[..., 3:] == 0).all()
    assert (ints[..., net.column["velocity"]] == VELOCITIES).all()
    assert levels.shape[-1] == LEVELS


def test_controls_change_what_is_foretold_only_where_they_are_told():
    net = tiny_network()
    for asked in net.asked.values():
        asked.weight.data.normal_()
    piece = scale_piece(2)
    ints, levels, told = shown(piece)
    steered = ints.clone()
    steered[..., net.column["density"]] = 3
    with torch.no_grad():
        free, same = (net.losses(x, levels, told, None)[0] for x in (ints, ints))
        asked = net.losses(steered, levels, told, None)[0]
        for a in net.asked.values():
            a.weight.data.zero_()
        without = net.losses(ints, levels, told, None)[0]
    assert torch.equal(free, same) and torch.allclose(free, without)
    assert not torch.allclose(asked, free)
