"""Accepted buildings and their plaques, as their people would have brought them about."""

from datetime import UTC, datetime
from uuid import UUID

from registry.plaques.actions import Size, issue_plaque
from registry.plaques.models import Plaque
from registry.projects.actions import accept_unit
from tests.build import Site
from tests.conftest import Clock

ACCEPTED = datetime(2027, 6, 1, 4, tzinfo=UTC)


def accepted(site: Site, clock: Clock) -> Site:
    """The first unit project has passed its acceptance, today."""
    clock.at = ACCEPTED
    with site.units.writing(site.officer) as uow:
        accept_unit(uow, site.unit, uow.today)
    return site


def issued(site: Site, unit: UUID | None = None) -> Plaque:
    """The owner's filer has the plaque of a unit project made."""
    with site.units.writing(site.filer) as uow:
        return issue_plaque(uow, unit or site.unit, Size())


def leaders(plaque: Plaque) -> list[str]:
    return [line["leader"] for line in plaque.facts["lines"]]
