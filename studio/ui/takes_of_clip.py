"""Whose takes are shown, and what is done to them: the selected clip's, else those of the edited track's clip at the playhead."""

from collections.abc import Callable

from studio.app.studio import Studio
from studio.app.takes import ClipTakes
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Clip, Track
from studio.ui.arrangement.strip import ArrangementStrip
from studio.ui.controls import Transport
from studio.ui.panels.takes import TakesPanel
from studio.ui.roll.state import RollState
from studio.ui.texts import t


class TakesOfClip:
    """Between the panel of takes and the service."""

    def __init__(
        self, studio: Studio, state: RollState, transport: Transport, panel: TakesPanel, strip: ArrangementStrip
    ) -> None:  # fmt: skip
        self._studio, self._state, self._transport = studio, state, transport
        self._panel, self._strip = panel, strip
        self.takes = ClipTakes(studio.session)
        self._proposed = (0, 0)  # the proposal's take that is heard, and the one before it
        of_clip = panel.of_clip
        of_clip.picked.connect(self._choose)
        of_clip.auditioned.connect(self._listen)
        of_clip.dropped.connect(self._drop)
        of_clip.kept_as_clip.connect(lambda take: self._with_clip(lambda c: self.takes.keep_as_clip(c.id, take)))
        of_clip.renamed.connect(lambda take, name: self._with_clip(lambda c: self.takes.rename(c.id, take, name)))
        of_clip.other.connect(self.other)
        strip.selection_changed.connect(self.show)
        state.setting_changed.connect(self.show)
        transport.changed.connect(self.show)

    def current(self) -> tuple[Track, Clip] | None:
        """The clip whose takes are shown."""
        document = self._studio.session.document
        chosen = edits.clips_of(document, self._strip.selection)
        if chosen:
            row, clip = chosen[0]
            return document.tracks[row], clip
        track = self._state.track
        here = track.clip_at(max(0, int(self._state.viewport.playhead))) if track is not None else None
        return (track, here) if track is not None and here is not None and len(here.takes) > 1 else None

    def show(self) -> None:
        """Show what is."""
        proposal = self._studio.session.proposal
        if proposal is not None and proposal.active != self._proposed[0]:
            self._proposed = proposal.active, self._proposed[0]
        current = self.current()
        if current is None:
            self._panel.show_clip(None, None)
            return
        track, clip = current
        meter = self._studio.session.document.meter
        first, last = meter.bar_of(clip.start) + 1, meter.bar_of(clip.end - 1) + 1
        self._panel.show_clip(track, clip, t("bars {first} to {last}", first=first, last=last))

    def other(self) -> None:
        """A/B: the take that was heard before, of what is proposed or else of the clip."""
        proposal = self._studio.session.proposal
        if proposal is not None:
            count = len(proposal.takes)
            before = self._proposed[1] if self._proposed[1] < count else proposal.active
            self._studio.generating.show(before if before != proposal.active else (proposal.active + 1) % count)
            return
        self._with_clip(lambda clip: self.takes.other(clip.id))

    def _with_clip(self, deed: Callable[[Clip], None]) -> None:
        current = self.current()
        if current is not None:
            try:
                deed(current[1])
            except StudioError as error:
                self._studio.notices.tell_error(error)

    def _choose(self, take: int) -> None:
        self._with_clip(lambda clip: self.takes.choose(clip.id, take))

    def _listen(self, take: int) -> None:
        """Choose a take, and play the song from where its clip begins."""
        current = self.current()
        if current is not None and take < len(current[1].takes):
            self._choose(take)
            self._transport.play_from(current[1].start)

    def _drop(self, take: int) -> None:
        self._with_clip(lambda clip: self.takes.drop(clip.id, take))
