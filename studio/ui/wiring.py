"""Which part speaks to which: a small function for each, called once by the window. A new part gets one of its own."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from studio.app.limits_asked import refused
from studio.app.performing import Performing
from studio.app.sounding import program_of
from studio.errors import StudioError
from studio.music.document import Document
from studio.music.notes import Notes
from studio.ui.arrangement.lanes import LANES
from studio.ui.panels.levels import gain_of

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


def wire(window: "MainWindow") -> None:
    """Connect all parts."""
    for part in (_transport_panel, _tracks, _write_panel, _column, _hint, _activity, _songs):
        part(window)


def _transport_panel(window: "MainWindow") -> None:
    panel, tracks = window.transport_panel, window.tracks
    panel.tempo_changed.connect(tracks.set_tempo)
    panel.signature_changed.connect(tracks.set_signature)
    panel.key_changed.connect(tracks.set_key)
    panel.master.dragged.connect(lambda place: tracks.set_master(gain_of(place), False))
    panel.master.settled.connect(lambda place: tracks.set_master(gain_of(place), True))
    panel.device_clicked.connect(window.devices.open)


def _tracks(window: "MainWindow") -> None:
    window.mixer.chosen.connect(window.state.set_track)
    window.mixer.effects_wanted.connect(window.effects.open)
    window.mixer.own_unwanted.connect(window.own.forget)
    window.follow(window.effects.refresh)


def _write_panel(window: "MainWindow") -> None:
    studio, panel = window.studio, window.write_panel
    panel.listen.setChecked(studio.settings.listen_while_writing)
    panel.listen_changed.connect(lambda on: studio.change_settings(listen_while_writing=on))
    panel.limits.refusal = lambda asked: refused(asked, studio.session.committed)
    panel.sections.on.toggled.connect(lambda on: _get_changes_ready(window) if on else None)
    for asked in (panel.write_clicked, panel.change_clicked):
        asked.connect(lambda _: window.show_words(""))
    panel.change_clicked.connect(lambda _: window.same_bars.ask(panel.changing.region))
    window.follow(window.same_bars.follow)


def _get_changes_ready(window: "MainWindow") -> None:
    """What varies the repeats of a form is loaded before it is asked."""
    shelf = window.studio.shelf
    window.studio.jobs.start("changes", "", lambda job: shelf.changer())


def _column(window: "MainWindow") -> None:
    studio, state, column = window.studio, window.state, window.column
    performing = Performing(studio.shelf)

    def audition(pitch: int, velocity: int) -> None:
        """Sound a key of the edited track; velocity 0 lets go of it."""
        track = state.track
        if not velocity:
            studio.playback.end_auditions()
        elif track and studio.settings.audition_notes:
            studio.playback.audition(pitch, program_of(track), velocity)

    def humanized(document: Document, ids: Iterable[int]) -> Document:
        """The notes as people play them; why not, where that fails."""
        try:
            return performing.humanized(document, ids)
        except StudioError as error:
            studio.notices.tell_error(error)
            return document

    def show_recorded() -> None:
        column.roll.show_recorded(studio.recorder.shown() if window.recording.on else Notes.empty())

    state.audition = audition
    state.humanized = humanized
    state.listened = studio.arranging.listening.of
    state.told = window.activity.show_hint
    window.recording.grew.connect(show_recorded)

    def show_lanes() -> None:
        for lane in LANES:
            window.actions_by_id[f"view.{lane.id}"].setChecked(lane in column.arrangement.lanes.shown)
        window.layout_of_parts.share_height()

    column.arrangement.lanes.shown_changed.connect(show_lanes)
    show_lanes()
    column.arrangement.strip.opened.connect(lambda clip_id: open_clip(window, clip_id))
    column.set_seek(window.transport.seek)
    column.ruler.toggle_loop = window.transport.toggle_loop


def open_clip(window: "MainWindow", clip_id: int) -> None:
    """Show a clip in the roll: all of its time, its notes in the middle, and the roll has the keys."""
    for track in window.studio.session.document.tracks:
        for clip in track.clips:
            if clip.id == clip_id:
                window.state.set_track(track.id)
                window.viewport.show_ticks(clip.start, clip.end)
                if len(clip.notes):
                    window.viewport.show_pitches(int(clip.notes.pitch.min()), int(clip.notes.pitch.max()))
                window.column.roll.setFocus()


def _hint(window: "MainWindow") -> None:
    window.words.closed.clicked.connect(lambda: window.show_words(""))


def _activity(window: "MainWindow") -> None:
    window.activity.cancelled.connect(window.studio.jobs.cancel)


def _songs(window: "MainWindow") -> None:
    session = window.studio.session
    window.tabs.picked.connect(session.switch)
    window.tabs.closed.connect(window.files.close)
    window.viewport.changed.connect(window.places.look)
    session.on_leave = window.transport.pause
    for call in (window.tabs.refresh, window.history.refresh, window.places.follow):
        window.follow(call)
