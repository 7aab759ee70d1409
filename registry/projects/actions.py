"""What can be done with projects, the firms taking part and the terms of their leaders."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.search import bigrams
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.ledger import actions as ledger
from registry.parties.identifiers import check_region
from registry.parties.models import Organisation, Person
from registry.policy import Permission, Scope
from registry.projects.models import (
    PROJECT_PARTIES,
    TERM_IN_FULL,
    Part,
    Participation,
    Project,
    Term,
    UnitProject,
)
from registry.projects.rules import Span, overlaps
from registry.standards import handbook as standards
from registry.standards.posts import Post


class NumberTaken(Conflict):
    code = "project.number-taken"


class TermsOverlap(Conflict):
    code = "term.overlap"


class AlreadyEnded(Conflict):
    code = "term.already-ended"


class AlreadyAccepted(Conflict):
    code = "unit-project.already-accepted"


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a project is registered with. Area in m², cost in 万元, duration in calendar days."""

    number: str
    name: str
    address: str
    region: str
    category: str
    structure: str = ""
    area: Decimal | None = None
    cost: Decimal | None = None
    duration_days: int | None = None
    permit_number: str = ""
    oversight_number: str = ""
    started_on: date | None = None
    accepted_on: date | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit project. The design working life comes from the design documents (279号 第二十一条)."""

    number: str
    name: str
    design_life_years: int
    design_life_basis: str = ""
    storeys_above: int | None = None
    storeys_below: int | None = None
    area: Decimal | None = None
    structure: str = ""
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True)
class FirmFacts:
    """A firm coming to a project. `units` are unit numbers; none means the whole project."""

    organisation_id: UUID
    role: str
    since: date
    until: date | None = None
    licence_number: str = ""
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TermFacts:
    """A person taking up a post."""

    person_id: UUID
    post: str
    since: date
    until: date | None = None
    qualification_kind: str = ""
    qualification_number: str = ""


def create_project(uow: UnitOfWork, facts: ProjectFacts, units: tuple[UnitFacts, ...], owner: FirmFacts) -> Project:
    """Register a project with its unit projects and its owner's firm (建设单位).

    Raises NumberTaken when the number belongs to another project; InvalidIdentifier for a region that is none;
    Forbidden unless the actor is the station of the region or the owner itself.
    """
    facts = replace(facts, region=check_region(facts.region).value)
    policy.require(uow.actor, Permission.PROJECT_CREATE, Scope(
        facts.region, frozenset({owner.organisation_id}), owner=owner.organisation_id,
    ))
    require_units(units)
    uow.lock(f"project:{facts.number}")
    if uow.session.scalar(select(Project.id).where(Project.number == facts.number)):
        raise NumberTaken(_("项目编号 {number} 已经登记。", number=facts.number), remedy=_("请核对编号,或打开已登记的项目。"))
    project = Project(
        id=uow.new_id(), grams=bigrams(f"{facts.name} {facts.address} {facts.number}"), created_at=uow.at, **asdict(facts)
    )
    uow.session.add(project)
    ledger.append(uow, "project.created", project)
    for unit in units:
        enter_unit(uow, project.id, unit)
    require_known(owner.units, [unit.number for unit in units])
    enter_firm(uow, project.id, uow.get(Organisation, owner.organisation_id), owner)
    return project


def require_units(units: tuple[UnitFacts, ...]) -> None:
    if not units:
        raise Invalid(_("至少要登记一个单位工程。"), field="units")
    numbers = [unit.number for unit in units]
    if len(set(numbers)) != len(numbers):
        raise Invalid(_("单位工程编号不得重复。"), field="units")


def enter_unit(uow: UnitOfWork, project_id: UUID, facts: UnitFacts) -> UnitProject:
    unit = UnitProject(id=uow.new_id(), project_id=project_id, created_at=uow.at, **asdict(facts))
    uow.session.add(unit)
    ledger.append(uow, "unit-project.created", unit)
    return unit


def add_unit(uow: UnitOfWork, project_id: UUID, facts: UnitFacts) -> UnitProject:
    """Add a unit project to a registered project."""
    project = uow.get(Project, project_id, PROJECT_PARTIES, selectinload(Project.units), lock=True)
    policy.require(uow.actor, Permission.PROJECT_EDIT, project.scope)
    if any(unit.number == facts.number for unit in project.units):
        raise NumberTaken(_("单位工程编号 {number} 已经登记。", number=facts.number))
    return enter_unit(uow, project_id, facts)


def amend_project(
    uow: UnitOfWork, project_id: UUID, version: int, reason: str, changes: Mapping[str, object]
) -> Project:
    """Correct or complete a project's particulars. The ledger keeps what was written before.

    Raises Conflict when somebody else changed the project since `version` was read.
    """
    project = uow.get(Project, project_id, PROJECT_PARTIES, lock=True)
    policy.require(uow.actor, Permission.PROJECT_EDIT, project.scope)
    if project.version != version:
        raise Conflict(_("在您填写期间,他人已修改了此项目。"), remedy=_("请重新打开页面,核对后再提交。"))
    for name, value in changes.items():
        setattr(project, name, value)
    project.grams = bigrams(f"{project.name} {project.address} {project.number}")
    ledger.append(uow, "project.amended", project, data={"reason": reason, "changed": sorted(changes)})
    return project


def accept_unit(uow: UnitOfWork, unit_id: UUID, accepted_on: date) -> UnitProject:
    """Record the day of 竣工验收合格 of a unit project; the design life and the warranties count from it.

    Raises AlreadyAccepted when there is such a day: a wrong one is corrected, with a reason.
    """
    unit = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES), lock=True)
    policy.require(uow.actor, Permission.PROJECT_EDIT, unit.scope)
    if unit.accepted_on is not None:
        raise AlreadyAccepted(
            _("该单位工程已登记为 {day} 竣工验收合格。", day=unit.accepted_on), remedy=_("确有错误时，请办理更正并说明原因。")
        )
    require_acceptance_day(uow, unit, accepted_on)
    unit.accepted_on = accepted_on
    ledger.append(uow, "unit-project.accepted", unit)
    return unit


def require_acceptance_day(uow: UnitOfWork, unit: UnitProject, day: date) -> None:
    """Raise Invalid unless a unit could have been accepted on that day. Needs `project` loaded."""
    if day > uow.today:
        raise Invalid(_("竣工验收合格日期不得晚于今天。"), field="accepted_on")
    if unit.project.started_on and day < unit.project.started_on:
        raise Invalid(_("竣工验收合格日期不得早于开工日期 {day}。", day=unit.project.started_on), field="accepted_on")


def add_part(uow: UnitOfWork, unit_id: UUID, code: str, name: str, kind: str, below: UUID | str) -> Part:
    """Hang a storey, an axis, a room or an item of its own into a unit project's tree.

    below   another part's id, or a GB 50300 code ("0201"), or "" for the top
    """
    unit = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.PROJECT_EDIT, unit.scope)
    if uow.session.scalar(select(Part.id).where(Part.unit_project_id == unit_id, Part.code == code)):
        raise NumberTaken(_("部位编码 {code} 已经使用。", code=code))
    if isinstance(below, UUID) and uow.get(Part, below).unit_project_id != unit_id:
        raise Invalid(_("上级部位不属于本单位工程。"), field="below")
    part = Part(
        id=uow.new_id(), unit_project_id=unit_id, code=code, name=name, kind=kind, created_at=uow.at,
        parent_id=below if isinstance(below, UUID) else None, below_code=below if isinstance(below, str) else "",
    )
    uow.session.add(part)
    ledger.append(uow, "part.added", part)
    return part


def add_part_below(uow: UnitOfWork, unit_id: UUID, code: str, name: str, kind: str, below: str) -> Part:
    """The same, with the place above named by its code: one of the unit's own parts, or one of the catalogue.

    Raises Invalid when there is no such place.
    """
    unit = uow.get(UnitProject, unit_id, selectinload(UnitProject.project).options(PROJECT_PARTIES))
    policy.require(uow.actor, Permission.PROJECT_EDIT, unit.scope)
    own = uow.session.scalar(select(Part.id).where(Part.unit_project_id == unit_id, Part.code == below))
    if own is None and below and below not in standards.divisions(uow.session, uow.today):
        raise Invalid(_("没有编码为 {code} 的部位。", code=below), field="below")
    return add_part(uow, unit_id, code, name, kind, own or below)


def admit_firm(uow: UnitOfWork, project_id: UUID, facts: FirmFacts) -> Participation:
    """Enter that a firm takes part in a project, in a role, from a day on."""
    project = uow.get(Project, project_id, PROJECT_PARTIES, selectinload(Project.units), lock=True)
    policy.require(uow.actor, Permission.PROJECT_EDIT, project.scope)
    roles = {role.key for role in standards.roles(uow.session, project.region, facts.since)}
    if facts.role not in roles:
        raise Invalid(_("没有「{role}」这一责任主体类别。", role=facts.role), field="role")
    require_known(facts.units, [unit.number for unit in project.units])
    return enter_firm(uow, project_id, uow.get(Organisation, facts.organisation_id), facts)


def require_known(named: Iterable[str], registered: Collection[str]) -> None:
    """Raise Invalid when a firm is to work on units that are not there."""
    unknown = [number for number in named if number not in registered]
    if unknown:
        raise Invalid(_("承担范围中的单位工程 {numbers} 未登记。", numbers="、".join(unknown)), field="units")


def enter_firm(uow: UnitOfWork, project_id: UUID, firm: Organisation, facts: FirmFacts) -> Participation:
    taking_part = Participation(
        id=uow.new_id(), project_id=project_id, organisation_id=firm.id, role=facts.role,
        organisation_name=firm.name, legal_representative=firm.legal_representative,
        licence_number=facts.licence_number, since=facts.since, until=facts.until, created_at=uow.at,
        unit_numbers=sorted(set(facts.units)),
    )
    uow.session.add(taking_part)
    ledger.append(uow, "participation.opened", taking_part)
    return taking_part


def end_participation(uow: UnitOfWork, participation_id: UUID, last_day: date, reason: str) -> Participation:
    """Enter that a firm has left the project; the terms it still had in office end the same day."""
    taking_part = uow.get(
        Participation, participation_id, selectinload(Participation.terms), selectinload(Participation.staff),
        selectinload(Participation.project).options(PROJECT_PARTIES), lock=True,
    )
    policy.require(uow.actor, Permission.PROJECT_EDIT, taking_part.project.scope)
    if taking_part.until is not None:
        raise AlreadyEnded(_("该单位已于 {day} 退场。", day=taking_part.until))
    if last_day > uow.today:
        raise Invalid(_("退场日期不得晚于今天。"), field="last_day")
    if last_day < taking_part.since:
        raise Invalid(_("退场日期不得早于进场日期 {day}。", day=taking_part.since), field="last_day")
    taking_part.until, taking_part.ended_reason = last_day, reason
    ledger.append(uow, "participation.ended", taking_part)
    for term in (*taking_part.terms, *taking_part.staff):
        if term.until is None and term.corrected_by_id is None:
            close_term(uow, term, max(last_day, term.since), reason)
    return taking_part


def open_term(uow: UnitOfWork, participation_id: UUID, facts: TermFacts) -> Term:
    """Enter that a person takes up a post for a participating firm.

    Raises TermsOverlap when the post is held then by somebody else and may have but one holder.
    Source: 建质〔2014〕124号 第二条.
    """
    taking_part = uow.get(
        Participation, participation_id, selectinload(Participation.terms),
        selectinload(Participation.project).options(PROJECT_PARTIES), lock=True,
    )
    whole = taking_part.project.scope
    policy.require(
        uow.actor, Permission.TERM_CHANGE,
        Scope(whole.region, whole.organisations, organisation=taking_part.organisation_id, owner=whole.owner),
    )
    return enter_term(uow, taking_part, uow.get(Person, facts.person_id), facts)


def enter_term(uow: UnitOfWork, taking_part: Participation, person: Person, facts: TermFacts) -> Term:
    """Judge and write one term; the caller has asked policy and locked the participation."""
    post = post_for(uow, taking_part, facts)
    facts = within(uow, taking_part, facts)
    if post.sole:
        for other in taking_part.terms:
            refuse_overlap(other, facts)
    term = new_term(uow, taking_part, person, facts, post)
    uow.session.add(term)
    try:
        ledger.append(uow, "term.opened", term)
    except IntegrityError as failure:
        raise TermsOverlap(_("同一职务在同一时间只能由一人担任。")) from failure
    return term


def post_for(uow: UnitOfWork, taking_part: Participation, facts: TermFacts) -> Post:
    """Return the post to be filled. Raises Invalid when it is not one of the firm's role."""
    post = standards.post(uow.session, facts.post, taking_part.project.region, facts.since)
    if post.role != taking_part.role:
        raise Invalid(_("{post}不是该责任主体的职务。", post=post.label), field="post")
    return post


def new_term(
    uow: UnitOfWork, taking_part: Participation, person: Person, facts: TermFacts, post: Post
) -> Term:
    return Term(
        id=uow.new_id(), participation_id=taking_part.id, person_id=person.id, person_name=person.name,
        shared=not post.sole, created_at=uow.at, post=facts.post, since=facts.since, until=facts.until,
        qualification_kind=facts.qualification_kind, qualification_number=facts.qualification_number,
    )


def within(uow: UnitOfWork, taking_part: Participation, facts: TermFacts) -> TermFacts:
    """Return the facts of a term, ended with the firm's stay where it has ended.

    Raises Invalid beyond the stay, and for a last day that has not come: a term is ended when it ends.
    """
    last = taking_part.until
    if facts.until is not None and facts.until > uow.today:
        raise Invalid(_("离任日期不得晚于今天。"), field="until", remedy=_("还在任的请留空，离任之后再登记离任日期。"))
    if facts.until is not None and facts.until < facts.since:
        raise Invalid(_("离任日期不得早于任职日期。"), field="until")
    if facts.since < taking_part.since:
        raise Invalid(_("任职日期不得早于单位进场日期 {day}。", day=taking_part.since), field="since")
    if last is not None and facts.since > last:
        raise Invalid(_("任职日期不得晚于单位退场日期 {day}。", day=last), field="since")
    if last is not None and facts.until is not None and facts.until > last:
        raise Invalid(_("离任日期不得晚于单位退场日期 {day}。", day=last), field="until")
    return replace(facts, until=facts.until or last)


def refuse_overlap(other: Term, facts: TermFacts) -> None:
    if other.post != facts.post or other.corrected_by_id is not None:
        return
    if overlaps(Span(other.since, other.until), Span(facts.since, facts.until)):
        raise TermsOverlap(
            _("{name}自 {since} 起担任同一职务,任期与之重叠。", name=other.person_name, since=other.since),
            remedy=_("请先办理变更,使原任期在新任期开始之日或之前结束。"),
        )


def end_term(uow: UnitOfWork, term_id: UUID, last_day: date, reason: str) -> Term:
    """End a term on `last_day` (inclusive). It can be done once; a mistake is corrected by a new record."""
    term = uow.get(Term, term_id, *TERM_IN_FULL, lock=True)
    policy.require(uow.actor, Permission.TERM_CHANGE, term.scope)
    return close_term(uow, term, last_day, reason)


def close_term(uow: UnitOfWork, term: Term, last_day: date, reason: str) -> Term:
    if term.until is not None or term.corrected_by_id is not None:
        raise AlreadyEnded(_("该任期已经结束,不能再次结束。"), remedy=_("确有错误时,请办理更正。"))
    if last_day > uow.today:
        raise Invalid(_("离任日期不得晚于今天。"), field="last_day")
    if last_day < term.since:
        raise Invalid(_("离任日期不得早于任职日期 {day}。", day=term.since), field="last_day")
    term.until, term.ended_reason = last_day, reason
    ledger.append(uow, "term.ended", term)
    return term
