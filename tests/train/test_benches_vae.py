import numpy as np
import pytest

from studio.engines.clip_grid import HOLD, SILENCE, DrumClip, line_tokens
from studio.train import benches_vae
from studio.train.benches_vae import blending, clip_of, playable, rebuilding, sampling, sliding, spearman, usual
from tests.arrangers import tiny_clips
from tests.train.test_clips_task import some_clips


def test_rank_correlation():
    assert spearman([1, 2, 3, 4], [10, 20, 25, 90]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    assert spearman([1, 1, 2, 2], [1, 2, 1, 2]) == pytest.approx(0)


def test_what_can_be_played():
    line = line_tokens(np.array([0, 8]), np.array([4, 4]), np.array([60, 62]), 1, 32)
    assert playable(line, 2)
    for at, token in ((0, HOLD), (20, HOLD), (0, SILENCE)):
        broken = line.copy()
        broken[at] = token
        assert not playable(broken, 2)
    assert not playable(DrumClip.empty(), 2)
    clip = clip_of(some_clips("drums"), "drums", 0)
    assert playable(clip, 2) and not playable(clip, 1)


@pytest.mark.parametrize("kind", ["lines", "drums"])
def test_the_baseline_is_what_is_usual_in_training(kind):
    read = some_clips(kind)
    right = usual(read, kind, np.array([5]))
    assert right.shape == (1, 32)
    if kind == "lines":
        assert right[0, 3::4].all()  # each fourth step is silent everywhere


def test_the_usual_touch_is_the_mean_of_the_place():
    read = some_clips("drums")
    read.rows[..., 1:] = read.rows[..., :1] * np.array([80, 140], np.uint8)
    assert benches_vae.usual_touch(read, np.array([4, 5])) == (0, 0)
    read.rows[5, ..., 1] = read.rows[5, ..., 0] * 90
    assert benches_vae.usual_touch(read, np.array([5]))[0] == pytest.approx(10)


@pytest.mark.parametrize("kind", ["lines", "drums"])
def test_it_prints_what_it_measured(kind, capsys):
    read = some_clips(kind)
    read.split[:3] = 2
    vae = tiny_clips(kind)
    rebuilding(vae, read, kind, 10)
    blending(vae, read, kind, 3)
    sampling(vae, read, kind, 5)
    sliding(vae, read, kind, 3)
    said = capsys.readouterr().out
    for word in ("teacher-forced", "baseline", "monotone 100.0%", "playable 100.00%", "slider density"):
        assert word in said


def test_it_measures_the_models_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(benches_vae, "read_card", lambda folder: folder.name)
    monkeypatch.setattr(benches_vae, "clips", some_clips)
    made = []

    class Vae:
        def prepare(self, card, device):
            made.append(card)

    monkeypatch.setattr(benches_vae, "ClipVae", Vae)
    for name in ("rebuilding", "blending", "sampling", "sliding"):
        monkeypatch.setattr(benches_vae, name, lambda *given: None)
    assert benches_vae.run(["--lines", "mine"]) == 0
    assert made == ["mine", "vae-drums", "vae-phrase"]
