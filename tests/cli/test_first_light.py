import soundfile

from studio.cli import has_display, main, music
from tests.fakes import FakeShelf


def test_without_a_display_the_job_is_done_without_one(tmp_path, monkeypatch, capsys, qapp):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(music, "Shelf", FakeShelf)
    drawn = []
    monkeypatch.setattr("studio.ui.picture.draw_window", lambda song, picture: drawn.append((song.name, picture.name)))
    assert not has_display()
    assert main([]) == 0
    out, err = capsys.readouterr()
    assert "no display" in err
    assert (tmp_path / "first-light.mid").is_file()
    assert soundfile.info(tmp_path / "first-light.wav").duration > 16 * 2 - 2
    assert drawn == [("first-light.mid", "first-light.png")]
    assert "first-light.png" in out


def test_a_song_cannot_be_opened_without_a_display(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert main(["song.mid"]) == 1
    assert "no display here to open song.mid" in capsys.readouterr().err
