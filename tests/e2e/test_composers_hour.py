"""A composer's hour in one go, with real events from outside the program.

Import, generate, edit with every tool, record from the typing keyboard, undo to the start and redo to the end, mix, save,
kill, recover, export: after each step the song and the files are as they should be.
"""

import shutil
from collections.abc import Iterator
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
from tests.sound_card import SoundCard

BAR = 3840


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


def test_a_composers_hour(composer: Composer, tmp_path: Path):
    export_midi(tune(), tmp_path / "tune.mid")
    composer.start()
    import_and_generate(composer, tmp_path)
    edit_with_every_tool(composer)
    record(composer)
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
    composer.wait(lambda seen: seen["ready"], 60, "the network")
    before = composer.see()["digest"]
    composer.press("ctrl+Return")
    seen = composer.wait(lambda seen: seen["proposal"] and not seen["proposal"][0], 60, "the written take")
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


def edit_with_every_tool(composer: Composer) -> None:
    """Pencil, pointer, knife, eraser, then the keys."""
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
    composer.press("4")
    composer.wait(lambda seen: seen["tool"] == "knife")
    composer.click(composer.spot(start + length // 2, low + 3))
    composer.wait(lambda seen: len(seen["notes"]) == count + 2, what="the cut note")
    composer.press("3")
    composer.wait(lambda seen: seen["tool"] == "eraser")
    composer.click(composer.spot(start + length // 4, low + 3))
    composer.wait(lambda seen: len(seen["notes"]) == count + 1, what="the erased half")
    composer.press("1")
    composer.wait(lambda seen: seen["tool"] == "pointer")
    composer.click(composer.spot(start + length * 3 // 4, low + 3))
    composer.press("Up", "Up", "ctrl+d")
    seen = composer.wait(lambda seen: len(seen["notes"]) == count + 2, what="the doubled note")
    assert len([n for n in seen["notes"] if n[2] == low + 5]) == 2


def record(composer: Composer) -> None:
    """Three keys of the typing keyboard, played while the song runs."""
    before = composer.see()
    composer.press("Home", "r")
    composer.wait(lambda seen: seen["recording"] and seen["playing"], what="recording")
    composer.press("F7")
    composer.do("sleep", 2.2)  # the count-in of a bar
    composer.hold("zxc", 0.25)
    composer.press("F7", "r")
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
    composer.wait(lambda seen: "Exported out.wav." in seen["notices"], 60, "the WAV file")
    composer.press("ctrl+s")
    composer.wait(lambda seen: seen["title"] == "piece - Partita", what="the saved song")
    song = read_song(folder / "piece.studio").document
    assert notes_of(read_song(folder / "out.mid").document) == notes_of(song)
    sound, rate = soundfile.read(folder / "out.wav")
    assert len(sound) >= song.seconds() * rate and 0.01 < np.abs(sound).max() < 1.0
