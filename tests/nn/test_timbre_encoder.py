import pytest
import torch

from studio.nn.spectral import MAX_PARTIALS, NOISE_BANDS, POINTS
from studio.nn.timbre import Rows, TimbreNet
from studio.nn.timbre_encoder import EncoderSize, NoteSet, TimbreEncoder, differences, encoded, fitted, mean_levels
from studio.nn.timbre_playing import TimbreSize

SIZE = TimbreSize(3, embedding=4, hidden=16, layers=2, dropout=0.0)


def notes(count: int = 6, seed: int = 1) -> NoteSet:
    """Notes whose partials fall by 2 dB a number, from -30 dB for the lowest pitch to -20 dB for the highest."""
    draw = torch.Generator().manual_seed(seed)
    top = torch.linspace(-30, -20, count)[:, None, None]
    return NoteSet(
        top - 2 * torch.arange(MAX_PARTIALS).expand(count, POINTS, -1), torch.full((count, POINTS, NOISE_BANDS), -100.0),
        torch.ones(count, POINTS, MAX_PARTIALS), torch.ones(count, POINTS, NOISE_BANDS),
        torch.rand(count, MAX_PARTIALS, generator=draw) * 40, torch.linspace(50, 70, count), torch.full((count,), 80.0),
    )  # fmt: skip


@pytest.fixture
def net() -> TimbreNet:
    torch.manual_seed(3)
    return TimbreNet(SIZE).eval()


@pytest.fixture
def encoder(net: TimbreNet) -> TimbreEncoder:
    torch.manual_seed(4)
    return TimbreEncoder(EncoderSize(hidden=12, latent=4), net).eval()


def test_notes_in_any_order_give_one_row(encoder):
    given = notes()
    row = encoded(encoder, given)
    turned = encoded(encoder, given.of(torch.tensor([5, 3, 1, 0, 2, 4])))
    assert [x.shape[0] for x in row] == [1, 1, 1]
    for a, b in zip(row, turned, strict=True):
        assert torch.allclose(a, b, atol=1e-5)


def test_groups_do_not_see_each_other(encoder):
    two = notes(8)
    group = torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
    with torch.inference_mode():
        together = encoder(two, group, 2)
    alone = encoded(encoder, two.of(torch.arange(4, 8)))
    for a, b in zip(together, alone, strict=True):
        assert torch.allclose(a[1], b[0], atol=1e-5)


def test_the_mean_levels_are_the_notes(encoder):
    base = mean_levels(notes(), torch.zeros(6, dtype=torch.long), 1)[0]
    assert (base[:3] * 25 - 55).tolist() == pytest.approx([-25.0, -27.0, -29.0], abs=1e-3)
    assert (base[MAX_PARTIALS + NOISE_BANDS :] * 25 - 85).tolist() == pytest.approx([-100.0] * NOISE_BANDS, abs=1e-3)


def test_a_fit_comes_nearer_and_leaves_the_layers_alone(net, encoder):
    given = notes()
    before = {k: v.clone() for k, v in net.state_dict().items()}
    start = encoded(encoder, given)
    told: list[float] = []
    row = fitted(net, start, given, steps=40, progress=told.append)
    every = torch.arange(POINTS)
    near = [float(differences(net, Rows(*(x.expand(6, -1) for x in r)), given, every)) for r in (start, row)]
    assert near[1] < 0.7 * near[0]
    assert told[-1] == 1.0
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())
    again = fitted(net, start, given, steps=40)
    assert all(torch.equal(a, b) for a, b in zip(row, again, strict=True))


def test_a_fit_can_be_stopped(net, encoder):
    def stop(share: float) -> None:
        if share > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(net, encoded(encoder, notes()), notes(), steps=50, progress=stop)
