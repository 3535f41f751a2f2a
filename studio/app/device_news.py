"""What the sound's processes say about the device, in sentences for the user."""

from collections.abc import Callable
from typing import Any

_GONE = {
    "silent": "No sound device can be used, so playing is silent. Plug one in, or choose another.",
    "lost": "The sound device has gone. It is opened again as soon as it is back.",
}


class DeviceNews:
    """``tell`` gets sentences, on the thread on which :meth:`hear` is called."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._gone = False
        self._instead: tuple[str, str] | None = None  # the device that plays in the place of the wanted one, as it was said

    def hear(self, message: dict[str, Any]) -> None:
        """Take a message of :class:`studio.audio.output.Output`; others than those about the device say nothing."""
        event = message["event"]
        if event in _GONE:
            self._gone = True
            self._tell(_GONE[event])
        elif event == "opened":
            said, self._instead = self._instead, None
            if message["wanted"] != message["device"]:
                self._instead = message["wanted"], message["name"]
                if self._gone or self._instead != said:
                    self._tell(f"'{message['wanted']}' is not there, so {message['name']} plays.")
            elif self._gone:
                self._tell(f"Sound is back: {message['name']}.")
            self._gone = False
