import json

import pytest

from studio.app import shelf
from studio.app.songs import export_midi
from studio.cli import main
from studio.engines.cards import Card
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes


@pytest.fixture
def songs(tmp_path):
    """A good song and something that is none."""
    notes = Notes.of([0, 960, 1920], 480, [60, 64, 67], id=[3, 4, 5])
    song = Document("Song", tracks=(Track(1, "Piano", clips=(Clip(2, 0, 3840, (Take(notes),)),)),), next_id=6)
    export_midi(song, tmp_path / "good.mid")
    (tmp_path / "bad.mid").write_text("a shopping list")
    return [str(tmp_path / "good.mid"), str(tmp_path / "bad.mid")]


def test_inspecting_gives_a_row_a_file_and_1_for_a_bad_one(songs, capsys):
    assert main(["inspect", *songs, "--json"]) == 1
    good, bad = json.loads(capsys.readouterr().out)
    assert (good["file"], good["ok"], good["notes"], good["tracks"]) == (songs[0], True, 3, 1)
    assert (bad["file"], bad["ok"]) == (songs[1], False)
    assert bad["error"]


def test_inspecting_good_files_is_exit_code_0(songs, capsys):
    assert main(["inspect", songs[0]]) == 0
    out, _ = capsys.readouterr()
    assert "good.mid" in out
    assert "4/4" in out


def test_a_person_is_told_of_the_bad_file(songs, capsys):
    assert main(["inspect", *songs]) == 1
    out, err = capsys.readouterr()
    assert "good.mid" in out
    assert "bad.mid" in err


class Cheap:
    """Costs two nats a note."""

    card = Card("cheap", "cheap", "Cheap")

    def costs(self, document, ctx, style=None):
        import numpy as np

        from studio.engines.lstm_writer_costs import Costs

        return Costs(np.full((document.note_count, 5), 0.4), 0.0, "plain")


def test_evaluating_gives_nats_a_note(songs, capsys, monkeypatch):
    monkeypatch.setattr(shelf.Shelf, "generator", lambda self, model="": Cheap())
    assert main(["evaluate", *songs, "--json"]) == 1
    good, bad = json.loads(capsys.readouterr().out)
    assert good["nll"] == pytest.approx(2.0)
    assert good["notes"] == 3
    assert "error" in bad
    assert main(["evaluate", songs[0]]) == 0
    assert "2.000" in capsys.readouterr().out
