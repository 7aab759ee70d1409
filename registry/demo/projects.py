"""The projects of the demo city as far as pledges, leaders and plaques go."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from registry.demo.cast import ALL, FIRMS, LEADERS, REGION, Works
from registry.demo.people import City
from registry.demo.pictures import Sent, wall_photo
from registry.kernel.actor import SYSTEM
from registry.parties.models import IdentityKind
from registry.plaques.actions import Hanging, Size, issue_plaque, mount_plaque
from registry.pledges.actions import sign_authorisation, sign_pledge
from registry.pledges.changes import Newcomer, hand_over
from registry.pledges.filing import file_pair
from registry.projects.actions import ProjectFacts, UnitFacts, accept_unit
from registry.projects.models import Participation, Term, UnitProject
from registry.projects.registering import PartyFacts, Registration, register_project


def build_works(city: City, works: Works, today: date) -> UUID:
    """Register a project and lead it as far as its pledges, its changes and its plaque go. Return its id."""
    officer = city.act_as("jiandu")
    city.clock.go_to(min(works.registered_on, today - timedelta(days=14)))
    with city.units.writing(officer) as uow:
        project = register_project(uow, registration_of(works))
    terms = terms_of(city, project.id)
    for role in ALL:
        if role in works.signed:
            sign_pair(city, terms[role], works.leader(role), works.firms[role])
        if role in works.filed:
            file_term(city, terms[role])
    if works.change_on:
        change_contractor(city, works, terms["contractor"], works.change_on)
    if works.accepted_on:
        accept(city, project.id, works.accepted_on)
    if works.plaque:
        make_plaque(city, project.id)
    return project.id


def registration_of(works: Works) -> Registration:
    return Registration(
        ProjectFacts(
            works.number, works.name, works.address, REGION, "房屋建筑工程", structure="框架剪力墙结构",
            permit_number=f"{REGION}{works.started_on:%Y%m%d}0101", started_on=works.started_on,
        ),
        tuple(
            UnitFacts(number, name, years, "结构设计总说明", *works.storeys) for number, name, years in works.units
        ),
        tuple(party_of(works, role, key) for role, key in works.firms.items()),
    )


def party_of(works: Works, role: str, key: str) -> PartyFacts:
    firm, leader = FIRMS[key], LEADERS[works.leader(role)]
    return PartyFacts(
        role, firm.uscc, firm.name, firm.representative, since=works.started_on - timedelta(days=60),
        leader=leader.name, identity=leader.identity, phone=leader.phone,
        qualification_kind=leader.qualification, qualification_number=leader.certificate,
    )


def terms_of(city: City, project_id: UUID) -> dict[str, UUID]:
    with city.units.reading(SYSTEM) as uow:
        rows = uow.session.execute(
            select(Participation.role, Term.id).join(Term).where(Participation.project_id == project_id).order_by(Term.since)
        )
        return {role: term_id for role, term_id in rows}  # noqa: C416 — a Row is no pair to the type checker


def sign_pair(city: City, term_id: UUID, leader: str, firm: str) -> None:
    """The legal representative authorises, the leader pledges."""
    given = city.signing()
    with city.units.writing(city.act_as(f"representative/{firm}")) as uow:
        sign_authorisation(uow, term_id, given)
    given = city.signing()
    with city.units.writing(city.act_as(f"leader/{leader}")) as uow:
        sign_pledge(uow, term_id, given)


def file_term(city: City, term_id: UUID) -> None:
    city.clock.minute()
    with city.units.writing(city.act_as("jiandu")) as uow:
        file_pair(uow, term_id)


def change_contractor(city: City, works: Works, term_id: UUID, changed_on: date) -> None:
    """The contractor's leader hands over; the successor signs and is filed two days later."""
    successor = LEADERS["contractor-next"]
    city.clock.go_to(changed_on)
    with city.units.writing(city.act_as("shigong")) as uow:
        change = hand_over(uow, term_id, Newcomer(
            successor.name, IdentityKind.CITIZEN, successor.identity, successor.phone, successor.qualification,
            successor.certificate, changed_on, "原项目经理调任集团总工程师", "泰三建〔2024〕31号",
        ))
    city.clock.go_to(changed_on + timedelta(days=2))
    sign_pair(city, change.incoming_term_id, "contractor-next", works.firms["contractor"])
    file_term(city, change.incoming_term_id)


def accept(city: City, project_id: UUID, accepted_on: date) -> None:
    city.clock.go_to(accepted_on + timedelta(days=3))
    for unit_id in units_of(city, project_id):
        with city.units.writing(city.act_as("jiandu")) as uow:
            accept_unit(uow, unit_id, accepted_on)


def units_of(city: City, project_id: UUID) -> list[UUID]:
    with city.units.reading(SYSTEM) as uow:
        return list(uow.session.scalars(
            select(UnitProject.id).where(UnitProject.project_id == project_id).order_by(UnitProject.number)
        ))


def make_plaque(city: City, project_id: UUID) -> None:
    """The first building gets its plaque, and the photo of where it hangs."""
    unit_id = units_of(city, project_id)[0]
    city.clock.minute()
    with city.units.writing(city.act_as("jianshe")) as uow:
        plaque = issue_plaque(uow, unit_id, Size())
    hung_on = city.clock.today() + timedelta(days=9)
    city.clock.go_to(hung_on)
    with city.units.writing(city.act_as("jianshe")) as uow:
        mount_plaque(uow, plaque.id, Hanging(
            Sent("标牌安装.jpg", "image/jpeg", wall_photo()), "主入口东侧外墙，距地 1.6 米", hung_on, "泉城石材标识有限公司",
        ))
