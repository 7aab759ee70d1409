"""Two at once: one waits, and the later one is told what the earlier one did."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier, Event

import pytest
from sqlalchemy import select

from registry.kernel.errors import Invalid, Refusal
from registry.materials.reach import Sought, Target
from registry.materials.recalling import Announcement, announce_recall
from registry.works.marking import AlreadyDecided, AlreadyMarked, accept_mark, mark_lot
from registry.works.models import Lot, LotBatch, Verdict
from registry.works.removing import Removal, remove_batch
from registry.works.standing import BatchHeld, lock_lots
from registry.works.using import use_batch
from tests.materials import build as materials
from tests.works import build


@pytest.fixture
def site(raced_building):
    return raced_building


def at_once(*acts):
    """Run the acts in threads that begin together; return what each gave, refusals included."""
    gate = Barrier(len(acts))

    def run(act):
        gate.wait()
        try:
            return act()
        except Refusal as no:
            return no

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def recall(site, batch):
    with site.units.writing(site.officer) as uow:
        announce_recall(uow, Announcement(Sought(Target.BATCH, batch.number), "力学性能不合格", "省抽检通报〔2026〕3号"))


def accept(site, mark):
    with site.units.writing(site.leaders["site/supervision-engineer"]) as uow:
        return accept_mark(uow, mark.id, Verdict.PASSED)


def test_two_who_mark_one_lot_at_once_make_one_mark(site):
    lot = build.lot(site)

    def mark(post):
        with site.units.writing(site.leaders[post]) as uow:
            return mark_lot(uow, lot.id, build.facts(site))

    found = at_once(lambda: mark("site/quality-inspector"), lambda: mark("site/foreman"))
    assert [type(answer) for answer in found].count(AlreadyMarked) == 1


def test_two_who_accept_one_mark_at_once_accept_it_once(site):
    mark = build.mark(site, build.lot(site).id)
    found = at_once(lambda: accept(site, mark), lambda: accept(site, mark))
    assert [type(answer) for answer in found].count(AlreadyDecided) == 1


def test_two_lots_that_take_of_one_batch_at_once_take_no_more_than_there_is(site):
    lots, batch = [build.lot(site, place=place) for place in ("一层", "二层")], materials.approved(site)

    def use(lot):
        with site.units.writing(site.leaders["site/materials-clerk"]) as uow:
            return use_batch(uow, lot.id, batch.id, Decimal(30))

    found = at_once(*(lambda lot=lot: use(lot) for lot in lots))
    assert [type(answer) for answer in found].count(Invalid) == 1


def test_what_a_lot_takes_while_the_batch_leaves_the_site_does_not_leave_too(site):
    lot, batch = build.lot(site), materials.approved(site)  # 40 t

    def use():
        with site.units.writing(site.leaders["site/materials-clerk"]) as uow:
            return use_batch(uow, lot.id, batch.id, Decimal(25))

    def remove():
        with site.units.writing(site.leaders["site/quality-inspector"]) as uow:
            return remove_batch(uow, batch.id, Removal(
                Decimal(25), site.terms["site/supervision-engineer"], materials.photo(), "多余材料",
            ))

    found = at_once(use, remove)
    assert sum(isinstance(answer, Invalid) for answer in found) == 1


def test_a_recall_during_a_signature_waits_and_then_finds_the_lot(site):
    lot, batch = build.lot(site), materials.approved(site)
    signing, ended = Event(), []

    def sign():
        with site.units.writing(site.leaders["site/materials-clerk"]) as uow:
            lock_lots(uow, [lot.id])
            signing.set()
            use = use_batch(uow, lot.id, batch.id)
            ended.append("signed")
        return use

    def announce():
        signing.wait()
        recall(site, batch)
        ended.append("recalled")

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(sign), pool.submit(announce)
        one.result(60)
        two.result(60)
    assert ended == ["signed", "recalled"]
    with site.units.reading(site.officer) as uow:
        assert uow.session.scalars(select(LotBatch.lot_id).where(LotBatch.batch_id == batch.id)).all() == [lot.id]


def test_a_signature_during_a_recall_waits_and_is_refused(site):
    lot, batch = build.lot(site), materials.approved(site)
    with site.units.writing(site.leaders["site/materials-clerk"]) as uow:
        use_batch(uow, lot.id, batch.id)
    mark = build.mark(site, lot.id)
    announced, may_end = Event(), Event()

    def announce():
        with site.units.writing(site.officer) as uow:
            announce_recall(uow, Announcement(Sought(Target.BATCH, batch.number), "力学性能不合格", "通报〔2026〕3号"))
            uow.session.flush()
            announced.set()
            may_end.wait(1)  # long enough for the signer to stand at the lock

    with ThreadPoolExecutor(2) as pool:
        recalling = pool.submit(announce)
        announced.wait()
        signing = pool.submit(accept, site, mark)
        recalling.result(60)
        with pytest.raises(BatchHeld, match="召回"):
            signing.result(60)


def test_recall_and_signature_at_once_never_deadlock_and_leave_no_accepted_lot_unknown(site):
    lots = [build.lot(site, place=f"{n}层") for n in range(4)]
    batch = materials.approved(site)
    for lot in lots:
        with site.units.writing(site.leaders["site/materials-clerk"]) as uow:
            use_batch(uow, lot.id, batch.id)
    marks = [build.mark(site, lot.id) for lot in lots]
    found = at_once(*(lambda mark=mark: accept(site, mark) for mark in marks), lambda: recall(site, batch))
    assert all(answer is None or not isinstance(answer, Refusal) or isinstance(answer, BatchHeld) for answer in found)
    with site.units.reading(site.officer) as uow:
        assert len(uow.session.scalars(select(Lot.id).join(LotBatch).where(LotBatch.batch_id == batch.id)).all()) == 4
