"""The device menu."""

import pytest

from studio.nn import runtime


@pytest.fixture
def devices(window, monkeypatch):
    monkeypatch.setattr(runtime, "devices", lambda: ["cpu"])
    monkeypatch.setattr(window.studio.playback, "devices", lambda: ["Loud", "Quiet"])
    monkeypatch.setattr(window.studio.playback, "reload", lambda: None)
    return window.devices


def test_devices_are_offered_and_chosen(window, devices, qtbot):
    devices.open()
    qtbot.waitUntil(lambda: devices.menu is not None)
    entries = {a.text(): a for a in devices.menu.actions() if a.isCheckable()}
    assert {"Best there is", "CPU", "The system's own device", "Loud", "Quiet", "Lowest"} <= set(entries)
    assert entries["Best there is"].isChecked()
    devices.menu.hide()
    entries["Quiet"].trigger()
    assert window.studio.settings.audio_device == "Quiet"


def test_another_device_for_the_networks(window, devices, qtbot):
    devices.use_model_device("cpu")
    assert window.studio.settings.model_device == "cpu"
    assert window.studio.shelf.device == "cpu"
    qtbot.waitUntil(window.write_panel.write.isEnabled, timeout=60_000)  # imports torch
