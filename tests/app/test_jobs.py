import os
import sys
import threading

import pytest

from studio.app.jobs import Jobs, Progress
from studio.errors import StudioError


@pytest.fixture
def jobs():
    made = Jobs()
    yield made
    made.close()


def test_a_result_is_handed_on(jobs):
    got = []
    job = jobs.start("a", "A", lambda job: 42, got.append)
    assert job.wait(5)
    jobs.close()
    assert got == [42]


def test_the_newest_of_a_key_wins(jobs):
    go = threading.Event()
    got, dropped = [], []

    def slow(job):
        assert go.wait(5)
        return "old"

    old = jobs.start("a", "A", slow, got.append, lambda: dropped.append("old"))
    new = jobs.start("a", "A", lambda job: "new", got.append)
    go.set()
    assert old.wait(5) and new.wait(5)
    jobs.close()
    assert got == ["new"] and dropped == ["old"]


def test_cancel_ends_a_job_at_its_next_progress(jobs):
    started = threading.Event()
    got, dropped = [], []

    def endless(job):
        while True:
            started.set()
            job.progress(0.5)

    job = jobs.start("a", "A", endless, got.append, lambda: dropped.append(1))
    assert started.wait(5)
    jobs.cancel("a")
    assert job.wait(5)
    jobs.close()
    assert not got and dropped == [1]


def test_expected_failures_become_notices_and_others_reports(jobs):
    notices, crashes = [], []
    jobs.on_notice = lambda message, hint: notices.append((message, hint))
    jobs.on_crash = crashes.append

    def expected(job):
        raise StudioError("No.", "Do this.")

    def defect(job):
        raise ZeroDivisionError("oops")

    for name, work in (("a", expected), ("b", defect)):
        jobs.start(name, name, work).wait(5)
    jobs.close()
    assert notices == [("No.", "Do this.")]
    assert len(crashes) == 1 and "ZeroDivisionError: oops" in crashes[0]


def test_every_job_reports_its_end(jobs):
    told: list[Progress] = []
    jobs.on_progress = told.append
    jobs.start("a", "A", lambda job: job.progress(0.25, "halfway to half")).wait(5)
    jobs.close()
    assert told[-1] == Progress("a", "A", 1.0, "", finished=True)
    assert jobs.running("a") is None


def test_nothing_is_said_after_a_cancel(jobs):
    posted, said = [], []
    jobs.post = posted.append
    job = jobs.start("a", "A", lambda job: job.say(lambda: said.append(1)))
    assert job.wait(5)
    job.cancel()
    jobs.close()
    for call in posted:
        call()
    assert not said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ranks threads")
def test_workers_stand_behind_the_main_thread(jobs):
    got = []
    jobs.start("a", "A", lambda job: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), got.append).wait(5)
    jobs.close()
    assert got[0] > os.getpriority(os.PRIO_PROCESS, threading.main_thread().native_id)


def test_a_job_has_something_done_where_results_are_handled():
    calls: list = []
    jobs = Jobs(calls.append)
    got, threads = [], []

    def call():
        threads.append(threading.current_thread())
        return 5

    jobs.start("a", "", lambda job: job.on_main(call), got.append)
    while not got:
        while calls:
            calls.pop(0)()
    assert got == [5]
    assert threads == [threading.main_thread()]
    jobs.close()


def test_waiting_for_the_main_thread_can_be_cancelled():
    jobs = Jobs(lambda call: None)  # nobody runs it
    job = jobs.start("a", "", lambda job: job.on_main(lambda: 1))
    job.cancel()
    assert job.wait(5)
    jobs.close()
