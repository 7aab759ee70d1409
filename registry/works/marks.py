"""What can be asked about marks: the page behind the QR at the element, one mark, the marks of a unit, its board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.documents.queries import Readable, readable
from registry.kernel.codes import is_code, normalised, spoken
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import UnitProject
from registry.projects.offices import in_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.works.marking import ACCEPTERS, CHECKERS, MARK_IN_FULL
from registry.works.models import Lot, Mark, Verdict
from registry.works.queries import unit_read

STATES = {None: "waiting", Verdict.PASSED: "passed", Verdict.FAILED: "failed"}
ADDRESS = "/R/"  # as the QR code bears it: capitals need fewer modules


@dataclass(frozen=True, slots=True)
class PublicMark:
    """What anybody with the code in hand is told: firms, item, place, day and state. No names."""

    project: str
    unit: str
    item: str
    step: str
    number: str
    place: str
    done_on: date
    builder: str
    supervisor: str
    state: str               # waiting | passed | failed | superseded
    mark_id: UUID | None     # for those who may see the project: the page with the names


@dataclass(frozen=True, slots=True)
class MarkShown:
    mark: Mark
    item: str
    step: str
    state: str
    may_accept: bool
    may_supersede: bool


def public_mark(uow: UnitOfWork, typed: str) -> PublicMark:
    """What the page behind the QR at an element says. Anybody may ask.

    Raises NotFound for a code that is none of ours.
    """
    policy.open_to_all(uow.actor)
    code = normalised(typed)
    mark = uow.session.scalar(select(Mark).options(*MARK_IN_FULL).where(Mark.code == code)) if is_code(code) else None
    if mark is None:
        raise NotFound(_("这不是本系统的质量责任标识编码。"), remedy=_("请核对编码的每一个字符。"))
    unit = mark.lot.unit
    known = policy.allows(uow.actor, Permission.WORK_READ, mark.scope)
    return PublicMark(
        unit.project.name, unit.name, item_of(uow, mark), step_of(uow, mark), mark.lot.number, mark.place, mark.done_on,
        mark.lot.participation.organisation_name, supervisor_of(unit, mark.done_on), state_of(mark),
        mark.id if known else None,
    )


def supervisor_of(unit: UnitProject, on: date) -> str:
    """Return the supervision firm of a unit project on a day, "" when there was none."""
    return next((
        firm.organisation_name for firm in unit.project.participations
        if firm.role == "supervision" and firm.since <= on and (firm.until is None or on <= firm.until)
        and (not firm.unit_numbers or unit.number in firm.unit_numbers)
    ), "")


def mark_read(uow: UnitOfWork, mark_id: UUID) -> Mark:
    found = uow.get(Mark, mark_id, *MARK_IN_FULL, selectinload(Mark.doer), selectinload(Mark.checker))
    policy.require(uow.actor, Permission.WORK_READ, found.scope)
    return found


def mark_shown(uow: UnitOfWork, mark_id: UUID) -> MarkShown:
    """One mark, and what the actor may do about it today."""
    mark = mark_read(uow, mark_id)
    unit = mark.lot.unit
    held = {
        term.post for term in in_office(uow.session, unit.project_id, (*CHECKERS, *ACCEPTERS), uow.today, unit.number)
        if term.person_id == uow.actor.person
    }
    stands = mark.superseded_at is None
    supervises, checks = bool(held & set(ACCEPTERS)), bool(held & set(CHECKERS))
    return MarkShown(
        mark, item_of(uow, mark), step_of(uow, mark), state_of(mark), stands and mark.verdict is None and supervises,
        stands and (supervises or (checks and mark.verdict is not Verdict.PASSED)),
    )


@dataclass(frozen=True, slots=True)
class MarkRow:
    mark: Mark
    item: str
    step: str
    state: str


@dataclass(frozen=True, slots=True)
class UnitMarks:
    unit: UnitProject
    rows: Sequence[MarkRow]
    total: int


def unit_marks(uow: UnitOfWork, unit_id: UUID, state: str, offset: int, limit: int) -> UnitMarks:
    """The marks of a unit project, the last first. `state`: waiting, passed, failed, superseded or "" for all."""
    unit = unit_read(uow, unit_id)
    conditions = [Lot.unit_project_id == unit_id]
    if state == "superseded":
        conditions.append(Mark.superseded_at.is_not(None))
    elif state in STATES.values():
        verdict = next(key for key, name in STATES.items() if name == state)
        conditions += [Mark.superseded_at.is_(None), Mark.verdict.is_not_distinct_from(verdict)]
    total = uow.session.scalar(select(func.count()).select_from(Mark).join(Lot).where(*conditions)) or 0
    found = uow.session.scalars(
        select(Mark).join(Lot).options(selectinload(Mark.lot)).where(*conditions)
        .order_by(Mark.made_at.desc(), Mark.id).offset(offset).limit(limit)
    ).all()
    return UnitMarks(unit, [MarkRow(one, item_of(uow, one), step_of(uow, one), state_of(one)) for one in found], total)


def mark_photo(uow: UnitOfWork, mark_id: UUID, nth: int) -> Readable:
    """One photo of a mark, counted from 1."""
    mark = mark_read(uow, mark_id)
    policy.require(uow.actor, Permission.WORK_READ, mark.scope)
    if not 1 <= nth <= len(mark.photos):
        raise NotFound(_("没有这张照片。"))
    return readable(uow, mark.photos[nth - 1], _("{number}-责任标识照片{nth}", number=mark.lot.number, nth=nth))


def board_pdf(uow: UnitOfWork, mark_id: UUID, size: str) -> bytes:
    """The sign-board held up in the photo (A4 landscape, size "board"), or the label left at the element ("label")."""
    mark = mark_read(uow, mark_id)
    policy.require(uow.actor, Permission.WORK_READ, mark.scope)
    return uow.tools.printer.pdf("sign_board" if size == "board" else "mark_label", board_facts(uow, mark))


def board_facts(uow: UnitOfWork, mark: Mark) -> Mapping[str, object]:
    """What stands on the board: plain values, so that the same mark gives the same bytes."""
    unit = mark.lot.unit
    return {
        "number": mark.lot.number, "project": unit.project.name, "unit": unit.name,
        "item": item_of(uow, mark), "step": step_of(uow, mark), "place": mark.place, "done_on": mark.done_on,
        "builder": mark.lot.participation.organisation_name, "supervisor": supervisor_of(unit, mark.done_on),
        "doer": mark.doer_name, "checker": mark.checker_name, "accepter": mark.accepter_name or "",
        "code": spoken(mark.code), "qr_text": f"{uow.tools.base_url}{ADDRESS}{mark.code}".upper(),
    }


def item_of(uow: UnitOfWork, mark: Mark) -> str:
    tree = standards.divisions(uow.session, uow.today)
    return tree.find(mark.lot.item_code).name if mark.lot.item_code in tree else mark.lot.item_code


def step_of(uow: UnitOfWork, mark: Mark) -> str:
    """Return what the key step of a mark was called when it was made."""
    if not mark.step:
        return _("检验批整体")
    steps = standards.content_of(uow.session, kinds.KEY_STEPS, mark.edition_id)
    return next((step.label for step in steps if step.key == mark.step), mark.step)


def state_of(mark: Mark) -> str:
    return "superseded" if mark.superseded_at is not None else STATES[mark.verdict]
