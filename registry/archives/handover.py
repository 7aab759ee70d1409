"""Handing the archive over to the urban archive (城建档案馆): begun by the owner, checked, received or returned.

Source: 建设部令第90号 第六条 (三个月内); 建设工程质量管理条例 第十七条; DA/T 70-2018.
"""

import json
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.accounts.holders import holders
from registry.accounts.models import Account, AccountState, Grant
from registry.archives.actions import Package
from registry.archives.completeness import completeness
from registry.archives.gathering import gather, packed
from registry.archives.models import Handover, HandoverCheck, HandoverState
from registry.documents.queries import content
from registry.kernel import jobs
from registry.kernel.actor import Role
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.notices import actions as notices
from registry.policy import Permission
from registry.projects.models import Project

PARTIES = (selectinload(Project.participations), selectinload(Project.units))
IN_FULL = (selectinload(Handover.project).options(*PARTIES), selectinload(Handover.check))
COMPLETENESS = "完整性"


class NotAccepted(Conflict):
    code = "handover.not-accepted"


class OnItsWay(Conflict):
    code = "handover.on-its-way"


class NotSent(Conflict):
    code = "handover.not-sent"


def begin_handover(uow: UnitOfWork, project_id: UUID) -> Handover:
    """Gather the whole archive and have it checked in the background; it goes out by itself when it passes.

    Raises NotAccepted before the project's acceptance, OnItsWay while another is on its way.
    Source: 建设部令第90号 第六条.
    """
    project = uow.get(Project, project_id, *PARTIES)
    policy.require(uow.actor, Permission.ARCHIVE_HAND_OVER, project.scope)
    if project.completed_on is None:
        raise NotAccepted(_("工程尚未全部竣工验收合格，不能移交档案。"), remedy=_("竣工验收合格并登记日期后办理。"))
    uow.lock(f"handover {project_id}")
    refuse_second(uow, project_id)
    whole = completeness(uow, project_id)
    pieces = gather(uow, whole)
    sequence = (uow.session.scalar(select(func.count()).where(Handover.project_id == project_id)) or 0) + 1
    handover = Handover(
        id=uow.new_id(), project_id=project_id, sequence=sequence, number=f"YJ-{project.number}-{sequence:02d}",
        begun_at=uow.at, begun_by_id=uow.actor.account,
    )
    uow.session.add(handover)
    uow.session.flush()
    missing = [line.named for line in whole.missing]
    uow.session.add(HandoverCheck(
        handover_id=handover.id, files=[asdict(piece) for piece in pieces], done=0, done_bytes=0,
        total_bytes=sum(piece.size for piece in pieces), looked_at=uow.at, waiting=None,
        findings=[{
            "nature": COMPLETENESS, "passed": not missing, "files": missing,
            "text": _("必备文件齐全。") if not missing else _("缺 {count} 项必备文件。", count=len(missing)),
        }],
    ))
    ledger.append(uow, "archive-handover.begun", handover, data={"files": len(pieces)})
    jobs.enqueue(uow, "archives.check", handover_id=str(handover.id))
    return handover


def refuse_second(uow: UnitOfWork, project_id: UUID) -> None:
    found = uow.session.scalar(select(Handover).where(
        Handover.project_id == project_id, Handover.failed_at.is_(None), Handover.received_at.is_(None),
        Handover.returned_at.is_(None),
    ))
    if found is not None:
        raise OnItsWay(_("移交 {number} 正在办理中。", number=found.number), remedy=_("请等待检测或接收结果。"))


def receive_handover(uow: UnitOfWork, handover_id: UUID, receipt: str) -> Handover:
    """Take the archive into the urban archive, under its own receipt number."""
    handover = sent(uow, handover_id)
    if not receipt.strip():
        raise Invalid(_("请填写接收编号。"), field="receipt")
    handover.received_at, handover.received_by_id, handover.receipt = uow.at, uow.actor.account, receipt.strip()[:80]
    ledger.append(uow, "archive-handover.received", handover)
    tell_owner(uow, handover, _("城建档案馆已接收工程档案"), _("接收编号 {receipt}。", receipt=handover.receipt))
    return handover


def return_handover(uow: UnitOfWork, handover_id: UUID, reason: str) -> Handover:
    """Send the archive back and say why; the owner mends it and hands over anew."""
    handover = sent(uow, handover_id)
    if not reason.strip():
        raise Invalid(_("请说明退回的原因。"), field="reason")
    handover.returned_at, handover.returned_by_id, handover.returned_reason = uow.at, uow.actor.account, reason.strip()
    ledger.append(uow, "archive-handover.returned", handover)
    tell_owner(uow, handover, _("城建档案馆退回了工程档案"), reason.strip()[:200])
    return handover


def sent(uow: UnitOfWork, handover_id: UUID) -> Handover:
    """Return a hand-over that waits for the urban archive, locked. Raises NotSent in any other state."""
    handover = uow.get(Handover, handover_id, *IN_FULL, lock=True)
    policy.require(uow.actor, Permission.ARCHIVE_RECEIVE, handover.scope)
    if handover.state is not HandoverState.SENT:
        raise NotSent(_("移交 {number} 不在待接收状态，请刷新页面查看。", number=handover.number))
    return handover


def fetch_handover(uow: UnitOfWork, handover_id: UUID) -> Package:
    """Hand out the package, and note for good who took it: it may hold whole identity numbers."""
    handover = uow.get(Handover, handover_id, *IN_FULL)
    policy.require(uow.actor, Permission.ARCHIVE_READ, handover.scope)
    policy.require_fresh(uow.actor)
    found = package_of(uow, handover)
    ledger.append(uow, "archive-handover.fetched", handover)
    return found


def package_of(uow: UnitOfWork, handover: Handover) -> Package:
    policy.require(uow.actor, Permission.ARCHIVE_READ, handover.scope)
    listed = json.loads(manifest_text(uow, handover))["files"]
    return packed(uow, handover.project, handover.number, listed, handover.papers or {}, handover.begun_at.date().isoformat())


def tell_owner(uow: UnitOfWork, handover: Handover, title: str, body: str) -> None:
    owner = handover.project.scope.owner
    for person_id in holders(uow.session, owner, Role.FIRM_FILER) if owner else ():
        notices.notify(uow, person_id, notices.Message(
            "archive.handover", f"/handovers/{handover.id}", title, f"{handover.project.name}：{body}"))


def tell_archive(uow: UnitOfWork, handover: Handover) -> None:
    """Tell the people of the urban archive nearest to the project."""
    for person_id in keepers_near(uow, handover.project.region):
        notices.notify(uow, person_id, notices.Message(
            "archive.to-receive", f"/handovers/{handover.id}", _("有工程档案待接收"), handover.project.name))


def keepers_near(uow: UnitOfWork, region: str) -> list[UUID]:
    """Who acts for the urban archives a region lies under."""
    chain = (region, f"{region[:4]}00", f"{region[:2]}0000")
    rows = uow.session.scalars(
        select(Account.person_id).join(Grant, Grant.account_id == Account.id).where(
            Grant.role == Role.URBAN_ARCHIVE, Grant.until.is_(None), Grant.region.in_(chain),
            Account.state == AccountState.ACTIVE, Account.person_id.is_not(None),
        ).order_by(Grant.since, Grant.id)
    )
    return [person_id for person_id in rows if person_id is not None]


def manifest_text(uow: UnitOfWork, handover: Handover) -> bytes:
    """The catalogue for programs, as it was sent."""
    policy.require(uow.actor, Permission.ARCHIVE_LIST, handover.scope)
    if handover.manifest_sha256 is None:
        raise NotSent(_("移交 {number} 的移交包尚未生成。", number=handover.number))
    with content(uow, handover.manifest_sha256) as stream:
        return stream.read()
