"""The line at the bottom."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.app.jobs import Progress
from studio.app.notices import Notice
from studio.ui.panels.activity import ActivityPanel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot):
    panel = ActivityPanel(lambda: [Notice("First.", "Do this."), Notice("Second.")])
    qtbot.addWidget(panel)
    panel.resize(900, 28)
    panel.show()
    yield panel
    panel._age.stop()


def test_jobs_come_and_go(panel):
    cancelled = []
    panel.cancelled.connect(cancelled.append)
    panel.show_progress(Progress("write", "Writing 8 bars", 0.25, "Writing bar 2 of 8"))
    line = panel._jobs["write"]
    assert line.text.text() == "Writing bar 2 of 8 25 %"
    assert not panel.idle.isVisible()
    QTest.mouseClick(line.stop, LEFT)
    assert cancelled == ["write"]
    panel.show_progress(Progress("write", "Writing 8 bars", 1.0, "", finished=True))
    panel.show_progress(Progress("other", "Other", 1.0, "", finished=True))
    assert not panel._jobs
    assert panel.idle.isVisible()


def test_a_notice_with_one_thing_to_do(panel):
    done = []
    panel.show_notice(Notice("The sound device is gone.", "Choose another one."), "Choose device", lambda: done.append(1))
    assert panel.notice.text() == "The sound device is gone. Choose another one."
    QTest.mouseClick(panel.action, LEFT)
    assert done == [1]
    assert not panel.action.isVisible()


def test_past_notices(panel):
    QTest.mouseClick(panel.notice, LEFT)
    assert panel._page.isVisible()
    panel._page.close()
