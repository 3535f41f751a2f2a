"""The one table of what the window can do: menus, buttons, shortcuts and the shortcut sheet are all made from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from studio.ui.arrangement.lanes import LANES
from studio.ui.icons import icon
from studio.ui.roll.commands import COMMANDS
from studio.ui.texts import t


@dataclass(frozen=True)
class Action:
    """One thing to do. ``handler`` is ``target.method`` or ``target.method:argument``; ``menu`` empty keeps it out of menus.

    ``roll`` keys work only while the roll has the focus, so that arrows still move through lists and sliders.
    """

    id: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    handler: str = ""
    menu: str = ""
    gap: bool = False
    checkable: bool = False
    on_color: str = "text"
    roll: bool = False


MENUS = ("File", "Edit", "Notes", "Track", "Play", "Write", "View", "Help")

_FILE = (
    Action("file.new", "New song", ("Ctrl+N",), "new", "Start an empty song", "files.new", "File"),
    Action("file.open", "Open...", ("Ctrl+O",), "open", "Open a song or a MIDI file", "files.open", "File"),
    Action("file.demo", "Open the demo song", (), "note", "Open the song of the first start", "files.open_demo", "File"),
    Action("file.recover", "Open the songs of last time", (), "", "Open what was left behind when Partita ended unexpectedly",
           "autosave.recover", "File"),
    Action("file.close", "Close the song", ("Ctrl+W",), "", "Close this song, the others stay", "files.close", "File"),
    Action("file.next", "Next song", ("Ctrl+Tab",), "", "Go to the next open song", "files.step:1", "File", gap=True),
    Action("file.previous", "Previous song", ("Ctrl+Shift+Tab",), "", "Go to the open song before", "files.step:-1", "File"),
    Action("file.save", "Save", ("Ctrl+S",), "save", "Save the song", "files.save", "File", gap=True),
    Action("file.save_as", "Save as...", ("Ctrl+Shift+S",), "", "Save the song under another name", "files.save_as", "File"),
    Action("file.import", "Import MIDI into the song...", ("Ctrl+I",), "import", "Add a MIDI file's tracks", "files.import_midi",
           "File", gap=True),
    Action("file.sound", "Import a tune from a sound file...", (), "", "A voice, a flute, a whistle: its notes become a track",
           "files.import_sound", "File"),
    Action("file.recording", "Import a sound file as a track...", (), "", "It plays in the song, mono: a recording to write to",
           "files.import_recording", "File"),
    Action("file.midi", "Export MIDI...", ("Ctrl+E",), "export", "Write the notes as a MIDI file", "exports.midi", "File"),
    Action("file.wav", "Export WAV...", ("Ctrl+Shift+E",), "wave", "Write the sound as WAV", "exports.wav", "File"),
    Action("file.flac", "Export FLAC...", (), "", "Write the sound as FLAC, smaller and as good", "exports.flac", "File"),
    Action("file.stems", "Export stems...", (), "", "Write each track as a WAV file of its own", "exports.stems", "File"),
    Action("file.selection", "Export the selection...", ("Ctrl+Alt+E",), "",
           "Write the selected notes, or else the loop, as MIDI or sound", "exports.selection", "File"),
    Action("file.quit", "Quit", ("Ctrl+Q",), "", "Close Partita", "window.close", "File", gap=True),
)  # fmt: skip

_EDIT = (
    Action("edit.undo", "Undo", ("Ctrl+Z",), "undo", "Take the last step back", "window.undo", "Edit"),
    Action("edit.redo", "Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), "redo", "Do the undone step again", "window.redo", "Edit"),
)

_ROLL_ICONS = {"pointer": "pointer", "pencil": "pencil", "eraser": "eraser", "knife": "knife", "delete": "trash", "copy": "copy",
               "lock": "lock"}  # fmt: skip


def _roll_actions() -> tuple[Action, ...]:
    """The roll's commands, as rows of this table."""
    return tuple(
        Action(
            f"roll.{name}",
            row.text,
            row.keys,
            _ROLL_ICONS.get(name, ""),
            row.tip or row.text,
            f"commands.run:{name}",
            row.menu,
            gap=row.gap,
            checkable=name in ("pointer", "pencil", "eraser", "knife"),
            roll=row.local,
        )
        for name, row in COMMANDS.items()
    )


_TRACK = (
    Action("track.add", "Add track", ("Ctrl+T",), "plus", "Add an empty track", "tracks.add", "Track"),
    Action("track.remove", "Remove track", (), "trash", "Remove the track that is being edited", "tracks.remove", "Track"),
    Action("track.learn", "Instrument from a recording...", (), "", "Learn an instrument from single notes or a slow melody",
           "own.learn", "Track", gap=True),
    Action("track.blend", "Blend of two instruments...", (), "", "Make an instrument that lies between two others", "own.blend",
           "Track"),
    Action("track.kit", "A drum kit of your own...", (), "drums", "Tune, damp, blend, exchange and draw the drums of a kit", "kits.open",
           "Track"),
    Action("track.up", "Move track up", (), "", "Move the track one place up", "tracks.move:-1", "Track", gap=True),
    Action("track.down", "Move track down", (), "", "Move the track one place down", "tracks.move:1", "Track"),
    Action("track.effects", "Effects of the track...", (), "sliders", "Equalizer, compressor, delay, plug-ins: what the track goes through",
           "effects.of_track", "Track", gap=True),
    Action("track.whole_effects", "Effects of the whole mix...", (), "sliders", "What the whole mix goes through, before the limiter",
           "effects.of_whole", "Track"),
    Action("clip.split", "Split the clips at the playhead", ("S",), "knife", "Cut the selected clips in two where the playhead is",
           "clips.run:split", "Track", gap=True),
    Action("clip.join", "Join the clips", ("J",), "", "Make one clip of the selected ones of a track", "clips.run:join", "Track"),
    Action("clip.rename", "Rename the clip", ("F2",), "", "Give the selected clip a name", "clips.run:rename", "Track"),
    Action("clip.loop", "Set the loop to the clips", (), "", "Repeat what the selected clips cover", "clips.run:loop", "Track"),
    Action("track.previous", "Edit the track above", ("Ctrl+PgUp",), "", "Edit the track above", "tracks.step:-1", "Track",
           gap=True),
    Action("track.next", "Edit the track below", ("Ctrl+PgDown",), "", "Edit the track below", "tracks.step:1", "Track"),
)  # fmt: skip

_PLAY = (
    Action("play.toggle", "Play or pause", ("Space",), "play", "Play or pause", "transport.toggle", "Play"),
    Action("play.stop", "Stop", ("Return", "Enter", "Home"), "stop", "Stop, and go back to the start of the loop or song",
           "transport.stop", "Play"),
    Action("play.start", "Go to the start", ("Ctrl+Home",), "to-start", "Go to the start of the song", "transport.to_start", "Play"),
    Action("play.loop", "Loop", ("L",), "loop", "Repeat the region marked in the ruler", "transport.toggle_loop", "Play",
           checkable=True),
    Action("play.record", "Record", ("R",), "record", "Record what is played into the track that is edited", "recording.toggle",
           "Play", gap=True, checkable=True, on_color="recording"),
    Action("play.metronome", "Metronome", ("C",), "metronome", "Click on every beat; never exported",
           "recording.toggle_metronome", "Play", checkable=True),
    Action("play.count_in", "Count in before recording", (), "", "Click for a bar before recording begins",
           "recording.toggle_count_in", "Play", checkable=True),
    Action("play.replace", "Recording replaces", (), "", "Off: what is recorded is added to what is there (overdub)",
           "recording.toggle_replaces", "Play", checkable=True),
    Action("play.typing", "Typing keyboard plays notes", ("F7",), "piano", "Letters become a piano: Z to M and Q to P; - and = move it",
           "recording.toggle_typing", "Play", checkable=True),
    Action("play.compare", "Compare the sound...", (), "speaker", "Hear the loop on other instruments too, blind if you like",
           "comparing.open", "Play", gap=True),
    Action("play.follow", "Follow the playhead", ("F",), "follow", "Turn the page when the playhead leaves it",
           "transport.toggle_follow", "Play", gap=True, checkable=True),
    Action("play.center", "Keep the playhead in the middle", ("Shift+F",), "", "Following moves the song, not the playhead",
           "transport.toggle_centered", "Play", checkable=True),
    Action("play.audition", "Sound notes while editing", (), "", "Hear a note while you draw or drag it",
           "transport.toggle_audition", "Play", checkable=True),
)  # fmt: skip

_WRITE = (
    Action("write.write", "Write", ("Ctrl+Return", "Ctrl+Enter"), "wand", "Let the network write", "writing.write", "Write"),
    Action("write.stop", "Stop writing", ("Ctrl+.",), "", "Stop the network; what is written stays proposed", "writing.cancel",
           "Write"),
    Action("write.keep", "Keep the take", ("Ctrl+K",), "check", "Make the shown take part of the song", "writing.keep", "Write",
           gap=True),
    Action("write.drop", "Drop the take", ("Ctrl+Backspace",), "close", "Throw the shown take away", "writing.drop", "Write"),
    Action("write.drop_all", "Drop all takes", ("Ctrl+Shift+Backspace",), "", "Throw all takes away", "writing.drop_all",
           "Write"),
    Action("write.next", "Next take", ("N",), "", "Listen to the next take", "writing.step:1", "Write", gap=True),
    Action("write.previous", "Previous take", ("Shift+N",), "", "Listen to the take before", "writing.step:-1", "Write"),
    Action("write.other", "A/B: the clip's other take", ("B",), "", "Go back and forth between two takes of the clip",
           "clip_takes.other", "Write", gap=True),
    Action("write.match", "New pieces use tracks that play the same", (), "",
           "Off: a new piece always gets tracks of its own", "writing.toggle_match", "Write", checkable=True),
    Action("write.takes", "Go to the takes", ("T",), "", "Give the takes the keys 1 to 8, Enter and Backspace", "writing.focus",
           "Write"),
)  # fmt: skip

_VIEW = (
    Action("view.fit", "Show the whole song", ("Ctrl+0",), "fit", "Zoom so that the whole song is seen", "view.fit", "View"),
    Action("view.in", "Zoom in", ("Ctrl+=", "Ctrl++"), "zoom-in", "Zoom into the time", "view.zoom_in", "View"),
    Action("view.out", "Zoom out", ("Ctrl+-",), "zoom-out", "Zoom out of the time", "view.zoom_out", "View"),
    Action("view.wave", "Waveform", ("Ctrl+1",), "", "Show or hide the waveform", "view.toggle_wave", "View", gap=True,
           checkable=True),
    Action("view.spectrum", "Spectrogram", ("Ctrl+2",), "", "Show or hide the spectrogram", "view.toggle_spectrum", "View",
           checkable=True),
    Action("view.history", "History", ("Ctrl+H",), "list", "Show or hide the list of all steps", "view.toggle_history", "View",
           checkable=True),
    Action("view.controls", "Controllers and pedal", ("Ctrl+3",), "", "Show or hide the lane of pedal, pitch bend and the like",
           "view.toggle_controls", "View", checkable=True),
    *(
        Action(f"view.{lane.id}", text, (), "", f"Show or hide {text.lower()} above the tracks", f"lanes.toggle:{lane.id}", "View",
               gap=lane is LANES[0], checkable=True)
        for lane, text in zip(LANES, ("Sections and markers", "Tempo changes", "Time signatures", "Keys", "Chords"), strict=True)
    ),
    Action("view.attention", "What notes listened to", ("Ctrl+4",), "",
           "Ring the notes that a note of the arranger listened to, while it is pointed at or selected", "roll.toggle_attention",
           "View", gap=True, checkable=True),
    Action("view.full", "Full screen", ("F11",), "", "Fill the screen", "view.toggle_full", "View", gap=True, checkable=True),
)  # fmt: skip

_HELP = (
    Action("help.preferences", "Preferences...", ("Ctrl+,",), "", "Language, theme, sound, networks and shortcuts",
           "window.show_preferences", "Edit", gap=True),
    Action("help.keys", "Shortcuts", ("F1", "?"), "keyboard", "All shortcuts on one page", "window.show_shortcuts", "Help"),
    Action("help.about", "About Partita", (), "info", "Version, models, licences and credits", "window.show_about", "Help"),
)  # fmt: skip

ACTIONS: tuple[Action, ...] = (*_FILE, *_EDIT, *_roll_actions(), *_TRACK, *_PLAY, *_WRITE, *_VIEW, *_HELP)


def _bound(handler: str, targets: Mapping[str, object]) -> Callable[[], None]:
    path, _, argument = handler.partition(":")
    target, _, method = path.partition(".")
    call = getattr(targets[target], method)
    return (lambda: call(argument)) if argument else (lambda: call())


def tooltip(action: Action, keys: tuple[str, ...] | None = None) -> str:
    """What the pointer is told: the tip, and the first shortcut."""
    keys = action.keys if keys is None else keys
    key = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
    tip = t(action.tip or action.text)
    return f"{tip} ({key})" if key else tip


def make_actions(window: QWidget, roll: QWidget, targets: Mapping[str, object]) -> dict[str, QAction]:
    """A QAction for each row, alive in ``window`` (or in ``roll``), calling the handlers of ``targets``."""
    made = {}
    for row in ACTIONS:
        action = QAction(t(row.text), window)
        action.setObjectName(row.id)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        action.setToolTip(tooltip(row))
        action.setStatusTip(t(row.tip))
        action.setCheckable(row.checkable)
        if row.icon:
            action.setIcon(icon(row.icon, "muted", row.on_color if row.checkable else ""))
        action.setShortcutContext(
            Qt.ShortcutContext.WidgetWithChildrenShortcut if row.roll else Qt.ShortcutContext.WindowShortcut
        )
        call = _bound(row.handler, targets)
        action.triggered.connect(lambda _=False, c=call: c())
        (roll if row.roll else window).addAction(action)
        made[row.id] = action
    return made


def fill_menus(bar: QMenuBar, actions: Mapping[str, QAction], fill_recent: Callable[[QMenu], None]) -> None:
    """The menu bar from the table; ``fill_recent`` fills the menu of recent files each time it opens."""
    menus = {name: bar.addMenu(t(name)) for name in MENUS}
    for row in ACTIONS:
        if row.menu:
            if row.gap:
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(actions[row.id])
        if row.id == "file.open":
            recent = menus["File"].addMenu(t("Open recent"))
            recent.aboutToShow.connect(partial(fill_recent, recent))
