import numpy as np
import pytest
import torch

from studio.nn.spectral import MAX_PARTIALS, NOISE_BANDS, POINTS
from studio.nn.timbre import TimbreNet, predict
from studio.nn.timbre_playing import TimbreSize


def net(seed: int = 0) -> TimbreNet:
    torch.manual_seed(seed)
    made = TimbreNet(TimbreSize(5, hidden=32, layers=2))
    torch.nn.init.normal_(made.film.weight, std=0.3)
    return made.eval()


def asked(n: int) -> tuple[np.ndarray, ...]:
    draw = np.random.default_rng(n)
    position = draw.uniform(0, NOISE_BANDS - 1, (n, MAX_PARTIALS)).astype(np.float32)
    return (
        draw.integers(0, 5, n),
        draw.uniform(30, 90, n).astype(np.float32),
        draw.uniform(1, 127, n).astype(np.float32),
        position,
    )


def test_shapes_and_size():
    partials, noise = net()(*(torch.from_numpy(c) for c in asked(3)))
    assert partials.shape == (3, POINTS, MAX_PARTIALS)
    assert noise.shape == (3, POINTS, NOISE_BANDS)
    shipped = sum(p.numel() for p in TimbreNet(TimbreSize(106)).parameters())
    assert 44_000 < shipped < 263_000


def test_levels_are_the_same_to_the_bit_in_any_company():
    columns = asked(53)
    whole = predict(net(), *columns)
    draw = np.random.default_rng(1)
    for _ in range(6):
        some = draw.permutation(len(columns[0]))[: int(draw.integers(1, 40))]
        part = predict(net(), *(c[some] for c in columns))
        assert part[0].tobytes() == whole[0][some].tobytes()
        assert part[1].tobytes() == whole[1][some].tobytes()


def test_an_instrument_that_is_not_there_is_refused():
    columns = asked(3)
    for wrong in (-1, 5):
        columns[0][1] = wrong
        with pytest.raises(IndexError):
            predict(net(), *columns)


def test_the_envelope_moves_partials_by_their_frequency():
    made = net()
    with torch.no_grad():
        made.base.weight[0, MAX_PARTIALS + 20] += 1.0
    columns = [c[:1] for c in asked(1)]
    columns[0][:] = 0
    at_band, elsewhere = columns[3].copy(), columns[3].copy()
    at_band[:], elsewhere[:] = 20.0, 30.0
    gain = predict(made, *columns[:3], at_band)[0] - predict(net(), *columns[:3], at_band)[0]
    same = predict(made, *columns[:3], elsewhere)[0] - predict(net(), *columns[:3], elsewhere)[0]
    assert np.allclose(gain, 25.0, atol=0.01)
    assert np.allclose(same, 0.0, atol=0.01)


def test_a_training_step_brings_it_nearer():
    made = net().train()
    columns = [torch.from_numpy(c) for c in asked(8)]
    optimizer = torch.optim.Adam(made.parameters(), 1e-2)
    losses = []
    for _ in range(12):
        partials, noise = made(*columns)
        loss = (partials + 40).abs().mean() + (noise + 90).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.7 * losses[0]
