"""Building the demo city, act by act, with the clock set back to when each would have happened."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from registry.accounts.models import Account
from registry.demo.cast import (
    CITY,
    CITY_WORKS,
    COMPLETED,
    FOUNDATION,
    LANDMARK,
    PASSWORD,
    SECRET,
    SIGN_INS,
    STRUCTURE,
    stages,
)
from registry.demo.completed import assembled, build_completed, handed_over
from registry.demo.foundation import build_foundation
from registry.demo.people import City, Clock, open_accounts
from registry.demo.projects import build_works
from registry.demo.site import Site, open_site
from registry.demo.structure import build_structure
from registry.kernel.actor import SYSTEM, Role
from registry.kernel.uow import Units, together
from registry.ledger.sequencing import checkpoint, sequence
from registry.plaques.models import Plaque
from registry.projects.models import Project, UnitProject

STORIES: Mapping[str, Callable[[Site, date], None]] = {
    FOUNDATION: build_foundation, STRUCTURE: build_structure, COMPLETED: build_completed,
}
"""Project → what happened on its site."""
HANDED_OVER = timedelta(days=55)
"""So long ago the archive of the completed project was assembled."""


def build_city(units: Units) -> None:
    """Fill an empty register with the demo city, up to today: all of it, or nothing; then hand an archive over.

    Every leader signs in the order of the days: a code of a second factor is good for nothing once a later one was used.
    A signature of the ledger cannot be taken back, so nothing that may still be undone is signed; and the package of an
    archive holds proofs from the signed ledger, so it is made last, by acts that stand each for itself.
    """
    clock = Clock(units.tools.now())
    today = clock.today()
    with together(units) as one:
        city = City(Units(one.bind, replace(one.tools, now=clock.now)), clock, {})
        clock.go_to(date(2024, 1, 8))
        open_accounts(city)
        sites = {}
        for works in sorted([*CITY_WORKS, *stages(today)], key=lambda works: works.registered_on):
            project = build_works(city, works, today)
            if works.number in STORIES:
                sites[works.number] = open_site(city, works, project)
                STORIES[works.number](sites[works.number], today)
    signed(units)
    city.units = Units(units.bind, replace(units.tools, now=clock.now))
    assembled(sites[COMPLETED], today - HANDED_OVER)
    signed(units)
    handed_over(sites[COMPLETED])
    signed(units)


def signed(units: Units) -> None:
    """Give every event its place, and sign the tree."""
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
        "foundation_project": FOUNDATION,
        "structure_project": STRUCTURE,
        "completed_project": COMPLETED,
        "trace": {"project": LANDMARK, "unit": "01", "part": "0201", "on": "2024-09-10"},
        "plaque": code,
        "plaque_url": f"{units.tools.base_url}/v/{code}",
    }
