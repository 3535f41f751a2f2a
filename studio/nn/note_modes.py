"""Where drums, bars and bells ring: the frequencies that stand out in all notes of one."""

import numpy as np
import numpy.typing as npt

from studio.nn.note_analysis import onset_of

Float = npt.NDArray[np.float64]
MODES = 8  # ringing modes of a drum


def find_modes(
    sounds: list[Float], rate: int, low: float = 40.0, high: float = 6000.0, count: int = MODES, apart: float = 0.0
) -> Float:
    """The frequencies in Hz that ring in all of ``sounds`` (hits of one drum, notes of one bar), rising, [count or fewer].

    ``apart``: the least distance between two, as a share of the stronger; 18 Hz at least.
    """
    size = 1 << 16
    spectra = []
    for sound in sounds:
        part = sound[onset_of(sound) :][: rate // 2]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(2 * len(part))[len(part) :], size))
        spectra.append(np.log(spectrum / spectrum.max() + 1e-6))
    mean = np.mean(spectra, 0)
    width = rate / size
    about = np.array([np.median(mean[max(k - 200, 0) : k + 200 : 8]) for k in range(0, len(mean), 20)])
    height = mean - np.interp(np.arange(len(mean)), np.arange(0, len(mean), 20), about)
    inside = (np.arange(len(mean)) * width > low) & (np.arange(len(mean)) * width < high)
    peaks: list[int] = []
    for k in np.argsort(-(mean + 1.5 * np.minimum(height, 3)) * inside + 1e3 * ~inside):
        if len(peaks) == count or not inside[k]:
            break
        if height[k] > 0.8 and all(abs(int(k) - p) * width > max(18, apart * p * width) for p in peaks):
            peaks.append(int(k))
    return np.sort(np.array(peaks) * width)
