"""The warranty certificate: drawn up by the contractor, signed by both sides, never shorter than the law.

Source: 建设工程质量管理条例 第三十九、四十条; 房屋建筑工程质量保修办法（建设部令第80号）; 民用建筑节能条例 第二十三条.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.archives.filing import FileFacts, file_document
from registry.completion import papers, telling
from registry.completion.models import UNIT_IN_FULL, Certificate, CertificateSignature, ReportKind
from registry.completion.rules import REPORTS, agreed_periods
from registry.completion.signing import sign_as
from registry.completion.standing import Standing, standing
from registry.completion.warranties import CONTRACTOR, OWNER, SIDES
from registry.documents import actions as documents
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.pledges.actions import Signing
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.projects.offices import own_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.wording import Wording

WORDING = "completion/warranty"
CERTIFICATE_IN_FULL = (selectinload(Certificate.unit).options(*UNIT_IN_FULL), selectinload(Certificate.signatures))


class TooShort(Invalid):
    code = "warranty.too-short"


class AlreadyDrawnUp(Conflict):
    code = "warranty.already-drawn-up"


class AlreadySigned(Conflict):
    code = "warranty.already-signed"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the parties agreed. `amounts`: by the rule's key, years or seasons; unnamed ones get the legal minimum."""

    scope_words: str
    amounts: Mapping[str, int | None]
    defect_months: int = 24
    other: str = ""


def draw_up(uow: UnitOfWork, unit_id: UUID, terms: Terms) -> Certificate:
    """Draw the certificate up, by the contractor's leader; nothing is owed until both sides have signed it.

    Raises TooShort with the legal minimum of each period that is shorter, AlreadyDrawnUp while one stands,
    NotInOffice unless the actor leads the contractor today.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.COMPLETION_SIGN, unit.scope)
    term = own_office(uow, unit.project_id, REPORTS[ReportKind.CONTRACTOR], uow.today, unit.number)
    region = unit.project.region
    rules = standards.in_force(uow.session, kinds.WARRANTY, region, uow.today)
    periods, short = agreed_periods(rules.content, terms.amounts)
    if short:
        raise TooShort("".join(short), field="periods", remedy=_("请按不低于法定最低保修期限填写。"))
    uow.get(UnitProject, unit_id, lock=True)
    if uow.session.scalar(select(Certificate.id).where(
        Certificate.unit_project_id == unit_id, Certificate.participation_id == term.participation_id,
        Certificate.withdrawn_at.is_(None),
    )):
        raise AlreadyDrawnUp(_("该单位工程的工程质量保修书已经填写。"), remedy=_("需要修改的，请先撤回。"))
    certificate = Certificate(
        id=uow.new_id(), unit_project_id=unit_id, participation_id=term.participation_id, scope_words=terms.scope_words,
        periods=[{"key": one.key, "part": one.part, "unit": one.unit.value, "amount": one.amount, "words": str(one),
                  "source": one.source} for one in periods],
        defect_months=terms.defect_months, other=terms.other,
        wording_id=standards.wording(uow.session, WORDING, region, uow.today).edition.id, rules_id=rules.edition.id,
        drawn_up_on=uow.today, drawn_up_at=uow.at, drawn_up_by_id=uow.actor.account,
    )
    uow.session.add(certificate)
    ledger.append(uow, "warranty.drawn-up", certificate)
    return certificate


def sign_certificate(uow: UnitOfWork, certificate_id: UUID, signing: Signing) -> CertificateSignature:
    """Sign for the contractor or for the owner, whichever the actor leads. The second signature makes the paper.

    Raises NotInOffice, AlreadySigned, Conflict for a certificate that was withdrawn.
    """
    certificate = uow.get(Certificate, certificate_id, *CERTIFICATE_IN_FULL)
    unit = certificate.unit
    policy.require(uow.actor, Permission.COMPLETION_SIGN, unit.scope)
    posts = tuple(post for side in SIDES.values() for post in side)
    term = own_office(uow, unit.project_id, posts, uow.today, unit.number)
    side = next(side for side, of_side in SIDES.items() if term.post in of_side)
    uow.get(Certificate, certificate_id, lock=True)
    signed = list(uow.session.scalars(
        select(CertificateSignature).where(CertificateSignature.certificate_id == certificate_id)
    ))
    refuse_signing(certificate, signed, side)
    given = CertificateSignature(
        id=uow.new_id(), certificate_id=certificate_id, side=side, **sign_as(uow, term, signing).columns(uow),
    )
    uow.session.add(given)
    ledger.append(uow, "warranty.signed", given)
    now = standing(uow, unit.id)
    if {CONTRACTOR, OWNER} <= {one.side for one in (*signed, given)}:
        finish(uow, now, certificate, [*signed, given])
    else:
        other = SIDES[OWNER if side == CONTRACTOR else CONTRACTOR]
        telling.tell(uow, now, telling.leaders(now, other), "to-sign-warranty", _("请签署工程质量保修书"))
    return given


def refuse_signing(certificate: Certificate, signed: list[CertificateSignature], side: str) -> None:
    if certificate.withdrawn_at is not None:
        raise Conflict(_("该保修书已撤回。"), remedy=_("请签署重新填写的保修书。"))
    for one in signed:
        if one.side == side:
            raise AlreadySigned(_("{person}已于 {day} 签署该保修书。", person=one.person_name, day=one.signed_on))


def finish(uow: UnitOfWork, now: Standing, certificate: Certificate, signed: list[CertificateSignature]) -> None:
    """Both have signed: print it, keep it, file it."""
    by_side = {one.side: one for one in signed}
    firm = next(one for one in now.project.participations if one.id == certificate.participation_id)
    wording = standards.content_of(uow.session, kinds.WORDING, certificate.wording_id)
    owners = "、".join(one.organisation_name for one in now.firms("owner"))
    facts = papers.paper(
        papers.number_of("BXS", now, 1), wording.title,
        [
            (_("发包人（全称）"), owners),
            (_("承包人（全称）"), firm.organisation_name), (_("工程名称"), f"{now.project.name} {now.unit.name}"),
        ],
        certificate_sections(now, certificate, wording),
        [
            papers.signature(uow, _("承包人（{firm}）", firm=firm.organisation_name), by_side[CONTRACTOR]),
            papers.signature(uow, _("发包人（{firm}）", firm=owners), by_side[OWNER]),
        ],
    )
    sha256 = documents.deposit(uow, uow.tools.printer.pdf("warranty_certificate", facts), "application/pdf")
    certificate.paper_sha256 = sha256
    ledger.append(uow, "warranty.concluded", certificate, files=documents.refs(uow, sha256))
    file_document(uow, now.project.id, FileFacts(
        "E1-10", _("{unit}工程质量保修书", unit=now.unit.name), sha256, uow.today, unit_id=now.unit.id,
    ))


def certificate_sections(now: Standing, certificate: Certificate, wording: Wording) -> list[papers.Section]:
    """The numbered parts of the certificate, in the order of GF-2017-0201 附件3."""
    return [
        papers.Section(_("一、工程质量保修范围和内容"), certificate.scope_words.splitlines()),
        papers.Section(_("二、质量保修期"), (), (_("部位"), _("保修期"), _("法定依据")), [
            (one["part"], one["words"], one["source"]) for one in certificate.periods
        ]),
        papers.Section(_("三、缺陷责任期"), [_("{months} 个月。", months=certificate.defect_months)]),
        papers.Section(_("四、质量保修责任"), wording.filled({"project": f"{now.project.name} {now.unit.name}"})),
        papers.Section(_("五、保修费用"), [_("保修费用由造成质量缺陷的责任方承担。")]),
        papers.Section(_("六、双方约定的其他事项"), certificate.other.splitlines()),
    ]


def withdraw_certificate(uow: UnitOfWork, certificate_id: UUID, reason: str) -> None:
    """Take a certificate back before it has been signed by both. It stays on record."""
    certificate = uow.get(Certificate, certificate_id, *CERTIFICATE_IN_FULL)
    unit = certificate.unit
    policy.require(uow.actor, Permission.COMPLETION_SIGN, unit.scope)
    own_office(uow, unit.project_id, SIDES[CONTRACTOR], uow.today, unit.number)
    uow.get(Certificate, certificate_id, lock=True)
    if certificate.paper_sha256 is not None:
        raise AlreadySigned(_("保修书已由双方签署，不能撤回。"))
    if certificate.withdrawn_at is not None:
        raise Conflict(_("该保修书已撤回。"))
    certificate.withdrawn_at, certificate.withdrawn_reason = uow.at, reason
    ledger.append(uow, "warranty.withdrawn", certificate)
