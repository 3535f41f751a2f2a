from studio.app.notices import KEPT, Notice, Notices
from studio.errors import StudioError


def test_notices_are_kept_and_told():
    notices, told = Notices(), []
    notices.on_notice = told.append
    notices.tell_error(StudioError("No sound.", "Choose a device."))
    assert told == notices.entries == [Notice("No sound.", "Choose a device.")]


def test_only_the_latest_are_kept():
    notices = Notices()
    for k in range(KEPT + 5):
        notices.tell(str(k))
    assert len(notices.entries) == KEPT and notices.entries[-1].message == str(KEPT + 4)
