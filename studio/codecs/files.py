"""Writing a file whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.errors import StudioError


@contextmanager
def whole_file(path: Path | str) -> Iterator[Path]:
    """A path beside ``path`` to write to; when the block ends well it takes ``path``'s place, else it is removed.

    Raises:
        StudioError: the file cannot be written.
    """
    path = Path(path)
    fresh = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:100]}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        fresh = Path(name)
        yield fresh
        fresh.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        fresh.replace(path)
        fresh = None
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudioError(f"The file '{path}' cannot be written: {reason}.", "Choose another folder or name.") from error
    finally:
        if fresh:
            fresh.unlink(missing_ok=True)


def write_whole(path: Path | str, content: bytes) -> None:
    """Write ``content`` to ``path``; an older file there stays whole until the new one is. Errors as :func:`whole_file`."""
    with whole_file(path) as fresh, fresh.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
