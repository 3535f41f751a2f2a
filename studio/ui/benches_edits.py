"""``studio bench edits``: from an edit to its sound, in what a virtual sound card captured of a song that plays.

A song of sixteen voices that sound all the time plays in the real window; a note under the playhead gets another pitch, a note
is added there, all tracks get other instruments, one track another volume, place or is muted. What was captured equals the
export of the song to the bit until the edit; it is heard where it first differs by more than -60 dB of full scale, and it is as
exported once it differs from the edited song's export by less than a quarter of what the edit changes (the light voice may play
a note before its row is made).
Both count from the commit. The capture lags a little behind the card; that lag is told, and lies in every figure.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from studio.app.virtual_card import RATE, VirtualCard
from studio.audio.latency import AUTOMATIC
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Document
from studio.music.notes import Notes
from studio.ui.benches_keys import lag_of
from studio.ui.benches_playback import LATENCY_HELP, BenchWindow, captured_window, first_seconds, song_of_voices

BARS_MS = {"a note's pitch": 100.0, "a note more": 100.0, "all instruments": 300.0, "volume": 100.0, "pan": 100.0, "mute": 100.0}
RENDERS_NOTHING = ("volume", "pan", "mute")
_HEARD = 1e-3
_PIECE = 480
_AFTER_SECONDS = 1.6
_NOTES_A_SECOND = 32

Sound = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """Milliseconds from an edit to its sound, and until it is as exported (infinite: not yet); rows rendered for it."""

    first: float
    whole: float
    rows: int


def run(argv: list[str]) -> int:
    """Print what was measured; the exit code is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="studio bench edits", description=__doc__)
    parser.add_argument("--notes", type=int, default=5_000)
    parser.add_argument("--each", type=int, default=5, help="how often to make each kind of edit")
    parser.add_argument("--latency", type=float, nargs="+", default=[0.0, AUTOMATIC, 0.1], help=LATENCY_HELP)
    args = parser.parse_args(argv)
    with captured_window(args.latency[0]) as (window, card):
        song = song_of_voices(args.notes / _NOTES_A_SECOND)
        passed = [_edits(window, card, song, latency, args.each) for latency in args.latency]
    return 0 if all(passed) else 1


def _edits(bench: BenchWindow, card: VirtualCard, song: Document, latency: float, each: int) -> bool:
    playback = bench.studio.playback
    playback.set_device("", latency)
    bench.play(song)
    bench.live(1.0)
    gaps, passed = playback.gaps, True
    old = first_seconds(song, playback.rendering.renderer, 4.0 + each)
    print(f"latency {latency:g} s, {song.note_count:,} notes; the capture's lag: {lag_of(card):.1f} ms at most")
    for name, bar in BARS_MS.items():
        found = [_heard(bench, card, song, old, name, 2.0 + 0.61 * k) for k in range(each)]
        first, whole, rows = ([getattr(h, n) for h in found] for n in ("first", "whole", "rows"))
        print(
            f"  {name}: heard after {np.median(first):.0f} ms, most {max(first):.0f}; as exported after {np.median(whole):.0f}, "
            f"most {max(whole):.0f}; rows rendered {sum(rows)}"
        )
        passed &= max(first) <= bar and not (name in RENDERS_NOTHING and sum(rows))
    print("  gaps: {} ({} frames)".format(*(b - a for a, b in zip(gaps, playback.gaps, strict=True))))
    return passed and gaps == playback.gaps


def _heard(bench: BenchWindow, card: VirtualCard, song: Document, old: Sound, name: str, seconds: float) -> Heard:
    """Play ``song`` for ``seconds``, edit it, and find the edit in what was captured."""
    playback, session = bench.studio.playback, bench.studio.session
    begun = card.mark()
    bench.window.transport.play_from(0)
    bench.until(lambda: playback.position >= song.tempo.tick_at_frame(int(seconds * RATE), RATE))
    tick = playback.position
    edited, rows = edit(song, name, tick), playback.rendering.rendered
    at = card.mark() - begun
    session.commit(name, edited)
    bench.live(_AFTER_SECONDS)
    bench.window.transport.stop()
    bench.until(lambda: playback.settled)
    rows = playback.rendering.rendered - rows
    sound = card.captured(begun)
    session.undo()
    bench.until(lambda: playback.settled)
    new = first_seconds(edited, playback.rendering.renderer, seconds + 2 * _AFTER_SECONDS)
    return found_change(sound, old, new, at, int(song.tempo.frames(tick, RATE)), rows)


def found_change(sound: Sound, old: Sound, new: Sound, at: int, frame: int, rows: int = 0) -> Heard:
    """When ``sound`` [n, 2] goes over from ``old`` to ``new``, the edit having been made at its frame ``at``.

    ``frame`` of the song was heard at about that time.

    Raises:
        StudioError: what was captured before is not the old song.
    """
    shift = _place(sound, old, at, frame)
    count = min(len(sound), len(old) - shift, len(new) - shift)
    sound, old, new = sound[at:count], old[at + shift : count + shift], new[at + shift : count + shift]
    apart = np.abs(sound - old).max(axis=1, initial=0.0) > _HEARD
    if not apart.any():
        return Heard(np.inf, np.inf, rows)
    first = int(np.argmax(apart))
    size = len(sound) // _PIECE * _PIECE
    wrong, change = (((a[:size] - b[:size]) ** 2).sum(1).reshape(-1, _PIECE).sum(1) for a, b in ((sound, new), (old, new)))
    late = np.flatnonzero(wrong[: RATE // _PIECE] > 0.0625 * change[: RATE // _PIECE].mean())
    whole = (late[-1] + 1) * _PIECE if len(late) else first
    return Heard(first / RATE * 1000, max(whole, first) / RATE * 1000 if whole < RATE - _PIECE else np.inf, rows)


def _place(sound: Sound, old: Sound, at: int, frame: int) -> int:
    """Frames by which the song lies ahead of the capture, found in what was captured just before ``at``."""
    for back in range(RATE // 50, RATE, RATE // 50):
        piece = sound[at - back : at - back + _PIECE]
        near = max(0, frame - back - RATE)
        for k in np.flatnonzero(old[near : frame + RATE, 0] == piece[0, 0]):
            if np.array_equal(old[near + k : near + k + _PIECE], piece):
                return near + int(k) - (at - back)
    raise StudioError("What was captured before the edit is not the song.", "Is the machine too busy?")


def edit(song: Document, name: str, tick: int) -> Document:
    """The song edited at ``tick``, one of :data:`BARS_MS`."""
    ends = {t.id: t.notes.start + t.notes.duration for t in song.tracks}
    track = max(song.tracks, key=lambda t: int(np.where(t.notes.start < tick, ends[t.id], 0).max()))  # sounds on longest
    changes: dict[str, Callable[[], Document]] = {
        "a note's pitch": lambda: _other_pitch(song, track.notes, tick),
        "a note more": lambda: edits.add_notes(song, track.id, Notes.of(tick, 1_920, 79, 110)),
        "all instruments": lambda: replace(song, tracks=tuple(replace(t, program=(t.program + 24) % 112) for t in song.tracks)),
        "volume": lambda: edits.set_track(song, track.id, gain_db=track.gain_db - 12.0),
        "pan": lambda: edits.set_track(song, track.id, pan=-1.0 if track.pan > 0 else 1.0),
        "mute": lambda: edits.set_track(song, track.id, mute=True),
    }
    return changes[name]()


def _other_pitch(song: Document, notes: Notes, tick: int) -> Document:
    """The note that sounds on longest five semitones higher."""
    which = int(np.argmax(np.where(notes.start < tick, notes.start + notes.duration, 0)))
    return edits.move_notes(song, [int(notes.id[which])], semitones=5)
