"""Sets a machine up: system packages, .venv, pinned dependencies. Standard library only; run.py and test.py share it.

A stamp in .venv (hash of the pins, of pyproject.toml and of the place) tells that nothing is left to do, so that a second
start costs next to nothing. Whatever can go wrong here ends in :class:`SetUpError`: one sentence, and what to do next.
"""

from __future__ import annotations

import hashlib
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "partita.json"
LOG = VENV / "set-up.log"
PINS = ROOT / "packaging" / "constraints.txt"
PYTHONS = ((3, 11), (3, 14))  # oldest and newest, see requires-python

# Shared library -> the Debian package that brings it (proven on a bare Debian 12). Qt blames xcb-cursor for most of them.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libportaudio.so.2": "libportaudio2",
    "libatomic.so.1": "libatomic1",
}
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
    "jackd": "jackd2",
    "xdotool": "xdotool",
    "fluidsynth": "fluidsynth",
}
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
_CHINESE = ("DroidSansFallback*", "*CJK*", "wqy-*", "SourceHan*", "uming*", "ukai*")  # files of fonts that have its letters
# Without these it works less well: no sound, no effects, no letters, no Chinese letters, tests skipped.
USEFUL = {
    "libportaudio2",
    "libatomic1",
    "libasound2-plugins",
    "fonts-dejavu-core",
    "fonts-droid-fallback",
    "timgm6mb-soundfont",
    *TEST_PROGRAMS.values(),
}
NEEDED_IMPORTS = "import numpy, torch, soundfile, PySide6.QtWidgets"


class SetUpError(Exception):
    """What went wrong, in one sentence, and what to do next."""


def say(text: str) -> None:
    """Tell the user something. On stderr: stdout belongs to the studio's own answers."""
    print(text, file=sys.stderr, flush=True)


def venv_python() -> Path:
    """The environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ready(tests: bool = False) -> Path:
    """Make everything ready that is not yet, for the tests too if asked; returns the environment's interpreter."""
    if _stamped(tests):
        return venv_python()
    say("Setting up Partita: once, a few minutes, mostly downloads.")
    python = _find_python()
    _install_system_packages(_missing_packages(python, tests), tests)
    python = python or _find_python()
    if python is None:
        oldest, newest = (f"{a}.{b}" for a, b in PYTHONS)
        here = sys.version.split()[0]
        raise SetUpError(f"Partita needs Python {oldest} to {newest}, and this is {here}. Install one of them and start again.")
    fresh = _make_venv(python)
    _install_dependencies(tests, fresh)
    _check_imports()
    _compile_loops()
    STAMP.write_text(json.dumps({"hash": _wanted(), "tests": tests}) + "\n", "utf-8")
    say("Ready.")
    return venv_python()


def main(work: Callable[[list[str]], int]) -> int:
    """Run a script's ``work`` with the command line's arguments; every expected failure becomes a sentence."""
    try:
        return work(sys.argv[1:])
    except SetUpError as error:
        say(f"Partita could not be set up: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Start again to go on.")
        return 130


# ---------------------------------------------------------------- the stamp


def _wanted() -> str:
    content = PINS.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + os.fsencode(ROOT)
    return hashlib.sha256(content).hexdigest()


def _stamped(tests: bool) -> bool:
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return stamp.get("hash") == _wanted() and (stamp.get("tests") or not tests) and os.access(venv_python(), os.X_OK)


# ---------------------------------------------------------------- Python


def _version_of(python: str) -> tuple[int, ...]:
    try:
        answer = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, timeout=30, check=True
        )
        return tuple(int(n) for n in answer.stdout.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()


def _fits(version: tuple[int, ...]) -> bool:
    return PYTHONS[0] <= version <= PYTHONS[1]


def _names() -> list[str]:
    return [f"python3.{minor}" for minor in range(PYTHONS[1][1], PYTHONS[0][1] - 1, -1)]


def _find_python() -> str | None:
    """An interpreter that fits: the running one, else one found by name."""
    if _fits(sys.version_info[:2]):
        return sys.executable
    for name in _names():
        found = shutil.which(name)
        if found and _fits(_version_of(found)):
            say(f"This is Python {sys.version.split()[0]}, which Partita does not know; using {found}.")
            return found
    return None


def _has_venv(python: str) -> bool:
    """Whether ``python`` can make environments; Debian packs ensurepip apart."""
    return subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0


# ---------------------------------------------------------------- system packages


def _missing_packages(python: str | None, tests: bool) -> list[str]:
    """Debian packages that this machine lacks; none on other systems than Linux."""
    if not sys.platform.startswith("linux"):
        return []
    known = _known_libraries()
    missing = [package for library, package in LIBRARIES.items() if known and library not in known]
    if not _any_file(("/usr/lib", "/usr/lib64"), "alsa-lib/libasound_module_pcm_p*.so"):  # pulse or pipewire
        missing.append("libasound2-plugins")
    if not _any_file(_FONTS, "*.[to]tf"):
        missing.append("fonts-dejavu-core")
    if not any(_any_file(_FONTS, pattern) for pattern in _CHINESE):
        missing.append("fonts-droid-fallback")
    if tests:
        missing += [package for program, package in TEST_PROGRAMS.items() if not shutil.which(program)]
        if shutil.which("pipewire-pulse") and "pulseaudio" in missing:
            say("This machine's sound server is PipeWire, which PulseAudio would replace: tests that need a card are skipped.")
            missing.remove("pulseaudio")
        if not _any_file(("/usr/share/sounds", "/usr/share/soundfonts"), "*.sf2"):
            missing.append("timgm6mb-soundfont")
    if python is None:
        missing += _packaged_python()
    elif not _has_venv(python):
        missing.append("python{}.{}-venv".format(*_version_of(python)))
    return missing


def _known_libraries() -> set[str]:
    """Sonames that the loader knows; empty where there is no ldconfig to ask."""
    program = shutil.which("ldconfig", path=os.environ.get("PATH", "") + ":/sbin:/usr/sbin")
    if not program:
        return set()
    listing = subprocess.run([program, "-p"], capture_output=True, text=True, check=False).stdout
    return {line.split()[0] for line in listing.splitlines() if "=>" in line}


def _any_file(folders: tuple[str, ...], pattern: str) -> bool:
    return any(True for folder in folders for _ in Path(folder).expanduser().rglob(pattern))


def _packaged_python() -> list[str]:
    """The newest fitting Python of the distribution, where it has one beside its own."""
    if not shutil.which("apt-cache"):
        return []
    for name in _names():
        if subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode == 0:
            return [name, f"{name}-venv"]
    return []


def _install_system_packages(missing: list[str], tests: bool) -> None:
    if not missing:
        return
    if not shutil.which("apt-get"):
        say("This system may lack what Debian calls " + ", ".join(missing) + ": should the window not open, install those.")
        return
    line = "apt-get install -y --no-install-recommends " + " ".join(missing)
    prefix = _become_root()
    if prefix is None:
        again = "packaging/test.py" if tests else "packaging/run.py"
        _cannot_install(missing, f"system packages are missing. Run this line, then python3 {again} again:\n  sudo {line}")
        return
    say(f"Installing system packages{' through sudo' if prefix else ''}: {' '.join(missing)}")
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    _watch([*prefix, *environment, "apt-get", "-q", "update"], "Reading the list of packages", lambda line: None)
    code, lines = _watch([*prefix, *environment, *line.split()], "Installing system packages", _told_by_apt)
    if code:
        say("\n".join(lines[-8:]))
        _cannot_install(missing, f"system packages could not be installed. Is this computer online? Try yourself:\n  sudo {line}")


def _cannot_install(missing: list[str], reason: str) -> None:
    """Give up, unless everything missing is merely useful: then say so and go on."""
    if not set(missing) <= USEFUL:
        raise SetUpError(reason)
    say(f"Going on without {', '.join(missing)}: {reason}")


def _become_root() -> list[str] | None:
    """What to put before a command that needs root; None where there is no way."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo"] if asked or (sys.stdin and sys.stdin.isatty()) else None


def _told_by_apt(line: str) -> str | None:
    match = re.match(r"(Get:\d+ .*? (\S+) \S+ \[.*\])|(Unpacking|Setting up) (\S+)", line)
    if not match:
        return None
    return f"{match[3]} {match[4]}" if match[3] else f"downloading {line.split()[4] if len(line.split()) > 4 else ''}".strip()


# ---------------------------------------------------------------- the environment


def _make_venv(python: str) -> bool:
    """Make .venv unless a sound one is there; returns whether it is new."""
    here = venv_python()
    if _fits(_version_of(str(here))):
        pip = subprocess.run([str(here), "-m", "pip", "--version"], capture_output=True, check=False)
        if pip.returncode == 0:
            return False
    if VENV.exists():
        say("The environment in .venv is incomplete; making it anew.")
    code, lines = _watch([python, "-m", "venv", "--clear", str(VENV)], "Making the environment", lambda line: None)
    if code:
        raise SetUpError("the environment .venv could not be made: " + (lines[-1] if lines else "no reason given"))
    return True


def _install_dependencies(tests: bool, fresh: bool) -> None:
    """Let pip install the pinned dependencies; an older environment that pip cannot mend is made anew."""
    extra = "[test]" if tests else ""
    command = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    command += ["-c", str(PINS), "-e", f"{ROOT}{extra}"]
    code, lines = _watch(command, "Installing dependencies", _told_by_pip)
    LOG.write_text("\n".join(lines) + "\n", "utf-8")
    if code == 0:
        return
    text = "\n".join(lines)
    if re.search(r"NewConnectionError|name resolution|NameResolutionError|Network is unreachable|timed out|ProxyError", text):
        raise SetUpError("the packages could not be downloaded. Check the network and start again; what was loaded is kept.")
    if "No space left" in text:
        raise SetUpError("the disk is full; Partita needs about 2 GB (8 GB where PyTorch comes with CUDA).")
    if not fresh:
        say("The environment could not be mended; making it anew.")
        shutil.rmtree(VENV, ignore_errors=True)
        _make_venv(_find_python() or sys.executable)
        _install_dependencies(tests, fresh=True)
        return
    say("\n".join(line for line in lines if line.startswith("ERROR"))[-1500:])
    raise SetUpError(f"pip could not install the dependencies; its whole answer is in {LOG.relative_to(ROOT)}.")


def _told_by_pip(line: str) -> str | None:
    """The part of pip's answer that tells how far it is."""
    line = line.strip()
    if match := re.match(r"Collecting ([A-Za-z0-9_.-]+)", line):
        return f"finding {match[1]}"
    if match := re.match(r"Downloading (?:\S*/)?([A-Za-z0-9_.]+)-\S+ (\(.*\))", line):
        return f"downloading {match[1]} {match[2]}"
    if line.startswith("Installing collected packages"):
        return f"unpacking {line.count(',') + 1} packages"
    return None


def _check_imports() -> None:
    code, lines = _watch([str(venv_python()), "-c", NEEDED_IMPORTS], "Trying it", lambda line: None)
    if code:
        reason = lines[-1] if lines else "no reason given"
        raise SetUpError(f"a dependency does not load ({reason}). A system library is missing; README.md lists them.")
    if subprocess.run([str(venv_python()), "-c", "import sounddevice"], capture_output=True, check=False).returncode:
        say("PortAudio does not load, so Partita writes and renders here, but is not heard.")


def _compile_loops() -> None:
    """Compile what the first window would otherwise compile while somebody waits; it does so where this fails."""
    command = [str(venv_python()), "-P", "-m", "studio.app.compiling"]
    code, lines = _watch(command, "Compiling inner loops", lambda line: line if line.startswith("the ") else None)
    if code:
        LOG.write_text(LOG.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
        say(f"That did not work, so the first start will take longer; the reason is in {LOG.relative_to(ROOT)}.")


# ---------------------------------------------------------------- showing work


def _watch(command: list[str], title: str, told: Callable[[str], str | None]) -> tuple[int, list[str]]:
    """Run ``command``, showing what ``told`` reads from its lines and the time it takes; its exit code and all lines."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=ROOT
    )
    waiting: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, waiting), daemon=True)
    reader.start()
    status, lines = _Status(title), []
    try:
        while True:
            try:
                line = waiting.get(timeout=0.5)
            except queue.Empty:
                status.show()
                continue
            if line is None:
                break
            lines.append(line)
            status.show(told(line))
    except BaseException:
        process.terminate()
        raise
    finally:
        status.close()
    return process.wait(), lines


def _read(process: subprocess.Popen[str], waiting: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        waiting.put(line.rstrip())
    waiting.put(None)


class _Status:
    """One line that is written over on a terminal; elsewhere a line at the start, one every ten seconds and one at the end."""

    def __init__(self, title: str) -> None:
        self._title, self._detail = title, ""
        self._began = self._told = time.monotonic()
        self._terminal = sys.stderr.isatty()
        if not self._terminal:
            say(f"  {title} ...")

    def show(self, detail: str | None = None) -> None:
        self._detail = detail or self._detail
        now = time.monotonic()
        text = f"  {self._title}, {int(now - self._began) // 60}:{int(now - self._began) % 60:02}  {self._detail}"
        if self._terminal:
            width = shutil.get_terminal_size().columns
            print(f"\r{text[: width - 1]}\033[K", end="", file=sys.stderr, flush=True)
        elif now - self._told > 10:
            self._told = now
            say(text)

    def close(self) -> None:
        seconds = time.monotonic() - self._began
        start, end = ("\r", "\033[K") if self._terminal else ("", "")
        say(f"{start}  {self._title}: {seconds:.0f} s{end}")
