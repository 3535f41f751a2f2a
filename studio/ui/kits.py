"""Kits of the user's own in the window: their page, what is heard of it, and what becomes of it. The work is done by jobs."""

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.app.jobs import Job
from studio.app.studio import Studio
from studio.engines.cards import Card
from studio.engines.own_names import free_title
from studio.music.document import Track
from studio.ui.panels.kit import KINDS, KitPage
from studio.ui.roll.state import RollState
from studio.ui.texts import t

if TYPE_CHECKING:
    from studio.app.kits import Trials
    from studio.engines.drum_changes import Changes
    from studio.engines.neural_instruments import NeuralInstruments

SEEDS = 10_000
LOUD = 100
HEARD_S = 3.0


class KitDesk:
    """Opens the page; lets a drum be heard as it is set, draws hits, and keeps kits, which the song's drums then play."""

    def __init__(self, studio: Studio, state: RollState, window: QWidget) -> None:
        self._studio, self._state, self._window = studio, state, window
        self._trial: Trials | None = None
        self.page: KitPage | None = None

    def open(self) -> None:
        """Open the page, with the kit of the track that would play what is kept."""
        track = self._drum_track()
        kit = track.instrument if track else ""

        def work(job: Job) -> "tuple[dict[str, str], Changes]":
            from studio.app.kits import changes_in, drums_of

            return drums_of(self._instruments()), changes_in(kit)

        self._studio.jobs.start("kit", "Looking for drums", work, lambda found: self._show(*found))

    def _show(self, drums: dict[str, str], changes: "Changes") -> None:
        from studio.app.kits import Trials

        if self._trial is None:
            self._trial = Trials(self._instruments)
        if self.page is None:
            self.page = KitPage(drums, self._window, changes)
            self.page.heard.connect(self._hear)
            self.page.draw_wanted.connect(self._draw)
            self.page.wanted.connect(self._keep)
            self.page.closed.connect(self._close)
        self.page.show()
        self.page.raise_()
        self.page.activateWindow()

    def _hear(self, key: int, changes: "Changes") -> None:
        trial = self._trial
        if trial is None:
            return

        def play(number: int) -> None:
            playback = self._studio.playback
            playback.end_auditions()
            playback.audition(key, number, LOUD, drums=True, seconds=HEARD_S)

        self._studio.jobs.start("kit heard", "", lambda job: trial.number(changes, job), play)

    def _draw(self, key: int, kind: str) -> None:
        """Draw a hit, for that key; it is an instrument of one's own from then on."""
        seed = secrets.randbelow(SEEDS)
        title = f"{t(KINDS[kind])} {seed}"

        def work(job: Job) -> Card:
            from studio.app.instruments import draw_hit

            return draw_hit(kind, seed, title, self._instruments(), job)

        def came(card: Card) -> None:
            if self.page is not None:
                self.page.add_drum(card.id, card.title, key)

        self._studio.jobs.start("kit drawn", f"Drawing {title}", work, came)

    def _keep(self, name: str, changes: "Changes") -> None:
        def work(job: Job) -> Card:
            from studio.app.kits import vary_kit

            return vary_kit(free_title(name), changes, self._instruments())

        self._studio.jobs.start(f"kit {name}", f"Making {name}", work, self._kept)

    def _kept(self, card: Card) -> None:
        """The edited track plays the kit if it is a drum track, or else the song's first one."""
        session, track = self._studio.session, self._drum_track()
        if track:
            session.commit("Instrument", session.committed.with_track(replace(track, instrument=card.id)))
        hint = "" if track else "Choose it in a track's menu of instruments."
        self._studio.notices.tell(f"'{card.title}' is among your own instruments now.", hint)

    def _drum_track(self) -> Track | None:
        """The edited track if it is one of drums, or else the song's first one."""
        tracks = self._studio.session.committed.tracks
        edited = self._state.track.id if self._state.track else None
        return next((x for x in sorted(tracks, key=lambda x: x.id != edited) if x.drums), None)

    def _close(self) -> None:
        self.page = None
        for key in ("kit heard", "kit drawn"):  # a hit that nobody waits for any more would stay among one's own instruments
            self._studio.jobs.cancel(key)

    def _instruments(self) -> "NeuralInstruments":
        from studio.app.instruments import neural

        return neural(self._studio.shelf.renderer())
