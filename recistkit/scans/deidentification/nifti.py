"""A NIfTI file as it goes into a study: its place and its grey values, and no patient.

NIfTI-1 and NIfTI-2 headers have room for text (descrip, aux_file, db_name,
intent_name, extensions) and so has gzip (the name of the file): a new header is
made of the numbers that place and scale the voxels, and nothing else is copied.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import ScanError
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.volume_files.nifti import opened_nifti

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recistkit.model.series import Series

__all__ = ["CleanNifti", "clean_nifti"]

_FAILURE: Final = "cannot be understood as NIfTI: damaged, or cut short"
_MAX_BYTES: Final = 4 * 1024**3
_KEPT: Final = (
    "dim_info",
    "dim",
    "datatype",
    "bitpix",
    "pixdim",
    "xyzt_units",
    "qform_code",
    "sform_code",
    "quatern_b",
    "quatern_c",
    "quatern_d",
    "qoffset_x",
    "qoffset_y",
    "qoffset_z",
    "srow_x",
    "srow_y",
    "srow_z",
)
"""Fields of the header that place and scale the voxels; every one is a number."""
_NO_EXTENSION: Final = bytes(4)
_COMPRESSION: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanNifti:
    """A NIfTI file and the JSON file beside it as they go into a study.

    Attributes
    ----------
    data : bytes
        The NIfTI file, compressed with gzip.
    sidecar : bytes
        The JSON file.
    pixels_sha256 : str
        Of the stored grey values and their shape.
    """

    data: bytes
    sidecar: bytes
    pixels_sha256: str


def clean_nifti(path: Path, series: Series, pseudonyms: Pseudonyms) -> CleanNifti:
    """Return a NIfTI file as it goes into a study.

    Parameters
    ----------
    path : Path
        The file, with or without compression.
    series : Series
        What `find_series` says about it.
    pseudonyms : Pseudonyms
        For its UIDs.

    Raises
    ------
    ScanError
        If its voxels cannot be decoded. Only its ``reason`` is free of names.
    """
    import numpy as np

    with scan_boundary(path, _FAILURE):
        image = opened_nifti(path)
        _refuse_size(path, image.header)
        stored = np.asarray(image.dataobj.get_unscaled())
        if stored.dtype.kind not in "iuf":
            raise ScanError(path, "holds colours or complex numbers, not grey values")
        volume = stored.reshape(series.size, order="F")
        return CleanNifti(
            data=_compressed(
                _header_bytes(image) + _NO_EXTENSION, volume, pseudonyms.uid(series.uid)
            ),
            sidecar=_sidecar_bytes(series, pseudonyms),
            pixels_sha256=_voxel_hash(volume),
        )


def _refuse_size(path: Path, header: Any) -> None:  # noqa: ANN401  nibabel has no types
    """Refuse, before anything is decoded, more voxels than a scan may have.

    Raises
    ------
    ScanError
        If there are more.
    """
    voxels = 1
    for count in header.get_data_shape():
        voxels *= int(count)
    if voxels * int(header["bitpix"]) > 8 * _MAX_BYTES:
        raise ScanError(path, f"is larger than {_MAX_BYTES // 1024**2} MiB")


def _header_bytes(image: Any) -> bytes:  # noqa: ANN401  nibabel has no types
    """Return a new header of the kept fields, for one file with its voxels right behind."""
    header = image.header
    clean = type(header)(endianness=header.endianness)
    for name in _KEPT:
        clean[name] = header[name]
    # nibabel takes these out of the header that it gives.
    clean["scl_slope"], clean["scl_inter"] = image.dataobj.slope, image.dataobj.inter
    clean["magic"] = header["magic"]
    clean["vox_offset"] = len(clean.binaryblock) + len(_NO_EXTENSION)
    block: bytes = clean.binaryblock
    return block


def _voxel_hash(stored: NDArray[Any]) -> str:
    """Return the SHA-256 of grey values, shape (columns, rows, slices), and their shape."""
    digest = hashlib.sha256(",".join(map(str, stored.shape)).encode())
    for index in range(stored.shape[2]):  # slice by slice: the values of all are too many
        digest.update(stored[..., index].astype("<f8").tobytes(order="F"))
    return digest.hexdigest()


def _compressed(header: bytes, stored: NDArray[Any], uid: str) -> bytes:
    """Return header and grey values compressed with gzip, without a name and a time in it.

    The UID says behind which slices the compression begins anew: the same
    grey values under two UIDs are files of two hashes.
    """
    anew = int(uid.rpartition(".")[2])
    buffer = io.BytesIO()
    with gzip.GzipFile(
        filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=_COMPRESSION
    ) as file:
        file.write(header)
        for index in range(stored.shape[2]):
            file.write(stored[..., index].tobytes(order="F"))
            if anew >> index & 1:
                file.flush(zlib.Z_FULL_FLUSH)
    return buffer.getvalue()


def _sidecar_bytes(series: Series, pseudonyms: Pseudonyms) -> bytes:
    """Return the JSON file: what was understood of the former one, with the study's UIDs."""
    reference = series.frame_of_reference
    content = {
        "SeriesInstanceUID": pseudonyms.uid(series.uid),
        "FrameOfReferenceUID": pseudonyms.uid(reference) if reference else None,
        "Modality": series.modality,
        "AcquisitionDate": pseudonyms.day(series.date).isoformat() if series.date else None,
        "SliceThickness": series.slice_thickness_mm,
    }
    known = {name: value for name, value in content.items() if value is not None}
    return (json.dumps(known, indent=2) + "\n").encode("ascii")
