"""How far a rendered note is from a recording: the multi-resolution spectral distance that instruments are judged by."""

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float64]
SIZES = (2048, 1024, 512, 256)
SECONDS = 3.0
FLOOR = 1e-5


def aligned(sound: Float, rate: int, below_peak_db: float = 30.0) -> Float:
    """The sound from its onset (the first sample within ``below_peak_db`` of the peak) on."""
    size = np.abs(sound)
    return sound[int(np.argmax(size >= size.max() * 10 ** (-below_peak_db / 20))) :]


def magnitudes(sound: Float, size: int) -> Float:
    """Hann magnitudes [frames, bins], hop ``size // 4``."""
    window = np.hanning(size + 1)[:size]
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[:: size // 4]
    return np.abs(np.fft.rfft(frames * window))


def distance(sound: Float, reference: Float, rate: int, seconds: float = SECONDS, align: bool = True) -> dict[str, float]:
    """Mean differences in dB: ``all`` bins, ``active`` bins (of the reference, over -60 dB), ``start`` (all bins, first 60 ms).

    Onsets aligned, RMS matched over the time compared (at most ``seconds``, and no longer than the reference), scaled by the
    reference's peak, floor at -100 dB.
    """
    if align:
        sound, reference = aligned(sound, rate), aligned(reference, rate)
    n = max(min(len(reference), int(seconds * rate)), max(SIZES))
    sound, reference = (np.pad(s[:n], (0, max(n - len(s), 0))).astype(float) for s in (sound, reference))
    sound = sound * np.sqrt((reference**2).mean() / max((sound**2).mean(), 1e-20))
    sums: dict[str, list[float]] = {"all": [], "active": [], "start": []}
    for size in SIZES:
        a, b = magnitudes(sound, size), magnitudes(reference, size)
        peak = b.max()
        b_db = 20 * np.log10(b / peak + FLOOR)
        gap = np.abs(20 * np.log10(a / peak + FLOOR) - b_db)
        sums["all"].append(float(gap.mean()))
        sums["active"].append(float(gap[b_db > -60].mean()))
        sums["start"].append(float(gap[: max(int(0.06 * rate) // (size // 4), 1)].mean()))
    return {k: float(np.mean(v)) for k, v in sums.items()}


def pitch_of(sound: Float, rate: int, expected: float) -> float:
    """How many cents a note's pitch lies off ``expected`` Hz: by the strongest of its lowest three partials.

    Over a Hann window of the first second; a partial counts if it stands within 4 per cent of where it should be.
    """
    n = min(len(sound), rate)
    size = 1 << 20
    magnitude = np.abs(np.fft.rfft(sound[:n] * np.hanning(n), size))
    found = []
    for k in (1, 2, 3):
        low, high = (int(k * expected * f / rate * size) for f in (0.96, 1.04))
        at = low + int(np.argmax(magnitude[low : high + 1]))
        if low < at < high:
            found.append((float(magnitude[at]), 1200 * np.log2(at * rate / size / (k * expected))))
    if not found:
        return float("nan")
    return float(max(found)[1])
