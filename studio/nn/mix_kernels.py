"""The inner loops of room and limiter, compiled as :mod:`studio.nn.jit` says."""

from functools import lru_cache

import numpy as np

from studio.nn.jit import Wave, compiled, exact

TAPS = 12  # of the filters that find peaks between samples


@compiled
def convolve(out: Wave, line: Wave, at: int, response: Wave) -> None:
    """Add the sum over the memory of spectra of the ``line`` from ``at`` on times those of the response to ``out``.

    All with real and imaginary parts apart: ``out`` [2, channels, bins], ``response`` [2, channels, memory, bins], ``line``
    [2, times, bins]. No views: rows must be known to lie in one piece, or numbers are taken one at a time.
    """
    memory, bins = response.shape[2], out.shape[2]
    for channel in range(out.shape[1]):
        real, imaginary = out[0, channel], out[1, channel]
        for p in range(0, memory - 1, 2):  # two at a time: half as often to and from memory
            a, b, c, d = line[0, at + p], line[1, at + p], line[0, at + p + 1], line[1, at + p + 1]
            r, s = response[0, channel, p], response[1, channel, p]
            t, u = response[0, channel, p + 1], response[1, channel, p + 1]
            for n in range(bins):
                real[n] += (a[n] * r[n] - b[n] * s[n]) + (c[n] * t[n] - d[n] * u[n])
                imaginary[n] += (a[n] * s[n] + b[n] * r[n]) + (c[n] * u[n] + d[n] * t[n])
        if memory % 2:
            a, b = line[0, at + memory - 1], line[1, at + memory - 1]
            r, s = response[0, channel, memory - 1], response[1, channel, memory - 1]
            for n in range(bins):
                real[n] += a[n] * r[n] - b[n] * s[n]
                imaginary[n] += a[n] * s[n] + b[n] * r[n]


@compiled
def raise_to_peaks(peak: Wave, sound: Wave, filters: Wave) -> None:
    """Raise ``peak`` [frames] to what lies between the samples of ``sound`` [channels, frames + TAPS - 1].

    ``filters`` [places, TAPS] interpolate at places between the two samples in their middle.
    """
    for channel in range(len(sound)):
        line = sound[channel]
        for place in range(len(filters)):
            taps = filters[place]
            for n in range(np.uint32(len(peak))):
                value = np.float32(0)
                for k in range(np.uint32(TAPS)):
                    value += line[np.uint32(n) + k] * taps[k]
                peak[n] = max(peak[n], abs(value))


@exact
def spread(sums: Wave, bus: Wave, factors: Wave) -> None:
    """Add ``bus`` [frames] times ``factors`` [channels, 1] to ``sums`` [channels, frames], rounded as numpy does."""
    for channel in range(len(sums)):
        line, factor = sums[channel], factors[channel, 0]
        for n in range(len(bus)):
            line[n] += bus[n] * factor


@lru_cache(maxsize=1)
def ready() -> None:
    """Have all of these loops compiled, or read from the disk: seconds the first time, so not while someone waits for sound."""
    spectra = np.zeros((2, 2, 2), np.float32)
    convolve(spectra, spectra, 0, np.zeros((2, 2, 1, 2), np.float32))
    raise_to_peaks(np.zeros(2, np.float32), np.zeros((2, TAPS + 1), np.float32), np.zeros((3, TAPS), np.float32))
    spread(np.zeros((4, 2), np.float32), np.zeros(2, np.float32), np.zeros((4, 1), np.float32))
