"""Audio files come back as they were written, within their depth, and always with the same bytes."""

import errno
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.codecs.audiofile import AudioReader, audio_writer, read_audio, write_audio
from studio.errors import StudioError

RATE = 48_000


def tone(frames=5_000, channels=2):
    time = np.arange(frames)[:, None] / RATE
    return (0.5 * np.sin(2 * np.pi * 440 * time + np.arange(channels))).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "depth", "most"),
    [("a.wav", "16", 1.6 / 2**15), ("a.wav", "24", 0.51 / 2**23), ("a.wav", "float", 0.0)]
    + [("a.flac", "16", 1.6 / 2**15), ("a.flac", "24", 0.51 / 2**23)],
)
def test_comes_back_within_its_depth(tmp_path, name, depth, most):
    audio = tone()
    write_audio(tmp_path / name, audio, RATE, depth)
    back, rate = read_audio(tmp_path / name)
    assert rate == RATE
    assert back.shape == audio.shape
    assert np.abs(back - audio).max() <= most


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
@pytest.mark.parametrize("depth", ["16", "24"])
def test_bytes_do_not_depend_on_the_blocks(tmp_path, name, depth):
    audio = tone()
    whole, parts = tmp_path / f"whole-{name}", tmp_path / f"parts-{name}"
    write_audio(whole, audio, RATE, depth, seed=7)
    with audio_writer(parts, RATE, 2, depth, seed=7) as writer:
        for start in range(0, len(audio), 777):
            writer.write(audio[start : start + 777])
    assert read_audio(whole)[0].tobytes() == read_audio(parts)[0].tobytes()
    assert whole.read_bytes() == parts.read_bytes()


def test_a_float_wav_holds_no_time(tmp_path):
    write_audio(tmp_path / "a.wav", tone(), RATE, "float")
    data = (tmp_path / "a.wav").read_bytes()
    at = data.find(b"PEAK")
    assert at < 0 or data[at + 12 : at + 16] == bytes(4)


def test_dither_turns_a_tone_below_one_step_into_noise_around_it(tmp_path):
    audio = np.full((20_000, 1), 0.25 / 2**15, np.float32)
    write_audio(tmp_path / "a.wav", audio, RATE, "16")
    steps = read_audio(tmp_path / "a.wav")[0] * 2**15
    assert set(np.unique(steps)) <= {-1.0, 0.0, 1.0}
    assert steps.mean() == pytest.approx(0.25, abs=0.03)


def test_what_is_too_loud_is_cut_off(tmp_path):
    write_audio(tmp_path / "a.wav", np.array([2.0, -2.0], np.float32), RATE, "24")
    back, _ = read_audio(tmp_path / "a.wav")
    assert back.shape == (2, 1)
    assert back[:, 0].tolist() == pytest.approx([1.0, -1.0], abs=1e-6)


def test_a_failed_export_leaves_nothing_and_the_old_file_whole(tmp_path):
    path = tmp_path / "a.wav"
    write_audio(path, tone(), RATE)
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match="stop"), audio_writer(path, RATE) as writer:
        writer.write(tone())
        raise RuntimeError("stop")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]


def test_a_full_disk_is_told_in_place_of_a_system_error(tmp_path, monkeypatch):
    path = tmp_path / "a.wav"
    whole = Path.open

    def full(self, mode="r", *args, **names):
        if mode == "ab":
            raise OSError(errno.ENOSPC, "No space left on device")
        return whole(self, mode, *args, **names)

    with pytest.raises(StudioError, match="no room left"), audio_writer(path, 48_000):
        monkeypatch.setattr(Path, "open", full)
        raise soundfile.LibsndfileError(2, "It failed: ")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    with pytest.raises(StudioError, match="cannot be written: System error"), audio_writer(path, 48_000):
        raise soundfile.LibsndfileError(2, "It failed: ")


def test_reads_in_blocks(tmp_path):
    write_audio(tmp_path / "a.flac", tone(), RATE)
    with AudioReader(tmp_path / "a.flac") as reader:
        assert (reader.rate, reader.channels, reader.frames) == (RATE, 2, 5_000)
        assert [len(b) for b in reader.blocks(2_000)] == [2_000, 2_000, 1_000]


def test_says_in_one_sentence_why_it_cannot(tmp_path):
    (tmp_path / "noise.wav").write_bytes(b"nothing")
    for call in (
        lambda: read_audio(tmp_path / "missing.wav"),
        lambda: read_audio(tmp_path / "noise.wav"),
        lambda: write_audio(tmp_path / "a.mp7", tone(), RATE),
        lambda: write_audio(tmp_path / "a.flac", tone(), RATE, "float"),
        lambda: write_audio(tmp_path / "no" / "a.wav", tone(), RATE),
    ):
        with pytest.raises(StudioError) as caught:
            call()
        assert caught.value.message.endswith(".")
        assert caught.value.hint


def test_the_beginning_of_a_file(tmp_path):
    sound = np.linspace(-0.5, 0.5, 200_000, dtype=np.float32)[:, None]
    write_audio(tmp_path / "a.wav", sound, 100_000)
    whole, part = read_audio(tmp_path / "a.wav")[0], read_audio(tmp_path / "a.wav", 0.7)[0]
    assert part.shape == (70_000, 1)
    assert np.array_equal(part, whole[:70_000])
