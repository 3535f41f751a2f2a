"""The user's plug-ins: found, looked at in another process, refused with one sentence."""

from pathlib import Path

import pytest

from studio.app import plugins
from studio.app.plugins import PluginInfo, found_plugins, look_at
from studio.errors import StudioError


def fake_probe(monkeypatch, tmp_path, body):
    """Another module in the probe's place."""
    (tmp_path / "fake_probe.py").write_text(body)
    monkeypatch.setattr(plugins, "_MODULE", "fake_probe")
    monkeypatch.setattr(plugins, "_ROOT", tmp_path)
    path = tmp_path / "Thing.vst3"
    path.write_bytes(b"")
    return path


def test_bundles_are_found_once(monkeypatch, tmp_path):
    monkeypatch.setattr(plugins, "folders", lambda: (tmp_path, tmp_path / "missing"))
    inner = tmp_path / "b.vst3" / "Contents" / "x86_64-win"
    inner.mkdir(parents=True)
    (inner / "b.vst3").write_bytes(b"")
    (tmp_path / "A.vst3").write_bytes(b"")
    assert found_plugins() == [tmp_path / "A.vst3", tmp_path / "b.vst3"]


def test_folders_of_ones_own(monkeypatch):
    monkeypatch.setenv("VST3_PATH", "/my/plugins")
    assert plugins.folders()[0] == Path("/my/plugins")


def test_what_a_plugin_says_of_itself(monkeypatch, tmp_path):
    path = fake_probe(
        monkeypatch, tmp_path, 'print(\'{"title": "Thing", "parameters": [["gain", "Gain", 0.5]], "state": "QQ=="}\')'
    )
    info = look_at(path)
    assert info == PluginInfo(str(path), "Thing", (("gain", "Gain", 0.5),), "QQ==")
    assert info.effect().title == "Thing"
    assert info.effect().state == "QQ=="


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('print(\'{"error": "it is broken."}\')', "cannot be used: it is broken."),
        ("import os; os.abort()", "broke down"),
        ("import time; time.sleep(60)", "does not answer"),
    ],
)
def test_plugins_that_fail(monkeypatch, tmp_path, body, said):
    path = fake_probe(monkeypatch, tmp_path, body)
    monkeypatch.setattr(plugins, "PATIENCE_SECONDS", 2.0 if "sleep" in body else 30.0)
    with pytest.raises(StudioError, match=said):
        look_at(path)


def test_a_plugin_that_is_not_there(tmp_path):
    with pytest.raises(StudioError, match="is not there"):
        look_at(tmp_path / "a.vst3")
