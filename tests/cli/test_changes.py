import pytest

from studio.app.songs import export_midi, read_song
from studio.cli import changing, main
from studio.music import edits
from studio.music.document import Document, Track
from studio.music.notes import Notes
from tests.arrangers import ArrangerShelf
from tests.writers import BEAT, song

BAR = 4 * BEAT


@pytest.fixture
def tune(tmp_path, monkeypatch):
    monkeypatch.setattr(changing, "Shelf", lambda device, tell: ArrangerShelf())
    export_midi(song(8), tmp_path / "song.mid")
    return tmp_path


def go(tune, *words):
    return main([words[0], str(tune / "song.mid"), *words[1:], "--out", str(tune / "out.mid")])


@pytest.mark.parametrize(
    "words",
    [
        ("fill", "--tracks", "Melody", "--bars", "3-4", "--key", "C major"),
        ("accompany", "--with", "bass, Chords", "--bars", "1-2"),
        ("harmonise", "--bars", "1-2"),
        ("vary", "--tracks", "1", "--bars", "1-2", "--amount", "0.3"),
        ("blend", "--track", "melody", "--bars", "1-2", "--into", "5-6", "--steps", "1"),
        ("blend", "--track", "melody", "--bars", "1-2", "--into", "Melody:5-6", "--steps", "3", "--laid-out"),
        ("groove", "--track", "Kit"),
        ("drums", "--for", "Melody", "--bars", "1-4"),
    ],
)
def test_each_command_writes_a_song(tune, words, capsys):
    assert go(tune, *words) == 0
    assert "notes written for" in capsys.readouterr().out
    assert read_song(tune / "out.mid").document.note_count


def test_the_same_seed_writes_the_same_bytes(tune):
    contents = []
    for _ in range(2):
        assert go(tune, "fill", "--tracks", "Melody", "--bars", "3-4", "--seed", "5") == 0
        contents.append((tune / "out.mid").read_bytes())
    assert contents[0] == contents[1]
    assert go(tune, "fill", "--tracks", "Melody", "--bars", "3-4", "--seed", "6") == 0
    assert (tune / "out.mid").read_bytes() != contents[0]


def test_takes_are_files_and_rows(tune, capsys):
    import json

    assert go(tune, "fill", "--tracks", "1", "--bars", "2", "--takes", "2", "--seed", "1", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["seed"] == 1 and [row["parts"] for row in told["takes"]] == [["Melody"]] * 2
    assert (tune / "out.1.mid").exists() and (tune / "out.2.mid").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fill", "--tracks", "Tuba"), "Tuba"),
        (("fill", "--tracks", "1", "--bars", "4-2"), "4-2"),
        (("fill", "--tracks", "1", "--bars", "zero"), "zero"),
        (("accompany", "--with", "Kazoo"), "Kazoo"),
        (("groove", "--track", "Melody"), "drum"),
    ],
)
def test_what_cannot_be_done_is_said(tune, words, said, capsys):
    assert go(tune, *words) == 1
    assert said in capsys.readouterr().err


def test_humanize_plays_the_tracks_and_tells_who_got_vibrato(tmp_path, capsys):
    import json

    document = edits.add_track(edits.add_track(Document(), Track(0, name="Solo", program=40)), Track(0, name="Keys"))
    for track in document.tracks:
        document = edits.add_notes(document, track.id, Notes.of([0, 3840], 3840, 69))
    export_midi(document, tmp_path / "song.mid")
    words = ["humanize", str(tmp_path / "song.mid"), "--out", str(tmp_path / "out.mid"), "--seed", "5"]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["notes"], told["vibrato"]) == (4, ["Solo"])
    first = (tmp_path / "out.mid").read_bytes()
    controls = read_song(tmp_path / "out.mid").document.tracks[0].controls
    assert controls.numbered(1).value.max() > 5
    assert main(words) == 0
    assert "vibrato for Solo" in capsys.readouterr().out
    assert (tmp_path / "out.mid").read_bytes() == first
    assert main([*words, "--tracks", "Keys"]) == 0
    assert "2 notes played; vibrato for nobody" in capsys.readouterr().out
    assert main([*words, "--tracks", "Nobody"]) == 1
