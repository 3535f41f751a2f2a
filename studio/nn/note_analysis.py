"""A recorded note taken apart: partials with their inharmonicity, and bands of noise, at sparse points in time.

The order of work: find the onset and where the sound is cut or released; refine the fundamental and each partial's frequency
on a long window; follow a drifting pitch and flatten it; fit all partials at once by least squares in overlapping
windows (four periods of the fundamental, longer late in the note); give the attack its shape from the energy of bands in short
windows, since a long window smears it; call what is left noise. Amplitudes are averaged around log-spaced control
points. Serra and Smith ("Spectral modeling synthesis", CMJ 14(4), 1990) is the model; the fit is theirs in closed form.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.signal import fftconvolve

from studio.nn.spectral import FLOOR_DB, MAX_PARTIALS, NOISE_BANDS, POINTS, band_centres, control_times

Float = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]
VERSION = 2  # of what comes out: kept analyses of another version are not used
WINDOW_PERIODS = 4.0
LATE_S = 0.35  # from here on windows are twice as long
STEPS_A_WINDOW = 4


@dataclass(frozen=True, eq=False)
class Analysis:
    """What a note is made of.

    ``partials`` [POINTS, MAX_PARTIALS] in dB of amplitude, ``noise`` [POINTS, NOISE_BANDS] in dB
    of power a hertz, both relative to the note's ``level`` (dB, RMS of its loudest 100 ms); ``seconds`` is how long the note
    says anything (control points beyond repeat the last one that does); ``frequency`` [MAX_PARTIALS] Hz as measured.
    """

    partials: Float
    noise: Float
    frequency: Float
    fundamental: float
    inharmonicity: float
    level: float
    seconds: float


def db(power: Float | float) -> Float:
    """Decibels of a power."""
    return np.asarray(10 * np.log10(np.maximum(power, 1e-16)))


def onset_of(sound: Float, below_peak_db: float = 45.0) -> int:
    """The sample at which the sound first comes within ``below_peak_db`` of its peak."""
    size = np.abs(sound)
    return int(np.argmax(size > size.max() * 10 ** (-below_peak_db / 20)))


def end_of(sound: Float, rate: int, from_s: float) -> int:
    """The sample up to which the sound goes on by itself: before a release after ``from_s``, and the fade at the cut."""
    step = rate // 100
    count = len(sound) // step
    level = db((sound[: count * step].reshape(count, step) ** 2).mean(1))
    smooth = np.convolve(level, np.ones(3) / 3, "same")
    last = count - 14
    for k in range(max(int(from_s * 100), 12), count - 6):
        if smooth[k + 6] < smooth[k] - 9 and smooth[k + 6] < np.median(smooth[max(0, k - 40) : k]) - 9:
            last = min(last, k - 3)
            break
    return max(last * step, min(len(sound), rate // 8))


def stretched(fundamental: float, inharmonicity: float, count: int) -> Float:
    """Frequencies of a stiff string's partials (Fletcher 1964): k f sqrt(1 + B k^2), shape [count], Hz."""
    k = np.arange(1, count + 1)
    return np.asarray(fundamental * k * np.sqrt(1 + inharmonicity * k**2))


def _spectrum(sound: Float, rate: int, seconds: float) -> tuple[Float, float]:
    """Magnitudes of one long Hann window over the start of the sound, zero-padded, and the width of a bin in Hz."""
    n = min(len(sound), int(seconds * rate))
    size = 1 << (2 * n - 1).bit_length()
    return np.abs(np.fft.rfft(sound[:n] * np.hanning(n), size)), rate / size


def _peak_near(magnitude: Float, width: float, target: float, reach: float) -> tuple[float, float]:
    """The strongest frequency within ``reach`` Hz of ``target``, and how far it stands above the median there, in dB."""
    low, high = max(int((target - reach) / width), 1), min(int((target + reach) / width) + 2, len(magnitude) - 2)
    if high - low < 3:
        return target, 0.0
    part = magnitude[low:high]
    k = int(np.argmax(part)) + low
    a, b, c = (np.log(magnitude[k + d] + 1e-12) for d in (-1, 0, 1))
    shift = 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c < 0 else 0.0
    return (k + float(np.clip(shift, -1, 1))) * width, float(20 * np.log10(magnitude[k] / (np.median(part) + 1e-12)))


def refine(sound: Float, rate: int, fundamental: float, stiff: bool) -> tuple[float, float, Float]:
    """(fundamental, inharmonicity, frequency of each partial [MAX_PARTIALS]) as measured in the first 0.8 s.

    Walks up the partials, predicting the next from those found; B is a robust fit, 0 unless ``stiff``.
    """
    magnitude, width = _spectrum(sound, rate, max(0.8, 12 / fundamental))
    found: list[tuple[int, float, float]] = []
    f, b = fundamental, 0.0
    for k in range(1, MAX_PARTIALS + 1):
        guess = f * k * np.sqrt(1 + b * k * k)
        if guess > 0.48 * rate:
            break
        peak, height = _peak_near(magnitude, width, guess, min(0.25, 0.02 * k + 0.06) * f)
        if height > 16:
            found.append((k, peak, min(height, 50.0)))
        if len(found) >= 4 and k % 2 == 0:
            f, b = _fit(found, fundamental, stiff)
    if len(found) >= 4:
        f, b = _fit(found, fundamental, stiff)
    elif found and found[0][0] == 1:
        f = found[0][1]
    frequency = stretched(f, b, MAX_PARTIALS)
    for k, peak, _ in found:
        if abs(peak - frequency[k - 1]) < 0.12 * f:
            frequency[k - 1] = peak
    return f, b, frequency


def _fit(found: list[tuple[int, float, float]], fundamental: float, stiff: bool) -> tuple[float, float]:
    """Weighted fit of (peak / k)^2 = f^2 (1 + B k^2), outliers left out twice."""
    k, peak, height = (np.array(c, float) for c in zip(*found, strict=True))
    y = (peak / (k * fundamental)) ** 2
    weight = height * np.minimum(k, 12)
    for _ in range(3):
        design = np.stack([np.ones_like(k), k**2 if stiff else 0 * k], 1)
        solution = np.linalg.lstsq(design * weight[:, None], y * weight, rcond=None)[0]
        error = np.abs(y - design @ solution)
        weight = np.where(error > 3 * np.median(error) + 1e-6, 0.02, 1.0) * height * np.minimum(k, 12)
    base = float(np.clip(solution[0], 0.986, 1.014))
    return fundamental * float(np.sqrt(base)), float(np.clip(solution[1] / base, 0, 0.02)) if stiff else 0.0


def flatten(sound: Float, rate: int, frequency: Float, fundamental: float) -> Float:
    """The sound with its pitch held still, by resampling along the phase of its strong low partials.

    Changes of more than 80 cents are taken for errors and left alone.
    """
    window = np.hanning(int(WINDOW_PERIODS * rate / fundamental) | 1)
    window /= window.sum()
    t = np.arange(len(sound)) / rate
    top, bottom = np.zeros(len(sound)), np.full(len(sound), 1e-12)
    for k in range(1, 7):
        if frequency[k - 1] > 0.4 * rate:
            break
        z = fftconvolve(sound * np.exp(-2j * np.pi * frequency[k - 1] * t), window, "same")
        drift = np.diff(np.unwrap(np.angle(z)), prepend=np.angle(z[0])) * rate / (2 * np.pi * k)
        power = np.abs(z) ** 2 * k
        top, bottom = top + power * drift, bottom + power
    smooth = np.hanning(int(0.05 * rate) | 1)
    drift = fftconvolve(top, smooth, "same") / np.maximum(fftconvolve(bottom, smooth, "same"), 1e-12)
    drift = np.where(np.abs(drift) < 0.047 * fundamental, drift, 0.0)
    warped = np.cumsum(1 + drift / fundamental)
    return np.interp(np.arange(len(sound)) + warped[0], warped, sound) if len(sound) > 2 else sound


def _least_squares(sound: Float, rate: int, frequency: Float, size: int, centres: npt.NDArray[np.int64]) -> Complex:
    """Complex amplitudes of the partials in Hann windows of ``size`` samples around ``centres``, [centres, partials]."""
    n = np.arange(size) - size // 2
    window = np.hanning(size + 1)[:size]
    angle = 2 * np.pi * frequency * n[:, None] / rate
    basis = np.concatenate([np.cos(angle), -np.sin(angle)], 1) * window[:, None]
    gram = basis.T @ basis
    gram[np.diag_indices_from(gram)] *= 1 + 1e-4
    padded = np.pad(sound, (size // 2, size))
    frames = np.stack([padded[c : c + size] for c in centres]) * window
    solved = np.linalg.solve(gram, basis.T @ frames.T).T
    p = len(frequency)
    return np.asarray(solved[:, :p] + 1j * solved[:, p:])


def _resynthesise(amplitude: Complex, centres: npt.NDArray[np.int64], frequency: Float, rate: int, length: int) -> Float:
    """Sum of the partials, their complex amplitudes interpolated between evenly spaced ``centres`` and held outside."""
    hop = int(centres[1] - centres[0]) if len(centres) > 1 else length
    before = -(-int(centres[0]) // hop)
    after = max(-(-(length - int(centres[-1])) // hop), 0) + 1
    turn = np.exp(2j * np.pi * frequency * hop / rate)
    early = amplitude[0] * turn ** -np.arange(before, 0, -1)[:, None]
    late = amplitude[-1] * turn ** np.arange(1, after + 1)[:, None]
    nodes = np.concatenate([early, amplitude, late])
    n = np.arange(hop)
    waves = np.exp(2j * np.pi * frequency[:, None] * n / rate)
    left = np.concatenate([nodes[:-1], nodes[1:] / turn], 1)
    basis = np.concatenate([waves * (1 - n / hop), waves * (n / hop)])
    sound = (left.real @ basis.real - left.imag @ basis.imag).ravel()
    start = before * hop - int(centres[0])
    return np.asarray(sound[start : start + length])


def band_envelopes(sound: Float, rate: int, seconds: float) -> tuple[Float, Float]:
    """Energy of octave-wide bands in short windows: (band centres in Hz [b], power [b, samples of 1 ms])."""
    n = int(seconds * rate)
    size = 1 << (n + rate // 10 - 1).bit_length()
    transform = np.fft.fft(sound[:n], size)
    frequency = np.fft.fftfreq(size, 1 / rate)
    centres = 62.5 * 2.0 ** np.arange(0, 8.5, 0.5)
    step = rate / 1000
    at = (np.arange(int(n / step)) * step).astype(int)
    rows = []
    for centre in centres:
        width = 0.35 * centre + 40
        band = np.fft.ifft(transform * np.exp(-0.5 * ((frequency - centre) / width) ** 2))[:n]
        length = int(rate * max(0.003, 1.0 / centre)) | 1
        window = np.hanning(length + 2)[1:-1]
        power = fftconvolve(np.abs(band) ** 2, window, "same")
        share = fftconvolve(np.ones(n), window, "same")
        rows.append((power / share)[at])
    return centres, np.maximum(np.array(rows), 1e-16)


def _point_ranges(seconds: float) -> list[tuple[float, float]]:
    """The stretch of time that each control point stands for, up to the note's end."""
    points = control_times()[:POINTS]
    edges = np.sqrt(points[1:-1] * points[2:])
    edges = np.concatenate([[0.0, 0.0015], edges, [5.0]])
    return [(float(a), float(min(b, seconds))) for a, b in pairwise(edges)]


def _at_points(values: Float, times: Float, seconds: float) -> Float:
    """Powers [frames, width] averaged around the control points, interpolated where no frame falls: dB, [POINTS, width]."""
    points = control_times()[:POINTS]
    level = np.stack([np.interp(np.minimum(points, seconds), times, column) for column in db(values).T], 1)
    for k, (a, b) in enumerate(_point_ranges(seconds)):
        inside = (times >= a) & (times < b)
        if inside.sum() > 1:
            # The mean of the logarithm is what the ear and the spectral distance follow; 2.5 dB is its bias for noise.
            level[k] = 0.5 * (db(values[inside]).mean(0) + db(values[inside].mean(0)))
    return level


def window_size(rate: float, fundamental: float, late: bool) -> int:
    """Samples of the Hann window in which the partials of a note are fitted, early or late in it."""
    stretch = 2.0 if late else 1.0
    return int(np.clip(WINDOW_PERIODS * stretch * rate / fundamental, 900 * stretch, 9000 * stretch)) // 2 * 2


def partial_levels(sound: Float, rate: int, frequency: Float, fundamental: float, seconds: float) -> tuple[Float, Float]:
    """(levels of the partials [POINTS, MAX_PARTIALS] in dB, the residual sound)."""
    use = frequency < 0.48 * rate
    frequency = frequency[use]
    rows_power, rows_time, residual = [], [], np.zeros(len(sound))
    edges = (0.0, LATE_S, seconds + 1)
    for part in (0, 1):
        size = window_size(rate, fundamental, late=bool(part))
        hop = max(size // STEPS_A_WINDOW, 1)
        centres = np.arange(size // 2, max(int(seconds * rate) - size // 2, size // 2 + 1), hop)
        amplitude = _least_squares(sound, rate, frequency, size, centres)
        times = centres / rate
        inside = (times >= edges[part]) & (times < edges[part + 1]) if part or len(times) else times >= 0
        rows_power.append(np.abs(amplitude[inside]) ** 2)
        rows_time.append(times[inside])
        if part == 0:
            residual = sound - _resynthesise(amplitude, centres, frequency, rate, len(sound))
    power, times = np.concatenate(rows_power), np.concatenate(rows_time)
    level = np.full((POINTS, MAX_PARTIALS), FLOOR_DB)
    level[:, : len(frequency)] = _at_points(power, times, seconds)
    return level, residual


def shape_attack(level: Float, frequency: Float, sound: Float, rate: int, first_s: float) -> Float:
    """``level`` with the points before ``first_s`` (the first window's centre) following the energy of short-time bands."""
    centres, power = band_envelopes(sound, rate, first_s * 2 + 0.1)
    times = np.arange(power.shape[1]) / 1000
    points = control_times()[:POINTS]
    envelope = np.stack([np.interp(points, times, row) for row in db(power)])  # [bands, points]
    anchor = np.stack([np.interp(first_s, times, db(np.convolve(r, np.ones(9) / 9, "same"))) for r in power])
    change = np.clip(envelope - anchor[:, None], -70, 20)
    by_partial = np.stack([np.interp(np.log(frequency), np.log(centres), c) for c in change.T])
    shaped = level.copy()
    early = points < first_s
    held = np.stack([np.interp(first_s, points, column) for column in level.T])
    shaped[early] = held + by_partial[early]
    return shaped


def noise_levels(residual: Float, rate: int, seconds: float, shares: tuple[float, float] = (0.06, 9.0)) -> Float:
    """Power a hertz of the bands at the control points, [POINTS, NOISE_BANDS] in dB: short windows early, long ones late."""
    centres = band_centres()
    rows, times = [], []
    for size, start, stop in ((256, 0.0, 0.04), (1024, 0.04, 0.2), (2048, 0.2, seconds + 1)):
        if start >= seconds:
            break
        window = np.hanning(size + 1)[:size]
        hop = size // 4
        last = max(int(min(seconds, stop) * rate), int(start * rate) + hop)
        at = np.arange(int(start * rate) // hop * hop, last, hop)
        padded = np.pad(residual, (size // 2, size))
        # At the onset half the window lies in silence: the power is that of the half that does not.
        share = np.array([(window[max(size // 2 - a, 0) :] ** 2).sum() for a in at]) * rate / 2
        spectra = np.abs(np.fft.rfft(np.stack([padded[a : a + size] for a in at]) * window)) ** 2 / share[:, None]
        inside = (at / rate >= start) & (at / rate < stop)
        rows.append(_band_powers(spectra[inside], rate, size, centres))
        times.append(at[inside] / rate)
    return _at_points(np.concatenate(rows), np.concatenate(times), seconds)


def _band_powers(spectra: Float, rate: int, size: int, centres: Float) -> Float:
    """Mean over the bins of each band (triangles between the centres), geometric and arithmetic in equal parts."""
    frequency = np.arange(spectra.shape[1]) * rate / size
    weights = np.stack([np.interp(frequency, centres, row) for row in np.eye(NOISE_BANDS)], 1)
    nearest = np.abs(frequency[:, None] - centres).argmin(0)
    weights[nearest, np.arange(NOISE_BANDS)] += 1e-3
    weights /= weights.sum(0)
    mean = spectra @ weights
    log = np.exp(np.log(spectra + 1e-18) @ weights)
    return np.asarray(np.sqrt(mean * np.minimum(log * 1.78, mean)))


def level_of(sound: Float, rate: int) -> float:
    """RMS of the loudest 100 ms in dB."""
    step = rate // 50
    power = (sound[: len(sound) // step * step].reshape(-1, step) ** 2).mean(1)
    return float(db(np.convolve(power, np.ones(5) / 5, "valid").max() if len(power) >= 5 else power.mean()))


def analyse_note(sound: Float, rate: int, fundamental: float, stiff: bool, steady: bool, ratios: Float | None = None) -> Analysis:
    """Take a pitched note apart.

    Args:
        sound: samples, mono; ``rate`` in Hz.
        fundamental: where the lowest partial is expected, in Hz.
        stiff: a struck or plucked string, whose partials are stretched.
        steady: blown, bowed or held by electricity: its pitch may drift and is flattened first.
        ratios: of the partials to the fundamental where they are no harmonics (bars and bells).
    """
    sound, level, seconds = _trimmed(sound, rate, steady)
    f, b, frequency = refine(sound, rate, fundamental, stiff)
    if ratios is not None:
        f, b, frequency = fundamental, 0.0, tuned(sound, rate, fundamental * ratios)
    elif steady:
        sound = flatten(sound, rate, frequency, f)
        f, b, frequency = refine(sound, rate, f, stiff)
    return _take_apart(sound, rate, frequency, f, b, level, seconds, 1.6 if steady else 0.0)


def analyse_hit(sound: Float, rate: int, modes: Float) -> Analysis:
    """Take a drum's hit apart into ``modes`` (frequencies in Hz, at most :data:`MAX_PARTIALS`) and noise."""
    sound, level, seconds = _trimmed(sound, rate, False)
    return _take_apart(sound, rate, modes, 110.0, 0.0, level, seconds, 0.0)


def tuned(sound: Float, rate: int, expected: Float) -> Float:
    """``expected`` frequencies, each moved to the clear peak within 2 per cent, if there is one."""
    magnitude, width = _spectrum(sound, rate, 0.6)
    found = expected.copy()
    for k, target in enumerate(expected):
        if target < 0.45 * rate:
            peak, height = _peak_near(magnitude, width, target, 0.02 * target + 3)
            found[k] = peak if height > 16 else target
    return found


def _trimmed(sound: Float, rate: int, steady: bool) -> tuple[Float, float, float]:
    """(the sound from its onset to its own end at level 0 dB, its level before, seconds)."""
    sound = sound[onset_of(sound) :]
    sound = sound[: end_of(sound, rate, 0.4 if steady else 1.5) + rate // 50]
    level = level_of(sound, rate)
    return sound * 10 ** (-level / 20), level, max(len(sound) / rate - 0.02, 0.05)


def _take_apart(
    sound: Float, rate: int, frequency: Float, fundamental: float, stiff: float, level: float, seconds: float, filled_db: float
) -> Analysis:
    """The analysis once the frequencies are known. ``filled_db``: what the fit of closely spaced partials takes of the noise."""
    partials, residual = partial_levels(sound, rate, frequency, fundamental, seconds)
    first_s = float(np.clip(WINDOW_PERIODS * rate / fundamental, 900, 9000) / 2 / rate)
    full = np.geomspace(40.0, 20000.0, MAX_PARTIALS)
    padded = np.where(np.arange(MAX_PARTIALS) < len(frequency), np.resize(frequency, MAX_PARTIALS), full)
    partials = shape_attack(partials, padded, sound, rate, first_s)
    noise = noise_levels(residual, rate, seconds) + filled_db
    partials[:, len(frequency) :] = FLOOR_DB
    return Analysis(np.maximum(partials, FLOOR_DB), np.maximum(noise, FLOOR_DB), padded, fundamental, stiff, level, seconds)
