"""What a study's own chain says of the chains of its reads: people, charters, leaves, anchors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recistkit.store.bodies import AnchorBody
from recistkit.store.chain import Record
from recistkit.store.rows import CharterVersion, Unlock
from recistkit.study.charter import Role
from recistkit.study.charter_people import people_of
from recistkit.study.folder import StudyFolder

__all__ = ["Anchored", "ChainRules", "LeavesOfRead"]


@dataclass(frozen=True, slots=True)
class Anchored:
    """Where in the study's chain a signature is anchored.

    Attributes
    ----------
    revision : int
    together : int
        The first of the anchors that were saved with it: what was signed while
        the study could not be told, or elsewhere, is anchored all at once.
    """

    revision: int
    together: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRules:
    """What a study asks of the records of its reads.

    Attributes
    ----------
    in_force : int
        Version of the charter.
    people : mapping of int to frozenset
        Login, role and id of everybody, by the version of the charter.
    needs_leave : frozenset of int
        Versions under which a signed visit is amended only after a manager's leave.
    charters : mapping of int to str
        SHA-256 of the text of each version.
    leaves : tuple of Unlock
        In order of the study's chain.
    anchored : mapping of tuple to Anchored
        By subject, reader and revision of the read.
    """

    in_force: int
    people: Mapping[int, frozenset[tuple[str, Role, str]]]
    needs_leave: frozenset[int]
    charters: Mapping[int, str]
    leaves: tuple[Unlock, ...]
    anchored: Mapping[tuple[str, str, int], Anchored]

    @classmethod
    def of(cls, study: StudyFolder) -> ChainRules:
        """Return those of a study; for who manages it.

        Raises
        ------
        StoreError, SettingsError
            If they cannot be told.
        """
        versions = study.file.rows(CharterVersion)
        stated = {
            one.version: people_of(one.text, name=f"charter {one.version}") for one in versions
        }
        return cls(
            in_force=study.charter_version,
            people={
                version: frozenset((one.login, one.role, one.id) for one in said.people)
                for version, said in stated.items()
            },
            needs_leave=frozenset(
                version for version, said in stated.items() if said.reading_order == "by-visit"
            ),
            charters={one.version: one.sha256 for one in versions},
            leaves=study.file.rows(Unlock),
            anchored=_anchored(study.file.records()),
        )


class LeavesOfRead:
    """The leaves that a study gave for one read; each serves the amendments of one signature.

    Parameters
    ----------
    rules : ChainRules
    subject, reader : str
    signatures : sequence of int
        Revisions of the read that sign.
    """

    def __init__(
        self, rules: ChainRules, subject: str, reader: str, signatures: Sequence[int]
    ) -> None:
        mine = (subject, reader)
        self._left = [one for one in rules.leaves if (one.subject, one.reader) == mine]
        self._anchors = {
            revision: rules.anchored[*mine, revision]
            for revision in signatures
            if (*mine, revision) in rules.anchored
        }
        self._signatures = signatures
        self._serving: dict[int | None, list[Unlock]] = {}

    def serve(self, amendment: int, visit: str) -> bool:
        """Return whether there is a leave for an amendment, which is then used up.

        It must have been given after the signature before the amendment was
        known to the study, and before the one that ends the amendment was.

        Parameters
        ----------
        amendment : int
            Revision of the read; asked in their order.
        visit : str
        """
        closing = next((one for one in self._signatures if one > amendment), None)
        serving = self._serving.setdefault(closing, [])
        if any(one.timepoint is None for one in serving):
            return True
        good = [
            one
            for one in self._left
            if one.timepoint in {None, visit} and self._is_between(one, amendment, closing)
        ]
        if not good:
            return False
        chosen = min(good, key=lambda one: one.timepoint is None)
        self._left.remove(chosen)
        serving.append(chosen)
        return True

    def _is_between(self, leave: Unlock, amendment: int, closing: int | None) -> bool:
        """Return whether a leave lies between the anchors around an amendment."""
        end = self._anchors.get(closing or 0)
        before = [
            one.revision
            for revision, one in self._anchors.items()
            if revision < amendment and (end is None or one.together != end.together)
        ]
        after_begin = leave.revision > max(before, default=0)
        return after_begin and (end is None or leave.revision < end.revision)


def _anchored(records: Iterable[Record]) -> dict[tuple[str, str, int], Anchored]:
    """Return where signatures are anchored in a study's chain."""
    found: dict[tuple[str, str, int], Anchored] = {}
    first, saved = 0, None
    for record in records:
        body = record.content() if record.action == AnchorBody.action else None
        if not isinstance(body, AnchorBody):
            saved = None
            continue
        together = (record.at_utc, record.login, record.host, record.role, body.reader)
        first, saved = first if together == saved else record.revision, together
        found[body.subject, body.reader, body.revision] = Anchored(record.revision, first)
    return found
