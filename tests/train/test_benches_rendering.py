import json

import mido

from studio.engines.api import DRUM_KIT
from studio.train import benches_rendering
from studio.train.benches_instruments import prepared
from studio.train.benches_rendering import as_batch, as_midi, run, slices_agree, song, timed
from tests.engines.instruments import tiny_model


def test_a_song_of_sixteen_voices_sounds_alike_in_both_forms(tmp_path):
    notes = song(2.0)
    batch, starts = as_batch(notes, 48000)
    assert len(batch) == len(starts) == len(notes)
    assert len({n[0] for n in notes}) == 16
    at_one_second = sum(1 for n in notes if n[3] <= 1.0 < n[3] + n[4])
    assert at_one_second == 16
    assert all((p == DRUM_KIT) == (n[0] == 9) for p, n in zip(batch.program, notes, strict=True))
    as_midi(notes, tmp_path / "a.mid")
    messages = [m for m in mido.MidiFile(tmp_path / "a.mid") if m.type == "note_on"]
    assert len(messages) == len(notes)


def test_more_voices_are_chords():
    notes = song(1.0, 64)
    assert sum(1 for n in notes if n[3] <= 0.1 < n[3] + n[4]) == 64
    assert len({(n[0], n[1], n[3]) for n in notes}) == len(notes)


def test_a_song_is_timed_and_slices_agree(tmp_path):
    engine = prepared(tiny_model(tmp_path / "tiny").folder)
    notes = song(0.6)[:6]
    as_midi(notes, tmp_path / "a.mid")
    found = timed(tmp_path / "a.mid", engine, 44100, True)
    assert found.wall > 0
    assert found.peak > 0.001
    assert slices_agree(engine, as_batch(notes, 44100)[0], 44100, 3) == (3, 3)


def test_the_command(tmp_path, monkeypatch, capsys):
    fluid = {"fluid_dry": 20.0, "fluid_wet": 18.0, "fluid_dry_cpu_seconds": 0.1, "fluid_wet_cpu_seconds": 0.1}
    monkeypatch.setattr(benches_rendering, "_fluid", lambda midi, seconds, rate: fluid)
    model = tiny_model(tmp_path / "tiny").folder
    run(["--model", str(model), "--seconds", "0.1"])
    printed = capsys.readouterr().out
    assert "16 keys held at all times" in printed
    assert "FluidSynth  18.0" in printed
    run(["--model", str(model), "--seconds", "0.1", "--json"])
    assert json.loads(capsys.readouterr().out)["slices_equal"] == 16
