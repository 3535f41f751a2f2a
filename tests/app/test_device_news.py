"""What is said when a sound device goes and comes."""

from studio.app.device_news import DeviceNews


def opened(wanted: str, device: str) -> dict[str, str]:
    return {"event": "opened", "wanted": wanted, "device": device, "name": device or "Built-in"}


def test_a_device_that_opens_as_wished_is_not_spoken_of() -> None:
    said: list[str] = []
    news = DeviceNews(said.append)
    news.hear(opened("", ""))
    news.hear({"event": "restarted", "what": "desk"})
    assert said == []


def test_gone_back_and_another_in_its_place() -> None:
    said: list[str] = []
    news = DeviceNews(said.append)
    news.hear({"event": "lost", "device": "Loud"})
    news.hear({"event": "silent", "device": "Loud", "reason": "none"})
    news.hear(opened("Loud", "Loud"))
    news.hear(opened("Loud", "Loud"))
    news.hear(opened("Loud", ""))
    assert said == [
        "The sound device has gone. It is opened again as soon as it is back.",
        "No sound device can be used, so playing is silent. Plug one in, or choose another.",
        "Sound is back: Loud.",
        "'Loud' is not there, so Built-in plays.",
    ]


def test_what_plays_in_the_place_of_another_is_said_once() -> None:
    said: list[str] = []
    news = DeviceNews(said.append)
    for _ in range(3):  # it was late, and is opened with more latency
        news.hear(opened("Loud", ""))
    news.hear(opened("", ""))
    news.hear(opened("Loud", ""))
    assert said == ["'Loud' is not there, so Built-in plays."] * 2
