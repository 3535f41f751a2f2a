"""What the experts say while a take is written is what the network was trained with."""

import numpy as np

from studio.engines.arranger_experts import Experts
from studio.engines.arranger_features import rows_of
from studio.engines.arranger_setting import ArrangeRequest, hole_in, scene_of
from studio.engines.arranger_tables import SIZES
from studio.engines.arranger_take import HoleTake
from studio.engines.note_columns import DURATIONS, SHIFTS
from studio.nn.note_lstm_step import NoteStepper
from studio.train.arranger_examples import Example, spoken
from tests.arrangers import tiny_network
from tests.writers import BEAT, song

BAR = 4 * BEAT


def takes(count):
    request = ArrangeRequest(song(8), 2 * BAR, 2 * BAR, tracks=(1,), takes=count)
    scene = scene_of(request)
    nothing = np.zeros((0, 5), np.int64)
    made = [hole_in(scene, scene.targets[0], scene.windows[0], 12, nothing) for _ in range(count)]
    return [HoleTake(request, scene, scene.targets[0], h, k, np.random.default_rng(k)) for k, h in enumerate(made)]


def written(experts, take, others=()):
    """Four notes written by a take, and what the experts say of each choice."""
    said = []
    for shift, pitch, duration in ((0, 60, 23), (24, 62, 11), (0, 67, 23), (36, 64, 5)):
        take.state.before()
        row = [experts.shift([take, *others])[0, 0]]
        take.shift, take.shift_class = shift, int(np.flatnonzero(shift == SHIFTS)[0])
        take.voice.place(take.then)
        take.state.place(shift)
        row.append(experts.pitch([take])[0, 0])
        take.pitch = pitch
        take.voice.sound(pitch)
        row.append(experts.duration([take])[0, 0])
        take._duration = duration
        take.voice.last(duration)
        row.append(experts.velocity([take])[0, 0])
        steps = int(DURATIONS[duration])
        take.state.push(shift, pitch, duration, 20, steps)
        take.voice.push(20, steps)
        said.append(np.concatenate(row, axis=1))
    return np.array(said)


def test_as_in_training():
    network = tiny_network()
    (take,) = takes(1)
    at = take.hole.start + np.cumsum([0, 24, 0, 36])
    notes = np.stack([at, [60, 62, 67, 64], [23, 11, 23, 5], [20] * 4, DURATIONS[[23, 11, 23, 5]]], axis=1)
    example = Example(take.hole, notes)
    voice, tables = spoken(network.voice, [example])[0][:-1], rows_of(take.hole, notes)[2][:-1]
    made = written(Experts(network.voice, NoteStepper(network.voice, 4), [take], 4), take)
    assert made.shape == (4, 2, sum(SIZES))
    likely = voice > -8
    assert np.abs(made[:, 0] - voice)[likely].max() < 0.1  # half precision
    assert np.abs(made[:, 1] - tables)[tables > -8].max() < 0.01


def test_alone_as_in_company():
    network = tiny_network()
    stepper = NoteStepper(network.voice, 4)
    (alone,) = takes(1)
    first, *others = takes(3)
    a = written(Experts(network.voice, stepper, [alone], 4), alone)
    together = Experts(network.voice, stepper, [first, *others], 4)
    np.testing.assert_array_equal(a[0], written(together, first, others)[0])
