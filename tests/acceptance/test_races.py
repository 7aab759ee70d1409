"""Two at once: one wins, the other is told by whom and when; what changed meanwhile is seen."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event

import pytest

from registry.acceptance.rules import State
from registry.acceptance.signing import AlreadySigned, Blocked, SomeRefused, sign_lot, sign_lots
from registry.acceptance.standing import state_of_unit
from registry.kernel.errors import Refusal
from registry.ledger.audit import audit
from registry.materials.reach import Sought, Target
from registry.materials.recalling import Announcement, announce_recall
from registry.projects.actions import end_term
from registry.projects.offices import NotInOffice
from registry.works.using import use_batch
from tests import build as house
from tests.acceptance import build
from tests.materials import build as materials


@pytest.fixture
def site(raced_building):
    return raced_building


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


def signing_together(site, actor, seen, chosen):
    def act():
        with site.units.writing(actor) as uow:
            return sign_lots(uow, {lot: seen[lot] for lot in chosen})

    return act


def test_two_inspectors_who_sign_some_of_the_same_lots_wait_and_one_is_told_which_and_by_whom(site):
    first, second = site.leaders["site/quality-inspector"], house.staff(site, "site/quality-inspector", name="许质检")
    seen = {lot.id: build.entered(site, lot.id).id for lot in (build.lot(site) for _number in range(4))}
    ids = list(seen)
    answers = at_once(signing_together(site, first, seen, ids[:3]), signing_together(site, second, seen, ids[:0:-1]))

    [signed], [refused] = ([one for one in answers if isinstance(one, kind)] for kind in (list, SomeRefused))
    assert len(signed) == 3
    assert set(refused.refused) == set(ids[1:3])
    assert {str(why)[:-len("于 2026-03-02 12:00 签字。")] for why in refused.refused.values()} == {
        f"项目专业质量检查员一栏已由{signed[0].person_name}"
    }


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


def with_material(site):
    """A lot that only the engineer has still to sign, and the batch built into it."""
    lot, batch = build.lot(site), materials.approved(site)
    with site.units.writing(site.leaders["site/materials-clerk"]) as uow:
        use_batch(uow, lot.id, batch.id)
    build.entered(site, lot.id)
    build.sign(site, lot.id, "site/foreman", "site/quality-inspector")
    return lot, batch


def recall(site, batch, announced, may_end):
    """Announce a recall, and end it only when told to."""
    with site.units.writing(site.officer) as uow:
        announce_recall(uow, Announcement(Sought(Target.BATCH, batch.number), "力学性能不合格", "通报〔2026〕3号"))
        uow.session.flush()
        announced.set()
        may_end.wait(1)  # long enough for the signer to stand at the lock


def test_whoever_signs_during_a_recall_waits_and_is_refused(site):
    lot, batch = with_material(site)
    announced = Event()
    with ThreadPoolExecutor(2) as pool:
        recalling = pool.submit(recall, site, batch, announced, Event())
        announced.wait(60)
        deciding = pool.submit(signing(site, site.leaders["site/supervision-engineer"], lot))
        recalling.result(60)
        with pytest.raises(Blocked, match="召回"):
            deciding.result(60)


def test_a_recall_during_a_signature_waits_and_then_finds_the_lot_accepted(site):
    lot, batch = with_material(site)
    signed, ended, may_end = Event(), [], Event()
    may_end.set()

    def decide():
        with site.units.writing(site.leaders["site/supervision-engineer"]) as uow:
            sign_lot(uow, lot.id, build.AGREED)
            signed.set()
            Event().wait(0.5)  # the recall stands at the lock
            ended.append("signed")

    def announce():
        signed.wait(60)
        recall(site, batch, Event(), may_end)
        ended.append("recalled")

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(decide), pool.submit(announce)]:
            one.result(120)
    assert ended == ["signed", "recalled"]
    with site.units.reading(site.officer) as uow:
        assert state_of_unit(uow.session, site.unit).node("020101").passed == 1
