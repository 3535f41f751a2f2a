import torch

from studio.engines.arranger_features import AT, END
from studio.nn.arranger import ArrangerShape, buckets_of
from studio.train import arranger_examples
from studio.train.arranger_examples import Example, cut, kept, prepare
from tests.arrangers import tiny_network
from tests.engines.test_arranger_features import TUNE
from tests.writers import scale_piece


def batch_of(some):
    return arranger_examples.batch_of(prepare(tiny_network().voice, some))


def examples(n=3):
    return [cut(scale_piece(8, seed=k), TUNE, 96 * (1 + k), 96 * (3 + k), k) for k in range(n)]


def test_a_shape_survives_a_card():
    shape = tiny_network().shape
    import json

    assert ArrangerShape.of(json.loads(json.dumps(shape.as_dict()))) == shape


def test_costs_and_weights():
    *shown, valid = batch_of(examples())
    costs, weights = tiny_network().losses(*shown)
    assert costs.shape == (*valid.shape, 4) and torch.isfinite(costs).all() and (costs >= 0).all()
    there = shown[6]
    assert torch.allclose(weights.sum(dim=2), torch.ones(valid.shape), atol=1e-4)
    assert (weights * ~there.unsqueeze(1)).abs().max() < 1e-6


def test_closing_costs_its_shift_alone():
    *shown, _ = batch_of(examples(1))
    costs, _ = tiny_network().losses(*shown)
    assert shown[0][0, -1, AT["shift"]] == END
    assert costs[0, -1, 0] > 0 and costs[0, -1, 1:].tolist() == [0, 0, 0]


def test_padding_changes_nothing():
    alone, together = batch_of(examples(1)), batch_of([examples(1)[0], cut(scale_piece(32), TUNE, 96, 96 * 8, 0)])
    assert together[3].shape[1] > alone[3].shape[1] and together[0].shape[1] > alone[0].shape[1]
    a, _ = tiny_network().losses(*alone[:-1])
    b, _ = tiny_network().losses(*together[:-1])
    assert torch.allclose(a[0], b[0, : a.shape[1]], atol=1e-4)


def test_no_choice_sees_what_follows():
    example = examples(1)[0]
    notes = example.notes.copy()
    notes[-1, 1] += 2
    *a, _ = batch_of([example])
    *b, _ = batch_of([Example(example.hole, notes)])
    x, y = tiny_network().losses(*a)[0], tiny_network().losses(*b)[0]
    last = len(notes) - 1
    assert torch.allclose(x[0, :last], y[0, :last])
    assert torch.allclose(x[0, last, 0], y[0, last, 0]) and not torch.allclose(x[0, last, 1], y[0, last, 1])


def test_nothing_heard_is_fine():
    example = examples(1)[0]
    nothing = Example(kept(example.hole, example.hole.time < -1), example.notes)
    *shown, _ = batch_of([nothing])
    costs, weights = tiny_network().losses(*shown)
    assert torch.isfinite(costs).all() and weights.abs().max() == 0


def test_buckets_tell_near_from_far_and_own_from_others():
    start, end = torch.tensor([[0, 0, 90, 96, 192, 500]]), torch.tensor([[24, 200, 96, 120, 200, 510]])
    own = torch.tensor([[0, 0, 0, 0, 0, 1]])
    found = buckets_of(start, end, own, torch.tensor([[96]]), torch.tensor([96]))[0, 0].tolist()
    assert found[3] == 0 and found[1] == 1
    assert len(set(found)) == 6 and found[5] >= 30 > max(found[:5])
    assert found[0] >= 16 and found[4] >= 16  # at the same place of another bar


def test_it_learns_a_hole():
    torch.manual_seed(0)
    network = tiny_network().train()
    *shown, valid = batch_of(examples(2))
    voice = {k: v.clone() for k, v in network.voice.state_dict().items()}
    optimizer = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], 0.01)
    first = last = 0.0
    for _ in range(60):
        optimizer.zero_grad()
        loss = (network.losses(*shown)[0].sum(-1) * valid).sum() / valid.sum()
        loss.backward()
        optimizer.step()
        first, last = first or float(loss), float(loss)
    assert last < 0.3 * first
    assert all(torch.equal(v, voice[k]) for k, v in network.voice.state_dict().items())


def test_rows_heard_apart_are_heard_the_same():
    _, _, _, notes, _, _, there, *_ = batch_of(examples())
    memory = tiny_network().memory
    notes, there = torch.cat([notes, notes[:1]]), torch.cat([there, there[:1]])
    together, apart = memory(notes, there), memory.apart(notes, there, [0, 1, 2, 0])
    for a, b in zip(together, apart, strict=True):
        assert a.shape == b.shape and torch.allclose(a * there.unsqueeze(-1), b * there.unsqueeze(-1), atol=1e-5)
        assert torch.equal(b[0], b[3])
    alone, _ = memory.apart(notes[1:2], there[1:2], [0])
    assert torch.equal(alone[0], apart[0][1])
