"""Writing a file whole or not at all."""

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio.errors import StudioError

_FULL = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)  # Windows has no quotas of this kind


@contextmanager
def whole_file(path: Path | str) -> Iterator[Path]:
    """A path beside ``path`` to write to; when the block ends well it takes ``path``'s place, else it is removed.

    A link is followed, and an older file's permissions stay.

    Raises:
        StudioError: the file cannot be written.
    """
    target = Path(path).resolve()
    fresh = target.with_name(f".{target.stem[:50]}-{uuid.uuid4().hex}{target.suffix}")
    try:
        yield fresh
        if target.exists():
            shutil.copymode(target, fresh)
        fresh.replace(target)
    except OSError as error:
        raise _told(path, error) from error
    finally:
        with suppress(OSError):  # a folder that may only be read refuses this too, though nothing lies there
            fresh.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder beside ``path`` to fill; when the block ends well it takes ``path``'s place, else it is removed.

    Raises:
        StudioError: it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        shutil.rmtree(path, ignore_errors=True)
        part.rename(path)
    except OSError as error:
        raise _told(path, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _told(path: Path | str, error: OSError) -> StudioError:
    if error.errno in _FULL:
        return StudioError(f"There is no room left for the file '{path}'.", "Make room on the disk, or choose another folder.")
    reason = error.strerror or str(error)
    return StudioError(f"The file '{path}' cannot be written: {reason}.", "Choose another folder or name.")


def write_whole(path: Path | str, content: bytes) -> None:
    """Write ``content`` to ``path``; an older file there stays whole until the new one is. Errors as :func:`whole_file`."""
    with whole_file(path) as fresh, fresh.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
