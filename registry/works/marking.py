"""Responsibility marks (质量责任标识): made by who checked, accepted by the supervision engineer in an act of his own.

Everybody named must hold the post on the day of the work; who signs signs for himself. A mark is never edited: a
wrong one is superseded for a reason, and one that was not accepted gives way to the one made after the rework.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents import actions as documents
from registry.documents.actions import SentFile
from registry.documents.kinds import PICTURES
from registry.kernel.codes import new_code
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, UnitProject
from registry.projects.offices import office_of, own_office
from registry.standards import handbook as standards
from registry.standards.lots import KeyStep, steps_of
from registry.works.models import Check, Lot, Mark, Verdict
from registry.works.planning import LOT_IN_FULL
from registry.works.standing import lock_lots, refuse_barred, refuse_held

DOERS = ("site/crew-leader", "site/foreman", "site/subcontract-leader")
CHECKERS = ("site/quality-inspector", "site/foreman")
ACCEPTERS = ("site/supervision-engineer", "chief-supervisor")
MOST_PHOTOS = 9
MARK_IN_FULL = (
    selectinload(Mark.lot).options(
        selectinload(Lot.unit).selectinload(UnitProject.project).options(PROJECT_PARTIES),
        selectinload(Lot.participation),
    ),
    selectinload(Mark.doer), selectinload(Mark.checker), selectinload(Mark.accepter),
)


class AlreadyMarked(Conflict):
    code = "mark.already-made"


class AlreadyDecided(Conflict):
    code = "mark.already-decided"


class MarkSuperseded(Conflict):
    code = "mark.superseded"


class SamePerson(Invalid):
    code = "mark.same-person"


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """What who checked says of a lot, or of one of its key steps.

    step        key in the key-steps edition, "" for the lot as a whole
    doer_term   the term of the crew leader (or foreman) who did it
    photos      pictures as a form holds them, in the order taken
    """

    done_on: date
    doer_term: UUID
    photos: Sequence[UUID | SentFile]
    step: str = ""
    place: str = ""
    self_check: Check = Check.PASSED
    mutual_check: Check = Check.PASSED
    handover_check: Check = Check.PASSED


def mark_lot(uow: UnitOfWork, lot_id: UUID, facts: MarkFacts) -> Mark:
    """Make the mark of a lot or of one of its key steps; the actor is who checked.

    Takes in the photos, then locks the lot and its batches, then judges.
    Raises NotInOffice unless actor and doer held their posts on that day, SamePerson when they are one, Invalid for a
    day to come or too few photos, FirstSampleWaits, BatchHeld, LotWithdrawn, AlreadyMarked.
    Source: 质量强国建设纲要 专栏3; 建设工程质量管理条例 第三十条.
    """
    lot = uow.get(Lot, lot_id, *LOT_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, lot.scope)
    edition = standards.key_steps(uow.session, lot.unit.project.region, facts.done_on)
    step = step_named(edition.content, lot.item_code, facts.step)
    refuse_wrong(uow, facts, step)
    checker = own_office(uow, lot.unit.project_id, CHECKERS, facts.done_on, lot.unit.number)
    doer = office_of(uow, facts.doer_term, lot.unit.project_id, DOERS, facts.done_on, lot.unit.number)
    if doer.person_id == checker.person_id:
        raise SamePerson(_("{name}不能检查自己所做的工作。", name=doer.person_name), field="doer_term")
    photos = [documents.take(uow, photo, PICTURES).sha256 for photo in facts.photos]

    lock_lots(uow, [lot_id])
    refuse_barred(uow.session, lot_id, facts.done_on)
    give_way(uow, lot, facts.step)
    mark = Mark(
        id=uow.new_id(), lot_id=lot_id, step=facts.step, edition_id=edition.edition.id, code=new_code(),
        place=facts.place or lot.place, done_on=facts.done_on, doer_term_id=doer.id, doer_name=doer.person_name,
        checker_term_id=checker.id, checker_name=checker.person_name, self_check=facts.self_check,
        mutual_check=facts.mutual_check, handover_check=facts.handover_check, photos=list(dict.fromkeys(photos)),
        made_at=uow.at, made_by_id=uow.actor.account,
    )
    uow.session.add(mark)
    ledger.append(uow, "mark.made", mark, files=documents.refs(uow, *mark.photos))
    return mark


def accept_mark(uow: UnitOfWork, mark_id: UUID, verdict: Verdict, words: str = "") -> Mark:
    """Say, as the supervision engineer in office today, whether what a mark shows is accepted.

    Raises NotInOffice, MarkSuperseded, AlreadyDecided, BatchHeld when a batch in the lot has been recalled meanwhile,
    Invalid for a refusal without a word why.
    Source: 建设工程质量管理条例 第三十七条.
    """
    mark = uow.get(Mark, mark_id, *MARK_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, mark.scope)
    unit = mark.lot.unit
    accepter = own_office(uow, unit.project_id, ACCEPTERS, uow.today, unit.number)
    if verdict is Verdict.FAILED and not words:
        raise Invalid(_("不合格的，请写明问题。"), field="words")

    lock_lots(uow, [mark.lot_id])
    uow.get(Mark, mark_id, lock=True)
    if mark.superseded_at is not None:
        raise MarkSuperseded(_("该责任标识已被替换，请验收新的标识。"))
    if mark.verdict is not None:
        raise AlreadyDecided(_("该责任标识已由{name}验收。", name=mark.accepter_name))
    if verdict is Verdict.PASSED:
        refuse_held(uow.session, mark.lot_id)
    mark.verdict, mark.verdict_words = verdict, words
    mark.accepter_term_id, mark.accepter_name, mark.accepted_at = accepter.id, accepter.person_name, uow.at
    ledger.append(uow, "mark.accepted" if verdict is Verdict.PASSED else "mark.refused", mark)
    return mark


def supersede_mark(uow: UnitOfWork, mark_id: UUID, reason: str) -> Mark:
    """Take a wrong mark out of force, for a reason. Once accepted, only the supervision side may.

    Raises NotInOffice, MarkSuperseded.
    """
    mark = uow.get(Mark, mark_id, *MARK_IN_FULL)
    policy.require(uow.actor, Permission.WORK_RECORD, mark.scope)
    unit = mark.lot.unit
    posts = ACCEPTERS if mark.verdict is Verdict.PASSED else (*CHECKERS, *ACCEPTERS)
    own_office(uow, unit.project_id, posts, uow.today, unit.number)

    lock_lots(uow, [mark.lot_id])
    uow.get(Mark, mark_id, lock=True)
    if mark.superseded_at is not None:
        raise MarkSuperseded(_("该责任标识已被替换。"))
    if mark.verdict is Verdict.PASSED:  # it may have been accepted while we waited
        own_office(uow, unit.project_id, ACCEPTERS, uow.today, unit.number)
    supersede(uow, mark, reason)
    return mark


def give_way(uow: UnitOfWork, lot: Lot, step: str) -> None:
    """Supersede the mark that was not accepted; raise AlreadyMarked when another stands. Ask behind the lot's lock."""
    standing = uow.session.scalar(
        select(Mark).where(Mark.lot_id == lot.id, Mark.step == step, Mark.superseded_at.is_(None))
        .execution_options(populate_existing=True)
    )
    if standing is None:
        return
    if standing.verdict is not Verdict.FAILED:
        raise AlreadyMarked(
            _("检验批 {number} 已有{name}所作的责任标识。", number=lot.number, name=standing.checker_name),
            remedy=_("如有错误，请先撤销原标识并说明理由。"),
        )
    supersede(uow, standing, _("验收不合格，返工后重新标识"))


def supersede(uow: UnitOfWork, mark: Mark, reason: str) -> None:
    mark.superseded_at, mark.superseded_by_id, mark.superseded_reason = uow.at, uow.actor.account, reason
    ledger.append(uow, "mark.superseded", mark)
    uow.session.flush()  # the index lets only one stand


def step_named(steps: Sequence[KeyStep], item_code: str, key: str) -> KeyStep | None:
    """Return the key step an item has by that key, None for the lot as a whole. Raises Invalid for another's."""
    if not key:
        return None
    for step in steps_of(steps, item_code):
        if step.key == key:
            return step
    raise Invalid(_("该分项没有这一关键环节。"), field="step")


def refuse_wrong(uow: UnitOfWork, facts: MarkFacts, step: KeyStep | None) -> None:
    needed = step.photos if step else 1
    if facts.done_on > uow.today:
        raise Invalid(_("施工日期 {day} 还没有到。", day=facts.done_on), field="done_on")
    if len(facts.photos) < max(needed, 1):
        raise Invalid(_("请至少拍 {count} 张照片。", count=max(needed, 1)), field="photos")
    if len(facts.photos) > MOST_PHOTOS:
        raise Invalid(_("最多 {count} 张照片。", count=MOST_PHOTOS), field="photos")
