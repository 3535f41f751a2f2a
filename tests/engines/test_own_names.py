import subprocess
import sys

from studio.engines import own_names
from studio.engines.cards import Card, find_cards, write_card
from studio.engines.own_names import NUMBERS, own_number, titles


def test_numbers_are_made_of_the_id_alone():
    assert own_number("own-viola") == own_number("own-viola") != own_number("own-violin")
    assert all(own_number(f"own-{k}") in NUMBERS for k in range(200))


def test_titles_are_read_from_the_cards(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    assert titles() == {}
    folder = tmp_path / "data" / "instruments" / "own-viola"
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(b"x")
    write_card(Card("own-viola", "own-instrument", "Viola", folder=folder))
    assert titles() == {"own-viola": "Viola"}


def test_no_network_is_needed_for_it():
    code = "import sys, studio.engines.own_names; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_without_a_folder_there_are_none(home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("STUDIO_HOME", str(home / "file"))
    assert titles() == {}


def test_no_two_are_called_alike(monkeypatch):
    monkeypatch.setattr(own_names, "titles", lambda: {"own-a": "My kit", "own-b": "My kit 2"})
    assert [own_names.free_title(name) for name in ("Other", "My kit")] == ["Other", "My kit 3"]


def test_of_use_is_what_was_made_for_the_installed_models(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    networks = {
        "own-old": "of last year",
        "own-new": next(c.sha256 for c in find_cards() if c.id == "instruments"),
        "own-kit-a": None,
    }
    for name, network in networks.items():
        folder = tmp_path / "data" / "instruments" / name
        folder.mkdir(parents=True)
        (folder / "weights.safetensors").touch()
        write_card(Card(name, "own-instrument", name, hyper={"network": network} if network else {}, folder=folder))
    assert titles().keys() == networks.keys()
    assert own_names.playable() == {"own-new", "own-kit-a"}
