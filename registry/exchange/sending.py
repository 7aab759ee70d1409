"""What can be done with a roster sent by a browser: hand it in, have it checked, let it in.

Checking and importing are long work and done in the background; each is one transaction of its own, in
which every hundred projects stand or fall by a savepoint.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from registry import policy
from registry.exchange.findings import Fault, Mend, Remark
from registry.exchange.importing import Opener, Report, import_roster, rehearse_roster
from registry.exchange.models import RosterFile, RosterState
from registry.exchange.queries import require_sending, sent_roster
from registry.kernel import jobs
from registry.kernel.actor import Actor
from registry.kernel.errors import Conflict
from registry.kernel.staging import StagedFile
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.kernel.workbook_safety import MAX_FILE, WorkbookRefused
from registry.policy import Permission, Scope

KEPT_LINES = 1_000
"""Of each kind of finding, a report keeps so many; more than that nobody corrects on a page."""


class NotReady(Conflict):
    code = "roster.not-ready"


def send_roster(uow: UnitOfWork, stream: StagedFile, name: str) -> RosterFile:
    """Hand in a workbook and have it checked in the background. Nothing of it is entered.

    Raises WorkbookRefused beyond 50 MB.
    """
    require_sending(uow)
    stream.settle()
    if stream.size > MAX_FILE:
        raise WorkbookRefused(_("文件超过 50 MB，请拆分后分别导入。"), field="workbook")
    actor = uow.actor
    roster = RosterFile(
        id=uow.new_id(), account_id=actor.account, person_id=actor.person, organisation_id=actor.organisation,
        region=actor.region, roles=sorted(actor.roles), name=PurePath(name).name[-120:],
        state=RosterState.CHECKING, created_at=uow.at,
    )
    uow.session.add(roster)
    path = staged_path(uow, roster.id)
    path.unlink(missing_ok=True)
    os.link(stream.path, path)
    jobs.enqueue(uow, "exchange.check", roster_id=str(roster.id))
    return roster


def confirm_roster(uow: UnitOfWork, roster_id: UUID) -> RosterFile:
    """Let a checked roster in, in the background. Raises NotReady unless it waits for that."""
    require_sending(uow)
    roster = sent_roster(uow, roster_id, lock=True)
    if roster.state is not RosterState.CHECKED:
        raise NotReady(_("这份花名册已经导入，或正在检查、导入之中。"))
    roster.state, roster.done_at = RosterState.IMPORTING, None
    jobs.enqueue(uow, "exchange.import", roster_id=str(roster.id))
    return roster


def check_sent_roster(uow: UnitOfWork, roster_id: str) -> None:
    """Say what importing a roster would do. Background work."""
    _report_on(uow, UUID(roster_id), rehearse_roster, RosterState.CHECKED)


def import_sent_roster(uow: UnitOfWork, roster_id: str) -> None:
    """Import a roster its sender has let in, with the sender's authority. Background work."""
    path = staged_path(uow, UUID(roster_id))
    _report_on(uow, UUID(roster_id), import_roster, RosterState.IMPORTED)
    uow.after_commit.append(lambda: path.unlink(missing_ok=True))


def _report_on(
    uow: UnitOfWork, roster_id: UUID, work: Callable[[Path, Opener], Report], state: RosterState
) -> None:
    roster = uow.get(RosterFile, roster_id)
    policy.require(uow.actor, Permission.ROSTER_IMPORT, Scope(roster.region, owner=roster.organisation_id))
    sender, path = roster.sender, staged_path(uow, roster_id)
    if path.exists():
        report = work(path, lambda: within(uow, sender))
    else:
        report = Report()
        report.findings.whole.append(Fault("", 0, "", _("文件已过期，请重新上传。")))
    roster = uow.get(RosterFile, roster_id, lock=True)
    roster.state, roster.done_at, roster.report = state, uow.at, as_kept(report)


@contextmanager
def within(uow: UnitOfWork, actor: Actor) -> Iterator[UnitOfWork]:
    """Open an act of `actor` within the present transaction: undone by itself when it raises."""
    with uow.session.begin_nested():
        yield replace(uow, actor=actor)
    uow.session.expunge_all()


def staged_path(uow: UnitOfWork, roster_id: UUID) -> Path:
    return uow.tools.staging / f"roster-{roster_id}.part"


def as_kept(report: Report) -> dict[str, Any]:
    """Return what a page shows of a report: counts, and of each kind of finding the first thousand."""
    findings = report.findings

    def first(found: list[Fault] | list[Mend] | list[Remark]) -> list[dict[str, Any]]:
        return [asdict(one) for one in found[:KEPT_LINES]]

    return {
        "created": asdict(report.created), "taken": report.taken, "refused": len(findings.refused - {""}),
        "whole": bool(findings.whole), "errors": first(findings.errors), "mends": first(findings.mends),
        "remarks": first(findings.remarks),
        "totals": {
            "errors": len(findings.errors), "mends": len(findings.mends), "remarks": len(findings.remarks),
        },
    }
