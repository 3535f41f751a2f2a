"""What the actions do: small controllers between the table of actions and the services."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from studio.app.changes import Change
from studio.app.session import Proposal
from studio.app.studio import Studio
from studio.music import edits
from studio.music.document import Track
from studio.music.pitch import Key
from studio.ui.panels.generate import GeneratePanel
from studio.ui.panels.steering import moods_of
from studio.ui.panels.takes import TakesPanel
from studio.ui.roll.state import RollState
from studio.ui.roll.viewport import GUTTER
from studio.ui.texts import t

ZOOM_STEP = 1.25
_CLOSE = 240  # ticks before the last written note at which playing waits


class Transport(QObject):
    """Play, pause, stop, seek, loop. ``changed`` follows what is switched here."""

    changed = Signal()

    def __init__(self, studio: Studio, state: RollState) -> None:
        super().__init__()
        self._studio = studio
        self._state = state
        self.loop_on = studio.session.document.loop is not None
        self.halting: Callable[[], None] = lambda: None  # called before it stops or jumps
        self._waits_at: int | None = None  # where it waits for notes that are still being written
        self._excerpt: tuple[int, int] | None = None  # what is played alone: it rests there, back at its start

    @property
    def playing(self) -> bool:
        """Whether sound runs, or waits only for the network."""
        return self._studio.playback.playing or self._waits_at is not None

    def wait_for_notes(self, tick: int) -> None:
        """Called for each frame: where the playhead has caught up with the network, playing waits for a bar more."""
        playback, proposal = self._studio.playback, self._studio.session.proposal
        if self._excerpt and playback.playing and tick >= self._excerpt[1]:
            start = self._excerpt[0]
            self.pause()
            self.seek(start)
            return
        behind = proposal is not None and proposal.writing and tick >= proposal.start
        left = proposal.take.written_to - tick if proposal and behind else 0
        bar = self._studio.session.document.meter.at(tick).bar_ticks
        if behind and playback.playing and left < _CLOSE:
            playback.pause()
            self._waits_at = playback.position
        elif self._waits_at is not None and (not behind or left >= bar):
            self._waits_at = None
            playback.play()
            self.changed.emit()

    @property
    def follow(self) -> bool:
        """Whether the view follows the playhead."""
        return self._studio.settings.follow_playhead

    @property
    def follow_mode(self) -> str:
        """How the view follows: "page" (turned when the playhead leaves it), "center" (the playhead stays), or not."""
        return ("center" if self._studio.settings.follow_centered else "page") if self.follow else ""

    @property
    def centered(self) -> bool:
        """Whether following keeps the playhead in the middle."""
        return self._studio.settings.follow_centered

    @property
    def audition(self) -> bool:
        """Whether notes sound while they are edited."""
        return self._studio.settings.audition_notes

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def pause(self) -> None:
        """Stand still where it is."""
        self._waits_at = self._excerpt = None
        self.halting()
        self._studio.playback.pause()

    def play(self) -> None:
        """Play from where the playhead is; from the start where the song is over."""
        document = self._studio.heard_document()
        self._excerpt = None
        if not self.loop_on and self._studio.playback.position >= max(1, document.end):
            self._studio.playback.seek(0)
        self._studio.playback.play()
        self.changed.emit()

    def play_from(self, tick: int) -> None:
        """Play from ``tick``; a loop that does not hold it is switched off."""
        loop = self._studio.session.document.loop
        if self.loop_on and loop and not loop[0] <= tick < loop[1]:
            self.set_loop(False)
        self._waits_at = self._excerpt = None
        self.halting()
        self._studio.playback.seek(tick)
        self._studio.playback.play()
        self.changed.emit()

    def play_excerpt(self, start: int, end: int) -> None:
        """Play from ``start`` to ``end``, and rest at the start again; round and round where the loop holds just that."""
        self.play_from(start)
        if not (self.loop_on and self._studio.session.document.loop == (start, end)):
            self._excerpt = (start, end)

    def stop(self) -> None:
        """Stop, and go back to the start of the loop or song."""
        loop = self._studio.session.document.loop
        self._waits_at = self._excerpt = None
        self.halting()
        self._studio.playback.pause()
        self.seek(loop[0] if self.loop_on and loop else 0)

    def to_start(self) -> None:
        """Go to the start of the song, playing on where it plays."""
        self.seek(0)
        self._state.viewport.scroll_to(0)

    def seek(self, tick: int) -> None:
        """Move the playhead."""
        self._waits_at = self._excerpt = None
        self.halting()
        self._studio.playback.seek(tick)
        self._state.viewport.set_playhead(tick, self.playing)
        self.changed.emit()

    def show_excerpt(self, proposal: Proposal) -> None:
        """Scroll to a proposal that is less than half in sight, and to its pitches if none of those in the roll is."""
        view, start, end = self._state.viewport, proposal.start, proposal.end
        first, last = view.visible_ticks()
        if min(end, last) - max(start, first) < min(end - start, last - first) / 2:
            view.scroll_to(max(0, start - (last - first) / 8))
        drums = bool(self._state.track and self._state.track.drums)
        pitches = [pitch for part, notes in proposal.take.parts if part.drums == drums for pitch in notes.pitch.tolist()]
        low, high = view.visible_pitches()
        if pitches and not any(low <= pitch <= high for pitch in pitches):
            view.show_pitches(min(pitches), max(pitches))

    def toggle_loop(self) -> None:
        """Switch the loop; without a region the whole song is marked first."""
        session = self._studio.session
        if not self.loop_on and session.document.loop is None and session.document.end:
            session.commit("Set the loop", edits.set_loop(session.document, (0, session.document.end)))
        self.set_loop(not self.loop_on)

    def set_loop(self, on: bool) -> None:
        """Use the loop, or do not."""
        self.loop_on = on and self._studio.session.document.loop is not None
        self._studio.playback.set_loop(self.loop_on)
        self.changed.emit()

    def toggle_follow(self) -> None:
        """Switch whether the view follows the playhead."""
        self._studio.change_settings(follow_playhead=not self.follow)
        self.changed.emit()

    def toggle_centered(self) -> None:
        """Switch between turning pages and keeping the playhead in the middle; following is on then."""
        self._studio.change_settings(follow_centered=not self.centered, follow_playhead=True)
        self.changed.emit()

    def toggle_audition(self) -> None:
        """Switch whether notes sound while they are edited."""
        self._studio.change_settings(audition_notes=not self.audition)
        self.changed.emit()


class Tracks:
    """Adding, removing, ordering tracks, and the song's lanes at the playhead. Each call is one step."""

    def __init__(self, studio: Studio, state: RollState) -> None:
        self._session = studio.session
        self._state = state

    def add(self) -> None:
        """Add an empty track and edit it."""
        document = self._session.document
        track = Track(0, f"Track {len(document.tracks) + 1}", color=self._free_color())
        self._session.commit("Add track", edits.add_track(document, track))
        self._state.set_track(self._session.document.tracks[-1].id)

    def _free_color(self) -> int:
        used = {t.color for t in self._session.document.tracks}
        return next(c for c in range(len(used) + 1) if c not in used)

    def remove(self) -> None:
        """Remove the edited track."""
        if self._state.track:
            self._session.commit("Remove track", edits.remove_track(self._session.document, self._state.track_id))

    def move(self, places: str) -> None:
        """Move the edited track by ``places`` (a whole number as text) in the list."""
        if self._state.track:
            at = self._session.document.tracks.index(self._state.track) + int(places)
            self._session.commit("Move track", edits.move_track(self._session.document, self._state.track_id, at))

    def step(self, places: str) -> None:
        """Edit the track ``places`` further down."""
        ids = [t.id for t in self._session.document.tracks]
        if self._state.track_id in ids:
            self._state.set_track(ids[min(len(ids) - 1, max(0, ids.index(self._state.track_id) + int(places)))])

    def set_tempo(self, bpm: float) -> None:
        """Set the tempo that holds at the playhead."""
        document = self._session.document
        change = document.tempo.at(self._tick())
        if abs(change.bpm - bpm) >= 0.05:
            self._session.commit("Tempo", edits.set_tempo(document, change.tick, bpm))

    def set_signature(self, numerator: int, denominator: int) -> None:
        """Set the time signature that holds at the playhead."""
        document = self._session.document
        at = document.meter.at(self._tick()).tick
        self._session.commit("Time signature", edits.set_meter(document, at, numerator, denominator))

    def set_key(self, key: Key | None) -> None:
        """Set the key that holds at the playhead."""
        document = self._session.document
        at = max((k.tick for k in document.keys if k.tick <= self._tick()), default=0)
        self._session.commit("Key", edits.set_key(document, at, key))

    def set_master(self, gain_db: float, final: bool) -> None:
        """Set the volume of the whole; a drag previews, its end is one step."""
        session = self._session
        changed = edits.set_master(session.committed, gain_db=round(gain_db, 2))
        if final:
            session.commit("Master volume", changed)
        else:
            session.preview(changed)

    def _tick(self) -> int:
        return max(0, int(self._state.viewport.playhead))


class Writing:
    """From the panel's order to notes, and what becomes of the takes."""

    def __init__(self, studio: Studio, transport: Transport, panel: GeneratePanel, takes: TakesPanel) -> None:
        self._studio = studio
        self._transport = transport
        self._panel = panel
        self._takes = takes
        self._listening = False
        self._seen: tuple[int, int] | None = None  # the bars of the proposal that was brought into view
        panel.write_clicked.connect(self._order)
        panel.change_clicked.connect(self._change)
        panel.cancel_clicked.connect(self.cancel)
        panel.steering.changed.connect(self._steer)
        takes.picked.connect(studio.generating.show)
        takes.auditioned.connect(self.audition)
        takes.kept.connect(self._keep)
        takes.dropped.connect(self._drop)

    def write(self) -> None:
        """Press the button."""
        self._panel.ask()

    def _order(self, order: object) -> None:
        self._listening = self._panel.listen.isChecked()
        self._takes.setFocus()
        self._studio.generating.write(order)  # type: ignore[arg-type]

    def _change(self, change: Change) -> None:
        self._listening = self._panel.listen.isChecked()
        self._takes.setFocus()
        self._studio.arranging.make(change)

    def _steer(self) -> None:
        """The network that is writing follows what steers it."""
        if self._studio.generating.writing:
            self._studio.generating.steer(self._panel.steering.wishes)

    def told(self) -> str:
        """How far the writing is, in bars."""
        proposal = self._studio.session.proposal
        if not proposal:
            return t("Listening to the song")
        meter = self._studio.session.document.meter
        first, last = meter.bar_of(proposal.start), meter.bar_of(proposal.end - 1)
        now = min(last, meter.bar_of(min(take.written_to for take in proposal.takes)))
        return t("Writing bar {n} of {all}", n=now - first + 1, all=last - first + 1)

    def follow(self) -> None:
        """Called after every change of the session: shows the take's course, starts the sound with the first written bar."""
        proposal = self._studio.session.proposal
        self._panel.steering.mood.course = moods_of(proposal.take) if proposal else ()
        if proposal is None or (proposal.start, proposal.end) != self._seen:
            self._seen = None
            if proposal and proposal.take.note_count:
                self._seen = proposal.start, proposal.end
                self._transport.show_excerpt(proposal)
        if not (self._listening and proposal and proposal.take.written_to > proposal.start):
            return
        self._listening = False
        self._transport.play_from(proposal.start)

    def cancel(self) -> None:
        """Stop the network."""
        self._studio.generating.cancel()

    def audition(self, take: int) -> None:
        """Show a take and play the song from where it begins."""
        proposal = self._studio.session.proposal
        if proposal and take < len(proposal.takes):
            self._studio.generating.show(take)
            self._transport.play_from(proposal.start)

    def keep(self) -> None:
        """Keep the shown take."""
        self._studio.generating.keep()

    def _keep(self, take: int) -> None:
        self._studio.generating.keep(take)

    def drop(self) -> None:
        """Drop the shown take."""
        if proposal := self._studio.session.proposal:
            self._studio.generating.drop(proposal.active)

    def _drop(self, take: int) -> None:
        self._studio.generating.drop(take)

    def drop_all(self) -> None:
        """Drop all takes."""
        self._studio.generating.drop()

    def step(self, places: str) -> None:
        """Listen to the take ``places`` further on, round and round."""
        if proposal := self._studio.session.proposal:
            self.audition((proposal.active + int(places)) % len(proposal.takes))

    def toggle_match(self) -> None:
        """Switch whether a new piece goes to tracks that play the same."""
        self._studio.change_settings(match_tracks=not self._studio.settings.match_tracks)
        self._studio.generating.match_tracks = self._studio.settings.match_tracks
        self._transport.changed.emit()

    def focus(self) -> None:
        """Give the takes the keyboard."""
        self._takes.setFocus()


class View(QObject):
    """Zoom, and which of the pictures of the sound are shown."""

    def __init__(self, state: RollState, shown: Callable[[str, bool | None], bool], full: Callable[[], None]) -> None:
        super().__init__()
        self._state = state
        self._shown = shown
        self.toggle_full = full

    def fit(self) -> None:
        """Show the whole song, or the first eight bars of an empty one."""
        document = self._state.document
        self._state.viewport.show_ticks(0, document.end or document.meter.bar_start(8))

    def zoom_in(self) -> None:
        """Zoom into the time, around the playhead where it is seen."""
        self._zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        """Zoom out of the time."""
        self._zoom(1 / ZOOM_STEP)

    def _zoom(self, factor: float) -> None:
        view = self._state.viewport
        x = view.x_at(view.playhead)
        view.zoom_time(factor, x if GUTTER <= x <= view.width else (GUTTER + view.width) / 2)

    def toggle_wave(self) -> None:
        """Show or hide the waveform."""
        self._shown("wave", None)

    def toggle_history(self) -> None:
        """Show or hide the list of all steps."""
        self._shown("history", None)

    def toggle_controls(self) -> None:
        """Show or hide the lane of controllers."""
        self._shown("controls", None)

    def toggle_spectrum(self) -> None:
        """Show or hide the spectrogram."""
        self._shown("spectrum", None)
