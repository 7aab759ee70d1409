"""Two people at once: one version follows another, one office speaks once, one number is used once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from registry.designs.actions import AlreadyDecided, CertificateTaken, decide_change
from registry.designs.delivering import DeliveredMeanwhile, deliver_drawings
from registry.designs.models import Decision, DesignApproval, DrawingSet
from registry.kernel.errors import Conflict
from tests import build as house
from tests.designs.build import changed, delivered, delivery, reviewed, sheets
from tests.schema import lay_down_the_law

PATIENCE = 30  # seconds


@pytest.fixture
def site(committed):
    with committed.bind.begin() as connection:
        lay_down_the_law(connection)
    return house.site(committed, house.BEGUN)


def at_once(*acts):
    """Run acts in threads that start together; return what each said, sorted."""
    together = Barrier(len(acts))

    def run(act):
        together.wait(PATIENCE)
        try:
            act()
        except Conflict as no:
            return no.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as hands:
        return sorted(hands.map(run, acts))


def test_two_versions_delivered_at_once_leave_one_and_the_other_is_told(site):
    def deliver(number):
        facts = delivery(site, sheets=sheets(number))
        with site.units.writing(site.leaders["design"]) as uow:
            deliver_drawings(uow, site.project, facts)

    assert at_once(lambda: deliver("结施-01"), lambda: deliver("结施-02")) == ["done", DeliveredMeanwhile.code]
    with site.units.reading(site.officer) as uow:
        assert uow.session.scalars(select(DrawingSet.version)).all() == [1]


def test_one_office_speaks_once_however_often_it_is_pressed(site):
    change = changed(site)

    def approve():
        with site.units.writing(site.leaders["owner"]) as uow:
            decide_change(uow, change.id, "owner", Decision.APPROVED)

    assert at_once(approve, approve) == [AlreadyDecided.code, "done"]
    with site.units.reading(site.officer) as uow:
        assert len(uow.session.scalars(select(DesignApproval)).all()) == 1


def test_a_refusal_and_an_approval_at_once_never_both_count_after_the_refusal(site):
    change = changed(site)

    def decide(role, decision):
        with site.units.writing(site.leaders[role]) as uow:
            decide_change(uow, change.id, role, decision, "造价超限")

    said = at_once(lambda: decide("owner", Decision.REFUSED), lambda: decide("supervision", Decision.APPROVED))
    assert said in (["done", "done"], [AlreadyDecided.code, "done"])
    with site.units.reading(site.officer) as uow:
        given = uow.session.scalars(select(DesignApproval).order_by(DesignApproval.signed_at, DesignApproval.id)).all()
    assert Decision.REFUSED in [one.decision for one in given]


def test_one_certificate_number_recorded_twice_at_once_stands_once(site):
    made = delivered(site)

    def record():
        reviewed(site, made.id, number="鲁审-1")

    assert at_once(record, record) == ["done", CertificateTaken.code]
