import json

import mido

from studio.engines.api import DRUM_KIT
from studio.train import benches_rendering
from studio.train.benches_instruments import prepared
from studio.train.benches_rendering import Timed, as_batch, as_midi, run, slices_agree, song, summary, timed
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
    walls = iter([0.5, 1.0, 0.7, 1.4, 0.6, 1.2])  # dry and wet, in three rounds
    monkeypatch.setattr(benches_rendering, "_fluid", lambda midi, rate, dry: Timed(next(walls), 0.1))
    model = tiny_model(tmp_path / "tiny").folder
    run(["--model", str(model), "--seconds", "0.1", "--rounds", "3"])
    printed = capsys.readouterr().out
    assert "16 keys held at all times" in printed
    assert "medians of 3 rounds" in printed
    assert "FluidSynth   0.1" in printed
    monkeypatch.setattr(benches_rendering, "_fluid", lambda midi, rate, dry: None)
    run(["--model", str(model), "--seconds", "0.1", "--rounds", "1", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["slices_equal"] == 16
    assert "wet_ratio" not in found


def test_what_is_told_of_rounds_is_their_median_and_how_far_ratios_spread():
    pairs = [(0.5, 1.0), (1.0, 1.1), (0.8, 2.4)]  # the ratios, 2.0, 1.1 and 3.0, are those of what ran side by side
    found = summary([{"wet": (Timed(ours, ours, 0.2 * ours), Timed(theirs, 1.0))} for ours, theirs in pairs], 8.0)
    assert found["wet_times_real_time"] == 10.0
    assert found["wet_wall_seconds"] == found["wet_cpu_seconds"] == 0.8
    assert found["wet_peak"] == 0.2
    assert found["fluid_wet"] == 8.0 / 1.1
    assert [found[f"wet_ratio{k}"] for k in ("", "_least", "_most")] == [2.0, 1.1, 2.4 / 0.8]
    alone = summary([{"wet": (Timed(0.5, 0.5, 0.1), None)}], 1.0)
    assert alone["wet_times_real_time"] == 2.0
    assert not any("ratio" in k or "fluid" in k for k in alone)
