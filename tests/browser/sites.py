"""Projects with a past, for browsers to find: what happened happened on its day, by the acts of those it was up to."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from registry.kernel.actor import Actor, Role
from registry.kernel.uow import day_in_china
from registry.parties.models import IdentityKind
from registry.plaques.actions import Size, issue_plaque
from registry.pledges.actions import sign_authorisation, sign_pledge
from registry.pledges.changes import Newcomer, hand_over
from registry.pledges.filing import file_pair
from registry.projects.actions import accept_unit
from registry.projects.models import Project, Term, UnitProject
from tests import build
from tests.browser.house import House
from tests.conftest import Clock

BEGAN, CHANGED, ACCEPTED, BEGUN = timedelta(400), timedelta(200), timedelta(30), timedelta(10)  # before today
SUCCESSOR = "韩继任"


@dataclass(frozen=True)
class Landmark:
    """A project that has been through everything but its plaque: five pairs on file, one leader changed, accepted."""

    site: build.Site
    number: str
    units: tuple[UUID, ...]
    successor: Actor
    successor_term: UUID
    began_on: date
    changed_on: date
    accepted_on: date

    @property
    def predecessor(self) -> str:
        return build.FIRMS["contractor"][1]


def today(house: House) -> date:
    return day_in_china(house.units.tools.now())


def new_site(house: House, region: str = build.REGION) -> build.Site:
    """A project that begins tomorrow, so that nobody's signature is late."""
    return build.site(house.units, today(house) + timedelta(1), region)


def begun_site(house: House) -> build.Site:
    """A project under way whose contractor's pair is on file."""
    day = today(house) - BEGUN
    site = build.site(house.on(day), day)
    build.sign_both(site, "contractor")
    build.file(site, "contractor")
    return site


def under_construction(house: House, clock: Clock) -> build.Site:
    """A project whose work begins on the clock's day, everybody's pair on file, a person in every post on the site."""
    units = house.by(clock)
    site = build.filed_site(units, day_in_china(units.tools.now()))
    build.crew(site)
    return site


def landmark(house: House) -> Landmark:
    began, changed, accepted = (today(house) - ago for ago in (BEGAN, CHANGED, ACCEPTED))
    site = build.filed_site(house.on(began), began)
    successor, term = hand_on(house, site, changed)
    later = house.on(accepted)
    with later.reading(site.officer) as uow:
        units = uow.session.scalars(
            select(UnitProject.id).where(UnitProject.project_id == site.project).order_by(UnitProject.number)).all()
        number = uow.get(Project, site.project).number
    for unit in units:
        with later.writing(site.officer) as uow:
            accept_unit(uow, unit, accepted)
    return Landmark(site, number, tuple(units), successor, term, began, changed, accepted)


def plaque_code(house: House, whole: Landmark) -> str:
    """Have a plaque of the second building made and return its code."""
    with house.units.writing(whole.site.filer) as uow:
        return issue_plaque(uow, whole.units[1], Size()).code


def hand_on(house: House, site: build.Site, day: date) -> tuple[Actor, UUID]:
    """The contractor's leader hands over; the successor signs the same day and is taken on file."""
    then = house.on(day)
    with then.writing(site.filer) as uow:
        change = hand_over(uow, site.terms["contractor"], Newcomer(
            SUCCESSOR, IdentityKind.CITIZEN, build.identity(), "13800000000", "一级注册建造师", "鲁1370000000000",
            day, "原负责人调离本单位", ""))
    with then.reading(site.officer) as uow:
        term = uow.get(Term, change.incoming_term_id)
    successor = account_of(house, site, term)
    with then.writing(site.representatives["contractor"]) as uow:
        sign_authorisation(uow, term.id, build.signing(then))
    with then.writing(successor) as uow:
        sign_pledge(uow, term.id, build.signing(then))
    with then.writing(site.officer) as uow:
        file_pair(uow, term.id)
    return successor, term.id


def account_of(house: House, site: build.Site, term: Term) -> Actor:
    """Open an account for a leader who has come later."""
    return build.signed_in(
        house.units, f"later{next(build.serial)}", term.person_name, site.leaders["contractor"].organisation,
        term.person_id, Role.PROJECT_LEADER)
