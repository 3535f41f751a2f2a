import pytest

from studio.app.wheel import Wheel
from studio.engines.api import Quiet, Steered, Wishes
from studio.errors import Cancelled


class Stopping(Quiet):
    said = ()

    def progress(self, fraction, message=""):
        raise Cancelled

    def notice(self, message):
        self.said = (*self.said, message)


def test_it_passes_on_what_a_job_is_told_and_carries_wishes():
    job = Stopping()
    wheel = Wheel(job)
    assert isinstance(wheel, Steered) and wheel.wishes is None
    wheel.wishes = Wishes(energy=0.3)
    wheel.notice("Hm.")
    assert job.said == ("Hm.",)
    with pytest.raises(Cancelled):
        wheel.progress(0.5)
    Wheel().progress(0.1)
