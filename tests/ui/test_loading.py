"""The networks get ready while the window is there."""

from studio.errors import StudioError


def test_the_button_waits_for_the_network_and_then_offers_its_styles(window, qtbot):
    window.loading.load_writer()
    assert not window.write_panel.write.isEnabled() and "Loading" in window.write_panel.write.text()
    qtbot.waitUntil(window.write_panel.write.isEnabled, timeout=30_000)
    window.write_panel.styles.style_name = "folk"
    assert window.write_panel.styles.style_name == "folk"
    assert window.transport_panel.device.text() != "..."


def test_without_a_network_the_button_says_so(window, qtbot, monkeypatch):
    def none(model=""):
        raise StudioError("There is no model.", "Install one.")

    monkeypatch.setattr(window.studio.shelf, "generator", none)
    window.loading.load_writer()
    qtbot.waitUntil(lambda: "No network" in window.write_panel.write.text(), timeout=10_000)
    assert not window.write_panel.write.isEnabled()
    assert window.activity.notice.text().startswith("There is no model.")
    assert window.transport_panel.device.text() != "..."  # it stands for loading, which is over
