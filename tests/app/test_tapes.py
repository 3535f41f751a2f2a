"""Sound files in a song: read, cut into rows, mixed and exported as they are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.app import tapes
from studio.app.rendering import render_song
from studio.app.sounding import lengths_of, light_lengths, sounding_of
from studio.app.tapes import pieces_of, read_sound, samples_of, sounds_by_id
from studio.audio.levels import pan_gains
from studio.audio.voice import TAPE, light_voice
from studio.codecs.project import document_of, project_bytes
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document, Sound
from studio.music.edits_sound import add_sound
from tests.app.sines import Sines, make_song

RATE = 44_100
BAR = 3840


@pytest.fixture
def sound(tmp_path: Path) -> Sound:
    """Five seconds of noise in stereo."""
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (5 * RATE, 2))
    soundfile.write(tmp_path / "voice.wav", noise, RATE, subtype="PCM_24")
    return read_sound(tmp_path / "voice.wav")


def mixed(document: Document, rate: int = RATE) -> np.ndarray:
    """The dry mix's left side without its pan's gain."""
    blocks = list(render_song(document, Sines(), rate, dry=True))
    return np.concatenate(blocks)[:, 0] / pan_gains(0.0)[0]


def test_a_file_is_read_as_mono(sound: Sound, tmp_path: Path) -> None:
    both, _ = soundfile.read(tmp_path / "voice.wav", dtype="float32")
    wave = samples_of(sound, RATE)
    assert (sound.name, sound.rate, sound.frames, len(sound.peaks)) == ("voice", RATE, len(both), 500)
    np.testing.assert_allclose(wave, both.mean(axis=1), atol=2**-22)
    assert sound.peaks.max() == np.ceil(np.abs(wave).max() * 255)
    assert len(samples_of(sound, 48_000)) == 5 * 48_000


def test_what_cannot_be_placed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), RATE)
    soundfile.write(tmp_path / "long.wav", np.zeros(3 * RATE), RATE)
    (tmp_path / "text.wav").write_text("no sound")
    monkeypatch.setattr(tapes, "MOST_SECONDS", 2)
    for name in ("empty.wav", "long.wav", "text.wav", "missing.wav"):
        with pytest.raises(StudioError):
            read_sound(tmp_path / name)


def test_it_is_in_the_mix_sample_by_sample(sound: Sound) -> None:
    document = add_sound(Document(), sound, BAR)  # two seconds in
    found = mixed(document)
    np.testing.assert_array_equal(found[: 2 * RATE], 0)
    np.testing.assert_allclose(found[2 * RATE : 7 * RATE], samples_of(sound, RATE), atol=1e-6)
    np.testing.assert_array_equal(found[7 * RATE :], 0)


def test_a_clip_that_is_cut_and_moved_plays_its_part(sound: Sound) -> None:
    document = add_sound(Document(), sound, 0)
    clip = document.tracks[0].clips[0].id
    document = edits.resize_clips(document, [clip], BAR // 2, left=True)  # a second is hidden
    document = edits.resize_clips(document, [clip], -BAR // 2)
    document = edits.move_clips(document, [clip], BAR)
    found, wave = mixed(document), samples_of(sound, RATE)
    start, end = (int(document.tempo.frames(t, RATE)) for t in (document.tracks[0].clips[0].start, document.end))
    np.testing.assert_array_equal(found[:start], 0)
    np.testing.assert_allclose(found[start:end], wave[RATE : RATE + end - start], atol=1e-6)
    early = edits.move_clips(document, [clip], -(1 << 30))  # the hidden second lies before the song
    np.testing.assert_allclose(mixed(early)[: end - start], wave[RATE : RATE + end - start], atol=1e-6)


def test_notes_beside_it_sound_as_ever(sound: Sound) -> None:
    song = make_song(bars=2)
    both = mixed(add_sound(song, sound, 0))
    alone = mixed(song)
    n = min(len(alone), 4 * RATE)
    np.testing.assert_allclose(both[:n] - alone[:n], samples_of(sound, RATE)[:n], atol=1e-6)


def test_a_moved_clip_keeps_its_rows(sound: Sound) -> None:
    document = add_sound(Document(), sound, 0)
    moved = edits.move_clips(document, [document.tracks[0].clips[0].id], BAR)
    before, after = (sounding_of(d.tracks[0], d.tempo, RATE, sounds_by_id(d)) for d in (document, moved))
    assert before.number.tolist() == after.number.tolist()
    assert [p.count for _, p in pieces_of(document.tracks[0], document.tempo, RATE, sounds_by_id(document))] == [
        2 * RATE, 2 * RATE, RATE,
    ]  # fmt: skip


def test_lengths_are_its_own_and_the_light_voice_is_silent(sound: Sound) -> None:
    document = add_sound(make_song(), sound, 0)
    track = replace(document.tracks[-1], clips=(*document.tracks[0].clips, *document.tracks[-1].clips))
    sounding = sounding_of(track, document.tempo, RATE, sounds_by_id(document))
    tape = sounding.batch.program == TAPE
    for lengths in (lengths_of(Sines(), sounding.batch, RATE), light_lengths(sounding.batch, RATE)):
        np.testing.assert_array_equal(lengths[tape], sounding.batch.held[tape])
        assert (lengths[~tape] > sounding.batch.held[~tape]).all()
    assert not light_voice(TAPE, 0, 1, 500, RATE, 0, 500).any()


def test_it_is_saved_with_the_song(sound: Sound) -> None:
    document = add_sound(Document(), sound, 0)
    back = document_of(project_bytes(document))
    assert back == document
    np.testing.assert_array_equal(mixed(back), mixed(document))
    gone = edits.remove_track(document, document.tracks[0].id)
    assert document_of(project_bytes(gone)).sounds == ()
