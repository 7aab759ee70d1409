"""What can be done with authorisations and pledges: sign, scan in, confirm the original, file, return, chase."""

import base64
import binascii
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import BinaryIO, TypeVar
from uuid import UUID

from sqlalchemy import func, select

from registry import policy
from registry.accounts import actions as accounts
from registry.documents import actions as documents
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.pledges.models import Authorisation, Filing, Method, Pledge, Return
from registry.pledges.papers import Paperwork, authorisation_facts, number_of, pledge_facts
from registry.pledges.rules import PairState, is_late
from registry.pledges.standing import papers_of_one, taking_up
from registry.policy import Permission
from registry.projects.models import TERM_IN_FULL, Term
from registry.standards import handbook as standards
from registry.standards.posts import Post

Signable = TypeVar("Signable", Authorisation, Pledge)
PNG = b"\x89PNG\r\n\x1a\n"
SIGNATURE_LIMIT = 200_000  # bytes; a drawn signature is a few kilobytes


class AlreadySigned(Conflict):
    code = "pledge.already-signed"


class NotComplete(Conflict):
    code = "pledge.not-complete"


class AlreadyFiled(Conflict):
    code = "pledge.already-filed"


@dataclass(frozen=True, slots=True)
class Signing:
    """What a person gives when signing on the platform."""

    code: str                 # of the second factor
    signature: str            # drawn: a PNG as a data URI


@dataclass(frozen=True, slots=True)
class Scan:
    """A paper signed by hand and scanned in."""

    stream: BinaryIO
    name: str
    media_type: str
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
    post = post_of(uow, term)
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
    wording = standards.wording(uow.session, "authorisation", term.participation.project.region, uow.today)
    return sign(uow, term, Authorisation, Paperwork(
        term, post_of(uow, term), wording.content, wording.edition, number_of("SQ", term, uow.new_id()), uow.today,
    ), signing)


def sign(uow: UnitOfWork, term: Term, kind: type[Signable], paperwork: Paperwork, signing: Signing) -> Signable:
    refuse_second(uow, kind, term.id)
    require_drawing(signing.signature)
    evidence = accounts.confirm_identity(uow, signing.code)
    late = is_late(uow.today, taking_up(uow.session, term))
    facts = (pledge_facts if kind is Pledge else authorisation_facts)(uow, replace(
        paperwork, signature=signing.signature, late=late, evidence=_("平台签署，已核验第二因子（{method}）", method=evidence.method),
    ))
    paper = uow.tools.printer.pdf("pledge" if kind is Pledge else "authorisation", facts)
    return enter(uow, kind(
        id=uow.new_id(), term_id=term.id, number=paperwork.number, method=Method.PLATFORM,
        wording_id=paperwork.edition.id, wording_sha256=paperwork.edition.content_sha256,
        document_sha256=documents.deposit(uow, paper, "application/pdf"),
        signed_on=uow.today, signed_at=uow.at, signed_by_id=uow.actor.person, late=late, evidence=asdict(evidence) | {
            "at": evidence.at.isoformat(), "account": str(evidence.account),
        },
    ))


def record_paper_pledge(uow: UnitOfWork, term_id: UUID, scan: Scan) -> Pledge:
    """Enter a pledge signed on paper. It counts once an officer has seen the original."""
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_RECORD, term.scope)
    post = post_of(uow, term)
    wording = standards.wording(uow.session, post.wording, term.participation.project.region, scan.signed_on)
    return record(uow, term, Pledge, scan, wording.edition.id, wording.edition.content_sha256, term.person_id)


def record_paper_authorisation(uow: UnitOfWork, term_id: UUID, scan: Scan, signer_id: UUID | None) -> Authorisation:
    """Enter an authorisation signed on paper by the legal representative (whom we may know as a person)."""
    term = uow.get(Term, term_id, *TERM_IN_FULL)
    policy.require(uow.actor, Permission.PLEDGE_RECORD, term.scope)
    wording = standards.wording(uow.session, "authorisation", term.participation.project.region, scan.signed_on)
    return record(uow, term, Authorisation, scan, wording.edition.id, wording.edition.content_sha256, signer_id)


def record(
    uow: UnitOfWork, term: Term, kind: type[Signable], scan: Scan, wording_id: UUID, wording_sha256: str,
    signer_id: UUID | None,
) -> Signable:
    refuse_corrected(term)
    refuse_second(uow, kind, term.id)
    if scan.signed_on > uow.today:
        raise Invalid(_("签字日期不得晚于今天。"), field="signed_on")
    kept = documents.take_file(uow, scan.stream, scan.name, scan.media_type, frozenset({"pdf", "image"}))
    prefix = "CN" if kind is Pledge else "SQ"
    return enter(uow, kind(
        id=uow.new_id(), term_id=term.id, number=number_of(prefix, term, uow.new_id()), method=Method.PAPER,
        wording_id=wording_id, wording_sha256=wording_sha256, document_sha256=kept.sha256,
        signed_on=scan.signed_on, signed_at=uow.at, signed_by_id=signer_id,
        late=is_late(scan.signed_on, taking_up(uow.session, term)),
        evidence={"method": "paper", "scan": kept.media_type},
    ))


def enter(uow: UnitOfWork, paper: Signable) -> Signable:
    """Write one signed paper. The slow work is done; now one signer at a time."""
    uow.get(Term, paper.term_id, lock=True)
    refuse_second(uow, type(paper), paper.term_id)
    uow.session.add(paper)
    ledger.append(uow, f"{paper.__tablename__}.signed", paper, files=documents.refs(uow, paper.document_sha256))
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
    for paper in unseen:
        paper.original_seen_at, paper.original_seen_by_id = uow.at, uow.actor.account
        ledger.append(uow, f"{paper.__tablename__}.original-seen", paper)


def file_pair(uow: UnitOfWork, term_id: UUID) -> Filing:
    """Take the authorisation and pledge of a term on file (备案), with a number and today's date.

    Raises NotComplete while either is missing or an original has not been seen; AlreadyFiled if done before.
    Source: 建质〔2014〕124号 第八条.
    """
    term = uow.get(Term, term_id, *TERM_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.PLEDGE_FILE, term.scope)
    papers = papers_of_one(uow.session, term_id)
    if papers.filing is not None:
        raise AlreadyFiled(_("该授权书和承诺书已经备案，备案号 {number}。", number=papers.filing.number))
    authorisation, pledge = papers.authorisation, papers.pledge
    if authorisation is None or pledge is None or papers.state(term, None, uow.today) is not PairState.COMPLETE:
        raise NotComplete(
            _("授权书和承诺书尚未齐备，不能备案。"), remedy=_("请先补齐签署；纸质件请先核对原件。"),
        )
    region, year = term.participation.project.region, uow.today.year
    uow.lock(f"filing:{region}:{year}")
    last = uow.session.scalar(
        select(func.max(Filing.sequence)).where(Filing.region == region, Filing.year == year)
    ) or 0
    filing = Filing(
        id=uow.new_id(), term_id=term_id, pledge_id=pledge.id, authorisation_id=authorisation.id,
        region=region, year=year, sequence=last + 1, number=f"ZR-{region}-{year}-{last + 1:05d}",
        filed_on=uow.today, filed_at=uow.at, filed_by_id=uow.actor.account, station_id=uow.actor.organisation,
        late=is_late(uow.today, taking_up(uow.session, term)),
    )
    uow.session.add(filing)
    ledger.append(uow, "pledge.filed", filing)
    return filing


def return_pair(uow: UnitOfWork, term_id: UUID, reason: str) -> Return:
    """Refuse to take a pair on file and say why. Both papers are withdrawn and must be signed again."""
    term = uow.get(Term, term_id, *TERM_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.PLEDGE_FILE, term.scope)
    papers = papers_of_one(uow.session, term_id)
    if papers.pledge is None:
        raise Conflict(_("没有可以退回的承诺书。"))
    if papers.filing is not None:
        raise AlreadyFiled(_("已经备案的文书不能退回。"), remedy=_("人员变动请办理变更；任期登记有误请办理更正。"))
    returned = Return(
        id=uow.new_id(), term_id=term_id, pledge_id=papers.pledge.id, reason=reason, returned_on=uow.today,
        returned_at=uow.at, returned_by_id=uow.actor.account,
    )
    uow.session.add(returned)
    ledger.append(uow, "pledge.returned", returned)
    for paper in papers.signed:
        paper.withdrawn_at, paper.withdrawn_reason = uow.at, reason
        ledger.append(uow, f"{paper.__tablename__}.withdrawn", paper)
    return returned


def refuse_second(uow: UnitOfWork, kind: type[Signable], term_id: UUID) -> None:
    """Raise AlreadySigned when such a paper stands for the term."""
    found = uow.session.scalar(select(kind).where(kind.term_id == term_id, kind.withdrawn_at.is_(None)))
    if found is not None:
        raise AlreadySigned(_("该文书已于 {day} 签署，编号 {number}。", day=found.signed_on, number=found.number))


def refuse_corrected(term: Term) -> None:
    if term.corrected_by_id is not None:
        raise Conflict(_("该任期登记已被更正，不能再签署。"), remedy=_("请在更正后的任期上签署。"))


def require_drawing(signature: str) -> None:
    """Raise Invalid unless `signature` is a small PNG as a data URI: what the signature pad sends."""
    head, _comma, body = signature.partition(",")
    if head != "data:image/png;base64" or len(body) > SIGNATURE_LIMIT:
        raise Invalid(_("请在签名框内手写签名。"), field="signature")
    try:
        image = base64.b64decode(body, validate=True)
    except binascii.Error:
        image = b""
    if not image.startswith(PNG):
        raise Invalid(_("签名图像无法识别，请重新签名。"), field="signature")


def post_of(uow: UnitOfWork, term: Term) -> Post:
    return standards.post(uow.session, term.post, term.participation.project.region, uow.today)
