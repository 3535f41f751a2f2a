"""Automatic latency: where it begins, when it grows, and which blocks count as late."""

from studio.audio.latency import STEPS, Latencies, Lateness

RATE = 48_000
BLOCK_NS = 512 * 1_000_000_000 // RATE


def test_little_latency_only_for_a_player_that_goes_before_all_else() -> None:
    assert Latencies({}, realtime=True).of("Card", "ALSA") == STEPS[0]
    assert Latencies({}, realtime=False).of("Card", "ALSA") == STEPS[-1]
    assert Latencies({}, realtime=False).of("Card", "Windows WASAPI") == STEPS[0]
    assert Latencies({}, realtime=False).of("Card", "MME") == STEPS[-1]


def test_a_device_that_was_late_gets_the_next_step_and_keeps_it() -> None:
    latencies = Latencies({"Old": 0.05}, realtime=True)
    assert latencies.of("Old", "ALSA") == 0.05
    assert latencies.longer("Card", latencies.of("Card", "ALSA")) == 0.05
    assert latencies.of("Card", "ALSA") == 0.05
    assert latencies.longer("Card", 0.05) == 0.1
    assert latencies.longer("Card", 0.1) is None
    assert latencies.of("Card", "ALSA") == 0.1
    assert latencies.of("Another", "ALSA") == STEPS[0]


def calls(apart: list[int], *, underflow: bool = False, playing: bool = True) -> int:
    """How many were late of calls that came so many ns after one another, behind a second of punctual ones."""
    late, now = Lateness(RATE, 0.03), 10**12
    for _ in range(100):
        late.called(now, 512, underflow=False, playing=playing)
        now += BLOCK_NS
    for ns in apart:
        late.called(now + ns, 512, underflow=underflow, playing=playing)
        now += ns
    return late.count


def test_only_a_call_later_than_what_lay_ready_is_late() -> None:
    assert calls([BLOCK_NS] * 50) == 0
    assert calls([20_000_000, 1, 1, 30_000_000]) == 0  # three at once, as sound servers ask
    assert calls([60_000_000, BLOCK_NS, 70_000_000]) == 2
    assert calls([3_000_000_000]) == 0  # the computer slept
    assert calls([BLOCK_NS], underflow=True) == 1
    assert calls([60_000_000, BLOCK_NS, 70_000_000], underflow=True, playing=False) == 0  # nobody hears it


def test_a_stream_that_starts_may_stumble() -> None:
    late = Lateness(RATE, 0.03)
    late.called(10**12, 512, underflow=True, playing=True)
    late.called(10**12 + 100_000_000, 512, underflow=True, playing=True)
    assert late.count == 0
