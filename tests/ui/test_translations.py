"""Nothing that a user may read is left in English, and every value finds its place."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTabBar,
    QTreeWidget,
    QTreeWidgetItemIterator,
    QWidget,
)

from studio.app.jobs import Progress
from studio.app.settings import Settings
from studio.app.studio import Studio
from studio.ui.shell import speak
from studio.ui.texts import LANGUAGES, catalogue, fields, t, told, use_language
from tests.ui.spoken import own_words, tables, unspoken, words_from_below

OTHERS = [code for code in LANGUAGES if code != "en"]
# Names, units, keys and formats are the same in every language; so are those of the song and of the model's styles.
_SAME = re.compile(
    r"Partita|MIDI|WAV|FLAC|GPU|CPU|NVIDIA|Apple|GNU GPL|sha256|Top p|top-p|auto|strong|all|studio models|English|Ctrl|Shift|Alt|Tab|"
    r"Del|Delete|Backspace|Return|Enter|Esc|Home|End|PgUp|PgDown|Space|Left|Right|Up|Down|F\d+|bpm|dB|Hz|[A-G](#|b)?(dim|m)?\d?|"
    r"tiny|take|[0-9a-f]{16,}|Lead|Low|Song|Loud|Quiet|Tiny|Folk|Pop|\.\w+|\b[A-Za-z]\b|\d+T|Fn|Am|Dm|minor|major|dorian|Bb"
)


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    studio = Studio(settings=Settings(language=request.param))
    speak(studio)
    studio.close()
    yield request.param
    for words in QApplication.instance().findChildren(QTranslator):
        QApplication.instance().removeTranslator(words)
        words.deleteLater()
    use_language("en")


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated(code):
    known = catalogue(code)
    assert sorted((own_words() | words_from_below() | tables()) - known.keys()) == []


@pytest.mark.parametrize("code", OTHERS)
def test_every_field_is_kept(code):
    wrong = []
    for text, said in catalogue(code).items():
        named, told_fields = fields(text), fields(said)
        unnamed = [str(k) for k in range(named.count(""))]
        if told_fields != named and told_fields != sorted([*unnamed, *(f for f in named if f)]):
            wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_translation_is_empty_english_or_for_nothing(code):
    needed = own_words() | words_from_below() | tables()
    known = catalogue(code)
    english = [k for k, v in known.items() if not v or (v == k and _SAME.sub("", v).strip(" .0123456789"))]
    assert english == []
    assert [text for text in known if text not in needed and text not in {t_ for t_ in known if t_[:1].isupper()}] == []


def test_no_widget_is_given_a_text_that_nobody_translates():
    let_through = ("Partita", "{}   {} Hz")
    assert [
        line for line in unspoken() if not any(text in line for text in let_through) and line.split(" ", 1)[1] not in _ROLES
    ] == []


_ROLES = {"hint", "muted", "heading", "title"}  # a label's second argument


def english_in(text: str) -> bool:
    """Whether words are left that belong to no language but English."""
    return bool(re.search(r"[A-Za-z]{2,}", _SAME.sub(" ", text)))


def texts_of(widget: QWidget) -> Iterator[str]:
    yield from (widget.windowTitle(), widget.toolTip(), widget.accessibleName())
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QAbstractSpinBox):
        yield widget.specialValueText()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(k) for k in range(widget.count()))
    if isinstance(widget, QTabBar):
        yield from (widget.tabText(k) for k in range(widget.count()))
    if isinstance(widget, QMenu):
        yield widget.title()
    if isinstance(widget, QTreeWidget):
        walk = QTreeWidgetItemIterator(widget)
        while walk.value():
            yield walk.value().text(0)
            walk += 1


def left_in_english(window: QWidget) -> list[str]:
    """What a reader would still find in English, in a window and all that belongs to it."""
    widgets = [window, *window.findChildren(QWidget)]
    found = {f"{type(w).__name__}: {text}" for w in widgets for text in texts_of(w) if english_in(text)}
    found |= {f"QAction: {text}" for a in window.findChildren(QAction) for text in (a.text(), a.toolTip()) if english_in(text)}
    return sorted(found)


def test_the_whole_window_speaks_the_language(other, make_window, qtbot):
    from tests.ui.conftest import small_song

    window = make_window()
    window.studio.session.open(small_song())
    window.state.select(window.state.shown.notes.id[:2].tolist())
    window.show_part("history", True)
    window.write_panel.takes.index = 1
    window.write_panel.bars.setValue(2)
    window.write_panel.listen.setChecked(False)
    window.write_panel.ask()
    qtbot.waitUntil(lambda: len(window.takes_panel.cards) == 2 and not window.studio.session.proposal.writing)
    window.studio.session.commit("Import a.mid")
    window.studio.notices.tell("Saved a.studio.")
    window.telling.show_progress(Progress("x", "Exporting a.wav", 0.5, ""))
    window.show_preferences()
    window.show_shortcuts()
    window.show_about()
    qtbot.wait(50)
    assert left_in_english(window) == []


def test_words_from_below_are_said_with_their_values(other):
    assert told("Exported a.mid.") != "Exported a.mid." and "a.mid" in told("Exported a.mid.")
    assert told("Import my song.mid") == t("Import {}").format("my song.mid")
    assert "7" in told("Writing 7 bars") and told("Writing 7 bars") != "Writing 7 bars"
