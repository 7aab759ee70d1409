"""Everything the pages of acceptance show, already through policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.acceptance.accepting import UNIT_IN_FULL
from registry.acceptance.entering import LOT_IN_FULL, Sheet, sheet_of
from registry.acceptance.filed import unfiled_signers
from registry.acceptance.models import (
    Absence,
    AcceptancePaper,
    ConcealedPhoto,
    ConcealedWork,
    LotResult,
    NodeAcceptance,
    Nonconformity,
    Signature,
)
from registry.acceptance.reviewing import ReviewedTable, lines_asked, tables_kept
from registry.acceptance.rules import State, next_duties
from registry.acceptance.standing import (
    Node,
    UnitState,
    level_of,
    lots_with_state,
    state_of_unit,
    states_of_units,
)
from registry.acceptance.together import count_to_sign
from registry.acceptance.waiting import Waiting, role_at, waiting_for_me
from registry.documents.queries import Readable, readable
from registry.kernel.errors import NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.policy import Permission
from registry.projects.models import PROJECT_PARTIES, Project, UnitProject
from registry.projects.offices import in_office
from registry.standards import handbook as standards
from registry.standards import kinds
from registry.standards.acceptance import (
    AcceptanceLevel,
    AcceptanceRole,
    ConcealedItem,
    LotTemplate,
    role_for,
)
from registry.standards.reviews import ReviewLine
from registry.works.models import Lot
from registry.works.standing import Blocker, lot_blockers

PAGE = 100


@dataclass(frozen=True, slots=True)
class UnitLine:
    unit: UnitProject
    state: UnitState


@dataclass(frozen=True, slots=True)
class ProjectDesk:
    project: Project
    units: tuple[UnitLine, ...]
    waiting: tuple[Waiting, ...]


def project_desk(uow: UnitOfWork, project_id: UUID) -> ProjectDesk:
    """The unit projects of a project, how each stands, and what waits for the actor here."""
    project = uow.get(Project, project_id, PROJECT_PARTIES, selectinload(Project.units))
    policy.require(uow.actor, Permission.ACCEPTANCE_READ, project.scope)
    states = states_of_units(uow.session, [unit.id for unit in project.units], uow.today)
    return ProjectDesk(project, tuple(UnitLine(unit, states[unit.id]) for unit in project.units), waiting_for_me(uow, project_id))


@dataclass(frozen=True, slots=True)
class LotLine:
    lot: Lot
    state: State


@dataclass(frozen=True, slots=True)
class TreeDesk:
    """One level of a unit project's tree: the node asked for, what lies above it and directly below it."""

    unit: UnitProject
    state: UnitState
    node: Node
    above: tuple[Node, ...]
    children: tuple[Node, ...]
    lots: tuple[LotLine, ...]
    lot_count: int
    absences: Mapping[str, Absence]
    treatments: tuple[Nonconformity, ...]
    mine: int                         # lots of an item that wait for the actor's signature


def tree(uow: UnitOfWork, unit_id: UUID, code: str, offset: int = 0) -> TreeDesk:
    """The tree at one node. Lots are shown `PAGE` at a time, below the item they are of."""
    unit = unit_seen(uow, unit_id)
    state = state_of_unit(uow.session, unit_id, uow.today)
    node = state.node(code)
    above = tuple(state.node(code[:length]) for length in range(0, len(code), 2))
    is_item = node.level is AcceptanceLevel.ITEM
    return TreeDesk(
        unit, state, node, above, () if is_item else shown_children(state, code),
        lots_of(uow, unit_id, code, offset) if is_item else (), node.lots,
        {one.code: one for one in uow.session.scalars(select(Absence).where(
            Absence.unit_project_id == unit_id, Absence.withdrawn_at.is_(None)).order_by(Absence.code))},
        tuple(uow.session.scalars(select(Nonconformity).where(
            Nonconformity.unit_project_id == unit_id, Nonconformity.lot_id.is_(None), Nonconformity.code == code,
        ).order_by(Nonconformity.recorded_at, Nonconformity.id))),
        count_to_sign(uow, unit, code) if is_item else 0,
    )


def shown_children(state: UnitState, code: str) -> tuple[Node, ...]:
    return tuple(
        one for one in state.children(code) if one.level is not AcceptanceLevel.ITEM or one.lots or one.acceptance
    )


def lots_of(uow: UnitOfWork, unit_id: UUID, code: str, offset: int) -> tuple[LotLine, ...]:
    states = lots_with_state().where(Lot.unit_project_id == unit_id, Lot.item_code == code).subquery()
    rows = uow.session.execute(
        select(Lot, states.c.state).join(states, states.c.id == Lot.id).order_by(Lot.serial, Lot.id).offset(offset).limit(PAGE)
    )
    return tuple(LotLine(lot, State(state)) for lot, state in rows)


def unit_seen(uow: UnitOfWork, unit_id: UUID) -> UnitProject:
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_READ, unit.scope)
    return unit


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One place on the form: who signed it, or who may."""

    label: str
    signature: Signature | None
    turn: bool
    names: tuple[str, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class LotDesk:
    lot: Lot
    unit: UnitProject
    item: str                         # 主体结构 / 混凝土结构 / 钢筋
    template: LotTemplate | None
    result: LotResult | None          # the standing attempt
    earlier: tuple[LotResult, ...]
    duties: tuple[DutyLine, ...]
    blockers: tuple[Blocker, ...]
    treatments: tuple[Nonconformity, ...]
    paper: AcceptancePaper | None

    @property
    def decided(self) -> Signature | None:
        return next((one.signature for one in self.duties if one.signature and one.signature.decides), None)

    @property
    def turn_of_others(self) -> tuple[str, ...]:
        """The duties that somebody else has to sign next; empty once the actor may, or nothing is entered."""
        turn = [one for one in self.duties if one.turn]
        return tuple(one.label for one in turn) if self.result and not any(one.mine for one in turn) else ()

    @property
    def my_turn(self) -> bool:
        conforms = self.result is not None and self.result.conforms
        return any(one.turn and one.mine for one in self.duties) and (conforms or self.may_refuse)

    @property
    def may_refuse(self) -> bool:
        return bool(self.duties and self.duties[-1].turn and self.duties[-1].mine)


def lot(uow: UnitOfWork, lot_id: UUID) -> LotDesk:
    """A lot with its attempts, who signed, whose turn it is, and what is in the way."""
    found = uow.get(Lot, lot_id, *LOT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_READ, found.scope)
    results = uow.session.scalars(
        select(LotResult).options(selectinload(LotResult.signatures)).where(LotResult.lot_id == lot_id)
        .order_by(LotResult.attempt.desc())
    ).all()
    standing = next((one for one in results if one.superseded_at is None), None)
    role = lot_role(uow, found, standing)
    return LotDesk(
        found, found.unit, standards.divisions(uow.session, uow.today).path(found.item_code),
        template_shown(uow, standing), standing, tuple(one for one in results if one is not standing),
        duties_shown(uow, found.unit, role, standing.signatures if standing else []),
        lot_blockers(uow.session, [lot_id], uow.today).get(lot_id, ()),
        tuple(uow.session.scalars(select(Nonconformity).where(Nonconformity.lot_id == lot_id)
                                  .order_by(Nonconformity.recorded_at, Nonconformity.id))),
        uow.session.scalar(select(AcceptancePaper).where(AcceptancePaper.result_id == standing.id)) if standing else None,
    )


def lot_role(uow: UnitOfWork, found: Lot, standing: LotResult | None) -> AcceptanceRole:
    if standing is not None:
        return role_at(uow, standing.roles_edition_id, AcceptanceLevel.LOT, found.item_code)
    roles = standards.acceptance_roles(uow.session, found.unit.project.region, uow.today).content
    return role_for(roles, AcceptanceLevel.LOT, found.item_code)


def template_shown(uow: UnitOfWork, standing: LotResult | None) -> LotTemplate | None:
    """The template a result was made by, as it then was."""
    if standing is None:
        return None
    templates = standards.content_of(uow.session, kinds.LOT_TEMPLATES, standing.template_edition_id)
    return next((one for one in templates if one.key == standing.template_key), None)


def duties_shown(
    uow: UnitOfWork, unit: UnitProject, role: AcceptanceRole, signatures: Sequence[Signature]
) -> tuple[DutyLine, ...]:
    done = {one.duty: one for one in signatures}
    posts = [post for duty in role.signing for post in duty.posts]
    terms = in_office(uow.session, unit.project_id, posts, uow.today, unit.number)
    over = role.deciding.key in done
    turn = () if over else next_duties([duty.key for duty in role.signing], done)
    return tuple(
        DutyLine(
            duty.label, done.get(duty.key), duty.key in turn,
            tuple(dict.fromkeys(term.person_name for term in terms if term.post in duty.posts)),
            any(term.post in duty.posts and term.person_id == uow.actor.person for term in terms),
        )
        for duty in role.signing
    )


def lot_to_enter(uow: UnitOfWork, lot_id: UUID) -> tuple[Lot, Sheet]:
    """A lot and by what it is judged today. Raises Invalid while its capacity is unknown."""
    found = uow.get(Lot, lot_id, *LOT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, found.scope)
    return found, sheet_of(uow, found)


def result_to_correct(uow: UnitOfWork, lot_id: UUID) -> LotResult | None:
    """The result of a lot that stands, for whoever may enter it anew."""
    found = uow.get(Lot, lot_id, *LOT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, found.scope)
    return uow.session.scalar(select(LotResult).where(LotResult.lot_id == lot_id, LotResult.superseded_at.is_(None)))


@dataclass(frozen=True, slots=True)
class NodeDesk:
    acceptance: NodeAcceptance
    unit: UnitProject
    node: Node
    duties: tuple[DutyLine, ...]
    paper: AcceptancePaper | None
    reviewed: tuple[ReviewedTable, ...]
    unfiled: tuple[str, ...]          # who is to sign and has no filed pair; () once the conclusion is there

    @property
    def my_turn(self) -> bool:
        return self.acceptance.fallen_at is None and any(one.turn and one.mine for one in self.duties)


def acceptance(uow: UnitOfWork, acceptance_id: UUID) -> NodeDesk:
    """One attempt of a node, who signed and whose turn it is."""
    found = uow.get(NodeAcceptance, acceptance_id, selectinload(NodeAcceptance.signatures))
    unit = unit_seen(uow, found.unit_project_id)
    role = role_at(uow, found.roles_edition_id, found.level, found.code)
    over = found.fallen_at is not None or any(one.decides for one in found.signatures)
    return NodeDesk(
        found, unit, state_of_unit(uow.session, unit.id, uow.today).node(found.code),
        duties_shown(uow, unit, role, found.signatures),
        uow.session.scalar(select(AcceptancePaper).where(AcceptancePaper.acceptance_id == found.id)),
        tables_kept(uow.session, found.totals), () if over else unfiled_signers(uow, unit, role),
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """What the page asks before a node is put up."""

    unit: UnitProject
    node: Node
    role: AcceptanceRole
    attendants: tuple[tuple[str, str], ...]   # (term, 郑技术（项目技术负责人）)
    lines: tuple[ReviewLine, ...]             # 核查, line by line, as asked at this node
    unfiled: tuple[str, ...]                  # who is to sign and has no filed pair


def opening(uow: UnitOfWork, unit_id: UUID, code: str) -> Opening:
    unit = uow.get(UnitProject, unit_id, *UNIT_IN_FULL)
    policy.require(uow.actor, Permission.ACCEPTANCE_RECORD, unit.scope)
    state = state_of_unit(uow.session, unit_id, uow.today)
    roles = standards.acceptance_roles(uow.session, unit.project.region, uow.today).content
    role = role_for(roles, level_of(code), code)
    labels = {post: duty.label for duty in role.attending for post in duty.posts}
    terms = in_office(uow.session, unit.project_id, sorted(labels), uow.today, unit.number) if labels else ()
    reviews = standards.unit_reviews(uow.session, unit.project.region, uow.today).content
    return Opening(unit, state.node(code), role, tuple(
        (str(term.id), f"{term.person_name}（{labels[term.post]}）") for term in terms
    ), lines_asked(reviews, state, code), unfiled_signers(uow, unit, role))


@dataclass(frozen=True, slots=True)
class ConcealedDesk:
    work: ConcealedWork
    unit: UnitProject
    item: ConcealedItem
    duties: tuple[DutyLine, ...]
    paper: AcceptancePaper | None
    repeated: bool

    @property
    def my_turn(self) -> bool:
        return any(one.turn and one.mine for one in self.duties)

    @property
    def decided(self) -> Signature | None:
        return next((one.signature for one in self.duties if one.signature and one.signature.decides), None)


def concealed(uow: UnitOfWork, work_id: UUID) -> ConcealedDesk:
    """One look at work about to be covered."""
    work = uow.get(ConcealedWork, work_id, selectinload(ConcealedWork.signatures), selectinload(ConcealedWork.photos))
    unit = unit_seen(uow, work.unit_project_id)
    items = standards.content_of(uow.session, kinds.CONCEALED_WORK, work.edition_id)
    role = role_at(uow, work.roles_edition_id, AcceptanceLevel.CONCEALED, work.item_code)
    return ConcealedDesk(
        work, unit, next(one for one in items if one.key == work.item_key), duties_shown(uow, unit, role, work.signatures),
        uow.session.scalar(select(AcceptancePaper).where(AcceptancePaper.work_id == work_id)),
        uow.session.scalar(select(ConcealedWork.id).where(ConcealedWork.previous_id == work_id)) is not None,
    )


def concealed_list(uow: UnitOfWork, unit_id: UUID) -> tuple[UnitProject, Sequence[ConcealedWork], tuple[ConcealedItem, ...]]:
    """A unit project's concealed work, the latest first, and what the edition of today knows."""
    unit = unit_seen(uow, unit_id)
    works = uow.session.scalars(
        select(ConcealedWork).options(selectinload(ConcealedWork.signatures), selectinload(ConcealedWork.photos))
        .where(ConcealedWork.unit_project_id == unit_id).order_by(ConcealedWork.number.desc()).limit(PAGE * 2)
    ).all()
    return unit, works, standards.concealed_work(uow.session, unit.project.region, uow.today).content


def photo(uow: UnitOfWork, photo_id: UUID) -> Readable:
    found = uow.get(ConcealedPhoto, photo_id)
    unit_seen(uow, found.unit_project_id)
    return readable(uow, found.sha256, _("隐蔽影像"))


def paper(uow: UnitOfWork, paper_id: UUID) -> Readable:
    """A record as it was printed when the last had signed."""
    found = uow.get(AcceptancePaper, paper_id)
    unit_seen(uow, found.unit_project_id)
    return readable(uow, found.document_sha256, found.number)


def treatment_of_lot(uow: UnitOfWork, record_id: UUID) -> Nonconformity:
    found = uow.session.get(Nonconformity, record_id)
    if found is None:
        raise NotFound(_("没有找到所要的记录。"))
    unit_seen(uow, found.unit_project_id)
    return found
