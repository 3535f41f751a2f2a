"""The control network (:mod:`studio.nn.timbre`) as it plays: its weights as arrays, and levels by compiled loops, without torch."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load

from studio.errors import StudioError
from studio.nn import timbre_kernels as kernels
from studio.nn.spectral import MAX_PARTIALS, NOISE_BANDS, POINTS, band_centres, control_times
from studio.nn.spectral_kernels import aligned

log = logging.getLogger(__name__)
Wave = npt.NDArray[np.float32]

ABOUT, TIME_FEATURES = 5, 9
OUTPUTS = MAX_PARTIALS + 2 * NOISE_BANDS
SCALE_DB, CENTRE_DB, NOISE_LOWER_DB = 25.0, -55.0, 30.0
TABLES = ("embedding", "film", "base")


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

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of all weights, by the network's names."""
        n, hidden = self.instruments, self.hidden
        shapes: dict[str, tuple[int, ...]] = {
            "embedding.weight": (n, self.embedding), "film.weight": (n, 2 * self.layers * hidden), "base.weight": (n, OUTPUTS),
        }  # fmt: skip
        inputs = {"first": self.embedding + ABOUT + TIME_FEATURES, **{f"rest.{k}": hidden for k in range(self.layers - 1)}}
        for name, width in inputs.items():
            shapes |= {f"{name}.weight": (hidden, width), f"{name}.bias": (hidden,)}
        return shapes | {"out.weight": (OUTPUTS, hidden), "out.bias": (OUTPUTS,)}


def time_features() -> Wave:
    """What the network is told of the control points' times, [POINTS, TIME_FEATURES]."""
    times = control_times()[:POINTS]
    tau = (np.log(times + 0.002) - np.log(0.002)) / np.log(4.002 / 0.002) * 2 - 1
    waves = [f(np.pi * k * tau) for k in (0.5, 1, 2) for f in (np.sin, np.cos)]
    return np.stack([tau, tau**2, np.exp(-times / 0.02), *waves], 1).astype(np.float32)


def band_position(frequency: npt.NDArray[np.float64]) -> Wave:
    """Where frequencies in Hz stand among the noise bands' centres, as a fractional index, same shape."""
    return np.interp(frequency, band_centres(), np.arange(NOISE_BANDS)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Playing:
    """A network's ``weights`` by their names, float32, and its ``layers`` as the loops take them, None where they cannot."""

    size: TimbreSize
    weights: Mapping[str, Wave]
    layers: kernels.Layers | None

    @classmethod
    def of(cls, size: TimbreSize, weights: Mapping[str, Wave]) -> "Playing":
        """The network of those weights, as they are now."""
        return cls(size, weights, None if size.hidden % kernels.WIDTHS else _layers(size, weights))

    @classmethod
    def load(cls, size: TimbreSize, content: bytes) -> "Playing":
        """The network of the safetensors ``content``.

        Raises:
            StudioError: names or shapes do not fit the network.
        """
        try:
            weights = {name: values.astype(np.float32) for name, values in load(content).items()}
            if {name: values.shape for name, values in weights.items()} != size.shapes:
                raise ValueError("other names or shapes")
        except Exception as error:  # safetensors raises its own type
            log.warning("weights refused: %s", error)
            raise StudioError(
                "The model's weights do not fit its network.", "Install the model again, or update Partita."
            ) from error
        return cls.of(size, weights)

    def rows(self) -> dict[str, Wave]:
        """What it knows of instruments, a row each, by the names of :class:`studio.nn.timbre.Rows`."""
        return {name: self.weights[f"{name}.weight"] for name in TABLES}

    def with_rows(self, more: Sequence[Mapping[str, npt.NDArray[np.floating[Any]]]]) -> "Playing":
        """The same with rows after its own, each [width], or several [m, width]; the layers are shared."""
        tables = {
            f"{name}.weight": np.concatenate([table, *(np.atleast_2d(row[name]) for row in more)]).astype(np.float32)
            for name, table in self.rows().items()
        }
        size = replace(self.size, instruments=len(tables["base.weight"]))
        return Playing(size, {**self.weights, **tables}, self.layers)


def _layers(size: TimbreSize, weights: Mapping[str, Wave]) -> kernels.Layers:
    def turned(*names: str) -> Wave:
        hidden, width = size.shapes[f"{names[0]}.weight"] if names else (size.hidden, size.hidden)
        made = aligned(len(names), width, hidden)
        for one, name in zip(made, names, strict=True):
            one[:] = weights[f"{name}.weight"].T
        return made

    rest = [f"rest.{k}" for k in range(size.layers - 1)]
    first = turned("first")[0]
    note = len(first) - TIME_FEATURES
    times = time_features() @ first[note:] + weights["first.bias"]
    shifts = np.stack([weights[f"{name}.bias"] for name in rest]) if rest else np.zeros((0, size.hidden), np.float32)
    return kernels.Layers(first[:note], times, turned(*rest), shifts, turned("out")[0], weights["out.bias"])


def levels_of(
    playing: Playing,
    instrument: npt.NDArray[np.int64],
    pitch: Wave,
    velocity: Wave,
    position: Wave,
) -> tuple[Wave, Wave]:
    """Levels of any number of notes (see :meth:`studio.nn.timbre.TimbreNet.forward`), the same to the bit in any company.

    Compiled loops do it (:mod:`studio.nn.timbre_kernels`) where layers are made of pairs of vectors, else torch does. Rounded to a
    thousandth of a decibel.
    """
    if playing.layers is None:
        from studio.nn.timbre import network_of, predict_by_torch

        return predict_by_torch(network_of(playing), instrument, pitch, velocity, position)
    if len(instrument) and not 0 <= instrument.min() <= instrument.max() < playing.size.instruments:
        raise IndexError("there is no such instrument")  # loops would not see it
    sounds = kernels.Sounds(**playing.rows())
    sounds = sounds._replace(film=sounds.film.reshape(len(sounds.film), playing.size.layers, 2, -1))
    p, v = (pitch - np.float32(60)) / np.float32(24), (velocity - np.float32(80)) / np.float32(40)
    about = np.stack([p, p * p - np.float32(0.5), v, p * v, np.sin(np.float32(2.5) * p)], 1).astype(np.float32)
    notes = kernels.Notes(np.ascontiguousarray(instrument, np.int64), about, np.ascontiguousarray(position, np.float32))
    partials = np.empty((len(pitch), POINTS, MAX_PARTIALS), np.float32)
    noise = np.empty((len(pitch), POINTS, NOISE_BANDS), np.float32)
    kernels.levels(partials, noise, notes, sounds, playing.layers, np.array([SCALE_DB, CENTRE_DB, NOISE_LOWER_DB]))
    return np.round(partials, 3), np.round(noise, 3)


def warm_up(playing: Playing) -> None:
    """Have what is compiled compiled, or read from the disk."""
    one = np.ones(1, np.float32)
    levels_of(playing, np.zeros(1, np.int64), 60 * one, 80 * one, np.zeros((1, MAX_PARTIALS), np.float32))
