"""A tune in a sound file becomes notes."""

from pathlib import Path

import numpy as np
import pytest

from studio.app.hearing import hear, pitches, with_heard
from studio.codecs.audiofile import write_audio
from studio.engines.api import Quiet
from studio.errors import StudioError
from studio.music import edits
from studio.music.checks import check
from studio.music.document import Document
from studio.music.notes import Origin

RATE = 16_000


def tone(pitch: float, seconds: float, level: float = 0.3) -> np.ndarray:
    """A tone with overtones, faded in and out."""
    t = np.arange(round(seconds * RATE)) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    wave = sum(np.sin(2 * np.pi * frequency * k * t) / k for k in (1, 2, 3, 4))
    return level * wave * np.minimum(1, np.minimum(t, t[::-1]) / 0.01)


def tune(pitches_: list[int], seconds: float = 0.3, rest: float = 0.1) -> np.ndarray:
    return np.concatenate([part for p in pitches_ for part in (tone(p, seconds), np.zeros(round(rest * RATE)))])


@pytest.mark.parametrize("pitch", [34, 45, 60.3, 72, 88.7, 94])
def test_a_pitch_is_heard_within_a_few_hundredths_of_a_semitone(pitch):
    heard, level = pitches(tone(pitch, 0.5), RATE, Quiet())
    middle = heard[10:35]
    assert np.abs(middle - pitch).max() < 0.08 and level[10:35].min() > 0.1


def test_a_tune_becomes_its_notes():
    wanted = [60, 62, 64, 67, 67, 72, 55, 48]
    heard = hear(tune(wanted), RATE)
    assert heard.pitch.tolist() == wanted
    assert np.abs(heard.start - np.arange(8) * 0.4).max() < 0.04
    assert np.abs(heard.end - heard.start - 0.3).max() < 0.07


def test_notes_that_follow_without_a_rest_are_told_apart():
    sound = np.concatenate([tone(p, 0.25) for p in (60, 64, 64, 67)])
    assert hear(sound, RATE).pitch.tolist() == [60, 64, 64, 67]


def test_loud_and_soft_are_told_apart():
    sound = np.concatenate([tone(60, 0.3, 0.4), np.zeros(1600), tone(62, 0.3, 0.05)])
    loud, soft = hear(sound, RATE).velocity
    assert loud > 110 and soft < 60


@pytest.mark.parametrize("sound", [np.zeros(RATE), np.random.default_rng(1).normal(0, 0.1, RATE), np.zeros(0)])
def test_silence_and_noise_are_no_tune(sound):
    assert len(hear(sound, RATE).start) <= 1


def test_a_sound_file_becomes_a_track_in_the_songs_tempo(tmp_path: Path):
    path = tmp_path / "whistle.wav"
    sound = tune([72, 74, 76, 77], 0.4, 0.1)
    write_audio(path, np.stack([sound, sound], axis=1).astype(np.float32), RATE)
    document = edits.set_tempo(Document(), 0, 60.0)
    made = with_heard(document, path, tick=3840)
    (track,) = made.tracks
    assert check(made) == [] and track.name == "whistle"
    assert track.notes.pitch.tolist() == [72, 74, 76, 77]
    assert np.abs(track.notes.start - (3840 + np.arange(4) * 480)).max() < 50
    assert set(track.notes.origin.tolist()) == {int(Origin.IMPORTED)}
    assert track.clips[0].take.provenance.source == "heard in whistle.wav"


def test_without_a_tune_it_is_a_sentence(tmp_path: Path):
    path = tmp_path / "silence.wav"
    write_audio(path, np.zeros((RATE, 1), np.float32), RATE)
    with pytest.raises(StudioError, match="No tune is heard"):
        with_heard(Document(), path)
