"""Recovery after a crash: each open song's journal, written as it is worked on, and what an earlier run left behind.

Every run has a folder of its own, which it holds locked; a folder that nobody holds belongs to a run that ended badly, and is
put aside as ``last-time`` to be offered. A song gets its journal with its first step. Encoding and writing happen on one
thread, in order; what it wrote survives the end of the process at once, and a loss of power since the last :meth:`sync`.
"""

import logging
import os
import queue
import shutil
import sys
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np

from studio.app.session import HISTORY_LIMIT, Proposal, ProposedTake, Session, Song, Step
from studio.codecs.journal import Head, Journal, JournalWriter, read_journal, record
from studio.codecs.project_json import Columns
from studio.engines.api import Part
from studio.music.document import Provenance
from studio.music.notes import Notes
from studio.paths import user_state

log = logging.getLogger(__name__)
LAST_TIME = "last-time"
_SUFFIX = ".journal"
_PATIENCE = 0.25  # seconds
_COMPACT_BYTES = 32 << 20  # a journal is written anew once it is this long, and four times as long as it began


class Recovery:
    """Records a session's songs. ``trouble(sentence)`` is told, from any thread, when a journal cannot be written."""

    def __init__(self, trouble: Callable[[str], None] = log.warning) -> None:
        self._trouble = trouble
        self._session: Session | None = None
        self._end_subscription: Callable[[], None] = lambda: None
        self._folder: Path | None = None
        self._lock: IO[bytes] | None = None
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._written = threading.Event()  # of the last order
        self._written.set()
        self._thread: threading.Thread | None = None
        self._files: dict[int, _SongFile] = {}
        self._proposals: dict[int, Proposal | None] = {}
        self.left_behind = False

    # ------------------------------------------------------------ life

    def start(self, session: Session) -> None:
        """Put aside what an earlier run left behind, then record ``session``."""
        if self._thread:
            return
        root = user_state() / "songs"
        self._folder = root / uuid.uuid4().hex
        try:
            self._folder.mkdir(parents=True)
            self._lock = (self._folder / "lock").open("wb")
            _hold(self._lock)
            self.left_behind = _put_aside(root, self._folder)
        except OSError as error:
            log.warning("no recovery in %s: %s", self._folder, error)
            self._trouble(f"Songs cannot be kept for recovery: {_reason(error)}. Save them often.")
            return
        self._thread = threading.Thread(target=self._run, name="studio-journal", daemon=True)
        self._thread.start()
        self._session = session
        session.record(self)
        self._end_subscription = session.subscribe(self._look)

    def close(self, forget: bool = False) -> None:
        """Write what is left to write and end; ``forget`` where all songs are safe or given up: nothing is left behind."""
        if not self._thread or not self._folder or not self._lock:
            return
        if self._session:
            self._session.record(None)
        self._end_subscription()
        self._orders.put(None)
        self._thread.join()
        self._thread = None
        self._lock.close()
        if forget:
            shutil.rmtree(self._folder, ignore_errors=True)

    def sync(self, wait: float = 0.0) -> bool:
        """Have all that happened so far stored safely; with ``wait`` (seconds) tells whether it was within them."""
        done = threading.Event()

        def work() -> None:
            for file in list(self._files.values()):
                file.sync()
            done.set()

        self._orders.put(work)
        return done.wait(wait) if wait else False

    # ------------------------------------------------------------ the session's recorder

    def opened(self, song: Song) -> None:
        """A song that brings a history along is written at once, any other with its first step."""
        if len(song.steps) > 1:
            self._begin(song)

    def stepped(self, song: Song, step: Step) -> None:
        """Write the step."""
        if song.id not in self._files:
            self._begin(song)
        else:
            self._put(song, lambda file: file.step(step))

    def moved(self, song: Song) -> None:
        """Write which step is the current one."""
        at = song.at
        self._put(song, lambda file: file.place(at))

    def saved(self, song: Song) -> None:
        """Write where the song lies."""
        where, step = _place_of(song)
        self._put(song, lambda file: file.lies_in(where, step))

    def closed(self, song: Song) -> None:
        """The song's journal is not needed any more."""
        self._put(song, _SongFile.remove)
        self._files.pop(song.id, None)
        self._proposals.pop(song.id, None)

    def _begin(self, song: Song) -> None:
        assert self._folder
        file = self._files[song.id] = _SongFile(self._folder / f"{song.id:04d}{_SUFFIX}", self._trouble)
        steps, at, (where, step) = tuple(song.steps), song.at, _place_of(song)
        self._order(lambda: file.begin(steps, at, where, step))

    def _put(self, song: Song, work: "Callable[[_SongFile], None]") -> None:
        if file := self._files.get(song.id):
            self._order(lambda: work(file))

    def _order(self, work: Callable[[], None]) -> None:
        """Have it done, once what was ordered before is: so a crash finds at most the last gesture missing.

        That is so long since but where the machine is very busy; then the gesture waits for it, a little.
        """
        self._written.wait(_PATIENCE)
        written = self._written = threading.Event()

        def do() -> None:
            try:
                work()
            finally:
                written.set()

        self._orders.put(do)

    def _look(self) -> None:
        """Takes that are written, and not decided on yet, are kept too."""
        for song in self._session.songs if self._session else ():
            proposal = song.proposal
            if proposal is not self._proposals.get(song.id) and not (proposal and proposal.writing):
                self._proposals[song.id] = proposal
                if proposal and song.id not in self._files:
                    self._begin(song)
                self._put(song, lambda file, p=proposal: file.takes(p))  # type: ignore[misc]

    def _run(self) -> None:
        while work := self._orders.get():
            work()
        for file in list(self._files.values()):
            file.close()


class _SongFile:
    """A song's journal on disk, used by the writing thread only. It remembers the history to be able to write it anew."""

    def __init__(self, path: Path, trouble: Callable[[str], None]) -> None:
        self._path, self._trouble = path, trouble
        self._writer = JournalWriter(HISTORY_LIMIT)
        self._steps: list[Step] = []
        self._at = 0
        self._file: tuple[str | None, int | None] = (None, None)
        self._proposal: Proposal | None = None
        self._stream: IO[bytes] | None = None
        self._began_with = 0

    def begin(self, steps: tuple[Step, ...], at: int, path: str | None, saved: int | None) -> None:
        self._steps, self._at, self._file = list(steps), at, (path, saved)
        self._write_anew()

    def step(self, step: Step) -> None:
        if self._file[1] is not None and self._file[1] > self._at:
            self._file = (self._file[0], None)
        del self._steps[self._at + 1 :]
        self._steps.append(step)
        if (gone := len(self._steps) - HISTORY_LIMIT) > 0:
            del self._steps[:gone]
            path, saved = self._file
            self._file = (path, None if saved is None or saved < gone else saved - gone)
        self._at = len(self._steps) - 1
        self._write(self._writer.step(step.name, step.document))
        if self._stream and self._stream.tell() > max(_COMPACT_BYTES, 4 * self._began_with):
            self._write_anew()

    def place(self, at: int) -> None:
        self._at = at
        self._write(self._writer.place(at))

    def lies_in(self, path: str | None, saved: int | None) -> None:
        self._file = (path, saved)
        self._write(self._writer.file(path, saved))

    def takes(self, proposal: Proposal | None) -> None:
        self._proposal = proposal
        self._write(record(*record_of_proposal(proposal)))

    def sync(self) -> None:
        if self._stream:
            try:
                os.fsync(self._stream.fileno())
            except OSError as error:
                self._give_up(error)

    def remove(self) -> None:
        self.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None

    def _write_anew(self) -> None:
        fresh = self._path.with_suffix(".new")
        try:
            with fresh.open("wb") as stream:
                stream.write(self._writer.start())
                for step in self._steps:
                    stream.write(self._writer.step(step.name, step.document))
                stream.write(self._writer.place(self._at) + self._writer.file(*self._file))
                if self._proposal:
                    stream.write(record(*record_of_proposal(self._proposal)))
                self._began_with = stream.tell()
            self.close()
            fresh.replace(self._path)
            self._stream = self._path.open("ab", buffering=0)
        except OSError as error:
            self._give_up(error)

    def _write(self, data: bytes) -> None:
        if self._stream:
            try:
                self._stream.write(data)
            except OSError as error:
                self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        log.warning("journal %s: %s", self._path, error)
        self.close()
        self._trouble(f"This song cannot be kept for recovery: {_reason(error)}. Save it often.")


def _reason(error: OSError) -> str:
    return error.strerror or "the disk does not take it"


def _place_of(song: Song) -> tuple[str | None, int | None]:
    """The song's file, and the step that lies in it."""
    saved = next((i for i, step in enumerate(song.steps) if step.document is song.saved), None)
    return (str(song.path) if song.path else None), saved


# ---------------------------------------------------------------- what was left behind


def lost_songs() -> list[Path]:
    """The journals that an earlier run left behind, in the order of its tabs."""
    return sorted((user_state() / "songs" / LAST_TIME).glob(f"*{_SUFFIX}"))


def read_lost(path: Path) -> tuple[Journal, Proposal | None]:
    """What a journal left behind tells, and the takes that were not decided on.

    Raises:
        StudioError: it is damaged from its start.
    """
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    journal = read_journal(data, path.name)
    try:
        return journal, proposal_of(*journal.takes) if journal.takes else None
    except (ValueError, KeyError, TypeError, IndexError):
        return journal, None


def bring_back(session: Session, journal: Journal, proposal: Proposal | None) -> Song:
    """Open a song left behind, with its history and its takes."""
    steps = [Step(name, document) for name, document in journal.steps]
    song = session.bring_back(steps, journal.at, Path(journal.path) if journal.path else None, journal.saved)
    if proposal:
        session.propose(proposal, song)
    return song


def forget_lost() -> None:
    """They are open again, or given up."""
    shutil.rmtree(user_state() / "songs" / LAST_TIME, ignore_errors=True)


def _put_aside(root: Path, own: Path) -> bool:
    """Move the journals of runs that ended badly to one folder; whether there were any."""
    found = False
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and p != own and p.name != LAST_TIME):
        if _held(folder / "lock"):
            continue
        journals = sorted(folder.glob(f"*{_SUFFIX}"))
        if journals and not found:
            forget_lost()
            (root / LAST_TIME).mkdir()
            found = True
        for journal in journals:
            journal.replace(root / LAST_TIME / f"{folder.name}-{journal.name}")
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _hold(stream: IO[bytes]) -> None:
    """Lock a file for as long as this process lives. Raises OSError when another one holds it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _held(path: Path) -> bool:
    """Whether a living process holds that lock."""
    try:
        with path.open("r+b") as stream:
            _hold(stream)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


# ---------------------------------------------------------------- takes


def record_of_proposal(proposal: Proposal | None) -> tuple[Head, Columns]:
    """A proposal as head and columns of a record; None as one without columns."""
    if proposal is None:
        return {"kind": "takes"}, {}
    parts = [(part, notes) for take in proposal.takes for part, notes in take.parts]
    columns = {name: np.concatenate([Notes.empty().columns()[name], *(n.columns()[name] for _, n in parts)]) for name in _COLUMNS}
    takes = [
        {
            "written_to": take.written_to,
            "provenance": asdict(take.provenance),
            "parts": [{**asdict(part), "notes": len(notes)} for part, notes in take.parts],
        }
        for take in proposal.takes
    ]
    plain = {name: getattr(proposal, name) for name in ("start", "end", "active", "tempo")}
    return {"kind": "takes", **plain, "takes": takes}, columns


def proposal_of(head: Head, columns: Columns) -> Proposal:
    """The proposal of :func:`record_of_proposal`'s values. Raises ValueError, KeyError, TypeError where they are none."""
    at, takes = 0, []
    for told in head["takes"]:
        parts: list[tuple[Part, Notes]] = []
        for values in told["parts"]:
            rest: dict[str, Any] = dict(values)
            count = rest.pop("notes")
            parts.append((Part(**rest), Notes.of(**{name: columns[name][at : at + count] for name in _COLUMNS})))
            at += count
        takes.append(ProposedTake(tuple(parts), told["written_to"], Provenance(**told["provenance"])))
    active = min(max(0, head["active"]), len(takes) - 1)
    if not takes or not 0 <= head["start"] < head["end"]:
        raise ValueError("no takes")
    return Proposal(head["start"], head["end"], tuple(takes), active, tempo=head["tempo"])


_COLUMNS = tuple(Notes.empty().columns())
