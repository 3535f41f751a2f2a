"""The composition root: builds every service once and hands it on. Nothing else constructs one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.app.arranging import Arranging
from studio.app.exploring import Exploring
from studio.app.generating import Generating, with_take
from studio.app.heaps import share_heaps
from studio.app.jobs import Jobs, Post
from studio.app.keyboard import Keyboard
from studio.app.midi_in import MidiInput
from studio.app.notices import Notices
from studio.app.playback import Playback
from studio.app.recording import Recorder
from studio.app.recovery import Recovery
from studio.app.remote_generator import RemoteGenerator
from studio.app.session import Proposal, Session
from studio.app.settings import Settings, load_settings, save_settings
from studio.app.shelf import Shelf
from studio.music.document import Document, Track


class Studio:
    """All services of a running studio. ``post`` runs a call on the main thread (the command line: at once).

    The player follows the session: what is proposed sounds as if it were kept.
    """

    def __init__(self, post: Post | None = None, settings: Settings | None = None) -> None:
        share_heaps()
        self.settings = settings or load_settings()
        self._settings_lost = False
        self.notices = Notices()
        self.jobs = Jobs(post)
        self.jobs.on_notice = self.notices.tell
        self.shelf = Shelf(self.settings.model_device, self._tell_later, RemoteGenerator)
        self.session = Session()
        self.recovery = Recovery(self._tell_later)
        self.generating = Generating(self.shelf, self.jobs, self.session)
        self.generating.match_tracks = self.settings.match_tracks
        self.arranging = Arranging(self.shelf, self.jobs, self.session)
        self.exploring = Exploring(self.shelf, self.jobs, self.session)
        self.playback = Playback(self.shelf.renderer, self.jobs, self.settings, self._tell_of_sound)
        self.playback.on_late = self._remember_latency
        self.recorder = Recorder(self.session, self.playback)
        self.keyboard = Keyboard(self.playback, self._first_track, self.recorder)
        self.midi = MidiInput(self.keyboard, self._tell_of_keyboards)
        self.midi.choose(self.settings.midi_input)
        self._heard: tuple[Document, Proposal | None, Document] | None = None
        self._song = self.session.song
        self.session.subscribe(self._follow)

    def change_settings(self, **changed: Any) -> None:
        """Change and store settings. With another latency, what devices needed so far is to be found out anew."""
        if changed.get("latency", self.settings.latency) != self.settings.latency:
            changed = {"latencies": (), **changed}
        self._keep(replace(self.settings, **changed))

    def remember(self, path: Path) -> None:
        """Put ``path`` at the head of the recent files."""
        self._keep(self.settings.with_recent(path))

    def _keep(self, settings: Settings) -> None:
        """Let ``settings`` hold, also where the disk does not take them; that is told once."""
        self.settings = settings
        try:
            save_settings(settings)
        except OSError as error:
            if not self._settings_lost:
                reason = error.strerror or "the disk does not take them"
                self.notices.tell(f"The settings cannot be stored: {reason}.", "They hold until Partita ends.")
            self._settings_lost = True

    def heard_document(self) -> Document:
        """The document as it sounds: with the auditioned take of what is proposed."""
        document, proposal = self.session.document, self.session.proposal
        if self._heard is None or self._heard[0] is not document or self._heard[1] is not proposal:
            self._heard = document, proposal, self._with_take(document, proposal)
        return self._heard[2]

    def _with_take(self, document: Document, proposal: Proposal | None) -> Document:
        return with_take(document, proposal, match=self.generating.match_tracks) if proposal else document

    def close(self) -> None:
        """Stop everything that runs: sound, threads, processes."""
        self.midi.close()
        self.playback.close()
        self.jobs.close()
        self.shelf.close()
        self.recovery.close()

    def _tell_later(self, message: str) -> None:
        self.jobs.post(lambda: self.notices.tell(message))

    def _remember_latency(self, device: str, seconds: float) -> None:
        def store() -> None:
            self.change_settings(latencies=self.settings.with_latency(device, seconds).latencies)

        self.jobs.post(store)

    def _tell_of_sound(self, message: str) -> None:
        self.jobs.post(lambda: self.notices.tell(message, action="devices"))

    def _first_track(self) -> Track | None:
        return next(iter(self.session.document.tracks), None)

    def _tell_of_keyboards(self, came: list[str], went: list[str]) -> None:
        for name in came:
            self._tell_later(f"The keyboard {name} is there: play, and press R to record.")
        for name in went:
            self._tell_later(f"The keyboard {name} has gone.")

    def _follow(self) -> None:
        before = self._heard
        heard = self.heard_document()
        if self._heard is not before:
            proposal = self.session.proposal
            passing = self.session.document is not self.session.committed
            if self.session.song is not self._song:
                self._song = self.session.song
                self.playback.overview.begin_anew()
            self.playback.set_document(heard, proposal is not None and proposal.writing, passing=passing)
