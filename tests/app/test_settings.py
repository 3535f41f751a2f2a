import json

from studio.app.settings import RECENT_LIMIT, Settings, load_settings, save_settings
from studio.audio.latency import AUTOMATIC


def test_settings_come_back(tmp_path):
    path = tmp_path / "settings.json"
    settings = Settings(audio_device="Speakers", latency=0.0, first_start=False, recent=("/a", "/b"))
    save_settings(settings, path)
    assert load_settings(path) == settings


def test_missing_damaged_and_foreign_values_are_the_defaults(tmp_path):
    path = tmp_path / "settings.json"
    assert load_settings(path) == Settings()
    path.write_text("{ not json")
    assert load_settings(path) == Settings()
    path.write_text(json.dumps(["a list"]))
    assert load_settings(path) == Settings()
    path.write_text(json.dumps({"latency": "much", "sample_rate": 44100, "unknown": 1, "follow_playhead": 1}))
    assert load_settings(path) == Settings(sample_rate=44_100)


def test_the_latency_that_nobody_chose_becomes_automatic_once(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"latency": 0.1, "theme": "light"}))  # as written before devices had latencies of their own
    assert load_settings(path) == Settings(latency=AUTOMATIC, theme="light")
    for chosen in (0.0, 0.03):
        path.write_text(json.dumps({"latency": chosen}))
        assert load_settings(path).latency == chosen
    save_settings(Settings(latency=0.1), path)  # chosen in the Preferences of today
    assert load_settings(path).latency == 0.1


def test_recent_files_are_newest_first_without_repeats(tmp_path):
    settings = Settings()
    for k in range(RECENT_LIMIT + 3):
        settings = settings.with_recent(tmp_path / f"{k}.mid")
    settings = settings.with_recent(tmp_path / "9.mid")
    assert len(settings.recent) == RECENT_LIMIT
    assert settings.recent[0] == str((tmp_path / "9.mid").resolve())
    assert len(set(settings.recent)) == RECENT_LIMIT


def test_the_latency_that_devices_need_is_kept_by_their_names(tmp_path):
    settings = Settings().with_latency("Loud\tBox", 0.05).with_latency("", 0.1).with_latency("Loud\tBox", 0.1)
    path = tmp_path / "settings.json"
    save_settings(settings, path)
    assert load_settings(path).known_latencies == {"Loud\tBox": 0.1, "": 0.1}
    assert Settings(latencies=("broken", "odd\tmuch")).known_latencies == {}
