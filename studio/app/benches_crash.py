"""``studio bench crash``: a run that edits songs is killed (SIGKILL) at random moments; what it left behind is opened and compared.

The run makes the edits of its seed in two songs by turns, undoes and redoes some, and saves one of them now and then; after
each gesture it counts in shared memory. Whoever counts the recovered gestures knows how many were lost.
"""

import argparse
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterator
from ctypes import c_int64
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import Any

from studio.app.recovery import Recovery, lost_songs, read_lost
from studio.app.session import Session
from studio.app.songs import read_song
from studio.codecs.project import save_project
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document
from studio.music.notes import Notes
from studio.paths import resources

SAVE_EVERY = 25
History = tuple[tuple[str, ...], int, Document]


def run(argv: list[str]) -> int:
    """Print how many runs were killed, what could not be opened, and how many gestures were lost; 1 on any failure."""
    parser = argparse.ArgumentParser("studio bench crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=1.5, help="longest a run may live once it edits")
    parser.add_argument("--pause", type=float, default=0.02, help="mean seconds between two gestures")
    parser.add_argument("--song", type=Path, default=resources() / "demo" / "demo.studio", help="what is edited")
    args = parser.parse_args(argv)
    chance = random.Random(1)
    lost, faults, gestures = [], [], 0
    before = os.environ.get("STUDIO_HOME")
    with tempfile.TemporaryDirectory() as folder:
        for k in range(args.kills):
            home = Path(folder) / str(k)
            made = killed_run(args.song, home, k, args.pause, chance.uniform(0, args.seconds))
            missing, fault = judged(args.song, home, k, made)
            lost.append(missing)
            gestures += made
            if fault:
                faults.append(f"run {k}: {fault}")
    os.environ.pop("STUDIO_HOME") if before is None else os.environ.update(STUDIO_HOME=before)
    print(f"{args.kills} runs killed after {gestures} gestures in all")
    print(f"gestures lost: {', '.join(f'{lost.count(n)} x {n}' for n in sorted(set(lost)))}")
    print("\n".join(faults) or "every project and every copy opened, as it was")
    return 1 if faults or max(lost) > 1 else 0


def killed_run(song: Path, home: Path, seed: int, pause: float, seconds: float) -> int:
    """Let a run edit for ``seconds``, then kill it; how many gestures it had finished."""
    home.mkdir(parents=True)
    os.environ["STUDIO_HOME"] = str(home)
    counts = RawArray(c_int64, 2)  # ready, gestures finished
    context: Any = multiprocessing.get_context("spawn" if os.name == "nt" else "fork")
    process = context.Process(target=_edit, args=(song, home, seed, pause, counts))
    process.start()
    while process.is_alive() and not counts[0]:
        time.sleep(0.001)
    time.sleep(seconds)
    process.kill()
    process.join()
    return int(counts[1])


def judged(song: Path, home: Path, seed: int, made: int) -> tuple[int, str]:
    """How many of ``made`` gestures are not in what the run in ``home`` left behind, and what is wrong with it, if anything."""
    os.environ["STUDIO_HOME"] = str(home)
    again = Recovery()
    again.start(Session())
    try:
        found = [read_lost(path)[0] for path in lost_songs()]
        saved = read_song(home / "saved.studio").document if (home / "saved.studio").exists() else None
    except StudioError as error:
        return 0, str(error)
    finally:
        again.close(forget=True)
    states = [(tuple(name for name, _ in j.steps), j.at, j.steps[j.at][1]) for j in found]
    return _compared(song, seed, made, states, saved)


def _compared(song: Path, seed: int, made: int, states: list[History], saved: Document | None) -> tuple[int, str]:
    """Go through the gestures again: the last of them after which the songs were as found, and whether the file was ever so."""
    session = _opened(song)
    last, was_saved = -1, saved is None
    for done, _ in zip(range(made + 2), gestures_of(session, seed), strict=False):
        touched = [s for s in session.songs if len(s.steps) > 1]
        now = [(tuple(step.name for step in s.steps), s.at, s.committed) for s in touched]
        if now == states:
            last = done
        was_saved = was_saved or session.songs[0].committed == saved
    if last < 0:
        return made, "what was left behind is nothing that ever was"
    return max(0, made - last), "" if was_saved else "the saved song is none that ever was"


def _edit(song: Path, home: Path, seed: int, pause: float, counts: Any) -> None:
    """The run that is killed."""
    session, recovery = _opened(song), Recovery()
    recovery.start(session)
    chance = random.Random(-seed)
    counts[0] = 1
    for done, _ in enumerate(gestures_of(session, seed)):
        counts[1] = done
        if done and done % SAVE_EVERY == 0:
            save_project(session.songs[0].committed, home / "saved.studio")
        time.sleep(chance.expovariate(1 / pause) if pause else 0)


def _opened(song: Path) -> Session:
    document = read_song(song).document
    session = Session(document)
    session.add(document)
    return session


def gestures_of(session: Session, seed: int) -> Iterator[None]:
    """Work in the session's songs for ever; a pause before the first gesture and after each one. The same seed, the same work."""
    chance = random.Random(seed)
    while True:
        yield
        session.switch(chance.choice(session.songs))
        if chance.random() < 0.25:
            session.go_to(max(0, session.position + chance.choice((-3, -1, 1))))
        else:
            session.commit(f"Edit {chance.random():.6f}", _edited(session.document, chance))


def _edited(document: Document, chance: random.Random) -> Document:
    track = chance.choice(document.tracks)
    ids = chance.sample(track.notes.id.tolist(), min(5, len(track.notes)))
    kind = chance.randrange(4)
    if kind == 0 or not ids:
        return edits.add_notes(document, track.id, Notes.of([chance.randrange(100) * 240], 240, chance.randrange(30, 90)))
    if kind == 1:
        return edits.move_notes(document, ids, 240, chance.choice((-1, 1)))
    if kind == 2:
        return edits.remove_notes(document, ids[:2])
    return edits.set_tempo(document, 0, chance.uniform(60, 180))
