"""Whether records that come from elsewhere could have been made here.

What a reading room refuses while a visit is read must not come in through a file:
beside what `recistkit.study.record_order` says of every chain, what the study expects
of documents now, and what a visit lacks before it can be signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from recistkit.exchange.read_document import read_document_text
from recistkit.model.read import Read
from recistkit.reading.document import import_changes
from recistkit.reading.draft import Amendment, Draft, apply
from recistkit.reading.signing import missing_when_covered
from recistkit.store.anchoring import signed_text
from recistkit.store.bodies import ImportBody, SignBody
from recistkit.store.chain import Record, read_chain
from recistkit.study.chain_rules import ChainRules
from recistkit.study.charter import Charter
from recistkit.study.folder import StudyFolder
from recistkit.study.importing.document_faults import Expected, document_faults
from recistkit.study.importing.translation import KnownScans, translated
from recistkit.study.record_order import Step, steps

__all__ = ["StudyRules", "record_faults"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRules:
    """What a study asks of the records of its readers.

    Attributes
    ----------
    chains : ChainRules
    expected : Expected
    scans : KnownScans
    """

    chains: ChainRules
    expected: Expected
    scans: KnownScans

    @classmethod
    def of(cls, study: StudyFolder) -> StudyRules:
        """Return those of a study.

        Raises
        ------
        StoreError, SettingsError, CriteriaError
            If they cannot be told.
        """
        return cls(
            chains=ChainRules.of(study),
            expected=Expected.of(study),
            scans=KnownScans({one.series_uid: one for one in study.file.scans()}, None),
        )


def record_faults(
    reader: str, chain: Sequence[Record], known: int, rules: StudyRules
) -> Iterator[str]:
    """Yield what is wrong with the records of one read that are new.

    Parameters
    ----------
    reader : str
    chain : sequence of Record
        Of one read, from its first record on; sound as a chain.
    known : int
        How many of them the study has already.
    rules : StudyRules
    """
    for step in steps(reader, chain, known, rules.chains):
        if step.record.revision <= known:
            continue
        found = [*step.faults]
        if step.read is not None:
            found += _identity_faults(step.read, reader, step.record)
            found += _document_faults(step.read, rules)
            found = found or _incomplete(step, step.read, rules.expected.charter)
        yield from (f"{step.where}: {one}" for one in found)


def _identity_faults(read: Read, reader: str, record: Record) -> list[str]:
    """Return whether a document is of another read than its chain, or not as written here."""
    subject, content = record.chain.removeprefix(read_chain("")), record.content()
    stated = [(read.subject, read.reader)]
    if isinstance(content, ImportBody):
        stated += [(one.subject, one.reader) for one in content.reads]
    found = []
    if any(one != subject for one, _ in stated):
        found.append("is of another subject")
    if any(one != reader for _, one in stated):
        found.append("is of another reader")
    if signed_text(record) != read_document_text(read):
        found.append("holds a document in other words than this program writes")
    return found


def _document_faults(read: Read, rules: StudyRules) -> list[str]:
    """Return what the study would not take of a document."""
    found = [*document_faults(read, rules.expected), *translated(read, rules.scans)[1]]
    return [str(fault) for fault in found]


def _incomplete(step: Step, read: Read, charter: Charter) -> list[str]:
    """Return what kept a visit from being signed in a reading room."""
    if step.record.action != SignBody.action:
        return []  # a document of elsewhere states what its own program asked for
    draft = _before_signing(step, read, charter)
    return [
        f"{draft.order[-1]} cannot be signed yet: {item}"
        for label in draft.visits
        for item in missing_when_covered(draft, charter, label)
    ]


def _before_signing(step: Step, read: Read, charter: Charter) -> Draft:
    """Return the draft that a signed document was made of."""
    draft = apply(Draft(), import_changes(read, charter, read.subject, read.reader))
    return replace(
        draft,
        signed={label: one for label, one in draft.signed.items() if label in step.fixed},
        amended={label: Amendment(timepoint=label, reason="on record") for label in step.amended},
    )
