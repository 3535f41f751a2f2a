import errno
import os
from pathlib import Path

import pytest

from studio.codecs.files import whole_file, whole_folder, write_whole
from studio.errors import StudioError


def test_an_older_file_is_replaced_with_its_permissions(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_failure_leaves_the_older_file(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), whole_file(path) as fresh:
        fresh.write_bytes(b"half")
        raise RuntimeError("the lights went out")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.wav"]


def test_the_fresh_file_keeps_the_suffix(tmp_path):
    """Audio writers take the format from it."""
    with whole_file(tmp_path / "a.flac") as fresh:
        assert fresh.suffix == ".flac"
        fresh.write_bytes(b"x")
    assert (tmp_path / "a.flac").read_bytes() == b"x"


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StudioError, match="cannot be written"):
        write_whole(tmp_path / "nowhere" / "a.mid", b"")


def test_a_folder_that_may_only_be_read_is_told(tmp_path, monkeypatch):
    """Where the system refuses to remove a file as well, though none is there."""

    def refuse(*_args, **_names):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StudioError, match="cannot be written: Read-only file system"):
        write_whole(tmp_path / "a.mid", b"")


def test_a_full_disk_is_told_and_the_older_file_stays(tmp_path):
    path = tmp_path / "a.mid"
    path.write_bytes(b"old")
    with pytest.raises(StudioError, match="no room left") as told, whole_file(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert told.value.hint.startswith("Make room")
    assert path.read_bytes() == b"old"


def test_a_folder_is_written_whole_or_the_older_one_stays(tmp_path):
    target = tmp_path / "viola"
    for content in ("old", "new"):
        with whole_folder(target) as part:
            (part / "card.json").write_text(content)
    assert (target / "card.json").read_text() == "new"
    with pytest.raises(StudioError, match="no room left"), whole_folder(target) as part:
        (part / "card.json").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert (target / "card.json").read_text() == "new"
    assert os.listdir(tmp_path) == ["viola"]
