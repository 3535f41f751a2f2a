import queue

import numpy as np
import pytest

from studio.app.generator_process import _Order, _Orders, packed, unpacked
from studio.engines.api import Chunk, Steered, Wishes
from studio.errors import Cancelled


class FakeParent:
    def __init__(self, *messages):
        self.inbox, self.told = queue.SimpleQueue(), []
        for message in messages:
            self.inbox.put(message)

    def next(self, timeout):
        return None if self.inbox.empty() else self.inbox.get()

    def tell(self, message, arrays=()):
        self.told.append((message, arrays))


def write(number, request="anything"):
    return {"do": "write", "id": number}, list(packed(request))


def cancel(number):
    return {"do": "cancel", "id": number}, []


def test_what_is_packed_is_unpacked():
    value = {"a": np.arange(3), "b": ("x", None)}
    back = unpacked(list(packed(value)))
    assert back["b"] == value["b"] and (back["a"] == value["a"]).all()


def test_orders_come_in_turn_without_those_taken_back():
    orders = _Orders(FakeParent(write(1, "first"), write(2, "second"), write(3, "third"), cancel(2)))
    assert orders.next() == (1, "first")
    assert orders.next() == (3, "third")


def test_taking_an_order_back_stops_it_at_its_next_step():
    parent = FakeParent(write(1))
    orders = _Orders(parent)
    number, _ = orders.next()
    order = _Order(parent, orders, number)
    order.progress(0.1)
    parent.inbox.put(cancel(1))
    with pytest.raises(Cancelled):
        order.progress(0.2)


def test_notes_that_come_together_travel_together_and_none_is_kept_back():
    parent = FakeParent()
    order = _Order(parent, _Orders(parent), 7)
    chunks = [Chunk(0, (), k) for k in range(50)]
    for chunk in chunks:
        order.put(chunk)
    order.flush()
    sent = [unpacked(list(arrays)) for _, arrays in parent.told]
    assert [c for part in sent for c in part] == chunks and len(sent) < len(chunks)
    assert all(message["id"] == 7 and message["event"] == "chunks" for message, _ in parent.told)


def test_what_is_wished_for_while_it_writes_reaches_its_order():
    parent = FakeParent(write(1), write(2))
    orders = _Orders(parent)
    first = _Order(parent, orders, orders.next()[0])
    assert isinstance(first, Steered) and first.wishes is None
    parent.inbox.put(({"do": "steer", "id": 1}, list(packed(Wishes(energy=0.9)))))
    first.progress(0.1)
    assert first.wishes == Wishes(energy=0.9)
    assert _Order(parent, orders, orders.next()[0]).wishes is None
