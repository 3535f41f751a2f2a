"""The control network: instrument, pitch and velocity to partials and noise at the control points in time.

A small MLP looks at one point in time of one note. Instruments are rows of embeddings that also scale and shift the hidden
layers (FiLM: Perez and others, AAAI 2018), so that a hundred instruments share 200 thousand parameters. The level of a
partial is the sum of what its number says and what its frequency says (an envelope over the noise bands' centres): the
first moves with the pitch, as a string's or a reed's spectrum does, the second stays, as a body's resonances do.
Level, velocity law and release are not learned: the data hardly have them (see engines/neural_instruments_laws).
"""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from studio.nn.spectral import MAX_PARTIALS, NOISE_BANDS, POINTS, band_centres, control_times

if TYPE_CHECKING:
    from studio.nn.timbre_kernels import Layers

TOGETHER = 16  # notes that torch looks at at once, always: products of other shapes round differently
TIME_FEATURES = 9
SCALE_DB, CENTRE_DB, NOISE_LOWER_DB = 25.0, -55.0, 30.0


@dataclass(frozen=True)
class TimbreSize:
    """Hyper-parameters of the network, as a card keeps them."""

    instruments: int
    embedding: int = 24
    hidden: int = 160
    layers: int = 3
    dropout: float = 0.15

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)


def time_features() -> Tensor:
    """What the network is told of the control points' times, [POINTS, TIME_FEATURES]."""
    times = control_times()[:POINTS]
    tau = (np.log(times + 0.002) - np.log(0.002)) / np.log(4.002 / 0.002) * 2 - 1
    waves = [f(np.pi * k * tau) for k in (0.5, 1, 2) for f in (np.sin, np.cos)]
    return torch.from_numpy(np.stack([tau, tau**2, np.exp(-times / 0.02), *waves], 1).astype(np.float32))


def band_position(frequency: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Where frequencies in Hz stand among the noise bands' centres, as a fractional index, same shape."""
    return np.interp(frequency, band_centres(), np.arange(NOISE_BANDS)).astype(np.float32)


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
        self.base = nn.Embedding(size.instruments, MAX_PARTIALS + 2 * NOISE_BANDS)
        inputs = size.embedding + 5 + TIME_FEATURES
        self.first = nn.Linear(inputs, size.hidden)
        self.rest = nn.ModuleList(nn.Linear(size.hidden, size.hidden) for _ in range(size.layers - 1))
        self.norms = nn.ModuleList(nn.LayerNorm(size.hidden, elementwise_affine=False) for _ in range(size.layers))
        self.out = nn.Linear(size.hidden, MAX_PARTIALS + 2 * NOISE_BANDS)
        self.dropout = nn.Dropout(size.dropout)
        self.register_buffer("times", time_features(), persistent=False)
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


def rows_of(rows: list[dict[str, npt.NDArray[np.floating[Any]]]]) -> Rows:
    """Rows [n] from the arrays of each, [width] or of several [m, width], by the names of :class:`Rows`."""
    return Rows(*(torch.from_numpy(np.concatenate([np.atleast_2d(r[k]) for r in rows]).astype(np.float32)) for k in Rows._fields))


def with_rows(net: TimbreNet, more: Rows) -> TimbreNet:
    """A network with the tables of ``net`` and ``more`` rows after them; the layers are shared."""
    made = TimbreNet(replace(net.size, instruments=net.size.instruments + len(more.base)))
    tables = {"embedding.weight": more.embedding, "film.weight": more.film, "base.weight": more.base}
    made.load_state_dict({k: torch.cat([v, tables[k].to(v)]) if k in tables else v for k, v in net.state_dict().items()})
    return made.to(next(net.parameters()).device).eval()


def predict(
    net: TimbreNet,
    instrument: npt.NDArray[np.int64],
    pitch: npt.NDArray[np.float32],
    velocity: npt.NDArray[np.float32],
    position: npt.NDArray[np.float32],
    layers: "Layers | None" = None,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """:meth:`TimbreNet.forward` for any number of notes, the same to the bit whichever notes are asked for together.

    ``layers``: what :func:`layers_of` makes of the network, where somebody has kept it.

    Compiled loops do it (:mod:`studio.nn.timbre_kernels`) where layers are made of pairs of vectors, else torch does, in padded
    groups of :data:`TOGETHER`. Rounded to a thousandth of a decibel.
    """
    from studio.nn import timbre_kernels as kernels

    if net.size.hidden % kernels.WIDTHS:
        return _predict_by_torch(net, instrument, pitch, velocity, position)
    if len(instrument) and not 0 <= instrument.min() <= instrument.max() < net.size.instruments:
        raise IndexError("there is no such instrument")  # loops would not see it
    sounds = kernels.Sounds(*(x.numpy() for x in net.rows()))
    sounds = sounds._replace(film=sounds.film.reshape(len(sounds.film), net.size.layers, 2, -1))
    p, v = (pitch - np.float32(60)) / np.float32(24), (velocity - np.float32(80)) / np.float32(40)
    about = np.stack([p, p * p - np.float32(0.5), v, p * v, np.sin(np.float32(2.5) * p)], 1).astype(np.float32)
    notes = kernels.Notes(np.ascontiguousarray(instrument, np.int64), about, np.ascontiguousarray(position, np.float32))
    partials = np.empty((len(pitch), POINTS, MAX_PARTIALS), np.float32)
    noise = np.empty((len(pitch), POINTS, NOISE_BANDS), np.float32)
    kernels.levels(partials, noise, notes, sounds, layers or layers_of(net), np.array([SCALE_DB, CENTRE_DB, NOISE_LOWER_DB]))
    return np.round(partials, 3), np.round(noise, 3)


def _predict_by_torch(net: TimbreNet, *columns: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
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


def layers_of(net: TimbreNet) -> "Layers":
    """The layers of a network on the processor as the loops take them, now: a network that learns on has others."""
    from studio.nn.spectral_kernels import aligned
    from studio.nn.timbre_kernels import Layers

    def turned(*layers: nn.Module) -> npt.NDArray[np.float32]:
        weights = [layer.get_parameter("weight").detach().numpy().T for layer in layers]
        made = aligned(len(weights), *(weights or [np.zeros((net.size.hidden,) * 2)])[0].shape)
        for k, one in enumerate(weights):
            made[k] = one
        return made

    first = turned(net.first)[0]
    note = len(first) - TIME_FEATURES
    times = net.get_buffer("times").numpy() @ first[note:] + net.first.bias.detach().numpy()
    shifts = [layer.get_parameter("bias").detach().numpy() for layer in net.rest]
    rest_shifts = np.stack(shifts) if shifts else np.zeros((0, net.size.hidden), np.float32)
    return Layers(first[:note], times, turned(*net.rest), rest_shifts, turned(net.out)[0], net.out.bias.detach().numpy())


def warm_up(net: TimbreNet) -> None:
    """Have what is compiled compiled, or read from the disk."""
    one = np.ones(1, np.float32)
    predict(net, np.zeros(1, np.int64), 60 * one, 80 * one, np.zeros((1, MAX_PARTIALS), np.float32))
