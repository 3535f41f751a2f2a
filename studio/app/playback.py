"""The transport: plays the session's document, says where it is, and plays single keys.

Nothing here waits for sound or for a network: calls of the window put something down and return. Between it and the
loudspeaker work the planning thread (what sounds when), the rendering thread (:mod:`.rendering_ahead`), and the two processes of
:mod:`studio.audio`. The processes start, and the instruments are loaded, with :meth:`Playback.start` or the first sound.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from studio.app.device_news import DeviceNews
from studio.app.jobs import Jobs
from studio.app.live import MIDDLE, Live, Voice
from studio.app.metronome import clicks, count_in_clicks
from studio.app.overview import MixOverview
from studio.app.planning import Planner
from studio.app.position import SNAP_SECONDS, EvenPosition
from studio.app.rendering_ahead import RenderingAhead
from studio.app.settings import Settings
from studio.audio.latency import AUTOMATIC
from studio.audio.meters import Levels
from studio.audio.output import Output
from studio.audio.ring import DONE, END_AT, GAPS, MISSING, READ
from studio.audio.rows import RowStore
from studio.audio.slots import FADE
from studio.engines.api import DRUM_KIT, Renderer
from studio.errors import StudioError
from studio.music.document import Document

log = logging.getLogger(__name__)

ROWS_BYTES = 128 << 20
PATIENCE_SECONDS = 0.04  # that a jump waits for the newest mix, which may be on its way
_LOADING = "instruments"


class Playback:
    """See the module. ``renderer`` loads the instruments when called, ``tell`` gets sentences for the user from any thread.

    ``overview`` is the song's sound for waveform and spectrogram, :mod:`studio.app.overview`; ``on_late``, called on any thread,
    gets the name of a device that was late and the seconds of latency that it has from now on.
    """

    def __init__(
        self,
        renderer: Callable[[], Renderer],
        jobs: Jobs,
        settings: Settings | None = None,
        tell: Callable[[str], None] = log.warning,
        rows_bytes: int = ROWS_BYTES,
    ) -> None:
        settings = settings or Settings()
        self._load, self._jobs, self._tell = renderer, jobs, tell
        self.on_late: Callable[[str, float], None] = lambda *_: None
        self._sound = settings.audio_device, settings.latency, settings.known_latencies
        self._naming = threading.Lock()  # for a moment: the thread that hears "late" is waited for under the other lock
        self._rate = settings.sample_rate
        self._document = Document()
        self._loop_on = self._playing = False
        self._frame = 0  # where it stands while it does not play
        self._counted = 0  # frames of the count-in before it
        self._order = 0
        self._even = EvenPosition()
        self._news = DeviceNews(tell)
        self._lock = threading.RLock()
        self._output: Output | None = None
        self._closed = False
        self._store = RowStore(rows_bytes)
        self.overview = MixOverview(self._store, self._rate, self._jobs.post)
        self.rendering = RenderingAhead(self._store, self._rate, self._rows_came, self._tell, self._failed, self.overview)
        self._planner = Planner(self.rendering, self._rate, self._planned)
        self._live = Live(self.rendering)

    # ------------------------------------------------------------ life

    def start(self) -> None:
        """Start the sound's processes and load the instruments; both go on by themselves. Call it after the first paint."""
        with self._lock:
            if self._output is not None or self._closed:
                return
            self._open_output()
            self._planner.plan(self._document)  # under the lock: closing ends a thread that is there, or none is started
        if self.rendering.renderer is None and not self._jobs.running(_LOADING):
            self._jobs.start(_LOADING, "Loading the instruments", lambda job: self._load(), self._loaded)

    def _open_output(self) -> None:
        self._output = Output(self._rate, self._store, self._event, *self._sound)
        self._output.set_loop(self._loop_frames())

    def reload(self) -> None:
        """Load the instruments again, because another device shall run them; the old ones play until then."""
        self._jobs.start(_LOADING, "Loading the instruments", lambda job: self._load(), self._loaded)

    def close(self) -> None:
        """End everything: processes, threads, memory."""
        with self._lock:
            output, self._output = self._output, None
            self._closed = True  # a worker that still asks for devices shall not start anything anew
        self._playing = False
        for part in (self._planner, self._live, self.rendering, self.overview):
            part.close()
        if output is not None:
            output.close()
        self._store.close()

    # ------------------------------------------------------------ what plays

    def set_document(self, document: Document, growing: bool = False, *, passing: bool = False) -> None:
        """Play ``document`` from now on, without a stop: what is alike in both sounds on, the rest is faded over.

        ``growing``: notes are still being written behind its end, so playing does not stop there. ``passing``: one of many
        while somebody drags; where its notes changed it is heard a moment later, unless another follows.
        """
        before, self._document = self._document, document
        if document.tempo != before.tempo and not self._playing:
            tick = before.tempo.tick_at_frame(self._frame, self._rate)
            self._frame = int(document.tempo.frames(tick, self._rate))
        if self._output is not None:  # else start() plans it
            self._planner.plan(document, growing, passing=passing)
        if self._output and (document.loop != before.loop or document.tempo != before.tempo):
            self._output.set_loop(self._loop_frames())

    def set_loop(self, on: bool) -> None:
        """Play the document's loop round and round, or play on."""
        self._loop_on = on
        if self._output:
            self._output.set_loop(self._loop_frames())

    def _loop_frames(self) -> tuple[int, int] | None:
        loop = self._document.loop
        if not self._loop_on or loop is None:
            return None
        first, end = (int(f) for f in self._document.tempo.frames(loop, self._rate))
        return (first, end) if end - first > self._rate // 50 else None

    # ------------------------------------------------------------ transport

    @property
    def playing(self) -> bool:
        """Whether it plays; False again once the song is over."""
        output = self._output
        if self._playing and output is not None:
            n = output.ring.numbers
            if n[DONE] == self._order and 0 <= n[END_AT] <= n[READ]:
                # The desk may know only the song of a moment ago: over is what has sounded to the end of this one.
                raw, end = self._raw_frame(output), int(self._document.tempo.frames(self._document.end, self._rate))
                if raw >= end - SNAP_SECONDS * self._rate:
                    self._frame = max(raw, end)
                    self._halt()
        return self._playing

    def set_metronome(self, on: bool) -> None:
        """Click on every beat, or do not. Never exported."""
        self._planner.metronome = on
        self._plan_again()

    def set_endless(self, on: bool) -> None:
        """Go on behind the song's end, because something is recorded there, or do not."""
        self._planner.endless = on
        self._plan_again()

    def _plan_again(self) -> None:
        if self._output is not None:
            self._planner.again()

    def play(self, count_in: int = 0) -> None:
        """Play from where it stands, after ``count_in`` bars of clicks."""
        self.start()
        if not self._playing:
            self._play_from(self._frame, count_in)

    def pause(self) -> None:
        """Stand still where it is."""
        if self.playing:
            self._frame = self._position_frames()
            self._halt()

    def stop(self) -> None:
        """Stand still at the start of the loop that is on, else of the song."""
        self.pause()
        loop = self._loop_frames()
        self._frame = loop[0] if loop else 0

    def seek(self, tick: int) -> None:
        """Go to ``tick``, playing on there if it plays."""
        frame = int(self._document.tempo.frames(max(0, tick), self._rate))
        if self.playing:
            self._play_from(frame)
        else:
            self._frame = frame
            self._look_ahead(frame)

    @property
    def position(self) -> int:
        """The tick that is heard now, or at which it stands."""
        return self._document.tempo.tick_at_frame(self._position_frames(), self._rate)

    @property
    def counting_in(self) -> float:
        """Seconds until the count-in is over, 0 while none is heard."""
        found = self.heard_frame() if self._counted and self.playing else None
        return max(0.0, (self._frame - found) / self._rate) if found is not None else 0.0

    def heard_frame(self, at_ns: int = 0) -> int | None:
        """The frame of the song that is heard now, or was at ``at_ns`` of the performance counter; None while nothing plays.

        In a count-in it lies before the frame at which the song sets in, and may be below 0.
        """
        output = self._output
        if not self._playing or output is None or output.ring.numbers[DONE] < self._order:
            return None
        return output.ring.song_frame(output.ring.heard(at_ns))

    def tick_of(self, frame: int) -> int:
        """The tick of a frame of the song."""
        return self._document.tempo.tick_at_frame(frame, self._rate)

    @property
    def looping(self) -> bool:
        """Whether a loop is in use."""
        return self._loop_frames() is not None

    def _play_from(self, frame: int, count_in: int = 0) -> None:
        assert self._output is not None
        self._order += 1
        self._frame, self._even, self._playing, self._counted = frame, EvenPosition(), True, 0
        arrays: tuple[Any, ...] = ()
        if count_in:
            document = self._document
            tick = document.tempo.tick_at_frame(frame, self._rate)
            frames, accents = count_in_clicks(document.meter, document.tempo, tick, count_in, self._rate)
            e = clicks(frames, accents, self._rate, 1.0).events
            arrays = (np.stack([e.start, e.length, e.row, e.program, e.pitch, e.velocity, e.held]), e.gain)
            self._counted = frame - int(frames[0])
        patience = PATIENCE_SECONDS if self._planner.behind else 0.0
        self._output.tell_desk({"do": "play", "frame": frame, "id": self._order, "patience": patience}, arrays)
        self._look_ahead(frame)

    def _halt(self) -> None:
        self._playing = False
        self._order += 1
        if self._output:
            self._output.tell_desk({"do": "halt", "id": self._order})

    def _look_ahead(self, frame: int) -> None:
        self.rendering.set_playhead(frame)
        self.overview.set_playhead(frame)

    def _raw_frame(self, output: Output) -> int:
        """The frame of the song that leaves the loudspeaker, or the one asked for while that is on its way."""
        if output.ring.numbers[DONE] < self._order:
            return self._frame
        found = output.ring.song_frame(output.ring.heard())
        if found is None or self._frame - FADE - self._counted <= found < self._frame:  # fading or counting in before it
            return self._frame
        return max(0, found)

    def _position_frames(self) -> int:
        """The position, freed from the device's jitter so that a playhead moves evenly."""
        output = self._output
        if not self.playing or output is None:
            return self._frame
        frame = self._even.of(self._raw_frame(output), self._rate)
        self._look_ahead(frame)
        return frame

    # ------------------------------------------------------------ levels and single keys

    def levels(self) -> tuple[Levels, dict[int, Levels]]:
        """Levels of what is heard now, before the limiter: of the master, and of the tracks that sound, by id."""
        output = self._output
        if not self.playing or output is None:
            return Levels(), {}
        return output.ring.levels(output.ring.heard())

    def strike(
        self, pitch: int, program: int = 0, velocity: int = 90, *, drums: bool = False,
        gains: tuple[float, float] = MIDDLE, seconds: float | None = None,
    ) -> Voice | None:  # fmt: skip
        """Play a key at once, whatever else plays, until :meth:`let_go` or for ``seconds``. ``gains`` left and right. Any thread.

        The light voice begins where the instruments have not played this key yet; they take over within a moment.
        """
        self.start()
        output = self._output
        program = DRUM_KIT if drums and program <= DRUM_KIT else program
        return self._live.strike(output.ring, program, pitch, velocity, gains, seconds) if output else None

    def let_go(self, voice: Voice | None) -> None:
        """Let a key come up. Any thread."""
        if voice is not None:
            self._live.let_go(voice)

    def audition(self, pitch: int, program: int = 0, velocity: int = 90, *, drums: bool = False, seconds: float = 0.5) -> None:
        """Play one note at once, for ``seconds`` or until :meth:`end_auditions`."""
        self._live.auditioned(self.strike(pitch, program, velocity, drums=drums, seconds=seconds))

    def end_auditions(self) -> None:
        """Let go of the auditioned keys."""
        self._live.end_auditions()

    # ------------------------------------------------------------ devices

    def devices(self) -> list[str]:
        """Names of the sound devices; asks the player, so off the main thread."""
        self.start()
        return self._output.wait_for_devices() if self._output else []

    def set_device(self, name: str = "", latency: float = AUTOMATIC, known: dict[str, float] | None = None) -> None:
        """Play on the device of that name (empty: the system's); ``latency`` and ``known`` as in :class:`Output`."""
        with self._naming:
            self._sound = name, latency, known or {}
        if self._output:
            self._output.set_device(name, latency, known)

    @property
    def gaps(self) -> tuple[int, int]:
        """How often sound was missing when the device asked for it, and how many frames in all."""
        if self._output is None:
            return 0, 0
        n = self._output.ring.numbers
        return int(n[GAPS]), int(n[MISSING])

    def unrendered(self) -> tuple[tuple[int, int], ...]:
        """Stretches of the song, in ticks, that the light voice would play, because the instruments have not yet."""
        tempo, (first, end) = self._document.tempo, self.rendering.missing()
        ticks = (tempo.ticks_at_seconds(x / self._rate).astype(np.int64).tolist() for x in (first, end))
        return tuple(zip(*ticks, strict=True))

    @property
    def settled(self) -> bool:
        """Whether the newest document is planned, rendered as far as memory reaches, and summed for the pictures, all of it."""
        ready = self.rendering.renderer is not None and self._planner.idle
        return ready and self.rendering.idle and not self.overview.busy and self.overview.whole

    @property
    def processes(self) -> tuple[int, ...]:
        """Process numbers of the player and the desk, while they run."""
        return self._output.pids if self._output else ()

    # ------------------------------------------------------------ what other threads say

    def _planned(self, plan: Any) -> None:
        """On the planning thread: the mix changed."""
        with self._lock:
            if self._output is not None:
                self._output.set_scene(plan.scene)
        if not plan.rough:
            self.overview.set_scene(plan.song)

    def _rows_came(self, numbers: Any) -> None:
        """On the rendering thread: rows were made, and the desk has been told."""
        self.overview.rows_came(numbers | self.rendering.salt)

    def _loaded(self, renderer: Renderer) -> None:
        self.rendering.set_renderer(renderer)
        self._planner.again()

    def _change_rate(self, rate: int) -> None:
        """On the planning thread: the device plays no other rate, so everything is rendered for its own."""
        log.info("the device plays at %d frames a second", rate)
        playing, frame = self.playing, self._position_frames() * rate // self._rate
        with self._lock:
            if self._output is None:
                return
            self._output.close()
            self._rate = self._planner.rate = rate
            self._store.clear()
            self.rendering.set_rate(rate)
            self.overview.set_rate(rate)
            self._open_output()
            self._playing, self._frame = False, frame
        self._planner.again()
        if playing:
            self._play_from(frame)

    def _failed(self, error: StudioError) -> None:
        self._tell(str(error))

    def _event(self, message: dict[str, Any]) -> None:
        """On the thread that listens to the sound's processes."""
        event = message["event"]
        self._news.hear(message)
        if event == "no effect":
            self._tell(f"The effect {message['title']} cannot be used, so the sound passes it by. Install it, or remove it.")
        elif event == "late":
            with self._naming:
                self._sound = *self._sound[:2], self._sound[2] | {message["name"]: message["latency"]}
            self.on_late(message["name"], message["latency"])
        elif event == "rate":
            self._planner.later(lambda: self._change_rate(message["rate"]))
        elif event == "restarted":
            log.warning("the %s process had stopped and was started again", message["what"])
            if message["what"] == "desk" and self._playing and self._output is not None:
                self._play_from(self._raw_frame(self._output))
