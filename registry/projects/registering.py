"""Registering a project whole: its particulars, its unit projects, its firms and their leaders, on one screen."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry import policy
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.text import _
from registry.kernel.uow import UnitOfWork
from registry.parties.entering import (
    OrganisationFacts,
    PersonFacts,
    enter_organisations,
    enter_people,
    organisations_by_code,
)
from registry.parties.identifiers import compact
from registry.parties.models import IdentityKind, Organisation
from registry.policy import Permission, Scope
from registry.projects.actions import (
    FirmFacts,
    ProjectFacts,
    TermFacts,
    UnitFacts,
    admit_firm,
    create_project,
    enter_term,
    open_term,
)
from registry.projects.models import PROJECT_PARTIES, Participation, Project, Term
from registry.standards import handbook as standards


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """One firm and its leader, as typed in one row of the screen. A leader may be left for later (name "")."""

    role: str
    uscc: str
    name: str
    legal_representative: str
    licence_number: str = ""
    since: date | None = None
    leader: str = ""
    identity_kind: str = IdentityKind.CITIZEN
    identity: str = ""
    phone: str = ""
    qualification_kind: str = ""
    qualification_number: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    project: ProjectFacts
    units: tuple[UnitFacts, ...]
    parties: tuple[PartyFacts, ...]


def register_project(uow: UnitOfWork, registration: Registration) -> Project:
    """Register a project with everything known of it today: all of it, or nothing.

    Raises what the single acts raise; Invalid with the field "parties" when no owner's firm is named.
    """
    owners = [party for party in registration.parties if party.role == "owner"]
    if not owners:
        raise Invalid(_("请填写建设单位。"), field="parties")
    known = organisations_by_code(uow, [compact(party.uscc) for party in registration.parties])
    firms = {
        firm.uscc: firm
        for firm in enter_organisations(uow, [organisation_of(party, known) for party in registration.parties]).rows
    }
    owner = firms[compact(owners[0].uscc)]
    require_creating(uow, Scope(registration.project.region, frozenset({owner.id}), owner=owner.id))
    begun_on = registration.project.started_on or uow.today
    project = create_project(
        uow, registration.project, registration.units, firm_facts(owners[0], owner.id, begun_on),
    )
    for party in registration.parties:
        if party is not owners[0]:
            admit_firm(uow, project.id, firm_facts(party, firms[compact(party.uscc)].id, begun_on))
        if party.leader:
            appoint(uow, project, party, party.since or begun_on)
    return project


def require_creating(uow: UnitOfWork, scope: Scope) -> None:
    """Raise Forbidden unless the actor may register a project there: of one not there yet there is nothing to hide."""
    try:
        policy.require(uow.actor, Permission.PROJECT_CREATE, scope)
    except NotFound as no:
        raise Forbidden(
            _("您不能登记该行政区划（{region}）或该建设单位的项目。", region=scope.region),
            remedy=_("请核对行政区划代码和建设单位；项目由工程所在地的质量监督机构或建设单位登记。"),
        ) from no


def firm_facts(party: PartyFacts, organisation_id: UUID, begun_on: date) -> FirmFacts:
    return FirmFacts(organisation_id, party.role, party.since or begun_on, licence_number=party.licence_number)


def organisation_of(party: PartyFacts, known: dict[str, Organisation]) -> OrganisationFacts:
    """A row's firm. One the registry knows needs nothing but its 统一社会信用代码."""
    registered = known.get(compact(party.uscc))
    name = party.name or (registered.name if registered else "")
    representative = party.legal_representative or (registered.legal_representative if registered else "")
    if not name or not representative:
        raise Invalid(
            _("统一社会信用代码 {uscc} 的单位尚未登记，请填写单位名称和法定代表人。", uscc=party.uscc), field="parties",
        )
    return OrganisationFacts(party.uscc, name, representative)


def appoint(uow: UnitOfWork, project: Project, party: PartyFacts, since: date) -> None:
    """Open the term of the leader named in a row; the post is the one demanded of the firm's role."""
    [person] = enter_people(uow, [PersonFacts(
        party.leader, IdentityKind(party.identity_kind), party.identity, party.phone,
    )]).rows
    post = next(
        post for post in standards.posts(uow.session, project.region, since) if post.role == party.role
    )
    taking_part = firm_of(uow, project, party)
    enter_term(uow, taking_part, person, TermFacts(
        person.id, post.key, since, qualification_kind=party.qualification_kind,
        qualification_number=party.qualification_number,
    ))


def firm_of(uow: UnitOfWork, project: Project, party: PartyFacts) -> Participation:
    """The participation just entered for a row of the screen."""
    found = uow.session.scalars(
        select(Participation.id).join(Organisation)
        .where(
            Participation.project_id == project.id, Participation.role == party.role,
            Organisation.uscc == compact(party.uscc),
        )
        .order_by(Participation.since)
    ).one()
    return uow.get(
        Participation, found, selectinload(Participation.terms),
        selectinload(Participation.project).options(PROJECT_PARTIES), lock=True,
    )


def unit_of(
    number: str, name: str, design_life_years: int | None, basis: str, above: int | None, below: int | None
) -> UnitFacts:
    """A row of the screen as a unit project. The design life is never guessed: Invalid when it is not given."""
    if not number or not name:
        raise Invalid(_("请填写单位工程的编号和名称。"), field="units")
    if design_life_years is None:
        raise Invalid(
            _("请填写单位工程 {number} 的设计使用年限（年）。", number=number), field="units",
            remedy=_("以设计文件注明的年限为准，每个单位工程分别填写。"),
        )
    return UnitFacts(number, name, design_life_years, basis, above, below)


def bring_in(uow: UnitOfWork, project_id: UUID, party: PartyFacts, units: str) -> Participation:
    """Enter a firm that comes to a registered project. `units` are unit numbers with 、 between, "" for all."""
    project = uow.get(Project, project_id, PROJECT_PARTIES)
    policy.require(uow.actor, Permission.PROJECT_EDIT, project.scope)
    known = organisations_by_code(uow, [compact(party.uscc)])
    [firm] = enter_organisations(uow, [organisation_of(party, known)]).rows
    numbers = tuple(number.strip() for number in units.replace("，", "、").replace(",", "、").split("、") if number.strip())
    return admit_firm(uow, project_id, FirmFacts(
        firm.id, party.role, party.since or uow.today, licence_number=party.licence_number, units=numbers,
    ))


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Who takes up a post, as typed."""

    name: str
    identity_kind: str
    identity: str
    phone: str
    qualification_kind: str
    qualification_number: str
    since: date


def appoint_person(uow: UnitOfWork, participation_id: UUID, post: str, row: PersonRow) -> Term:
    """Put a person, known to the registry or new to it, into a post of a firm that takes part."""
    firm = uow.get(Participation, participation_id, selectinload(Participation.project).options(PROJECT_PARTIES))
    whole = firm.project.scope
    policy.require(uow.actor, Permission.TERM_CHANGE, Scope(
        whole.region, whole.organisations, organisation=firm.organisation_id, owner=whole.owner,
    ))
    [person] = enter_people(uow, [PersonFacts(row.name, IdentityKind(row.identity_kind), row.identity, row.phone)]).rows
    return open_term(uow, participation_id, TermFacts(
        person.id, post, row.since, qualification_kind=row.qualification_kind,
        qualification_number=row.qualification_number,
    ))
