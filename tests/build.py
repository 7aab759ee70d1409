"""Build lawful states for tests: each function does what a user would have done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from uuid import UUID

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry.kernel.actor import Actor, Role
from registry.kernel.uow import Units
from registry.parties.models import IdentityKind
from registry.pledges.actions import Signing, sign_authorisation, sign_pledge
from registry.pledges.filing import file_pair
from registry.projects.actions import ProjectFacts, UnitFacts
from registry.projects.models import Participation, Project, Term
from registry.projects.registering import PartyFacts, PersonRow, Registration, register_project
from registry.projects.staffing import staff_person
from tests.accounts import build as accounts
from tests.parties import build as parties

REGION = "370102"
STARTED = date(2026, 3, 10)            # after the tests' noon: nothing is late unless a test says so
BEGUN = date(2026, 1, 5)               # eight weeks before the tests' noon: pledges signed now are late
FIRMS = {
    "owner": ("历城置业有限公司", "赵建设"),
    "survey": ("泉城勘察院", "钱勘察"),
    "design": ("齐鲁建筑设计院", "孙设计"),
    "contractor": ("三建集团有限公司", "李建国"),
    "supervision": ("明湖监理有限公司", "周总监"),
}
DRAWING = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xfa\xcf\x00\x00\x00\x02\x00\x01\xe2!\xbc3\x00\x00\x00\x00IEND\xaeB`\x82"
)
serial = count(1)


def identity(number: int = 0) -> str:
    """Return a right 公民身份号码 that belongs to nobody, a new one each time without `number`."""
    nth = number or next(serial)
    body = f"370102{date(1970, 1, 1) + timedelta(days=nth):%Y%m%d}{nth % 999:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@dataclass
class Site:
    """A registered project, and everybody who has to do with it."""

    units: Units
    project: UUID
    unit: UUID
    officer: Actor
    filer: Actor                                            # of the owner's firm
    terms: dict[str, UUID] = field(default_factory=dict)    # by role
    leaders: dict[str, Actor] = field(default_factory=dict)
    representatives: dict[str, Actor] = field(default_factory=dict)


def registration(
    number: str, started_on: date | None = STARTED, roles: Sequence[str] = tuple(FIRMS), region: str = REGION
) -> Registration:
    return Registration(
        ProjectFacts(number, "和平里小区", "历下区和平路 8 号", region, "房屋建筑工程", started_on=started_on),
        (UnitFacts("01", "1 号楼", 50, "结构设计总说明", 18, 2), UnitFacts("02", "2 号楼", 50)),
        tuple(
            PartyFacts(
                role, parties.code(), f"{FIRMS[role][0]}", f"{FIRMS[role][1][0]}法人", leader=FIRMS[role][1],
                identity_kind=IdentityKind.CITIZEN, identity=identity(),
                qualification_kind="" if role == "owner" else "注册执业人员",
                qualification_number="" if role == "owner" else f"鲁{next(serial):08d}",
            )
            for role in roles
        ),
    )


def site(units: Units, started_on: date | None = STARTED, region: str = REGION, number: str = "") -> Site:
    """Register a project of five parties, as an officer of the station would, and open an account for everybody."""
    station = parties.organisation(units, "历下区建设工程质量监督站", region)
    officer = signed_in(units, f"officer{next(serial)}", "王监督", station.id, None, Role.OFFICER, f"{region[:4]}00")
    with units.writing(officer) as uow:
        project = register_project(uow, registration(number or f"P{next(serial):06d}", started_on, region=region))
    with units.reading(officer) as uow:
        whole = uow.get(Project, project.id, selectinload(Project.units), selectinload(Project.participations).options(
            selectinload(Participation.terms).selectinload(Term.person)))
    firms = {firm.role: firm for firm in whole.participations}
    filer = signed_in(
        units, f"filer{next(serial)}", "吴经办", firms["owner"].organisation_id,
        parties.person(units, "吴经办", identity()).id, Role.FIRM_FILER,
    )
    made = Site(units, project.id, whole.units[0].id, officer, filer)
    for role, firm in firms.items():
        [term] = firm.terms
        made.terms[role] = term.id
        made.leaders[role] = signed_in(
            units, f"leader{next(serial)}", term.person_name, firm.organisation_id, term.person_id, Role.PROJECT_LEADER,
        )
        representative = parties.person(units, firm.legal_representative, identity())
        made.representatives[role] = signed_in(
            units, f"rep{next(serial)}", representative.name, firm.organisation_id, representative.id,
            Role.LEGAL_REPRESENTATIVE,
        )
    return made


def signed_in(
    units: Units, login: str, name: str, organisation: UUID | None, person: UUID | None, role: Role, region: str = ""
) -> Actor:
    """Open an account with one role and sign in with both factors."""
    account = accounts.account(units, accounts.Someone(login, name, frozenset({role}), region, person, organisation))
    return Actor(account.id, person, organisation, name, region, frozenset({role}), fresh=True)


CREW = {
    "site/technical-leader": ("contractor", "郑技术"),
    "site/foreman": ("contractor", "冯工长"),
    "site/quality-inspector": ("contractor", "陈质检"),
    "site/crew-leader": ("contractor", "褚班长"),
    "site/sampler": ("contractor", "卫取样"),
    "site/materials-clerk": ("contractor", "蒋材料"),
    "site/supervision-engineer": ("supervision", "沈专监"),
    "site/witness": ("supervision", "韩见证"),
    "site/owner-engineer": ("owner", "杨代表"),
}
"""Post on the site → (role of the firm, name)."""


def staff(made: Site, post: str, since: date | None = None, name: str = "") -> Actor:
    """Put somebody into a post on the site, as the officer would; return him signed in.

    since   the day his firm came unless said otherwise; the term is `made.terms[post]`, he `made.leaders[post]`
    """
    role, usual = CREW[post]
    firm = term_of(made, role).participation
    row = PersonRow(name or usual, IdentityKind.CITIZEN, identity(), "", "", "", since or firm.since)
    with made.units.writing(made.officer) as uow:
        term = staff_person(uow, firm.id, post, row)
    made.terms[post] = term.id
    made.leaders[post] = signed_in(
        made.units, f"staff{next(serial)}", term.person_name, firm.organisation_id, term.person_id, Role.SITE_STAFF,
    )
    return made.leaders[post]


def crew(made: Site) -> None:
    """Put one person into every post on the site."""
    for post in CREW:
        staff(made, post)


def code(units: Units, steps: int = 0) -> str:
    return pyotp.TOTP(accounts.SECRET).at(int(units.tools.now().timestamp()) + 30 * steps)


def signing(units: Units, steps: int = 0) -> Signing:
    return Signing(code(units, steps), DRAWING)


def sign_both(made: Site, role: str, steps: int = 0) -> None:
    """The legal representative authorises, the leader pledges. `steps` for a later code of the same account."""
    with made.units.writing(made.representatives[role]) as uow:
        sign_authorisation(uow, made.terms[role], signing(made.units, steps))
    with made.units.writing(made.leaders[role]) as uow:
        sign_pledge(uow, made.terms[role], signing(made.units, steps))


def file(made: Site, role: str) -> None:
    with made.units.writing(made.officer) as uow:
        file_pair(uow, made.terms[role])


def filed_site(units: Units, started_on: date | None = STARTED, region: str = REGION) -> Site:
    """A project whose five pairs are all signed and on file."""
    made = site(units, started_on, region)
    for role in made.terms:
        sign_both(made, role)
        file(made, role)
    return made


def building(units: Units) -> Site:
    """A filed project on which work began two months ago, with a person in every post on the site."""
    made = filed_site(units, BEGUN)
    crew(made)
    return made


def term_of(made: Site, role: str) -> Term:
    with made.units.reading(made.officer) as uow:
        return uow.session.scalars(
            select(Term).options(selectinload(Term.participation)).where(Term.id == made.terms[role])
        ).one()
