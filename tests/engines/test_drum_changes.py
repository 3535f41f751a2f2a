import pytest

from studio.engines.drum_changes import USUAL, DrumChange


@pytest.mark.parametrize("change", [USUAL, DrumChange(share=0.2), DrumChange(other="own-a", share=0.0)])
def test_what_changes_nothing(change):
    assert not change.changes and not change.blends


@pytest.mark.parametrize(
    "change", [DrumChange(tune=1.0), DrumChange(damp=0.5), DrumChange(use="own-a"), DrumChange(other="own-a")]
)
def test_what_changes_something(change):
    assert change.changes
    assert change.blends == bool(change.other)
