import os

import pytest

from studio.codecs.files import whole_file, write_whole
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
