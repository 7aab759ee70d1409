"""What is decided about a batch: the supervision firm's approval, and what becomes of one that failed.

That a batch goes from the site again (退场) turns on the lots that use it: see `works.removing`.
Sources: 建设工程质量管理条例 第三十七条; product standards.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PAPERS
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.materials.models import Approval, Batch, Disposition, Verdict
from registry.materials.offices import (
    APPROVERS,
    DESIGNERS,
    DISPOSERS,
    batch_for,
    between_recalls,
)
from registry.materials.rules import FAILURES, blocks_approval
from registry.materials.standing import holds, reports_of
from registry.materials.telling import ARRIVED, FAILED, link_of
from registry.materials.testing import refuse_recalled, test_of
from registry.notices.actions import mark_done
from registry.policy import Permission
from registry.projects.offices import office_of, own_office
from registry.standards.materials import Retest


class NotReady(Conflict):
    code = "material.not-ready"


class RetestForbidden(Conflict):
    code = "material.retest-forbidden"


class NothingFailed(Conflict):
    code = "material.nothing-failed"


def approve_batch(uow: UnitOfWork, batch_id: UUID, verdict: Verdict, opinion: str = "") -> Approval:
    """Enter the supervision firm's word on a batch, signed by the engineer in office today.

    Raises NotReady, naming what is missing, when a batch that may not be used is to be approved; Invalid for a refusal
    without a reason. Source: 建设工程质量管理条例 第三十七条.
    """
    batch = batch_for(uow, batch_id, Permission.MATERIAL_APPROVE)
    term = own_office(uow, batch.project_id, APPROVERS, uow.today)
    if verdict is Verdict.FAILED and not opinion.strip():
        raise Invalid(_("不同意使用的，请写明理由。"), field="opinion")
    between_recalls(uow)
    uow.get(Batch, batch_id, lock=True)
    if verdict is Verdict.PASSED:
        missing = blocks_approval(holds(uow.session, [batch_id])[batch_id])
        if missing:
            raise NotReady(
                _("还不能同意使用：{what}。", what="；".join(hold.label for hold in missing)),
                remedy="；".join(dict.fromkeys(hold.acts for hold in missing)),
            )
    made = Approval(
        id=uow.new_id(), batch_id=batch_id, verdict=verdict, opinion=opinion, term_id=term.id, approved_by=term.person_name,
        approved_at=uow.at,
    )
    uow.session.add(made)
    ledger.append(uow, "batch.approved" if verdict is Verdict.PASSED else "batch.refused", made)
    return made


@dataclass(frozen=True, slots=True)
class Downgrade:
    """降级使用: as what, and the paper in which the design firm agrees."""

    new_grade: str
    consent_term_id: UUID
    consent: UUID | SentFile
    reason: str


def downgrade_batch(uow: UnitOfWork, batch_id: UUID, downgrade: Downgrade) -> Disposition:
    """Let a batch that failed be used as something less, with the design leader's consent.

    The supervision firm approves anew afterwards. Raises NothingFailed; BatchRecalled; NotInOffice.
    """
    batch = batch_for(uow, batch_id, Permission.MATERIAL_RECORD)
    term = own_office(uow, batch.project_id, DISPOSERS, uow.today)
    consent = office_of(uow, downgrade.consent_term_id, batch.project_id, DESIGNERS, uow.today)
    paper = documents.take(uow, downgrade.consent, PAPERS)
    between_recalls(uow)
    uow.get(Batch, batch_id, lock=True)
    refuse_recalled(uow, batch)
    if not FAILURES & {hold.key for hold in holds(uow.session, [batch_id])[batch_id]}:
        raise NothingFailed(_("该批材料没有不合格记录，不需要降级。"))
    return enter(uow, "batch.downgraded", Disposition(
        id=uow.new_id(), batch_id=batch_id, kind=Disposition.Kind.DOWNGRADED, reason=downgrade.reason,
        new_grade=downgrade.new_grade, consent_term_id=consent.id, consented_by=consent.person_name,
        consent_sha256=paper.sha256, term_id=term.id, disposed_by=term.person_name, disposed_at=uow.at,
    ))


def order_retest(uow: UnitOfWork, batch_id: UUID, key: str, reason: str) -> Disposition:
    """Have a failed test done once more, with twice the samples, where the product standard permits it.

    Raises RetestForbidden where it does not, or when it was done before; NothingFailed; BatchRecalled.
    """
    batch = batch_for(uow, batch_id, Permission.MATERIAL_RECORD)
    term = own_office(uow, batch.project_id, DISPOSERS, uow.today)
    test = test_of(uow, batch, key)
    between_recalls(uow)
    uow.get(Batch, batch_id, lock=True)
    refuse_recalled(uow, batch)
    own = [report for report in reports_of(uow.session, [batch_id]).get(batch_id, ()) if report.test == key]
    if not any(report.verdict is Verdict.FAILED for report in own):
        raise NothingFailed(_("{test}没有不合格报告，不需要复检。", test=test.label))
    if test.retest is Retest.NEVER:
        raise RetestForbidden(
            _("{test}不合格的，标准不允许复检（{source}）。", test=test.label, source=test.source),
            remedy=_("请办理退场，或经设计同意降级。"),
        )
    if uow.session.scalar(select(Disposition.id).where(
        Disposition.batch_id == batch_id, Disposition.kind == Disposition.Kind.RETEST, Disposition.test == key,
    )) is not None:
        raise RetestForbidden(
            _("{test}已经复检过一次，不能再次复检。", test=test.label), remedy=_("请办理退场，或经设计同意降级。"),
        )
    return enter(uow, "batch.retest-ordered", Disposition(
        id=uow.new_id(), batch_id=batch_id, kind=Disposition.Kind.RETEST, reason=reason, test=key, term_id=term.id,
        disposed_by=term.person_name, disposed_at=uow.at,
    ))


def enter(uow: UnitOfWork, kind: str, made: Disposition) -> Disposition:
    uow.session.add(made)
    papers = [sha256 for sha256 in (made.photo_sha256, made.consent_sha256) if sha256]
    ledger.append(uow, kind, made, files=documents.refs(uow, *papers))
    for asked in (FAILED, ARRIVED):
        mark_done(uow, asked, link_of(made.batch_id))
    return made
