from studio import paths


def test_what_is_shipped_is_there():
    assert (paths.resources() / "icons" / "app.svg").is_file()
    assert paths.models().is_dir()


def test_the_user_s_folders_are_made_below_the_home(home):
    assert paths.user_config() == home / "config"
    assert paths.user_state() == home / "state"
    assert paths.user_config().is_dir()


def test_the_data_s_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("STUDIO_DATA", str(tmp_path))
    assert paths.training_data() == tmp_path
    monkeypatch.delenv("STUDIO_DATA")
    assert paths.training_data().parts[-2:] == ("shared", "data")


def test_a_folder_that_cannot_be_made_is_missing_and_no_more(home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("STUDIO_HOME", str(home / "file" / "inside"))
    assert not paths.user_config().exists() and not paths.user_instruments().exists()
