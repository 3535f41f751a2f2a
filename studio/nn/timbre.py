"""The control network: instrument, pitch and velocity to partials and noise at the control points in time.

A small MLP looks at one point in time of one note. Instruments are rows of embeddings that also scale and shift the hidden
layers (FiLM: Perez and others, AAAI 2018), so that a hundred instruments share 200 thousand parameters. The level of a
partial is the sum of what its number says and what its frequency says (an envelope over the noise bands' centres): the
first moves with the pitch, as a string's or a reed's spectrum does, the second stays, as a body's resonances do.
Level, velocity law and release are not learned: the data hardly have them (see engines/neural_instruments_laws).
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from studio.nn.spectral import MAX_PARTIALS, NOISE_BANDS
from studio.nn.timbre_playing import (
    ABOUT,
    CENTRE_DB,
    NOISE_LOWER_DB,
    OUTPUTS,
    SCALE_DB,
    TIME_FEATURES,
    Playing,
    TimbreSize,
    levels_of,
    time_features,
)

TOGETHER = 16  # notes that torch looks at at once, always: products of other shapes round differently


class Rows(NamedTuple):
    """What the network knows of instruments, a row each: ``embedding`` [n, e], ``film`` [n, 2 layers hidden], ``base`` [n, levels].

    This is the instrument space: a learned instrument is a row of its own.
    """

    embedding: Tensor
    film: Tensor
    base: Tensor

    def of(self, which: Tensor) -> "Rows":
        """Those at ``which``."""
        return Rows(*(x[which] for x in self))


class TimbreNet(nn.Module):
    """The network. Attribute ``size`` holds its hyper-parameters."""

    def __init__(self, size: TimbreSize) -> None:
        super().__init__()
        self.size = size
        self.embedding = nn.Embedding(size.instruments, size.embedding)
        self.film = nn.Embedding(size.instruments, 2 * size.layers * size.hidden)
        self.base = nn.Embedding(size.instruments, OUTPUTS)
        inputs = size.embedding + ABOUT + TIME_FEATURES
        self.first = nn.Linear(inputs, size.hidden)
        self.rest = nn.ModuleList(nn.Linear(size.hidden, size.hidden) for _ in range(size.layers - 1))
        self.norms = nn.ModuleList(nn.LayerNorm(size.hidden, elementwise_affine=False) for _ in range(size.layers))
        self.out = nn.Linear(size.hidden, OUTPUTS)
        self.dropout = nn.Dropout(size.dropout)
        self.register_buffer("times", torch.from_numpy(time_features()), persistent=False)
        nn.init.zeros_(self.film.weight)
        nn.init.zeros_(self.base.weight)
        nn.init.normal_(self.embedding.weight, std=0.5)

    def forward(
        self, instrument: Tensor, pitch: Tensor, velocity: Tensor, position: Tensor, points: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Levels at the control points.

        Args:
            instrument: rows of the embedding, [n]; ``pitch`` in MIDI keys and ``velocity`` 1..127, float, [n].
            position: of the partials among the noise bands (see :func:`band_position`), [n, MAX_PARTIALS].
            points: indices of the control points that are wanted; all of them by default.

        Returns:
            dB of the partials [n, POINTS, MAX_PARTIALS], and of the noise a hertz [n, POINTS, NOISE_BANDS].
        """
        rows = Rows(self.embedding(instrument), self.film(instrument), self.base(instrument))
        return self.play(rows, pitch, velocity, position, points)

    def rows(self) -> Rows:
        """All instruments' rows, not to be learned through."""
        return Rows(*(table.weight.detach() for table in (self.embedding, self.film, self.base)))

    def play(
        self, rows: Rows, pitch: Tensor, velocity: Tensor, position: Tensor, points: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """:meth:`forward` for instruments given by their ``rows``, one a note."""
        p, v = (pitch - 60) / 24, (velocity - 80) / 40
        about = torch.stack([p, p * p - 0.5, v, p * v, torch.sin(2.5 * p)], -1)
        times: Tensor = self.times if points is None else self.times[points]  # type: ignore[assignment, index]
        note = torch.cat([rows.embedding, about], -1)[:, None].expand(-1, len(times), -1)
        x = self.first(torch.cat([note, times.expand(len(pitch), -1, -1)], -1))
        film = rows.film.view(len(pitch), 1, self.size.layers, 2, -1)
        h = x
        for k, norm in enumerate(self.norms):
            h = nn.functional.silu(torch.addcmul(film[:, :, k, 1], norm(x), 1 + film[:, :, k, 0]))
            if k + 1 < self.size.layers:
                x = x + self.rest[k](self.dropout(h))
        levels = (self.out(self.dropout(h)) + rows.base[:, None]) * SCALE_DB + CENTRE_DB
        by_number, by_frequency, noise = levels.split([MAX_PARTIALS, NOISE_BANDS, NOISE_BANDS], -1)
        # The envelope at the partials' frequencies: linear between the two bands around each.
        bands = torch.arange(NOISE_BANDS, device=position.device, dtype=position.dtype)
        weights = (1 - (position[:, None] - bands[:, None]).abs()).clamp(min=0)
        resonance = torch.bmm(by_frequency - CENTRE_DB, weights)
        return by_number + resonance, noise - NOISE_LOWER_DB


def network_of(playing: Playing) -> TimbreNet:
    """The network that plays so, for torch."""
    net = TimbreNet(playing.size)
    net.load_state_dict({name: torch.from_numpy(values) for name, values in playing.weights.items()})
    return net.eval().requires_grad_(False)


def predict(
    net: TimbreNet,
    instrument: npt.NDArray[np.int64],
    pitch: npt.NDArray[np.float32],
    velocity: npt.NDArray[np.float32],
    position: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """:meth:`TimbreNet.forward` as :func:`studio.nn.timbre_playing.levels_of` has it, of a network as it is now."""
    weights = {name: values.detach().numpy() for name, values in net.state_dict().items()}
    return levels_of(Playing.of(net.size, weights), instrument, pitch, velocity, position)


def predict_by_torch(net: TimbreNet, *columns: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """:func:`predict` in padded groups of :data:`TOGETHER`."""
    partials, noise = [], []
    count = len(columns[0])
    with torch.inference_mode():
        for k in range(0, count, TOGETHER):
            levels = [
                x.round(decimals=3).numpy() for x in net(*(torch.from_numpy(_padded(c[k : k + TOGETHER])) for c in columns))
            ]
            keep = min(TOGETHER, count - k)
            partials.append(levels[0][:keep])
            noise.append(levels[1][:keep])
    return np.concatenate(partials), np.concatenate(noise)


def _padded(part: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate([part, np.repeat(part[:1], TOGETHER - len(part), axis=0)])
