"""The words that DICOM has for modalities: anything else in that place may be a name."""

from __future__ import annotations

from typing import Final

__all__ = ["MODALITIES", "known_modality"]

MODALITIES: Final = frozenset(
    """
    ANN AR ASMT AU BDUS BI BMD CFM CR CT CTPROTOCOL DG DMS DOC DX ECG EEG EMG EOG EPS ES FID GM HC
    HD IO IOL IVOCT IVUS KER KO LEN LS M3D MG MR NM OAM OCT OP OPM OPT OPTBSV OPTENF OPV OSS OT PA
    PLAN POS PR PT PX REG RESP RF RG RTDOSE RTIMAGE RTINTENT RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT
    RWV SEG SM SMR SR SRF STAIN TEXTUREMAP TG US VA XA XAPROTOCOL XC
    AS CD CF CP CS DD DF DM DS EC FA FS LP MA MS OPR ST VF
    """.split()  # noqa: SIM905  ninety words in quotes would be no easier to compare with the source
)
"""Defined terms of Modality (DICOM PS3.3, C.7.3.1.1.1), in the last line those that are retired."""


def known_modality(text: str | None) -> str | None:
    """Return a modality that DICOM knows; None for any other text.

    Examples
    --------
    >>> known_modality("CT"), known_modality("MILLER")
    ('CT', None)
    """
    return text if text in MODALITIES else None
