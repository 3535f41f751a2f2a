"""The transport on a virtual sound card: what is heard is the song, to the bit; nothing that happens stops it."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest

from studio.app.jobs import Jobs
from studio.app.playback import Playback
from studio.app.rendering import render_song
from studio.app.settings import Settings
from studio.app.virtual_card import share_found
from studio.audio.output import sound_outputs
from studio.audio.ring import OPEN, READ
from studio.music.document import Document
from tests.app.sines import Sines, make_song
from tests.sound_card import SoundCard

RATE = 48_000


class Made:
    """A playback with a test renderer, and what it said."""

    def __init__(self) -> None:
        self.sines = Sines()
        self.said: list[str] = []
        self.jobs = Jobs()
        self.playback = Playback(lambda: self.sines, self.jobs, Settings(), self.said.append, rows_bytes=1 << 26)

    def ready(self, song: Document) -> Playback:
        self.playback.set_document(song)
        self.playback.start()
        wait(lambda: self.playback.settled)
        return self.playback

    def close(self) -> None:
        self.playback.close()
        self.jobs.close()


@pytest.fixture
def made() -> Iterator[Made]:
    it = Made()
    yield it
    it.close()


def wait(until: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def heard(card: SoundCard, since: int) -> np.ndarray:
    sound = card.captured(since)
    at = np.flatnonzero(sound.any(1))
    return sound[at[0] : at[-1] + 1] if len(at) else sound[:0]


def heard_to_the_end(card: SoundCard, since: int) -> np.ndarray:
    """:func:`heard`, once the device has played out what it was given: silence follows the sound."""
    wait(lambda: len(heard(card, since)) and not card.captured(since)[-3 * RATE // 10 :].any())
    return heard(card, since)


def found(expected: np.ndarray, sound: np.ndarray) -> float:
    return share_found(expected, sound)[0]


def test_what_is_heard_is_what_is_exported(sound_card: SoundCard, made: Made) -> None:
    song = make_song(bars=1)
    playback = made.ready(song)
    since = sound_card.mark()
    playback.play()
    wait(lambda: not playback.playing)
    sound = heard_to_the_end(sound_card, since)
    expected = np.concatenate(list(render_song(song, Sines(), RATE)))
    assert playback.gaps == (0, 0)
    assert 0.05 < np.abs(sound).max() < 1.0
    assert found(expected, sound) > 0.97
    assert playback.position >= song.end


def test_seek_and_loop_are_exact(sound_card: SoundCard, made: Made) -> None:
    song = replace(make_song(), loop=(1920, 3840 + 317))
    playback = made.ready(song)
    expected = np.concatenate(list(render_song(song, Sines(), RATE)))
    since = sound_card.mark()
    playback.set_loop(True)
    playback.seek(2880)
    playback.play()
    wait(lambda: playback._output.ring.numbers[READ] > 4 * RATE)
    playback.pause()
    sound = heard_to_the_end(sound_card, since)
    first, last = (int(f) for f in song.tempo.frames(song.loop, RATE))
    seek = int(song.tempo.frames(2880, RATE))
    once = expected[first : last - 256]
    assert found(np.concatenate([expected[seek : last - 256], once, once]), sound) > 0.95
    joint = sound[-RATE:]
    assert largest_step(joint) < 1.5 * largest_step(expected)
    assert playback.gaps == (0, 0)


def test_position_moves_evenly_and_stands_where_it_is_put(sound_card: SoundCard, made: Made) -> None:
    playback = made.ready(make_song(bars=4))
    playback.seek(4000)
    assert playback.position == 4000
    playback.play()
    assert abs(playback.position - 4000) <= 1
    seen = []
    wait(lambda: seen.append(playback.position) or seen[-1] > 6000)
    assert all(a <= b for a, b in pairwise(seen))
    playback.pause()
    at = playback.position
    assert at >= seen[-1]
    time.sleep(0.1)
    assert playback.position == at
    playback.seek(100)
    assert playback.position == 100
    playback.stop()
    assert playback.position == 0


def test_levels_follow_what_is_heard(sound_card: SoundCard, made: Made) -> None:
    playback = made.ready(make_song(bars=4))
    assert playback.levels()[0].peak == (0.0, 0.0)
    playback.play()
    wait(lambda: playback.levels()[0].peak[0] > 0.01 and set(playback.levels()[1]) == {1, 2, 3})
    playback.pause()
    assert playback.levels()[0].peak == (0.0, 0.0)


def test_plays_before_the_instruments_are_ready_and_they_take_over(sound_card: SoundCard, made: Made) -> None:
    made.sines.gate.clear()
    song = make_song(bars=2)
    playback = made.playback
    playback.set_document(song)
    since = sound_card.mark()
    playback.play()
    wait(lambda: playback.position > 1500)
    assert made.sines.rendered == 0
    assert np.abs(heard(sound_card, since)).max() > 0.005
    made.sines.gate.set()
    wait(lambda: not playback.playing)
    sound = heard_to_the_end(sound_card, since)
    expected = np.concatenate(list(render_song(song, Sines(), RATE, dry=False)))
    assert found(expected[-RATE:], sound[-2 * RATE :]) > 0.9  # by then the instruments play alone
    assert largest_step(sound) < 3 * largest_step(expected)


def largest_step(sound: np.ndarray) -> float:
    return float(np.abs(np.diff(sound, axis=0)).max())


def test_mixing_renders_nothing_anew_and_an_edit_only_what_changed(sound_card: SoundCard, made: Made) -> None:
    song = make_song(bars=4)
    playback = made.ready(song)
    made_first = playback.rendering.rendered
    assert made_first == 12
    playback.play()
    for change in ({"gain_db": -6.0}, {"pan": 1.0}, {"mute": True}, {"solo": True}, {"room": 0.9}, {"width": 0.8}):
        playback.set_document(song.with_track(replace(song.track(1), **change)))
        wait(lambda: not playback.overview.busy)
    playback.set_document(replace(song, master=replace(song.master, gain_db=-3, room_seconds=0.6)))
    playback.set_metronome(True)
    wait(lambda: playback.rendering.idle)
    assert playback.rendering.rendered == made_first
    clip = song.track(1).clips[0]
    pitch = clip.notes.pitch.copy()
    pitch[5] += 1
    edited = song.with_track(replace(song.track(1), clips=(clip.with_notes(clip.notes.replace(pitch=pitch)),)))
    playback.set_document(edited)
    wait(lambda: playback.rendering.rendered == made_first + 1)
    assert playback.playing


def test_a_growing_song_does_not_stop_at_its_end(sound_card: SoundCard, made: Made) -> None:
    short, long = make_song(bars=1), make_song(bars=2)
    playback = made.ready(short)
    playback.set_document(short, growing=True)
    playback.play()
    wait(lambda: playback.position > short.end + 400)
    playback.set_document(long)
    wait(lambda: not playback.playing)
    assert playback.position >= long.end


def test_keys_sound_at_once_though_nothing_plays(sound_card: SoundCard, made: Made) -> None:
    playback = made.ready(make_song())
    wait(lambda: playback._output.ring.numbers[OPEN])
    for pitch in (60, 64):
        since = sound_card.mark()
        playback.audition(pitch, velocity=100, seconds=0.3)
        wait(lambda since=since: len(heard(sound_card, since)) > RATE // 2)
        sound = heard(sound_card, since)[RATE // 10 :, 0][: RATE // 4]  # by then the instrument has taken over
        found = np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound))))) * RATE / len(sound)
        assert abs(found - 440 * 2 ** ((pitch - 69) / 12)) < 5
    assert not playback.playing


@pytest.mark.parametrize(("victim", "how"), [(0, signal.SIGKILL), (1, signal.SIGSTOP)], ids=["player killed", "desk hanging"])
def test_a_lost_process_is_started_again(sound_card: SoundCard, made: Made, victim: int, how: signal.Signals) -> None:
    playback = made.ready(make_song(bars=40))
    playback.play()
    wait(lambda: playback.position > 500)
    before = playback._output.pids
    os.kill(before[victim], how)
    wait(lambda: playback._output.pids[victim] != before[victim])
    at = playback.position
    since = sound_card.mark()
    wait(lambda: playback.position > at + 2000)
    assert np.abs(sound_card.captured(since)).max() > 0.01
    assert not psutil.pid_exists(before[victim])


def test_a_device_that_goes_is_told_and_opened_again(own_sound_card: SoundCard, made: Made) -> None:
    playback = made.ready(make_song(bars=40))
    playback.play()
    wait(lambda: playback.position > 500)
    own_sound_card.kill()
    wait(lambda: any("gone" in s for s in made.said))
    at = playback.position
    wait(lambda: playback.position > at + 1000)  # the transport still runs
    own_sound_card.start()
    wait(lambda: any("back" in s for s in made.said))
    since = own_sound_card.mark()
    wait(lambda: np.abs(own_sound_card.captured(since)).max(initial=0) > 0.01)


def test_without_a_sound_card_the_transport_runs(no_sound_card: None, made: Made) -> None:
    playback = made.ready(make_song())
    began = time.monotonic()
    playback.play()
    wait(lambda: playback.position > 3000)
    assert time.monotonic() - began > 1.0
    assert any("No sound device" in s for s in made.said)


def test_a_device_of_another_rate_gets_it(no_sound_card: None, made: Made) -> None:
    playback = made.ready(make_song())
    playback.play()
    wait(lambda: playback.position > 300)
    at = playback.position
    playback._event({"event": "rate", "rate": 44_100})
    wait(lambda: playback.overview.rate == 44_100 and playback.settled)
    assert playback._output.ring.rate == 44_100
    wait(lambda: playback.position > max(at, 1500))
    assert playback.playing


def test_devices_by_name(sound_card: SoundCard, made: Made) -> None:
    assert "default" in sound_outputs()
    playback = made.ready(make_song())
    assert "default" in playback.devices()
    playback.set_device("no such device", 0.0)
    wait(lambda: any("no such device" in s for s in made.said))


def test_a_device_chosen_just_as_another_was_late_stays_chosen(made: Made) -> None:
    chosen: list[threading.Thread] = []

    class Slow(dict[str, float]):
        def __or__(self, other: dict[str, float]) -> dict[str, float]:  # type: ignore[override]
            chosen.append(threading.Thread(target=made.playback.set_device, args=("Other",)))
            chosen[0].start()
            chosen[0].join(0.2)
            return dict(self) | other

    made.playback.set_device("First", known=Slow(Third=0.03))
    made.playback._event({"event": "late", "name": "First", "latency": 0.05})
    chosen[0].join()
    assert made.playback._sound[0] == "Other"


def test_another_latency_while_it_plays_loses_nothing_and_repeats_nothing(sound_card: SoundCard, made: Made) -> None:
    song = make_song(bars=2)
    playback = made.ready(song)
    expected = np.concatenate(list(render_song(song, Sines(), RATE)))
    since = sound_card.mark()
    playback.play()
    wait(lambda: playback.position > 1_500)
    playback.set_device("", 0.1)
    wait(lambda: not playback.playing)
    sound = heard_to_the_end(sound_card, since)
    assert found(expected, sound) > 0.95
    pause = np.flatnonzero(np.diff(np.flatnonzero(sound.any(1))) > 480)
    assert len(pause) == 1
    assert largest_step(sound) < 1.5 * largest_step(expected)


def test_overview_is_the_dry_mix(made: Made, no_sound_card: None) -> None:
    song = make_song(bars=3)
    song = replace(song, tracks=tuple(replace(t, pan=0.0) for t in song.tracks))
    changes: list[tuple[int, int]] = []
    overview = made.playback.overview
    end = overview.subscribe(lambda a, b: changes.append((a, b)))
    made.ready(song)
    dry = np.concatenate(list(render_song(song, Sines(), RATE, dry=True))).mean(1)
    wait(lambda: np.allclose(overview.samples(0, len(dry)), dry, atol=1e-6))
    assert changes
    changes.clear()
    clip = song.track(1).clips[0]
    last = clip.notes.select(slice(0, len(clip.notes) - 1))
    made.playback.set_document(song.with_track(replace(song.track(1), clips=(clip.with_notes(last),))))
    wait(lambda: changes and not overview.busy)
    assert min(a for a, _ in changes) >= 5 * RATE
    end()
    assert not overview.samples(100 * RATE, 101 * RATE).any()


def test_no_process_outlives_its_parent(no_sound_card: None, tmp_path) -> None:
    import subprocess
    import sys

    program = (
        "import os, time\nfrom studio.audio.output import Output\nfrom studio.audio.rows import RowStore\n"
        "o = Output(48000, RowStore(0), lambda m: None)\nprint(*o.pids, o.ring.name, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    *pids, name = parent.stdout.readline().split()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait(lambda: not any(psutil.pid_exists(int(pid)) for pid in pids))
    if Path("/dev/shm").is_dir():
        wait(lambda: not Path("/dev/shm", name).exists())


def test_once_closed_nothing_starts_it_again():
    jobs = Jobs()
    playback = Playback(lambda: None, jobs)
    playback.close()
    assert playback.devices() == []
    jobs.close()
