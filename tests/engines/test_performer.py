import numpy as np
import pytest

from studio.engines.performer import BEFORE, FEATURES, MOST_MS, Performer, same_places, score_features
from studio.errors import StudioError
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from studio.music.time import Meter, TimeSignature

UNITS = 8


def weights(seed: int = 0, bias: tuple[float, ...] = (0, 0, 0, 0)) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = ((UNITS, FEATURES), (UNITS, UNITS), (4, UNITS))
    made = {f"{2 * k}.weight": rng.normal(0, 0.3, shape).astype(np.float16) for k, shape in enumerate(shapes)}
    made |= {f"{2 * k}.bias": np.zeros(shape[0], np.float16) for k, shape in enumerate(shapes)}
    made["4.bias"] = np.array(bias, np.float16)
    return made


def song(n: int = 40) -> Notes:
    k = np.arange(n)
    return Notes.of(k // 2 * 480, 240, 48 + 7 * (k % 2) + k % 5, 80, id=k)


def test_features_tell_what_the_score_says() -> None:
    notes = Notes.of([0, 0, 0, 480, 3840], [960, 960, 960, 480, 240], [60, 64, 67, 72, 60], id=range(5))
    features = score_features(notes, Meter(), 120.0, drums=False)
    assert features.shape == (5, FEATURES - BEFORE)
    assert np.isfinite(features).all()
    assert features[:, 1].tolist() == [1, 1, 1, 0, 1]  # on a bar line
    assert features[3, 3] == 1  # halfway to the next beat
    assert features[2, 13] == 1  # the top of a chord
    assert not features[:, 17:].any()
    drums = score_features(Notes.of([0, 480], 100, [36, 42], id=[0, 1]), Meter(), 120.0, drums=True)
    assert drums[0, 17] == 1
    assert drums[1, 19] == 1
    odd = Meter((TimeSignature(0, 7, 8), TimeSignature(3360, 3, 4)))
    assert np.isfinite(score_features(notes, odd, np.full(5, 90.0), drums=False)).all()


def test_the_same_seed_plays_the_same_and_stays_in_range() -> None:
    performer = Performer(weights(bias=(0, 0, 1, 1)))
    a, b = (performer.play(song(), Meter(), TempoMap(), False, 4) for _ in range(2))
    assert np.array_equal(a.late_ms, b.late_ms)
    assert np.array_equal(a.louder, b.louder)
    other = performer.play(song(), Meter(), TempoMap(), False, 5)
    assert not np.array_equal(a.late_ms, other.late_ms)
    assert np.abs(a.late_ms).max() <= MOST_MS
    assert a.late_ms.std() > 1
    assert performer.play(Notes.empty(), Meter(), TempoMap(), False, 0).late_ms.shape == (0,)


def test_what_the_network_means_is_what_is_played_about_the_middle() -> None:
    quiet = {k: v * 0 for k, v in weights().items()} | {"4.bias": np.array([0.0, 0.0, -9, -9])}
    quiet["0.weight"][0, 3], quiet["2.weight"][0, 0], quiet["4.weight"][:2, 0] = 9, 9, (0.5, -1)  # off-beats late and soft
    playing = Performer(quiet).play(song(), Meter(), TempoMap(), True, 0)
    off = song().start % 960 == 480
    assert playing.late_ms[off].mean() - playing.late_ms[~off].mean() == pytest.approx(10, abs=0.5)
    assert playing.louder[off].mean() - playing.louder[~off].mean() == pytest.approx(-16, abs=0.5)
    assert np.median(playing.late_ms) == pytest.approx(0, abs=1e-9)
    assert playing.louder.mean() == pytest.approx(0, abs=1e-9)


def test_weights_of_another_shape_are_told() -> None:
    with pytest.raises(StudioError, match="does not fit"):
        Performer({"0.weight": np.zeros((3, 3))})
    with pytest.raises(StudioError, match="does not fit"):
        Performer(weights() | {"0.weight": np.zeros((UNITS, FEATURES - 1))})


def test_the_last_note_in_the_same_place_of_the_bar_is_known() -> None:
    k = np.arange(24)
    notes = Notes.of(k * 480, 100, np.where(k % 2, 42, 36), id=k)
    places = same_places(notes, Meter(), drums=True)
    assert (places[:8] == -1).all()
    assert places[8:].tolist() == list(range(16))
    both = Notes.of([0, 0, 3840, 3840], 100, [36, 42, 36, 42], id=range(4))
    assert same_places(both, Meter(), drums=True).tolist() == [-1, -1, 0, 1]
