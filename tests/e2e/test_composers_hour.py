"""A composer's hour in one go, with real events from outside the program.

Import, generate, edit with every tool (notes, velocities, clips, lanes), record from the typing keyboard and, where a JACK
server can be had, from a MIDI keyboard, undo to the start and redo to the end, mix, save, kill, recover, export: after each
step the song and the files are as they should be.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from studio.app.songs import export_midi, read_song
from studio.music import edits
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from tests.conftest import Screen
from tests.e2e.hands import Composer
from tests.e2e.probed import digest
from tests.jack import MidiKeyboard, jack
from tests.sound_card import SoundCard

BAR = 3840
__all__ = ["jack"]


@pytest.fixture
def composer(screen: Screen, sound_card: SoundCard, tmp_path: Path) -> Iterator[Composer]:
    if not shutil.which("xdotool"):
        pytest.skip("needs xdotool (Debian: xdotool)")
    (tmp_path / "home").mkdir()
    made = Composer(tmp_path / "home", screen.environment)
    yield made
    made.close()


def tune() -> Document:
    """Two bars for a piano."""
    notes = Notes.of(np.arange(8) * 960, 900, [60, 64, 67, 72, 71, 67, 64, 62], 80)
    return edits.add_track(Document("Tune"), Track(0, "Piano", clips=(Clip(0, 0, 2 * BAR, (Take(notes),)),)))


def notes_of(document: Document) -> list[list[tuple[int, ...]]]:
    return [
        list(zip(*(getattr(t.notes, k).tolist() for k in ("start", "pitch")), strict=True))
        for t in document.tracks
        if len(t.notes)
    ]


def test_a_composers_hour(composer: Composer, tmp_path: Path, request: pytest.FixtureRequest):
    export_midi(tune(), tmp_path / "tune.mid")
    composer.start()
    import_and_generate(composer, tmp_path)
    shape_all_notes(composer, edit_with_every_tool(composer))
    record(composer)
    if shutil.which("jackd"):
        request.getfixturevalue("jack")
        record_from_a_keyboard(composer)
    arrange(composer)
    import_a_recording(composer, tmp_path / "voice.wav")
    undo_all_and_redo_all(composer)
    mix(composer)
    saved = save_and_go_on(composer, tmp_path / "piece.studio")
    composer.kill()
    assert digest(read_song(tmp_path / "piece.studio").document) == saved
    recover(composer, saved)
    export(composer, tmp_path)
    composer.press("ctrl+s")
    composer.wait(lambda seen: seen["title"] == "piece - Partita", what="the saved song")
    composer.press("ctrl+q")
    assert composer.ended() == 0
    assert not list((tmp_path / "home" / "state" / "songs").glob("*/*.journal"))


def import_and_generate(composer: Composer, folder: Path) -> None:
    composer.press("ctrl+n")
    composer.wait(lambda seen: seen["songs"] == 2, what="an empty song")
    composer.press("ctrl+i")
    composer.answer("Import MIDI", folder / "tune.mid")
    seen = composer.wait(lambda seen: len(seen["notes"]) == 8, what="the imported notes")
    assert [n[2] for n in seen["notes"]] == [60, 64, 67, 72, 71, 67, 64, 62] and seen["steps"][-1] == "Import tune.mid"
    composer.click("4 bars")
    composer.click("Takes: 1")
    composer.wait(lambda seen: seen["ready"], what="the network")
    before = composer.see()["digest"]
    composer.press("ctrl+Return")
    seen = composer.wait(lambda seen: seen["proposal"] and not seen["proposal"][0], what="the written take")
    assert seen["proposal"][1] == 1 and seen["proposal"][2] > 0 and seen["digest"] == before
    composer.press("ctrl+k")
    seen = composer.wait(lambda seen: seen["steps"][-1] == "Keep take", what="the kept take")
    assert seen["digest"] != before and seen["proposal"] is None
    composer.press("Return")  # stop, and back to the start
    composer.wait(lambda seen: not seen["playing"], what="the end of playing")


def free_pitch(seen: dict) -> int:
    """A pitch that can be seen and is free in the first bars, as those three and five semitones above it are."""
    scale, left, key, top = seen["view"]
    middle = 127 - round((top + seen["places"]["roll"][3] / 2) / key)
    taken = {n[2] for n in seen["notes"] if n[0] < 2 * BAR}
    rows = sorted(range(20, 110), key=lambda pitch: abs(pitch + 3 - middle))
    return next(pitch for pitch in rows if not taken & {pitch, pitch + 3, pitch + 5})


def edit_with_every_tool(composer: Composer) -> int:
    """Pencil, pointer, knife, eraser, then the keys; the pitch of the notes that were drawn."""
    composer.press("ctrl+0")
    composer.click("Name of track Piano")
    composer.press("Escape")
    seen = composer.wait(lambda seen: len(seen["notes"]) >= 8, what="the piano's notes")
    count, low = len(seen["notes"]), free_pitch(seen)
    composer.press("2")
    composer.wait(lambda seen: seen["tool"] == "pencil")
    x, y = composer.spot(2 * 960, low)
    composer.drag((x + 2, y), composer.spot(4 * 960 - 100, low))
    seen = composer.wait(lambda seen: len(seen["notes"]) == count + 1, what="the drawn note")
    start, length = next(n[:2] for n in seen["notes"] if n[2] == low)
    composer.press("1")
    composer.wait(lambda seen: seen["tool"] == "pointer")
    composer.drag(composer.spot(start + length // 2, low), composer.spot(start + length // 2, low + 3))
    composer.wait(lambda seen: [start, low + 3] in [[n[0], n[2]] for n in seen["notes"]], what="the moved note")
    cut_and_glue(composer, start, length, low + 3, count)
    composer.click(composer.spot(start + length * 3 // 4, low + 3))
    composer.press("Up", "Up", "ctrl+d")
    seen = composer.wait(lambda seen: len(seen["notes"]) == count + 2, what="the doubled note")
    assert len([n for n in seen["notes"] if n[2] == low + 5 and n[0] < 2 * BAR]) == 2
    return low + 5


def cut_and_glue(composer: Composer, start: int, length: int, pitch: int, count: int) -> None:
    """Knife, glue, knife, eraser: the second half of the note is left."""
    whole = [start, length]
    for after in ("glue", "erase"):
        composer.press("4")
        composer.wait(lambda seen: seen["tool"] == "knife")
        composer.click(composer.spot(start + length // 2, pitch))
        composer.wait(lambda seen: len(seen["notes"]) == count + 2, what="the cut note")
        if after == "glue":
            composer.press("1")
            composer.wait(lambda seen: seen["tool"] == "pointer")
            composer.click(composer.spot(start + length // 4, pitch))
            composer.click(composer.spot(start + length * 3 // 4, pitch), keys="ctrl")
            composer.press("ctrl+j")
            composer.wait(lambda seen: whole in [n[:2] for n in seen["notes"] if n[2] == pitch], what="the glued note")
    composer.press("3")
    composer.wait(lambda seen: seen["tool"] == "eraser")
    composer.click(composer.spot(start + length // 4, pitch))
    composer.wait(lambda seen: len(seen["notes"]) == count + 1, what="the erased half")
    composer.press("1")
    composer.wait(lambda seen: seen["tool"] == "pointer")


def shape_all_notes(composer: Composer, pitch: int) -> None:
    """Legato, reverse, off the grid and back by quantizing, and a ramp of velocities."""
    composer.press("ctrl+a")
    for keys, step in (("shift+l", "Legato"), ("shift+r", "Reverse")):
        before = composer.see()["digest"]
        composer.press(keys)
        composer.wait(lambda seen, b=before, s=step: seen["digest"] != b and seen["steps"][-1].startswith(s), what=step)
    start, length = next(n[:2] for n in composer.see()["notes"] if n[2] == pitch)
    x, y = composer.spot(start + length // 2, pitch)
    composer.press("Escape")
    composer.click((x, y))
    composer.drag((x, y), (x + 17, y), keys="alt")
    seen = composer.wait(lambda seen: seen["steps"][-1].startswith("Move note"), what="the note beside the grid")
    beside = sum(n[0] % 120 > 0 for n in seen["notes"])
    assert beside
    composer.press("q")
    seen = composer.wait(lambda seen: seen["steps"][-1].startswith("Quantize"), what="the quantized note")
    assert sum(n[0] % 120 > 0 for n in seen["notes"]) == beside - 1
    composer.press("ctrl+a")
    x, y, width, height = composer.see()["places"]["Velocity"]
    composer.drag((x + 66, y + height - 10), (x + width - 4, y + 12), keys="shift")
    seen = composer.wait(lambda seen: seen["steps"][-1] == "Draw velocities", what="the ramp")
    velocities = [n[3] for n in sorted(seen["notes"])]
    assert velocities == sorted(velocities) and velocities[0] < velocities[-1]


def arrange(composer: Composer) -> None:
    """Clips: drawn, moved, copied, looped, cut, deleted, made shorter and longer, doubled; a chord, a tempo and a section."""
    composer.press("Escape", "ctrl+0", "ctrl+minus", "ctrl+minus", "ctrl+minus")
    seen = composer.wait(
        lambda seen: 11 * BAR * seen["view"][0] < seen["places"]["Arrangement"][2] - 80, what="a view of 11 bars"
    )
    row = next(i for i, track in enumerate(seen["tracks"]) if track[0] == "Piano")
    name, mine = f"row {row}", [c[1:3] for c in seen["clips"] if c[0] == row]
    end = max(start + length for start, length in mine)

    def clips(seen: dict) -> list[list[int]]:
        return [c[1:3] for c in seen["clips"] if c[0] == row]

    def done(step: str, *wanted: list[int]) -> None:
        composer.wait(lambda seen: seen["steps"][-1] == step and clips(seen) == sorted([*mine, *wanted]), what=step)

    def drag(tick: float, to: float, share: float = 0.7, keys: str = "", nudge: int = 0) -> None:
        (x, y), (x1, _) = composer.across(name, tick, share), composer.across(name, to, share)
        composer.drag((x + nudge, y), (x1 + nudge, y), keys)

    def tool(key: str, wanted: str) -> None:
        composer.press(key)
        composer.wait(lambda seen: seen["tool"] == wanted)

    tool("2", "pencil")
    drag(end + BAR + 100, end + 3 * BAR)
    done("Draw clip", [end + BAR, 2 * BAR])
    tool("1", "pointer")
    drag(end + 2 * BAR, end + BAR)
    done("Move clips", [end, 2 * BAR])
    drag(end + BAR, end + 3 * BAR, keys="ctrl")
    done("Copy clips", [end, 2 * BAR], [end + 2 * BAR, 2 * BAR])
    drag(end + 4 * BAR, end + 5 * BAR, share=0.2, nudge=-4)
    done("Loop clips", [end, 2 * BAR], [end + 2 * BAR, 2 * BAR], [end + 4 * BAR, BAR])
    tool("4", "knife")
    composer.click(composer.across(name, end + BAR))
    done("Split clip", [end, BAR], [end + BAR, BAR], [end + 2 * BAR, 2 * BAR], [end + 4 * BAR, BAR])
    tool("3", "eraser")
    composer.click(composer.across(name, end + BAR * 1.5))
    done("Delete clips", [end, BAR], [end + 2 * BAR, 2 * BAR], [end + 4 * BAR, BAR])
    tool("1", "pointer")
    trim(composer, row, end)
    composer.click(composer.across(name, end + BAR // 2))
    composer.press("ctrl+d")
    done("Duplicate clips", [end, BAR], [end + BAR, BAR], [end + 2 * BAR, 2 * BAR], [end + 4 * BAR, BAR])
    write_in_lanes(composer)


def trim(composer: Composer, row: int, end: int) -> None:
    """The clip that ends there, shorter and longer again: its notes are hidden, and come back."""
    (index, start, length, notes), *_ = whole = [c for c in composer.see()["clips"] if c[0] == row and c[1] + c[2] == end]
    name = f"row {row}"
    x, y = composer.across(name, end, 0.8)
    x1, _ = composer.across(name, end - BAR)
    composer.drag((x - 4, y), (x1 - 4, y))
    seen = composer.wait(lambda seen: seen["steps"][-1] == "Resize clips", what="the shorter clip")
    hidden = [c for c in seen["clips"] if c[:3] == [index, start, length - BAR]]
    assert hidden and hidden[0][3] < notes
    composer.drag((x1 - 4, y), (x - 4, y))
    composer.wait(lambda seen: whole[0] in seen["clips"], what="the clip as long as it was")


def write_in_lanes(composer: Composer) -> None:
    """A chord, a change of tempo, a section."""
    composer.click("menu View")
    composer.wait(lambda seen: "menu Tempo changes" in seen["places"], what="the menu")
    composer.click("menu Tempo changes")
    composer.wait(lambda seen: "lane tempo" in seen["places"], what="the lane of tempo")
    composer.click(composer.across("lane tempo", 2 * BAR), times=2)
    composer.wait(lambda seen: seen["focus"] == "InlineField", what="a line to type into")
    composer.write("96")
    composer.wait(lambda seen: [2 * BAR, 96.0] in seen["tempi"], what="the change of tempo")
    x, y, _, height = composer.see()["places"]["Chords"]
    at = composer.across("row 0", BAR + 100)[0]
    composer.click((at, y + height // 2), times=2)
    composer.wait(lambda seen: seen["focus"] == "InlineField", what="a line to type into")
    composer.write("Am7")
    composer.wait(lambda seen: "Am7" in [c[2] for c in seen["chords"]], what="the chord")
    (x, y), (x1, _) = composer.across("lane sections", 0), composer.across("lane sections", 2 * BAR)
    composer.drag((x + 4, y), (x1, y))
    composer.wait(lambda seen: [0, 2 * BAR] in [s[:2] for s in seen["sections"]], what="the section")
    composer.press("Escape")


def import_a_recording(composer: Composer, path: Path) -> None:
    """A sound file becomes a track that plays it."""
    soundfile.write(path, 0.3 * np.sin(np.arange(4 * 16_000) / 9), 16_000)
    composer.click("menu File")
    composer.wait(lambda seen: "menu Import a sound file as a track..." in seen["places"], what="the menu")
    composer.click("menu Import a sound file as a track...")
    composer.answer("Import a sound file", path)
    seen = composer.wait(lambda seen: seen["steps"][-1] == "Import voice.wav", what="the recording")
    assert seen["tracks"][-1][0] == "voice"
    assert any(c[0] == len(seen["tracks"]) - 1 and c[2] > 3 * 1920 for c in seen["clips"])


def record(composer: Composer) -> None:
    """Three keys of the typing keyboard, played while the song runs."""
    with recording(composer):
        composer.press("F7")
        composer.hold("zxc", 0.25)
        composer.press("F7")


def record_from_a_keyboard(composer: Composer) -> None:
    """Five keys and the pedal of a MIDI keyboard that is plugged in meanwhile.

    A JACK server without real-time rights loses or repeats what it cannot pass on in time, so that not all need arrive.
    """
    keyboard, keys = MidiKeyboard(), {29, 31, 33, 35, 36}
    composer.wait(lambda seen: any("keyboard" in n for n in seen["notices"]), what="the keyboard")
    with recording(composer):
        keyboard.send(0xB0, 64, 127)
        for pitch in sorted(keys):
            keyboard.send(0x90, pitch, 96)
            composer.do("sleep", 0.05)
            keyboard.send(0x80, pitch, 0)
            composer.do("sleep", 0.05)
        keyboard.send(0xB0, 64, 0)
    composer.wait(lambda seen: len(keys & {n[2] for n in seen["notes"] if n[3] == 96}) >= 3, what="what was played")
    keyboard.unplug()


@contextmanager
def recording(composer: Composer) -> Iterator[None]:
    """Record from the start on, after the count-in; a step is made of it."""
    before = composer.see()
    composer.press("Home", "r")
    composer.wait(lambda seen: seen["recording"] and seen["playing"] and seen["playhead"] > 0, what="recording")
    yield
    composer.press("r")
    composer.wait(lambda seen: not seen["recording"], what="the end of recording")
    seen = composer.wait(lambda seen: len(seen["steps"]) > len(before["steps"]), what="the recorded step")
    assert seen["digest"] != before["digest"]
    composer.press("Return")
    composer.wait(lambda seen: not seen["playing"], what="silence")


def undo_all_and_redo_all(composer: Composer) -> None:
    seen = composer.see()
    last, end = seen["position"], seen["digest"]
    composer.press(*["ctrl+z"] * (last + 2))
    seen = composer.wait(lambda seen: seen["position"] == 0, what="the start")
    assert seen["digest"] == digest(Document()) and len(seen["steps"]) == last + 1
    composer.press(*["ctrl+shift+z"] * (last + 2))
    seen = composer.wait(lambda seen: seen["position"] == last, what="the end")
    assert seen["digest"] == end


def mix(composer: Composer) -> None:
    composer.click("Mute Piano")
    composer.wait(lambda seen: ["Piano", True] in [[t[0], t[2]] for t in seen["tracks"]], what="the muted track")
    composer.click("Mute Piano")
    composer.wait(lambda seen: ["Piano", False] in [[t[0], t[2]] for t in seen["tracks"]], what="the heard track")
    x, y = composer.place("Volume of Piano")
    composer.drag((x + 12, y), (x + 6, y))
    composer.wait(lambda seen: seen["steps"][-1] == "Volume" and -20 < seen["tracks"][0][1] < -0.2, what="the softer track")


def save_and_go_on(composer: Composer, path: Path) -> str:
    """Save, then one edit more; the digest of the saved song."""
    composer.press("ctrl+s")
    composer.answer("Save the song", path)
    seen = composer.wait(lambda seen: seen["title"] == "piece - Partita", what="the saved song")
    composer.press("ctrl+t")
    composer.wait(lambda now: now["steps"][-1] == "Add track" and now["title"] == "piece* - Partita", what="one edit more")
    composer.do("sleep", 0.3)
    return str(seen["digest"])


def recover(composer: Composer, saved: str) -> None:
    """Everything is there again, with its undo list."""
    before = composer.see()
    composer.start()
    composer.click("Open them")
    seen = composer.wait(lambda seen: seen["steps"][-1] == "Add track", what="the song of last time")
    assert (seen["digest"], seen["steps"], seen["title"]) == (before["digest"], before["steps"], "piece* - Partita")
    composer.press("ctrl+z")
    composer.wait(lambda seen: seen["digest"] == saved and seen["title"] == "piece - Partita", what="the saved state")
    composer.press("ctrl+y")
    composer.wait(lambda seen: seen["digest"] == before["digest"], what="the edit after it")


def export(composer: Composer, folder: Path) -> None:
    composer.press("ctrl+e")
    composer.answer("Export MIDI", folder / "out.mid")
    composer.wait(lambda seen: "Exported out.mid." in seen["notices"], what="the MIDI file")
    composer.press("ctrl+shift+e")
    composer.answer("Export WAV", folder / "out.wav")
    composer.wait(lambda seen: "Exported out.wav." in seen["notices"], what="the WAV file")
    composer.press("ctrl+s")
    composer.wait(lambda seen: seen["title"] == "piece - Partita", what="the saved song")
    song = read_song(folder / "piece.studio").document
    assert notes_of(read_song(folder / "out.mid").document) == notes_of(song)
    sound, rate = soundfile.read(folder / "out.wav")
    assert len(sound) >= song.seconds() * rate and 0.01 < np.abs(sound).max() < 1.0
