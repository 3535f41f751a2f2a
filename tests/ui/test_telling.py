"""What the window tells."""

from studio.app.generating import JOB
from studio.app.jobs import Progress
from studio.ui.dialogs import CrashPage


def test_a_notice_offers_what_can_be_done_about_it(window, monkeypatch):
    asked = []
    monkeypatch.setattr(window.devices, "open", lambda: asked.append("devices"))
    window.studio.notices.tell("No sound.", action="devices")
    assert window.activity.action.text() == "Choose device" and not window.activity.action.isHidden()
    window.activity.action.click()
    assert asked == ["devices"]
    window.studio.notices.tell("All is well.")
    assert window.activity.action.isHidden()


def test_progress_of_writing_is_told_in_bars_and_in_the_panel(window):
    window.telling.show_progress(Progress(JOB, "Writing 4 bars", 0.5, ""))
    assert window.write_panel.cancel.isVisibleTo(window)
    assert window.write_panel.status.text() == "Listening to the song"
    window.telling.show_progress(Progress(JOB, "Writing 4 bars", 1.0, "", finished=True))
    assert not window.write_panel.cancel.isVisibleTo(window)


def test_one_crash_page_is_enough(window):
    window.telling.show_crash("first")
    window.telling.show_crash("second")
    assert len(window.findChildren(CrashPage)) == 1
