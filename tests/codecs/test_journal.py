"""The journal of a song: every step comes back, and a torn end costs only itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.codecs.journal import MAGIC, JournalWriter, read_journal, record, records
from studio.errors import StudioError
from studio.music import edits
from studio.music.document import Clip, Document, Sound, Take, Track
from studio.music.edits_sound import add_sound
from studio.music.notes import Notes


def song(notes: int = 50) -> Document:
    columns = Notes.of(np.arange(notes) * 480, 400, 40 + np.arange(notes) % 40)
    document = edits.add_track(Document("Song"), Track(0, "A", clips=(Clip(0, 0, notes * 480, (Take(columns),)),)))
    return edits.add_track(document, Track(0, "B"))


def edited(document: Document, k: int) -> Document:
    """One of a few kinds of edits."""
    track = document.tracks[0]
    ids = track.notes.id[k % max(1, len(track.notes)) :][:3].tolist()
    kinds = (
        lambda: edits.move_notes(document, ids, 480, 1),
        lambda: edits.remove_notes(document, ids),
        lambda: edits.add_notes(document, track.id, Notes.of([k * 100], 200, 60)),
        lambda: edits.set_tempo(document, 0, 60.0 + k),
        lambda: document.with_track(replace(document.tracks[1], name=f"B{k}")),
    )
    return kinds[k % len(kinds)]()


def journal_of(steps: list[tuple[str, Document]], limit: int = 1000) -> bytes:
    writer = JournalWriter(limit)
    return writer.start() + b"".join(writer.step(name, document) for name, document in steps)


def history(count: int) -> list[tuple[str, Document]]:
    steps = [("Open", song())]
    for k in range(count):
        steps.append((f"Edit {k}", edited(steps[-1][1], k)))
    return steps


def test_every_step_comes_back_and_equal_parts_are_the_same_objects():
    steps = history(25)
    back = read_journal(journal_of(steps))
    assert list(back.steps) == steps and back.at == 25 and back.path is None
    tempo_only = next(k for k in range(1, 26) if steps[k][1].tempo != steps[k - 1][1].tempo)
    assert back.steps[tempo_only][1].tracks[0] is back.steps[tempo_only - 1][1].tracks[0]


def test_a_step_costs_little_however_large_the_song():
    large = song(20_000)
    writer = JournalWriter(1000)
    whole = len(writer.step("Open", large))
    moved = edits.move_notes(large, large.tracks[0].notes.id[10_000:10_003].tolist(), 0, 1)
    assert len(writer.step("Move", moved)) < whole / 20


@given(st.integers(0, 10_000))
def test_a_torn_end_costs_only_the_record_it_tears(cut):
    steps = history(6)
    data = journal_of(steps)
    ends = [len(journal_of(steps[:k])) for k in range(1, 8)]
    kept = data[: max(ends[0], len(data) - cut)]
    back = read_journal(kept)
    whole = sum(end <= len(kept) for end in ends)
    assert list(back.steps) == steps[:whole]


def test_undone_steps_go_when_a_new_one_comes():
    steps = history(4)
    writer = JournalWriter(1000)
    data = writer.start() + b"".join(writer.step(*s) for s in steps) + writer.place(1)
    assert read_journal(data).at == 1 and len(read_journal(data).steps) == 5
    other = edits.set_tempo(steps[1][1], 0, 33.0)
    back = read_journal(data + writer.step("Other", other))
    assert back.steps == (*steps[:2], ("Other", other)) and back.at == 2


def test_the_history_is_limited_as_in_the_session_and_the_saved_step_moves_along():
    steps = history(5)
    writer = JournalWriter(3)
    data = writer.start() + b"".join(writer.step(*s) for s in steps[:3]) + writer.file("/a/song.studio", 2)
    data += writer.step(*steps[3])
    back = read_journal(data)
    assert back.steps == tuple(steps[1:4]) and back.saved == 1 and back.path == "/a/song.studio"
    back = read_journal(data + writer.place(0) + writer.step("Other", steps[4][1]))
    assert back.saved is None


def test_other_records_pass_through():
    data = journal_of(history(0)) + record({"kind": "takes", "start": 7}, {"x": np.arange(3)})
    head, columns = read_journal(data).takes
    assert head["start"] == 7 and columns["x"].tolist() == [0, 1, 2]
    assert read_journal(data + record({"kind": "takes"}, {})).takes is None


@pytest.mark.parametrize("data", [b"", b"no journal", MAGIC, MAGIC + b"\x05\0\0\0\0\0\0\0abcde", journal_of([])])
def test_without_a_whole_step_it_is_damaged(data):
    with pytest.raises(StudioError, match="damaged"):
        read_journal(data)


@given(st.binary(max_size=60), st.integers(0, 2000))
def test_any_damage_is_a_journal_or_an_error_never_a_crash(junk, at):
    data = bytearray(journal_of(history(3)))
    data[at % len(data) : at % len(data) + len(junk)] = junk
    try:
        back = read_journal(bytes(data))
    except StudioError:
        return
    assert 1 <= len(back.steps) <= 4


def test_a_head_that_lies_is_damage():
    good = journal_of(history(0))
    lying = record({"kind": "step", "name": "x", "song": {}, "kept": {"notes/id": [9, 9]}}, {"notes/id": np.arange(2)})
    assert len(read_journal(good + lying).steps) == 1
    assert [head["kind"] for head, _ in records(good)] == ["start", "step"]


def test_a_sound_is_written_and_kept_once():
    data = np.random.default_rng(0).integers(0, 256, 300_000, np.uint8)
    sound = Sound("a" * 64, "Voice", 8_000, 80_000, data, np.zeros(1_000, np.uint8))
    steps = [("Open", song()), ("Import", add_sound(song(), sound, 0))]
    for k in range(20):
        steps.append((f"Edit {k}", edited(steps[-1][1], k)))
    written = journal_of(steps)
    assert len(written) < 1.3 * len(data)
    back = read_journal(written)
    assert list(back.steps) == steps
    kept = [document.sounds[0].data for _, document in back.steps[1:]]
    assert all(np.shares_memory(part, kept[0]) for part in kept) and np.array_equal(kept[0], data)
