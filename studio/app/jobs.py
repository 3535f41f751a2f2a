"""Background work: one pool of threads, jobs with keys, cancel, progress; results handed to one poster.

A job's function gets immutable inputs and returns a result. Everything that the job wants to say (progress, notices,
its result) goes through ``post``, which the window points at its main thread and the command line leaves direct.
"""

import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from studio.errors import Cancelled, StudioError

log = logging.getLogger(__name__)

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]
_PROGRESS_INTERVAL = 1 / 30
_NICE = 10
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Progress:
    """A job's state as the activity panel shows it: ``fraction`` 0..1 done, ended jobs have ``finished`` set."""

    key: str
    title: str
    fraction: float
    message: str
    finished: bool = False


def step_back() -> None:
    """Let this thread stand behind the window's where the system ranks threads (Linux): frames keep their time on two cores.

    Beside the writer, 98 of 100 frames then took under 16 ms, without it 86 (`studio bench frames`).
    """
    if sys.platform.startswith("linux"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


class Job:
    """A running job: the context that its function gets, and the handle that its owner keeps."""

    def __init__(self, jobs: "Jobs", key: str, title: str) -> None:
        self._jobs = jobs
        self.key = key
        self.title = title
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._reported = 0.0
        self.fraction = 0.0

    def cancel(self) -> None:
        """Ask the job to stop; it ends at its next call of :meth:`progress`, and its result is dropped."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._cancelled.is_set()

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._done.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; False when ``timeout`` seconds passed first."""
        return self._done.wait(timeout)

    def progress(self, fraction: float, message: str = "") -> None:
        """Say how far it is. Raises Cancelled when it should stop."""
        if self.cancelled:
            raise Cancelled
        self.fraction = fraction
        now = monotonic()
        if now - self._reported >= _PROGRESS_INTERVAL:
            self._reported = now
            self._jobs.tell(Progress(self.key, self.title, fraction, message))

    def on_main(self, call: Callable[[], T]) -> T:
        """Have ``call`` run where results are handled, wait for it, and return what it returns; raises what it raises, or Cancelled."""
        made: Future[T] = Future()

        def run() -> None:
            try:
                made.set_result(call())
            except Exception as error:
                made.set_exception(error)

        self._jobs.post(run)
        while True:
            try:
                return made.result(timeout=_LOOK_SECONDS)
            except TimeoutError:
                if made.done():  # the call's own
                    raise
                self.progress(self.fraction)

    def notice(self, message: str) -> None:
        """Tell the user one sentence."""
        self._jobs.post(lambda: self._jobs.on_notice(message, ""))

    def say(self, call: Callable[[], None]) -> None:
        """Run ``call`` where results are handled, unless the job was cancelled by then."""
        self._jobs.post(lambda: None if self.cancelled else call())


class Jobs:
    """Starts jobs. The same key cancels the older job: the newest wins.

    ``post`` runs a call where results are handled (the window's main thread). ``on_notice`` gets expected failures
    (message, hint), ``on_crash`` the traceback of anything else, ``on_progress`` every :class:`Progress`.
    """

    def __init__(self, post: Post | None = None, workers: int = 4) -> None:
        self.post: Post = post or (lambda call: call())
        self.on_notice: Callable[[str, str], None] = lambda message, hint: log.warning("%s %s", message, hint)
        self.on_crash: Callable[[str], None] = lambda report: log.error("%s", report)
        self.on_progress: Callable[[Progress], None] = lambda progress: None
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="studio-job", initializer=step_back)
        self._running: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(
        self,
        key: str,
        title: str,
        work: Callable[[Job], Any],
        done: Callable[[Any], None] = lambda result: None,
        failed: Callable[[], None] = lambda: None,
    ) -> Job:
        """Run ``work(job)`` on a thread, then ``done(result)`` where results are handled, or ``failed()``.

        ``failed`` is also called after a cancel. A running job of the same key is cancelled first.
        """
        job = Job(self, key, title)
        with self._lock:
            if key in self._running:
                self._running[key].cancel()
            self._running[key] = job
        self._pool.submit(self._run, job, work, done, failed)
        return job

    @property
    def busy(self) -> bool:
        """Whether any job runs."""
        with self._lock:
            return bool(self._running)

    def running(self, key: str) -> Job | None:
        """The job of that key, while it runs."""
        with self._lock:
            return self._running.get(key)

    def cancel(self, key: str) -> None:
        """Cancel the job of that key, if one runs."""
        if job := self.running(key):
            job.cancel()

    def tell(self, progress: Progress) -> None:
        """Pass a progress on; work without a title is done quietly."""
        if progress.title:
            self.post(lambda: self.on_progress(progress))

    def close(self) -> None:
        """Cancel everything and wait for the threads to end."""
        with self._lock:
            running = list(self._running.values())
        for job in running:
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, job: Job, work: Callable[[Job], Any], done: Callable[[Any], None], failed: Callable[[], None]) -> None:
        after: Callable[[], None] = failed
        try:
            job.progress(0.0)
            result = work(job)
            after = lambda: failed() if job.cancelled else done(result)  # noqa: E731 - one of two endings
        except Cancelled:
            pass
        except StudioError as error:
            message, hint = error.message, error.hint
            self.post(lambda: self.on_notice(message, hint))
        except Exception:
            report = traceback.format_exc()
            self.post(lambda: self.on_crash(report))
        finally:
            with self._lock:
                if self._running.get(job.key) is job:
                    del self._running[job.key]
            job._done.set()
            self.post(after)
            self.tell(Progress(job.key, job.title, 1.0, "", finished=True))
