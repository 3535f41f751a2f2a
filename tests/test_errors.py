from studio.errors import Cancelled, StudioError


def test_a_failure_reads_as_its_sentences():
    assert str(StudioError("The file is gone.", "Choose another.")) == "The file is gone. Choose another."
    assert str(StudioError("The file is gone.")) == "The file is gone."


def test_a_cancel_is_no_failure():
    assert not issubclass(Cancelled, StudioError)
