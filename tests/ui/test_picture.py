from studio.app.songs import export_midi
from studio.music.document import Clip, Document, Take, Track
from studio.music.notes import Notes
from studio.ui.picture import SIZE, draw_window


def test_the_window_is_drawn_with_the_song(qapp, tmp_path):
    from PySide6.QtGui import QImage

    notes = Notes.of(range(0, 480 * 40, 480), 400, 60, id=range(3, 43))
    song = Document("Song", tracks=(Track(1, "Piano", clips=(Clip(2, 0, 480 * 40, (Take(notes),)),)),), next_id=100)
    export_midi(song, tmp_path / "song.mid")
    draw_window(tmp_path / "song.mid", tmp_path / "song.png", seconds=1)
    picture = QImage(str(tmp_path / "song.png"))
    assert (picture.width(), picture.height()) == SIZE
    assert len({picture.pixel(x, y) for x in range(0, SIZE[0], 7) for y in range(0, SIZE[1], 7)}) > 20
