"""The copy of the unsaved song."""

from studio.codecs.project import load_project


def test_only_what_is_new_and_unsaved_is_kept(window, qtbot):
    window.autosave.keep()
    qtbot.wait(50)
    assert not window.autosave.path.exists()
    window.actions_by_id["track.add"].trigger()
    window.autosave.keep()
    qtbot.waitUntil(window.autosave.path.exists)
    qtbot.waitUntil(lambda: not window.studio.jobs.busy)
    assert load_project(window.autosave.path) == window.studio.session.document
    before = window.autosave.path.stat().st_mtime_ns
    window.autosave.keep()
    qtbot.wait(50)
    assert window.autosave.path.stat().st_mtime_ns == before
