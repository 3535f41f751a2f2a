import json

from studio.ui import benches_startup


def test_the_median_decides(monkeypatch, capsys):
    paints = iter([{"seconds": s, "processor_seconds": 0.5, "loaded": ["numpy"]} for s in (9.0, 0.4, 0.6, 3.0)])
    monkeypatch.setattr(benches_startup, "_first_paint", lambda environment: next(paints))
    assert benches_startup.run(["--offscreen", "--runs", "3"]) == 0
    assert "median 0.60 s" in capsys.readouterr().out


def test_a_slow_start_is_exit_code_1(monkeypatch, capsys):
    slow = {"seconds": 2.0, "processor_seconds": 0.5, "loaded": []}
    monkeypatch.setattr(benches_startup, "_first_paint", lambda environment: slow)
    assert benches_startup.run(["--offscreen", "--runs", "3"]) == 1


def test_one_paint_is_measured_for_machines(monkeypatch, capsys):
    one = {"seconds": 0.5, "processor_seconds": 0.5, "loaded": ["PySide6"]}
    monkeypatch.setattr(benches_startup, "_first_paint", lambda environment: one)
    assert benches_startup.run(["--offscreen", "--runs", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["loaded"] == ["PySide6"]
