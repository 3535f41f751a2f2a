import numpy as np

from studio.app.metronome import METRONOME, beats_between, count_in_beats, count_in_clicks, song_clicks
from studio.audio.mixer import MixStream, Scene
from studio.music.tempo import TempoMap
from studio.music.time import Meter, TimeSignature

RATE = 48_000


def test_beats_follow_the_signatures() -> None:
    meter = Meter((TimeSignature(0, 3, 4), TimeSignature(2880, 6, 8), TimeSignature(2880 + 2880, 4, 4)))
    ticks, accents = beats_between(meter, 0, 8_000)
    assert ticks.tolist() == [0, 960, 1920, 2880, 4320, 5760, 6720, 7680]
    assert accents.tolist() == [True, False, False, True, False, True, False, False]
    assert beats_between(meter, 961, 2_881)[0].tolist() == [1920, 2880]


def test_a_count_in_ends_where_the_song_sets_in() -> None:
    ticks, accents = count_in_beats(Meter(), 0, 1)
    assert ticks.tolist() == [-3840, -2880, -1920, -960]
    assert accents.tolist() == [True, False, False, False]
    frames, _ = count_in_clicks(Meter(), TempoMap.constant(120), 3840, 1, RATE)
    assert frames.tolist() == [0, 24_000, 48_000, 72_000]
    ticks, accents = count_in_beats(Meter(), 960, 2)  # from within a bar: the accents lie on bar lines
    assert len(ticks) == 8
    assert ticks[accents].tolist() == [-3840 - 3840 + 3840, 0]


def test_it_clicks_on_the_beats_and_louder_on_the_first() -> None:
    strip = song_clicks(Meter(), TempoMap.constant(120), 3840, RATE)
    assert strip.id == METRONOME
    stream = MixStream(Scene((strip,), end=2 * RATE), {}, RATE, light=True, dry=True)
    sound = np.concatenate([stream.next().sound for _ in range(48)])[:, 0]
    for beat in range(4):
        at = beat * 24_000
        assert np.abs(sound[at : at + 2_000]).max() > 0.1
        assert not sound[at + 4_000 : at + 23_000].any()
    assert np.abs(sound[:2_000]).max() > 1.2 * np.abs(sound[24_000:26_000]).max()


def test_the_same_song_has_the_same_clicks() -> None:
    a, b = (song_clicks(Meter(), TempoMap.constant(90), 3840, RATE) for _ in range(2))
    assert a.events is b.events
