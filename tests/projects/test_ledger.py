"""What the ledger says of projects: it holds whatever a superuser might change, and their station may read it."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from registry.kernel.actor import SYSTEM, Role
from registry.kernel.errors import NotFound
from registry.ledger.audit import audit
from registry.ledger.models import LedgerEvent
from registry.ledger.queries import event_body
from registry.projects.actions import FirmFacts, add_part, admit_firm
from registry.projects.models import Participation, UnitProject
from tests import build as house
from tests.parties import build as parties
from tests.schema import lay_down_the_law

BEGUN = house.STARTED


@pytest.fixture
def site(committed):
    with committed.bind.begin() as connection:
        lay_down_the_law(connection)
    return house.site(committed)


@pytest.fixture
def stay(site):
    """A firm that works on the second building alone."""
    firm = parties.organisation(site.units, "泉城安装公司")
    with site.units.writing(site.officer) as uow:
        return admit_firm(uow, site.project, FirmFacts(firm.id, "contractor", BEGUN, units=("02",)))


def tamper(site, statement, **values):
    with site.units.writing(SYSTEM) as uow:
        uow.session.execute(text("SET LOCAL session_replication_role = replica"))
        uow.session.execute(text(statement), values)


def found(site):
    report = audit(site.units, site.units.tools.store)
    return [(one.check, one.table, one.row, one.column) for one in report.findings]


def test_a_firm_moved_to_another_building_behind_our_back_is_found(site, stay):
    assert found(site) == []
    tamper(site, "UPDATE participation SET unit_numbers = ARRAY['01'] WHERE id = :id", id=stay.id)
    assert found(site) == [("record.differs", "participation", str(stay.id), "unit_numbers")]


@pytest.mark.parametrize(("table", "column", "value"), [
    ("term", "shared", "true"), ("term", "created_at", "created_at - interval '1 day'"),
    ("project", "longitude", "117.1"), ("participation", "created_at", "created_at - interval '1 day'"),
    ("unit_project", "created_at", "created_at - interval '1 day'"),
])
def test_what_else_is_changed_behind_our_back_is_found(site, table, column, value):
    tamper(site, f"UPDATE {table} SET {column} = {value}")
    assert {(check, where, which) for check, where, _row, which in found(site)} == {("record.differs", table, column)}


def events(site, table):
    with site.units.reading(SYSTEM) as uow:
        return uow.session.scalars(select(LedgerEvent.id).where(LedgerEvent.subject_table == table)).all()


@pytest.mark.parametrize("table", ["project", "unit_project", "part", "participation", "term"])
def test_a_station_reads_what_the_ledger_says_of_the_projects_of_its_region(site, table):
    with site.units.writing(site.filer) as uow:
        add_part(uow, site.unit, "F3", "3 层", "storey", "0201")
    elsewhere = house.signed_in(site.units, "far-away", "京监督", None, None, Role.OFFICER, "110100")
    told = events(site, table)
    assert told
    for event_id in told:
        with site.units.reading(site.officer) as uow:
            assert event_body(uow, event_id)
        with pytest.raises(NotFound), site.units.reading(elsewhere) as uow:
            event_body(uow, event_id)


def test_a_signed_pair_is_read_by_the_station_as_well(site, clock):
    clock.forward(days=1)
    house.sign_both(site, "contractor")
    for table in ("authorisation", "pledge"):
        for event_id in events(site, table):
            with site.units.reading(site.officer) as uow:
                assert event_body(uow, event_id)


def test_units_are_those_of_the_same_project_alone(site, stay):
    other = house.site(site.units)
    with site.units.reading(SYSTEM) as uow:
        loaded = uow.get(Participation, stay.id, selectinload(Participation.units))
        assert [unit.project_id for unit in loaded.units] == [site.project]
        assert uow.session.scalars(select(UnitProject.number).where(UnitProject.project_id == other.project)).all()


@pytest.mark.parametrize("table", ["project", "unit_project", "participation", "term", "filing", "pledge"])
def test_the_owners_filer_reads_what_others_wrote_of_his_own_project(site, table, clock):
    house.sign_both(site, "contractor")
    house.file(site, "contractor")
    other = house.site(site.units)
    contractors = house.signed_in(
        site.units, "contractors", "郑经办", site.leaders["contractor"].organisation, None, Role.FIRM_FILER)
    with site.units.reading(SYSTEM) as uow:
        event = uow.session.scalars(select(LedgerEvent).where(
            LedgerEvent.subject_table == table, LedgerEvent.subject_id == record_of(uow, site, table),
        ).order_by(LedgerEvent.nth).limit(1)).one()
    with site.units.reading(site.filer) as uow:
        assert event_body(uow, event.id) == event.body
    wrote = table == "pledge"
    for actor in (other.filer, site.leaders["owner"], *([] if wrote else [contractors])):
        with site.units.reading(actor) as uow, pytest.raises(NotFound):
            event_body(uow, event.id)


def record_of(uow, site, table):
    if table in ("project", "unit_project"):
        return {"project": site.project, "unit_project": site.unit}[table]
    term = house.term_of(site, "contractor")
    if table in ("term", "participation"):
        return {"term": term.id, "participation": term.participation_id}[table]
    return uow.session.scalar(text(f"SELECT id FROM {table} WHERE term_id = :term"), {"term": term.id})
