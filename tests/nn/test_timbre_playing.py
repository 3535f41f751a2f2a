"""The control network as it plays."""

import numpy as np
import pytest
import torch
from safetensors.torch import save

from studio.errors import StudioError
from studio.nn.spectral import NOISE_BANDS, POINTS
from studio.nn.timbre import TimbreNet, network_of, predict
from studio.nn.timbre_playing import TIME_FEATURES, Playing, TimbreSize, band_position, levels_of, time_features, warm_up
from tests.nn.test_timbre import asked, net


def halved(made: TimbreNet) -> tuple[TimbreNet, bytes]:
    """The network with its weights rounded to half precision, and as a file."""
    made = made.half().float()
    return made, save({name: values.half() for name, values in made.state_dict().items()})


@pytest.mark.parametrize("hidden", [32, 24])
def test_a_file_plays_as_the_network_does(hidden):
    torch.manual_seed(3)
    made, content = halved(TimbreNet(TimbreSize(5, hidden=hidden, layers=2)).eval())
    playing = Playing.load(made.size, content)
    warm_up(playing)
    for one, other in zip(levels_of(playing, *asked(9)), predict(made, *asked(9)), strict=True):
        assert one.tobytes() == other.tobytes()
    again = network_of(playing)
    assert all(torch.equal(a, b) for a, b in zip(again.state_dict().values(), made.state_dict().values(), strict=True))
    assert not any(p.requires_grad for p in again.parameters())


def test_a_network_of_one_layer_plays():
    made, content = halved(TimbreNet(TimbreSize(2, hidden=32, layers=1)).eval())
    columns = [c % 2 if k == 0 else c for k, c in enumerate(asked(4))]
    assert levels_of(Playing.load(made.size, content), *columns)[0].tobytes() == predict(made, *columns)[0].tobytes()


def test_rows_that_come_later_play_as_those_that_were_there():
    made, content = halved(net())
    playing = Playing.load(made.size, content)
    rows = {name: table[[3, 1]] for name, table in playing.rows().items()}
    more = playing.with_rows([{name: row[0] for name, row in rows.items()}, rows])
    assert more.size.instruments == 8
    assert more.layers is playing.layers
    columns = list(asked(3))
    for old, new in ((3, 5), (3, 6), (1, 7)):
        columns[0] = np.full(3, old)
        expected = levels_of(playing, *columns)
        columns[0] = np.full(3, new)
        assert levels_of(more, *columns)[0].tobytes() == expected[0].tobytes()


def test_weights_that_do_not_fit_are_told():
    made, content = halved(net())
    for size, given in (
        (TimbreSize(6, hidden=32, layers=2), content),
        (TimbreSize(5, hidden=32), content),
        (made.size, b"nonsense"),
    ):
        with pytest.raises(StudioError, match="do not fit"):
            Playing.load(size, given)


def test_times_are_told_by_a_few_features():
    assert time_features().shape == (POINTS, TIME_FEATURES)


def test_positions_among_the_bands():
    position = band_position(np.array([1.0, 30.0, 20000.0, 30000.0]))
    assert position.tolist() == [0.0, 0.0, NOISE_BANDS - 1, NOISE_BANDS - 1]
