"""Two officers at once: one number each, without gaps."""

from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from registry.completion.models import CompletionFiling, Receipt
from registry.completion.station import receive_filing
from registry.kernel.errors import Conflict
from registry.projects.models import UnitProject
from tests.build import Site
from tests.completion import build
from tests.conftest import Clock


@pytest.mark.timeout(300)  # two buildings are carried to their filing first
def test_two_officers_receive_at_once_and_the_numbers_have_no_gap(raced_building: Site, clock: Clock) -> None:
    site = raced_building
    with site.units.reading(site.officer) as uow:
        units = list(uow.session.scalars(
            select(UnitProject.id).where(UnitProject.project_id == site.project).order_by(UnitProject.number)
        ))
    build.completed(site, clock, tuple(units))
    filings = [build.filed(site, clock, unit).id for unit in units]
    said: list[str] = []

    def receive(filing: UUID) -> None:
        try:
            with site.units.writing(site.officer) as uow:
                said.append(receive_filing(uow, filing).number)
        except Conflict as no:
            said.append(no.code)

    threads = [Thread(target=receive, args=(filing,)) for filing in (*filings, *filings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [
        "JGBA-370102-2026-00001", "JGBA-370102-2026-00002", *["completion.filing-answered"] * 2,
    ]
    with site.units.reading(site.officer) as uow:
        assert sorted(uow.session.scalars(select(Receipt.sequence))) == [1, 2]
        assert len(uow.session.scalars(select(CompletionFiling.id)).all()) == len(units)
