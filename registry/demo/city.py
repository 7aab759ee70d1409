"""Building the demo city, act by act, with the clock set back to when each would have happened."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID

import pyotp
from PIL import Image, ImageDraw
from sqlalchemy import select

from registry.accounts.actions import AccountFacts, open_account
from registry.accounts.models import Account
from registry.accounts.passwords import hashed
from registry.demo.cast import (
    ALL,
    ARCHIVE,
    AUDIT,
    CITY,
    CITY_WORKS,
    FIRMS,
    LANDMARK,
    LEADERS,
    OPERATOR,
    PASSWORD,
    REGION,
    SECRET,
    SIGN_INS,
    STATION,
    Leader,
    SignIn,
    Works,
)
from registry.kernel.actor import SYSTEM, Actor, Role
from registry.kernel.uow import CHINA, Units, together
from registry.ledger.sequencing import checkpoint, sequence
from registry.parties.entering import OrganisationFacts, PersonFacts, enter_organisations, enter_people
from registry.parties.models import IdentityKind
from registry.plaques.actions import Hanging, Size, issue_plaque, mount_plaque
from registry.plaques.models import Plaque
from registry.pledges.actions import Signing, sign_authorisation, sign_pledge
from registry.pledges.changes import Newcomer, hand_over
from registry.pledges.filing import file_pair
from registry.projects.actions import ProjectFacts, UnitFacts, accept_unit
from registry.projects.models import Participation, Project, Term, UnitProject
from registry.projects.registering import PartyFacts, Registration, register_project


@cache
def password_hash() -> str:
    """Hashed once for all of them, and not before it is needed: every process imports this module."""
    return hashed(PASSWORD)


@dataclass(frozen=True, slots=True)
class Photo:
    """A file as a browser would have sent it."""

    filename: str
    mimetype: str
    stream: BytesIO


@dataclass
class Clock:
    """The time of the story. Every signature takes a minute, so that no code of a second factor comes twice."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def go_to(self, day: date) -> None:
        self.at = datetime.combine(day, time(9), CHINA).astimezone(UTC)

    def minute(self) -> None:
        self.at += timedelta(minutes=1)


@dataclass
class City:
    """The demo while it is being built."""

    units: Units
    clock: Clock
    accounts: dict[str, Actor]      # by "leader/<key>" or "representative/<key>", and by login

    def act_as(self, name: str) -> Actor:
        return self.accounts[name]

    def signing(self) -> Signing:
        """What somebody gives when signing now: the present code, and the name drawn by hand."""
        self.clock.minute()
        return Signing(pyotp.TOTP(SECRET).at(self.clock.at), drawn_name())


def build_city(units: Units) -> None:
    """Fill an empty register with the demo city, up to today: all of it, or nothing."""
    clock = Clock(units.tools.now())
    today = clock.at.astimezone(CHINA).date()
    with together(units) as one:
        city = City(Units(one.bind, replace(one.tools, now=clock.now)), clock, {})
        clock.go_to(date(2024, 1, 8))
        open_accounts(city)
        for works in CITY_WORKS:
            build_works(city, works, today)
    while sequence(units):
        continue
    checkpoint(units)


def exists(units: Units) -> bool:
    with units.reading(SYSTEM) as uow:
        return uow.session.scalar(select(Project.id).where(Project.number == LANDMARK)) is not None


def is_empty(units: Units) -> bool:
    with units.reading(SYSTEM) as uow:
        return uow.session.scalar(select(Project.id).limit(1)) is None and uow.session.scalar(
            select(Account.id).limit(1)) is None


def open_accounts(city: City) -> None:
    everybody = [STATION, ARCHIVE, AUDIT, OPERATOR, *FIRMS.values()]
    with city.units.writing(SYSTEM) as uow:
        firms = enter_organisations(uow, [
            OrganisationFacts(firm.uscc, firm.name, firm.representative, REGION) for firm in everybody
        ])
        by_code = {row.uscc: row.id for row in firms.rows}
    ids = {firm.key: by_code[firm.uscc] for firm in everybody}
    for person in SIGN_INS:
        city.accounts[person.login] = open_one(city, person, ids)
    for key in LEADERS:
        open_signer(city, key, ids, "leader")
    for key in FIRMS:
        open_signer(city, key, ids, "representative")


def open_one(city: City, person: SignIn, ids: Mapping[str, UUID]) -> Actor:
    """Open one account of the printed list; a leader or legal representative is a person of the register too."""
    person_id = person_of(city, facts_of(person))
    with city.units.writing(SYSTEM) as uow:
        account = open_account(uow, AccountFacts(
            person.login, person.name, person_id, ids[person.firm], person.roles, person.region, password_hash(), SECRET,
        ))
    actor = Actor(account.id, person_id, ids[person.firm], person.name, person.region, person.roles, fresh=True)
    if person.leader:
        city.accounts[f"leader/{person.leader}"] = actor
    if person.representative:
        city.accounts[f"representative/{person.representative}"] = actor
    return actor


def open_signer(city: City, key: str, ids: Mapping[str, UUID], kind: str) -> None:
    """Open an account for a leader or a legal representative who is not on the printed list."""
    if f"{kind}/{key}" in city.accounts:
        return
    firm = key.removesuffix("-next")
    name = LEADERS[key].name if kind == "leader" else FIRMS[key].representative
    role = Role.PROJECT_LEADER if kind == "leader" else Role.LEGAL_REPRESENTATIVE
    login = f"{'fuze' if kind == 'leader' else 'faren'}-{key}"
    city.accounts[f"{kind}/{key}"] = open_one(city, SignIn(
        login, name, "", frozenset({role}), firm,
        leader=key if kind == "leader" else "", representative=key if kind == "representative" else "",
    ), ids)


def facts_of(person: SignIn) -> PersonFacts:
    """Who stands behind an account: a leader, a legal representative, or somebody of the staff."""
    if person.leader:
        leader = LEADERS[person.leader]
        return PersonFacts(leader.name, IdentityKind.CITIZEN, leader.identity, leader.phone)
    number = FIRMS[person.representative].number % 100 + 500 if person.representative else 700 + SIGN_INS.index(person)
    return PersonFacts(person.name, IdentityKind.CITIZEN, Leader(person.name, number).identity)


def person_of(city: City, facts: PersonFacts) -> UUID:
    with city.units.writing(SYSTEM) as uow:
        [found] = enter_people(uow, [facts]).rows
    return found.id


def build_works(city: City, works: Works, today: date) -> None:
    """Register a project and lead it as far as its story goes."""
    officer = city.act_as("jiandu")
    city.clock.go_to(min(works.started_on, today) - timedelta(days=14))
    with city.units.writing(officer) as uow:
        project = register_project(uow, registration_of(works))
    terms = terms_of(city, project.id)
    for role in ALL:
        if role in works.signed:
            sign_pair(city, terms[role], works.firms[role], works.firms[role])
        if role in works.filed:
            file_term(city, terms[role])
    if works.change_on:
        change_contractor(city, works, terms["contractor"], works.change_on)
    if works.accepted_on:
        accept(city, project.id, works.accepted_on)
    if works.plaque:
        make_plaque(city, project.id)


def registration_of(works: Works) -> Registration:
    return Registration(
        ProjectFacts(
            works.number, works.name, works.address, REGION, "房屋建筑工程", structure="框架剪力墙结构",
            permit_number=f"{REGION}{works.started_on:%Y%m%d}0101", started_on=works.started_on,
        ),
        tuple(UnitFacts(number, name, years, "结构设计总说明", 18, 2) for number, name, years in works.units),
        tuple(party_of(works, role, key) for role, key in works.firms.items()),
    )


def party_of(works: Works, role: str, key: str) -> PartyFacts:
    firm, leader = FIRMS[key], LEADERS[key]
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
    hung_on = city.clock.at.astimezone(CHINA).date() + timedelta(days=9)
    city.clock.go_to(hung_on)
    with city.units.writing(city.act_as("jianshe")) as uow:
        mount_plaque(uow, plaque.id, Hanging(
            Photo("标牌安装.jpg", "image/jpeg", BytesIO(wall_photo())), "主入口东侧外墙，距地 1.6 米", hung_on,
            "泉城石材标识有限公司",
        ))


def landmarks(units: Units) -> dict[str, Any]:
    """What a visitor of the demo needs: sign-ins, the project that shows everything, its plaque."""
    with units.reading(SYSTEM) as uow:
        code = uow.session.scalar(
            select(Plaque.code).join(UnitProject).join(Project)
            .where(Project.number == LANDMARK, Plaque.superseded_at.is_(None)).order_by(Plaque.issued_at)
        )
    return {
        "url": units.tools.base_url,
        "sign_ins": [
            {"login": one.login, "password": PASSWORD, "totp_secret": SECRET, "name": one.name, "title": one.title,
             "region": one.region or (CITY if Role.OFFICER in one.roles else "")}
            for one in SIGN_INS
        ],
        "project": LANDMARK,
        "project_name": next(works.name for works in CITY_WORKS if works.number == LANDMARK),
        "trace": {"project": LANDMARK, "unit": "01", "part": "0201", "on": "2024-09-10"},
        "plaque": code,
        "plaque_url": f"{units.tools.base_url}/v/{code}",
    }


def drawn_name() -> bytes:
    """A signature as a hand would draw one: a few strokes on a transparent ground."""
    image = Image.new("RGBA", (320, 120), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.line([(20, 80), (60, 30), (90, 95), (130, 40), (150, 85)], fill=(20, 30, 60, 255), width=5, joint="curve")
    pen.line([(160, 50), (210, 45), (185, 100), (240, 60), (300, 70)], fill=(20, 30, 60, 255), width=4, joint="curve")
    return saved(image, "PNG")


def wall_photo() -> bytes:
    """A wall with a plaque on it, in place of a photo: the demo shows no real building."""
    image = Image.new("RGB", (1200, 900), (186, 178, 166))
    pen = ImageDraw.Draw(image)
    for row in range(0, 900, 60):
        pen.line([(0, row), (1200, row)], fill=(168, 160, 148), width=3)
        for column in range(-60 if row % 120 else 0, 1200, 120):
            pen.line([(column, row), (column, row + 60)], fill=(168, 160, 148), width=3)
    pen.rectangle([360, 280, 840, 600], fill=(64, 58, 52), outline=(210, 180, 110), width=8)
    pen.rectangle([680, 420, 800, 540], fill=(240, 236, 228))
    return saved(image, "JPEG")


def saved(image: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()
