"""The poster: calls from any thread run on its own, in order, and none after the end."""

import threading

from studio.ui.poster import Poster


def test_calls_run_on_the_main_thread_in_order(qtbot):
    poster, seen = Poster(), []

    def post_all():
        for i in range(100):
            poster.post(lambda i=i: seen.append((i, threading.current_thread())))

    thread = threading.Thread(target=post_all)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(seen) == 100)
    assert [i for i, _ in seen] == list(range(100))
    assert {t for _, t in seen} == {threading.main_thread()}


def test_nothing_runs_after_the_end(qtbot):
    poster, seen = Poster(), []
    poster.post(lambda: seen.append(1))
    poster.close()
    qtbot.wait(20)
    assert seen == []
