"""Outlines of measured lesions in a read: their files are on disk before the read names them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from recistkit.errors import MaskError
from recistkit.exchange.mask_files import mask_bytes, save_mask
from recistkit.model.mark import Mark
from recistkit.reading import commands_masks
from recistkit.reading.completeness import Missing
from recistkit.reading.document import labels_up_to
from recistkit.reading.draft import Change
from recistkit.reading.evaluated import EvaluatedDraft

__all__ = ["MaskedDraft"]


class MaskedDraft(EvaluatedDraft):
    """A draft whose measured lesions may have masks, for their volumes.

    Attributes
    ----------
    document : Path
        Where the signed document stands; masks are below its folder.
    """

    document: Path

    def masked_mark(self) -> Mark:
        """Return the mark of the current lesion that a mask can be of.

        Raises
        ------
        ReadingError
            If it is not measured as a whole at this visit, or the visit is not open.
        """
        return commands_masks.masked_mark(self.draft, self._visit(), self.lesion)

    def kept_mask(self, mark: Mark) -> bytes | None:
        """Return the content of a mark's mask file; None where none was kept here.

        Raises
        ------
        MaskError
            If it is not there, or not what was kept.
        """
        if mark.mask is None or mark.mask.sha256 is None:
            return None
        return mask_bytes(mark.mask, self.document.parent)

    def keep_mask(self, mark: Mark, data: bytes, volume_mm3: Decimal) -> None:
        """Keep the mask of a lesion at this visit, with its volume.

        Parameters
        ----------
        mark : Mark
            As it was when the mask was begun: nothing is kept of another one.
        data : bytes
            Of its file.
        volume_mm3 : Decimal

        Raises
        ------
        ReadingError
            If the mark is another by now, or the visit is not open.
        OutputError, JournalError
            If it was not saved; nothing has changed then.
        """
        commands_masks.require_same(self.draft, self._visit(), mark)
        reference = save_mask(data, self.document, self._visit(), mark.lesion)
        self._keep("keep-mask", commands_masks.set_mask(mark, reference, volume_mm3))

    def remove_mask(self) -> None:
        """Take the mask of the current lesion back; its file stays, for undo."""
        self._keep(
            "remove-mask", commands_masks.remove_mask(self.draft, self._visit(), self.lesion)
        )

    def _missing_masks(self) -> tuple[Missing, ...]:
        """Return the masks that a signature would vouch for and that are not what was kept."""
        signed_with_it = frozenset(labels_up_to(self.draft, self._visit())) - {*self.draft.signed}
        found = []
        for mark in self.draft.marks.values():
            try:
                if mark.timepoint in signed_with_it:
                    self.kept_mask(mark)
            except MaskError as error:
                message = f"{error}; remove it, or keep it anew"
                found.append(Missing(mark.timepoint, mark.lesion, "mask", message))
        return tuple(found)

    def _keep(self, command: str, changes: tuple[Change, ...]) -> None:
        """Record a command, unless it changes nothing."""
        if changes:
            self._record(command, changes)
