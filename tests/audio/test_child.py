"""Children: light imports, messages both ways, an end for each."""

import subprocess
import sys
import time

import numpy as np

from studio.audio.child import CHILD_FLAG, alive_until, run_child

HEAVY = (
    "torch",
    "scipy",
    "PySide6",
    "librosa",
    "multiprocessing.pool",
    "typer",
    "studio.music.notes",
    "studio.engines",
    "pedalboard",
)


def modules_of(module: str) -> set[str]:
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_processes_load_only_what_they_need() -> None:
    player, desk = modules_of("studio.audio.player"), modules_of("studio.audio.desk")
    for heavy in HEAVY:
        assert heavy not in player
        assert heavy not in desk
    assert not [m for m in player if m.startswith("studio.music")]
    assert {m for m in desk if m.startswith("studio.music.")} == {"studio.music.effects"}  # plain values
    assert "sounddevice" in player
    assert "sounddevice" not in desk


def test_other_command_lines_are_left_alone() -> None:
    assert not run_child([])
    assert not run_child(["compose", "--help"])
    assert not run_child([CHILD_FLAG, "os"])


def test_a_child_answers_and_ends_with_its_parent() -> None:
    from studio.audio.child import Child
    from studio.audio.ring import DESK_ALIVE, Ring

    ring = Ring(rate=8000)
    said: list[dict] = []
    child = Child("studio.audio.desk", [ring.name], lambda message, arrays: said.append(message))
    child.tell({"do": "drop", "id": 7})
    child.tell({"do": "rows"}, (np.zeros((0, 4), np.int64),))
    until = time.monotonic() + 30.0
    while not said and time.monotonic() < until:  # once its parent is gone, a child ends at once
        time.sleep(0.02)
    child.close(patience=10.0)
    assert said == [{"event": "dropped", "id": 7}]
    assert not child.running
    assert ring.numbers[DESK_ALIVE] > 0
    ring.close()


def test_alive_until_lies_ahead() -> None:
    assert alive_until(2.0) > alive_until(1.0)
