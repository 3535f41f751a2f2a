import numpy as np
import pytest
import soundfile

from studio.app.exporting import export_sound, export_stems
from studio.errors import Cancelled, StudioError
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from tests.fakes import Sines


def track(number, name, pitch, mute=False):
    notes = Notes.of([0, 960], 480, pitch, 100, id=[10 * number + 1, 10 * number + 2])
    return Track(number, name, clips=(Clip(10 * number, 0, 1920, (Take(notes),)),), mute=mute)


@pytest.fixture
def song():
    return Document(tracks=(track(1, "Low", 57), track(2, "High/../x", 81), track(3, "Quiet", 69, mute=True)), next_id=100)


def loudest_hertz(sound, rate):
    return np.argmax(np.abs(np.fft.rfft(sound[: rate // 4, 0] * np.hanning(rate // 4)))) * 4


def test_the_mix_is_written_and_its_length_told(song, tmp_path):
    seconds = export_sound(song, Sines(), tmp_path / "a.wav", rate=44_100, dry=True)
    sound, rate = soundfile.read(tmp_path / "a.wav")
    assert rate == 44_100
    assert seconds == len(sound) / rate
    assert sound.shape[1] == 2
    assert np.abs(sound).max() > 0.01


def test_the_room_rings_on_after_the_dry_end(song, tmp_path):
    dry = export_sound(song, Sines(), tmp_path / "dry.flac", dry=True)
    assert export_sound(song, Sines(), tmp_path / "wet.flac") > dry


def test_the_same_song_gives_the_same_bytes(song, tmp_path):
    for name in ("a.wav", "b.wav"):
        export_sound(song, Sines(), tmp_path / name)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_stems_are_the_tracks_by_themselves(song, tmp_path):
    files = export_stems(song, Sines(), tmp_path / "new" / "stems", dry=True)
    assert [f.name for f in files] == ["01 Low.wav", "02 Highx.wav"]
    low, high = (soundfile.read(f)[0] for f in files)
    assert len(low) == len(high)
    assert loudest_hertz(low, 48_000) == pytest.approx(220, abs=4)
    assert loudest_hertz(high, 48_000) == pytest.approx(880, abs=4)


def test_dry_stems_sum_to_the_dry_mix(song, tmp_path):
    stems = [soundfile.read(f)[0] for f in export_stems(song, Sines(), tmp_path, dry=True)]
    export_sound(song, Sines(), tmp_path / "mix.wav", dry=True)
    mix = soundfile.read(tmp_path / "mix.wav")[0]
    assert np.abs(sum(stems) - mix).max() < 1e-6


class Cancels:
    def progress(self, fraction, message=""):
        if fraction > 0:
            raise Cancelled

    def notice(self, message):
        pass


def test_a_cancelled_export_leaves_nothing(song, tmp_path):
    long = Document(tracks=(track(1, "Low", 57),), next_id=100)
    with pytest.raises(Cancelled):
        export_sound(long, Sines(), tmp_path / "a.wav", ctx=Cancels())
    assert list(tmp_path.iterdir()) == []


def test_an_odd_rate_is_refused(song, tmp_path):
    with pytest.raises(StudioError, match="not offered"):
        export_sound(song, Sines(), tmp_path / "a.wav", rate=12_345)
