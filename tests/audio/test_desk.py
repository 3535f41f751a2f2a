"""The desk, without its process: plays, loops, ends and jumps as it is told."""

from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np
import pytest

from studio.app.metronome import clicks as made_clicks
from studio.app.metronome import count_in_clicks
from studio.audio.desk import Desk
from studio.audio.mixer import MixStream, Scene, Strip
from studio.audio.ring import DONE, END_AT, PLAYING, SKIP_TO, WRITTEN, Ring
from studio.audio.rows import RowStore
from studio.audio.slots import FADE
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
