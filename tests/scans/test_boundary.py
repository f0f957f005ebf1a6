"""Whatever a broken file raises becomes one kind of error."""

from __future__ import annotations

import logging
import threading
import warnings
from pathlib import Path

import pytest

from recistkit.errors import GeometryError, OptionError, ScanError
from recistkit.scans.boundary import scan_boundary


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (GeometryError("the image has no voxels"), "a.dcm: the image has no voxels"),
        (ScanError("b.dcm", "is larger than 1 MiB"), "b.dcm: is larger than 1 MiB"),
        (FileNotFoundError(2, "gone", "Doe^Jane"), "a.dcm: there is no such file"),
        (PermissionError(13, "locked", "Doe^Jane"), "a.dcm: may not be opened"),
        (MemoryError("Doe^Jane"), "a.dcm: does not fit into memory"),
        (KeyError("Doe^Jane"), "a.dcm: cannot be decoded (KeyError)"),
        (RecursionError("Doe^Jane"), "a.dcm: cannot be decoded (RecursionError)"),
    ],
)
def test_an_exception_becomes_a_scan_error_without_its_text(
    raised: Exception, message: str
) -> None:
    with (
        pytest.raises(ScanError) as caught,
        scan_boundary(Path("folder/a.dcm"), "cannot be decoded"),
    ):
        raise raised
    assert str(caught.value) == message
    assert caught.value.__cause__ is None


def test_a_panic_of_a_decoder_in_rust_becomes_a_scan_error() -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})
    with pytest.raises(ScanError) as caught, scan_boundary(Path("a.dcm"), "cannot be decoded"):
        raise panic("Doe^Jane")
    assert str(caught.value) == "a.dcm: cannot be decoded (PanicException)"


def test_an_interruption_passes() -> None:
    with pytest.raises(KeyboardInterrupt), scan_boundary(Path("a.dcm"), "cannot be decoded"):
        raise KeyboardInterrupt


def test_our_own_errors_pass() -> None:
    with pytest.raises(OptionError), scan_boundary(Path("a.dcm"), "cannot be decoded"):
        raise OptionError("no such option")


def test_libraries_are_silent_inside(
    caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    with scan_boundary(Path("a.dcm"), "cannot be decoded"):
        logging.getLogger("pydicom").warning("Doe^Jane")
        warnings.warn("Doe^Jane", stacklevel=1)
    assert caplog.text == ""
    assert len(recwarn) == 0
    logging.getLogger("pydicom").warning("heard again")
    assert "heard again" in caplog.text


def test_libraries_are_silent_until_the_last_thread_is_outside(
    caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    inside, may = threading.Event(), threading.Event()

    def other() -> None:
        with scan_boundary(Path("b.dcm"), "cannot be decoded"):
            inside.set()
            assert may.wait(20)

    thread = threading.Thread(target=other)
    with scan_boundary(Path("a.dcm"), "cannot be decoded"):
        thread.start()
        assert inside.wait(20)
    logging.getLogger("pydicom").warning("Doe^Jane")
    warnings.warn("Doe^Jane", stacklevel=1)
    assert (caplog.text, len(recwarn)) == ("", 0)
    may.set()
    thread.join()
    logging.getLogger("pydicom").warning("heard again")
    warnings.warn("heard again", stacklevel=1)
    assert "heard again" in caplog.text
    assert [str(one.message) for one in recwarn] == ["heard again"]
