"""A small version of the bench: files made here, and a few damaged ones."""

import json
import random

import numpy as np
import pytest

from studio.app.benches_midi import (
    bench_damage,
    channel_programs,
    compare_file,
    document_facts,
    is_sentence,
    run,
    symusic_facts,
)
from studio.app.midi_damage import small_files
from studio.codecs.midi import read_midi
from studio.errors import StudioError
from tests.codecs.midi_bytes import NOTE, event, file, meta, off, on


@pytest.mark.parametrize("name", ["type 0", "type 1", "in RIFF"])
@pytest.mark.parametrize("seed", range(5))
def test_symusic_sees_what_we_see(name, seed):
    data = small_files(random.Random(seed))[name]
    if name == "in RIFF":
        data = data[data.find(b"MThd") :]
    result = compare_file(data)
    assert (result.unexplained, result.explained) == ((), {})
    assert result.notes > 20


@pytest.mark.parametrize("division", [24, 96, 192, 220, 384, 480, 960, 1_024, 15_360])
def test_at_any_resolution(division):
    rng = random.Random(division)
    body, conductor = b"", meta(7, 0x51, b"\x05\x00\x01") + meta(101, 0x58, bytes([5, 3, 24, 8]))
    for _ in range(50):
        pitch = rng.randrange(128)
        body += on(rng.randrange(division), pitch) + off(rng.randrange(1, division), pitch)
    assert compare_file(file(conductor, body, division=division)).unexplained == ()


def test_notes_without_an_end_are_explained():
    result = compare_file(file(NOTE + on(5, 70) + off(5, 71)))
    assert (result.unexplained, result.explained) == ((), {"notes without an end, kept": 1})


def test_programs_of_another_chunk_are_explained():
    data = file(event(0, 0xC0, 33), NOTE * 3)
    result = compare_file(data)
    assert (result.unexplained, result.explained) == ((), {"programs set in another chunk": 3})
    assert channel_programs(data)[:, 3].tolist() == [33, 33, 33]


def test_disagreements_are_named():
    facts = document_facts(read_midi(file(NOTE)).document)
    other = symusic_facts(file(meta(0, 0x51, b"\x05\x00\x01"), on(0, 61) + off(480, 61)))
    assert facts.differences(other) == ["tempi", "pitches"]
    assert facts.differences(symusic_facts(file(NOTE * 2))) == ["number of notes"]
    assert facts.differences(symusic_facts(file(NOTE))) == []
    assert np.array_equal(facts.notes, [[0, 960, 60, 80, 0, 0]])


def test_damaged_files_do_no_harm():
    row = bench_damage(72, seed=3)
    assert row["harm"] == {}
    assert sum(row.get(k, 0) for k in ("opened", "opened with losses told", "refused")) == 72


def test_sentences():
    assert is_sentence("This is not a MIDI file.")
    for wrong in ("", "no capital.", "No stop", "Two. Sentences.", "Two\nlines."):
        assert not is_sentence(wrong)


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("STUDIO_DATA", str(tmp_path))
    with pytest.raises(StudioError, match="no MIDI files"):
        run(["--mutations", "1"])
    (tmp_path / "symbolic").mkdir()
    (tmp_path / "symbolic" / "a.mid").write_bytes(file(NOTE))
    assert run(["--mutations", "9"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["whole files"]["files"] == 1
    assert told["whole files"]["disagreements"] == {}
    assert told["damaged files"]["mutations"] == 9
