import mido
import numpy as np
import pytest
import torch

from studio.engines.cards import read_card
from studio.engines.performer import FEATURES, Performer, score_features
from studio.errors import StudioError
from studio.music.notes import Notes
from studio.music.tempo import TempoMap
from studio.music.time import Meter
from studio.train import performer
from studio.train.export import export

RECIPE = {
    "name": "tiny", "trainer": "performer", "model": "tiny", "title": "Tiny", "shape": {"units": 16},
    "schedule": {"steps": 400, "rate": 1e-2, "batch": 256, "weight_decay": 0.0, "measure_every": 50, "seed": 1},
}  # fmt: skip


def write(path, onsets, pitches, velocities, channel=0, name=""):
    """A MIDI file with those notes; onsets in ticks of 480 a beat, each 100 long."""
    rows = [(t, 1, p, v) for t, p, v in zip(onsets, pitches, velocities, strict=True)]
    rows = sorted(rows + [(t + 100, 0, p, 0) for t, _, p, _ in rows])
    file = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name), mido.MetaMessage("set_tempo", tempo=500_000)])
    last = 0
    for tick, _, pitch, velocity in rows:
        track.append(mido.Message("note_on", channel=channel, note=int(pitch), velocity=int(velocity), time=int(tick - last)))
        last = tick
    file.tracks.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save(path)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Drummers whose off-beats come 20 ms late and soft; pianists whose bar lines are loud."""
    root = tmp_path_factory.mktemp("data")
    k = np.arange(96)
    for n in range(4):
        rng = np.random.default_rng(n)
        late = np.where(k % 2, 19, 0) + rng.normal(0, 2, len(k)).round()
        write(
            root / f"symbolic/f_drums_groove/drummer1/s/{n}.mid",
            480 + k * 240 + late,
            np.where(k % 2, 42, 36),
            100 - 40 * (k % 2),
            9,
        )
    rows = "".join(f"drummer1/s/{n}.mid,{s}\n" for n, s in enumerate(("train", "train", "train", "test")))
    (root / "symbolic/f_drums_groove/info.csv").write_text("midi_filename,split\n" + rows)
    for n in range(40):
        loud = np.where(k % 8 == 0, 100, 60) + np.random.default_rng(n).integers(-8, 9, len(k))
        for folder, shift in (("midi_roles", 0), ("midi_original", 37)):
            write(root / f"symbolic/a_pop_pop909/{folder}/{n:03d}.mid", shift + k * 240, 60 + k % 7, loud, name="PIANO")
    return root


@pytest.fixture
def here(root, monkeypatch):
    monkeypatch.setattr(performer, "training_data", lambda: root)
    monkeypatch.setattr(performer, "export", lambda values, card: export(values, card, root / "models"))
    return root


def test_onsets_are_laid_on_sixteenths_or_triplets() -> None:
    written, late = performer.written_and_late(np.array([0.02, 0.26, 0.34, 0.65, 1.48]))
    assert written.tolist() == pytest.approx([0, 0.25, 1 / 3, 2 / 3, 1.5])
    assert late.tolist() == pytest.approx([0.02, 0.01, 0.34 - 1 / 3, 0.65 - 2 / 3, -0.02])


def test_what_a_set_does_not_teach_is_not_learned() -> None:
    notes = Notes.of(np.arange(30) * 480, 240, 60, id=np.arange(30))
    played = (notes, np.zeros(30), np.arange(30.0))
    for teaches, unknown in (("timing", 1), ("loudness", 0)):
        features, target = performer.rows_of(played, Meter(), 120, teaches)
        assert features.shape == (30, FEATURES)
        assert np.isnan(target[:, unknown]).all()
        assert not np.isnan(target[:, 1 - unknown]).any()
    assert not np.isnan(performer.rows_of(played, Meter(), 120, "drums")[1]).any()


def test_missing_targets_cost_nothing_and_give_no_gradient() -> None:
    out = torch.zeros(4, 4, requires_grad=True)
    target = torch.tensor([[1.0, torch.nan]] * 4)
    loss = performer.loss_of(out, target)
    assert loss[1] == 0
    loss.sum().backward()
    assert torch.isfinite(out.grad).all()
    assert (out.grad[:, 1] == 0).all()


def test_a_recipe_learns_how_the_drummers_and_pianists_play(here) -> None:
    performer.train(RECIPE, here / "run", False, lambda fraction, message: None)
    card = read_card(here / "models")
    assert card.figures["drums"]["nats a note, timing and loudness"] < card.figures["drums"]["plain noise"]
    assert {d["licence"] for d in card.data} == {"CC BY 4.0", "MIT (arrangements; the songs are commercial)"}
    k = np.arange(64)
    drums = Notes.of(k * 480, 200, np.where(k % 2, 42, 36), id=k)
    player = Performer()
    player.prepare(card, "cpu")
    playing = player.play(drums, Meter(), TempoMap(), True, 1)
    assert playing.late_ms[1::2].mean() - playing.late_ms[::2].mean() == pytest.approx(19 * 60_000 / 120 / 480, abs=5)
    assert playing.louder[::2].mean() > playing.louder[1::2].mean() + 20
    piano = player.play(Notes.of(k * 480, 200, 60 + k % 7, id=k), Meter(), TempoMap(), False, 1)
    assert piano.louder[::8].mean() > np.delete(piano.louder, k[::8]).mean() + 15
    assert score_features(drums, Meter(), 120, True).shape[0] == 64


def test_without_data_it_says_so(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(performer, "training_data", lambda: tmp_path)
    with pytest.raises(StudioError, match="no recorded playing"):
        performer.train(RECIPE, tmp_path, False, lambda fraction, message: None)
