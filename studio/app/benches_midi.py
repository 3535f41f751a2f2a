"""``studio bench midi``: files come in and go out as an independent reader sees them, and damaged ones do no harm.

The independent reader is symusic; the files are all MIDI files of the symbolic training data.
"""

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import mido
import numpy as np
import numpy.typing as npt

from studio.app.midi_damage import damaged_files
from studio.codecs.midi import read_midi, write_midi
from studio.errors import StudioError
from studio.music import edits
from studio.music.checks import check
from studio.music.document import Document, Track
from studio.music.notes import Notes
from studio.music.time import TICKS_PER_QUARTER
from studio.paths import training_data

SLOWEST_ALLOWED = 2.0
_COLUMNS = ("starts", "durations", "pitches", "velocities", "programs", "drums")
_PROGRAM = _COLUMNS.index("programs")
_ALL_BUT_PROGRAM = [0, 1, 2, 3, 5]
_AS_PLAYED = [0, 2, 3, 4]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Facts:
    """What a reader sees: rows (start, duration, pitch, velocity, program, drums) of the notes, and the conductor's changes."""

    notes: Rows
    tempi: tuple[tuple[int, ...], ...]
    signatures: tuple[tuple[int, ...], ...]

    def differences(self, other: "Facts") -> list[str]:
        """The kinds of things in which two readers disagree."""
        found = [k for k in ("tempi", "signatures") if getattr(self, k) != getattr(other, k)]
        if len(self.notes) != len(other.notes):
            return [*found, "number of notes"]
        unequal = [
            name for i, name in enumerate(_COLUMNS) if not np.array_equal(np.sort(self.notes[:, i]), np.sort(other.notes[:, i]))
        ]
        return [*found, *(unequal or ([] if np.array_equal(self.notes, other.notes) else ["notes"]))]


def _rows(parts: list[npt.NDArray[Any]]) -> Rows:
    rows = np.concatenate(parts).astype(np.int64) if parts else np.zeros((0, len(_COLUMNS)), np.int64)
    return _sorted(rows, list(range(len(_COLUMNS))))


def _sorted(rows: Rows, columns: list[int]) -> Rows:
    chosen = rows[:, columns]
    return chosen[np.lexsort(chosen.T[::-1])]


def document_facts(document: Document) -> Facts:
    """A document as we see it."""
    parts = []
    for track in document.tracks:
        n = track.notes
        drums = np.full(len(n), track.drums)
        parts.append(np.stack([n.start, n.duration, n.pitch, n.velocity, track.programs_at(n.start), drums], axis=1))
    tempi = tuple((c.tick, c.micros) for c in document.tempo.changes)
    return Facts(_rows(parts), tempi, tuple((s.tick, s.numerator, s.denominator) for s in document.meter.signatures))


def symusic_facts(data: bytes) -> Facts:
    """A MIDI file as symusic sees it, its ticks turned into ours by multiplying first and rounding once.

    Of several changes at one tick the last counts; without any, 120 quarter notes a minute and 4/4 hold.
    """
    import symusic  # a test dependency: only this bench and the tests need it

    score: Any = symusic.Score.from_midi(data)
    resolution = score.ticks_per_quarter

    def ours(ticks: npt.ArrayLike) -> Rows:
        return np.asarray((2 * np.asarray(ticks, np.int64) * TICKS_PER_QUARTER + resolution) // (2 * resolution))

    parts = []
    for track in score.tracks:
        n = track.notes.numpy()
        start, end = n["time"].astype(np.int64), n["time"].astype(np.int64) + n["duration"]
        length = np.maximum(ours(end) - ours(start), 1)
        same = [np.full(len(start), int(v)) for v in (track.program, track.is_drum)]
        parts.append(np.stack([ours(start), length, n["pitch"], n["velocity"], *same], axis=1))
    tempi = {0: (500_000,)} | {int(ours(t.time)): (t.mspq,) for t in score.tempos}
    metres = {0: (4, 4)} | {int(ours(s.time)): (s.numerator, s.denominator) for s in score.time_signatures}
    changes = (tuple((t, *v) for t, v in sorted(lane.items())) for lane in (tempi, metres))
    return Facts(_rows(parts), *changes)


def channel_programs(data: bytes) -> Rows:
    """Rows (start, pitch, velocity, program) of a file's notes as a player of mido's merged tracks would have them.

    A channel's program holds in all chunks, and a change takes effect before the notes of its tick.
    """
    file = mido.MidiFile(file=BytesIO(data), clip=True)
    now, programs = 0, [0] * 16
    struck: list[tuple[int, tuple[int, int, int]]] = []
    rows: list[list[int]] = []
    for message in [*file.merged_track, None]:
        if message is None or message.time:
            rows += [[*note, programs[channel]] for channel, note in struck]
            struck = []
        if message is None:
            break
        now += message.time
        if message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type == "note_on" and message.velocity:
            tick = (2 * now * TICKS_PER_QUARTER + file.ticks_per_beat) // (2 * file.ticks_per_beat)
            struck.append((message.channel, (tick, message.note, message.velocity)))
    return _sorted(np.array(rows, np.int64).reshape(-1, 4), [0, 1, 2, 3])


def _more(one: Rows, other: Rows) -> int:
    """How many rows of ``one`` are missing in ``other``."""
    return (Counter(map(tuple, one.tolist())) - Counter(map(tuple, other.tolist()))).total()


@dataclass(frozen=True)
class Comparison:
    """A file's disagreements: those without a reason, and those that are symusic's way, with the notes concerned."""

    unexplained: tuple[str, ...]
    explained: dict[str, int]
    notes: int


def compare_file(data: bytes) -> Comparison:
    """Compare our reading, and symusic's reading of our export, with symusic's of the original.

    Two disagreements are explained once it is shown that they are nothing else: symusic leaves out notes that never end,
    which are closed here, and forgets that a program set in one chunk holds for its channel in all (mido's merged reading
    must agree with ours).
    """
    document = read_midi(data).document
    written = write_midi(document)
    mine, theirs = document_facts(document), symusic_facts(data)
    explained: dict[str, int] = {}
    surplus, missing = _more(mine.notes, theirs.notes), _more(theirs.notes, mine.notes)
    if surplus and not missing:
        explained["notes without an end, kept"] = surplus
    elif (
        surplus
        and np.array_equal(_sorted(mine.notes, _ALL_BUT_PROGRAM), _sorted(theirs.notes, _ALL_BUT_PROGRAM))
        and np.array_equal(_sorted(mine.notes, _AS_PLAYED), channel_programs(data))
    ):
        explained["programs set in another chunk"] = surplus
    if explained:
        theirs = Facts(mine.notes, theirs.tempi, theirs.signatures)
    found = [f"read: {d}" for d in mine.differences(theirs)]
    found += [f"exported: {d}" for d in symusic_facts(written).differences(theirs)]
    found += [f"read again: {d}" for d in document_facts(read_midi(written).document).differences(mine)]
    return Comparison(tuple(found), explained, document.note_count)


def bench_files(limit: int = 0) -> dict[str, Any]:
    """All MIDI files of the symbolic data (or ``limit`` of them, evenly chosen): counts, disagreements by kind."""
    folder = training_data() / "symbolic"
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".mid", ".midi"))
    if not files:
        raise StudioError(f"There are no MIDI files in '{folder}'.", "Set STUDIO_DATA to the folder of training data.")
    files = files[:: max(1, len(files) // limit) if limit else 1]
    kinds: Counter[str] = Counter()
    explained: Counter[str] = Counter()
    examples: dict[str, str] = {}
    lossy, notes, reading = 0, 0, 0.0
    for path in files:
        data = path.read_bytes()
        begun = time.process_time()
        lossy += bool(read_midi(data).lost)
        reading += time.process_time() - begun
        result = compare_file(data)
        notes += result.notes
        kinds.update(result.unexplained)
        explained.update({f"files with {name}": 1 for name in result.explained})
        explained.update(result.explained)
        for kind in (*result.unexplained, *result.explained):
            examples.setdefault(kind, str(path.relative_to(folder)))
    return {
        "files": len(files),
        "notes": notes,
        "files_with_losses_told": lossy,
        "disagreements": dict(kinds),
        "explained": dict(explained),
        "examples": examples,
        "reading_cpu_s": round(reading, 2),
        "reading_cpu_s_per_200k_notes": round(reading / max(notes, 1) * 200_000, 2),
    }


def bench_damage(count: int, seed: int) -> dict[str, Any]:
    """``count`` damaged files: how many opened, were refused in one sentence, or did harm, and the slowest in seconds."""
    outcomes: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    harm: dict[str, str] = {}
    slowest, slowest_cpu, slowest_name = 0.0, 0.0, ""
    for name, data in damaged_files(count, seed):
        begun, begun_cpu = time.perf_counter(), time.process_time()
        try:
            result = read_midi(data)
            outcomes["opened with losses told" if result.lost else "opened"] += 1
            faults = check(result.document)
            faults += check(read_midi(write_midi(result.document)).document)
            if faults:
                harm[name] = faults[0]
        except StudioError as error:
            outcomes["refused"] += 1
            sentences[error.message] += 1
            if not is_sentence(error.message):
                harm[name] = f"not one sentence: {error.message}"
        except Exception as error:  # noqa: BLE001 - a crash is what the bench counts
            harm[name] = repr(error)
        slowest = max(slowest, time.perf_counter() - begun)
        took = time.process_time() - begun_cpu
        if took > slowest_cpu:
            slowest_cpu, slowest_name = took, name
    row: dict[str, Any] = {"mutations": count, "seed": seed, **outcomes, "refusals": dict(sentences), "harm": harm}
    return row | {
        "slowest_s": round(slowest, 3),  # of a busy machine too
        "slowest_cpu_s": round(slowest_cpu, 3),
        "slowest": slowest_name,
        "peak_memory_mb": _peak_memory(),
    }


def _peak_memory() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def bench_speed() -> dict[str, float]:
    """Processor seconds to write and read 200,000 notes of ten tracks, and mido's to read the same file."""
    rng = np.random.default_rng(1)
    document = Document()
    for program in range(10):
        columns = (rng.integers(low, high, 20_000) for low, high in ((0, 4_000_000), (60, 900), (20, 100), (1, 127)))
        document = edits.add_track(document, Track(0, program=program))
        document = edits.add_notes(document, document.tracks[-1].id, Notes.of(*columns))
    marks = [time.process_time()]
    data = write_midi(document)
    marks.append(time.process_time())
    read_midi(data)
    marks.append(time.process_time())
    mido.MidiFile(file=BytesIO(data))
    marks.append(time.process_time())
    return dict(zip(("write_s", "read_s", "mido_read_s"), np.diff(marks).round(3).tolist(), strict=True))


def is_sentence(text: str) -> bool:
    """Whether ``text`` is one sentence: a capital first, a full stop last and nowhere else."""
    return text[:1].isupper() and text.endswith(".") and ". " not in text and "\n" not in text


def run(argv: list[str]) -> int:
    """Both halves of the bench; 0 when every file agrees and no damaged one does harm."""
    parser = argparse.ArgumentParser(prog="studio bench midi", description=__doc__)
    parser.add_argument("--files", type=int, default=0, help="compare about so many files only (0: all)")
    parser.add_argument("--mutations", type=int, default=500, help="how many damaged files are made")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    whole, damaged = bench_files(options.files), bench_damage(options.mutations, options.seed)
    told = {"whole files": whole, "damaged files": damaged, "200,000 notes": bench_speed()}
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return int(bool(whole["disagreements"] or damaged["harm"] or damaged["slowest_cpu_s"] > SLOWEST_ALLOWED))
