"""The list of steps."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.app.session import Session
from studio.music.document import Document
from studio.ui.panels.history import HistoryPanel


@pytest.fixture
def session() -> Session:
    made = Session(Document("0"))
    for k in range(1, 5):
        made.commit(f"Step {k}", Document(str(k)))
    return made


@pytest.fixture
def panel(session, qtbot) -> HistoryPanel:
    made = HistoryPanel(session)
    qtbot.addWidget(made)
    made.resize(300, 300)
    made.show()
    made.refresh()
    end = session.subscribe(made.refresh)
    yield made
    end()


def texts(panel) -> list[str]:
    model = panel.model
    return [model.data(model.index(i)) for i in range(model.rowCount())]


def click(panel, row: int) -> None:
    where = panel.list.visualRect(panel.model.index(row)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=where)


def test_every_step_by_name_the_current_one_marked(panel):
    assert texts(panel) == ["  Open", "  Step 1", "  Step 2", "  Step 3", "▸ Step 4"]


def test_a_click_goes_to_any_step_and_nothing_is_lost(panel, session):
    click(panel, 1)
    assert session.document.title == "1" and texts(panel)[1] == "▸ Step 1" and len(session.steps) == 5
    undone, model = panel.model.index(3), panel.model
    assert model.data(undone, Qt.ItemDataRole.FontRole).italic()
    assert model.data(undone, Qt.ItemDataRole.AccessibleTextRole) == "Step 3, undone"
    assert model.data(model.index(0), Qt.ItemDataRole.FontRole) is None
    click(panel, 4)
    assert session.document.title == "4"


def test_keys_do_it_too(panel, session):
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Home)
    assert session.position == 4
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert session.document.title == "0"
    assert panel.list.currentIndex().row() == 0


def test_it_follows_edits_undo_and_another_song(panel, session):
    session.undo()
    session.undo()
    assert panel.list.currentIndex().row() == 2
    session.commit("Other", Document("x"))
    assert texts(panel) == ["  Open", "  Step 1", "  Step 2", "▸ Other"]
    session.add(Document("y"))
    assert texts(panel) == ["▸ Open"]


def test_hidden_it_costs_nothing_and_is_right_when_shown(panel, session):
    panel.hide()
    session.commit("While hidden", Document("h"))
    assert len(texts(panel)) == 5
    panel.show()
    panel.refresh()
    assert texts(panel)[-1] == "▸ While hidden"
