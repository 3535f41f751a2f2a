"""A picture of the window with a song in it, for machines without a display and for the README."""

import time
from pathlib import Path

from PySide6.QtCore import QEvent

from studio.app.songs import read_song
from studio.app.studio import Studio
from studio.errors import StudioError
from studio.ui.main import make_application
from studio.ui.poster import Poster
from studio.ui.window import MainWindow

SIZE = (1600, 960)
SECONDS = 90.0
_CALM_SECONDS = 0.5


def draw_window(song: Path, picture: Path, seconds: float = SECONDS) -> None:
    """Draw the window with ``song``, its sound made as far as ``seconds`` allow, into the PNG ``picture``.

    Raises:
        StudioError: the song cannot be read, or the picture not be written.
    """
    document = read_song(song).document
    app = make_application([])
    poster = Poster()
    studio = Studio(poster.post)
    window = MainWindow(studio)
    try:
        studio.session.open(document)
        window.song_opened()
        window.resize(*SIZE)
        window.show()
        window.load_engines()
        until, calm_since = time.monotonic() + seconds, time.monotonic()
        while time.monotonic() < until and time.monotonic() - calm_since < _CALM_SECONDS:
            app.processEvents()
            time.sleep(0.01)
            playback = studio.playback
            if studio.jobs.busy or not playback.rendering.idle or playback.overview.busy:
                calm_since = time.monotonic()
        if not window.grab().save(str(picture)):
            raise StudioError(f"The picture {picture.name} could not be written.", "Choose another folder.")
    finally:
        window.close()
        window.deleteLater()
        app.sendPostedEvents(window, QEvent.Type.DeferredDelete)
        poster.close()
        studio.close()
