"""Concealed work (隐蔽工程): noticed, photographed, looked at, and only then covered.

Nobody is asked twice for what the register knows: the drawings in force are taken from the designs. The conclusion
waits until the notice has run, unless the station has said that it will not come.

Source: 建设工程质量管理条例 第三十条; GB 50300-2013 3.0.6; 建设工程施工合同（示范文本）GF-2017-0201 5.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.acceptance.accepting import UNIT_IN_FULL, duty_to_sign
from registry.acceptance.models import ConcealedPhoto, ConcealedWork, Signature
from registry.acceptance.rules import Verdict
from registry.acceptance.signing import PRINT, Blocked, Opinion
from registry.accounts.holders import officers_near
from registry.designs.queries import drawings_in_force
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PICTURES
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.jobs import enqueue
from registry.kernel.text import _
from registry.kernel.uow import CHINA, UnitOfWork
from registry.ledger import actions as ledger
from registry.notices.actions import Message, mark_done, notify
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.projects.offices import in_office, own_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.acceptance import AcceptanceLevel, ConcealedItem, role_for

ENTERERS = ("site/foreman", "site/quality-inspector", "site/technical-leader")
TOLD = ("site/supervision-engineer", "site/owner-engineer", "owner-leader")
TO_SEE = "concealed.to-see"     # the kind of notice by which somebody is asked to come and look


class NoticeRuns(Conflict):
    code = "concealed.notice-runs"


class NoPhotos(Conflict):
    code = "concealed.no-photos"


class AlreadyCovered(Conflict):
    code = "concealed.already-covered"


@dataclass(frozen=True, slots=True)
class Covering:
    """What is about to be covered, and when it can be looked at.

    drawings   "" takes the drawings in force for the place from the designs
    previous   the look that ended in 不同意, which this one repeats
    """

    item_key: str
    item_code: str
    place: str
    materials: str
    contents: str
    looked_at: datetime
    drawings: str = ""
    lot_id: UUID | None = None
    previous: UUID | None = None


def notice_covering(uow: UnitOfWork, unit_id: UUID, covering: Covering) -> ConcealedWork:
    """Tell supervision, owner and, for key parts, the station that work is about to be covered.

    Raises Invalid for a time that is past, an item the edition does not know, or no drawing to judge by.
    """
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, unit.scope)
    term = own_office(uow, unit.project_id, ENTERERS, uow.today, unit.number)
    edition = standards.concealed_work(uow.session, unit.project.region, uow.today)
    item = item_named(edition.content, covering.item_key)
    if covering.looked_at < uow.at:
        raise Invalid(_("隐检时间已经过去，请填写将来的时间。"), field="looked_at")
    uow.lock(f"concealed {unit_id}")
    previous = repeated(uow, unit_id, covering.previous)
    work = ConcealedWork(
        id=uow.new_id(), unit_project_id=unit_id, lot_id=covering.lot_id, number=next_number(uow, unit_id),
        previous_id=previous.id if previous else None, item_code=covering.item_code, edition_id=edition.edition.id,
        item_key=item.key, roles_edition_id=standards.acceptance_roles(uow.session, unit.project.region, uow.today).edition.id,
        place=needed(covering.place, "place", _("部位")), drawings=drawings_of(uow, unit_id, covering),
        materials=needed(covering.materials, "materials", _("主要材料")),
        contents=needed(covering.contents, "contents", _("隐检内容")),
        looked_at=covering.looked_at, notice_until=uow.at + timedelta(hours=item.hours), station_told=item.station,
        entered_term_id=term.id, entered_name=term.person_name, entered_at=uow.at,
    )
    uow.session.add(work)
    ledger.append(uow, "concealed.noticed", work)
    tell(uow, unit, work, item)
    return work


def item_named(items: Sequence[ConcealedItem], key: str) -> ConcealedItem:
    for item in items:
        if item.key == key:
            return item
    raise Invalid(_("请选择隐检项目。"), field="item_key")


def needed(text: str, field: str, label: str) -> str:
    if not text.strip():
        raise Invalid(_("请填写“{label}”。", label=label), field=field)
    return text.strip()


def drawings_of(uow: UnitOfWork, unit_id: UUID, covering: Covering) -> str:
    """隐检依据: what was typed, or the drawings in force for the place today."""
    if covering.drawings.strip():
        return covering.drawings.strip()
    found = drawings_in_force(uow, unit_id, covering.item_code, uow.today)
    named = [f"{one.number} {one.title}".strip() for one in found.sets] + [one.number for one in found.changes]
    if not named:
        raise Invalid(
            _("没有登记该部位现行有效的施工图，请填写图号或变更号。"), field="drawings",
            remedy=_("设计单位登记图纸后，此处自动带出。"),
        )
    return "；".join(named)


def repeated(uow: UnitOfWork, unit_id: UUID, previous_id: UUID | None) -> ConcealedWork | None:
    """Return the look that this one repeats. Raises Conflict unless it ended in 不同意 and nothing follows it yet."""
    if previous_id is None:
        return None
    previous = uow.get(ConcealedWork, previous_id, selectinload(ConcealedWork.signatures))
    refused = any(one.decides and one.verdict is Verdict.FAILED for one in previous.signatures)
    if previous.unit_project_id != unit_id or not refused:
        raise Conflict(_("只有结论为“不同意”的隐检才能复查。"))
    if uow.session.scalar(select(ConcealedWork.id).where(ConcealedWork.previous_id == previous_id)):
        raise Conflict(_("该隐检已经报请复查。"))
    return previous


def next_number(uow: UnitOfWork, unit_id: UUID) -> int:
    last = uow.session.scalar(select(func.max(ConcealedWork.number)).where(ConcealedWork.unit_project_id == unit_id))
    return (last or 0) + 1


def tell(uow: UnitOfWork, unit: UnitProject, work: ConcealedWork, item: ConcealedItem) -> None:
    terms = in_office(uow.session, unit.project_id, TOLD, uow.today, unit.number)
    people = [term.person_id for term in terms]
    if item.station:
        people += officers_near(uow.session, unit.project.region)
    message = Message(
        TO_SEE, link_of(work), _("隐蔽工程待验收：{unit} {place}", unit=unit.name, place=work.place),
        _("{item}，{when}", item=item.label, when=work.looked_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")),
    )
    for person in dict.fromkeys(people):
        notify(uow, person, message)


def link_of(work: ConcealedWork) -> str:
    return f"/concealed/{work.id}"


def add_photo(uow: UnitOfWork, work_id: UUID, photo: UUID | SentFile, caption: str = "") -> ConcealedPhoto:
    """Add a photo taken before the work is covered. Raises AlreadyCovered once the conclusion is there."""
    work = uow.get(ConcealedWork, work_id, selectinload(ConcealedWork.signatures), lock=True)
    unit = uow.get(UnitProject, work.unit_project_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, unit.scope)
    term = own_office(uow, unit.project_id, (*ENTERERS, "site/supervision-engineer"), uow.today, unit.number)
    if any(one.decides for one in work.signatures):
        raise AlreadyCovered(_("该隐蔽工程已有验收结论，不能再补照片。"), remedy=_("照片须在隐蔽之前拍摄并上传。"))
    kept = documents.take(uow, photo, PICTURES)
    known = uow.session.scalar(select(ConcealedPhoto).where(
        ConcealedPhoto.work_id == work_id, ConcealedPhoto.sha256 == kept.sha256,
    ))
    if known is not None:
        raise Conflict(_("这张照片已经上传过。"))
    made = ConcealedPhoto(
        id=uow.new_id(), work_id=work_id, unit_project_id=unit.id, sha256=kept.sha256, caption=caption.strip(),
        added_name=term.person_name, added_at=uow.at,
    )
    uow.session.add(made)
    ledger.append(uow, "concealed.photographed", made, files=documents.refs(uow, kept.sha256))
    return made


def waive_station(uow: UnitOfWork, work_id: UUID, reason: str) -> ConcealedWork:
    """The station says that it will not come: nobody need wait for it any longer."""
    work = uow.get(ConcealedWork, work_id, lock=True)
    unit = uow.get(UnitProject, work.unit_project_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_WAIVE, unit.scope)
    if work.waived_at is not None:
        raise Conflict(_("质量监督机构已经答复不到场。"))
    if not reason.strip():
        raise Invalid(_("请填写答复意见。"), field="reason")
    work.waived_at, work.waived_by_id, work.waived_reason = uow.at, uow.actor.account, reason.strip()
    ledger.append(uow, "concealed.waived", work)
    mark_done(uow, TO_SEE, link_of(work))
    return work


def sign_concealed(uow: UnitOfWork, work_id: UUID, opinion: Opinion) -> Signature:
    """Sign a look at work about to be covered; the conclusion is 同意隐蔽, or 不同意 with what is to be mended.

    Raises NoPhotos before there are enough, NoticeRuns before the notice has run and the station has not waived;
    NotInOffice, AlreadySigned and OthersFirst as everywhere.
    """
    work = uow.get(
        ConcealedWork, work_id, selectinload(ConcealedWork.signatures), selectinload(ConcealedWork.photos), lock=True,
    )
    unit = uow.get(UnitProject, work.unit_project_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_SIGN, unit.scope)
    roles = standards.content_of(uow.session, kinds.ACCEPTANCE_ROLES, work.roles_edition_id)
    role = role_for(roles, AcceptanceLevel.CONCEALED, work.item_code)
    duty, term = duty_to_sign(uow, unit, role, work.signatures)
    if opinion.verdict is Verdict.FAILED and not opinion.words.strip():
        raise Invalid(_("请写明须修改之处。"), field="words")
    items = standards.content_of(uow.session, kinds.CONCEALED_WORK, work.edition_id)
    item = item_named(items, work.item_key)
    refuse_unseen(work, item)
    if duty == role.deciding and opinion.verdict is Verdict.PASSED:
        refuse_early(uow, work)
    signature = Signature(
        id=uow.new_id(), unit_project_id=unit.id, result_id=None, acceptance_id=None, work_id=work.id, duty=duty.key,
        label=duty.label, decides=duty == role.deciding, verdict=opinion.verdict, opinion=opinion.words.strip(),
        term_id=term.id, person_name=term.person_name, signed_on=uow.today, signed_at=uow.at,
    )
    ledger.enter(uow, "concealed.decided" if signature.decides else "concealed.signed", signature)
    if signature.decides:
        mark_done(uow, TO_SEE, link_of(work))
        enqueue(uow, PRINT, work=str(work.id))
    return signature


def refuse_unseen(work: ConcealedWork, item: ConcealedItem) -> None:
    if len(work.photos) < item.photos:
        raise NoPhotos(_(
            "隐蔽前须有不少于 {least} 张照片，现有 {count} 张。", least=item.photos, count=len(work.photos),
        ), remedy=_("请先拍摄并上传隐蔽前的照片。"))


def refuse_early(uow: UnitOfWork, work: ConcealedWork) -> None:
    """Raise NoticeRuns before those told could have come; Blocked over an objection."""
    if uow.at < work.notice_until and work.waived_at is None:
        raise NoticeRuns(
            _("通知期至 {when} 届满，届满前不得隐蔽。", when=work.notice_until.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")),
            remedy=_("质量监督机构答复不到场的，可以提前验收。"),
        )
    against = [one for one in work.signatures if one.verdict is Verdict.FAILED]
    if against:
        raise Blocked(_("{who}不同意隐蔽：{why}", who=against[0].person_name, why=against[0].opinion))
