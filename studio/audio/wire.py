"""Messages between the window's process and the two of the sound: a JSON header and arrays, on a pair of pipes."""

import json
import struct
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Message = dict[str, Any]
Array = npt.NDArray[Any]
_LENGTH = struct.Struct("<I")


def send(pipe: BinaryIO, message: Message, arrays: tuple[Array, ...] = ()) -> None:
    """Write one message. Raises OSError or ValueError when the other side is gone."""
    shapes = [(a.dtype.str, a.shape) for a in arrays]
    header = json.dumps({**message, "arrays": shapes}).encode()
    pipe.write(_LENGTH.pack(len(header)) + header + b"".join(np.ascontiguousarray(a).tobytes() for a in arrays))
    pipe.flush()


def receive(pipe: BinaryIO) -> tuple[Message, list[Array]] | None:
    """The next message, None when the other side is gone."""
    length = _exactly(pipe, _LENGTH.size)
    header = _exactly(pipe, _LENGTH.unpack(length)[0]) if length else None
    if header is None:
        return None
    message = json.loads(header)
    arrays: list[Array] = []
    for kind, shape in message.pop("arrays"):
        dtype = np.dtype(kind)
        content = _exactly(pipe, dtype.itemsize * int(np.prod(shape)))
        if content is None:
            return None
        arrays.append(np.frombuffer(content, dtype).reshape(shape))
    return message, arrays


def _exactly(pipe: BinaryIO, count: int) -> bytes | None:
    """``count`` bytes, None when they end before."""
    try:
        content = pipe.read(count)
    except (OSError, ValueError):
        return None
    return content if len(content) == count else None
