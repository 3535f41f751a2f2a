"""The desk, without its process: plays, loops, ends and jumps as it is told."""

from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np
import pytest

from studio.app.metronome import clicks as made_clicks
from studio.app.metronome import count_in_clicks
from studio.audio.desk import Desk
from studio.audio.mixer import MixStream, Scene
from studio.audio.pen import GUARD, OVER
from studio.audio.ring import DONE, END_AT, PLAYING, READ, SKIP_TO, WRITTEN, Ring
from studio.audio.rows import RowStore
from studio.audio.slots import FADE
from studio.audio.strips import BLOCK, Events, Strip
from studio.music.effects import Effect
from studio.music.tempo import TempoMap
from studio.music.time import Meter
from tests.audio.test_mixer import RATE, make_events, make_rows, take


class Told:
    """Takes the parent's place."""

    def __init__(self) -> None:
        self.said: list[dict] = []

    def tell(self, message: dict) -> None:
        self.said.append(message)


class Made:
    def __init__(self) -> None:
        self.ring, self.told = Ring(rate=RATE, seconds=20), Told()
        self.desk = Desk(self.ring, self.told)
        self.store = RowStore(1 << 26, self._tell)
        self.rows = make_rows(12)
        for number, row in self.rows.items():
            self.store.put(number, row)
        self.events = make_events(self.rows, 60)
        e = self.events
        columns = np.stack([e.start, e.length, e.row, e.program, e.pitch, e.velocity, e.held])
        self.say({"do": "events", "key": 1}, columns, e.gain)
        self.scene = Scene((Strip(1, e, 0.8, 0.2, 0.4),), 1.0, 0.3, 0.5, 4 * RATE)
        self.show(self.scene)
        self.whole = take(MixStream(self.scene, self.rows, RATE), 150)

    def _tell(self, item: tuple) -> None:
        if item[0] == "slab":
            self.say({"do": "slab", "id": item[1], "name": item[2]})
        elif item[0] == "row":
            self.say({"do": "rows"}, np.array([item[1:]], np.int64))
        else:
            self.say({"do": "drop", "id": item[1]})

    def show(self, scene: Scene) -> None:
        names = ("id", "gain", "pan", "room", "width")
        strips = [
            {"events": 1, "effects": [asdict(e) for e in s.effects], **{n: getattr(s, n) for n in names}} for s in scene.strips
        ]
        rest = {k: getattr(scene, k) for k in ("gain", "room", "room_seconds", "end")}
        rest["effects"] = [asdict(e) for e in scene.effects]
        self.say({"do": "scene", "strips": strips, **rest})

    def say(self, message: dict, *arrays: np.ndarray) -> None:
        getattr(self.desk, f"_do_{message['do']}")(message, list(arrays))

    def run(self, frames: int) -> np.ndarray:
        """What was written after the fade that a jump begins with, at least ``frames`` of it."""
        first = int(self.ring.numbers[SKIP_TO]) + FADE
        while self.ring.numbers[WRITTEN] < first + frames and self.ring.numbers[END_AT] < 0:
            self.desk._advance()
        return self.ring.sound[first : first + frames]

    def settle(self) -> None:
        """Let it do all that there is to do while the player stands still."""
        for _ in range(40):
            self.desk._step()

    def at(self, frame: int, count: int) -> np.ndarray:
        """What lies in the ring of the song's frames, played from its start."""
        return self.ring.written(int(self.ring.numbers[SKIP_TO]) + FADE + frame, count)

    def read(self, frame: int) -> int:
        """The player has got to that frame of the song; the first one that can still change."""
        self.ring.numbers[READ] = self.ring.numbers[SKIP_TO] + FADE + frame
        self.settle()
        return frame + GUARD

    def close(self) -> None:
        self.say({"do": "halt", "id": 99})
        for slab in list(self.desk._slabs):
            self.say({"do": "drop", "id": slab})
        self.store.close()
        self.ring.close()


@pytest.fixture
def made() -> Iterator[Made]:
    it = Made()
    yield it
    it.close()


@pytest.mark.parametrize("frame", [0, 12_345, 100_000])
def test_it_plays_from_anywhere(made: Made, frame: int) -> None:
    made.say({"do": "play", "frame": frame, "id": 3})
    assert (made.ring.numbers[PLAYING], made.ring.numbers[DONE]) == (1, 3)
    np.testing.assert_array_equal(made.run(40_000), made.whole[frame : frame + 40_000])
    assert made.ring.song_frame(int(made.ring.numbers[SKIP_TO]) + FADE + 500) == frame + 500


@pytest.mark.parametrize("end", [40_960, 40_970, 41_300, 50_000])
def test_it_loops_to_the_frame(made: Made, end: int) -> None:
    made.say({"do": "loop", "range": [20_000, end]})
    made.say({"do": "play", "frame": 30_000, "id": 1})
    sound = made.run(100_000)
    at = end - 30_000
    np.testing.assert_array_equal(sound[: at - FADE], made.whole[30_000 : end - FADE])
    length = end - 20_000
    for turn in range(2):
        np.testing.assert_array_equal(sound[at + turn * length :][: length - FADE], made.whole[20_000 : end - FADE])
    first = int(made.ring.numbers[SKIP_TO]) + FADE
    assert made.ring.song_frame(first + at) == 20_000
    assert made.ring.song_frame(first + at - 1) == end - 1


def test_it_counts_in_before_the_song_sets_in(made: Made) -> None:
    clicks = count_in_clicks(Meter(), TempoMap.constant(240), 3840, 1, RATE)
    e = made_clicks(*clicks, RATE, 1.0).events
    columns = np.stack([e.start, e.length, e.row, e.program, e.pitch, e.velocity, e.held])
    begins = int(TempoMap.constant(240).frames(3840, RATE))
    made.say({"do": "play", "frame": begins, "id": 4}, columns, e.gain)
    made.show(made.scene)  # a new plan of the song is not heard before its time
    sound = made.run(begins + 40_000)
    before = begins - int(e.start[0])
    for start in e.start.tolist():
        at = start - int(e.start[0])
        assert np.abs(sound[at : at + 1_000]).max() > 0.1
        assert not sound[at + 4_000 : at + 11_000].any()
    np.testing.assert_array_equal(sound[before : before + 40_000], made.whole[begins : begins + 40_000])
    first = int(made.ring.numbers[SKIP_TO]) + FADE
    assert made.ring.song_frame(first) == int(e.start[0])
    assert made.ring.song_frame(first + before + 7) == begins + 7


def test_it_ends_after_the_room_and_goes_on_when_more_is_written(made: Made) -> None:
    made.say({"do": "play", "frame": 3 * RATE, "id": 1})
    made.run(10 * RATE)
    n = made.ring.numbers
    assert n[END_AT] == n[WRITTEN]
    song = made.ring.song_frame(int(n[END_AT]))
    assert 4.5 * RATE <= song < 4.5 * RATE + 2048
    made.show(Scene(made.scene.strips, 1.0, 0.3, 0.5, 6 * RATE))
    made.desk._advance()
    assert n[END_AT] == -1


def test_of_many_jumps_only_the_last_is_made(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(made.desk, "_open_stream", lambda call=made.desk._open_stream: (opened.append(1), call()))
    made.desk._obey([({"do": "play", "frame": 1000 * k, "id": k}, []) for k in range(30)])
    assert made.ring.numbers[DONE] == 29
    assert len(opened) == 1
    np.testing.assert_array_equal(made.run(5_000), made.whole[29_000:34_000])
    made.desk._obey([({"do": "play", "frame": 0, "id": 30}, []), ({"do": "halt", "id": 31}, [])])
    assert made.ring.numbers[PLAYING] == 0


def test_levels_lie_where_they_are_heard(made: Made) -> None:
    made.say({"do": "play", "frame": 0, "id": 1})
    made.run(20_000)
    frames = made.ring.meter_frames
    assert (frames > 0).sum() > 5
    table = made.ring.meters[int(np.argmax(frames))]
    assert table[0, 1] > 0
    assert table[1, 0] == 1
    assert (table[2:, 0] == -1).all()


def test_a_slab_that_goes_is_confirmed_and_its_rows_are_gone(made: Made) -> None:
    made.say({"do": "drop", "id": 1})
    assert made.told.said[-1] == {"event": "dropped", "id": 1}
    assert not made.desk._rows


def test_effects_are_heard_and_failing_ones_told(made: Made) -> None:
    deep = Effect("equalizer", values=(("low_db", 12.0),))
    missing = Effect("plugin", plugin="/nowhere/A.vst3", title="A")
    made.show(replace(made.scene, strips=(replace(made.scene.strips[0], effects=(deep, missing)),)))
    made.say({"do": "play", "frame": 0, "id": 1})
    made.run(3 * RATE)
    assert made.desk._failed.get(timeout=20) == missing
    made.say({"do": "play", "frame": 0, "id": 2})
    sound = made.run(2 * RATE)
    assert np.sqrt(np.mean(sound[RATE:] ** 2)) > 1.1 * np.sqrt(np.mean(made.whole[RATE : 2 * RATE] ** 2))


def test_what_changes_is_heard_at_once_and_what_does_not_stays_to_the_bit(made: Made) -> None:
    made.say({"do": "play", "frame": 0, "id": 1})
    begin = made.read(30_000)
    made.show(made.scene)
    made.settle()
    np.testing.assert_array_equal(made.at(20_000, 18_000), made.whole[20_000:38_000])
    muted = replace(made.scene, strips=(replace(made.scene.strips[0], gain=0.0),), room=0.0)
    made.desk._rested_ns = 0
    made.show(muted)
    made.settle()
    np.testing.assert_array_equal(made.at(20_000, begin - 20_000), made.whole[20_000:begin])
    assert not made.at(begin + OVER, 6_000).any()
    assert np.abs(np.diff(made.at(begin - 10, OVER + 20)[:, 0])).max() < 0.05
    assert made.ring.numbers[WRITTEN] - made.ring.numbers[READ] < 0.3 * RATE


@pytest.mark.parametrize("frame", [0, 70_100])
def test_a_change_right_behind_a_jump_is_heard_at_once(made: Made, frame: int) -> None:
    made.say({"do": "play", "frame": frame, "id": 1})
    made.ring.numbers[READ] = made.ring.numbers[SKIP_TO] + FADE + 100  # the player is in the first piece
    other = replace(made.scene, gain=0.5)
    made.show(other)
    made.settle()
    begin = 100 + GUARD + OVER
    whole = take(MixStream(other, made.rows, RATE), 60)
    np.testing.assert_array_equal(made.at(begin, 6_000), whole[frame + begin : frame + begin + 6_000])
    first = int(made.ring.numbers[SKIP_TO])
    assert made.ring.song_frame(first + FADE + 5_000) == frame + 5_000
    assert made.ring.numbers[WRITTEN] - made.ring.numbers[READ] < 0.3 * RATE


def test_a_jump_waits_a_moment_for_the_scene_that_is_on_its_way(made: Made) -> None:
    def asked(order: int, patience: float) -> bool:
        made.say({"do": "play", "frame": 70_100, "id": order, "patience": patience})
        made.desk._step()
        return bool(made.ring.numbers[DONE] == order)

    assert not asked(1, 30.0)
    other = replace(made.scene, gain=0.5)
    made.show(other)
    assert made.ring.numbers[DONE] == 1
    whole = take(MixStream(other, made.rows, RATE), 60)
    np.testing.assert_array_equal(made.at(0, 4_000), whole[70_100:74_100])  # from its first frame on
    assert asked(2, 1e-9)  # nothing comes: it goes without
    assert not asked(3, 30.0)
    made.say({"do": "halt", "id": 4})
    made.show(made.scene)
    assert made.ring.numbers[DONE] == 4 and not made.ring.numbers[PLAYING]


def test_dragging_does_not_keep_it_from_getting_on(made: Made) -> None:
    made.say({"do": "play", "frame": 0, "id": 1})
    for k in range(40):
        made.ring.numbers[READ] = made.ring.numbers[SKIP_TO] + FADE + 500 * k
        made.show(replace(made.scene, gain=1 - k / 100))
        for _ in range(3):
            made.desk._step()
        assert made.desk._pen.ahead > 0
    made.desk._rested_ns = 0
    made.settle()
    last = replace(made.scene, gain=0.61)
    sound = take(MixStream(last, made.rows, RATE), 20)
    begin = 500 * 39 + GUARD + OVER
    np.testing.assert_allclose(made.at(begin, 6_000), sound[begin : begin + 6_000], atol=0.02)  # the room remembers the others


def test_a_change_behind_the_loops_end_is_heard_there(made: Made) -> None:
    made.say({"do": "loop", "range": [20_000, 40_970]})
    made.say({"do": "play", "frame": 0, "id": 1})
    made.read(34_000)
    last = made.ring.song_frame(int(made.ring.numbers[WRITTEN]) - 1)
    assert 20_000 < last < 30_000  # it lies in the ring already
    made.say({"do": "loop", "range": None})
    made.settle()
    np.testing.assert_array_equal(made.at(34_000, 9_000), made.whole[34_000:43_000])
    assert made.ring.song_frame(int(made.ring.numbers[WRITTEN]) - 1) > 40_970
    made.desk._rested_ns = 0
    made.say({"do": "loop", "range": [20_000, 40_970]})
    made.settle()
    np.testing.assert_array_equal(made.at(40_970, 2_000), made.whole[20_000:22_000])


def test_rows_that_come_late_take_over_at_once(made: Made) -> None:
    row = np.full(RATE, 0.25, np.float32)
    one = np.ones(1, np.int64)
    events = Events(0 * one, RATE * one, np.ones(1, np.float32), 77 * one, 0 * one, 60 * one, 90 * one, RATE // 2 * one)
    columns = np.stack([events.start, events.length, events.row, events.program, events.pitch, events.velocity, events.held])
    made.say({"do": "events", "key": 1}, columns, events.gain)
    dry = Scene((Strip(1, events),), end=RATE)
    made.show(dry)
    made.say({"do": "play", "frame": 0, "id": 1})
    begin = made.read(4_000)
    light = made.at(begin, 4_000)
    assert light.any()
    made.store.put(77, row)
    made.settle()
    np.testing.assert_allclose(made.at(begin + BLOCK + OVER, 2_000), 0.25 * np.sqrt(0.5), atol=1e-6)


def test_an_end_that_comes_sooner_leaves_nothing_behind_it(made: Made) -> None:
    made.say({"do": "play", "frame": 3 * RATE, "id": 1})
    made.ring.numbers[READ] = made.ring.numbers[SKIP_TO] + 3_000
    made.settle()
    made.show(replace(made.scene, room=0.0, end=RATE))
    made.settle()
    n = made.ring.numbers
    assert n[END_AT] == n[WRITTEN] < n[READ] + 0.1 * RATE
    made.show(made.scene)
    made.settle()
    assert n[END_AT] == -1


def test_levels_of_what_was_mixed_anew_take_the_old_ones_place(made: Made) -> None:
    made.say({"do": "play", "frame": 0, "id": 1})
    for k in range(12):
        made.read(10_000 + 200 * k)
        made.desk._rested_ns = 0
        made.show(replace(made.scene, gain=0.0 if k == 11 else 0.9))
        made.settle()
    frame = int(made.ring.numbers[SKIP_TO]) + FADE
    assert made.ring.levels(frame + 9_000)[0].peak[0] > 0
    assert made.ring.levels(frame + 18_000)[0].peak == (0.0, 0.0)
