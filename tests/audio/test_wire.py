"""Messages on pipes."""

import io

import numpy as np

from studio.audio.wire import receive, send


def test_messages_come_as_they_were_sent() -> None:
    pipe = io.BytesIO()
    rows = np.arange(12, dtype=np.int64).reshape(3, 4)
    send(pipe, {"do": "rows", "n": 3}, (rows, np.float32([0.5])))
    send(pipe, {"do": "halt"})
    pipe.seek(0)
    message, arrays = receive(pipe)
    assert message == {"do": "rows", "n": 3}
    np.testing.assert_array_equal(arrays[0], rows)
    assert arrays[1].dtype == np.float32
    assert receive(pipe) == ({"do": "halt"}, [])
    assert receive(pipe) is None


def test_a_cut_off_message_is_the_end() -> None:
    pipe = io.BytesIO()
    send(pipe, {"do": "x"}, (np.zeros(100),))
    assert receive(io.BytesIO(pipe.getvalue()[:-1])) is None
    assert receive(io.BytesIO(pipe.getvalue()[:6])) is None


def test_empty_arrays() -> None:
    pipe = io.BytesIO()
    send(pipe, {}, (np.zeros((7, 0), np.int64),))
    pipe.seek(0)
    assert receive(pipe)[1][0].shape == (7, 0)
