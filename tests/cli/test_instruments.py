import json

import numpy as np
import pytest

from studio.app import shelf
from studio.cli import run
from studio.codecs.audiofile import write_audio
from studio.engines.cards import find_cards
from studio.paths import resources
from tests.engines.instruments import tiny_encoder, tiny_model
from tests.train.notes import RATE, pipe


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    tiny_encoder(tiny_model(tmp_path / "models" / "tiny"))
    monkeypatch.setattr(shelf, "find_cards", lambda: find_cards(tmp_path / "models"))
    sound = np.concatenate([np.pad(pipe(220.0 * r, 0.5), (0, 6000)) for r in (1, 1.5)])
    write_audio(tmp_path / "pipe.wav", sound[:, None].astype(np.float32), RATE)
    return tmp_path


def test_learn_blend_list_render_and_forget(home, capsys):
    assert run(["learn-instrument", str(home / "pipe.wav"), "--name", "Pipe", "--steps", "5", "--json"]) == 0
    learned = json.loads(capsys.readouterr().out)
    assert (learned["id"], learned["notes"], learned["keys"]) == ("own-pipe", 2, [57, 64])
    assert run(["blend-instruments", "Pipe", "flute", "--name", "Half", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["of"] == ["own-pipe", "flute"]
    assert run(["instruments", "--json"]) == 0
    assert {"own-pipe", "own-half", "piano"} <= {row["id"] for row in json.loads(capsys.readouterr().out)}
    song = str(next((resources() / "demo").glob("*.studio")))
    assert run(["render", song, str(home / "a.wav"), "--instrument", "1=Kazoo"]) == 1
    assert "Pipe" in capsys.readouterr().err
    assert run(["forget-instrument", "own-pipe"]) == 0
    assert run(["forget-instrument", "own-pipe"]) == 1


def test_kinds_are_three(home, capsys):
    assert run(["learn-instrument", str(home / "pipe.wav"), "--name", "Pipe", "--kind", "wobbly"]) == 1
    assert "held, ringing" in capsys.readouterr().err


def test_a_kit_with_blends(home, capsys):
    words = [
        "vary-kit",
        "--name",
        "Soft",
        "--tune",
        "ride=-2",
        "--blend",
        "acoustic snare=drums_kick:0.3",
        "--blend",
        "36=drums_snare",
    ]
    assert run([*words, "--json"]) == 0
    kit = json.loads(capsys.readouterr().out)["kit"]
    assert kit["38"]["piece"] == "own-soft-acoustic-snare"
    assert kit["36"]["piece"] == "own-soft-bass-drum"
    assert run(["vary-kit", "--name", "B", "--blend", "38=drums_kick:lots"]) == 1
    assert run(["vary-kit", "--name", "B", "--blend", "38=drums_kick:3"]) == 1
    assert "between 0 and 1" in capsys.readouterr().err
