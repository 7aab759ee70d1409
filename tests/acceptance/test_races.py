"""Two at once: one wins, the other is told by whom and when; what changed meanwhile is seen."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from registry.acceptance.rules import State
from registry.acceptance.signing import AlreadySigned, sign_lot
from registry.acceptance.standing import state_of_unit
from registry.kernel.actor import SYSTEM
from registry.kernel.errors import Refusal
from registry.ledger.audit import audit
from registry.projects.actions import end_term
from registry.projects.offices import NotInOffice
from registry.standards.actions import load_defaults
from tests import build as house
from tests.acceptance import build


@pytest.fixture
def site(committed):
    with committed.writing(SYSTEM) as uow:
        load_defaults(uow)
    return house.building(committed)


def at_once(*acts):
    """Let the acts start together; return what each gave or how it was refused."""
    ready = Barrier(len(acts))

    def run(act):
        ready.wait()
        try:
            return act()
        except Refusal as no:
            return no

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def signing(site, actor, lot):
    def act():
        with site.units.writing(actor) as uow:
            return sign_lot(uow, lot.id, build.AGREED)

    return act


def test_of_two_inspectors_one_signs_and_the_other_is_told_who_did_and_when(site):
    first = site.leaders["site/quality-inspector"]
    second = house.staff(site, "site/quality-inspector", name="许质检")
    lot = build.lot(site)
    with site.units.writing(first) as uow:
        build.enter_result(uow, lot.id, build.good(site, lot.id))
    answers = at_once(signing(site, first, lot), signing(site, second, lot))
    [refused] = [one for one in answers if isinstance(one, Refusal)]
    [signed] = [one for one in answers if not isinstance(one, Refusal)]
    assert isinstance(refused, AlreadySigned)
    assert signed.person_name in str(refused)
    assert "2026-03-02 12:00" in str(refused)
    assert [one for one in audit(site.units, site.units.tools.store).findings if one.table.startswith(("lot_", "accept"))] == []


def test_two_engineers_decide_once(site):
    first = site.leaders["site/supervision-engineer"]
    second = house.staff(site, "site/supervision-engineer", name="何专监")
    lot = build.lot(site)
    build.entered(site, lot.id)
    build.sign(site, lot.id, "site/foreman")
    with site.units.writing(house_inspector(site)) as uow:
        sign_lot(uow, lot.id, build.AGREED)
    answers = at_once(signing(site, first, lot), signing(site, second, lot))
    assert sum(isinstance(one, AlreadySigned) for one in answers) == 1
    with site.units.reading(site.officer) as uow:
        assert state_of_unit(uow.session, site.unit).node("020101").passed == 1


def house_inspector(site):
    return site.leaders["site/quality-inspector"]


def test_whoever_left_between_request_and_signature_signs_no_more(site, clock):
    lot = build.lot(site)
    build.entered(site, lot.id)
    clock.forward(days=1)
    with site.units.writing(site.officer) as uow:
        end_term(uow, site.terms["site/foreman"], uow.today, "离岗")
    clock.forward(days=1)
    with pytest.raises(NotInOffice, match="不担任"):
        build.sign(site, lot.id, "site/foreman")
    with site.units.reading(site.officer) as uow:
        assert state_of_unit(uow.session, site.unit).node("020101").state is State.OPEN


def test_a_session_of_another_person_does_not_help(site):
    lot = build.lot(site)
    build.entered(site, lot.id)
    stranger = replace(site.leaders["site/sampler"], name="冯工长")
    with pytest.raises(NotInOffice), site.units.writing(stranger) as uow:
        sign_lot(uow, lot.id, build.AGREED)
