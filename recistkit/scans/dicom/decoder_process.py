"""The process that decodes compressed pixels; `decoding` starts it and stops it.

Decoders are native code, and what they are given comes from anywhere: a
damaged file may make one crash, loop or fill the memory. Here it ends nothing
but this process. It is started by its path and imports nothing of ours, so
that it is there as soon as can be.

Each request is a line of JSON on standard input. Each answer is a line of JSON
on standard output, followed by the values where there are any. Only the kind
of an exception is told: its text may quote what stands in the file.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MEMORY_BYTES: Final = 2 * 1024**3
"""What the process may take beside what a frame and its file do; not on Windows."""
_FRAME_TIMES, _FILE_TIMES = 16, 3
_MOST_BYTES: Final = 1024**3

_Request = dict[str, Any]


class _Encoded:
    """The encoded pixels of the last file: it may hold many frames."""

    def __init__(self) -> None:
        self._place: tuple[str, int] | None = None
        self._data = b""

    def of(self, request: _Request) -> bytes:
        """Return the value of the pixel element of a file."""
        place = (request["path"], request["offset"])
        if place != self._place:
            with Path(request["path"]).open("rb") as file:
                file.seek(request["offset"])
                stated = request["length"]
                self._data = file.read(_MOST_BYTES if stated is None else min(stated, _MOST_BYTES))
            self._place = place
        return self._data


def main() -> None:
    """Answer requests until there are no more."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        # What a library prints must not stand among the answers.
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, sys.stdout.fileno())
        os.dup2(silence, sys.stderr.fileno())
        encoded = _Encoded()
        for line in sys.stdin.buffer:
            request = json.loads(line)
            try:
                _limit_memory(request)
                values = _decoded(request, encoded.of(request))
            except Exception as error:  # noqa: BLE001  a damaged file may make a decoder raise anything
                _answer(answers, {"error": type(error).__name__})
            else:
                _answer(answers, {"dtype": values.dtype.str, "shape": values.shape})
                answers.write(values.data)
                answers.flush()


def _answer(answers: Any, answer: dict[str, Any]) -> None:  # noqa: ANN401  a file
    """Write a line."""
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


def _limit_memory(request: _Request) -> None:
    """Limit what this process may take, where the system can do that."""
    if sys.platform == "win32":
        return
    import resource

    frame_bytes = request["rows"] * request["columns"] * request["bits"] // 8
    limit = _MEMORY_BYTES + _FRAME_TIMES * frame_bytes + _FILE_TIMES * request["file_bytes"]
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):  # macOS may know no such limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def _decoded(request: _Request, encoded: bytes) -> NDArray[Any]:
    """Return the stored values of a frame, shape (rows, columns)."""
    import numpy as np
    from pydicom.pixels.decoders.base import get_decoder

    decoder = get_decoder(request["syntax"])
    if decoder.is_available:
        values, _ = decoder.as_array(encoded, index=request["frame"], **_options(request))
    else:
        values = _decoded_by_itk(request, encoded)
    return np.ascontiguousarray(values.reshape(request["rows"], request["columns"]))


def _options(request: _Request) -> dict[str, Any]:
    """Return what pydicom has to know of the pixels."""
    return {
        "bits_allocated": request["bits"],
        "bits_stored": request["bits_stored"],
        "columns": request["columns"],
        "number_of_frames": request["frames"],
        "photometric_interpretation": "MONOCHROME2",
        "pixel_keyword": "PixelData",
        "pixel_representation": int(request["signed"]),
        "rows": request["rows"],
        "samples_per_pixel": 1,
    }


def _decoded_by_itk(request: _Request, encoded: bytes) -> NDArray[Any]:
    """Return the stored values of a frame by the decoders of SimpleITK, which wants a file."""
    import SimpleITK
    from pydicom.encaps import get_frame

    frame = get_frame(encoded, request["frame"], number_of_frames=request["frames"])
    handle, name = tempfile.mkstemp(suffix=".dcm")
    os.close(handle)
    try:
        _write_frame(Path(name), request, frame)
        reader: Any = SimpleITK.ImageFileReader()
        reader.SetImageIO("GDCMImageIO")
        reader.SetFileName(name)
        values: NDArray[Any] = SimpleITK.GetArrayFromImage(reader.Execute())
    finally:
        Path(name).unlink()
    return values


def _write_frame(path: Path, request: _Request, frame: bytes) -> None:
    """Write one frame as a file that says nothing but how its pixels are stored."""
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import UID, SecondaryCaptureImageStorage

    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = UID(request["syntax"])
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID = SecondaryCaptureImageStorage
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = UID("2.25.1")
    image.SamplesPerPixel = 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.Rows, image.Columns = request["rows"], request["columns"]
    image.BitsAllocated, image.BitsStored = request["bits"], request["bits_stored"]
    image.HighBit = request["bits_stored"] - 1
    image.PixelRepresentation = int(request["signed"])
    image.PixelData = encapsulate([frame])
    image["PixelData"].VR = "OB"
    image["PixelData"].is_undefined_length = True
    image.save_as(path, enforce_file_format=True)


if __name__ == "__main__":
    main()
