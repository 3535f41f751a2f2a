"""Project files: a ``.studio`` file is a zip of ``song.json`` and one array a column, written whole or not at all.

The JSON holds everything but the columns. Notes of all takes stand one after the other in ``notes/<column>.npy`` and
controls of all tracks in ``controls/<column>.npy``; the JSON says how many belong to each. Nothing is pickled.
"""

import io
import json
import logging
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.codecs.files import write_whole
from studio.codecs.project_json import from_json, to_json
from studio.codecs.project_versions import VERSION, upgraded
from studio.errors import StudioError
from studio.music.checks import check
from studio.music.document import Document

log = logging.getLogger(__name__)
MAX_BYTES = 1 << 30  # of all that is inside, unpacked
_FORMAT = "partita project"
_HEAD = "song.json"
_STAMP = (1980, 1, 1, 0, 0, 0)  # so that the same document gives the same bytes
_DAMAGE = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, OverflowError, RecursionError),
    *(zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, MemoryError),
)


def save_project(document: Document, path: Path | str) -> None:
    """Write ``document`` to ``path``; an older file there stays whole until the new one is.

    Raises:
        StudioError: the file cannot be written.
    """
    write_whole(path, project_bytes(document))


def load_project(path: Path | str) -> Document:
    """The document that :func:`save_project` wrote, every field as it was.

    Raises:
        StudioError: the file is missing, damaged, too large, no project, or of a newer studio.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise StudioError(f"There is no file '{path}'.", "Check its name and folder.") from None
    except OSError as error:
        raise StudioError(f"The file '{path}' cannot be read: {error.strerror}.", "Check its permissions.") from error
    return document_of(data, path.name)


def project_bytes(document: Document) -> bytes:
    """``document`` as the bytes of a project file; the same document gives the same bytes."""
    song, columns = to_json(document)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        head = {"format": _FORMAT, "version": VERSION, **song}
        _put(archive, _HEAD, json.dumps(head, indent=1).encode())
        for name, column in columns.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, column, allow_pickle=False)
            _put(archive, f"{name}.npy", buffer.getvalue())
    return stream.getvalue()


def document_of(data: bytes, name: str = "project") -> Document:
    """The document in the bytes of a project file; ``name`` is for the messages. Errors as :func:`load_project`."""
    try:
        document = _document_of(data, name)
        faults = check(document)
    except _DAMAGE as error:
        if data[:2] != b"PK":
            raise _no_project(name) from error
        raise _damaged(name) from error
    if faults:  # the archive's checksums held, so the studio itself wrote this: better a song with a fault than none
        log.warning("%s: %s", name, "; ".join(faults))
    return document


def _document_of(data: bytes, name: str) -> Document:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if len(data) > MAX_BYTES or sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
            raise StudioError(f"'{name}' holds more than {MAX_BYTES >> 20:,} MB.", "Open an older copy of it.")
        if _HEAD not in archive.namelist():
            raise _no_project(name)
        song = json.loads(archive.read(_HEAD))
        if song["format"] != _FORMAT:
            raise _no_project(name)
        version = song["version"]
        if type(version) is not int or version < 1:
            raise ValueError("no version")
        if version > VERSION:
            raise StudioError(f"'{name}' was saved by a newer version of the studio.", "Update the studio to open it.")
        names = [n for n in archive.namelist() if n.endswith(".npy")]
        columns = {n.removesuffix(".npy"): _array(archive.read(n)) for n in names}
    return from_json(*upgraded(version, song, columns))


def _damaged(name: str) -> StudioError:
    return StudioError(f"'{name}' is damaged and cannot be opened.", "Open an older copy or an autosave of it.")


def _no_project(name: str) -> StudioError:
    return StudioError(f"'{name}' is not a Partita project.", "Choose a file that ends in .studio.")


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data, zipfile.ZIP_DEFLATED, compresslevel=4)


def _array(data: bytes) -> npt.NDArray[Any]:
    """The one-dimensional array in an npy file, whose header may not ask for more than is there."""
    stream = io.BytesIO(data)
    np.lib.format.read_magic(stream)
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    if len(shape) != 1 or dtype.kind not in "biu" or shape[0] * dtype.itemsize != len(data) - stream.tell():
        raise ValueError("not a column")
    return np.frombuffer(data, dtype, offset=stream.tell())
