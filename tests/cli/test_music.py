import json

import numpy as np
import pytest
import soundfile

from studio.app.songs import read_song
from studio.cli import main
from studio.cli import music as cli_music
from studio.engines.api import Limits, Wishes
from studio.music.document import Document
from studio.music.pitch import Key
from tests.fakes import FakeShelf


@pytest.fixture
def studio(tmp_path, monkeypatch, capsys):
    """Runs a command in a folder of its own with small engines; returns exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli_music, "Shelf", FakeShelf)

    def run(*words):
        code = main(list(words))
        return code, *capsys.readouterr()

    return run


def test_composing_writes_midi_and_sound(studio, tmp_path):
    words = "compose --out a.mid --wav a.wav --bars 2 --seed 7 --style fancy --json"
    code, out, _ = studio(*words.split())
    assert code == 0
    row = json.loads(out)["takes"][0]
    assert (row["midi"], row["wav"], row["bars"], row["notes"], row["style"], row["seed"]) == ("a.mid", "a.wav", 2, 2, "Fancy", 7)
    assert read_song(tmp_path / "a.mid").document.note_count == 2
    sound, rate = soundfile.read(tmp_path / "a.wav")
    assert rate == 48_000
    assert len(sound) / rate >= 3.0
    assert np.abs(sound).max() > 0.01


def test_the_same_seed_writes_the_same_bytes(studio, tmp_path):
    for name in ("a", "b"):
        assert studio("compose", "--out", f"{name}.mid", "--wav", f"{name}.wav", "--bars", "2", "--seed", "7")[0] == 0
    assert (tmp_path / "a.mid").read_bytes() != b""
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert studio("compose", "--out", "c.mid", "--bars", "2", "--seed", "8")[0] == 0
    assert (tmp_path / "a.mid").read_bytes() != (tmp_path / "c.mid").read_bytes()


def test_the_same_seed_and_name_write_the_same_midi(studio, tmp_path):
    written = []
    for _ in range(2):
        assert studio("compose", "--out", "a.mid", "--bars", "2", "--seed", "7")[0] == 0
        written.append((tmp_path / "a.mid").read_bytes())
    assert written[0] == written[1]


def test_a_take_is_written_again_from_its_note(studio, tmp_path):
    words = ["compose", "--bars", "2", "--takes", "2", "--tempo", "93", "--key", "D minor", "--json", "--out"]
    told = json.loads(studio(*words, "a.mid")[1])
    wanted = (tmp_path / "a.2.mid").read_bytes()
    (tmp_path / "note.json").write_text(json.dumps(told["takes"][1]["provenance"]), "utf-8")
    looked = json.loads(studio("inspect", "a.2.mid", "--json")[1])[0]["written"]
    assert looked == [told["takes"][1]["provenance"]]
    for k, note in enumerate(("a.2.mid", "note.json", json.dumps(looked))):
        code, out, err = studio("compose", "--from-provenance", note, "--out", f"{k}.mid")
        assert (code, "the same as then" in out) == (0, True), err
        assert (tmp_path / f"{k}.mid").read_bytes() == wanted
    (tmp_path / "both.json").write_text(json.dumps(told), "utf-8")
    assert studio("compose", "--from-provenance", "both.json", "--take", "2", "--out", "c.mid")[0] == 0
    assert (tmp_path / "c.mid").read_bytes() == wanted
    assert studio("compose", "--from-provenance", "both.json", "--take", "3", "--out", "c.mid")[0] == 1


def test_a_changed_model_says_so_in_a_sentence(studio, tmp_path):
    note = json.loads(studio("compose", "--out", "a.mid", "--bars", "1", "--json")[1])["takes"][0]["provenance"]
    note = json.dumps({**note, "weights_sha256": "ef" * 32})
    code, out, err = studio("compose", "--from-provenance", note, "--out", "b.mid")
    assert (code, out) == (1, "") and "other weights" in err and err.count("\n") == 1
    assert not (tmp_path / "b.mid").exists()
    code, out, err = studio("compose", "--from-provenance", note, "--out", "b.mid", "--even-if-changed")
    assert code == 0 and "other weights" in err and (tmp_path / "b.mid").exists() and "same" not in out


def test_going_on_is_written_again_with_the_song(studio, tmp_path):
    assert studio("compose", "--out", "a.mid", "--bars", "2", "--seed", "1")[0] == 0
    assert studio("compose", "--continue", "a.mid", "--out", "b.mid", "--bars", "3", "--seed", "2")[0] == 0
    code, _, err = studio("compose", "--from-provenance", "b.mid", "--out", "c.mid")
    assert code == 1 and "needed too" in err
    code, _, err = studio("compose", "--from-provenance", "b.mid", "--continue", "a.mid", "--out", "c.mid")
    assert code == 0 and (tmp_path / "b.mid").read_bytes() == (tmp_path / "c.mid").read_bytes(), err


def test_several_takes_are_several_files(studio, tmp_path):
    code, out, _ = studio("compose", "--out", "a.mid", "--bars", "4", "--takes", "3", "--seed", "1", "--json")
    assert code == 0
    assert [row["midi"] for row in json.loads(out)["takes"]] == ["a.1.mid", "a.2.mid", "a.3.mid"]
    assert len({(tmp_path / f"a.{k}.mid").read_bytes() for k in (1, 2, 3)}) == 3


def test_going_on_keeps_the_song_and_its_tempo(studio, tmp_path):
    assert studio("compose", "--out", "a.mid", "--bars", "2", "--tempo", "90", "--seed", "1")[0] == 0
    code, _, err = studio("compose", "--continue", "a.mid", "--out", "b.mid", "--bars", "3", "--key", "D minor", "--seed", "2")
    assert code == 0, err
    song = read_song(tmp_path / "b.mid").document
    assert song.note_count == 5
    assert song.tempo.at(0).bpm == pytest.approx(90, abs=0.01)
    assert all(Key.parse("D minor").contains(int(p)) for t in song.tracks for p in t.notes.pitch[2:])


def test_a_drawn_seed_is_told(studio):
    code, out, err = studio("compose", "--out", "a.mid", "--bars", "1")
    assert code == 0
    assert "--seed" in err
    assert "a.mid: 1 notes in 1 bars" in out


def test_an_unknown_style_is_told_with_the_known_ones(studio):
    code, _, err = studio("compose", "--out", "a.mid", "--style", "polka")
    assert code == 1
    assert "no style 'polka'" in err
    assert "plain, Fancy" in err


def test_rendering_with_stems(studio, tmp_path):
    studio("compose", "--out", "a.mid", "--bars", "1", "--seed", "3")
    code, out, err = studio("render", "a.mid", "a.flac", "--rate", "44100", "--stems", "stems", "--dry", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert soundfile.info(tmp_path / "a.flac").samplerate == 44_100
    assert len(told["stems"]) == 1
    assert len(list((tmp_path / "stems").iterdir())) == 1


def test_a_song_without_notes_is_refused(studio, tmp_path):
    from studio.codecs.project import save_project
    from studio.music.document import Document

    save_project(Document(), tmp_path / "empty.studio")
    code, _, err = studio("render", "empty.studio", "a.wav")
    assert code == 1
    assert "no notes" in err


@pytest.mark.parametrize(
    ("out", "wav", "told"), [("no/a.mid", "a.wav", "no folder"), ("a.mid", "a.mp3", "a.mp3"), ("a", "a.wav", "'a'")]
)
def test_impossible_files_are_told_before_the_work(studio, out, wav, told, monkeypatch):
    monkeypatch.setattr(cli_music, "compose", lambda *_: pytest.fail("it worked for nothing"))
    code, _, err = studio("compose", "--out", out, "--wav", wav)
    assert code == 1
    assert told in err


def test_wishes_and_limits_are_passed_on(studio, monkeypatch):
    asked = []
    steered = cli_music.steered
    monkeypatch.setattr(cli_music, "compose_files", lambda order, *rest: asked.append(steered(order, rest[-1], Document())))
    words = "compose --out a.mid --density 0.2 --register 0.8 --energy 0.1 --brightness 0.9 --repetition 0.5"
    limits = "--chords C,Am --chord-notes all --lowest 48 --highest 84 --polyphony 2 --leap 7 --grid 16"
    assert studio(*words.split(), *limits.split())[0] == 0
    assert asked[0].wishes == Wishes(0.2, 0.8, 0.1, 0.9, 0.5)
    assert asked[0].limits == Limits(48, 84, 2, 7, 240, "all")
    assert asked[0].chords == "C,Am"
    assert studio("compose", "--out", "a.mid")[0] == 0
    assert asked[1].wishes == Wishes() and asked[1].limits == Limits()  # without chords there is nothing to keep to
    assert studio("compose", "--out", "a.mid", "--chords", "C", "--chord-notes", "guide")[0] == 0
    assert asked[2].limits == Limits()
    assert studio("compose", "--out", "a.mid", "--energy", "1.5")[0] == 2


def test_chords_that_are_none_are_refused_with_a_sentence(studio):
    code, _, said = studio("compose", "--out", "a.mid", "--bars", "1", "--chords", "C Hm")
    assert code != 0 and "chords cannot be read" in said
