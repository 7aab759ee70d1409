"""What can be done with authorisations and pledges: sign, scan in, confirm the original, return, chase."""

import base64
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from registry import policy
from registry.accounts import actions as accounts
from registry.accounts.holders import has_account, holders
from registry.accounts.proof import Evidence
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PAPERS
from registry.documents.queries import Readable
from registry.kernel.actor import Role
from registry.kernel.errors import Conflict, Forbidden, Invalid
from registry.kernel.text import _
from registry.kernel.uow import CHINA, UnitOfWork
from registry.ledger import actions as ledger
from registry.notices import actions as notices
from registry.parties.models import RevealLog, RevealReason
from registry.pledges.filing import AlreadyFiled
from registry.pledges.models import Authorisation, Method, Pledge, Return
from registry.pledges.papers import Paperwork, number_of, signed_facts
from registry.pledges.queries import paper
from registry.pledges.rules import is_late, png_size
from registry.pledges.standing import NOTHING, Papers, papers_of_one, post_of, taking_up
from registry.policy import Permission
from registry.projects.models import TERM_IN_FULL, Term
from registry.standards import handbook as standards
from registry.standards.rules import Edition

Signable = TypeVar("Signable", Authorisation, Pledge)
DRAWING_LIMIT = 2_000  # pixels a side


class AlreadySigned(Conflict):
    code = "pledge.already-signed"


class NotTheRepresentative(Forbidden):
    code = "authorisation.not-the-representative"


class NobodyToChase(Conflict):
    code = "pledge.nobody-to-chase"


@dataclass(frozen=True, slots=True)
class Signing:
    """What a person gives when signing on the platform."""

    code: str                      # of the second factor
    drawing: bytes | None = None   # the name drawn by hand, a PNG
    typed_name: str = ""           # instead, by one who cannot draw


@dataclass(frozen=True, slots=True)
class Scan:
    """A paper signed by hand and scanned in."""

    file: UUID | SentFile      # a finished upload, or the file itself
    signed_on: date


def sign_pledge(uow: UnitOfWork, term_id: UUID, signing: Signing) -> Pledge:
    """Sign the promise that goes with a term in office, and make it permanent.

    Prints the promise, keeps the PDF, writes the ledger entry: all of it, or nothing.

    Raises NotFound or Forbidden unless the actor is the person in office; AlreadySigned if one stands.
    Source: 建质〔2014〕124号 第八条; 电子签名法 第十三条.
    """
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_SIGN, term.scope)
    refuse_corrected(term)
    post = post_of(uow.session, term)
    wording = standards.wording(uow.session, post.wording, term.participation.project.region, uow.today)
    return sign(uow, term, Pledge, Paperwork(
        term, post, wording.content, wording.edition, number_of("CN", term, uow.new_id()), uow.today,
    ), signing)


def sign_authorisation(uow: UnitOfWork, term_id: UUID, signing: Signing) -> Authorisation:
    """Sign the firm's letter that names its leader, as its legal representative.

    Raises NotFound or Forbidden unless the actor is the firm's legal representative; AlreadySigned if one stands.
    Source: 建质〔2014〕124号 第二条; 建办质〔2014〕44号 附件1.
    """
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.AUTHORISATION_SIGN, term.scope)
    refuse_corrected(term)
    require_representative(uow, term)
    wording = standards.wording(uow.session, "authorisation", term.participation.project.region, uow.today)
    return sign(uow, term, Authorisation, Paperwork(
        term, post_of(uow.session, term), wording.content, wording.edition, number_of("SQ", term, uow.new_id()), uow.today,
    ), signing)


def sign(uow: UnitOfWork, term: Term, kind: type[Signable], paperwork: Paperwork, signing: Signing) -> Signable:
    refuse_second(uow, kind, term.id)
    require_signature(term.person_name if kind is Pledge else uow.actor.name, signing)
    evidence = accounts.confirm_identity(uow, signing.code)
    late = is_late(uow.today, taking_up(uow.session, term))
    facts = signed_facts(uow, replace(
        paperwork, signature=drawn(signing), typed_name=signing.typed_name, late=late, evidence=evidence_words(evidence),
    ))
    paper = uow.tools.printer.pdf("pledge" if kind is Pledge else "authorisation", facts)
    return enter(uow, kind(
        id=uow.new_id(), term_id=term.id, number=paperwork.number, method=Method.PLATFORM,
        wording_id=paperwork.edition.id, wording_sha256=paperwork.edition.content_sha256,
        document_sha256=documents.deposit(uow, paper, "application/pdf"),
        signed_on=uow.today, signed_at=uow.at, signed_by_id=uow.actor.person, late=late,
        evidence={
            "method": evidence.method.value, "at": evidence.at.isoformat(), "account": str(evidence.account),
            "session": evidence.session, "hand": "typed" if signing.typed_name else "drawn",
        },
    ))


def require_representative(uow: UnitOfWork, term: Term) -> None:
    """Raise Forbidden unless the actor is whom the firm has registered as its legal representative today."""
    firm = term.participation.organisation
    if uow.actor.name != firm.legal_representative:
        raise NotTheRepresentative(
            _("{firm}登记的法定代表人是{name}，与您的账户不符。", firm=firm.name, name=firm.legal_representative),
            remedy=_("法定代表人已变更的，请先在单位页登记变更。"),
        )


def drawn(signing: Signing) -> str:
    """The drawn name as the printer takes it."""
    if signing.drawing is None or signing.typed_name:
        return ""
    return "data:image/png;base64," + base64.b64encode(signing.drawing).decode()


def evidence_words(evidence: Evidence) -> str:
    return _("平台签署，{at} 以{method}核验本人身份", at=evidence.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
             method=_("动态验证码") if evidence.method == "totp" else _("恢复码"))


def record_paper(uow: UnitOfWork, term_id: UUID, kind: str, scan: Scan) -> Authorisation | Pledge:
    """Enter an authorisation or a pledge signed on paper. It counts once an officer has seen the original."""
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_RECORD, term.scope)
    region = term.participation.project.region
    if kind == "pledge":
        wording = standards.wording(uow.session, post_of(uow.session, term).wording, region, scan.signed_on)
        return record(uow, term, Pledge, scan, wording.edition, term.person_id)
    return record(uow, term, Authorisation, scan, standards.wording(
        uow.session, "authorisation", region, scan.signed_on).edition, None)


def record(
    uow: UnitOfWork, term: Term, kind: type[Signable], scan: Scan, wording: Edition, signer_id: UUID | None
) -> Signable:
    refuse_corrected(term)
    refuse_second(uow, kind, term.id)
    if scan.signed_on > uow.today:
        raise Invalid(_("签字日期不得晚于今天。"), field="signed_on")
    kept = documents.take(uow, scan.file, PAPERS)
    prefix = "CN" if kind is Pledge else "SQ"
    return enter(uow, kind(
        id=uow.new_id(), term_id=term.id, number=number_of(prefix, term, uow.new_id()), method=Method.PAPER,
        wording_id=wording.id, wording_sha256=wording.content_sha256, document_sha256=kept.sha256,
        signed_on=scan.signed_on, signed_at=uow.at, signed_by_id=signer_id,
        late=is_late(scan.signed_on, taking_up(uow.session, term)),
        evidence={"method": "paper", "scan": kept.media_type},
    ))


def enter(uow: UnitOfWork, paper: Signable) -> Signable:
    """Write one signed paper. The slow work is done; now one signer at a time."""
    uow.get(Term, paper.term_id, lock=True)
    refuse_second(uow, type(paper), paper.term_id)
    ledger.enter(uow, f"{paper.__tablename__}.signed", paper, files=documents.refs(uow, paper.document_sha256))
    notices.mark_done(uow, f"{paper.__tablename__}.to-sign", f"/terms/{paper.term_id}/{paper.__tablename__}")
    return paper


def confirm_original(uow: UnitOfWork, term_id: UUID) -> None:
    """Note that an officer holds the signed originals of a term's paper pair in hand and they equal the scans."""
    term = uow.get(Term, term_id, *TERM_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.PLEDGE_FILE, term.scope)
    unseen = [
        paper for paper in papers_of_one(uow.session, term_id).signed
        if paper.method is Method.PAPER and paper.original_seen_at is None
    ]
    if not unseen:
        raise Conflict(_("没有待核对原件的纸质文书。"))
    for scanned in unseen:
        scanned.original_seen_at, scanned.original_seen_by_id = uow.at, uow.actor.account
        ledger.append(uow, f"{scanned.__tablename__}.original-seen", scanned)


def return_pair(uow: UnitOfWork, term_id: UUID, reason: str) -> Return:
    """Refuse to take a term's papers on file and say why. What was signed is withdrawn and must be signed again."""
    term = uow.get(Term, term_id, *TERM_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.PLEDGE_FILE, term.scope)
    papers = papers_of_one(uow.session, term_id)
    if not papers.signed:
        raise Conflict(_("没有可以退回的文书。"))
    if papers.filing is not None:
        raise AlreadyFiled(_("已经备案的文书不能退回。"), remedy=_("人员变动请办理变更；任期登记有误请办理更正。"))
    returned = Return(
        id=uow.new_id(), term_id=term_id, pledge_id=papers.pledge.id if papers.pledge else None,
        authorisation_id=papers.authorisation.id if papers.authorisation else None,
        reason=reason, returned_on=uow.today, returned_at=uow.at, returned_by_id=uow.actor.account,
    )
    uow.session.add(returned)
    ledger.append(uow, "pledge.returned", returned)
    for signed in papers.signed:
        signed.withdrawn_at, signed.withdrawn_reason = uow.at, reason
        ledger.append(uow, f"{signed.__tablename__}.withdrawn", signed)
    for person_id, message in signers(uow, term, NOTHING):
        notices.notify(uow, person_id, message)
    return returned


def read_paper(uow: UnitOfWork, kind: str, paper_id: UUID) -> Readable:
    """Hand out a signed paper. It holds a whole identity number, so that anybody but its signer leaves a trace."""
    found = paper(uow, kind, paper_id)
    policy.require(uow.actor, Permission.PAPER_READ, found.term.scope)
    if uow.actor.person != found.term.person_id:
        log = RevealLog(
            id=uow.new_id(), at=uow.at, person_id=found.term.person_id, what="paper", reason=RevealReason.VERIFICATION,
            explanation=_("查看签署文书 {number}", number=found.number or kind), account_id=uow.actor.account,
        )
        uow.session.add(log)
        ledger.append(uow, "person.revealed", log)
    return found.document


def refuse_second(uow: UnitOfWork, kind: type[Signable], term_id: UUID) -> None:
    """Raise AlreadySigned when such a paper stands for the term."""
    stands = select(kind.signed_on, kind.number).where(kind.term_id == term_id, kind.withdrawn_at.is_(None))
    found = uow.session.connection().execute(stands).one_or_none()
    if found is not None:
        raise AlreadySigned(_("该文书已于 {day} 签署，编号 {number}。", day=found.signed_on, number=found.number))


def refuse_corrected(term: Term) -> None:
    if term.corrected_by_id is not None:
        raise Conflict(_("该任期登记已被更正，不能再签署。"), remedy=_("请在更正后的任期上签署。"))


def require_signature(term_name: str, signing: Signing) -> None:
    """Raise Invalid unless a name was drawn, or the signer's own name was typed by one who cannot draw."""
    if signing.typed_name:
        if signing.typed_name != term_name:
            raise Invalid(_("键入的姓名应与签署人姓名「{name}」完全一致。", name=term_name), field="typed_name")
        return
    if signing.drawing is None:
        raise Invalid(_("请在签名框内手写签名。"), field="drawing")
    width, height = png_size(signing.drawing)
    if not (0 < width <= DRAWING_LIMIT and 0 < height <= DRAWING_LIMIT):
        raise Invalid(_("签名图像无法识别，请重新签名。"), field="drawing")



@dataclass(frozen=True, slots=True)
class Chased:
    """How many were reminded, and who could not be for want of an account."""

    reminded: int
    without_account: tuple[str, ...]


def chase(uow: UnitOfWork, term_id: UUID) -> Chased:
    """Remind whoever must sign next for a term, once a day each.

    Raises NobodyToChase when all is signed.
    """
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_CHASE, term.scope)
    papers = papers_of_one(uow.session, term_id)
    if papers.pledge is not None and papers.authorisation is not None:
        raise NobodyToChase(_("该任期的授权书和承诺书均已签署，不必催办。"))
    told = signers(uow, term, papers)
    for person_id, message in told:
        notices.notify(uow, person_id, message)
    return Chased(len(told), strangers(uow, term, papers))


def signers(uow: UnitOfWork, term: Term, papers: Papers) -> list[tuple[UUID, notices.Message]]:
    """Who must sign what of a term's papers, as far as they have an account to be told in."""
    told: list[tuple[UUID, notices.Message]] = []
    if papers.pledge is None and has_account(uow.session, term.person_id):
        told.append((term.person_id, to_sign_message(term, "pledge", _("请签署工程质量终身责任承诺书"))))
    if papers.authorisation is None:
        letter = to_sign_message(term, "authorisation", _("请签署法定代表人授权书"))
        told += [(person_id, letter) for person_id in representatives(uow, term)]
    return told


def representatives(uow: UnitOfWork, term: Term) -> list[UUID]:
    return holders(uow.session, term.participation.organisation_id, Role.LEGAL_REPRESENTATIVE)


def strangers(uow: UnitOfWork, term: Term, papers: Papers) -> tuple[str, ...]:
    """The signers who have no account yet and must be invited first."""
    names = []
    if papers.pledge is None and not has_account(uow.session, term.person_id):
        names.append(term.person_name)
    if papers.authorisation is None and not representatives(uow, term):
        names.append(term.participation.organisation.legal_representative)
    return tuple(names)


def to_sign_message(term: Term, paper: str, title: str) -> notices.Message:
    return notices.Message(
        kind=f"{paper}.to-sign", link=f"/terms/{term.id}/{paper}", title=title,
        body=_("{project}，{firm}，{person}。", project=term.participation.project.name,
               firm=term.participation.organisation_name, person=term.person_name),
    )
