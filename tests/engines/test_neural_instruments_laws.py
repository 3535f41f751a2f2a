from dataclasses import replace

import numpy as np
import pytest

from studio.engines import neural_instruments_laws as laws
from studio.engines.neural_instruments_laws import Sound
from studio.nn.spectral import MAX_PARTIALS, NOISE_BANDS, POINTS, band_centres, control_times
from tests.engines.instruments import SOUNDS, sound

PIANO, FLUTE, GLOCK, KICK = (Sound.of(sound(SOUNDS[k], k)) for k in range(4))


def falling(per_second: float) -> tuple[np.ndarray, np.ndarray]:
    fall = control_times()[None, :POINTS, None] * per_second
    return -20 - fall * np.ones(MAX_PARTIALS), -80 - fall * np.ones(NOISE_BANDS)


def far(levels: np.ndarray, sound: Sound) -> np.ndarray:
    return laws.beyond(levels, np.array([sound.steady]), np.array([laws.SLOWEST_DB[sound.release_s > 0]]))


def test_frequencies():
    assert laws.frequencies(FLUTE, 69)[:3].tolist() == [440, 880, 1320]
    stretched = laws.frequencies(PIANO, 69)
    assert stretched[0] == pytest.approx(440)
    assert (np.diff(stretched) > 440).all()
    assert laws.frequencies(GLOCK, 81)[:4].tolist() == pytest.approx([880, 880 * 2.7, 880 * 5.3, 0])
    assert laws.frequencies(KICK, 36)[:2].tolist() == [52, 74]
    assert laws.frequencies(KICK, 48)[:2].tolist() == [104, 148]
    assert laws.frequencies(replace(FLUTE, octave=-1), 69)[0] == 220


def test_only_recorded_deep_drums_of_the_kit_are_evened():
    assert KICK.deep
    snare = Sound.of(sound(SOUNDS[4], 4))
    for other in (PIANO, GLOCK, snare, replace(KICK, kind="soundfont-render"), replace(KICK, program=200)):
        assert not other.deep


def test_deep_modes_set_in_softly_beside_less_low_noise():
    partials, noise = np.full((POINTS, MAX_PARTIALS), -20.0, np.float32), np.full((POINTS, NOISE_BANDS), -90.0, np.float32)
    softer, less = laws.knock_evened(partials, noise, laws.frequencies(KICK, 36))
    assert softer[0, :3].tolist() == [-40, -40, -20]
    assert (softer[1:] == -20).all()
    assert (less[:, band_centres() < 600] == -104).all()
    assert (less[:, band_centres() > 1200] == -90).all()
    assert (partials == -20).all()
    assert (softer.dtype, less.dtype) == (np.float32, np.float32)
    plain = laws.struck(replace(KICK, kind="synthetic"), partials, noise, laws.frequencies(KICK, 36), 1.0, 0.0)
    assert np.array_equal(plain[0], partials)
    assert np.array_equal(laws.struck(KICK, partials, noise, laws.frequencies(KICK, 36), 1.0, 0.0)[1], less)
    short, _ = laws.struck(replace(KICK, kind="synthetic"), partials, noise, laws.frequencies(KICK, 36), 0.5, 2.0)
    assert np.array_equal(short, laws.shortened(partials, 0.5))


def test_velocity_law_rises_everywhere_and_tilt_follows_it():
    levels = laws.level_db(np.arange(1.0, 128.0))
    assert (np.diff(levels) > 0).all()
    assert levels[79] == 0
    brighter = laws.tilt(np.array([500.0, 2000.0]), np.array([[30.0], [-30.0]]))
    assert brighter[0, 0] == 0
    assert brighter[0, 1] > 0 > brighter[1, 1]


def test_loudness_counts_partials_and_noise_and_discounts_bass():
    partials, noise = falling(10)
    frequency = laws.frequencies(FLUTE, 69)[None]
    base = laws.loudness(partials, noise, frequency)
    assert laws.loudness(partials + 6, noise + 6, frequency) == pytest.approx(base + 6)
    assert laws.loudness(partials, noise + 40, frequency) > base + 5
    assert laws.loudness(partials - 200, noise, frequency) < base
    assert laws.weighting(np.array([30.0]))[0] < -3 < laws.weighting(np.array([300.0]))[0]


def test_power():
    partials, noise = falling(0)
    assert laws.power_db(partials - 200, noise) == pytest.approx(-80 + 10 * np.log10(laws.bandwidths().sum()), abs=0.01)
    assert laws.power_db(partials, noise - 200) == pytest.approx(-20 + 10 * np.log10(MAX_PARTIALS / 2), abs=0.01)


def test_past_the_data_steady_sounds_hold_and_others_die():
    partials, noise = falling(30)
    assert (far(partials, FLUTE)[:, -1] == partials[:, -1]).all()
    died = far(partials, PIANO)
    assert (died[:, -1] < partials[:, -1] - 1000).all()
    seconds = laws.silence_s(died, far(noise, PIANO))
    assert 1.9 < seconds < 3.5
    level = np.zeros_like(partials)
    assert far(level, GLOCK)[0, -1, 0] < far(level, PIANO)[0, -1, 0] < 0
    assert laws.silence_s(far(level, FLUTE), far(noise, FLUTE)) == float("inf")


def test_release():
    frequency = np.array([100.0, 500.0, 8000.0])
    assert laws.release_s(GLOCK, 90) == laws.release_s(PIANO, 100) == 0
    assert not laws.damping(np.zeros(1), frequency).any()
    assert laws.release_s(FLUTE, 72) == FLUTE.release_s
    slow, middle, quick = laws.damping(np.array(FLUTE.release_s), frequency)
    assert slow < middle < quick
    assert middle == pytest.approx(60 / FLUTE.release_s)
    assert laws.release_s(PIANO, 30) > laws.release_s(PIANO, 80)


def test_what_a_note_has_does_not_depend_on_its_company():
    draw = np.random.default_rng(3)
    partials, noise = draw.uniform(-90, -10, (9, POINTS, MAX_PARTIALS)), draw.uniform(-120, -60, (9, POINTS, NOISE_BANDS))
    steady, slowest = np.arange(9) % 2 == 0, np.full(9, 6.0)
    frequency = np.sort(draw.uniform(30, 15000, (9, MAX_PARTIALS)), 1)

    def figures(some: np.ndarray) -> np.ndarray:
        p, h = (laws.beyond(x[some], steady[some], slowest[some]) for x in (partials, noise))
        return np.stack([laws.power_db(p, h), laws.loudness(p, h, frequency[some]), laws.silence_s(p, h)])

    whole = figures(np.arange(9))
    for some in (np.array([4]), np.array([8, 1, 3]), np.array([2, 2, 5, 0])):
        assert figures(some).tobytes() == np.ascontiguousarray(whole[:, some]).tobytes()


def test_what_was_learned_from_a_soundfont_does_not_rumble():
    assert replace(FLUTE, kind="soundfont-render").sampled
    assert not FLUTE.sampled  # recorded
    assert not replace(GLOCK, kind="soundfont-render").sampled
    noise = np.full((2, POINTS, NOISE_BANDS), -90.0, np.float32)
    noise[..., 0], noise[..., 1] = -60, -92
    kept = laws.without_rumble(noise, np.array([True, False]))
    assert (kept[0, :, 0] == -92 + laws.RUMBLE_DB).all()
    assert np.array_equal(kept[1], noise[1])
    assert np.array_equal(kept[..., 1:], noise[..., 1:])
    assert kept.dtype == np.float32
    faint = np.full_like(noise, -90.0)
    assert np.array_equal(laws.without_rumble(faint, np.array([True, True])), faint)


def test_drums_can_be_shortened_and_moved():
    partials, noise = falling(20)
    partials = partials[0]
    short = laws.shortened(partials, 0.5)
    assert short[0, 0] == pytest.approx(partials[0, 0])
    assert np.interp(1.0, control_times()[:POINTS], short[:, 0]) == pytest.approx(-20 - 40, abs=1)
    assert laws.shortened(partials, 1.0) is partials
    peak = np.where(np.abs(band_centres() - 1000) < 100, -40.0, -90.0) * np.ones((POINTS, 1))
    moved = laws.moved(peak, 12)
    assert band_centres()[moved[0].argmax()] == pytest.approx(2000, rel=0.15)
